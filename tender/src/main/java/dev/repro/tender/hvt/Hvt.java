package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// The tender: everything that can be checked without the host first, then /dev/kvm, then the devices, then the guest.
public final class Hvt {
    static final long STEP = PageTables.LARGE;
    static final long MOST_MEMORY = 1L << 32;
    private static final long MIB = 1 << 20;
    private static final int EXIT_GROUP = 231; // asm/unistd_64.h

    private Hvt() {}

    /// Runs a guest to its end, in the calling thread.
    ///
    /// @return the status with which the guest halted, 0 to 255
    /// @throws Problem exit 1: the image is none that a tender may run, or the guest did what no guest may; exit 2: memory, devices or
    ///     command line do not fit; exit 3: this machine has no KVM, or not for this user, or a device is in use; exit 4: the host failed
    public static int run(HvtGuest guest) throws Problem {
        try {
            return checked(guest);
        } catch (Problem e) {
            throw e.placed() ? e : e.where(guest.name());
        }
    }

    /// As [#run], in a process that is there for this guest alone: a signal that ends programs ends it with status 1, at once, as it ends
    /// solo5-hvt. The processor may be deep in the guest, so it is not waited for.
    public static int runAlone(HvtGuest guest) throws Problem {
        var over = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!over.get()) {
                System.err.println("repro: error: " + guest.name() + ": ended by a signal");
                Sys.call(EXIT_GROUP, 1);
            }
        }));
        try {
            return run(guest);
        } finally {
            over.set(true);
        }
    }

    private static int checked(HvtGuest guest) throws Problem {
        long memory = memory(guest.memory());
        Loader image = Loader.check(guest.image(), guest.name(), memory);
        byte[] commandLine = BootInfo.commandLine(guest.commandLine());
        Map<Integer, HvtGuest.Attach> asked = asked(image, guest.devices());
        try (Kvm kvm = Kvm.open(memory)) {
            var devices = new TreeMap<Integer, Device>();
            try (Arena arena = Arena.ofConfined()) {
                for (var entry : asked.entrySet()) {
                    devices.put(entry.getKey(), open(entry.getValue(), guest));
                }
                place(kvm, image, commandLine, devices);
                var memoryOfCalls = new GuestMemory(kvm.memory(), image.map());
                var calls = new Hypercalls(memoryOfCalls, devices, new Poll(devices, arena), guest.console(), guest.clock());
                return new Vcpu(kvm, calls).run() & 0xff;
            } finally {
                devices.values().forEach(Device::close);
            }
        }
    }

    /// What a guest gets of the memory that it is to have: whole pages of 2 MiB, rounded down, one at least.
    ///
    /// @throws Problem exit 2: more than 4 GiB, or nothing
    public static long memory(long bytes) throws Problem {
        if (bytes <= 0 || bytes > MOST_MEMORY) {
            throw Problem.usage("a guest cannot have this much memory").expected("at most " + MOST_MEMORY / MIB + " MiB")
                    .found(bytes <= 0 ? "none" : Math.ceilDiv(bytes, MIB) + " MiB");
        }
        return Math.max(STEP, bytes - bytes % STEP);
    }

    /// What is attached, by index in the manifest: each device of the image, with its type, and no other.
    private static Map<Integer, HvtGuest.Attach> asked(Loader image, List<HvtGuest.Attach> attached) throws Problem {
        var byName = new LinkedHashMap<String, HvtGuest.Attach>();
        for (HvtGuest.Attach device : attached) {
            if (byName.put(device.name(), device) != null) {
                throw Problem.usage("device `" + device.name() + "` is attached twice");
            }
        }
        var asked = new TreeMap<Integer, HvtGuest.Attach>();
        for (int i = 1; i < image.manifest().entries().size(); i++) {
            dev.repro.image.Device entry = image.manifest().entries().get(i);
            HvtGuest.Attach device = byName.remove(entry.name());
            if (device == null) {
                throw Problem.usage("device `" + entry.name() + "` of type " + entry.typeName() + " is in the manifest and not attached");
            }
            if (entry.type() != type(device)) {
                throw Problem.usage("device `" + entry.name() + "` is attached as another type").expected(entry.typeName());
            }
            asked.put(i, device);
        }
        for (String name : byName.keySet()) {
            throw Problem.usage("device `" + name + "` is attached and not in the manifest");
        }
        return asked;
    }

    private static int type(HvtGuest.Attach device) {
        return switch (device) {
            case HvtGuest.Net _ -> dev.repro.image.Device.NET_BASIC;
            case HvtGuest.Block _ -> dev.repro.image.Device.BLOCK_BASIC;
        };
    }

    private static Device open(HvtGuest.Attach device, HvtGuest guest) throws Problem {
        return switch (device) {
            case HvtGuest.Net net -> NetDevice.open(net, guest.random());
            case HvtGuest.Block block -> BlockDevice.open(block);
        };
    }

    /// Everything into the guest's memory, then the doors closed behind it.
    private static void place(Kvm kvm, Loader image, byte[] commandLine, Map<Integer, Device> devices) throws Problem {
        MemorySegment memory = kvm.memory();
        image.load(memory);
        PageTables.write(memory, image.map());
        BootInfo.write(memory, image, kvm.cyclesPerSecond(), commandLine, devices);
        kvm.protect(image.map());
        kvm.start(image.entry());
    }
}
