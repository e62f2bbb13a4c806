package dev.repro.tests.launch;

import dev.repro.base.Digest;
import dev.repro.tests.Repro;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Somebody with a policy and a state of their own, who launches.
record Operator(Path home) {

    static Operator in(Path folder, String url, String root, String... packages) throws IOException {
        var operator = new Operator(Files.createDirectories(folder));
        var policy = new StringBuilder("schema = \"repro.policy.v1\"\nversion = 1\n[repository]\nurl = \"" + url + "\"\nroot_sha256 = \"" + root + "\"\n");
        for (String name : packages) {
            policy.append("[[package]]\nname = \"").append(name).append("\"\ntaps = [\"tap*\"]\nblocks = [\"").append(operator.home.toRealPath()).append("/*\"]\n");
        }
        for (String target : List.of("hvt", "spt")) {
            Path tender = tender(target);
            if (Files.exists(tender)) {
                policy.append("[[tender]]\ntarget = \"").append(target).append("\"\npath = \"").append(tender).append("\"\nsha256 = \"").append(Digest.of(tender)).append("\"\n");
            }
        }
        Files.writeString(operator.policy(), policy);
        return operator;
    }

    /// The first on PATH; a name that is nowhere if there is none.
    static Path tender(String target) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).map(f -> Path.of(f, "solo5-" + target)).filter(Files::isExecutable)
                .findFirst().orElse(Path.of("/nowhere/solo5-" + target));
    }

    Path policy() {
        return home.resolve("policy.toml");
    }

    Path state() {
        return home.resolve("state");
    }

    void policy(String before, String after) throws IOException {
        String text = Files.readString(policy());
        if (!text.contains(before)) {
            throw new IllegalArgumentException("the policy has no " + before);
        }
        Files.writeString(policy(), text.replace(before, after));
    }

    Map<String, String> env() {
        return Map.of("REPRO_POLICY", policy().toString(), "REPRO_STATE", state().toString());
    }

    Repro.Answer run(String... args) {
        return Repro.run(home, env(), args);
    }

    List<String> receipts() throws IOException {
        if (!Files.exists(state().resolve("receipts"))) {
            return List.of();
        }
        try (var files = Files.list(state().resolve("receipts"))) {
            return files.sorted().map(f -> {
                try {
                    return Files.readString(f);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }
}
