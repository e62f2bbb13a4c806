package dev.repro.builder;

import dev.repro.builder.sandbox.Mount;
import dev.repro.builder.toolchain.PreparedRoot;
import dev.repro.builder.vary.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// `touch` in a build whose clock is ahead.
///
/// The kernel stamps what is written with its own time, which no process can change. libfaketime (0.9.10, utimensat and futimens with
/// UTIME_NOW) stamps what is touched with the time that it shows, 464 days later. So a stamp file would stay newer than all that is made
/// after it, and a makefile that includes what depends on one is made again without end. Here `touch` says "now" as the kernel does; times
/// that it is given are left alone.
final class Touch {
    private static final String ORIGINAL = "/repro/touch";

    private Touch() {}

    /// @param folder where the script may be put until the build has ended
    static List<Mount> mounts(PreparedRoot root, Surroundings around, Path folder) throws IOException {
        Optional<Path> touch = root.program("touch").flatMap(root::file);
        boolean own = touch.isPresent() && touch.get().endsWith("touch"); // else it is a link to a program that is many: busybox
        if (around.clockOffset() == 0 || !own) {
            return List.of();
        }
        Path script = Files.writeString(folder.resolve("touch"), script(ORIGINAL));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return List.of(new Mount.ReadOnly(touch.get(), ORIGINAL), new Mount.ReadOnly(script, root.inside(touch.get())));
    }

    static String script(String original) {
        return "#!/bin/sh\nFAKETIME=+0 exec " + original + " \"$@\"\n";
    }
}
