package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are no JSON, or JSON that is no metadata, in the place of every role: refused by name, with nothing kept.
class HostileJsonTest extends Attack {

    @Override
    Forge forge() {
        return Forge.withoutHashes();
    }

    private static byte[] bytes(String text) {
        return Forge.bytes(text);
    }

    private static Map<String, byte[]> texts(String genuine) {
        var all = new LinkedHashMap<String, byte[]>();
        all.put("nothing", new byte[0]);
        all.put("white space", bytes("  \n "));
        all.put("an array", bytes("[]"));
        all.put("a string", bytes("\"signed\""));
        all.put("null", bytes("null"));
        all.put("half", bytes(genuine.substring(0, genuine.length() / 2)));
        all.put("text after it", bytes(genuine + "{}"));
        all.put("byte order mark", bytes("\ufeff" + genuine));
        all.put("UTF-16", genuine.getBytes(StandardCharsets.UTF_16));
        all.put("not UTF-8", (genuine + "é").getBytes(StandardCharsets.ISO_8859_1));
        all.put("a comment", bytes("/* x */" + genuine));
        all.put("deep arrays", bytes("[".repeat(100_000)));
        all.put("deep objects", bytes("{\"a\":".repeat(100_000)));
        all.put("deep in signed", bytes(genuine.replace("\"version\":", "\"x\":" + "[".repeat(5000) + "]".repeat(5000)
                + ",\"version\":")));
        all.put("duplicate version", bytes(genuine.replace("\"version\":", "\"version\":9,\"version\":")));
        all.put("duplicate signed", bytes(genuine.replace("\"signed\":", "\"signed\":{},\"signed\":")));
        all.put("duplicate by escape", bytes(genuine.replace("\"version\":", "\"\\u0076ersion\":9,\"version\":")));
        all.put("NaN", bytes(genuine.replace("\"version\":", "\"x\":NaN,\"version\":")));
        all.put("Infinity", bytes(genuine.replace("\"version\":", "\"x\":-Infinity,\"version\":")));
        all.put("a huge exponent", bytes(genuine.replace("\"version\":", "\"x\":1e999999999,\"version\":")));
        all.put("a long number", bytes(genuine.replace("\"version\":", "\"x\":" + "9".repeat(10_000) + ",\"version\":")));
        all.put("beyond 64 bits", bytes(genuine.replace("\"version\":", "\"x\":9223372036854775808,\"version\":")));
        all.put("a fraction", bytes(genuine.replace("\"version\":", "\"x\":1.5,\"version\":")));
        all.put("a leading zero", bytes(genuine.replace("\"version\":", "\"x\":01,\"version\":")));
        all.put("a lone surrogate", bytes(genuine.replace("\"version\":", "\"x\":\"\\ud800\",\"version\":")));
        all.put("a surrogate in UTF-8", replaceAscii(genuine, "@@", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}));
        all.put("an overlong form", replaceAscii(genuine, "@@", new byte[] {(byte) 0xc0, (byte) 0xaf}));
        all.put("a control character", bytes(genuine.replace("\"version\":", "\"x\":\"\u0000\",\"version\":")));
        return all;
    }

    private static byte[] replaceAscii(String genuine, String mark, byte[] by) {
        String marked = genuine.replace("\"version\":", "\"x\":\"" + mark + "\",\"version\":");
        int at = marked.indexOf(mark);
        byte[] text = bytes(marked);
        byte[] out = new byte[text.length - mark.length() + by.length];
        System.arraycopy(text, 0, out, 0, at);
        System.arraycopy(by, 0, out, at, by.length);
        System.arraycopy(text, at + mark.length(), out, at + by.length, text.length - at - mark.length());
        return out;
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "timestamp", "snapshot", "targets", "author"})
    void noMetadata(String role) throws Exception {
        forge.write(role, forge.next(role), forge.pens(role));
        if (!role.equals("root")) {
            forge.seal();
        }
        var honest = forge.copy();
        String path = forge.path(role);
        for (var text : texts(JsonText.compact(dev.repro.base.JsonParser.parse(forge.files.get(path)))).entrySet()) {
            forge.files.put(path, text.getValue());
            String reason = role.equals("author") ? "delegated-" : role + "-";
            boolean isLong = text.getValue().length > limit(role);
            assertName(reason + (isLong ? "too-long" : "malformed"), role, text.getKey());
        }
        recovers(honest);
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
    }

    private int limit(String role) {
        return role.equals("timestamp") ? victim.limits.timestampBytes() : role.equals("root") ? victim.limits.rootBytes()
                : Integer.MAX_VALUE;
    }

    private void assertName(String name, String role, String what) throws Exception {
        try {
            if (role.equals("author")) {
                victim.refusesTarget(name, Forge.AUTHORS);
            } else {
                victim.refuses(name);
            }
        } catch (AssertionError e) {
            throw new AssertionError(what + " in " + role, e);
        }
    }

    /// Well signed, and yet not what such a file must be.
    @Test
    void signedNonsense() throws Exception {
        var members = new LinkedHashMap<String, Object>();
        members.put("version", Json.array(java.util.List.of(0L, -1L, "1", Json.of(null), true, Long.MIN_VALUE,
                Json.array(java.util.List.of(1)))));
        members.put("expires", Json.array(java.util.List.of("", "2027", "2027-13-01T00:00:00Z", "2027-02-30T00:00:00Z",
                "2027-01-01T24:00:00Z",
                "2027-01-01T00:00:60Z", "2027-01-01T00:00:00.5Z", "2027-01-01T00:00:00+00:00", "+999999999-01-01T00:00:00Z",
                2027)));
        members.put("spec_version", Json.array(java.util.List.of("", "2.0.0", "0.9", "1", "10.0", 1)));
        members.put("meta", Json.array(java.util.List.of(Json.object(), "x", Json.of(null),
                Json.object("snapshot.json", Json.object("version", 0)),
                Json.object("snapshot.json", Json.object("version", 3, "length", -1)),
                Json.object("snapshot.json", Json.object("version", 3, "hashes", Json.object())),
                Json.object("snapshot.json", Json.object("version", 3, "hashes", Json.object("sha256", "zz"))))));
        for (var member : members.entrySet()) {
            for (Json value : ((Json.Arr) member.getValue()).items()) {
                Json.Obj signed = forge.next("timestamp").with(member.getKey(), value);
                forge.files.put("metadata/timestamp.json", Forge.sign(signed, forge.timestamp));
                assertName("timestamp-malformed", "timestamp", member.getKey() + " " + JsonText.compact(value));
            }
        }
        for (String member : java.util.List.of("_type", "version", "expires", "spec_version", "meta")) {
            forge.files.put("metadata/timestamp.json", Forge.sign(forge.next("timestamp").without(member), forge.timestamp));
            assertName("timestamp-malformed", "timestamp", "no " + member);
        }
        forge.files.put("metadata/timestamp.json", Forge.sign(forge.next("timestamp").with("_type", "Timestamp"),
                forge.timestamp));
        victim.refuses("timestamp-wrong-type");
        forge.seal();
        recovers(forge.copy());
    }

    /// Files of one role in the place of another, each well signed by the key that is asked for.
    @Test
    void wrongType() throws Exception {
        Json.Obj snapshot = forge.next("snapshot");
        forge.files.put("metadata/timestamp.json", Forge.sign(snapshot, forge.timestamp));
        victim.refuses("timestamp-wrong-type");
        forge.files.put("metadata/timestamp.json", Forge.sign(forge.now("targets"), forge.timestamp));
        victim.refuses("timestamp-wrong-type");
        forge.files.put("metadata/2.root.json", Forge.sign(forge.now("targets"), forge.root1, forge.root2));
        victim.refuses("root-wrong-type");
    }
}
