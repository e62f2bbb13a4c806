package dev.repro.tuf.client;

import dev.repro.base.Problem;
import java.util.Optional;

/// The client's own files: metadata by their names without version (`timestamp.json`), and every root that it went through
/// (`roots/2.root.json`). A file is there as a whole or not at all.
public interface Store {

    /// @param most in bytes: a longer file is none of ours, and as if it were not there
    Optional<byte[]> read(String name, int most) throws Problem;

    /// Only for who holds the [#lock]. When this returns the file is there, whatever happens to the machine.
    ///
    /// @throws Problem exit code 4; the file is as it was then
    void write(String name, byte[] bytes) throws Problem;

    /// Only for who holds the [#lock]. Does nothing if there is no such file.
    void delete(String name) throws Problem;

    /// Keeps every other updater of these files out until it is closed.
    ///
    /// @throws Problem exit code 4: another one has had it for too long
    Lock lock() throws Problem;

    /// What is held by [#lock].
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }
}
