package dev.repro.builder.toolchain;

/// What happens where an archive has a folder in the place of a link to a folder, or anything else in the place of a folder.
enum Clash {
    /// As dpkg: a link to a folder stays, a folder is never replaced.
    KEEP,
    /// As the layers of an OCI image: the later entry replaces.
    REPLACE
}
