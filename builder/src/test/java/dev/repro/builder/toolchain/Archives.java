package dev.repro.builder.toolchain;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// Small archives for tests.
final class Archives {

    private Archives() {}

    /// A tar, entry by entry; names are taken as they are, hostile ones too.
    static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

        Tar() {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }

        Tar folder(String name) throws IOException {
            return put(name.endsWith("/") ? name : name + "/", TarConstants.LF_DIR, 0755, "", "");
        }

        Tar file(String name, String content) throws IOException {
            return file(name, 0644, content);
        }

        Tar file(String name, int mode, String content) throws IOException {
            return put(name, TarConstants.LF_NORMAL, mode, "", content);
        }

        Tar link(String name, String target) throws IOException {
            return put(name, TarConstants.LF_SYMLINK, 0777, target, "");
        }

        Tar hardLink(String name, String target) throws IOException {
            return put(name, TarConstants.LF_LINK, 0644, target, "");
        }

        Tar device(String name) throws IOException {
            return put(name, TarConstants.LF_CHR, 0644, "", "");
        }

        private Tar put(String name, byte type, int mode, String link, String content) throws IOException {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            var entry = new TarArchiveEntry(name, type, true);
            entry.setMode(mode);
            entry.setLinkName(link);
            entry.setSize(data.length);
            out.putArchiveEntry(entry);
            out.write(data);
            out.closeArchiveEntry();
            return this;
        }

        byte[] bytes() throws IOException {
            out.finish();
            return bytes.toByteArray();
        }
    }

    static byte[] xz(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new XZOutputStream(bytes, new LZMA2Options(0))) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    static byte[] gzip(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    static byte[] deb(Tar data) throws IOException {
        return deb("", "data.tar.xz", xz(data.bytes()));
    }

    static byte[] deb(String postinst, Tar data) throws IOException {
        return deb(postinst, "data.tar.xz", xz(data.bytes()));
    }

    static byte[] deb(String postinst, String dataName, byte[] data) throws IOException {
        var control = new Tar().file("./control", "Package: test\n");
        if (!postinst.isEmpty()) {
            control.file("./postinst", 0755, postinst);
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new ArArchiveOutputStream(bytes)) {
            member(out, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
            member(out, "control.tar.gz", gzip(control.bytes()));
            member(out, dataName, data);
        }
        return bytes.toByteArray();
    }

    private static void member(ArArchiveOutputStream out, String name, byte[] content) throws IOException {
        out.putArchiveEntry(new ArArchiveEntry(name, content.length, 0, 0, 0100644, 0));
        out.write(content);
        out.closeArchiveEntry();
    }
}
