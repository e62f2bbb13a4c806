package dev.repro.attest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    private static final String TYPE = "http://example.com/HelloWorld";
    private static final byte[] BODY = "hello world".getBytes(StandardCharsets.UTF_8);
    // secure-systems-lab/dsse, protocol.md, "Test Vectors": r and s side by side
    private static final String VECTOR = """
            {"payload": "aGVsbG8gd29ybGQ=",
             "payloadType": "http://example.com/HelloWorld",
             "signatures": [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}
            """;
    private static final Signer ED = signer(Scheme.ED25519);
    private static final Signer EC = signer(Scheme.ECDSA_P256);

    private static Signer signer(Scheme scheme) {
        return PrivateKey.generate(scheme, new SecureRandom()).signer();
    }

    private static PublicKey vectorKey() throws Problem {
        var x = new BigInteger("46950820868899156662930047687818585632848591499744589407958293238635476079160");
        var y = new BigInteger("5640078356564379163099075877009565129882514886557779369047442380624545832820");
        // SubjectPublicKeyInfo of an uncompressed point of P-256 (RFC 5480)
        return PublicKey.ofSpki(HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004" + "%064x%064x".formatted(x, y)));
    }

    private static Envelope parse(String json) throws Problem {
        return Envelope.parse(json.getBytes(StandardCharsets.UTF_8), "test.json");
    }

    private static Envelope parse(byte[] json) throws Problem {
        return Envelope.parse(json, "test.json");
    }

    @Test
    void theVectorOfTheSpecification() throws Exception {
        assertEquals("DSSEv1 29 http://example.com/HelloWorld 11 hello world", new String(Envelope.pae(TYPE, BODY), StandardCharsets.UTF_8));
        Envelope.Verified verified = parse(VECTOR).verify(List.of(vectorKey()), 1);
        assertArrayEquals(BODY, verified.payload());
        assertEquals(TYPE, verified.payloadType());
        assertEquals(Set.of(vectorKey()), verified.signers());
    }

    @Test
    void lengthsAreBytesNotCharacters() {
        assertArrayEquals("DSSEv1 2 é 3 €".getBytes(StandardCharsets.UTF_8), Envelope.pae("é", "€".getBytes(StandardCharsets.UTF_8)));
        assertArrayEquals("DSSEv1 0  0 ".getBytes(StandardCharsets.UTF_8), Envelope.pae("", new byte[0]));
    }

    @ParameterizedTest
    @EnumSource(value = Scheme.class, names = {"SLH_DSA_SHA2_128S", "SLH_DSA_SHA2_128F"}, mode = EnumSource.Mode.EXCLUDE)
    void whatIsSignedVerifies(Scheme scheme) throws Exception {
        Signer signer = signer(scheme);
        byte[] envelope = Envelope.sign(TYPE, BODY, List.of(signer));
        assertArrayEquals(BODY, parse(envelope).verify(List.of(ED.key(), signer.key()), 1).payload());
        assertThrows(Problem.class, () -> parse(envelope).verify(List.of(ED.key()), 1));
    }

    @Test
    void ecdsaIsWrittenAsDerAndReadInBothForms() throws Exception {
        for (int i = 0; i < 64; i++) { // r or s has a leading zero now and then
            byte[] envelope = Envelope.sign(TYPE, BODY, List.of(EC));
            byte[] der = Base64.getDecoder().decode(sig(envelope));
            assertEquals(0x30, der[0]);
            String plain = Base64.getEncoder().encodeToString(p1363(der));
            assertArrayEquals(BODY, parse(text(envelope).replace(sig(envelope), plain)).verify(List.of(EC.key()), 1).payload());
        }
    }

    private static byte[] p1363(byte[] der) {
        var out = new ByteArrayOutputStream();
        int at = 2;
        for (int i = 0; i < 2; i++) {
            byte[] n = new BigInteger(Arrays.copyOfRange(der, at + 2, at + 2 + der[at + 1])).toByteArray();
            at += 2 + der[at + 1];
            byte[] fixed = new byte[32];
            int skip = Math.max(0, n.length - 32);
            System.arraycopy(n, skip, fixed, 32 - n.length + skip, n.length - skip);
            out.writeBytes(fixed);
        }
        return out.toByteArray();
    }

    @Test
    void keysAreCountedAndNotSignatures() throws Exception {
        Json.Obj envelope = (Json.Obj) JsonParser.parse(Envelope.sign(TYPE, BODY, List.of(EC)));
        Json once = first(envelope);
        Json again = first((Json.Obj) JsonParser.parse(Envelope.sign(TYPE, BODY, List.of(EC))));
        byte[] thrice = JsonText.canonical(envelope.with("signatures", new Json.Arr(List.of(once, once, again))));
        assertEquals(1, parse(thrice).verify(List.of(EC.key(), ED.key()), 1).signers().size());
        Problem problem = assertThrows(Problem.class, () -> parse(thrice).verify(List.of(EC.key(), EC.key(), ED.key()), 2));
        assertEquals(Problem.Exit.NO, problem.exit());
        assertEquals("the envelope is not signed by enough keys that may sign it (expected signatures of 2 of 2 keys, found 1 good of 3)",
                problem.line());
        byte[] two = Envelope.sign(TYPE, BODY, List.of(EC, ED));
        assertEquals(Set.of(EC.key(), ED.key()), parse(two).verify(List.of(EC.key(), ED.key()), 2).signers());
    }

    @Test
    void aKeyIdDecidesNothing() throws Exception {
        byte[] envelope = Envelope.sign(TYPE, BODY, List.of(EC, ED));
        String swapped = text(envelope).replace(EC.key().keyid(), "x").replace(ED.key().keyid(), EC.key().keyid())
                .replace("\"x\"", "\"" + ED.key().keyid() + "\"");
        assertEquals(2, parse(swapped).verify(List.of(EC.key(), ED.key()), 2).signers().size());
        Signer other = signer(Scheme.ED25519);
        String foreign = text(Envelope.sign(TYPE, BODY, List.of(other))).replace(other.key().keyid(), ED.key().keyid());
        assertThrows(Problem.class, () -> parse(foreign).verify(List.of(ED.key()), 1));
    }

    @Test
    void badSignaturesHarmNothing() throws Exception {
        byte[] envelope = Envelope.sign(TYPE, BODY, List.of(ED));
        String more = text(envelope).replace("\"signatures\":[",
                "\"signatures\":[{\"sig\":\"AAAA\"},{\"keyid\":\"" + ED.key().keyid() + "\",\"sig\":\"\"},");
        assertArrayEquals(BODY, parse(more).verify(List.of(ED.key()), 1).payload());
    }

    @Test
    void everyByteOfPayloadTypeAndSignatureCounts() throws Exception {
        byte[] envelope = Envelope.sign(TYPE, BODY, List.of(ED, EC));
        int refused = 0;
        for (int i = 0; i < envelope.length; i++) {
            byte[] changed = envelope.clone();
            changed[i] ^= 1;
            try {
                Envelope.Verified verified = parse(changed).verify(List.of(ED.key(), EC.key()), 2);
                assertArrayEquals(BODY, verified.payload());
                assertEquals(TYPE, verified.payloadType());
            } catch (Problem e) {
                refused++;
            }
        }
        assertFalse(refused < envelope.length / 2, () -> "most changes must be refused"); // the rest are key ids
    }

    @ParameterizedTest
    @ValueSource(strings = {"aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ"})
    void paddingMayBeMissing(String payload) throws Exception {
        assertArrayEquals(BODY, parse(VECTOR.replace("aGVsbG8gd29ybGQ=", payload)).verify(List.of(vectorKey()), 1).payload());
    }

    @Test
    void bothAlphabetsAreAccepted() throws Exception {
        String urlSafe = VECTOR.replace("+FnZ+O88", "-FnZ-O88");
        assertArrayEquals(BODY, parse(urlSafe).verify(List.of(vectorKey()), 1).payload());
        assertThrows(Problem.class, () -> parse(VECTOR.replace("+FnZ+O88", "-FnZ+O88")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aGVsbG8gd29ybGR=", "aGVsbG8gd29ybGQ==", "aGVsbG8gd29ybG Q=", "aGVsbG8gd29ybGQ=\\n", "a", "aGVsbG8=d29ybGQ="})
    void otherWaysToWriteBase64AreRefused(String payload) {
        Problem problem = assertThrows(Problem.class, () -> parse(VECTOR.replace("aGVsbG8gd29ybGQ=", payload)));
        assertEquals(Problem.Exit.USAGE, problem.exit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"payload\": \"\", \"payloadType\": \"x\"}",
        "{\"payload\": \"\", \"payloadType\": \"x\", \"signatures\": []}",
        "{\"payload\": 1, \"payloadType\": \"x\", \"signatures\": [{\"sig\": \"\"}]}",
        "{\"payload\": \"\", \"payload\": \"\", \"payloadType\": \"x\", \"signatures\": [{\"sig\": \"\"}]}",
        "{\"payload\": \"\", \"payloadType\": \"x\", \"signatures\": [{\"keyid\": \"a\"}]}"})
    void whatIsNoEnvelopeIsRefused(String text) {
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> parse(text)).exit());
    }

    @Test
    void limitsHold() throws Exception {
        String one = "{\"sig\":\"\"}";
        var many = new ArrayList<String>();
        for (int i = 0; i <= Envelope.MAX_SIGNATURES; i++) {
            many.add(one);
        }
        assertThrows(Problem.class, () -> parse("{\"payload\":\"\",\"payloadType\":\"x\",\"signatures\":[" + String.join(",", many) + "]}"));
        assertThrows(Problem.class, () -> parse(new byte[Envelope.MAX_BYTES + 1]));
        assertThrows(Problem.class, () -> Envelope.sign(TYPE, BODY, List.of()));
        assertThrows(Problem.class, () -> Envelope.sign(TYPE, BODY, List.of(ED, ED)));
        Envelope envelope = parse(VECTOR);
        assertThrows(IllegalArgumentException.class, () -> envelope.verify(List.of(), 0));
    }

    private static String text(byte[] envelope) {
        return new String(envelope, StandardCharsets.UTF_8);
    }

    private static String sig(byte[] envelope) throws Exception {
        return ((Json.Str) first((Json.Obj) JsonParser.parse(envelope)).members().get("sig")).value();
    }

    private static Json.Obj first(Json.Obj envelope) {
        return (Json.Obj) ((Json.Arr) envelope.members().get("signatures")).items().getFirst();
    }
}
