package dev.repro.tender.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Waits for any number of processes with one thread, and reaps those that are children.
///
/// It looks at pidfds with epoll and waits for each child by its own, so that it never takes the exit status of a child that somebody else in
/// this process has started.
public final class Reaper implements AutoCloseable {
    // Numbers of system calls, x86-64.
    private static final int EPOLL_WAIT = 232;
    private static final int EPOLL_CTL = 233;
    private static final int WAITID = 247;
    private static final int EVENTFD = 290;
    private static final int EPOLL_CREATE = 291;

    // <sys/epoll.h>; struct epoll_event is packed on x86-64: events u32, data u64.
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 1;
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EVENT_BYTES = 12;
    private static final int EVENTS = 256;

    // <sys/wait.h>; siginfo_t: si_code at 8, si_status at 24.
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int SIGINFO_BYTES = 128;
    private static final int CLD_EXITED = 1;

    private record Watched(Pid pid, Consumer<Ending> told) {}

    private final Map<Integer, Watched> watched = new ConcurrentHashMap<>();
    private final Executor executor;
    private final int epoll;
    private final int wake;
    private final Thread thread;
    private volatile boolean closed;

    /// @param executor of what is to be done when a process has ended
    /// @throws Problem exit code 3: too many open files
    public Reaper(Executor executor) throws Problem {
        this.executor = executor;
        this.epoll = (int) Sys.checked(Sys.call(EPOLL_CREATE, EPOLL_CLOEXEC), "processes cannot be watched", "epoll");
        this.wake = (int) Sys.checked(Sys.call(EVENTFD, 0, EPOLL_CLOEXEC, 0), "processes cannot be watched", "eventfd");
        Sys.checked(control(EPOLL_CTL_ADD, wake), "processes cannot be watched", "epoll");
        this.thread = Thread.ofPlatform().name("reaper").daemon().start(this::run);
    }

    /// @param pid closed when it has ended, after which `told` is called
    /// @throws Problem exit code 3: too many are watched (fs.epoll.max_user_watches)
    public void watch(Pid pid, Consumer<Ending> told) throws Problem {
        watched.put(pid.descriptor(), new Watched(pid, told));
        long added = control(EPOLL_CTL_ADD, pid.descriptor());
        if (added < 0) {
            watched.remove(pid.descriptor());
            throw Sys.problem((int) -added, "a process cannot be watched", pid);
        }
    }

    private long control(int operation, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_BYTES);
            event.set(JAVA_INT, 0, EPOLLIN);
            event.set(JAVA_LONG_UNALIGNED, 4, descriptor);
            return Sys.call(EPOLL_CTL, epoll, operation, descriptor, event.address(), 0, 0);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES);
            while (!closed) {
                long count = Sys.call(EPOLL_WAIT, epoll, events.address(), EVENTS, -1, 0, 0); // below 0: interrupted
                for (int i = 0; i < count && !closed; i++) {
                    int descriptor = (int) events.get(JAVA_LONG_UNALIGNED, (long) i * EVENT_BYTES + 4);
                    if (descriptor != wake) {
                        ended(watched.get(descriptor));
                    }
                }
            }
        }
        Sys.close(epoll);
        Sys.close(wake);
    }

    private void ended(Watched one) {
        Ending ending = one.pid.isChild() ? reap(one.pid) : new Ending.Unknown();
        control(EPOLL_CTL_DEL, one.pid.descriptor());
        watched.remove(one.pid.descriptor()); // before its number can be another's
        one.pid.close();
        executor.execute(() -> one.told.accept(ending));
    }

    private static Ending reap(Pid pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_BYTES, 8);
            long result = Sys.call(WAITID, P_PIDFD, pid.descriptor(), info.address(), WEXITED, 0, 0);
            if (result < 0) {
                return new Ending.Unknown(); // somebody else has waited for it
            }
            int status = info.get(JAVA_INT, 24);
            return info.get(JAVA_INT, 8) == CLD_EXITED ? new Ending.Exited(status) : new Ending.Signalled(status);
        }
    }

    /// Stops watching. What is watched is left to itself.
    @Override
    public void close() {
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(8, 8);
            one.set(JAVA_INT, 0, 1);
            Sys.call(Sys.WRITE, wake, one.address(), 8);
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // its thread is a daemon
        }
        watched.values().forEach(one -> one.pid.close());
    }
}
