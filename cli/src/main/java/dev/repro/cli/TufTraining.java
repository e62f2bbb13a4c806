package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The part of [Training] that needs a repository: one with both usual kinds of keys and enough targets, over HTTP on this machine.
final class TufTraining implements AutoCloseable {
    private static final int TARGETS = 10_000;
    private static final byte[] CONTENT = "training".getBytes(StandardCharsets.UTF_8);

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    /// @param folder gets `root.json`
    TufTraining(Path folder) throws IOException, Problem {
        publish(Signer.make("Ed25519", "Ed25519", 255), Signer.make("EC", "SHA256withECDSA", 256));
        Files.write(folder.resolve("root.json"), files.get("1.root.json"));
        Thread.ofPlatform().daemon().start(this::accept);
    }

    private void publish(Signer ed25519, Signer ecdsa) throws Problem {
        Json.Obj keys = Json.object(ed25519.key().keyid(), ed25519.key().toJson(), ecdsa.key().keyid(), ecdsa.key().toJson());
        Json both = Json.object("keyids", List.of(ed25519.key().keyid(), ecdsa.key().keyid()), "threshold", 2);
        Json one = Json.object("keyids", List.of(ed25519.key().keyid()), "threshold", 1);
        sign("1.root.json", header("root").with("consistent_snapshot", true).with("keys", keys)
                .with("roles", Json.object("root", both, "timestamp", both, "snapshot", one, "targets", one)), ed25519, ecdsa);
        String hash = Digest.of(CONTENT).hex();
        var targets = new LinkedHashMap<String, Json>();
        for (int i = 0; i < TARGETS; i++) {
            targets.put("t/" + i, Json.object("length", CONTENT.length, "hashes", Json.object("sha256", hash)));
        }
        Json bins = Json.object("keyids", List.of(ed25519.key().keyid()), "threshold", 1, "bit_length", 1, "name_prefix", "b");
        sign("1.targets.json", header("targets").with("targets", targets)
                .with("delegations", Json.object("keys", keys, "succinct_roles", bins)), ed25519);
        Json version = Json.object("version", 1);
        sign("1.b-0.json", header("targets").with("targets", Json.object()), ed25519);
        sign("1.b-1.json", header("targets").with("targets", Json.object()), ed25519);
        sign("1.snapshot.json", header("snapshot").with("meta", Json.object("targets.json", version, "b-0.json", version, "b-1.json", version)), ed25519);
        sign("timestamp.json", header("timestamp").with("meta", Json.object("snapshot.json", version)), ed25519, ecdsa);
        files.put("t/" + hash + ".1", CONTENT);
    }

    /// A key of the JDK's, so that the cache gets no more of module keys than a client needs.
    private record Signer(PublicKey key, java.security.PrivateKey half, String algorithm) {

        static Signer make(String family, String algorithm, int bits) throws Problem {
            try {
                var generator = KeyPairGenerator.getInstance(family);
                generator.initialize(bits);
                KeyPair pair = generator.generateKeyPair();
                return new Signer(PublicKey.ofSpki(pair.getPublic().getEncoded()), pair.getPrivate(), algorithm);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has " + family, e);
            }
        }

        byte[] sign(byte[] message) {
            try {
                var signature = java.security.Signature.getInstance(algorithm);
                signature.initSign(half);
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK signs with " + algorithm, e);
            }
        }
    }

    private static Json.Obj header(String type) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", 1, "expires", "2999-01-01T00:00:00Z");
    }

    private void sign(String file, Json.Obj signed, Signer... keys) throws Problem {
        byte[] canonical = JsonText.canonical(signed);
        var signatures = new java.util.ArrayList<Json>();
        for (Signer key : keys) {
            signatures.add(Json.object("keyid", key.key().keyid(), "sig", HexFormat.of().formatHex(key.sign(canonical))));
        }
        files.put(file, JsonText.compact(Json.object("signatures", signatures, "signed", signed)).getBytes(StandardCharsets.UTF_8));
    }

    /// Lines of arguments that meet what a client usually does.
    List<String> lines() {
        String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
        String first = "tuf-client --metadata-dir m --metadata-url " + url + " --target-base-url " + url + " --target-dir t ";
        return List.of("tuf-client --metadata-dir m init root.json", first + "refresh", first + "--target-name t/1 download", first + "--target-name t/1 download",
                first + "--target-name nowhere download", first + "--json --target-name t/1 download");
    }

    /// One client after the other, each with all its requests on one connection, as usual servers do it.
    private void accept() {
        while (true) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
                for (String request = in.readLine(); request != null; request = in.readLine()) {
                    for (String line = request; line != null && !line.isEmpty(); line = in.readLine()) {
                        continue;
                    }
                    answer(files.get(request.split(" ")[1].substring(1)), socket);
                }
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private static void answer(byte[] file, Socket socket) throws IOException {
        byte[] body = file == null ? new byte[0] : file;
        String head = "HTTP/1.1 " + (file == null ? "404 No" : "200 OK") + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().write(body);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
