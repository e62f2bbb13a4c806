package dev.repro.snapshot;

import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Problem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;

/// An address that is taken, and on which nothing is answered before a [Service] starts: so that nothing is founded where nobody could listen.
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final HttpServer server;
    private final String host;
    private boolean closed;

    private Listener(HttpServer server, String host) {
        this.server = server;
        this.host = host;
    }

    /// @param address port 0 for any that is free
    /// @throws Problem exit code 3 if it cannot listen there
    public static Listener bind(InetSocketAddress address, ServiceLimits limits) throws Problem {
        // The JDK's server reads its settings when it is first used.
        Map.of("nodelay", "true", "idleInterval", "30", "maxIdleConnections", "" + limits.connections(), "maxReqHeaders", "100",
                "maxReqHeaderSize", "32768", "maxReqTime", "" + limits.requestTime().toSeconds(), "maxRspTime",
                "" + limits.requestTime().toSeconds()).forEach((name, value) -> setting("sun.net.httpserver." + name, value));
        setting("jdk.httpserver.maxConnections", "" + limits.connections());
        try {
            return new Listener(HttpServer.create(address, BACKLOG), address.getHostString());
        } catch (IOException e) {
            throw Problem.environment("cannot listen: " + e.getMessage()).where(address.getHostString() + ":" + address.getPort())
                    .hint("choose another --listen ADDRESS:PORT, or stop who listens there").because(e);
        }
    }

    private static void setting(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    HttpServer server() {
        return server;
    }

    /// `http://HOST:PORT`
    String url() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.getAddress().getPort();
    }

    @Override
    public synchronized void close() {
        if (!closed) { // the JDK's server is not to be stopped twice
            closed = true;
            server.stop(0);
        }
    }
}
