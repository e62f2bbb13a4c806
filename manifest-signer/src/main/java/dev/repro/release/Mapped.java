package dev.repro.release;

import dev.repro.base.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Files as memory: images are large, and most of an image is only hashed.
final class Mapped {

    private Mapped() {}

    /// The file, as long as `arena` is open. It must not become shorter meanwhile.
    ///
    /// @throws Problem exit code 2: it is not there, or no image can be so large; 4: it cannot be read
    static MemorySegment map(Path file, Arena arena) throws Problem {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 1 || size > ReleaseImage.MAX_SIZE) {
                throw Problem.usage("an image has 1 to " + ReleaseImage.MAX_SIZE + " bytes").where(file).found(size + " bytes");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
        } catch (NoSuchFileException e) {
            throw Problem.usage("there is no such file").where(file).hint("name a file, for example one that `repro build` made").because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }
}
