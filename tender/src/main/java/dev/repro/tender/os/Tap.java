package dev.repro.tender.os;

import dev.repro.base.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A network interface of the host, by its name (netdevice(7)): looked at before anything attaches to it, because attaching to a TAP that is not
/// there would make it.
public final class Tap {
    private static final int SOCKET = 41; // asm/unistd_64.h
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final long SIOCGIFFLAGS = 0x8913; // linux/sockios.h
    private static final long SIOCGIFMTU = 0x8921;
    private static final int IFF_UP = 1; // linux/if.h

    /// `struct ifreq`: 16 bytes of name, 24 of what is asked.
    private static final int IFREQ = 40;
    public static final int VALUE = 16;
    /// 1 to 15 bytes; `%` would have the kernel make up a name.
    private static final Pattern NAME = Pattern.compile("[!-~&&[^/:%]]{1,15}");

    private Tap() {}

    @FunctionalInterface
    public interface Use<T> {
        /// @param socket on which interfaces can be asked
        T with(int socket, Arena arena) throws Problem;
    }

    /// Something to be done with interfaces, by a socket that is there for that.
    public static <T> T ask(String tap, Use<T> use) throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            int socket = (int) Sys.checked(Sys.call(SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0), "no socket can be made", tap);
            try {
                return use.with(socket, arena);
            } finally {
                Sys.close(socket);
            }
        }
    }

    /// The MTU of an interface that is there and up.
    ///
    /// @param device of the guest, for messages
    /// @throws Problem exit 2: there is no such interface, or it is down
    public static int mtu(String device, String tap) throws Problem {
        if (!NAME.matcher(tap).matches()) {
            throw problem(device, tap, Problem.Exit.USAGE, "this is no name of an interface");
        }
        return ask(tap, (socket, arena) -> {
            MemorySegment request = request(tap, arena);
            if (Sys.call(Sys.IOCTL, socket, SIOCGIFFLAGS, request.address()) < 0) {
                throw problem(device, tap, Problem.Exit.USAGE, "there is no such interface")
                        .hint("make it: ip tuntap add " + tap + " mode tap && ip link set " + tap + " up");
            }
            if ((request.get(ValueLayout.JAVA_SHORT, VALUE) & IFF_UP) == 0) {
                throw problem(device, tap, Problem.Exit.USAGE, "the interface is down").hint("ip link set " + tap + " up");
            }
            Sys.checked(Sys.call(Sys.IOCTL, socket, SIOCGIFMTU, request.address()), "it does not say its MTU", tap);
            return request.get(ValueLayout.JAVA_INT, VALUE);
        });
    }

    /// `struct ifreq` for an interface; what is asked stands at [#VALUE].
    public static MemorySegment request(String tap, Arena arena) {
        MemorySegment request = arena.allocate(IFREQ, 8);
        byte[] name = tap.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(name, 0, request, ValueLayout.JAVA_BYTE, 0, name.length);
        return request;
    }

    /// @param device of the guest
    public static Problem problem(String device, String tap, Problem.Exit exit, String what) {
        return new Problem(exit, "net device `" + device + "`: " + what).where(tap);
    }
}
