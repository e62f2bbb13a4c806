package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Releases of the examples, the metadata that lists them, and a folder of blobs.
final class Fixture {
    static final Path EXAMPLES = Path.of("../examples");
    static final RoleName ROLE = new RoleName("hello");
    static final Signer SIGNER = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
    static final List<Path> IMAGES = List.of(EXAMPLES.resolve("hello/hello.hvt"), EXAMPLES.resolve("hello/hello.spt"));

    final Path blobs;
    /// Members of `targets`, as they would be signed.
    final Map<TargetName, Json.Obj> targets = new TreeMap<>();

    /// What the role has withdrawn.
    final Map<String, Digest> withdrawn = new TreeMap<>();

    Fixture(Path blobs) {
        this.blobs = blobs;
    }

    static Stream<Path> exampleImages() {
        try (var all = Files.walk(EXAMPLES)) {
            return all.filter(f -> f.toString().matches(".*\\.(hvt|spt|virtio)")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Release add(String version, List<Path> images) throws Exception {
        return add(ReleaseMaker.make("hello", version, images, Extras.NONE));
    }

    Release add(Made made) throws Exception {
        byte[] envelope = ReleaseStatement.sign(made.release(), List.of(SIGNER));
        for (Path file : made.files().values()) {
            blob(Files.readAllBytes(file));
        }
        blob(envelope);
        targets.putAll(ReleaseTargets.targets(made, envelope));
        return made.release();
    }

    void blob(byte[] bytes) throws IOException {
        Files.write(blobs.resolve(Digest.of(bytes).hex()), bytes);
    }

    Function<Digest, Optional<Path>> blobs() {
        return digest -> Optional.of(blobs.resolve(digest.hex())).filter(Files::exists);
    }

    Signed.Targets signed() throws Refusal {
        return signed(targets, withdrawn);
    }

    static Signed.Targets signed(Map<TargetName, Json.Obj> targets) throws Refusal {
        return signed(targets, Map.of());
    }

    private static Signed.Targets signed(Map<TargetName, Json.Obj> targets, Map<String, Digest> withdrawn) throws Refusal {
        var members = new LinkedHashMap<String, Json>();
        targets.forEach((name, target) -> members.put(name.text(), target));
        Json.Obj signed = Json.object("_type", "targets", "spec_version", "1.0.34", "version", 1, "expires", "2030-01-01T00:00:00Z",
                "targets", new Json.Obj(members));
        signed = withdrawn.isEmpty() ? signed : signed.with(Withdrawn.MEMBER, withdrawn);
        byte[] file = JsonText.canonical(Json.object("signed", signed, "signatures", List.of()));
        return Metadata.parse(MetadataType.TARGETS, ROLE, file).unverified();
    }

    ReleaseCheck.Change check(Signed.Targets before) throws Refused, Problem, Refusal {
        return ReleaseCheck.check(ROLE, before, signed(), blobs());
    }
}
