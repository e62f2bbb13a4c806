package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Fields;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.release.Extras;
import dev.repro.release.Release;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The envelope of a release is one that OpenSSL can check, with nothing of repro's but the public key.
class OpensslTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(value = Scheme.class, names = {"ECDSA_P256", "ECDSA_P384", "ED25519"})
    void opensslAcceptsTheSignature(Scheme scheme) throws Exception {
        assumeTrue(Tool.found("openssl"), "skipped: openssl is not on PATH (apt-get install openssl)");
        var signer = PrivateKey.generate(scheme, new SecureRandom()).signer();
        Release release = ReleaseMaker.make("hello", "1.0.0", List.of(Repro.HOME.resolve("examples/hello/hello.hvt")), Extras.NONE).release();
        Fields envelope = Fields.parse(ReleaseStatement.sign(release, List.of(signer)), "release.json");
        byte[] payload = Base64.getDecoder().decode(envelope.string("payload"));
        String type = envelope.string("payloadType");
        // DSSE protocol.md, PAE, written down once more
        byte[] head = "DSSEv1 %d %s %d ".formatted(type.length(), type, payload.length).getBytes(StandardCharsets.US_ASCII);
        byte[] message = new byte[head.length + payload.length];
        System.arraycopy(head, 0, message, 0, head.length);
        System.arraycopy(payload, 0, message, head.length, payload.length);
        Files.writeString(folder.resolve("key.pem"), signer.key().pem());
        Files.write(folder.resolve("sig"), Base64.getDecoder().decode(envelope.objects("signatures").getFirst().string("sig")));
        Files.write(folder.resolve("message"), message);
        assertEquals(0, verify(scheme).code(), () -> "OpenSSL must accept it");
        message[message.length - 1] ^= 1;
        Files.write(folder.resolve("message"), message);
        assertNotEquals(0, verify(scheme).code());
    }

    private Tool.Ended verify(Scheme scheme) throws Exception {
        return scheme == Scheme.ED25519
                ? Tool.run(folder, 60, "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "message", "-sigfile", "sig")
                : Tool.run(folder, 60, "openssl", "dgst", scheme == Scheme.ECDSA_P256 ? "-sha256" : "-sha384", "-verify", "key.pem",
                        "-signature", "sig", "message");
    }
}
