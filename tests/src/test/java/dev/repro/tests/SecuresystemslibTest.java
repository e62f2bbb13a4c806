package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.attest.Envelope;
import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.release.Extras;
import dev.repro.release.Release;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Canonical JSON, key ids, key files and signatures: securesystemslib 1.4.0 and pyca/cryptography say the same as we do.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecuresystemslibTest {
    private static final int DOCUMENTS = 5000;
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] MESSAGE = "what is signed".getBytes(StandardCharsets.UTF_8);

    private Process python;
    private BufferedReader answers;

    @BeforeAll
    void start() throws Exception {
        Tool.Ended peers = Tool.run(Repro.HOME, "scripts/peers", "python");
        assumeTrue(peers.code() == 0, "skipped: " + peers.text());
        String interpreter = peers.text().lines().reduce((_, last) -> last).orElseThrow();
        Path script = Repro.HOME.resolve("tests/peers/python/keys.py");
        python = new ProcessBuilder(interpreter, "-B", script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = python.inputReader(StandardCharsets.UTF_8);
    }

    @AfterAll
    void stop() {
        if (python != null) {
            python.destroy();
        }
    }

    private Json ask(Json.Obj request) throws Exception {
        return ask(List.of(request)).getFirst();
    }

    private List<Json> ask(List<Json.Obj> requests) throws Exception {
        var out = python.getOutputStream();
        var writer = Thread.ofVirtual().start(() -> {
            try {
                for (Json.Obj request : requests) {
                    out.write((JsonText.compact(request) + "\n").getBytes(StandardCharsets.UTF_8));
                }
                out.flush();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e); // the missing answer tells
            }
        });
        var all = new ArrayList<Json>();
        for (int i = 0; i < requests.size(); i++) {
            if (i == 0 && requests.size() == 1) {
                writer.join();
            }
            String line = answers.readLine();
            assertTrue(line != null, "python ended; its last words are above");
            all.add(JsonParser.parse(line));
        }
        return all;
    }

    @Test
    void canonicalJson() throws Exception {
        long seed = new SecureRandom().nextLong();
        System.out.println("canonical JSON: seed " + seed);
        var random = new Random(seed);
        var requests = new ArrayList<Json.Obj>();
        for (int i = 0; i < DOCUMENTS; i++) {
            requests.add(Json.object("op", "canonical", "value", document(random, 0)));
        }
        List<Json> theirs = ask(requests);
        for (int i = 0; i < DOCUMENTS; i++) {
            Json value = requests.get(i).members().get("value");
            assertEquals(new Json.Str(Digest.of(JsonText.canonical(value)).hex()), theirs.get(i), () -> "seed " + seed + ": "
                    + JsonText.compact(value));
        }
    }

    private static Json document(Random random, int depth) {
        return switch (random.nextInt(depth > 5 ? 5 : 8)) {
            case 0 -> new Json.Int(random.nextLong() >> random.nextInt(64));
            case 1 -> new Json.Bool(random.nextBoolean());
            case 2 -> new Json.Null();
            case 3, 4 -> new Json.Str(text(random));
            case 5 -> {
                var items = new ArrayList<Json>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    items.add(document(random, depth + 1));
                }
                yield new Json.Arr(items);
            }
            default -> {
                var members = new LinkedHashMap<String, Json>();
                for (int i = random.nextInt(8); i > 0; i--) {
                    members.put(text(random), document(random, depth + 1));
                }
                yield new Json.Obj(members);
            }
        };
    }

    /// Every kind of character: controls, quotes, backslashes, DEL, the edges around the surrogates, and beyond 16 bits.
    private static String text(Random random) {
        var out = new StringBuilder();
        for (int i = random.nextInt(10); i > 0; i--) {
            out.appendCodePoint(switch (random.nextInt(8)) {
                case 0 -> random.nextInt(0x20);
                case 1 -> "\"\\/\u007f\u2028\u2029".charAt(random.nextInt(6));
                case 2 -> 0xd7ff - random.nextInt(3);
                case 3 -> 0xe000 + random.nextInt(0x2000);
                case 4 -> 0x10000 + random.nextInt(0x100000);
                case 5 -> 0x80 + random.nextInt(0x800);
                default -> 'a' + random.nextInt(26);
            });
        }
        return out.toString();
    }

    private static String string(Json object, String name) {
        return ((Json.Str) ((Json.Obj) object).members().get(name)).value();
    }

    private Json.Obj signRequest(String op, PrivateKey key, String password) {
        try (Secret secret = password == null ? null : Secret.owning(password.toCharArray()); Secret pem = key.pem(secret)) {
            return Json.object("op", op, "pem", new String(pem.bytes(), StandardCharsets.US_ASCII), "password", password,
                    "message", HEX.formatHex(MESSAGE));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256", "ECDSA_P384", "RSA_PSS_SHA256"})
    void keysAndSignatures(Scheme scheme) throws Exception {
        PrivateKey key = PrivateKey.generate(scheme, new SecureRandom());
        for (String password : new String[] {null, "correct horse"}) {
            Json theirs = ask(signRequest("sign", key, password));
            assertEquals(key.key().keyid(), string(theirs, "keyid"));
            Json.Obj theirKey = (Json.Obj) ((Json.Obj) theirs).members().get("key");
            assertEquals(key.key().toJson(), theirKey);
            assertEquals(key.key(), PublicKey.ofJson(theirKey));
            key.key().verify(MESSAGE, HEX.parseHex(string(theirs, "signature")));
        }
        byte[] signature = key.signer().sign(MESSAGE);
        for (boolean good : new boolean[] {true, false}) {
            signature[signature.length - 1] ^= (byte) (good ? 0 : 1);
            Json verdict = ask(Json.object("op", "verify", "pem", key.key().pem(), "key", key.key().toJson(), "message",
                    HEX.formatHex(MESSAGE),
                    "signature", HEX.formatHex(signature)));
            assertEquals(Json.object("keyid", key.key().keyid(), "good", good), verdict);
        }
    }

    /// The statement of a release, as it stands alone: with two signatures, of which both are needed; with one changed; and theirs, read here.
    @ParameterizedTest
    @EnumSource(names = {"ED25519", "ECDSA_P256", "RSA_PSS_SHA256"})
    void envelopes(Scheme scheme) throws Exception {
        List<PrivateKey> keys = List.of(PrivateKey.generate(scheme, new SecureRandom()), PrivateKey.generate(scheme, new SecureRandom()));
        Release release = ReleaseMaker.make("hello", "1.0.0", List.of(Repro.HOME.resolve("examples/hello/hello.hvt")), Extras.NONE).release();
        Json.Obj envelope = (Json.Obj) JsonParser.parse(ReleaseStatement.sign(release, keys.stream().map(PrivateKey::signer).toList()));
        List<String> pems = keys.stream().map(k -> k.key().pem()).toList();
        Json.Obj request = Json.object("op", "verify_dsse", "envelope", envelope, "pems", pems, "threshold", 2);
        assertEquals(Json.of(keys.stream().map(k -> k.key().keyid()).sorted().toList()), ask(request));
        String payload = ((Json.Str) envelope.members().get("payload")).value();
        Json changed = envelope.with("payload", payload.substring(0, 40) + (payload.charAt(40) == 'A' ? 'B' : 'A') + payload.substring(41));
        assertEquals(Json.of(List.of()), ask(request.with("envelope", changed)));
        assertEquals(Json.of(List.of()), ask(request.with("pems", List.of(pems.getFirst(), PrivateKey.generate(scheme, new SecureRandom()).key().pem()))));

        Json theirs = ask(signRequest("sign_dsse", keys.getFirst(), null).with("payload", "a payload \u00e9").with("type", "text/plain"));
        Envelope read = Envelope.parse(JsonText.canonical(theirs), "theirs");
        assertEquals("a payload \u00e9", new String(read.verify(List.of(keys.getFirst().key()), 1).payload(), StandardCharsets.UTF_8));
        assertThrows(Problem.class, () -> read.verify(List.of(keys.getLast().key()), 1));
    }

    @ParameterizedTest
    @EnumSource(names = {"ML_DSA_44", "ML_DSA_65", "ML_DSA_87"})
    void mlDsa(Scheme scheme) throws Exception {
        PrivateKey key = PrivateKey.generate(scheme, new SecureRandom());
        Json theirs = ask(signRequest("sign_ml_dsa", key, "correct horse"));
        key.key().verify(MESSAGE, HEX.parseHex(((Json.Str) theirs).value()));
        byte[] signature = key.signer().sign(MESSAGE);
        for (boolean good : new boolean[] {true, false}) {
            signature[9] ^= (byte) (good ? 0 : 1);
            assertEquals(new Json.Bool(good), ask(Json.object("op", "verify_ml_dsa", "pem", key.key().pem(), "message",
                    HEX.formatHex(MESSAGE),
                    "signature", HEX.formatHex(signature))));
        }
    }
}
