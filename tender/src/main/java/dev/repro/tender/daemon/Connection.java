package dev.repro.tender.daemon;

import dev.repro.tender.os.UnixSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;

/// One connection: request after request, each with its time.
final class Connection {
    /// What is still read of a client that was refused, so that it gets its answer before its connection is reset.
    private static final int LINGER_BYTES = 256 << 10;
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final UnixSocket socket;
    private final UnixSocket.Peer peer;
    private final SocketServer.Handler handler;
    private final SocketServer.Limits limits;
    private final InstantSource clock;
    private final Log log;
    private final Wire wire = new Wire();
    private volatile boolean stopping;
    private volatile boolean answering;

    Connection(UnixSocket socket, UnixSocket.Peer peer, SocketServer.Handler handler, SocketServer.Limits limits, InstantSource clock, Log log) {
        this.socket = socket;
        this.peer = peer;
        this.handler = handler;
        this.limits = limits;
        this.clock = clock;
        this.log = log;
    }

    /// The time of a phase is over.
    private static final class Late extends IOException {
        private static final long serialVersionUID = 1;
    }

    /// The socket as the reader of requests sees it.
    private final class Wire implements HttpReader.Client {
        private HttpReader.Phase phase = HttpReader.Phase.IDLE;
        private long due;

        @Override
        public void enters(HttpReader.Phase its) {
            phase = its;
            Duration most = switch (its) {
                case IDLE -> limits.idle();
                case HEAD -> limits.head();
                case BODY -> limits.body();
            };
            due = System.nanoTime() + most.toNanos();
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int n = socket.read(into.array(), into.position(), into.remaining(), Duration.ofNanos(Math.max(0, due - System.nanoTime())));
            if (n == 0) {
                throw new Late();
            }
            into.position(into.position() + Math.max(0, n));
            return n;
        }

        @Override
        public void send(byte[] bytes) throws IOException {
            socket.write(bytes, limits.answer());
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /// Until the client or the server has enough.
    void serve() {
        var reader = new HttpReader(wire);
        try (socket) {
            boolean more = true;
            while (more && !stopping) {
                more = one(reader);
            }
        } catch (IOException e) {
            log.debug("connection", "uid", peer.uid(), "what", e.getMessage()); // the client went away; there is nobody to answer
        }
    }

    private boolean one(HttpReader reader) throws IOException {
        try {
            HttpRequest request = reader.next();
            if (request == null) {
                return false;
            }
            answering = true;
            boolean closes = request.closes() || stopping;
            wire.send(answer(request).bytes(clock.instant(), request.isHead(), closes));
            answering = false;
            return !closes;
        } catch (Late e) {
            if (wire.phase != HttpReader.Phase.IDLE) {
                refuse(HttpReply.error(408, 2, "the request takes too long", "send it at once"));
            }
        } catch (HttpFault e) {
            refuse(HttpReply.error(e.status(), 2, e.getMessage(), "docs/gate.md says what is spoken here"));
        }
        return false;
    }

    private HttpReply answer(HttpRequest request) {
        try {
            return handler.answer(request, peer);
        } catch (RuntimeException e) {
            log.error("bug", "path", request.path(), "what", e.toString(), "at", e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0].toString());
            return HttpReply.error(500, 70, "internal error: " + e, "this is a bug in repro; please report it with the lines of the daemon's log");
        }
    }

    private void refuse(HttpReply reply) throws IOException {
        wire.send(reply.bytes(clock.instant(), false, true));
        socket.finish();
        long due = System.nanoTime() + LINGER.toNanos();
        byte[] rest = new byte[8 << 10];
        for (int read = 0, n = 1; n > 0 && read < LINGER_BYTES && System.nanoTime() < due; read += n) {
            n = socket.read(rest, 0, rest.length, Duration.ofNanos(Math.max(0, due - System.nanoTime())));
        }
    }

    /// Answers that there are too many, by the thread that accepts, which waits for nobody.
    void turnAway() {
        try (socket) {
            socket.write(HttpReply.error(503, 3, "too many connections", "close some, or try again").with("Retry-After: 1")
                    .bytes(clock.instant(), false, true), Duration.ZERO);
            socket.finish();
        } catch (IOException e) {
            log.debug("connection", "uid", peer.uid(), "what", e.getMessage());
        }
    }

    /// After the request that is under way, or at once without one.
    void stop() {
        stopping = true;
        if (!answering) {
            socket.end();
        }
    }

    void abandon() {
        socket.end();
    }
}
