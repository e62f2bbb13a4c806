package dev.repro.builder.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// A build's processes, as seen from outside through its own /proc.
///
/// CPU time is sampled because nobody is told it: bwrap ends without waiting for the namespace's first process, in whose account
/// everything would be added up.
final class Inside {
    /// USER_HZ, the unit of times in /proc/PID/stat; 100 on every architecture that a JDK runs on.
    private static final int TICKS_PER_SECOND = 100;
    private static final int SHARE = 20;

    private int processes;
    private long cpuTicks;
    private long next;

    /// Looks, unless looking would take more than a twentieth of the time.
    ///
    /// @param root the root of the build as the host sees it
    void look(Path root) {
        long start = System.nanoTime();
        if (start < next) {
            return;
        }
        int count = 0;
        long ticks = 0;
        try (var list = Files.newDirectoryStream(root.resolve("proc"), "[0-9]*")) {
            for (Path process : list) {
                count++;
                ticks += ticks(process);
            }
        } catch (IOException | DirectoryIteratorException gone) {
            return;
        }
        processes = count;
        cpuTicks = Math.max(cpuTicks, ticks);
        long end = System.nanoTime();
        next = end + (end - start) * SHARE;
    }

    /// At the last look, bwrap's reaper included.
    int processes() {
        return processes;
    }

    Duration cpu() {
        return Duration.ofMillis(cpuTicks * 1000 / TICKS_PER_SECOND);
    }

    /// Times of the process and of its children that it has waited for: fields 14 to 17 of proc_pid_stat(5), here counted from
    /// the state, which is field 3 and follows the last parenthesis.
    private static long ticks(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), java.nio.charset.StandardCharsets.ISO_8859_1);
            String[] f = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(f[11]) + Long.parseLong(f[12]) + Long.parseLong(f[13]) + Long.parseLong(f[14]);
        } catch (IOException gone) {
            return 0;
        }
    }
}
