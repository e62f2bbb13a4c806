package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.image.Target;
import dev.repro.tender.os.Sealed;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.time.InstantSource;
import java.util.List;

/// The tender as a process of its own: `java … dev.repro.tender.hvt.Main --mem=2 -- hello.hvt exit=7`. The guest's exit status is this
/// process's; its output is stdout.
public final class Main {
    private static final long MOST_IMAGE = 1L << 30;

    private Main() {}

    public static void main(String[] words) {
        System.exit(run(List.of(words), new FileOutputStream(FileDescriptor.out).getChannel()));
    }

    /// @return the exit status; what is wrong is told on stderr
    static int run(List<String> words, WritableByteChannel console) {
        int options = words.contains("--") ? words.indexOf("--") : words.size();
        if (words.subList(0, options).contains("--help")) {
            System.out.print(Options.USAGE);
            return 0;
        }
        if (words.subList(0, options).contains("--version")) {
            System.err.println("repro-hvt tender\nABI version " + Target.HVT.abiVersion);
            return 0;
        }
        try {
            return run(Options.parse(words), console);
        } catch (Problem e) {
            System.err.println("repro: error: " + e.line());
            if (e.hint() != null) {
                System.err.println("repro: hint: " + e.hint());
            }
            return e.exit().code;
        }
    }

    private static int run(Options options, WritableByteChannel console) throws Problem {
        if (options.descriptor().isPresent()) {
            try (Arena arena = Arena.ofConfined()) {
                int fd = options.descriptor().getAsInt();
                return run(options, Inherited.map(fd, arena), "--fd=" + fd, console);
            }
        }
        try (Sealed image = Sealed.copy(options.image().orElseThrow(), MOST_IMAGE)) {
            return run(options, image.bytes(), image.name(), console);
        }
    }

    private static int run(Options options, MemorySegment image, String name, WritableByteChannel console) throws Problem {
        long memory = Hvt.memory(options.memory());
        if (memory != options.memory()) {
            System.err.println("repro: warning: the guest gets " + memory + " bytes of memory, whole 2 MiB");
        }
        String commandLine = String.join(" ", options.arguments());
        return Hvt.runAlone(new HvtGuest(options.name().orElse(name), image, memory, commandLine, options.devices(), console, InstantSource.system(),
                HvtGuest.secure()));
    }
}
