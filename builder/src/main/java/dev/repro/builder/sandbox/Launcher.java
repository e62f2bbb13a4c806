package dev.repro.builder.sandbox;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The one thread from which builds are started.
///
/// "Parent" in `--die-with-parent` (PR_SET_PDEATHSIG, prctl(2)) is the *thread* that forked, so a thread that ends early would
/// take the build with it; this one lives as long as the sandbox is open. It is a platform thread: a virtual one has no thread of
/// the kernel of its own.
final class Launcher implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("repro-sandbox").factory());

    /// Starts a command with an empty environment, standard error joined to standard output.
    Process start(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        var starting = thread.submit(builder::start);
        try {
            var process = started(starting);
            process.getOutputStream().close();
            return process;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// An interrupt must not lose a process that has started.
    private static Process started(Future<Process> starting) throws ExecutionException, InterruptedException {
        try {
            return starting.get();
        } catch (InterruptedException e) {
            starting.get().destroyForcibly().waitFor();
            throw e;
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
