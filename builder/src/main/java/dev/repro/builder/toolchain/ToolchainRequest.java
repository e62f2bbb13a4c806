package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import java.nio.file.Path;
import java.util.List;

/// What a recipe asks for in `[toolchain]`.
public sealed interface ToolchainRequest {

    /// @param suite as in `bookworm`
    /// @param packages beyond the base set
    record Debian(String suite, List<String> packages) implements ToolchainRequest {
        public Debian {
            packages = List.copyOf(packages);
        }
    }

    /// @param layout folder of an OCI image layout
    /// @param digest of a manifest or index in it
    record Oci(Path layout, Digest digest) implements ToolchainRequest {}

    record Host() implements ToolchainRequest {}
}
