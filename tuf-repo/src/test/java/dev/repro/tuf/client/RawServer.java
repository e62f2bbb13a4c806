package dev.repro.tuf.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A server that answers as a test says, byte for byte.
final class RawServer implements AutoCloseable {

    interface Script {
        /// @param request the lines of the request's head
        /// @param number of the request, from 0
        /// @return whether the connection stays open
        boolean answer(List<String> request, int number, OutputStream out) throws IOException, InterruptedException;
    }

    final List<List<String>> requests = Collections.synchronizedList(new ArrayList<>());
    final List<Socket> connections = Collections.synchronizedList(new ArrayList<>());
    private final ServerSocket server;
    private final Script script;

    RawServer(Script script) throws IOException {
        this(script, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    RawServer(Script script, ServerSocket server) {
        this.script = script;
        this.server = server;
        Thread.ofVirtual().start(this::accept);
    }

    /// Always the same answer, and then the end of the connection.
    static RawServer saying(String answer) throws IOException {
        return new RawServer((_, _, out) -> {
            out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            return false;
        });
    }

    static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    int port() {
        return server.getLocalPort();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + port() + "/base");
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            boolean open = true;
            while (open) {
                var lines = new ArrayList<String>();
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    lines.add(line);
                }
                if (lines.isEmpty()) {
                    return;
                }
                requests.add(lines);
                open = script.answer(lines, requests.size() - 1, socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (IOException | InterruptedException e) {
            return; // the client left
        }
    }

    /// The first lines of all requests.
    List<String> lines() {
        return requests.stream().map(List::getFirst).toList();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : List.copyOf(connections)) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
