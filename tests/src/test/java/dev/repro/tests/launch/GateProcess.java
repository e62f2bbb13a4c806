package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Fields;
import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `./repro gate` in a process of its own, asked with curl.
final class GateProcess implements AutoCloseable {
    private static final String READY = "listening  ";

    private final Process process;
    private final GateHome home;
    private final Path log;

    private GateProcess(Process process, GateHome home, Path log) {
        this.process = process;
        this.home = home;
        this.log = log;
    }

    static GateProcess start(GateHome home, String... options) throws IOException {
        Path log = Files.createTempFile(home.folder, "gate", ".log");
        var command = new ArrayList<>(List.of(Repro.HOME.resolve("repro").toString(), "gate"));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).directory(home.folder.toFile()).redirectInput(new java.io.File("/dev/null")).redirectError(log.toFile());
        builder.environment().putAll(home.env());
        Process process = builder.start();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(READY)) {
                return new GateProcess(process, home, log);
            }
        }
        process.destroyForcibly();
        throw new IOException("the daemon did not start: " + Files.readString(log));
    }

    /// @param status of HTTP
    record Answer(int status, String text) {
        Fields fields() throws Exception {
            return Fields.of(JsonParser.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)), "answer", "$");
        }

        String refusal() throws Exception {
            return fields().string("refusal");
        }

        Answer is(int expected) {
            assertEquals(expected, status, text);
            return this;
        }
    }

    Answer curl(String... words) throws Exception {
        return curl(List.of(), words);
    }

    /// @param as what runs curl: `setpriv …`; nothing: whoever runs the tests
    Answer curl(List<String> as, String... words) throws Exception {
        var argv = new ArrayList<>(as);
        argv.addAll(List.of("curl", "--silent", "--show-error", "--unix-socket", home.socket().toString(), "--write-out", "\n%{http_code}"));
        argv.addAll(List.of(words));
        Tool.Ended ended = Tool.run(home.folder, argv.toArray(String[]::new));
        assertEquals(0, ended.code(), () -> ended.text() + log());
        int end = ended.text().lastIndexOf('\n');
        return new Answer(Integer.parseInt(ended.text().substring(end + 1)), ended.text().substring(0, end));
    }

    Answer get(String path) throws Exception {
        return curl("http://gate" + path);
    }

    Answer post(String path, Json body) throws Exception {
        return curl("--data", dev.repro.base.JsonText.compact(body), "http://gate" + path);
    }

    Answer launch(Object... namesAndValues) throws Exception {
        return post("/v1/launch", Json.object(namesAndValues));
    }

    Answer stop(String id) throws Exception {
        return curl("--request", "DELETE", "http://gate/v1/running/" + id);
    }

    long pid() {
        return process.pid();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), () -> "the daemon does not stop: " + log());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
