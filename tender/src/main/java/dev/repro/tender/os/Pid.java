package dev.repro.tender.os;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A process, held by a pidfd (pidfd_open(2), Linux 5.4), so that no other process can ever be taken for it, not even one that was given
/// the same number after it ended.
public final class Pid implements AutoCloseable {
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    private static final int KILL_BY_PIDFD = 424; // pidfd_send_signal
    private static final int OPEN_PIDFD = 434;
    private static final int ESRCH = 3;
    /// Of the fields of /proc/PID/stat after the name in brackets: starttime is the 22nd of all (proc(5)).
    private static final int STARTED = 22 - 3;

    private final int number;
    private final long started;
    private final boolean child;
    private final int descriptor;
    private boolean closed;

    private Pid(int number, long started, boolean child, int descriptor) {
        this.number = number;
        this.started = started;
        this.child = child;
        this.descriptor = descriptor;
    }

    /// A child of this process for which nobody has waited yet, living or not.
    ///
    /// @throws Problem exit code 3: too many open files
    public static Pid child(int number) throws Problem {
        int descriptor = (int) Sys.checked(Sys.call(OPEN_PIDFD, number, 0, 0), "a started process cannot be watched", "process " + number);
        return new Pid(number, started(number).orElse(0), true, descriptor);
    }

    /// A process that was started by somebody else, or by this program before.
    ///
    /// @param started what [#started()] said of it then
    /// @return null if it has ended
    /// @throws Problem exit code 3: too many open files
    public static Pid other(int number, long started) throws Problem {
        long descriptor = Sys.call(OPEN_PIDFD, number, 0, 0);
        if (descriptor == -ESRCH || descriptor == -Sys.EINVAL) { // nobody, or a thread of somebody
            return null;
        }
        Sys.checked(descriptor, "a running process cannot be watched", "process " + number);
        if (started(number).orElse(-1) != started) { // after the open: from here on the number is the descriptor's
            Sys.close((int) descriptor);
            return null;
        }
        return new Pid(number, started, false, (int) descriptor);
    }

    /// When a process was started, in clock ticks since the machine was; empty if there is none.
    public static OptionalLong started(int number) {
        try {
            String stat = Files.readString(Path.of("/proc/" + number + "/stat"), StandardCharsets.ISO_8859_1); // a name may be any bytes
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return OptionalLong.of(Long.parseLong(fields[STARTED]));
        } catch (IOException e) {
            return OptionalLong.empty(); // it has ended
        }
    }

    public int number() {
        return number;
    }

    /// In clock ticks since the machine was started: with the number, and with /proc/sys/kernel/random/boot_id, this is one process for ever.
    public long started() {
        return started;
    }

    /// Whether this process must wait for it, and so can know how it ends.
    boolean isChild() {
        return child;
    }

    int descriptor() {
        return descriptor;
    }

    /// Sends it a signal; to one that has ended, nothing happens.
    public synchronized void signal(int signal) {
        if (!closed) {
            Sys.call(KILL_BY_PIDFD, descriptor, signal, 0, 0, 0, 0);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Sys.close(descriptor);
        }
    }

    @Override
    public String toString() {
        return "process " + number;
    }
}
