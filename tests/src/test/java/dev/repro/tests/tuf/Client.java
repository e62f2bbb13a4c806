package dev.repro.tests.tuf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A TUF client with a folder of its own state.
interface Client {

    /// @param done false: refused or failed
    /// @param said why
    record Outcome(boolean done, String said) {}

    Outcome begin(Path state, Path root) throws IOException, InterruptedException;

    Outcome refresh(Path state, WebFolder site) throws IOException, InterruptedException;

    /// Refreshes, then downloads these in this order, up to the first that fails.
    Outcome download(Path state, WebFolder site, Path into, List<String> targets) throws IOException, InterruptedException;
}
