package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Brings one file into the cache from the first address that has it.
final class Transfer {
    private static final int BUFFER = 1 << 16;

    private final Blob blob;
    private final Path target;
    private final HttpClient client;
    private final FetchLimits limits;
    private final Watch watch;
    private final Set<String> deadHosts;

    /// @param deadHosts shared by the transfers of one run: hosts that did not answer are not asked again
    Transfer(Blob blob, Path target, HttpClient client, FetchLimits limits, Watch watch, Set<String> deadHosts) {
        this.blob = blob;
        this.target = target;
        this.client = client;
        this.limits = limits;
        this.watch = watch;
        this.deadHosts = deadHosts;
    }

    /// What follows from a failed attempt.
    private enum Then { REPEAT, NEXT, DISTRUST }

    /// Why one attempt came to nothing.
    private static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;
        private final Then then;
        private final Problem problem;

        FailedException(Then then, Problem problem) {
            super(problem);
            this.then = then;
            this.problem = problem;
        }
    }

    /// Throws [GoneException] where every address answered that it does not have the file.
    void run(FetchProgress progress) throws Problem, GoneException, InterruptedException {
        if (blob.candidates().isEmpty()) {
            throw Problem.storage("there is no address to fetch " + blob.name() + " from")
                    .hint("name a mirror (`mirrors`) or a folder (`deb_folders`) in ~/.config/repro/config.toml");
        }
        var failures = new ArrayList<FailedException>();
        for (URI address : blob.candidates()) {
            if (fetch(address, failures, progress)) {
                progress.file();
                return;
            }
        }
        if (failures.isEmpty()) {
            throw new GoneException(blob);
        }
        // A wrong content says more than a server that is away.
        throw failures.stream().filter(f -> f.then == Then.DISTRUST).findFirst().orElse(failures.getFirst()).problem;
    }

    private boolean fetch(URI address, List<FailedException> failures, FetchProgress progress)
            throws Problem, InterruptedException {
        for (int attempt = 1; attempt <= limits.attempts(); attempt++) {
            try {
                return attempt(address, progress);
            } catch (FailedException e) {
                failures.add(e);
                if (e.then != Then.REPEAT) {
                    return false;
                }
            }
        }
        return false;
    }

    /// False where the server says that it has no such file.
    private boolean attempt(URI address, FetchProgress progress) throws FailedException, Problem, InterruptedException {
        String host = address.getScheme() + "://" + address.getAuthority();
        if (deadHosts.contains(host)) {
            throw failed(Then.NEXT, address, "the server did not answer before");
        }
        try (InputStream body = open(address)) {
            if (body != null) {
                receive(address, body, progress);
            }
            return body != null;
        } catch (ConnectException e) {
            deadHosts.add(host);
            throw failed(Then.NEXT, address, reason(e));
        } catch (HttpTimeoutException e) {
            deadHosts.add(host);
            throw failed(Then.NEXT, address, "no answer in " + text(limits.connect()));
        } catch (IOException e) {
            throw failed(Then.REPEAT, address, Why.of(e));
        }
    }

    /// The body, or null.
    private InputStream open(URI address) throws IOException, InterruptedException, FailedException {
        if ("file".equals(address.getScheme())) {
            Path file = Path.of(address);
            return Files.isRegularFile(file) ? Files.newInputStream(file) : null;
        }
        var request = HttpRequest.newBuilder(address).timeout(limits.connect()).header("User-Agent", "repro").build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        int status = response.statusCode();
        if (status == 200) {
            return response.body();
        }
        response.body().close();
        if (status == 404 || status == 410) {
            return null;
        }
        throw failed(status >= 500 || status == 429 ? Then.REPEAT : Then.NEXT, address, "status " + status);
    }

    private void receive(URI address, InputStream body, FetchProgress progress) throws FailedException, Problem, IOException {
        long limit = blob.size() < 0 ? BlobCache.MAX_UNKNOWN : blob.size();
        long told = 0;
        try (var watched = watch.on(body); var file = Incoming.beside(target)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = read(address, body, buffer, watched); n >= 0; n = read(address, body, buffer, watched)) {
                if (file.count() + n > limit) {
                    throw wrong(address, limit + " bytes", "more");
                }
                file.write(buffer, n);
                progress.bytes(n);
                told += n;
                watched.came(n);
            }
            if (blob.size() >= 0 && file.count() < blob.size()) {
                throw failed(Then.REPEAT, address, "the body ended after " + file.count() + " of " + blob.size() + " bytes");
            }
            if (!file.digest().equals(blob.digest())) {
                throw wrong(address, "sha256 " + blob.digest(), "sha256 " + file.digest());
            }
            file.keep(target);
            told = 0;
        } finally {
            progress.bytes(-told);
        }
    }

    private int read(URI address, InputStream body, byte[] buffer, Watch.Watched watched) throws IOException, FailedException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            if (watched.stalled()) {
                throw failed(Then.NEXT, address, "less than " + limits.floor() + " bytes in " + text(limits.window()));
            }
            throw e;
        }
    }

    private static String text(Duration time) {
        return time.toSeconds() > 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    private static String reason(ConnectException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "the name of the server cannot be resolved";
            }
        }
        return e.getMessage() == null ? "no connection" : "no connection: " + e.getMessage();
    }

    private FailedException failed(Then then, URI address, String why) {
        return new FailedException(then, Problem.storage("cannot fetch " + blob.name()).where(address).found(why)
                .hint("look at the network and the mirrors of this machine; "
                        + "`deb_folders` in ~/.config/repro/config.toml needs neither"));
    }

    private FailedException wrong(URI address, String expected, String found) {
        return new FailedException(Then.DISTRUST, Problem.storage("what is there is not " + blob.name()).where(address)
                .expected(expected).found(found).hint("do not trust that mirror; name another one in "
                        + "~/.config/repro/config.toml"));
    }
}
