package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.release.Extras;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Made;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseTargets;
import dev.repro.tuf.Limits;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Updater;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// A repository in memory, a host with a policy and tenders, and a clock that stands still.
final class Site {
    static final Path EXAMPLES = Path.of("../examples");
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final Signer KEY = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
    static final Signer OPERATOR = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();

    final Path folder;
    final State state;
    final Map<String, Json> targets = new TreeMap<>();
    Instant timestampExpires = NOW.plus(Duration.ofDays(7));
    Instant roleExpires = NOW.plus(Duration.ofDays(300));
    Duration grace = Duration.ZERO;
    String packages = "[[package]]\nname = \"hello\"\ntaps = [\"tap*\"]\nblocks = [\"*\"]\n".replace("\"*\"", "\"/*\"");
    String tenders;
    String head = "";

    Site(Path folder) throws Problem, IOException {
        this.folder = folder;
        this.state = State.at(folder.resolve("state"), dev.repro.tender.os.Sys.euid());
        tenders = tender("spt", "--x-exec-heap", 2) + tender("hvt", "/dev/kvm", 2);
    }

    /// A program that says what a tender says.
    String tender(String target, String mark, int abi) throws IOException {
        Path file = Files.writeString(folder.resolve("solo5-" + target), "#!/bin/sh\n# " + mark + "\necho \"it tender, version v1\"\necho \"ABI version " + abi + "\"\n");
        return "[[tender]]\ntarget = \"" + target + "\"\npath = \"" + file + "\"\nsha256 = \"" + Digest.of(file) + "\"\n";
    }

    /// A copy without what lies beside it.
    Path image(String example) throws IOException {
        Path from = EXAMPLES.resolve(example);
        Path to = folder.resolve(from.getFileName());
        return Files.exists(to) ? to : Files.copy(from, to);
    }

    Release add(String version, LaunchLimits limits, Path... images) throws Problem {
        return add(ReleaseMaker.make("hello", version, List.of(images), Extras.NONE.with(limits)));
    }

    Release add(Made made) throws Problem {
        ReleaseTargets.targets(made, "an envelope".getBytes(StandardCharsets.UTF_8)).forEach((name, target) -> targets.put(name.text(), target));
        return made.release();
    }

    /// A release that says of an image what is not so.
    Release describe(String version, Path file, ReleaseImage image) throws Problem {
        var release = new Release("hello", version, List.of(image), Optional.empty(), List.of(), new TreeMap<>());
        return add(new Made(release, new TreeMap<>(Map.of(release.target(image.file()), file)), new TreeMap<>(), List.of()));
    }

    Policy policy() throws Problem {
        return Policy.parse(("schema = \"repro.policy.v1\"\nversion = 1\n" + head + "[repository]\nurl = \"http://127.0.0.1:1/\"\nroot_sha256 = \"" + "0".repeat(64)
                + "\"\n" + packages + tenders).getBytes(StandardCharsets.UTF_8), folder.resolve("policy.toml"));
    }

    Known known() throws Refused, Problem {
        return known(NOW);
    }

    Known known(Instant as) throws Refused, Problem {
        var files = new HashMap<String, byte[]>();
        Json keys = Json.object(KEY.key().keyid(), KEY.key().toJson());
        Json one = Json.object("keyids", List.of(KEY.key().keyid()), "threshold", 1);
        Json version = Json.object("version", 1);
        sign(files, "1.root", roleExpires, Json.object("_type", "root", "consistent_snapshot", true, "keys", keys,
                "roles", Json.object("root", one, "timestamp", one, "snapshot", one, "targets", one)));
        Json delegation = Json.object("name", "team", "keyids", List.of(KEY.key().keyid()), "threshold", 1, "terminating", false, "paths", List.of("hello/*/*"));
        sign(files, "1.targets", NOW.plus(Duration.ofDays(300)), Json.object("_type", "targets", "targets", Json.object(),
                "delegations", Json.object("keys", keys, "roles", List.of(delegation))));
        sign(files, "1.team", NOW.plus(Duration.ofDays(300)), Json.object("_type", "targets", "targets", new Json.Obj(targets)));
        sign(files, "1.snapshot", timestampExpires, Json.object("_type", "snapshot", "meta", Json.object("targets.json", version, "team.json", version)));
        sign(files, "timestamp", timestampExpires, Json.object("_type", "timestamp", "meta", Json.object("snapshot.json", version)));
        var store = new MemoryStore();
        Updater.begin(store, files.get("1.root.json"), Limits.DEFAULT);
        return new Known(new Updater(new Files1(files), store, Limits.DEFAULT).refresh(as), as, grace, Optional.empty());
    }

    private static void sign(Map<String, byte[]> files, String name, Instant expires, Json.Obj body) throws Problem {
        Json.Obj signed = body.with("spec_version", "1.0.34").with("version", 1).with("expires", expires.toString());
        String signature = HexFormat.of().formatHex(KEY.sign(JsonText.canonical(signed)));
        files.put(name + ".json", JsonText.compact(Json.object("signatures", List.of(Json.object("keyid", KEY.key().keyid(), "sig", signature)), "signed", signed))
                .getBytes(StandardCharsets.UTF_8));
    }

    private record Files1(Map<String, byte[]> files) implements Remote {
        @Override
        public Optional<byte[]> get(String path, int most) {
            return Optional.ofNullable(files.get(path));
        }

        @Override
        public Optional<Body> open(String path, long from) {
            return get(path, Integer.MAX_VALUE).map(b -> new Body(0, new ByteArrayInputStream(b)));
        }

        @Override
        public String describe(String path) {
            return path;
        }
    }

    Granted permit(Ask ask) throws Refused, Problem {
        return permit(ask, known(), NOW);
    }

    Granted permit(Ask ask, Known known, Instant now) throws Refused, Problem {
        Policy policy = policy();
        try (Trusted nobody = Trusted.open(policy, state, Map.of(), _ -> { })) {
            return new Gate(policy, state, nobody, new Shelf(0), () -> now).permit(ask, () -> known, false, Told.NOBODY);
        }
    }

    static Ask ask(Path image, Ask.Device... devices) {
        return ask("hello", null, image, devices);
    }

    static Ask ask(String name, String version, Path image, Ask.Device... devices) {
        return new Ask(Optional.ofNullable(name), Optional.ofNullable(version), Optional.ofNullable(image), Optional.empty(), OptionalLong.empty(),
                List.of(devices), List.of(), Optional.empty());
    }

    static Ask.Device net(String name) {
        return new Ask.Net(Optional.empty(), name, "tap0", Optional.empty());
    }

    Ask.Device block(String name) throws IOException {
        Path disk = folder.resolve("disk");
        if (!Files.exists(disk)) {
            Files.write(disk, new byte[4096]);
        }
        return new Ask.Block(Optional.empty(), name, disk, java.util.OptionalInt.empty());
    }
}
