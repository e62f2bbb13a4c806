package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import java.nio.file.Path;
import java.util.List;

/// Runs a program of a toolchain inside a sandbox that shows nothing but that toolchain.
@FunctionalInterface
public interface Runner {

    /// Where the program finds the writable folder.
    String WRITABLE = "/out";

    /// @param text standard output and error, mixed
    record Output(int exitCode, String text) {}

    /// @param tree the root, read-only; null: this host's `/usr`
    /// @param argv the program by its absolute path in the root
    /// @param writable the folder that appears as [#WRITABLE]; null: none
    Output run(Path tree, List<String> argv, Path writable) throws Problem, InterruptedException;
}
