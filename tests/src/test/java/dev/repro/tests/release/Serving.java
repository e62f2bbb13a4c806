package dev.repro.tests.release;

import dev.repro.tests.Repro;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `./repro serve` in a process of its own.
public final class Serving implements AutoCloseable {
    private static final String URL = "serving    ";

    private final Process process;
    private final Path folder;
    private final URI url;

    private Serving(Process process, Path folder, URI url) {
        this.process = process;
        this.folder = folder;
        this.url = url;
    }

    /// @param folder of everything that it keeps; it makes it
    public static Serving start(Path folder) throws IOException {
        Process process = Repro.start(folder.getParent(), Map.of(), "serve", "--dir", folder.toString(), "--listen", "127.0.0.1:0", "--no-rates");
        BufferedReader out = process.inputReader();
        var said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith(URL)) {
                drain(process);
                return new Serving(process, folder, URI.create(line.substring(URL.length()).strip()));
            }
        }
        process.destroyForcibly();
        throw new IOException("the service did not start: " + said + new String(process.getErrorStream().readAllBytes()));
    }

    // Nobody reads its log, and it must not wait for a reader.
    private static void drain(Process process) {
        for (var stream : java.util.List.of(process.getInputStream(), process.getErrorStream())) {
            Thread.ofPlatform().daemon().start(() -> { // a virtual one would keep its carrier from the readers of other processes
                try {
                    stream.transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException ended) {
                    return; // with the process
                }
            });
        }
    }

    public URI url() {
        return url;
    }

    /// A key that it has made: `targets-1`, …
    public Path key(String name) {
        return folder.resolve("keys").resolve(name + ".pem");
    }

    public Path metadata() {
        return folder.resolve("repository/metadata");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
