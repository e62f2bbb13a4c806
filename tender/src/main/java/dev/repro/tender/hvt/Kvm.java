package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A virtual machine of one processor and one piece of memory, by the ioctls of linux/kvm.h (Documentation/virt/kvm/api.rst). For one thread,
/// as KVM wants it.
///
/// Memory is mapped and not reserved: a page costs something when the guest first touches it.
final class Kvm implements AutoCloseable {
    private static final String DEVICE = "/dev/kvm";
    private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
    private static final int API_VERSION = 12;

    private static final long GET_API_VERSION = 0xae00;
    private static final long CREATE_VM = 0xae01;
    private static final long CHECK_EXTENSION = 0xae03;
    private static final long GET_VCPU_MMAP_SIZE = 0xae04;
    private static final long GET_SUPPORTED_CPUID = 0xc008ae05L;
    private static final long CREATE_VCPU = 0xae41;
    private static final long SET_USER_MEMORY_REGION = 0x4020ae46;
    private static final long RUN = 0xae80;
    private static final long GET_REGS = 0x8090ae81L;
    private static final long SET_REGS = 0x4090ae82;
    private static final long GET_SREGS = 0x8138ae83L;
    private static final long SET_SREGS = 0x4138ae84;
    private static final long SET_CPUID2 = 0x4008ae90;
    private static final long GET_TSC_KHZ = 0xaea3;
    private static final long CAP_GET_TSC_KHZ = 61;

    private static final int CPUID_ENTRIES = 256;
    private static final int CPUID_ENTRY = 40;

    private static final int MPROTECT = 10; // asm/unistd_64.h
    private static final int PROT_READ = 1;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 2 | 0x20 | 0x4000;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment regs = arena.allocate(Registers.SIZE, 8);
    private final MemorySegment sregs = arena.allocate(Registers.SYSTEM_SIZE, 8);
    private int device = -1;
    private int machine = -1;
    private int processor = -1;
    private MemorySegment memory = MemorySegment.NULL;
    private MemorySegment run = MemorySegment.NULL;

    private Kvm() {}

    /// @param size of the guest's memory, in bytes, whole pages
    /// @throws Problem exit 3, with what to do: this machine has no KVM, or not for this user, or no memory
    static Kvm open(long size) throws Problem {
        var kvm = new Kvm();
        try {
            kvm.create(size);
            return kvm;
        } catch (Problem e) {
            kvm.close();
            throw e;
        }
    }

    private void create(long size) throws Problem {
        device = openDevice();
        long version = Sys.checked(ioctl(device, GET_API_VERSION, 0), "KVM does not answer", DEVICE);
        if (version != API_VERSION) {
            throw Problem.environment("another version of KVM").where(DEVICE).expected(API_VERSION).found(version);
        }
        machine = (int) need(ioctl(device, CREATE_VM, 0), "no virtual machine can be made");
        processor = (int) need(ioctl(machine, CREATE_VCPU, 0), "no virtual processor can be made");
        long runSize = need(ioctl(device, GET_VCPU_MMAP_SIZE, 0), "KVM does not say how large its window is");
        run = map(runSize, MAP_SHARED, processor);
        memory = map(size, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1);
        // struct kvm_userspace_memory_region: u32 slot, u32 flags, u64 guest address, u64 size, u64 address here
        MemorySegment region = arena.allocate(32, 8);
        region.set(ValueLayout.JAVA_LONG, 16, size);
        region.set(ValueLayout.JAVA_LONG, 24, memory.address());
        need(ioctl(machine, SET_USER_MEMORY_REGION, region.address()), "the guest cannot be given memory");
    }

    private static int openDevice() throws Problem {
        try (Arena arena = Arena.ofConfined()) {
            long fd = Sys.call(Sys.OPEN, arena.allocateFrom(DEVICE).address(), O_RDWR_CLOEXEC, 0);
            if (fd >= 0) {
                return (int) fd;
            }
            String hint = switch ((int) -fd) {
                case Sys.EACCES, Sys.EPERM -> "add the user to the group that owns it: usermod -aG kvm USER";
                case Sys.ENOENT -> "load the kernel's module kvm_intel or kvm_amd, with virtualisation switched on in the firmware";
                default -> "see what the kernel says of it: dmesg | grep -i kvm";
            };
            throw Problem.environment("cannot be opened: " + Sys.text((int) -fd)).where(DEVICE).hint(hint);
        }
    }

