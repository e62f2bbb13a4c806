package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import java.util.Optional;

/// Where a repository lies: files by path, as a web server serves them (`metadata/timestamp.json`, `targets/…`).
///
/// Whoever reads sees one publication or the next, never half of one; `metadata/timestamp.json` is what makes the difference.
public interface Store extends AutoCloseable {

    /// @param path relative, with `/`
    /// @return the current file, empty if there is none
    Optional<byte[]> read(String path) throws Problem;

    boolean has(String path) throws Problem;

    /// Makes all files of a publication current, in their order, or none.
    ///
    /// @throws Problem exit code 1 if the store has another timestamp than [Publication#base] (somebody else has published), or
    /// has a file that never changes with other bytes; 4 if it cannot be written
    void publish(Publication publication) throws Problem;

    @Override
    void close() throws Problem;
}
