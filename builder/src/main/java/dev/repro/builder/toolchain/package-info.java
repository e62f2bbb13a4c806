/// The toolchain of a build: what `repro.lock` says of it, and the folder that a sandbox takes as its root.
///
/// Three kinds. **debian**: packages by SHA-256, resolved by the machine's apt with a private state, so that the archive's
/// signature is checked; unpacked without root and without running a maintainer script. **oci**: an image layout by manifest
/// digest. **host**: this machine's `/usr`, recorded and not pinned.
///
/// Trusted: apt's signature check at the moment of locking; after that nothing but SHA-256. A mirror, a folder of packages, the
/// network and the content of every archive are not trusted: a wrong byte is refused, a path that leaves the root is refused.
package dev.repro.builder.toolchain;
