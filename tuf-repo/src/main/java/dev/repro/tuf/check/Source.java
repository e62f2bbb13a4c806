package dev.repro.tuf.check;

import dev.repro.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.stream.Stream;

/// Where the files of a repository are: a folder, or a web server. It may hold anything.
public interface Source {

    /// What came of asking for a file.
    sealed interface Answer {
        record Bytes(byte[] bytes) implements Answer {}

        /// The folder or the server says that there is none.
        record Absent() implements Answer {}

        record TooLong() implements Answer {}
    }

    /// As the user named it.
    String place();

    /// A metadata file.
    ///
    /// @param path relative, percent-encoded but for `/`
    /// @param limit in bytes; no more is read
    /// @throws Problem exit code 4 if storage or network fail, which says nothing of the repository
    Answer read(String path, int limit) throws Problem;

    /// A target.
    ///
    /// @param path relative, as metadata has it, not encoded
    Optional<InputStream> open(String path) throws Problem;

    /// All regular files, as relative paths with `/`; empty if this kind of source cannot tell. To be closed.
    Optional<Stream<String>> files() throws IOException;
}
