package dev.repro.tests.tuf;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// An HTTP server on loopback, down to the bytes: it answers honestly from its files, but for the paths that it was told to
/// answer otherwise. One request a connection.
public final class Web implements AutoCloseable {

    /// What a path is answered with, from the status line on.
    @FunctionalInterface
    public interface Answer {
        void to(OutputStream out) throws IOException, InterruptedException;
    }

    @FunctionalInterface
    interface Content {
        /// @return null: 404
        byte[] get(String path) throws IOException;
    }

    /// Paths as asked for, in order.
    final List<String> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket socket;
    private final Content files;
    private final Map<String, Answer> special = new ConcurrentHashMap<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong sent = new AtomicLong();

    private Web(Content files) throws IOException {
        this.files = files;
        this.socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    public static Web of(Map<String, byte[]> files) throws IOException {
        return new Web(files::get);
    }

    static Web of(Path folder) throws IOException {
        return new Web(path -> {
            Path file = folder.resolve(path);
            return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
        });
    }

    /// @param path such as `metadata/2.root.json`
    public Web on(String path, Answer answer) {
        special.put(path, answer);
        return this;
    }

    /// Honest from here on.
    public void reform() {
        special.clear();
        asked.clear();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
    }

    URI metadata() {
        return url().resolve("metadata");
    }

    URI targets() {
        return url().resolve("targets");
    }

    /// Bytes of all answers so far.
    long sent() {
        return sent.get();
    }

    public static Answer status(int code) {
        return out -> head(out, code + " Whatever", "Content-Length: 0");
    }

    static Answer redirect(String to) {
        return out -> head(out, "302 Found", "Location: " + to, "Content-Length: 0");
    }

    static Answer content(byte[] bytes, String... fields) {
        return out -> {
            head(out, "200 OK", fields);
            out.write(bytes);
        };
    }

    public static Answer file(byte[] bytes) {
        return content(bytes, "Content-Length: " + bytes.length);
    }

    /// Says how much it will send, and sends less.
    static Answer truncated(byte[] bytes) {
        return content(java.util.Arrays.copyOf(bytes, bytes.length / 2), "Content-Length: " + bytes.length);
    }

    /// Bytes without end.
    static Answer endless(String... fields) {
        byte[] much = new byte[65_536];
        java.util.Arrays.fill(much, (byte) ' ');
        return repeated("HTTP/1.1 200 OK\r\n" + String.join("\r\n", fields) + (fields.length == 0 ? "" : "\r\n") + "\r\n", much);
    }

    /// Chunks without end.
    static Answer endlessChunks() {
        return repeated("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                ("1000\r\n" + " ".repeat(4096) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The beginning, then the same again and again.
    static Answer repeated(String begin, byte[] again) {
        return out -> {
            out.write(begin.getBytes(StandardCharsets.ISO_8859_1));
            while (true) {
                out.write(again);
            }
        };
    }

    /// The beginning, then a byte now and then.
    static Answer drip(String begin, byte[] bytes, long millis) {
        return out -> {
            out.write(begin.getBytes(StandardCharsets.ISO_8859_1));
            for (byte b : bytes) {
                out.write(b);
                out.flush();
                Thread.sleep(millis);
            }
        };
    }

    private static void head(OutputStream out, String status, String... fields) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + String.join("\r\n", fields)
                + (fields.length == 0 ? "" : "\r\n") + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private Void accept() throws IOException {
        while (!socket.isClosed()) {
            Socket one = socket.accept();
            open.add(one);
            threads.submit(() -> serve(one));
        }
        return null;
    }

    private Void serve(Socket one) throws IOException, InterruptedException {
        try (one; var out = counted(one.getOutputStream())) {
            String path = path(one.getInputStream());
            if (path.isEmpty()) {
                return null;
            }
            asked.add(path);
            byte[] file = special.containsKey(path) ? null : files.get(path);
            Answer answer = special.getOrDefault(path, file == null ? status(404) : file(file));
            answer.to(out);
            out.flush();
        } catch (IOException clientLeft) {
            return null; // as it should, where the answer is bad enough
        } finally {
            open.remove(one);
        }
        return null;
    }

    /// @return empty: no request came
    private static String path(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        return URI.create(head.substring("GET /".length(), head.indexOf(" HTTP/"))).getPath();
    }

    private OutputStream counted(OutputStream out) {
        return new java.io.FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
                sent.addAndGet(length);
            }
        };
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
        for (Socket one : open) {
            one.close();
        }
        threads.close();
    }
}
