package dev.repro.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Agents that lie; the true one is asked in KeysInteropTest.
class SshAgentTest {
    @TempDir
    Path folder;

    private final PrivateKey key = TestKeys.ours(Scheme.ED25519);

    /// Serves these answers to one client, in order, then hangs up.
    private Map<String, String> agent(byte[]... answers) throws Exception {
        var address = UnixDomainSocketAddress.of(folder.resolve("agent"));
        java.nio.file.Files.deleteIfExists(address.getPath());
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        Thread.ofVirtual().start(() -> {
            try (server; SocketChannel client = server.accept()) {
                for (byte[] answer : answers) {
                    var length = ByteBuffer.allocate(4);
                    read(client, length);
                    read(client, ByteBuffer.allocate(length.flip().getInt()));
                    client.write(ByteBuffer.wrap(answer));
                }
            } catch (java.io.IOException e) {
                return; // the client had enough
            }
        });
        return Map.of("SSH_AUTH_SOCK", address.getPath().toString());
    }

    private static void read(SocketChannel from, ByteBuffer into) throws java.io.IOException {
        while (into.hasRemaining() && from.read(into) >= 0) {
            continue;
        }
    }

    private static byte[] message(int type, byte[]... parts) {
        byte[] body = new byte[] {(byte) type};
        for (byte[] part : parts) {
            int length = body.length;
            body = Arrays.copyOf(body, length + part.length);
            System.arraycopy(part, 0, body, length, part.length);
        }
        return SshWire.strings(body);
    }

    private byte[] identities() throws Problem {
        return message(12, new byte[] {0, 0, 0, 1}, SshWire.strings(SshKey.blob(key.key()), SshWire.ascii("me")));
    }

    private byte[] signature(String algorithm, byte[] value) {
        return message(14, SshWire.strings(SshWire.strings(SshWire.ascii(algorithm), value)));
    }

    @Test
    void aGoodAgent() throws Exception {
        byte[] message = PublicKeyTest.utf8("hello");
        byte[] good = key.signer().sign(message);
        try (Signer signer = Signers.open("ssh-agent:me", Passwords.none(), agent(identities(), signature("ssh-ed25519", good)),
                folder)) {
            assertEquals(key.key(), signer.key());
            assertEquals(64, signer.sign(message).length);
        }
    }

    @Test
    void badSignatures() throws Exception {
        byte[] message = PublicKeyTest.utf8("hello");
        byte[] good = key.signer().sign(message);
        for (byte[] answer : new byte[][] {signature("ssh-ed25519", new byte[64]), signature("ssh-ed25519", new byte[0]),
                signature("ssh-rsa", good),
            message(5), message(14), new byte[] {0, 0, 0, 0}, {0x7f, 0, 0, 0}, {-1, -1, -1, -1}, {0, 0, 0, 9, 14}, {}}) {
            try (Signer signer = Signers.open("ssh-agent:" + key.key().keyid(), Passwords.none(), agent(identities(), answer),
                    folder)) {
                assertThrows(Problem.class, () -> signer.sign(message));
            }
        }
    }

    @Test
    void badLists() throws Exception {
        byte[] good = identities();
        for (byte[] answer : new byte[][] {message(5), message(12), message(12, new byte[] {0, 0, 0, 0}),
                message(12, new byte[] {0x7f, -1, -1, -1}),
            message(12, new byte[] {0, 0, 0, 1}, SshWire.strings(new byte[0], new byte[0])), Arrays.copyOf(good, good.length - 1),
            {}}) {
            var env = agent(answer);
            assertThrows(Problem.class, () -> Signers.open("ssh-agent:me", Passwords.none(), env, folder));
        }
    }

    @Test
    void twoKeysOfOneCommentAndNone() throws Exception {
        byte[] one = SshWire.strings(SshKey.blob(key.key()), SshWire.ascii("me"));
        var env = agent(message(12, new byte[] {0, 0, 0, 2}, one, one));
        Problem several = assertThrows(Problem.class, () -> Signers.open("ssh-agent:me", Passwords.none(), env, folder));
        assertTrue(several.line().contains("several"), several::line);
        var again = agent(identities());
        Problem none = assertThrows(Problem.class, () -> Signers.open("ssh-agent:you", Passwords.none(), again, folder));
        assertTrue(none.line().contains("SHA256:"), none::line);
    }

    @Test
    void noAgent() {
        for (Map<String, String> env : java.util.List.of(Map.<String, String>of(), Map.of("SSH_AUTH_SOCK", ""),
                Map.of("SSH_AUTH_SOCK", "/no/such/socket"))) {
            Problem refused = assertThrows(Problem.class, () -> Signers.open("ssh-agent:me", Passwords.none(), env, folder));
            assertEquals(Problem.Exit.ENVIRONMENT, refused.exit());
        }
    }
}
