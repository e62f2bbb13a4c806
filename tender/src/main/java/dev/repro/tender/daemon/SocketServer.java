package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.tender.os.UnixSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Answers HTTP/1.1 on a socket that listens: a thread for each connection, and a bound on connections, of all and of each user but the owner.
final class SocketServer implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(200);

    /// @param connections at once
    /// @param connectionsPerUser of those who are neither root nor the daemon's own user
    /// @param idle how long a connection may be without a request
    /// @param head how long request line and headers may take
    /// @param body how long a body may take
    /// @param answer how long the other end may take nothing of its answer
    record Limits(int connections, int connectionsPerUser, Duration idle, Duration head, Duration body, Duration answer) {
        static final Limits DEFAULT = new Limits(256, 32, Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(10));
    }

    /// What answers requests. Never by an exception: one is a bug.
    @FunctionalInterface
    interface Handler {
        HttpReply answer(HttpRequest request, UnixSocket.Peer peer);
    }

    private final UnixSocket listening;
    private final Handler handler;
    private final Limits limits;
    private final InstantSource clock;
    private final Log log;
    private final int owner;
    private final Semaphore free;
    private final Map<Integer, Semaphore> freeOfUser = new ConcurrentHashMap<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(Thread.ofPlatform().name("connection-", 0).daemon().factory());
    private volatile boolean stopping;

    /// @param owner the user that this process runs as
    SocketServer(UnixSocket listening, Handler handler, Limits limits, InstantSource clock, Log log, int owner) {
        this.listening = listening;
        this.handler = handler;
        this.limits = limits;
        this.clock = clock;
        this.log = log;
        this.owner = owner;
        this.free = new Semaphore(limits.connections);
    }

    void start() {
        Thread.ofPlatform().name("accept").daemon().start(this::accept);
    }

    int connections() {
        return connections.size();
    }

    private void accept() {
        while (!stopping) {
            try {
                UnixSocket socket = listening.accept();
                if (socket == null) {
                    return;
                }
                accepted(socket);
            } catch (Problem e) {
                log.error("accept", "error", e.line());
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(AFTER_FAILURE);
        } catch (InterruptedException e) {
            stopping = true; // nobody else interrupts this thread
        }
    }

    private void accepted(UnixSocket socket) {
        UnixSocket.Peer peer;
        try {
            peer = socket.peer();
        } catch (Problem e) {
            log.error("peer", "error", e.line());
            socket.close();
            return;
        }
        var connection = new Connection(socket, peer, handler, limits, clock, log);
        Semaphore ofUser = peer.uid() == 0 || peer.uid() == owner ? free
                : freeOfUser.computeIfAbsent(peer.uid(), _ -> new Semaphore(limits.connectionsPerUser));
        if (!free.tryAcquire()) {
            connection.turnAway();
        } else if (ofUser != free && !ofUser.tryAcquire()) {
            free.release();
            connection.turnAway();
        } else {
            connections.add(connection);
            threads.execute(() -> serve(connection, ofUser));
        }
    }

    private void serve(Connection connection, Semaphore ofUser) {
        try {
            connection.serve();
        } finally {
            connections.remove(connection);
            free.release();
            if (ofUser != free) {
                ofUser.release();
            }
        }
    }

    /// Takes no more; requests under way have a moment to end.
    @Override
    public void close() {
        stopping = true;
        listening.end();
        connections.forEach(Connection::stop);
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                connections.forEach(Connection::abandon);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listening.close();
    }
}
