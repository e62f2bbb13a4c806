package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;

/// The part of [Training] that needs a repository: one with both usual kinds of keys and enough targets, over HTTP on this machine.
final class TufTraining implements AutoCloseable {
    private static final int TARGETS = 10_000;
    private static final byte[] CONTENT = "training".getBytes(StandardCharsets.UTF_8);

    private final TrainingSite site = new TrainingSite();

    /// @param folder gets `root.json`
    TufTraining(Path folder) throws IOException, Problem {
        publish(TrainingSite.Signer.make("Ed25519", "Ed25519", 255), TrainingSite.Signer.make("EC", "SHA256withECDSA", 256));
        Files.write(folder.resolve("root.json"), site.get("1.root.json"));
        site.start();
    }

    private void publish(TrainingSite.Signer ed25519, TrainingSite.Signer ecdsa) throws Problem {
        Json.Obj keys = Json.object(ed25519.key().keyid(), ed25519.key().toJson(), ecdsa.key().keyid(), ecdsa.key().toJson());
        Json both = Json.object("keyids", List.of(ed25519.key().keyid(), ecdsa.key().keyid()), "threshold", 2);
        Json one = Json.object("keyids", List.of(ed25519.key().keyid()), "threshold", 1);
        site.sign("1.root.json", TrainingSite.header("root").with("consistent_snapshot", true).with("keys", keys)
                .with("roles", Json.object("root", both, "timestamp", both, "snapshot", one, "targets", one)), ed25519, ecdsa);
        String hash = Digest.of(CONTENT).hex();
        var targets = new LinkedHashMap<String, Json>();
        for (int i = 0; i < TARGETS; i++) {
            targets.put("t/" + i, Json.object("length", CONTENT.length, "hashes", Json.object("sha256", hash)));
        }
        Json bins = Json.object("keyids", List.of(ed25519.key().keyid()), "threshold", 1, "bit_length", 1, "name_prefix", "b");
        site.sign("1.targets.json", TrainingSite.header("targets").with("targets", targets)
                .with("delegations", Json.object("keys", keys, "succinct_roles", bins)), ed25519);
        Json version = Json.object("version", 1);
        site.sign("1.b-0.json", TrainingSite.header("targets").with("targets", Json.object()), ed25519);
        site.sign("1.b-1.json", TrainingSite.header("targets").with("targets", Json.object()), ed25519);
        site.sign("1.snapshot.json", TrainingSite.header("snapshot").with("meta", Json.object("targets.json", version, "b-0.json", version, "b-1.json", version)), ed25519);
        site.sign("timestamp.json", TrainingSite.header("timestamp").with("meta", Json.object("snapshot.json", version)), ed25519, ecdsa);
        site.put("t/" + hash + ".1", CONTENT);
    }

    /// Lines of arguments that meet what a client usually does.
    List<String> lines() {
        String url = site.url();
        String first = "tuf-client --metadata-dir m --metadata-url " + url + " --target-base-url " + url + " --target-dir t ";
        return List.of("tuf-client --metadata-dir m init root.json", first + "refresh", first + "--target-name t/1 download", first + "--target-name t/1 download",
                first + "--target-name nowhere download", first + "--json --target-name t/1 download");
    }

    @Override
    public void close() throws IOException {
        site.close();
    }
}
