package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.Made;
import dev.repro.release.Extras;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseTargets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The part of [Training] for launches: a repository with one release of the example hello, and a tender that says its version and then cannot be
/// executed, so that everything is met but the last call, from which nobody comes back. And the built-in tender, which runs its guest where there
/// is KVM.
final class LaunchTraining implements AutoCloseable {
    /// A script is no program for a process that closes the descriptor which it would be read from.
    private static final String TENDER = """
            #!/bin/sh
            # --x-exec-heap
            echo "training tender, version 1"
            echo "ABI version 2"
            """;

    private final TrainingSite site = new TrainingSite();

    /// @param env gets the places of policy and state
    LaunchTraining(Path folder, Map<String, String> env) throws IOException, Problem {
        Path images = Path.of(System.getProperty("repro.home", ""), "examples/hello");
        Path tender = Files.writeString(folder.resolve("tender"), TENDER);
        publish(TrainingSite.Signer.make("Ed25519", "Ed25519", 255), List.of(images.resolve("hello.spt"), images.resolve("hello.hvt")));
        Files.writeString(folder.resolve("policy.toml"), """
                schema = "repro.policy.v1"
                version = 1
                [repository]
                url = "%s"
                root_sha256 = "%s"
                [[package]]
                name = "hello"
                taps = ["tap*"]
                [[tender]]
                target = "spt"
                path = "%s"
                sha256 = "%s"
                [[tender]]
                target = "hvt"
                path = "builtin"
                """.formatted(site.url(), Digest.of(site.get("metadata/1.root.json")), tender, Digest.of(tender)));
        env.put("REPRO_POLICY", folder.resolve("policy.toml").toString());
        env.put("REPRO_STATE", folder.resolve("state").toString());
        site.start();
    }

    private void publish(TrainingSite.Signer key, List<Path> images) throws IOException, Problem {
        Json.Obj keys = Json.object(key.key().keyid(), key.key().toJson());
        Json one = Json.object("keyids", List.of(key.key().keyid()), "threshold", 1);
        site.sign("metadata/1.root.json", TrainingSite.header("root").with("consistent_snapshot", true).with("keys", keys)
                .with("roles", Json.object("root", one, "timestamp", one, "snapshot", one, "targets", one)), key);
        Json hello = Json.object("name", "hello", "keyids", List.of(key.key().keyid()), "threshold", 1, "terminating", false, "paths", List.of("hello/*/*"));
        site.sign("metadata/1.targets.json", TrainingSite.header("targets").with("targets", Json.object())
                .with("delegations", Json.object("keys", keys, "roles", List.of(hello))), key);
        var targets = new LinkedHashMap<String, Json>();
        if (Files.exists(images.getFirst())) { // in a release archive there is none: then launches are met as far as the release
            Made made = ReleaseMaker.make("hello", "1.0.0", images, Extras.NONE);
            ReleaseTargets.targets(made, "training".getBytes(StandardCharsets.UTF_8)).forEach((name, target) -> targets.put(name.text(), target));
            for (Path image : images) {
                site.put("targets/hello/1.0.0/" + Digest.of(image) + "." + image.getFileName(), Files.readAllBytes(image));
            }
        }
        site.sign("metadata/1.hello.json", TrainingSite.header("targets").with("targets", new Json.Obj(targets)), key);
        Json version = Json.object("version", 1);
        site.sign("metadata/1.snapshot.json", TrainingSite.header("snapshot").with("meta", Json.object("targets.json", version, "hello.json", version)), key);
        site.sign("metadata/timestamp.json", TrainingSite.header("timestamp").with("meta", Json.object("snapshot.json", version)), key);
    }

    /// Lines of arguments: the first launch, the next, and what is refused.
    List<String> lines() {
        return List.of("launch hello@1.0.0 --mem=64 -- a b", "launch hello --mem=64", "launch hello --offline", "launch hello --dry-run --explain",
                "launch hello --net:service=tap0", "launch hello --target hvt --mem=2");
    }

    @Override
    public void close() throws IOException {
        site.close();
    }
}
