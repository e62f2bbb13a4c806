package dev.repro.keys;

import dev.repro.base.Problem;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A client of an SSH agent: draft-miller-ssh-agent over a Unix socket.
///
/// Ed25519 and ECDSA sign what TUF wants. RSA does not: SSH has PKCS#1 v1.5 alone, TUF wants PSS. Keys on FIDO tokens (`sk-…`) do
/// not either: they sign more than the message. Both are listed, with that reason.
final class SshAgent implements AutoCloseable {
    private static final int REQUEST_IDENTITIES = 11;
    private static final int IDENTITIES = 12;
    private static final int SIGN_REQUEST = 13;
    private static final int SIGNATURE = 14;
    /// OpenSSH's limit of a message, in bytes; less what a sign request has around its data.
    private static final int MAX_MESSAGE = 256 << 10;
    private static final int MAX_DATA = MAX_MESSAGE - (4 << 10);
    /// A person may have to confirm, or to touch a token.
    private static final long PATIENCE_MILLIS = 120_000;

    private final SocketChannel channel;
    private final Selector selector;
    private final Path socket;

    private SshAgent(SocketChannel channel, Selector selector, Path socket) {
        this.channel = channel;
        this.selector = selector;
        this.socket = socket;
    }

    /// @param blob the public key as SSH writes it
    record Identity(byte[] blob, String comment) {
        String fingerprint() {
            return SshKey.fingerprint(blob);
        }

        /// The key with which this agent can sign.
        ///
        /// @throws Problem exit code 2, with the reason why it cannot
        PublicKey key() throws Problem {
            String type = new SshWire(blob).text();
            if (type.startsWith("sk-")) {
                throw Problem.usage("a key on a FIDO token signs more than the message: no other program could verify it")
                        .where(fingerprint());
            }
            PublicKey key = SshKey.ofBlob(blob);
            if (key.scheme() == Scheme.RSA_PSS_SHA256) {
                throw Problem.usage("an SSH agent signs with RSA by PKCS#1 v1.5 only, and " + key.scheme().scheme()
                        + " is wanted")
                        .where(fingerprint()).hint("take an Ed25519 or ECDSA key, or the RSA key from its file or token");
            }
            return key;
        }
    }

