package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Remote;
import java.io.InputStream;
import java.util.Optional;
import java.util.stream.Stream;

/// A folder of a web server, which cannot say what is in it.
public final class UrlSource implements Source {
    private final Remote remote;
    private final String place;

    /// @param place how to call the folder in messages
    public UrlSource(Remote remote, String place) {
        this.remote = remote;
        this.place = place;
    }

    @Override
    public String place() {
        return place;
    }

    @Override
    public Answer read(String path, int limit) throws Problem {
        Optional<byte[]> bytes = remote.get(path, limit);
        return bytes.isEmpty() ? new Answer.Absent() : bytes.get().length > limit ? new Answer.TooLong()
                : new Answer.Bytes(bytes.get());
    }

    @Override
    public Optional<InputStream> open(String path) throws Problem {
        return remote.open(new TargetName(path).url(""), 0).map(Remote.Body::bytes);
    }

    @Override
    public Optional<Stream<String>> files() {
        return Optional.empty();
    }
}
