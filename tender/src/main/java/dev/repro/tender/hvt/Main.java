package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.image.Target;
import dev.repro.tender.os.Sealed;
import dev.repro.tender.os.Sys;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// The tender as a process of its own: `java … dev.repro.tender.hvt.Main --mem=2 -- hello.hvt exit=7`. The guest's exit status is this
/// process's; its output is stdout. A signal that ends programs ends this one with status 1, at once, as it ends solo5-hvt.
public final class Main {
    private static final long MOST_IMAGE = 1L << 30;
    private static final int EXIT_GROUP = 231; // asm/unistd_64.h
    private static final AtomicBoolean OVER = new AtomicBoolean();

    private Main() {}

    public static void main(String[] words) {
        Runtime.getRuntime().addShutdownHook(new Thread(Main::signalled));
        int status = run(List.of(words));
        OVER.set(true);
        System.exit(status);
    }

    /// The processor may be deep in the guest: it is not waited for.
    private static void signalled() {
        if (!OVER.get()) {
            System.err.println("repro: error: ended by a signal");
            Sys.call(EXIT_GROUP, 1);
        }
    }

    private static int run(List<String> words) {
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
            return run(Options.parse(words));
        } catch (Problem e) {
            System.err.println("repro: error: " + e.line());
            if (e.hint() != null) {
                System.err.println("repro: hint: " + e.hint());
            }
            return e.exit().code;
        }
    }

    private static int run(Options options) throws Problem {
        if (options.descriptor().isPresent()) {
            try (Arena arena = Arena.ofConfined()) {
                int fd = options.descriptor().getAsInt();
                return run(options, Inherited.map(fd, arena), "--fd=" + fd);
            }
        }
        try (Sealed image = Sealed.copy(options.image().orElseThrow(), MOST_IMAGE)) {
            return run(options, image.bytes(), image.name());
        }
    }

    private static int run(Options options, MemorySegment image, String name) throws Problem {
        long memory = Hvt.memory(options.memory());
        if (memory != options.memory()) {
            System.err.println("repro: warning: the guest gets " + memory + " bytes of memory, whole 2 MiB");
        }
        try (var out = new FileOutputStream(FileDescriptor.out)) {
            return Hvt.run(new HvtGuest(options.name().orElse(name), image, memory, String.join(" ", options.arguments()), options.devices(),
                    out.getChannel(), InstantSource.system(), new SecureRandom()));
        } catch (IOException e) {
            throw Problem.storage("the console cannot be closed: " + e.getMessage()).because(e);
        }
    }
}
