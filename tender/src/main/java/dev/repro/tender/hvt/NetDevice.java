package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.Mac;
import dev.repro.tender.os.Sys;
import dev.repro.tender.os.Tap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/// A TAP interface of the host as the guest's network: each read and write is one Ethernet frame (Documentation/networking/tuntap.rst; Solo5
/// tenders/common/tap_attach.c). The interface is there before; this makes none.
final class NetDevice implements Device {
    private static final String TUN = "/dev/net/tun";
    private static final int O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final int EAGAIN = 11;

    private static final long TUNSETIFF = 0x400454ca; // linux/if_tun.h
    private static final short IFF_TAP_NO_PI = 0x0002 | 0x1000;
    private static final long SIOCETHTOOL = 0x8946; // linux/sockios.h
    private static final int ETHTOOL_SGRO = 0x2c; // linux/ethtool.h
    private static final int ETHTOOL_SGSO = 0x24;

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
        int mtu = Tap.mtu(asked.name(), asked.tap());
        return Tap.ask(asked.tap(), (socket, arena) -> {
            int fd = attach(asked, arena);
            if (mtu > 0xffff) {
                Sys.close(fd);
                throw problem(asked, Problem.Exit.USAGE, "the guest can be told an MTU of 65535 at most").found(mtu);
            }
            noOffload(asked, socket, arena);
            return new NetDevice(asked, fd, asked.mac().map(Mac::bytes).orElseGet(() -> made(random)), mtu);
        });
    }

    private static int attach(HvtGuest.Net asked, Arena arena) throws Problem {
        long fd = Sys.call(Sys.OPEN, arena.allocateFrom(TUN).address(), O_RDWR_NONBLOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw problem(asked, Problem.Exit.ENVIRONMENT, TUN + " cannot be opened: " + Sys.text((int) -fd))
                    .hint("load the kernel's module: modprobe tun");
        }
        MemorySegment request = Tap.request(asked.tap(), arena);
        request.set(ValueLayout.JAVA_SHORT, Tap.VALUE, IFF_TAP_NO_PI);
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
            MemorySegment request = Tap.request(asked.tap(), arena);
            request.set(ValueLayout.JAVA_LONG, Tap.VALUE, value.address());
            Sys.call(Sys.IOCTL, socket, SIOCETHTOOL, request.address());
        }
    }

    /// A random address, whose first byte says: for one station, administered locally.
    static byte[] made(RandomGenerator random) {
        byte[] mac = new byte[6];
        random.nextBytes(mac);
        mac[0] = (byte) (mac[0] & 0xfc | 2);
        return mac;
    }

    private static Problem problem(HvtGuest.Net asked, Problem.Exit exit, String what) {
        return Tap.problem(asked.name(), asked.tap(), exit, what);
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
