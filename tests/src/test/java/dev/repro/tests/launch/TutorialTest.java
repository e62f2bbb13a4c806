package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Does what the tutorial says, word for word, and compares what is printed with what it says is printed.
class TutorialTest {
    private static final Path TUTORIAL = Repro.HOME.resolve("docs/tutorial.md");
    private static final int PORT = 8080;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyCommandOfTheTutorialPrintsWhatItSays() throws Exception {
        for (String program : List.of("faketime", "qemu-system-x86_64", "bwrap")) {
            assumeTrue(Tool.found(program), "skipped: " + program + " is not on PATH");
        }
        assumeTrue(isFree(PORT), "skipped: port " + PORT + " is taken, and the tutorial serves on it");
        for (String verb : List.of("init", "serve", "launch")) {
            Repro.run(verb, "--no-such-option"); // makes the start-up cache, and says so
        }
        String home = folder.resolve("home").toString();
        Map<String, String> env = Map.of("REPRO", Repro.HOME.toString(), "PATH", Repro.HOME + ":" + System.getenv("PATH"), "XDG_CONFIG_HOME", home + "/config",
                "XDG_STATE_HOME", home + "/state", "XDG_CACHE_HOME", Repro.cache().getParent().toString());
        var wrong = new ArrayList<String>();
        try (var session = new Session(folder, env)) {
            for (Session.Step step : Session.read(TUTORIAL)) {
                String printed = session.run(step.command());
                if (!step.isPrinted(printed)) {
                    wrong.add("docs/tutorial.md:" + step.line() + ": $ " + step.command() + "\n--- it says\n" + String.join("\n", step.expected())
                            + "\n--- it prints\n" + printed);
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
