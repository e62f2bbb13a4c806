package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// One layer of an image (OCI image-spec, layer.md): first its whiteouts, which are about the layers below only, then its
/// entries. The tar is read twice for that.
final class OciLayer {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    private final Opener opener;
    private final TreeWriter tree;

    /// Opens the tar, unzipped, from its start.
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    OciLayer(Opener opener, TreeWriter tree) {
        this.opener = opener;
        this.tree = tree;
    }

    void whiteouts() throws IOException, Problem {
        try (var tar = new TarArchiveInputStream(opener.open(), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String folder = folder(entry.getName());
                String last = entry.getName().substring(folder.length());
                if (last.equals(OPAQUE)) {
                    tree.clear(folder);
                } else if (last.startsWith(WHITEOUT)) {
                    tree.delete(folder + last.substring(WHITEOUT.length()));
                }
            }
        }
    }

    void entries() throws IOException, Problem {
        try (var tar = new TarArchiveInputStream(opener.open(), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.getName().substring(folder(entry.getName()).length()).startsWith(WHITEOUT)) {
                    Deb.write(entry, tar, tree);
                }
            }
        }
    }

    private static String folder(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }
}
