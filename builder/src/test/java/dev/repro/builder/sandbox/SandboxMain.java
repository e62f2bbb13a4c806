package dev.repro.builder.sandbox;

import dev.repro.base.JsonText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// A process of its own that runs one build: to be killed, or to be somebody else.
final class SandboxMain {

    private SandboxMain() {}

    /// @param args state folder, log, PATH, script, memory in bytes
    public static void main(String[] args) throws Exception {
        try (var sandbox = Sandbox.open(Path.of(args[0]), Map.of("PATH", args[2]))) {
            System.out.println(JsonText.compact(sandbox.capabilities().toJson()));
            var limits = new Limits(Duration.ofSeconds(100), Long.parseLong(args[4]), 40, 8 << 20, 1 << 20);
            Run run = sandbox.run(Builds.spec(Path.of(args[1]), args[3], limits));
            System.out.println(run);
        }
    }
}
