package dev.repro.tests.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The built-in tender as a process of its own: a network, signals, and machines that lack something.
@Timeout(300)
class HvtTenderTest {
    private static final Path NET = Repro.HOME.resolve("examples/net/net.hvt");
    private static final Path HELLO = Repro.HOME.resolve("examples/hello/hello.hvt");
    /// A tap in a network of its own: the tender's words are the script's, its exit status the last line.
    private static final String TAP = "ip tuntap add tap9 mode tap && ip addr add 10.0.0.1/24 dev tap9 && ip link set tap9 up || exit 99\n";

    @TempDir
    Path folder;

    @BeforeEach
    void needsKvm() {
        Path kvm = Path.of("/dev/kvm");
        assumeTrue(Files.isReadable(kvm) && Files.isWritable(kvm), "skipped: /dev/kvm cannot be opened");
    }

    private static List<String> tender(String... words) {
        var argv = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "dev.repro.tender.hvt.Main"));
        argv.addAll(List.of(words));
        return argv;
    }

    private Tool.Ended script(String space, String script, List<String> words) throws IOException, InterruptedException {
        assumeTrue(Tool.found("unshare") && Tool.found("ip"), "skipped: needs unshare and ip (apt-get install util-linux iproute2)");
        assumeTrue(Tool.run(folder, "unshare", space, "true").code() == 0, "skipped: needs root, for name spaces of its own");
        var argv = new ArrayList<>(List.of("unshare", space, "sh", "-c", script, "sh"));
        argv.addAll(words);
        Tool.Ended ended = Tool.run(folder, argv.toArray(String[]::new));
        assumeTrue(ended.code() != 99, () -> "skipped: this machine has no TAP interfaces: " + ended.text());
        return ended;
    }

    @ParameterizedTest
    @ValueSource(strings = {"repro", "solo5-hvt"})
    void aGuestAnswersPings(String which) throws Exception {
        assumeTrue(Tool.found("ping"), "skipped: ping is not on PATH (apt-get install iputils-ping)");
        assumeTrue(which.equals("repro") || Tool.found(which), "skipped: solo5-hvt is not on PATH (build Solo5 and put its tenders on PATH)");
        List<String> words = List.of("--mem=8", "--net:service=tap9", "--net-mac:service=02:00:00:c0:ff:ee", "--", NET.toString(), "pings=60");
        var argv = new ArrayList<>(which.equals("repro") ? tender() : List.of(which));
        argv.addAll(words);
        Tool.Ended ended = script("-n", TAP + "\"$@\" & p=$!\nping -c 3 -i 0.2 -w 60 10.0.0.2\n"
                + "ip neigh show 10.0.0.2\n" // while the guest is there: the kernel forgets its neighbours with it
                + "while [ -n \"$(readlink /proc/$p/exe)\" ]; do ping -q -c 20 -i 0.01 -W 1 10.0.0.2 > /dev/null; done\nwait $p; echo exit $?", argv);
        assertTrue(ended.text().contains(" 3 received") && ended.text().contains("60 ping\nSUCCESS\n"), ended::text);
        assertTrue(ended.text().contains("02:00:00:c0:ff:ee"), ended::text);
        assertTrue(ended.text().endsWith("exit 0\n"), ended::text);
    }

    @Test
    void aTapThatCannotBeIsTold() throws Exception {
        List<String> argv = tender("--mem=2", "--net:service=tap9", "--", NET.toString());
        Tool.Ended missing = script("-n", "\"$@\"; echo exit $?; ip link show tap9 || echo not made", argv);
        assertTrue(missing.text().startsWith("repro: error: tap9: net device `service`: there is no such interface\nrepro: hint: "), missing::text);
        assertTrue(missing.text().contains("exit 2\n") && missing.text().endsWith("not made\n"), missing::text);

        Tool.Ended down = script("-n", TAP + "ip link set tap9 down; \"$@\"; echo exit $?", argv);
        assertTrue(down.text().contains("the interface is down") && down.text().endsWith("exit 2\n"), down::text);

        Tool.Ended other = script("-n", "ip link set lo up; \"$@\"; echo exit $?", tender("--mem=2", "--net:service=lo", "--", NET.toString()));
        assertTrue(other.text().contains("the interface is no TAP") && other.text().endsWith("exit 2\n"), other::text);

        String both = TAP + "mkfifo a; \"$@\" > a & p=$!\nread -r line < a\n\"$@\"; echo exit $?; kill $p; wait $p";
        Tool.Ended busy = script("-n", both, argv);
        assertTrue(busy.text().contains("the interface is in use: another process is attached to it") && busy.text().contains("exit 3\n"), busy::text);
    }

    /// One guest waits for packets, the other computes for ever.
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aSignalEndsAGuestAtOnce(String signal) throws Exception {
        byte[] image = Files.readAllBytes(HELLO);
        image[0x1130] = (byte) 0xeb; // jmp . at its entry
        image[0x1131] = (byte) 0xfe;
        Path spins = Files.write(folder.resolve("spins.hvt"), image);
        assertEnds(signal, tender("--mem=2", "--", spins.toString()), "spins.hvt");
        assertEnds(signal, tender("--mem=2", "--net:service=tap9", "--", NET.toString()), "net.hvt");
    }

    private void assertEnds(String signal, List<String> argv, String name) throws Exception {
        // The machine is there as soon as /proc shows its file; then the guest is running, or about to.
        String wait = "until ls -l /proc/$p/fd 2> /dev/null | grep -q kvm-vcpu; do kill -0 $p || exit 98; done\n";
        Tool.Ended ended = script("-n", TAP + "env --default-signal \"$@\" & p=$!\n" + wait + "start=$(date +%s%N); kill -" + signal
                + " $p; wait $p; code=$?; end=$(date +%s%N); echo after $(( (end - start) / 1000000 )) ms, exit $code", argv);
        assertTrue(ended.text().contains("repro: error: " + name + ": ended by a signal\n"), ended::text);
        assertTrue(ended.text().endsWith(", exit 1\n"), ended::text);
        long after = Long.parseLong(ended.text().replaceAll("(?s).*after (\\d+) ms.*", "$1"));
        assertTrue(after < 5000, () -> "a guest of a busy machine ends within seconds: " + ended.text());
    }

    @Test
    void aMachineWithoutKvmIsTold() throws Exception {
        String hidden = "mount -t tmpfs -o nodev none $PWD && cd $PWD && mknod kvm c 10 232 && mount --bind kvm /dev/kvm || exit 99\n";
        Tool.Ended ended = script("-m", hidden + "\"$@\"; echo exit $?", tender("--mem=2", "--", HELLO.toString()));
        assertEquals("""
                repro: error: /dev/kvm: cannot be opened: permission denied
                repro: hint: add the user to the group that owns it: usermod -aG kvm USER
                exit 3
                """, ended.text());
    }

    @Test
    void whatIsNoImageIsToldBeforeAnythingIsOpened() throws Exception {
        Path none = Files.writeString(folder.resolve("none.hvt"), "no image");
        Tool.Ended ended = Tool.run(folder, tender("--mem=2", "--block:storage=/nonexistent", "--", none.toString()).toArray(String[]::new));
        assertEquals(1, ended.code(), ended::text);
        assertTrue(ended.text().startsWith("repro: error: none.hvt: invalid image: not-an-elf: file: "), ended::text);
        assertFalse(ended.text().contains("\tat "), ended::text);
    }
}
