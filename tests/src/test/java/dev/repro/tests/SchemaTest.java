package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.sun.net.httpserver.SimpleFileServer;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.diffoscopelite.Diff;
import dev.repro.diffoscopelite.Verdict;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.release.Extras;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Made;
import dev.repro.release.ReleaseMaker;
import dev.repro.snapshot.Home;
import dev.repro.snapshot.ServiceLimits;
import dev.repro.tests.release.Person;
import dev.repro.tests.release.Serving;
import dev.repro.timestamp.Clocks;
import dev.repro.timestamp.TimestampAuthority;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Stores;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.AllowedTender;
import dev.repro.tender.Ask;
import dev.repro.tender.Mac;
import dev.repro.tender.Permit;
import dev.repro.tender.backend.HandOver;
import dev.repro.tender.os.Sealed;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What `--json` prints, and what repro writes as JSON, is what `docs/schema` says of it, no more and no less.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaTest {
    private static final Path FOLDER = Repro.HOME.resolve("docs/schema");
    private static final String URN = "urn:repro:schema:";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, JsonNode> schemas = new TreeMap<>();
    private final TreeSet<String> used = new TreeSet<>();
    private JsonSchemaFactory factory;

    @TempDir
    Path folder;

    @BeforeAll
    void readSchemas() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.json$", "");
                schemas.put(name, MAPPER.readTree(file.toFile()));
                texts.put(URN + name, Files.readString(file));
            }
        }
        factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012, b -> b.schemaLoaders(l -> l.schemas(texts)));
    }

    @AfterAll
    void everySchemaIsUsed() {
        if (used.contains("repro.check.v1") && used.contains("repro.locked.v1")) { // all tests of this class ran, not one alone
            assertEquals(schemas.keySet(), used);
        }
    }

    @Test
    void schemasAreSchemasAndRefuseWhatIsNotTheirs() {
        JsonSchema meta = factory.getSchema(SchemaLocation.of(SchemaId.V202012));
        schemas.forEach((name, schema) -> {
            assertTrue(meta.validate(schema).isEmpty(), () -> name + ": " + meta.validate(schema));
            assertEquals(URN + name, schema.path("$id").asText());
            for (JsonNode object : schema.findParents("properties")) {
                assertEquals(BooleanNode.FALSE, object.get("additionalProperties"), name + ": " + object);
            }
        });
    }

    @Test
    void checks() throws Exception {
        printed("repro.check.v1", 0, "check", "--json", "examples/hello/hello.hvt");
        printed("repro.checks.v1", 0, "check", "--json", "examples/hello");
        printed("repro.checks.v1", 1, "check", "--json", "examples/irreproducible/build-path",
                "examples/irreproducible/excepted");
        printed("repro.check.v1", 1, "check", "--json",
                copy("irreproducible/build-path", "unbuilt", "command = \"exit 3\"").toString());
    }

    /// A folder of that name with a copy of an example, its build replaced, and locked.
    private Path copy(String example, String name, String command) throws Exception {
        Path copy = Repro.copy(example, folder.resolve(name));
        Path recipe = copy.resolve("repro.toml");
        Files.writeString(recipe, Files.readString(recipe).replaceFirst("(?m)^command = .*$", command));
        printed("repro.locked.v1", 0, "lock", "--json", copy.toString());
        return copy;
    }

    @Test
    void locksAndBuilds() throws Exception {
        Path hello = Repro.copy("hello", folder.resolve("one"));
        Path blk = Repro.copy("blk", folder.resolve("one"));
        Files.delete(blk.resolve("repro.lock"));
        printed("repro.locked.v1", 0, "lock", "--json", "--expected", hello.toString());
        written("repro.lock.v1", hello.resolve("repro.lock"));
        Path host = Repro.copy("hello", folder.resolve("host"));
        Path recipe = host.resolve("repro.toml");
        Files.writeString(recipe, Files.readString(recipe).replaceFirst("(?m)^debian = .*$", "host = true")
                .replaceFirst("(?m)^packages = .*$", ""));
        printed("repro.locked.v1", 0, "lock", "--json", host.toString());
        written("repro.lock.v1", host.resolve("repro.lock"));
        printed("repro.locks.v1", 0, "lock", "--json", hello.toString(), blk.toString());
        JsonNode built = printed("repro.built.v1", 0, "build", "--json", hello.toString());
        JsonNode record = written("repro.build.v1", hello.resolve("hello.build.json"));
        assertEquals(built.get("record"), record);
        built.get("files").forEach(file -> assertTrue(Files.exists(Path.of(file.asText())), file::toString));
    }

    @Test
    void committedLocks() throws Exception {
        try (Stream<Path> files = Files.walk(Repro.HOME.resolve("examples"))) {
            List<Path> locks = files.filter(f -> f.endsWith("repro.lock")).toList();
            assertTrue(locks.size() >= 10, locks::toString);
            for (Path lock : locks) {
                written("repro.lock.v1", lock);
            }
        }
    }

    @Test
    void repositoryChecks() throws Exception {
        Path metadata = Files.createDirectories(folder.resolve("checked/metadata"));
        Files.writeString(metadata.resolve("1.root.json"), "{}");
        printed("repro.repo-check.v1", 1, "repo", "check", "--json", metadata.getParent().toString());
    }

    @Test
    void images() throws Exception {
        String hvt = "examples/hello/hello.hvt";
        String virtio = "examples/hello/hello.virtio";
        printed("repro.image.v1", 0, "manifest", "show", "--json", hvt);
        printed("repro.images.v1", 0, "manifest", "show", "--json", virtio, "examples/blk/blk.spt", "/bin/true", "README.md");
        printed("repro.lint.v1", 0, "manifest", "lint", "--json", hvt);
        printed("repro.lints.v1", 1, "manifest", "lint", "--json", virtio, "README.md");
        Path manifest = Files.writeString(folder.resolve("manifest.json"),
                "{\"type\": \"solo5.manifest\", \"version\": 1, \"devices\": [{\"name\": \"net0\", \"type\": \"NET_BASIC\"}]}");
        printed("repro.generated.v1", 0, "manifest", "generate", "--json", manifest.toString(), folder.resolve("m.c").toString());
    }

    @Test
    void keys() throws Exception {
        String file = folder.resolve("keys/a.pem").toString();
        Files.createDirectory(folder.resolve("keys"));
        printed("repro.key.v1", 0, "key", "generate", "--json", "--no-password", "--scheme", "ml-dsa-44/1", file);
        printed("repro.key.v1", 0, "key", "generate", "--json", "--no-password", folder.resolve("keys/b.pem").toString());
        printed("repro.key.v1", 0, "key", "show", "--json", file);
        printed("repro.converted.v1", 0, "key", "convert", "--json", "--to", "tuf", file);
        printed("repro.converted.v1", 0, "key", "convert", "--json", "--to", "private", "--output", file + ".copy", file);
        Files.writeString(folder.resolve("keys/none.pem"), "-----BEGIN NOTHING-----\n");
        printed("repro.keys.v1", 0, "key", "list", "--json", folder.resolve("keys").toString());
        printed("repro.error.v1", 2, "key", "generate", "--json", "--no-password", file);
    }

    @Test
    void repositories() throws Exception {
        Path at = Files.createDirectory(folder.resolve("repository"));
        String site = at.resolve("site").toString();
        String keys = at.resolve("keys").toString();
        String next = at.resolve("next").toString();
        printed("repro.repo-change.v1", 0, "repo", "init", "--json", "--no-password", "--new-keys", keys, site);
        printed("repro.repo-change.v1", 0, "repo", "add", "--json", "--repo", site, "--key", keys, "README.md");
        printed("repro.repo-status.v1", 0, "repo", "status", "--json", "--repo", site);
        printed("repro.repo-change.v1", 0, "repo", "delegate", "--json", "--repo", site, "--proposal", next, "hello", keys
                + "/targets-1.pub");
        written("repro.proposal.v1", Path.of(next, "proposal.json"));
        String digest = printed("repro.repo-diff.v1", 0, "repo", "diff", "--json", next).get("digest").asText();
        printed("repro.repo-missing.v1", 1, "repo", "status", "--json", "--proposal", next);
        printed("repro.repo-signed.v1", 0, "repo", "sign", "--json", "--digest", digest, "--key", keys, next);
        printed("repro.repo-merged.v1", 0, "repo", "merge", "--json", "--repo", site, "--key", keys, next);
        printed("repro.error.v1", 1, "repo", "merge", "--json", "--repo", site, "--key", keys, next);
    }

    @Test
    void tufClient() throws Exception {
        Path site = folder.resolve("site");
        String[] publishing = {"--repo", site.toString(), "--key", folder.resolve("site-keys").toString()};
        assertEquals(0, Repro.run("repo", "init", "--no-password", "--new-keys", folder.resolve("site-keys").toString(),
                site.toString()).code());
        Path image = Files.writeString(folder.resolve("image"), "an image");
        var added = Repro.run("repo", "add", publishing[0], publishing[1], publishing[2], publishing[3], "--as", "hello",
                image.toString());
        assertEquals(0, added.code(), added::toString);
        var server = SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), site,
                SimpleFileServer.OutputLevel.NONE);
        server.start();
        try {
            tufClient("http://127.0.0.1:" + server.getAddress().getPort() + "/", site.resolve("metadata/1.root.json").toString());
        } finally {
            server.stop(0);
        }
    }

    private void tufClient(String url, String root) throws Exception {
        String state = folder.resolve("state").toString();
        String one = folder.resolve("state/one").toString();
        String into = folder.resolve("targets").toString();
        String bundle = folder.resolve("hello.tar").toString();
        Path map = Files.writeString(folder.resolve("map.json"), "{\"repositories\": {\"one\": [\"" + url
                + "\"]}, \"mapping\": [{\"paths\": [\"*\"], "
                + "\"repositories\": [\"one\"], \"threshold\": 1, \"terminating\": true}]}");
        assertEquals(0, Repro.run("tuf-client", "--metadata-dir", one, "init", root).code());
        printed("repro.tuf-client.v1", 0, "tuf-client", "--json", "--metadata-dir", one, "--metadata-url", url + "metadata",
                "refresh");
        printed("repro.tuf-client.v1", 0, "tuf-client", "--json", "--metadata-dir", one, "--metadata-url", url + "metadata",
                "--target-base-url", url + "targets",
                "--target-name", "hello", "--target-dir", into, "download");
        printed("repro.tuf-client.v1", 0, "tuf-client", "--json", "--metadata-dir", one, "--metadata-url", url + "metadata",
                "--target-base-url", url + "targets",
                "--target-name", "hello", "export", bundle);
        printed("repro.tuf-client.v1", 0, "tuf-client", "--json", "--metadata-dir", one, "--target-dir", into, "import", bundle);
        printed("repro.tuf-map.v1", 0, "tuf-client", "--json", "--metadata-dir", state, "--map", map.toString(), "refresh");
        printed("repro.tuf-map.v1", 0, "tuf-client", "--json", "--metadata-dir", state, "--map", map.toString(), "--target-name",
                "hello", "--target-dir", into,
                "download");
        printed("repro.refusal.v1", 1, "tuf-client", "--json", "--metadata-dir", state, "--map", map.toString(), "--target-name",
                "none", "--target-dir", into,
                "download");
        printed("repro.error.v1", 1, "tuf-client", "--json", "--metadata-dir", folder.resolve("nobody").toString(), "--offline",
                "refresh");
        try (var tar = Files.newInputStream(Path.of(bundle))) {
            tar.skipNBytes(512); // the header of bundle.json, the first file
            String text = new String(tar.readNBytes(512), java.nio.charset.StandardCharsets.UTF_8);
            valid("repro.tuf-bundle.v1", MAPPER.readTree(text.substring(0, text.indexOf('\0'))));
        }
    }

    @Test
    void timestampService() throws Exception {
        Path at = Files.createDirectory(folder.resolve("fresh"));
        Path key = at.resolve("keys/timestamp.pem");
        Path root = at.resolve("site/metadata/1.root.json");
        assertEquals(0, Repro.run("repo", "init", "--no-password", "--new-keys", at.resolve("keys").toString(),
                at.resolve("site").toString()).code());
        Process service = Repro.start(at, Map.of(), "timestamp-service", "--json", "--url", "http://127.0.0.1:1", "--root", root.toString(), "--key",
                key.toString(),
                "--dir", "state", "--listen", "127.0.0.1:0");
        try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(service.getInputStream())) {
            valid("repro.timestamp-service.v1", values.next());
        } finally {
            service.destroy();
            service.onExit().join();
        }
        try (Signer signer = Signers.open(key.toString(), Passwords.none())) {
            TimestampAuthority.open(at.resolve("state"), Files.readAllBytes(root), List.of(signer), Clocks.system(),
                    TimestampAuthority.Margins.DEFAULT)
                    .sign(Files.readAllBytes(at.resolve("site/metadata/1.snapshot.json")), _ -> Optional.empty(), Optional.empty());
        }
        written("repro.timestamp-mark.v1", at.resolve("state/mark.json"));
    }

    @Test
    void theRest() throws Exception {
        printed("repro.version.v1", 0, "version", "--json");
        printed("repro.completion.v1", 0, "completion", "--json");
        printed("repro.doctor.v1", Repro.run("doctor").code(), "doctor", "--json");
        Path project = Files.createDirectory(folder.resolve("project"));
        Files.writeString(project.resolve("Makefile"), "all:\n\ttrue\n");
        printed("repro.init.v1", 0, "init", "--json", project.toString());
        var equal = new Diff(Verdict.IDENTICAL, List.of(), 0, 0, 0);
        valid("repro.diff.v1", MAPPER.readTree(JsonText.compact(equal.toJson())));
    }

    @Test
    void errors() throws Exception {
        printed("repro.error.v1", 2, "check", "--json", "no-such-file");
        printed("repro.error.v1", 2, "check", "--json", "--no-such-option");
        printed("repro.error.v1", 2, "manifest", "--json");
        printed("repro.error.v1", 2, "manifest", "show", "--json", "--manifest", "--abi", "examples/hello/hello.hvt");
        printed("repro.error.v1", 2, "init", "--json", "examples/hello");
        printed("repro.error.v1", 2, "build", "--json", folder.toString());
        printed("repro.error.v1", 1, "build", "--json", copy("hello", "failing", "command = \"false\"").toString());
    }

    /// Runs repro, and holds the one object that it prints to the schema.
    private JsonNode printed(String schema, int code, String... args) throws IOException {
        return printed(schema, code, Repro.run(args));
    }

    private JsonNode printed(String schema, int code, Repro.Answer answer) throws IOException {
        assertEquals(code, answer.code(), answer::toString);
        try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(answer.out())) {
            JsonNode value = values.next();
            assertFalse(values.hasNext(), () -> "more than one value: " + answer);
            assertTrue(answer.out().startsWith("{") && answer.out().endsWith("}\n"), answer::toString);
            return valid(schema, value);
        }
    }

    @Test
    void releases() throws Exception {
        Path blk = Repro.HOME.resolve("examples/blk");
        var limits = new LaunchLimits(Optional.of(2L << 20), Optional.empty(), Optional.of("[a-z ]*"), List.of("storage"));
        var extras = new Extras(limits, Map.of(), Optional.of(blk.resolve("repro.lock")), List.of(), Map.of("layout", "7"), Optional.empty());
        Made made = ReleaseMaker.make("blk", "1.0.0", List.of(blk.resolve("blk.hvt"), blk.resolve("blk.spt")), extras);
        written("repro.release.v1", Files.writeString(folder.resolve("release.json"), JsonText.pretty(made.release().toJson())));
    }

    @Test
    void publishing() throws Exception {
        Path town = Files.createDirectory(folder.resolve("town"));
        Person alice = Person.in(town, "alice");
        try (Serving serving = Serving.start(town.resolve("service"))) {
            printed("repro.author.v1", 0, alice.run("author", "init", "--json", "--service", serving.url().toString(), "--no-password"));
            printed("repro.author.v1", 0, alice.run("author", "show", "--json"));
            written("repro.author-settings.v1", alice.file(".config/repro/author/author.json"));
            printed("repro.team.v1", 0, alice.run("team", "create", "--json", "crew", "--quorum", "1-of-1", alice.publicKey().toString()));
            String digest = printed("repro.request-shown.v1", 0, alice.run("claim", "--json", "hello")).get("digest").asText();
            written("repro.request-draft.v1", alice.file("hello.claim/request.json"));
            printed("repro.requests-shown.v1", 0, alice.run("requests", "--json", "hello"));
            for (String key : List.of("targets-1", "targets-2")) {
                printed("repro.approved.v1", 0, alice.run("approve", "--json", "hello", "--digest", digest, "--key", serving.key(key).toString()));
            }
            printed("repro.request-standing.v1", 0, alice.run("claim", "--json", "hello"));
            printed("repro.request-shown.v1", 0, alice.run("claim", "--json", "other"));
            printed("repro.request-standing.v1", 0, alice.run("claim", "--json", "other"));
            printed("repro.rejected.v1", 0, alice.run("approve", "--json", "--reject", "other", "--key", serving.key("targets-1").toString()));
            printed("repro.request-standing.v1", 1, alice.run("claim", "--json", "other"));
            printed("repro.requests-shown.v1", 1, alice.run("requests", "--json", "other"));
            String image = Repro.HOME.resolve("examples/hello/hello.hvt").toString();
            printed("repro.signed.v1", 0, alice.run("sign", "--json", image, "--version", "1.0.0", "--embed"));
            printed("repro.published.v1", 0, alice.run("publish", "--json", "hello-1.0.0.release"));
            written("repro.published.v1", alice.file("hello-1.0.0.release/published.json"));
            String embedded = alice.file("hello-1.0.0.release/images/hello.hvt").toString();
            printed("repro.verified.v1", 0, alice.run("verify", "--json", embedded));
            printed("repro.refusal.v1", 1, alice.run("verify", "--json", Repro.HOME.resolve("README.md").toString()));
            printed("repro.stripped.v1", 0, alice.run("strip", "--json", embedded));
            printed("repro.releases.v1", 0, alice.run("releases", "--json", "hello"));
            launching(alice, serving);
        }
    }

    /// Of a launch that ended before: no tender is needed.
    private void gate(Person alice, Map<String, String> env) throws Exception {
        String digest = "0".repeat(64);
        Json.Obj process = Json.object("image", "hello.spt", "digest", digest, "target", "spt", "tender", "/usr/bin/solo5-spt", "pid", 7, "started_ticks", 8,
                "ended", "2026-11-22T12:00:00Z", "status", 3, "signal", null);
        Json.Obj guest = Json.object("schema", "repro.guest.v1", "id", "one", "state", "ended", "name", "hello", "version", "1.0.0", "release", digest,
                "pid", 7, "digest", digest, "receipt", "gate-x.jsonl:0", "processes", List.of(process), "devices", List.of("--net:service=tap0"),
                "claims", List.of("tap tap0"), "memory", 2_097_152, "arguments", List.of("exit=3"), "console", "log", "uid", 0, "user", "root",
                "asked", "2026-11-22T12:00:00Z", "request", digest, "boot", "b");
        Files.createDirectories(alice.file("state/ended"));
        Files.writeString(alice.file("state/ended/one.json"), JsonText.compact(guest));
        var places = new java.util.HashMap<>(env);
        places.put("REPRO_SOCKET", alice.file("gate.sock").toString());
        Process gate = Repro.start(alice.home(), places, "gate", "--json");
        try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(gate.getInputStream())) {
            valid("repro.gate.v1", values.next());
            printed("repro.running.v1", 0, Repro.run(alice.home(), places, "ps", "--all", "--json"));
            printed("repro.outdated.v1", 0, Repro.run(alice.home(), places, "outdated", "--json"));
            JsonNode stopped = printed("repro.guest.v1", 0, Repro.run(alice.home(), places, "stop", "one", "--json"));
            assertEquals(MAPPER.readTree(JsonText.compact(guest)), stopped);
        } finally {
            gate.destroy();
        }
        valid("repro.launch-request.v1", MAPPER.readTree("""
                {"schema": "repro.launch-request.v1", "id": "one", "release": "hello@1.0.0", "target": "spt", "memory": 2097152, "arguments": ["a"],
                 "console": "log", "wait": true, "devices": [{"type": "net", "name": "service", "tap": "tap0", "mac": "02:00:00:c0:ff:ee"},
                 {"type": "block", "name": "storage", "file": "/srv/a.img", "sector_size": 512, "image": "b.spt"}]}"""));
    }

    private void launching(Person alice, Serving serving) throws Exception {
        Map<String, String> env = Map.of("REPRO_POLICY", alice.file("policy.toml").toString(), "REPRO_STATE", alice.file("state").toString(), "PATH", "/usr/bin:/bin");
        String root = dev.repro.base.Digest.of(serving.metadata().resolve("1.root.json")).hex();
        printed("repro.policy.v1", 0, Repro.run(alice.home(), env, "policy", "init", "--json", "--service", serving.url().toString(), "--root-sha256", root, "--package", "hello"));
        printed("repro.launch.v1", 0, Repro.run(alice.home(), env, "launch", "--json", "--dry-run", "hello"));
        printed("repro.refusal.v1", 63, Repro.run(alice.home(), env, "launch", "--json", "other"));
        printed("repro.export.v1", 0, Repro.run(alice.home(), env, "export", "--json", "systemd", "hello"));
        try (Stream<Path> receipts = Files.list(alice.file("state/receipts"))) {
            written("repro.receipt.v1", receipts.findFirst().orElseThrow());
        }
        String key = alice.file(".config/repro/author/author.pem").toString();
        Files.writeString(alice.file("policy.toml"), Files.readString(alice.file("policy.toml")) + "[operator]\nkeys = [\"" + alice.publicKey() + "\"]\n");
        printed("repro.policy.v1", 0, Repro.run(alice.home(), env, "policy", "show", "--json"));
        printed("repro.policy.v1", 0, Repro.run(alice.home(), env, "policy", "check", "--json"));
        printed("repro.policy-signature.v1", 0, Repro.run(alice.home(), env, "policy", "sign", "--json", "--key", key));
        printed("repro.policy-permission.v1", 0, Repro.run(alice.home(), env, "policy", "permit", "--json", "hello@1.0.0", "--key", key));
        gate(alice, env);
    }

    private JsonNode written(String schema, Path file) throws IOException {
        return valid(schema, MAPPER.readTree(file.toFile()));
    }

    @Test
    void snapshotService() throws Exception {
        try (var signer = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
                var home = Home.open(folder.resolve("served"), Optional.empty(), Instant.now());
                var http = HttpClient.newHttpClient()) {
            String url = home.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ServiceLimits.DEFAULT, Clocks.system(),
                    new PrintStream(OutputStream.nullOutputStream(), true)).url();
            answered("repro.service.v1", http, HttpRequest.newBuilder(URI.create(url + "/v1/status")).build());
            Proposal proposal = Signing.sign(Editor.of(Repository.read(Stores.open(home.repository())), Instant.now()).delegate(RoleName.TARGETS,
                    "hello",
                    List.of("hello/*/*"), List.of(), false, new Editor.Keys(List.of(new KeyHolder(signer.key(), "")), 1)).proposal(),
                            List.of(signer));
            Json.Obj request = Json.object("schema", "repro.request.v1", "kind", "claim", "name", "hello", "role", "hello", "paths",
                    List.of("hello/*/*"),
                    "keys", List.of(signer.key().toJson()), "threshold", 1, "first", base64(proposal.bytes(new RoleName("hello"))), "message", "");
            valid("repro.request.v1", MAPPER.readTree(JsonText.compact(request)));
            answered("repro.request-result.v1", http, post(url + "/v1/requests", request));
            answered("repro.requests.v1", http, HttpRequest.newBuilder(URI.create(url + "/v1/requests")).build());
            answered("repro.request.v1", http, HttpRequest.newBuilder(URI.create(url + "/v1/requests/hello")).build());
            Path targets = home.keys().resolve("targets-1.pem");
            Proposal granted = Signing.sign(Signing.sign(proposal, List.of(Signers.open(targets.toString(), Passwords.none()))),
                    List.of(Signers.open(targets.resolveSibling("targets-2.pem").toString(), Passwords.none())));
            Json.Obj submission = Json.object("schema", "repro.submission.v1", "files", granted.roles().stream()
                    .map(role -> Json.object("role", role.text(), "metadata", base64(granted.bytes(role)))).toList(), "message", "granted");
            valid("repro.submission.v1", MAPPER.readTree(JsonText.compact(submission)));
            ObjectNode result = (ObjectNode) MAPPER.readTree(http.send(post(url + "/v1/submissions", submission),
                    HttpResponse.BodyHandlers.ofString()).body());
            assertEquals(2, result.path("versions").path("targets").asInt(), result::toString);
            valid("repro.submission-result.v1", result, "/versions");
        }
        Process serve = Repro.start(folder, Map.of(), "serve", "--json", "--dir", "printed", "--listen", "127.0.0.1:0");
        try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(serve.getInputStream())) {
            valid("repro.serve.v1", values.next());
        } finally {
            serve.destroy();
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static HttpRequest post(String url, Json.Obj body) {
        return HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(JsonText.compact(body))).build();
    }

    @Test
    void handOver() throws Exception {
        try (Sealed sealed = Sealed.copy(Repro.HOME.resolve("examples/hello/hello.virtio"), 1 << 20)) {
            List<Ask.Device> devices = List.of(new Ask.Net(Optional.empty(), "service", "vif0", Optional.of(new Mac("02:00:00:00:00:01"))),
                    new Ask.Block(Optional.empty(), "storage", Path.of("/srv/disk.img"), OptionalInt.of(512)),
                    new Ask.Net(Optional.empty(), "other", "vif1", Optional.empty()));
            var image = new ReleaseImage("hello.xen", "xen", Optional.of(1L), Optional.empty(), sealed.size(), sealed.sha256(), "0".repeat(128), LaunchLimits.NONE);
            var release = new Release("hello", "1.0.0", List.of(image), Optional.empty(), List.of(), new TreeMap<>());
            var permit = new Permit(release, image, sealed, devices, 64 << 20, List.of("a"),
                    new AllowedTender("xen", Optional.empty(), Optional.empty()), Optional.empty());
            valid("repro.hand-over.v1", MAPPER.readTree(new HandOver(permit).write(folder.resolve("handed")).toFile()));
        }
    }

    private void answered(String schema, HttpClient http, HttpRequest request) throws Exception {
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, answer::body);
        valid(schema, MAPPER.readTree(answer.body()));
    }

    private JsonNode valid(String name, JsonNode value) {
        return valid(name, value, null);
    }

    /// @param map place of an object whose members may have any name
    private JsonNode valid(String name, JsonNode value, String map) {
        used.add(name);
        note(value);
        JsonSchema schema = factory.getSchema(SchemaLocation.of(URN + name));
        assertEquals(name, value.path("schema").asText());
        assertEquals("[]", schema.validate(value).toString(), () -> "as " + name + ": " + value.toPrettyString());
        JsonNode free = map == null ? null : value.at(map);
        // What the schema does not know must not pass, wherever it stands.
        for (ObjectNode object : objects(value).stream().filter(o -> o != free).toList()) {
            object.put("no_such_member", 1);
            assertFalse(schema.validate(value).isEmpty(), () -> name + " lets an unknown member pass in " + object);
            object.remove("no_such_member");
        }
        return value;
    }

    /// Shapes that are seen inside another one count as used too.
    private void note(JsonNode value) {
        value.findValuesAsText("schema").stream().filter(schemas::containsKey).forEach(used::add);
    }

    private static List<ObjectNode> objects(JsonNode value) {
        var out = new ArrayList<ObjectNode>();
        if (value instanceof ObjectNode object) {
            out.add(object);
        }
        value.forEach(child -> out.addAll(objects(child)));
        return out;
    }
}
