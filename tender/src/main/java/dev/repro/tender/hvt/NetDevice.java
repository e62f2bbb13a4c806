package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.Mac;
import dev.repro.tender.os.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// A TAP interface of the host as the guest's network: each read and write is one Ethernet frame (Documentation/networking/tuntap.rst; Solo5
/// tenders/common/tap_attach.c). The interface is there before; this makes none.
final class NetDevice implements Device {
    private static final String TUN = "/dev/net/tun";
    private static final int O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final int SOCKET = 41; // asm/unistd_64.h
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int EAGAIN = 11;

    private static final long TUNSETIFF = 0x400454ca; // linux/if_tun.h
    private static final short IFF_TAP_NO_PI = 0x0002 | 0x1000;
    private static final long SIOCGIFFLAGS = 0x8913; // linux/sockios.h
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_SGRO = 0x2c; // linux/ethtool.h
    private static final int ETHTOOL_SGSO = 0x24;
    private static final int IFF_UP = 1; // linux/if.h

    /// `struct ifreq`: 16 bytes of name, 24 of what is asked.
    private static final int IFREQ = 40;
    private static final int VALUE = 16;
    /// 1 to 15 bytes; `%` would have the kernel make up a name.
    private static final Pattern NAME = Pattern.compile("[!-~&&[^/:%]]{1,15}");

    private final HvtGuest.Net asked;
    private final int fd;
    private final byte[] mac;
    private final int mtu;

    private NetDevice(HvtGuest.Net asked, int fd, byte[] mac, int mtu) {
        this.asked = asked;
        this.fd = fd;
        this.mac = mac;
        this.mtu = mtu;
    }

    /// @throws Problem exit 2: there is no such interface, or it is no TAP, or down; exit 3: it may not be attached, or is in use
    static NetDevice open(HvtGuest.Net asked, RandomGenerator random) throws Problem {
        if (!NAME.matcher(asked.tap()).matches()) {
            throw problem(asked, Problem.Exit.USAGE, "is no name of an interface");
        }
        try (Arena arena = Arena.ofConfined()) {
            int socket = (int) Sys.checked(Sys.call(SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0), "no socket can be made", asked.tap());
            try {
                up(asked, socket, arena);
                int mtu = mtu(asked, socket, arena);
                int fd = attach(asked, arena);
                noOffload(asked, socket, arena);
                return new NetDevice(asked, fd, asked.mac().map(Mac::bytes).orElseGet(() -> made(random)), mtu);
            } finally {
                Sys.close(socket);
            }
        }
    }

    private static void up(HvtGuest.Net asked, int socket, Arena arena) throws Problem {
        MemorySegment request = request(asked, arena);
        if (Sys.call(Sys.IOCTL, socket, SIOCGIFFLAGS, request.address()) < 0) {
            throw problem(asked, Problem.Exit.USAGE, "there is no such interface")
                    .hint("make it: ip tuntap add " + asked.tap() + " mode tap && ip link set " + asked.tap() + " up");
        }
        if ((request.get(ValueLayout.JAVA_SHORT, VALUE) & IFF_UP) == 0) {
            throw problem(asked, Problem.Exit.USAGE, "the interface is down").hint("ip link set " + asked.tap() + " up");
        }
    }

    private static int mtu(HvtGuest.Net asked, int socket, Arena arena) throws Problem {
        MemorySegment request = request(asked, arena);
        Sys.checked(Sys.call(Sys.IOCTL, socket, SIOCGIFMTU, request.address()), "it does not say its MTU", asked.tap());
        return request.get(ValueLayout.JAVA_INT, VALUE);
    }

    private static int attach(HvtGuest.Net asked, Arena arena) throws Problem {
        long fd = Sys.call(Sys.OPEN, arena.allocateFrom(TUN).address(), O_RDWR_NONBLOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw problem(asked, Problem.Exit.ENVIRONMENT, TUN + " cannot be opened: " + Sys.text((int) -fd)).hint("load the kernel's module: modprobe tun");
        }
        MemorySegment request = request(asked, arena);
        request.set(ValueLayout.JAVA_SHORT, VALUE, IFF_TAP_NO_PI);
        long result = Sys.call(Sys.IOCTL, fd, TUNSETIFF, request.address());
        if (result >= 0) {
            return (int) fd;
        }
        Sys.close((int) fd);
        throw switch ((int) -result) {
            case Sys.EBUSY -> problem(asked, Problem.Exit.ENVIRONMENT, "the interface is in use: another process is attached to it");
            case Sys.EINVAL -> problem(asked, Problem.Exit.USAGE, "the interface is no TAP")
                    .hint("make one: ip tuntap add " + asked.tap() + " mode tap");
            default -> problem(asked, Problem.Exit.ENVIRONMENT, "the interface cannot be attached: " + Sys.text((int) -result))
                    .hint("it must belong to this user: ip tuntap add " + asked.tap() + " mode tap user NAME");
        };
    }

    /// No packets that the kernel has put together: they are larger than the guest's buffers, and would be cut. An interface that cannot be told so,
    /// or a user who may not, is left as it is, as solo5-hvt does.
    private static void noOffload(HvtGuest.Net asked, int socket, Arena arena) {
        for (int command : new int[] {ETHTOOL_SGRO, ETHTOOL_SGSO}) {
            MemorySegment value = arena.allocate(8, 8); // struct ethtool_value: u32 command, u32 data
            value.set(ValueLayout.JAVA_INT, 0, command);
            MemorySegment request = request(asked, arena);
            request.set(ValueLayout.JAVA_LONG, VALUE, value.address());
            Sys.call(Sys.IOCTL, socket, SIOCETHTOOL, request.address());
        }
    }

    private static MemorySegment request(HvtGuest.Net asked, Arena arena) {
        MemorySegment request = arena.allocate(IFREQ, 8);
        byte[] name = asked.tap().getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(name, 0, request, ValueLayout.JAVA_BYTE, 0, name.length);
        return request;
    }

    /// A random address, whose first byte says: for one station, administered locally.
    static byte[] made(RandomGenerator random) {
        byte[] mac = new byte[6];
        random.nextBytes(mac);
        mac[0] = (byte) (mac[0] & 0xfc | 2);
        return mac;
    }

    private static Problem problem(HvtGuest.Net asked, Problem.Exit exit, String what) {
        return new Problem(exit, "net device `" + asked.name() + "`: " + what).where(asked.tap());
    }

    @Override
    public void describe(MemorySegment properties) {
        MemorySegment.copy(mac, 0, properties, ValueLayout.JAVA_BYTE, 0, mac.length);
        properties.set(ValueLayout.JAVA_SHORT, 6, (short) mtu);
    }

    int fd() {
        return fd;
    }

    /// @return bytes of the frame; 0 where there is none
    long read(MemorySegment to) throws Problem {
        long n = Sys.call(Sys.READ, fd, to.address(), to.byteSize());
        return n == -EAGAIN ? 0 : done(n, "cannot be read");
    }

    void write(MemorySegment from) throws Problem {
        long n = done(Sys.call(Sys.WRITE, fd, from.address(), from.byteSize()), "cannot be written");
        if (n != from.byteSize()) {
            throw problem(asked, Problem.Exit.STORAGE, "took " + n + " of " + from.byteSize() + " bytes");
        }
    }

    private long done(long result, String what) throws Problem {
        if (result < 0) {
            throw problem(asked, Problem.Exit.STORAGE, what + ": " + Sys.text((int) -result));
        }
        return result;
    }

    @Override
    public void close() {
        Sys.close(fd);
    }
}
