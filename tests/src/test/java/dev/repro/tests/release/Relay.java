package dev.repro.tests.release;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// A network between a client and a service, which can be cut in the middle of an upload, and can lead elsewhere.
final class Relay implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicLong uploaded = new AtomicLong();
    private volatile URI to;
    private volatile long cutAfter = NEVER;
    private volatile boolean cut;

    Relay(URI to) throws IOException {
        this.to = to;
        threads.submit(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    void lead(URI elsewhere) {
        to = elsewhere;
    }

    /// Cuts the first upload after so many bytes of its request, and everything after it.
    void cutUploadAfter(long bytes) {
        cutAfter = bytes;
        uploaded.set(0);
    }

    void mend() {
        cutAfter = NEVER;
        cut = false;
        uploaded.set(0);
    }

    boolean wasCut() {
        return cut;
    }

    /// Bytes of uploads, heads included, since the last [#cutUploadAfter] or [#mend].
    long uploaded() {
        return uploaded.get();
    }

    private Void accept() throws IOException {
        while (!socket.isClosed()) {
            Socket client = socket.accept();
            threads.submit(() -> serve(client));
        }
        return null;
    }

    private Void serve(Socket client) throws IOException {
        if (cut) {
            client.close();
            return null;
        }
        Socket server = new Socket(to.getHost(), to.getPort());
        open.addAll(List.of(client, server));
        threads.submit(() -> pump(server.getInputStream(), client.getOutputStream(), false, client, server));
        return pump(client.getInputStream(), server.getOutputStream(), true, client, server);
    }

    private Void pump(InputStream in, OutputStream out, boolean up, Socket client, Socket server) throws IOException {
        var buffer = new byte[1024];
        boolean upload = false;
        try (client; server) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                String start = new String(buffer, 0, Math.min(n, 6), StandardCharsets.ISO_8859_1);
                upload = up && (start.equals("PATCH ") || upload && !start.matches("(?s)(HEAD|POST|GET ).*"));
                if (upload && uploaded.addAndGet(n) > cutAfter) {
                    cut = true;
                    return null;
                }
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            return null; // the other end is gone
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket one : open) {
            one.close();
        }
        threads.shutdownNow();
    }
}
