package dev.repro.tender.backend;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.Permit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The tenders of Solo5: solo5-hvt and solo5-spt (tenders/common, 0.12).
///
/// They read their options with `sscanf`, which stops at a blank, cuts at a length and lets junk pass. So whatever could be read otherwise than
/// it was meant is refused here. Never given: `--x-exec-heap`, `--gdb`, `--dumpcore`.
final class Solo5 implements Backend {
    private static final long MIB = 1 << 20;
    private static final long MOST_HVT = 4096 * MIB;
    private static final int MOST_TAP = 15; // IFNAMSIZ of linux/if.h without the NUL; the tender cuts at 19
    private static final int MOST_PATH = 4095; // PATH_MAX
    private static final int MOST_ARGUMENTS = 8191; // HVT_CMDLINE_SIZE without the NUL
    private static final int MOST_SECTOR = 65536 / 2; // 16 bits in the manifest's entry

    private final String name;

    /// @param target `hvt` or `spt`
    Solo5(String target) {
        this.name = "solo5-" + target;
    }

    @Override
    public List<String> argv(Permit permit) throws Problem {
        long memory = permit.memory();
        if (permit.image().target().equals("hvt") && memory > MOST_HVT) {
            throw Problem.usage("an hvt guest has at most 4096 MiB").where("--mem").found(memory / MIB);
        }
        var argv = new ArrayList<>(List.of(name, "--mem=" + memory / MIB));
        for (Ask.Device device : permit.devices()) {
            require(device.name().matches("[0-9A-Za-z]{1,67}"), device, "a name of 1 to 67 letters and digits");
            switch (device) {
                case Ask.Net net -> net(net, argv);
                case Ask.Block block -> block(block, argv);
            }
        }
        int length = permit.arguments().stream().mapToInt(a -> a.getBytes(StandardCharsets.UTF_8).length + 1).sum() - 1;
        if (length > MOST_ARGUMENTS) {
            throw Problem.usage("the guest's arguments are too long").expected("at most " + MOST_ARGUMENTS + " bytes").found(length);
        }
        argv.add("--");
        argv.add(permit.sealed().path());
        argv.addAll(permit.arguments());
        return List.copyOf(argv);
    }

    private static void net(Ask.Net net, List<String> argv) throws Problem {
        // `@FD` for a descriptor does not work in 0.12.1, and would let the caller choose among ours
        require(net.tap().matches("[0-9A-Za-z_.:-]{1," + MOST_TAP + "}"), net, "the name of an interface, 1 to " + MOST_TAP + " letters, digits, `_`, `.`, `:`, `-`");
        argv.add("--net:" + net.name() + "=" + net.tap());
        net.mac().ifPresent(mac -> argv.add("--net-mac:" + net.name() + "=" + mac));
    }

    private static void block(Ask.Block block, List<String> argv) throws Problem {
        String path = block.file().toString();
        boolean plain = path.codePoints().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
        require(plain && path.getBytes(StandardCharsets.UTF_8).length <= MOST_PATH, block, "a path without blanks: the tender would open what is before the first");
        argv.add("--block:" + block.name() + "=" + path);
        if (block.sectorSize().isPresent()) {
            int size = block.sectorSize().getAsInt();
            require(size >= 512 && size <= MOST_SECTOR && Integer.bitCount(size) == 1, block, "sectors of 512 to " + MOST_SECTOR + " bytes, a power of two");
            argv.add("--block-sector-size:" + block.name() + "=" + size);
        }
    }

    private static void require(boolean holds, Ask.Device device, String expected) throws Problem {
        if (!holds) {
            throw Problem.usage("this device cannot be told to the tender").where(device.option()).expected(expected);
        }
    }
}
