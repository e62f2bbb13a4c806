package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Where a repository's files come from: a folder of URLs, or whatever a test puts in its place. Nothing that it gives is trusted.
public interface Remote {

    /// A file, whole.
    ///
    /// @param path relative, percent-encoded: `2.root.json`
    /// @param most in bytes. A longer file is read to `most + 1` bytes and no further, by which the caller knows
    /// @return empty if the file is not there (over HTTP: 403, 404), and only then
    /// @throws Problem exit code 4: it could not be had, or not in the time allowed
    Optional<byte[]> get(String path, int most) throws Problem;

    /// A file as a stream, from some place on.
    ///
    /// @param from offset in bytes; one that does not know how begins at 0, as [Body#from] tells
    /// @return empty if the file is not there
    /// @throws Problem exit code 4
    Optional<Body> open(String path, long from) throws Problem;

    /// @param from offset of the first byte in the file
    /// @param bytes fail with [IOException] if they end before they should, or come too slowly
    record Body(long from, InputStream bytes) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }

    /// For a message: where a path is.
    String describe(String path);
}
