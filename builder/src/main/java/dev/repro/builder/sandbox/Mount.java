package dev.repro.builder.sandbox;

import java.nio.file.Path;

/// One thing that a build sees beside its root. A target is an absolute path inside, without `.`, `..` or empty parts.
///
/// Mounts are made parents first; of two with the same target the later one wins. A mount wins over what the root has at its
/// place.
public sealed interface Mount {

    /// Where it is inside.
    String target();

    /// A file or folder of the host, to read.
    record ReadOnly(Path source, String target) implements Mount {
        public ReadOnly {
            check(target);
        }
    }

    /// A file or folder of the host, to read and write. What the build adds in it counts towards [Limits#outputBytes], looked at
    /// once a second.
    record Writable(Path source, String target) implements Mount {
        public Writable {
            check(target);
        }
    }

    /// An empty folder in memory of at most `bytes`, gone with the build. It counts towards [Limits#memoryBytes] too.
    record Tmpfs(String target, long bytes) implements Mount {
        public Tmpfs {
            check(target);
            if (bytes <= 0) {
                throw new IllegalArgumentException("a tmpfs has a size: " + target);
            }
        }
    }

    /// A small file with this content, read-only, mode 0444. Over an entry of /proc, or at a new place under /sys or /etc, too.
    record Text(String target, String content) implements Mount {
        public Text {
            check(target);
        }
    }

    /// A symbolic link.
    record Link(String target, String to) implements Mount {
        public Link {
            check(target);
        }
    }

    /// An empty folder that stays empty: the root is read-only.
    record Folder(String target) implements Mount {
        public Folder {
            check(target);
        }
    }

    private static void check(String target) {
        if (!target.startsWith("/") || target.length() < 2 || target.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a mount target is an absolute path: " + target);
        }
        for (String part : target.substring(1).split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("a mount target has no empty, `.` or `..` part: " + target);
            }
        }
    }
}
