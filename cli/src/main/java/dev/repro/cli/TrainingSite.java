package dev.repro.cli;

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
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// Files over HTTP on this machine, and keys that sign them: what the parts of [Training] have that follow a repository.
final class TrainingSite implements AutoCloseable {
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    TrainingSite() throws IOException {}

    void start() {
        Thread.ofPlatform().daemon().start(this::accept);
    }

    /// With a slash at its end.
    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/";
    }

    void put(String path, byte[] content) {
        files.put(path, content);
    }

    byte[] get(String path) {
        return files.get(path);
    }

    /// A key of the JDK's, so that the cache gets no more of module keys than a client needs.
    record Signer(PublicKey key, java.security.PrivateKey half, String algorithm) {

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

    static Json.Obj header(String type) {
        return Json.object("_type", type, "spec_version", "1.0.34", "version", 1, "expires", "2999-01-01T00:00:00Z");
    }

    void sign(String file, Json.Obj signed, Signer... keys) throws Problem {
        byte[] canonical = JsonText.canonical(signed);
        var signatures = new java.util.ArrayList<Json>();
        for (Signer key : keys) {
            signatures.add(Json.object("keyid", key.key().keyid(), "sig", HexFormat.of().formatHex(key.sign(canonical))));
        }
        files.put(file, JsonText.compact(Json.object("signatures", signatures, "signed", signed)).getBytes(StandardCharsets.UTF_8));
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
