package dev.repro.builder.toolchain;

import java.util.List;
import java.util.function.Consumer;

/// Tells how far a set of transfers is: at the start, after every twentieth part, at the end.
final class FetchProgress {
    private static final int PARTS = 20;
    private static final long MEGA = 1_000_000;

    private final int files;
    private final long bytes;
    private final String noun;
    private final Consumer<String> lines;
    private int filesDone;
    private long bytesDone;
    private long told = -1;

    FetchProgress(List<Blob> blobs, String noun, Consumer<String> lines) {
        this.files = blobs.size();
        this.bytes = blobs.stream().mapToLong(b -> Math.max(0, b.size())).sum();
        this.noun = noun;
        this.lines = lines;
        tell();
    }

    /// @param count of bytes that came; negative where they must come again
    synchronized void bytes(long count) {
        bytesDone += count;
        tell();
    }

    synchronized void file() {
        filesDone++;
        tell();
    }

    private void tell() {
        long part = bytes == 0 ? filesDone : PARTS * bytesDone / bytes;
        boolean last = filesDone == files;
        if (part > told || last) {
            told = Math.max(part, told);
            String size = bytes == 0 ? "" : ", " + bytesDone / MEGA + " of " + bytes / MEGA + " MB";
            lines.accept((last ? "fetched " : "fetching ") + filesDone + " of " + files + " " + noun + size);
        }
    }
}
