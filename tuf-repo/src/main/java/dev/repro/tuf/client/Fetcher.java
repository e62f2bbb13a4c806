package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Fetches over HTTP and HTTPS: the one class that opens a connection.
///
/// A connection is kept for the next request to the same server. Redirects are followed, never from HTTPS to HTTP. Nothing is asked for
/// twice but on a kept connection that the server had given up. Why no client of the JDK's own: docs/adr/0007.
public final class Fetcher implements AutoCloseable {
    private static final int MAX_REDIRECTS = 5;

    private final Proxies proxies;
    private final Limits limits;
    private final Optional<SSLSocketFactory> tls;
    private final AtomicReference<Kept> kept = new AtomicReference<>();

    /// @param to scheme, host, port and proxy that a connection stands to
    private record Kept(String to, HttpConnection connection) {}

    public Fetcher(Proxies proxies, Limits limits) {
        this(proxies, limits, Optional.empty());
    }

    /// @param tls empty: the JDK's own, with its list of certificate authorities
    public Fetcher(Proxies proxies, Limits limits, Optional<SSLSocketFactory> tls) {
        this.proxies = proxies;
        this.limits = limits;
        this.tls = tls;
    }

    /// The files below a URL.
    ///
    /// @param base `http://` or `https://`, with or without a slash at its end
    /// @throws Problem exit code 2: no such URL
    public Remote at(URI base) throws Problem {
        boolean usable = base.getHost() != null && isHttp(base) && base.getRawUserInfo() == null && base.getRawQuery() == null && base.getRawFragment() == null;
        if (!usable) {
            throw Problem.usage("not a URL that a repository can be at").expected("http://HOST[:PORT]/PATH or https://…").found(base);
        }
        return new HttpRemote(this, base.toString().endsWith("/") ? base.toString() : base + "/", limits);
    }

    private static boolean isHttp(URI uri) {
        return "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    }

    /// @param from offset in bytes of the first one that is wanted
    /// @return empty for 403 and 404
    Optional<Remote.Body> open(URI asked, long from, Pace pace) throws IOException, Problem {
        URI uri = asked;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            var answer = exchange(uri, from, pace);
            switch (answer.head.status()) {
                case 200, 206 -> {
                    return Optional.of(body(answer, from));
                }
                case 403, 404 -> {
                    answer.discard();
                    return Optional.empty();
                }
                case 301, 302, 303, 307, 308 -> {
                    uri = redirect(uri, answer.head.field("location"));
                    answer.discard();
                }
                case 416 -> { // what is here already is not of that file
                    answer.discard();
                    if (from == 0) {
                        throw new IOException("the server answered with status 416");
                    }
                    return open(uri, 0, pace);
                }
                default -> {
                    answer.connection.close();
                    throw new IOException("the server answered with status " + answer.head.status());
                }
            }
        }
        throw new IOException("more than " + MAX_REDIRECTS + " redirects");
    }

    private record Answer(HttpConnection connection, HttpConnection.Head head, java.io.InputStream body) {
        /// Reads a short body to its end, so that the connection can be used again.
        void discard() throws IOException {
            body.readNBytes(65_536);
            body.close();
        }
    }

