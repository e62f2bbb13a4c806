package dev.repro.builder.files;

import dev.repro.base.Problem;
import java.io.EOFException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says why reading or writing failed; many exceptions carry no message, or a path alone.
public final class Why {

    private Why() {}

    /// A problem of storage, with a hint where the disk is full.
    ///
    /// @param place the file, or whatever names it
    public static Problem storage(String what, Object place, Exception e) {
        String why = of(e);
        var problem = Problem.storage(what).where(place).found(why).because(e);
        return why.contains("No space left on device") || why.contains("Disk quota exceeded")
                ? problem.hint("make room on the disk of the cache, or set another cache folder") : problem;
    }

    public static String of(Exception e) {
        return switch (e) {
            case EOFException _ -> "it ends too early";
            case ClosedByInterruptException _ -> "interrupted";
            case NoSuchFileException f -> "no such file: " + f.getFile();
            case AccessDeniedException f -> "permission denied: " + f.getFile();
            case FileAlreadyExistsException f -> "something else is there already: " + f.getFile();
            case DirectoryNotEmptyException f -> "the folder is not empty: " + f.getFile();
            case FileSystemException f when f.getReason() == null -> f.getClass().getSimpleName() + ": " + f.getFile();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
