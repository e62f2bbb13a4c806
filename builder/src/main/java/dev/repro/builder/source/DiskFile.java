package dev.repro.builder.source;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;

/// One file of a folder as an entry of a source tree.
final class DiskFile {

    private static final String NOT_UTF_8 = "use UTF-8 for file names; if it is, run with LC_ALL=C.UTF-8";

    private DiskFile() {}

    /// @throws Problem of exit code 2 for a pipe, socket or device and for a name that is not UTF-8
    static SourceTree.Entry entry(Path root, String path) throws IOException, Problem {
        Path file = resolve(root, path);
        var attributes = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            byte[] text = utf8(Files.readSymbolicLink(file).toString(), file).getBytes(StandardCharsets.UTF_8);
            return new SourceTree.Entry(path, SourceTree.Mode.LINK, Digest.of(text), text.length,
                    () -> new ByteArrayInputStream(text));
        }
        if (!attributes.isRegularFile()) {
            throw Problem.usage("a pipe, socket or device cannot be source").where(file).hint("`exclude` it, or move it away");
        }
        boolean executable = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new SourceTree.Entry(path, executable ? SourceTree.Mode.EXECUTABLE : SourceTree.Mode.FILE, Digest.of(in),
                    attributes.size(), () -> Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS));
        }
    }

    static Path resolve(Path root, String path) throws Problem {
        try {
            return root.resolve(utf8(path, root));
        } catch (InvalidPathException e) {
            throw Problem.environment("this process cannot spell the file name `" + path + "`").where(root).hint(NOT_UTF_8)
                    .because(e);
        }
    }

    /// The text, unless the JDK had to put replacement characters into it because the bytes were not UTF-8.
    static String utf8(String text, Path blamed) throws Problem {
        if (text.indexOf('\uFFFD') >= 0) {
            throw Problem.usage("a name that is not UTF-8 cannot be source: `" + text + "`").where(blamed).hint(NOT_UTF_8);
        }
        return text;
    }
}
