package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// GET, HEAD and PUT of objects, signed, with conditions. The JDK's client, because a repository is written by it; readers use the fetcher.
///
/// A request that a server or the network fails is sent again, [#TRIES] times in all; a PUT may be, because each has a condition or writes what is
/// the same every time. Every body goes out with its SHA-256, which the server checks, and what comes back with one is held to it.
final class S3Client implements AutoCloseable {
    static final int TRIES = 4;
    /// One PUT takes no more: 5 GiB. Larger files would need uploads in parts.
    static final long LARGEST = 5L << 30;
    private static final int MOST = 256 << 20;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]+)</Code>");
    private static final Digest NOTHING = Digest.of(new byte[0]);

    /// How long to wait, and for what a clock is asked, so that tests need not.
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER).build();
    private final S3Address address;
    private final SigV4 signature;
    private final InstantSource clock;
    private final Duration patience;
    private final Pause pause;

    /// @param patience for an answer; a body has a second for each 64 KiB beyond it
    S3Client(S3Address address, SigV4 signature, InstantSource clock, Duration patience, Pause pause) {
        this.address = address;
        this.signature = signature;
        this.clock = clock;
        this.patience = patience;
        this.pause = pause;
    }

    /// @param etag names these bytes in a condition
    record Found(byte[] bytes, String etag) {}

    /// When a PUT may write.
    sealed interface Condition {
        /// There is nothing yet.
        record Absent() implements Condition {}

        /// What is there is what was seen.
        record Unchanged(String etag) implements Condition {}
    }

    /// What is to be written.
    record Body(BodyPublisher publisher, long length, Digest digest) {
        static Body of(byte[] bytes) {
            return new Body(BodyPublishers.ofByteArray(bytes), bytes.length, Digest.of(bytes));
        }

        static Body of(Path file, long length, Digest digest) throws Problem {
            if (length > LARGEST) {
                throw Problem.usage("too large for one upload to an object store").where(file).expected("at most " + LARGEST + " bytes").found(length)
                        .hint("publish to a folder, or serve this file from elsewhere");
            }
            try {
                return new Body(BodyPublishers.ofFile(file), length, digest);
            } catch (IOException e) {
                throw Problem.usage("cannot be read").where(file).because(e);
            }
        }
    }

    /// @return empty if there is no such object (404, `NoSuchKey`), and only then
    /// @throws Problem exit code 4, 2 for a bucket that is not there
    Optional<Found> get(String path) throws Problem {
        URI url = address.url(path);
        Answer answer = exchange("GET", url, Map.of("x-amz-checksum-mode", "ENABLED"), Optional.empty());
        return switch (answer.status) {
            case 200 -> Optional.of(new Found(answer.body, answer.headers.firstValue("etag").orElse("")));
            case 404 -> {
                if (!answer.code().equals("NoSuchKey")) {
                    throw refused(url, answer);
                }
                yield Optional.empty();
            }
            default -> throw refused(url, answer);
        };
    }

    /// @param sha256 in Base64, where the store knows it
    record Head(long length, Optional<String> sha256) {
        boolean fits(long expected, Digest digest) {
            return length == expected && sha256.filter(s -> !s.equals(base64(digest))).isEmpty();
        }
    }

    Optional<Head> head(String path) throws Problem {
        URI url = address.url(path);
        Answer answer = exchange("HEAD", url, Map.of("x-amz-checksum-mode", "ENABLED"), Optional.empty());
        return switch (answer.status) {
            case 200 -> Optional.of(new Head(answer.headers.firstValueAsLong("content-length").orElse(-1), sum(answer.headers)));
            case 404 -> Optional.empty(); // without a body; that the bucket is there was seen when the store was opened
            default -> throw refused(url, answer);
        };
    }

    /// @return false if the condition does not hold; also where an earlier try, whose answer was lost, has written it
    boolean put(String path, Body body, Condition condition) throws Problem {
        URI url = address.url(path);
        var headers = new HashMap<String, String>();
        switch (condition) {
            case Condition.Absent _ -> headers.put("If-None-Match", "*");
            case Condition.Unchanged(var etag) -> headers.put("If-Match", etag);
        }
        headers.put("Content-Type", path.endsWith(".json") ? "application/json" : "application/octet-stream");
        headers.put("Cache-Control", path.equals(Layout.TIMESTAMP) || !path.contains("/") ? "no-cache" : "public, max-age=31536000, immutable");
        headers.put("x-amz-checksum-sha256", base64(body.digest));
        Answer answer = exchange("PUT", url, headers, Optional.of(body));
        return switch (answer.status) {
            case 200 -> true;
            case 412 -> false;
            default -> throw refused(url, answer);
        };
    }

    private record Answer(int status, HttpHeaders headers, byte[] body) {
        String code() {
            Matcher code = CODE.matcher(new String(body, 0, Math.min(body.length, 65_536), StandardCharsets.UTF_8));
            return code.find() ? code.group(1) : "";
        }
    }

    private Answer exchange(String method, URI url, Map<String, String> headers, Optional<Body> body) throws Problem {
        try {
            for (int i = 1;; i++) {
                String why;
                Exception cause = null;
                try {
                    Answer answer = once(method, url, headers, body);
                    boolean again = answer.status >= 500 || answer.status == 429 || answer.status == 409
                            && answer.code().equals("ConditionalRequestConflict");
                    if (!again) {
                        return answer;
                    }
                    why = "status " + answer.status + (answer.code().isEmpty() ? "" : ", " + answer.code());
                } catch (IOException e) {
                    why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                    cause = e;
                }
                if (i == TRIES) {
                    throw Problem.storage("the object store fails: " + why).where(url).because(cause)
                            .hint("see that it runs and that this machine reaches it; then run the command again: readers see the old state or the "
                                    + "new");
                }
                pause.of(Duration.ofMillis(200L << i));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.environment("interrupted").because(e);
        }
    }

    private Answer once(String method, URI url, Map<String, String> headers, Optional<Body> body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).method(method, body.map(Body::publisher).orElse(BodyPublishers.noBody()));
        signature.sign(method, url, headers, body.map(Body::digest).orElse(NOTHING), clock.instant()).forEach(request::setHeader);
        var sent = client.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST));
        try {
            HttpResponse<byte[]> answer = sent.get(patience.plusSeconds(body.map(Body::length).orElse(0L) >> 16).toMillis(), TimeUnit.MILLISECONDS);
            check(answer);
            return new Answer(answer.statusCode(), answer.headers(), answer.body());
        } catch (TimeoutException e) {
            throw new IOException("no whole answer came in time", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            sent.cancel(true);
        }
    }

    private static void check(HttpResponse<byte[]> answer) throws IOException {
        boolean isObject = answer.statusCode() == 200 && answer.request().method().equals("GET");
        if (isObject && sum(answer.headers()).filter(s -> !s.equals(base64(Digest.of(answer.body())))).isPresent()) {
            throw new IOException("the body is not what its checksum says");
        }
    }

    /// Of the whole object: that of one uploaded in parts has a dash, and says something else.
    private static Optional<String> sum(HttpHeaders headers) {
        return headers.firstValue("x-amz-checksum-sha256").filter(s -> !s.contains("-"));
    }

    private static String base64(Digest digest) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest.hex()));
    }

    private Problem refused(URI url, Answer answer) {
        String found = "status " + answer.status + (answer.code().isEmpty() ? "" : ", " + answer.code());
        return switch (answer.code()) {
            case "NoSuchBucket" -> Problem.usage("there is no such bucket").where(address.bucketUrl()).hint("create it, or name another one");
            case "XAmzContentSHA256Mismatch", "BadDigest" -> Problem.no("the file has changed since it was described").where(url)
                    .hint("add it again");
            case "RequestTimeTooSkewed" -> Problem.environment("the object store's clock and this machine's differ too much").where(url)
                    .hint("set this machine's clock right");
            default -> answer.status == 401 || answer.status == 403
                    ? Problem.storage("the object store denies access").where(url).found(found)
                    .hint("see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the key needs s3:GetObject, s3:PutObject and s3:ListBucket")
                    : Problem.storage("the object store does not do what it was asked").where(url).found(found)
                    .hint("it must know If-Match and If-None-Match on PUT; its log says more");
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
