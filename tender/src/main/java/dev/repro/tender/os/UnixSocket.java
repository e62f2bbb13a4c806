package dev.repro.tender.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.repro.base.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A stream socket of the Unix domain (unix(7)), one end of a connection or one that listens.
///
/// Not [java.nio.channels.SocketChannel], which tells of the other end only the *names* of user and primary group. Who may do what is decided by
/// the numbers that the kernel gives, and by the groups that the process has (SO_PEERGROUPS), which need not be those of its user's entry:
/// services get groups of their own, others drop theirs. Every wait has its limit, so a thread that reads is never lost; virtual threads cannot
/// wait here.
public final class UnixSocket implements AutoCloseable {
    // Numbers of system calls, x86-64.
    private static final int POLL = 7;
    private static final int SOCKET = 41;
    private static final int CONNECT = 42;
    private static final int SENDTO = 44;
    private static final int RECVFROM = 45;
    private static final int SHUTDOWN = 48;
    private static final int BIND = 49;
    private static final int LISTEN = 50;
    private static final int GETSOCKOPT = 55;
    private static final int ACCEPT4 = 288;

    // <sys/socket.h>, <poll.h>
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_PEERGROUPS = 59;
    private static final int MSG_NOSIGNAL_DONTWAIT = 0x4000 | 0x40;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int SHUT_WR = 1;
    private static final int SHUT_RDWR = 2;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;
    private static final int ADDRESS_BYTES = 110; // struct sockaddr_un
    private static final int PATH_BYTES = 108; // with the NUL
    private static final int USUAL_GROUPS = 64;
    private static final int MAX_GROUPS = 1 << 16; // NGROUPS_MAX
    private static final int ERANGE = 34;
    private static final int EAGAIN = 11;
    private static final int ECONNABORTED = 103;
    private static final int ECONNREFUSED = 111;

    /// Who is at the other end, as the kernel knew it when the connection was made.
    ///
    /// @param groups all of the process, the effective one first
    public record Peer(int pid, int uid, int gid, List<Integer> groups) {
        public Peer {
            groups = List.copyOf(groups);
        }
    }

    private final int descriptor;
    private boolean closed;

    private UnixSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    private static UnixSocket open() throws Problem {
        return new UnixSocket((int) Sys.checked(Sys.call(SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), "no socket can be made", "unix"));
    }

    /// Listens at a path where nothing is yet.
    ///
    /// @param backlog how many may wait to be accepted
    /// @throws Problem exit code 2: a path that cannot be one of a socket; 3 or 4: nothing can be made there
    public static UnixSocket listen(Path path, int backlog) throws Problem {
        UnixSocket socket = open();
        try (Arena arena = Arena.ofConfined()) {
            Sys.checked(Sys.call(BIND, socket.descriptor, address(path, arena).address(), ADDRESS_BYTES), "cannot listen there", path);
            Sys.checked(Sys.call(LISTEN, socket.descriptor, backlog, 0), "cannot listen there", path);
            return socket;
        } catch (Problem e) {
            socket.close();
            throw e;
        }
    }

    /// @return null where nobody listens: the socket's process is gone, or there is no such socket
    /// @throws Problem exit code 3: not allowed, or not a socket
    public static UnixSocket connect(Path path) throws Problem {
        UnixSocket socket = open();
        try (Arena arena = Arena.ofConfined()) {
            long result = Sys.call(CONNECT, socket.descriptor, address(path, arena).address(), ADDRESS_BYTES);
            if (result == 0) {
                return socket;
            }
            socket.close();
            if (result == -ECONNREFUSED || result == -Sys.ENOENT) {
                return null;
            }
            throw Problem.environment("the socket cannot be reached: " + (result == -EAGAIN ? "too many wait there" : Sys.text((int) -result))).where(path);
        }
    }

    private static MemorySegment address(Path path, Arena arena) throws Problem {
        MemorySegment text = CString.of(path.toString(), arena);
        if (text.byteSize() > PATH_BYTES) {
            throw Problem.usage("the path of a socket is too long").where(path).expected("at most " + (PATH_BYTES - 1) + " bytes")
                    .found(text.byteSize() - 1 + " bytes");
        }
        MemorySegment out = arena.allocate(ADDRESS_BYTES, 8);
        out.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(text, 0, out, 2, text.byteSize());
        return out;
    }

    /// Waits for the next connection.
    ///
    /// @return null after [#end]
    /// @throws Problem exit code 3: too many open files
    public UnixSocket accept() throws Problem {
        while (true) {
            long result = Sys.call(ACCEPT4, descriptor, 0, 0, SOCK_CLOEXEC, 0, 0);
            if (result == -Sys.EINVAL) {
                return null; // shut down
            }
            if (result != -Sys.EINTR && result != -ECONNABORTED) {
                return new UnixSocket((int) Sys.checked(result, "no connection can be accepted", "socket"));
            }
        }
    }

