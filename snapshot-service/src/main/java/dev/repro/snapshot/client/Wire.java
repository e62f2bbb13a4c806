package dev.repro.snapshot.client;

import dev.repro.base.Problem;
import dev.repro.tuf.client.Proxies;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Requests to a service. Every one of the protocol may be repeated, so one that fails on the way, or is told to come later, is, for
/// some time.
final class Wire implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /// For one request: a publication may wait for the timestamp service.
    private static final Duration ANSWER = Duration.ofSeconds(60);
    /// Since the first try of a request; what is told to come later than that is not waited for.
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    /// By which clocks may differ without a word.
    private static final Duration SKEW = Duration.ofMinutes(1);
    private static final int TRIES = 6;
    private static final int MOST = 16 << 20; // bytes of an answer
    private static final Set<Integer> LATER = Set.of(429, 502, 503, 504);

    /// How time passes.
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    private final URI service;
    private final HttpClient http;
    private final Pause pause;
    private final Consumer<String> told;
    private final Watch watch;
    private boolean warned;

    /// @param clock of this machine
    /// @param warn is told once if the service's clock is another
    record Watch(InstantSource clock, Consumer<String> warn) {}

    /// @param told what the request waits for
    Wire(URI service, Proxies proxies, Pause pause, Consumer<String> told, Watch watch) throws Problem {
        this.service = service;
        this.watch = watch;
        this.pause = pause;
        this.told = told;
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
                .proxy(selector(proxies.of(service))).build();
    }

    private static ProxySelector selector(Optional<Proxies.Proxy> proxy) {
        List<Proxy> through = List.of(proxy.map(p -> new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(p.host(), p.port())))
                .orElse(Proxy.NO_PROXY));
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return through;
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
                // who asked hears of it
            }
        };
    }

    /// @param status below 400, or 404
    record Answer(int status, java.net.http.HttpHeaders headers, byte[] body) {}

    URI service() {
        return service;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(service.resolve(path)).timeout(ANSWER).header("User-Agent", "repro");
    }

    /// Sends a request until it is answered.
    ///
    /// @throws Declined the service's refusal, but for 404
    /// @throws Problem exit code 4: no answer in the time allowed
    Answer send(HttpRequest request) throws Declined, Problem, InterruptedException {
        Duration waited = Duration.ZERO;
        for (int tried = 1;; tried++) {
            Duration next = FIRST_PAUSE.multipliedBy(1L << (tried - 1));
            try {
                HttpResponse<byte[]> response = http.send(request, _ -> HttpResponse.BodySubscribers.limiting(
                        HttpResponse.BodySubscribers.ofByteArray(), MOST));
                compareClocks(response);
                if (!LATER.contains(response.statusCode())) {
                    return answer(response);
                }
                next = response.headers().firstValue("Retry-After").flatMap(Wire::seconds).orElse(next);
                if (tried == TRIES || waited.plus(next).compareTo(PATIENCE) > 0) {
                    return answer(response);
                }
                told.accept("the service is busy (" + response.statusCode() + "): trying again in " + readable(next));
            } catch (IOException e) {
                if (tried == TRIES || waited.plus(next).compareTo(PATIENCE) > 0) {
                    throw unreachable(request.uri(), e);
                }
                told.accept("the service does not answer: trying again in " + readable(next));
            }
            pause.of(next);
            waited = waited.plus(next);
        }
    }

    /// What is signed here expires by this machine's clock, and is judged by the service's (RFC 9110 6.6.1).
    private void compareClocks(HttpResponse<?> response) {
        Optional<String> date = response.headers().firstValue("Date");
        if (warned || date.isEmpty()) {
            return;
        }
        try {
            Duration ahead = Duration.between(watch.clock.instant(), DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get(), Instant::from));
            if (ahead.abs().compareTo(SKEW) > 0) {
                warned = true;
                watch.warn.accept("this machine's clock is " + span(ahead.abs()) + (ahead.isNegative() ? " ahead of" : " behind")
                        + " the service's: what is signed here may expire too " + (ahead.isNegative() ? "late" : "early")
                        + "; compare with `date -u`");
            }
        } catch (DateTimeException e) {
            warned = true;
            watch.warn.accept("the service says no time that can be read: " + date.get().replaceAll("[^ -~]", "?"));
        }
    }

    private static String span(Duration time) {
        return time.toHours() >= 48 ? time.toDays() + " days" : time.toMinutes() >= 120 ? time.toHours() + " h" : time.toMinutes() + " min";
    }

    private static String readable(Duration pause) {
        return pause.toMillis() < 1000 ? pause.toMillis() + " ms" : pause.toSeconds() + " s";
    }

    // RFC 9110 10.2.3; a date is not what our service sends
    private static Optional<Duration> seconds(String text) {
        return text.matches("[0-9]{1,6}") ? Optional.of(Duration.ofSeconds(Long.parseLong(text))) : Optional.empty();
    }

    private static Answer answer(HttpResponse<byte[]> response) throws Declined, Problem {
        if (response.statusCode() >= 300 && response.statusCode() != 404) {
            throw Declined.of(response.statusCode(), response.body(), response.uri().toString());
        }
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    private static Problem unreachable(URI uri, IOException e) {
        String reason = switch (e) {
            case java.net.http.HttpConnectTimeoutException _ -> "no connection in time";
            case java.net.http.HttpTimeoutException _ -> "no answer in time";
            case java.net.ConnectException c -> c.getCause() instanceof java.nio.channels.UnresolvedAddressException
                    ? "the host is not known" : "no connection";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
        return Problem.storage("the service cannot be reached: " + reason).where(uri).because(e)
                .hint("see that the URL is right and the service runs, then run the command again: it goes on where this one stopped");
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
