package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our client reads what python-tuf's repository API writes, over HTTP, and refuses it when it was tampered with.
class OursReadsPeersTest {
    private static final String SEED = "1";

    /// The kinds of `tests/peers/python/write.py`.
    @TempDir
    static Path written;

    @TempDir
    Path scratch;

    @BeforeAll
    static void write() throws Exception {
        Peer.python("write.py", written, SEED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flat", "flat-not-consistent", "flat-sha512", "flat-hashes", "flat-rsa", "flat-ecdsa", "names",
        "delegations", "delegations-hashes-not-consistent", "hash-prefixes", "bins", "thresholds", "rotations", "extras"})
    void readsEveryStateAndRefusesTamperedFiles(String kind) throws Exception {
        Written repository = Written.read(written.resolve(kind));
        var reading = new Reading(new Ours(), scratch);
        reading.reads(repository);
        int refused = reading.refusesTampered(repository, Integer.MAX_VALUE);
        assertTrue(refused >= 20, () -> "only " + refused + " tamperings of " + kind);
    }

    @Test
    void noKindIsLeftOut() throws Exception {
        try (var kinds = Files.list(written)) {
            List<String> all = kinds.map(kind -> kind.getFileName().toString()).toList();
            var tested = OursReadsPeersTest.class.getDeclaredMethod("readsEveryStateAndRefusesTamperedFiles", String.class)
                    .getAnnotation(ValueSource.class).strings();
            assertEquals(List.of(tested).stream().sorted().toList(), all.stream().sorted().toList());
        }
    }

    /// The control: tampering that another's client accepts would prove nothing above.
    @Test
    void goTufRefusesTheSame() throws Exception {
        Written repository = Written.read(written.resolve("delegations"));
        var reading = new Reading(Peer.GO_TUF, scratch);
        reading.reads(repository);
        assertTrue(reading.refusesTampered(repository, Integer.MAX_VALUE) >= 20);
    }

    /// The program is the library: the same, once through `repro tuf-client`.
    @Test
    void theCommandReadsThemToo() throws Exception {
        Written repository = Written.read(written.resolve("delegations"));
        Written.State last = repository.states().getLast();
        Path state = Files.createDirectories(scratch.resolve("state"));
        Path into = scratch.resolve("into");
        assertEquals(0, Repro.run("tuf-client", "--metadata-dir", state.toString(), "init", repository.root().toString()).code());
        try (var site = new WebFolder(last.folder())) {
            var args = new ArrayList<>(List.of("tuf-client", "--metadata-dir", state.toString(), "--target-dir", into.toString(),
                    "--metadata-url", site.metadata().toString(), "--target-base-url", site.targets().toString()));
            last.targets().forEach(target -> args.addAll(List.of("--target-name", target)));
            args.add("download");
            Repro.Answer answer = Repro.run(args.toArray(String[]::new));
            assertEquals(0, answer.code(), answer::toString);
            for (var target : last.present().entrySet()) {
                assertEquals(target.getValue(), Files.readString(into.resolve(target.getKey().replace("/", "%2F"))));
            }
        }
    }
}
