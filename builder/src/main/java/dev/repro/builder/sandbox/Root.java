package dev.repro.builder.sandbox;

import java.nio.file.Path;

/// Where the system files of a build come from. Never the host's `/` itself.
public sealed interface Root {

    /// An unpacked root file system: every entry read-only except dev, proc, sys, tmp, run, home and root, which the sandbox
    /// makes.
    record Tree(Path rootfs) implements Root {}

    /// The host's /usr, with the links that a merged /usr has, and of /etc only what a compiler needs.
    record Host() implements Root {}
}
