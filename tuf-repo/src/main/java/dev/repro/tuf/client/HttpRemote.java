package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/// The files below one URL.
final class HttpRemote implements Remote {
    private final Fetcher fetcher;
    private final String base;
    private final Limits limits;

    /// @param base ends with a slash
    HttpRemote(Fetcher fetcher, String base, Limits limits) {
        this.fetcher = fetcher;
        this.base = base;
        this.limits = limits;
    }

    @Override
    public Optional<byte[]> get(String path, int most) throws Problem {
        try {
            Optional<Body> body = fetcher.open(URI.create(base + path), 0, Pace.bounded(limits));
            if (body.isEmpty()) {
                return Optional.empty();
            }
            try (var in = body.get().bytes()) {
                byte[] bytes = in.readNBytes(most);
                int more = in.read(); // the end of the body, or proof that it is too long
                return Optional.of(more < 0 ? bytes : java.util.Arrays.copyOf(bytes, most + 1));
            }
        } catch (IOException e) {
            throw Fetcher.problem(base + path, e);
        }
    }

    @Override
    public Optional<Body> open(String path, long from) throws Problem {
        try {
            return fetcher.open(URI.create(base + path), from, Pace.unbounded(limits));
        } catch (IOException e) {
            throw Fetcher.problem(base + path, e);
        }
    }

    @Override
    public String describe(String path) {
        return base + path;
    }
}
