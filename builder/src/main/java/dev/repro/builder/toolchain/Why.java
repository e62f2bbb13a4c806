package dev.repro.builder.toolchain;

import java.io.EOFException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says why reading or writing failed; many exceptions carry no message, or a path alone.
final class Why {

    private Why() {}

    static String of(Exception e) {
        return switch (e) {
            case EOFException _ -> "it ends too early";
            case ClosedByInterruptException _ -> "interrupted";
            case NoSuchFileException f -> "no such file: " + f.getFile();
            case AccessDeniedException f -> "permission denied: " + f.getFile();
            case FileSystemException f when f.getReason() == null -> f.getClass().getSimpleName() + ": " + f.getFile();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