    private static Remote.Body body(Answer answer, long from) throws IOException {
        HttpConnection.Head head = answer.head;
        String encoding = head.field("content-encoding");
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            answer.connection.close();
            throw new IOException("the server sends the file encoded as " + encoding);
        }
        if (head.status() == 200) {
            return new Remote.Body(0, answer.body);
        }
        if (from == 0 || !head.field("content-range").startsWith("bytes " + from + "-")) {
            answer.connection.close();
            throw new IOException("the server sends another part of the file than was asked for");
        }
        return new Remote.Body(from, answer.body);
    }

    private static URI redirect(URI from, String location) throws IOException {
        try {
            URI to = from.resolve(new URI(location));
            if (!location.isEmpty() && to.getHost() != null && isHttp(to) && to.getRawUserInfo() == null
                    && !(from.getScheme().equals("https") && to.getScheme().equals("http"))) {
                return to;
            }
        } catch (java.net.URISyntaxException e) {
            throw new IOException("the server redirects to what is no URL", e);
        }
        throw new IOException("the server redirects to where it may not: " + location);
    }

    private Answer exchange(URI uri, long from, Pace pace) throws IOException, Problem {
        Optional<Proxies.Proxy> proxy = proxies.of(uri);
        String to = uri.getScheme() + "://" + uri.getHost() + ":" + port(uri) + " " + proxy.map(p -> p.host() + ":" + p.port()).orElse("");
        String request = request(uri, from, proxy);
        Kept old = kept.getAndSet(null);
        if (old != null && old.to.equals(to)) {
            try {
                return answer(old.connection, to, old.connection.ask(request, pace));
            } catch (IOException e) {
                old.connection.close(); // given up by the server in the meantime: once more, on a fresh one
            }
        } else if (old != null) {
            old.connection.close();
        }
        HttpConnection fresh = connect(uri, proxy, pace);
        try {
            return answer(fresh, to, fresh.ask(request, pace));
        } catch (IOException e) {
            fresh.close();
            throw e;
        }
    }

    private Answer answer(HttpConnection connection, String to, HttpConnection.Head head) throws IOException {
        return new Answer(connection, head, connection.body(head, () -> kept.set(new Kept(to, connection))));
    }

    private static String request(URI uri, long from, Optional<Proxies.Proxy> proxy) {
        boolean absolute = proxy.isPresent() && uri.getScheme().equals("http"); // RFC 9112 3.2.2
        String path = (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath()) + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        return "GET " + (absolute ? "http://" + host(uri) : "") + path + " HTTP/1.1\r\nHost: " + host(uri)
                + "\r\nUser-Agent: repro\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
                + (from > 0 ? "Range: bytes=" + from + "-\r\n" : "")
                + (absolute && !proxy.get().authorization().isEmpty() ? "Proxy-Authorization: " + proxy.get().authorization() + "\r\n" : "") + "\r\n";
    }

    private static String host(URI uri) {
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    private HttpConnection connect(URI uri, Optional<Proxies.Proxy> proxy, Pace pace) throws IOException {
        var connection = proxy.isPresent() ? dial(proxy.get().host(), proxy.get().port()) : dial(uri.getHost(), port(uri));
        try {
            if (uri.getScheme().equals("https")) {
                if (proxy.isPresent()) {
                    tunnel(connection, uri, proxy.get(), pace);
                }
                secure(connection, uri, pace);
            }
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private HttpConnection dial(String host, int port) throws IOException {
        long end = System.nanoTime() + limits.connect().toNanos();
        IOException last = new ConnectException("no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            var socket = new HttpConnection.Plain();
            try {
                socket.connect(new InetSocketAddress(address, port), (int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
                socket.setTcpNoDelay(true);
                return new HttpConnection(socket);
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    // RFC 9110 9.3.6
    private static void tunnel(HttpConnection connection, URI uri, Proxies.Proxy proxy, Pace pace) throws IOException {
        String to = uri.getHost() + ":" + port(uri);
        var head = connection.ask("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n"
                + (proxy.authorization().isEmpty() ? "" : "Proxy-Authorization: " + proxy.authorization() + "\r\n") + "\r\n", pace);
        if (head.status() / 100 != 2) {
            throw new IOException("the proxy " + proxy.host() + ":" + proxy.port() + " answered with status " + head.status());
        }
    }

    private void secure(HttpConnection connection, URI uri, Pace pace) throws IOException {
        String host = uri.getHost().startsWith("[") ? uri.getHost().substring(1, uri.getHost().length() - 1) : uri.getHost();
        var factory = tls.orElseGet(() -> (SSLSocketFactory) SSLSocketFactory.getDefault());
        connection.pace(pace);
        pace.await();
        var socket = (SSLSocket) factory.createSocket(connection.plain(), host, port(uri), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        connection.secure(socket);
    }

    /// What to tell of a failure at a URL.
    static Problem problem(String url, IOException e) {
        String reason = switch (e) {
            case UnknownHostException _ -> "the host is not known";
            case SocketTimeoutException _ -> "no connection in time";
            case javax.net.ssl.SSLException s -> "TLS: " + s.getMessage();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
        return Problem.storage("cannot be fetched: " + reason).where(url).because(e)
                .hint("see that the URL is right and that this machine reaches it (http_proxy, https_proxy and no_proxy are followed); then run the command again");
    }

    @Override
    public void close() {
        Kept last = kept.getAndSet(null);
        if (last != null) {
            try {
                last.connection.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
