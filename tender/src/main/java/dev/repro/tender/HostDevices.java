package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The host's side of the devices, when all is verified: what a tender would only find out after it has begun, in one clear line before.
///
/// Block files are locked (flock(2)) by a descriptor that the tender inherits, so that two guests never write to one: the lock ends with the
/// tender, however that ends.
public final class HostDevices implements AutoCloseable {
    private static final Path NET = Path.of("/sys/class/net");
    private static final Path KVM = Path.of("/dev/kvm");
    private static final int IFF_TAP = 2; // linux/if_tun.h
    private static final int O_RDWR_CLOEXEC_NONBLOCK = 2 | 0x80000 | 0x800; // asm-generic/fcntl.h
    private static final int O_RDONLY_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final int FLOCK = 73; // asm/unistd_64.h
    private static final int LOCK_EX_NB = 2 | 4;
    private static final int LOCK_SH_NB = 1 | 4;
    private static final int EWOULDBLOCK = 11;
    private static final int SEEK_END = 2;
    private static final int SECTOR = 512;

    private final List<Integer> held = new ArrayList<>();

    private HostDevices() {}

    /// @throws Problem exit code 2: an interface or a file that is not what it must be; 3: this machine has no KVM, or something is in use
    public static HostDevices of(Permit permit) throws Problem {
        var out = new HostDevices();
        try {
            if (permit.tender().target().equals("hvt")) {
                kvm();
            }
            for (Ask.Device device : permit.devices()) {
                switch (device) {
                    case Ask.Net net -> tap(net);
                    case Ask.Block block -> out.block(block, permit.image().limits().readOnlyBlocks().contains(block.name()));
                }
            }
            return out;
        } catch (Problem e) {
            out.close();
            throw e;
        }
    }

    /// Descriptors of locked files, for the tender to inherit.
    public List<Integer> held() {
        return List.copyOf(held);
    }

    private static void kvm() throws Problem {
        if (!Files.isReadable(KVM) || !Files.isWritable(KVM)) {
            throw Problem.environment(Files.exists(KVM) ? "KVM cannot be opened by this user" : "this machine has no KVM").where(KVM)
                    .hint("an hvt image needs it: load the module, join the group kvm, or launch the release's spt image with --target spt");
        }
    }

    private static void tap(Ask.Net net) throws Problem {
        Path flags = NET.resolve(net.tap()).resolve("tun_flags");
        String usual = "make it: ip tuntap add " + net.tap() + " mode tap && ip link set " + net.tap() + " up";
        try {
            if (!Files.exists(flags)) {
                boolean other = Files.exists(NET.resolve(net.tap()));
                throw Problem.usage(other ? "the host's interface is no tap" : "the host has no such interface").where(net.option()).hint(usual);
            }
            int mode = Integer.decode(Files.readString(flags, StandardCharsets.US_ASCII).strip());
            if ((mode & IFF_TAP) == 0) {
                throw Problem.usage("the host's interface is a tun, not a tap").where(net.option()).hint(usual);
            }
        } catch (IOException e) {
            throw Problem.environment("the host's interface cannot be looked at: " + e.getMessage()).where(net.option()).because(e);
        }
    }

    private void block(Ask.Block block, boolean readOnly) throws Problem {
        if (!Files.isRegularFile(block.file()) && (Files.isDirectory(block.file()) || !isBlockDevice(block.file()))) {
            throw Problem.usage("neither a file nor a block device").where(block.option());
        }
        int fd = (int) Sys.checked(Sys.open(block.file(), readOnly ? O_RDONLY_CLOEXEC_NONBLOCK : O_RDWR_CLOEXEC_NONBLOCK), "the block device's file cannot be opened",
                block.option());
        held.add(fd);
        long locked = Sys.call(FLOCK, fd, readOnly ? LOCK_SH_NB : LOCK_EX_NB, 0);
        if (locked == -EWOULDBLOCK) {
            throw Problem.environment("the block device's file is in use").where(block.option()).hint("`fuser " + block.file() + "` names by whom");
        }
        Sys.checked(locked, "the block device's file cannot be locked", block.option());
        long size = Sys.checked(Sys.call(Sys.LSEEK, fd, 0, SEEK_END), "the block device's file cannot be measured", block.option());
        int sector = block.sectorSize().orElse(SECTOR);
        if (size < sector || size % sector != 0) {
            throw Problem.usage(size < sector ? "the block device's file is too small" : "the block device's file is no whole number of sectors").where(block.option())
                    .expected("a multiple of " + sector + " bytes").found(size + " bytes").hint("truncate -s makes a file longer");
        }
    }

    private static boolean isBlockDevice(Path file) throws Problem {
        try {
            return ((int) Files.getAttribute(file, "unix:mode") & 0xf000) == 0x6000; // S_IFBLK, linux/stat.h
        } catch (IOException e) {
            throw Problem.usage("the block device's file cannot be looked at: " + e.getMessage()).where(file).because(e);
        }
    }

    /// Gives the files back.
    @Override
    public void close() {
        held.forEach(Sys::close);
        held.clear();
    }
}
