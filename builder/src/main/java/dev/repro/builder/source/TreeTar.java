package dev.repro.builder.source;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Writes source entries as a POSIX tar (pax headers for what ustar cannot hold): owner 0:0, one time for all, no user names.
final class TreeTar {
    private final TarArchiveOutputStream tar;
    private final long mtime;
    private final int umask;
    private final Set<String> folders = new HashSet<>();

    private TreeTar(TarArchiveOutputStream tar, long mtime, int umask) {
        this.tar = tar;
        this.mtime = mtime;
        this.umask = umask;
    }

    /// Writes the entries in the order in which they come and leaves `out` open.
    static void write(List<SourceTree.Entry> entries, OutputStream out, long mtime, int umask) throws IOException, Problem {
        var tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        var writer = new TreeTar(tar, mtime, umask);
        for (SourceTree.Entry entry : entries) {
            for (String folder : parents(entry.path())) {
                writer.folder(folder);
            }
            writer.entry(entry);
        }
        tar.finish();
        tar.flush();
    }

    /// `a` and `a/b` for `a/b/c`.
    static List<String> parents(String path) {
        var out = new ArrayList<String>();
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            out.add(path.substring(0, slash));
        }
        return out;
    }

    private void folder(String path) throws IOException {
        if (folders.add(path)) {
            put(new TarArchiveEntry(path + "/", TarConstants.LF_DIR), 0777 & ~umask, 0);
            tar.closeArchiveEntry();
        }
    }

    private void entry(SourceTree.Entry entry) throws IOException, Problem {
        if (entry.mode() == SourceTree.Mode.LINK) {
            var link = new TarArchiveEntry(entry.path(), TarConstants.LF_SYMLINK);
            try (InputStream in = entry.content().open()) {
                link.setLinkName(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
            put(link, 0777, 0);
        } else {
            put(new TarArchiveEntry(entry.path(), TarConstants.LF_NORMAL),
                    (entry.mode() == SourceTree.Mode.EXECUTABLE ? 0777 : 0666) & ~umask, entry.size());
            copy(entry);
        }
        tar.closeArchiveEntry();
    }

    private void put(TarArchiveEntry header, int mode, long size) throws IOException {
        header.setMode(mode);
        header.setSize(size);
        header.setIds(0, 0);
        header.setNames("", "");
        header.setModTime(mtime * 1000);
        tar.putArchiveEntry(header);
    }

    /// Copies exactly the bytes that were hashed when the tree was made, or refuses.
    private void copy(SourceTree.Entry entry) throws IOException, Problem {
        var digest = Digest.sha256();
        byte[] buffer = new byte[1 << 16];
        long left = entry.size();
        try (InputStream in = new DigestInputStream(entry.content().open(), digest)) {
            for (int n = 0; left > 0 && n >= 0; left -= Math.max(n, 0)) {
                n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                tar.write(buffer, 0, Math.max(n, 0));
            }
            if (left > 0 || in.read() >= 0 || !Digest.of(digest).equals(entry.sha256())) {
                throw Problem.storage("the source file changed while it was read").where(entry.path())
                        .hint("run again when nothing writes to it");
            }
        }
    }
}
