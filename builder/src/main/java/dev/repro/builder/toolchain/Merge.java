package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Moves an unpacked package into the root: whole folders where the root has none of that name yet, else file by file.
final class Merge {

    private Merge() {}

    static void into(TreeWriter root, Path staged) throws Problem {
        try {
            children(root, staged, "");
        } catch (IOException e) {
            throw Why.storage("cannot write the toolchain", staged, e);
        }
    }

    private static void children(TreeWriter root, Path folder, String prefix) throws Problem, IOException {
        for (Path child : Trees.children(folder)) {
            String name = prefix + child.getFileName();
            if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                root.adopt(name, child);
            } else if (!root.adoptFolder(name, child)) {
                root.folder(name, (int) Files.getAttribute(child, "unix:mode"));
                children(root, child, name + "/");
            }
        }
    }
}