    /// The agent of SSH_AUTH_SOCK.
    static SshAgent connect(Map<String, String> env) throws Problem {
        String name = env.getOrDefault("SSH_AUTH_SOCK", "");
        if (name.isEmpty()) {
            throw Problem.environment("no SSH agent: SSH_AUTH_SOCK is not set").hint("eval $(ssh-agent); ssh-add FILE");
        }
        Path socket = Path.of(name);
        try {
            var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            try {
                channel.configureBlocking(false);
                var selector = Selector.open();
                channel.register(selector, SelectionKey.OP_READ);
                return new SshAgent(channel, selector, socket);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw Problem.environment("the SSH agent does not answer: " + e.getMessage()).where(socket).because(e);
        }
    }

    List<Identity> identities() throws Problem {
        SshWire answer = ask(new byte[] {REQUEST_IDENTITIES}, IDENTITIES, "it does not list its keys");
        int count = answer.uint32();
        var out = new ArrayList<Identity>();
        for (int i = 0; i < count; i++) { // ends with the message, whatever the count says
            out.add(new Identity(answer.string(), answer.text()));
        }
        answer.end();
        return out;
    }

    /// @param name a fingerprint, a comment or a key id; it must name one key alone
    Identity find(String name) throws Problem {
        List<Identity> all = identities();
        List<Identity> found = all.stream().filter(i -> isNamed(i, name)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw Problem.usage(found.isEmpty() ? "the SSH agent has no key of that name"
                : "the SSH agent has several keys of that name").found(name)
                .expected(all.isEmpty() ? "it has none at all"
                        : String.join(" or ", all.stream().map(Identity::fingerprint).toList()))
                .hint(all.isEmpty() ? "ssh-add FILE" : "`repro key list ssh-agent:` shows them; a fingerprint names one alone");
    }

    private static boolean isNamed(Identity identity, String name) {
        if (identity.fingerprint().equals(name) || identity.comment().equals(name)) {
            return true;
        }
        try {
            return name.length() == 64 && identity.key().keyid().equals(name);
        } catch (Problem notOurs) {
            return false; // it has no key id
        }
    }

    /// The signature in the form of TUF.
    byte[] sign(Identity identity, PublicKey key, byte[] message) throws Problem {
        if (message.length > MAX_DATA) {
            throw Problem.environment("too much to be signed by an SSH agent").where(socket)
                    .expected("at most " + MAX_DATA + " bytes").found(message.length)
                    .hint("sign with the key's file, or split the role into several");
        }
        byte[] body = SshWire.strings(identity.blob(), message);
        byte[] request = ByteBuffer.allocate(1 + body.length + 4).put((byte) SIGN_REQUEST).put(body).putInt(0).array();
        SshWire answer = ask(request, SIGNATURE, "it refused to sign");
        var signature = new SshWire(answer.string());
        answer.end();
        String algorithm = signature.text();
        byte[] value = signature.string();
        signature.end();
        if (!algorithm.equals(new SshWire(identity.blob()).text())) {
            throw Problem.environment("the SSH agent signed by another algorithm").where(socket);
        }
        return Signers.verified(key, message, key.scheme() == Scheme.ED25519 ? value : der(value));
    }

    /// From RFC 5656 3.1.2 to DER.
    private static byte[] der(byte[] value) throws Problem {
        var in = new SshWire(value);
        BigInteger r = in.positive();
        BigInteger s = in.positive();
        in.end();
        return Der.write(Der.SEQUENCE, Der.writeNatural(r), Der.writeNatural(s));
    }

    private SshWire ask(byte[] request, int expected, String otherwise) throws Problem {
        try {
            long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
            transfer(ByteBuffer.wrap(SshWire.strings(request)), SelectionKey.OP_WRITE, deadline);
            int length = transfer(ByteBuffer.allocate(4), SelectionKey.OP_READ, deadline).getInt();
            if (length < 1 || length > MAX_MESSAGE) {
                throw Problem.environment("the SSH agent answers nonsense").where(socket);
            }
            var answer = new SshWire(transfer(ByteBuffer.allocate(length), SelectionKey.OP_READ, deadline).array());
            if (answer.octet() != expected) {
                throw Problem.environment("the SSH agent says no: " + otherwise).where(socket)
                        .hint("is it locked (ssh-add -X), or did somebody not confirm?");
            }
            return answer;
        } catch (IOException e) {
            throw Problem.environment("the SSH agent does not answer: " + e.getMessage()).where(socket).because(e);
        }
    }

    /// Writes or fills the whole buffer.
    private ByteBuffer transfer(ByteBuffer buffer, int operation, long deadline) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        while (buffer.hasRemaining()) {
            int n = operation == SelectionKey.OP_READ ? channel.read(buffer) : channel.write(buffer);
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (n < 0) {
                throw new EOFException("it closed the connection");
            }
            if (n == 0 && (left <= 0 || selector.select(left) == 0)) {
                throw new IOException("no answer in " + PATIENCE_MILLIS / 1000 + " seconds");
            }
            selector.selectedKeys().clear();
        }
        return buffer.flip();
    }

    @Override
    public void close() {
        try (channel; selector) {
            return;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// A signer that closes its connection.
    record Key(SshAgent agent, Identity identity, PublicKey key) implements Signer {
        @Override
        public byte[] sign(byte[] message) throws Problem {
            return agent.sign(identity, key, message);
        }

        @Override
        public void close() {
            agent.close();
        }

        @Override
        public String toString() {
            return "ssh-agent:" + identity.fingerprint();
        }
    }

    static Signer open(String name, Map<String, String> env) throws Problem {
        SshAgent agent = connect(env);
        try {
            Identity identity = agent.find(name);
            return new Key(agent, identity, identity.key());
        } catch (Problem e) {
            agent.close();
            throw e;
        }
    }
}