    private MemorySegment map(long size, int kind, int fd) throws Problem {
        long address = need(Sys.call(Sys.MMAP, 0, size, PROT_READ_WRITE, kind, fd, 0), "no memory for a guest of " + size + " bytes");
        return Sys.at(address, size, arena);
    }

    private static long need(long result, String what) throws Problem {
        if (result < 0) {
            throw Problem.environment(what + ": " + Sys.text((int) -result)).where(DEVICE);
        }
        return result;
    }

    private static long ioctl(int fd, long request, long argument) {
        return Sys.call(Sys.IOCTL, fd, request, argument);
    }

    MemorySegment memory() {
        return memory;
    }

    /// The processor that KVM can give, and its state at the first instruction.
    void start(long entry) throws Problem {
        // struct kvm_cpuid2: u32 number of entries, u32 padding, the entries
        MemorySegment cpuid = arena.allocate(8 + CPUID_ENTRIES * CPUID_ENTRY, 8);
        cpuid.set(ValueLayout.JAVA_INT, 0, CPUID_ENTRIES);
        need(ioctl(device, GET_SUPPORTED_CPUID, cpuid.address()), "KVM does not say what processors it can give");
        need(ioctl(processor, SET_CPUID2, cpuid.address()), "the virtual processor does not take what KVM can give");
        Registers.startSystem(sregs);
        need(ioctl(processor, SET_SREGS, sregs.address()), "the virtual processor does not come to 64-bit mode with pages that are not executable");
        Registers.start(regs, entry, memory.byteSize());
        need(ioctl(processor, SET_REGS, regs.address()), "the virtual processor's registers cannot be set");
    }

    /// How fast the processor's counter counts, by which the guest tells the time.
    long cyclesPerSecond() throws Problem {
        if (ioctl(device, CHECK_EXTENSION, CAP_GET_TSC_KHZ) != 1) {
            throw Problem.environment("KVM does not say how fast the processor's counter counts").where(DEVICE);
        }
        long kilohertz = ioctl(processor, GET_TSC_KHZ, 0);
        if (kilohertz == -Sys.EIO) {
            throw Problem.environment("the processor's counter is not stable, so a guest could not tell the time").where(DEVICE);
        }
        return need(kilohertz, "KVM does not say how fast the processor's counter counts") * 1000;
    }

    /// Takes from this process, and so from whatever tables the guest makes for itself, what the guest may not do with its segments. Reading what
    /// is closed here ends the process: who touches guest memory asks [GuestMemory] first.
    void protect(MemoryMap map) throws Problem {
        for (MemoryMap.Area area : map.areas()) {
            if (area.start() >= MemoryMap.BASE && (area.access() & MemoryMap.WRITE) == 0) {
                need(Sys.call(MPROTECT, memory.address() + area.start(), area.end() - area.start(), area.access() == 0 ? 0 : PROT_READ),
                        "memory cannot be protected");
            }
        }
    }

    /// Lets the guest run until it wants something.
    ///
    /// @return 0; or `-errno`, where KVM could not go on
    long run() {
        long result;
        do {
            result = ioctl(processor, RUN, 0);
        } while (result == -Sys.EINTR);
        return result;
    }

    /// `struct kvm_run`: why it stopped.
    MemorySegment stopped() {
        return run;
    }

    /// `rip=0x100010 rsp=0x1ffff0 rflags=0x2 cr2=0x0`; cr2 is the address of the last page fault.
    String registers() throws Problem {
        need(ioctl(processor, GET_REGS, regs.address()), "the virtual processor's registers cannot be read");
        need(ioctl(processor, GET_SREGS, sregs.address()), "the virtual processor's registers cannot be read");
        return "rip=0x" + Long.toHexString(regs.get(ValueLayout.JAVA_LONG, Registers.RIP))
                + " rsp=0x" + Long.toHexString(regs.get(ValueLayout.JAVA_LONG, Registers.RSP))
                + " rflags=0x" + Long.toHexString(regs.get(ValueLayout.JAVA_LONG, Registers.RFLAGS))
                + " cr2=0x" + Long.toHexString(sregs.get(ValueLayout.JAVA_LONG, Registers.CR2));
    }

    @Override
    public void close() {
        for (int fd : new int[] {processor, machine, device}) {
            if (fd >= 0) {
                Sys.close(fd);
            }
        }
        MemorySegment[] mapped = {run, memory};
        arena.close();
        for (MemorySegment segment : mapped) {
            if (segment.byteSize() > 0) {
                Sys.call(Sys.MUNMAP, segment.address(), segment.byteSize(), 0);
            }
        }
    }
}