    public Peer peer() throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_INT);
            MemorySegment ucred = arena.allocate(12, 8); // struct ucred: pid, uid, gid
            length.set(JAVA_INT, 0, 12);
            Sys.checked(option(SO_PEERCRED, ucred, length), "the other end of a connection cannot be known", "SO_PEERCRED");
            var groups = new ArrayList<Integer>(List.of(ucred.get(JAVA_INT, 8)));
            groups.addAll(peerGroups(arena, length, USUAL_GROUPS));
            return new Peer(ucred.get(JAVA_INT, 0), ucred.get(JAVA_INT, 4), ucred.get(JAVA_INT, 8), groups);
        }
    }

    private List<Integer> peerGroups(Arena arena, MemorySegment length, int most) throws Problem {
        MemorySegment list = arena.allocate(JAVA_INT, most);
        length.set(JAVA_INT, 0, 4 * most);
        long result = option(SO_PEERGROUPS, list, length);
        if (result == -ERANGE && most < MAX_GROUPS) {
            return peerGroups(arena, length, MAX_GROUPS);
        }
        Sys.checked(result, "the other end of a connection cannot be known", "SO_PEERGROUPS");
        var groups = new ArrayList<Integer>();
        for (int i = 0; i < length.get(JAVA_INT, 0) / 4; i++) {
            groups.add(list.getAtIndex(JAVA_INT, i));
        }
        return groups;
    }

    private long option(int name, MemorySegment value, MemorySegment length) {
        return Sys.call(GETSOCKOPT, descriptor, SOL_SOCKET, name, value.address(), length.address(), 0);
    }

    /// Waits for bytes and takes what is there.
    ///
    /// @param into at least one byte of it is free
    /// @param patience at most
    /// @return how many; -1 where the other end has sent its last; 0 where the patience is at its end
    /// @throws IOException the connection broke off
    public int read(byte[] into, int from, int most, Duration patience) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(most);
            while (true) {
                long n = Sys.call(RECVFROM, descriptor, bytes.address(), most, MSG_DONTWAIT, 0, 0);
                if (n > 0) {
                    MemorySegment.copy(bytes, JAVA_BYTE, 0, into, from, (int) n);
                    return (int) n;
                } else if (n == 0) {
                    return -1;
                } else if (n != -EAGAIN && n != -Sys.EINTR) {
                    throw new IOException("the connection broke off: " + Sys.text((int) -n));
                } else if (n == -EAGAIN && !ready(POLLIN, patience, arena)) {
                    return 0;
                }
            }
        }
    }

    /// Sends all of it.
    ///
    /// @param patience for each wait until the other end takes something
    /// @throws IOException the connection broke off, or the patience is at its end
    public void write(byte[] bytes, Duration patience) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocateFrom(JAVA_BYTE, bytes);
            for (long at = 0; at < bytes.length;) {
                long n = Sys.call(SENDTO, descriptor, all.address() + at, bytes.length - at, MSG_NOSIGNAL_DONTWAIT, 0, 0);
                if (n >= 0) {
                    at += n;
                } else if (n != -EAGAIN && n != -Sys.EINTR) {
                    throw new IOException("the connection broke off: " + Sys.text((int) -n));
                } else if (n == -EAGAIN && !ready(POLLOUT, patience, arena)) {
                    throw new IOException("the other end does not take its answer");
                }
            }
        }
    }

    private boolean ready(short events, Duration patience, Arena arena) {
        long millis = Math.clamp(patience.toMillis(), 0, Integer.MAX_VALUE);
        MemorySegment pollfd = arena.allocate(8, 4); // struct pollfd: fd, events, revents
        pollfd.set(JAVA_INT, 0, descriptor);
        pollfd.set(JAVA_SHORT, 4, events);
        return Sys.call(POLL, pollfd.address(), 1, millis) != 0; // an interrupt: the caller looks again
    }

    /// Nothing more is sent; the other end reads its end of file.
    public synchronized void finish() {
        if (!closed) {
            Sys.call(SHUTDOWN, descriptor, SHUT_WR, 0);
        }
    }

    /// Ends every wait in it, of any thread.
    public synchronized void end() {
        if (!closed) {
            Sys.call(SHUTDOWN, descriptor, SHUT_RDWR, 0);
        }
    }

    /// By the thread that reads it, or the number could be another's while it still does.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Sys.close(descriptor);
        }
    }
}
