package dev.repro.timestamp;

import dev.repro.base.Problem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Speaks with the snapshot service. With the JDK's client and not the TUF client's fetcher, because that one has no PUT and should have none:
/// it is what every host trusts to verify, and it only ever asks. No redirect is followed; every answer is bounded in size and time.
final class ServiceClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /// Beyond what the service was asked to wait.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER).build();
    private final String base;

    /// @throws Problem exit code 2: no such URL
    ServiceClient(URI service) throws Problem {
        boolean usable = service.getHost() != null && ("http".equals(service.getScheme()) || "https".equals(service.getScheme()))
                && service.getRawUserInfo() == null && service.getRawQuery() == null && service.getRawFragment() == null;
        if (!usable) {
            throw Problem.usage("not a URL that a snapshot service can be at").where("--url").expected("http://HOST[:PORT] or https://…")
                    .found(service);
        }
        base = service.toString().endsWith("/") ? service.toString() : service + "/";
    }

    record Answer(int status, byte[] body) {}

    /// @param most bytes of the answer
    /// @param wait how long the service may take on purpose
    /// @throws Problem exit code 4
    Answer get(String path, int most, Duration wait) throws Problem, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + path)).GET().build(), most, wait);
    }

    Answer put(String path, byte[] body, int most) throws Problem, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + path)).header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body)).build(), most, Duration.ZERO);
    }

    String describe(String path) {
        return base + path;
    }

    // Asynchronous for the sake of one deadline over head and body: that of a request ends with the head.
    private Answer send(HttpRequest request, int most, Duration wait) throws Problem, InterruptedException {
        var sent = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), most));
        try {
            HttpResponse<byte[]> answer = sent.get(PATIENCE.plus(wait).toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(answer.statusCode(), answer.body());
        } catch (TimeoutException e) {
            throw failed(request, "no whole answer came in time", e);
        } catch (ExecutionException e) {
            throw failed(request, reason(e.getCause()), e.getCause());
        } finally {
            sent.cancel(true);
        }
    }

    private static String reason(Throwable e) {
        return switch (e) {
            case HttpTimeoutException _ -> "no connection in time";
            case ConnectException _ -> "no connection";
            case IOException io when io.getMessage() != null -> io.getMessage();
            default -> e.toString();
        };
    }

    private static Problem failed(HttpRequest request, String why, Throwable e) {
        return Problem.storage("the snapshot service cannot be asked: " + why).where(request.uri()).because(e)
                .hint("see that the URL is right and that the service runs; it is tried again");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
