package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.tests.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Tap interfaces of this machine, made for a test and taken away after it.
final class Taps implements AutoCloseable {
    private final List<String> names = new ArrayList<>();

    static Taps make(int count) throws Exception {
        assumeTrue(Tool.found("ip"), "skipped: ip is not on PATH (apt-get install iproute2)");
        assumeTrue(Files.isWritable(Path.of("/dev/net/tun")), "skipped: taps cannot be made (needs root and /dev/net/tun)");
        var taps = new Taps();
        for (int i = 0; i < count; i++) {
            String name = "rg" + ProcessHandle.current().pid() % 100_000 + "t" + i;
            Tool.Ended made = Tool.run(Path.of("/"), "ip", "tuntap", "add", "dev", name, "mode", "tap");
            assumeTrue(made.code() == 0, () -> "skipped: taps cannot be made: " + made.text());
            taps.names.add(name);
            assertEquals(0, Tool.run(Path.of("/"), "ip", "link", "set", "dev", name, "up").code());
        }
        return taps;
    }

    String name(int index) {
        return names.get(index);
    }

    @Override
    public void close() throws IOException {
        try {
            for (String name : names) {
                Tool.run(Path.of("/"), "ip", "link", "delete", "dev", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
