package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.XZInputStream;

/// A Debian package (deb(5)): an `ar` archive of `debian-binary`, `control.tar.*` and `data.tar.*`. Read as a stream, in
/// constant memory; no script of it is run.
final class Deb {

    /// Of the maintainer script that is kept, in bytes; longer ones are none that a person wrote.
    private static final int MAX_SCRIPT = 1 << 20;

    /// KiB that the decoder of one package may take: the dictionary of `xz -9` is 64 MiB.
    private static final int MAX_XZ_MEMORY = 96 << 10;

    private final Path file;
    private final String name;
    private final ArrayCache arrays;

    /// @param name for messages
    /// @param arrays buffers of the decoder, shared by several packages
    Deb(Path file, String name, ArrayCache arrays) {
        this.file = file;
        this.name = name;
        this.arrays = arrays;
    }

    /// Unpacks the files of the package; returns its `postinst` script, empty where it has none.
    String unpack(TreeWriter tree) throws Problem {
        try (var ar = new ArArchiveInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            String script = "";
            for (ArArchiveEntry entry = ar.getNextEntry(); entry != null; entry = ar.getNextEntry()) {
                String member = entry.getName();
                if (member.startsWith("control.tar")) {
                    script = postinst(tar(ar, member));
                } else if (member.startsWith("data.tar")) {
                    files(tar(ar, member), tree);
                    return script;
                }
            }
            throw damaged("it has no data.tar");
        } catch (IOException e) {
            throw damaged(Why.of(e)).because(e);
        }
    }

    private TarArchiveInputStream tar(InputStream member, String memberName) throws IOException, Problem {
        String suffix = memberName.substring(memberName.indexOf(".tar") + 4);
        InputStream plain = switch (suffix) {
            case "" -> member;
            case ".gz" -> new GZIPInputStream(member, 1 << 16);
            case ".xz" -> new XZInputStream(member, MAX_XZ_MEMORY, true, arrays);
            default -> throw Problem.usage("package " + name + " is compressed in a way that is not supported").found(memberName)
                    .expected("xz, gz or none").hint("take another version of the package, or an `oci` toolchain");
        };
        return new TarArchiveInputStream(plain, "UTF-8");
    }

    private String postinst(TarArchiveInputStream control) throws IOException {
        String script = "";
        for (TarArchiveEntry entry = control.getNextEntry(); entry != null; entry = control.getNextEntry()) {
            if (entry.isFile() && (entry.getName().equals("./postinst") || entry.getName().equals("postinst"))) {
                script = new String(control.readNBytes(MAX_SCRIPT), StandardCharsets.UTF_8);
            }
        }
        return script;
    }

    private static void files(TarArchiveInputStream data, TreeWriter tree) throws IOException, Problem {
        for (TarArchiveEntry entry = data.getNextEntry(); entry != null; entry = data.getNextEntry()) {
            write(entry, data, tree);
        }
    }

    /// One entry of any tar; devices and pipes are left out.
    static void write(TarArchiveEntry entry, InputStream content, TreeWriter tree) throws IOException, Problem {
        if (entry.isDirectory()) {
            tree.folder(entry.getName(), entry.getMode());
        } else if (entry.isSymbolicLink()) {
            tree.symlink(entry.getName(), entry.getLinkName());
        } else if (entry.isLink()) {
            tree.hardLink(entry.getName(), entry.getLinkName());
        } else if (entry.isFile() && !entry.isCharacterDevice() && !entry.isBlockDevice() && !entry.isFIFO()) {
            tree.file(entry.getName(), entry.getMode(), content);
        }
    }

    private Problem damaged(String why) {
        return Problem.storage("package " + name + " is damaged").where(file).found(why);
    }
}
