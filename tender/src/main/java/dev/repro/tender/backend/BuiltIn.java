package dev.repro.tender.backend;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import dev.repro.tender.Permit;
import dev.repro.tender.hvt.HvtGuest;
import dev.repro.tender.hvt.Main;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The tender for hvt that is built in ([dev.repro.tender.hvt.Hvt]): in this process ([#guest]), or as one of its own ([#argv]).
///
/// @param java the program that starts a JVM
/// @param classPath where this code is
/// @param options of the JVM, beside those that all are given
public record BuiltIn(Path java, String classPath, List<String> options) implements Backend {
    private static final long MIB = 1 << 20;
    private static final String CACHE = "-XX:AOTCache=";
    /// A cache that does not fit is not used, and nothing is said of it.
    private static final List<String> SILENT = List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-Xlog:aot=off", "-Xlog:cds=off");

    public BuiltIn {
        options = List.copyOf(options);
    }

    /// With the JVM, the code and the start-up cache of this process.
    public static BuiltIn ofThisProcess() {
        var options = new ArrayList<String>();
        for (String word : ownWords()) {
            if (word.startsWith(CACHE)) {
                options.add(word);
                options.addAll(SILENT);
            }
        }
        return new BuiltIn(Path.of(System.getProperty("java.home"), "bin", "java"), System.getProperty("java.class.path"), options);
    }

    /// Of the command line that started this JVM, as far as the kernel tells it (proc(5)).
    private static List<String> ownWords() {
        try {
            return List.of(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1).split("\0"));
        } catch (IOException e) {
            return List.of(); // The guest starts without the cache: later, and all the same.
        }
    }

    /// What [dev.repro.tender.hvt.Hvt#run] takes, for a guest in this process.
    public static HvtGuest guest(Permit permit, WritableByteChannel console, InstantSource clock, RandomGenerator random) {
        List<HvtGuest.Attach> devices = new ArrayList<>();
        for (Ask.Device device : permit.devices()) {
            devices.add(switch (device) {
                case Ask.Net net -> new HvtGuest.Net(net.name(), net.tap(), net.mac());
                case Ask.Block block -> new HvtGuest.Block(block.name(), block.file(), readOnly(permit, block), block.sectorSize());
            });
        }
        String commandLine = String.join(" ", permit.arguments());
        return new HvtGuest(permit.image().file(), permit.sealed().bytes(), permit.memory(), commandLine, devices, console, clock, random);
    }

    /// A process of its own; the image's descriptor must be passed on to it. The first word is the program, too: there is no sealed one.
    @Override
    public List<String> argv(Permit permit) throws Problem {
        var argv = new ArrayList<>(List.of(java.toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED"));
        argv.addAll(options);
        argv.addAll(List.of("-cp", classPath, Main.class.getName()));
        argv.add("--name=" + permit.image().file());
        argv.add("--mem=" + permit.memory() / MIB);
        for (Ask.Device device : permit.devices()) {
            switch (device) {
                case Ask.Net net -> {
                    argv.add("--net:" + net.name() + "=" + net.tap());
                    net.mac().ifPresent(mac -> argv.add("--net-mac:" + net.name() + "=" + mac));
                }
                case Ask.Block block -> {
                    argv.add("--block:" + block.name() + "=" + block.file());
                    block.sectorSize().ifPresent(size -> argv.add("--block-sector-size:" + block.name() + "=" + size));
                    if (readOnly(permit, block)) {
                        argv.add("--block-read-only:" + block.name());
                    }
                }
            }
        }
        argv.add("--fd=" + permit.sealed().fd());
        argv.add("--");
        argv.addAll(permit.arguments());
        return argv;
    }

    /// Whether the author signed it so.
    static boolean readOnly(Permit permit, Ask.Block block) {
        return permit.image().limits().readOnlyBlocks().contains(block.name());
    }
}
