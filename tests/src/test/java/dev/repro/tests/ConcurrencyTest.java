package dev.repro.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several repros at once with one cache: each gives the answer that it would give alone.
class ConcurrencyTest {
    @TempDir
    Path temp;
    private Map<String, String> env;

    @BeforeEach
    void cache() throws Exception {
        env = Scratch.emptyCache(temp.resolve("cache"));
    }

    private void together(int code, String says, String... targets) throws Exception {
        var processes = new ArrayList<Process>();
        for (String target : targets) {
            processes.add(Repro.start(Repro.HOME, env, "check", "--no-prove", target));
        }
        for (Process process : processes) {
            Repro.Answer answer = Repro.finish(process);
            assertEquals(code, answer.code(), answer::toString);
            assertTrue(answer.out().contains(says), answer::toString);
            Scratch.noTrace(answer);
        }
        Scratch.tidy(env);
    }

    @Test
    void allUnpackTheSameToolchain() throws Exception {
        Scratch.link(Scratch.warmCache().resolve("blobs/sha256"), temp.resolve("cache/repro/blobs/sha256"));
        together(0, "reproduced bit for bit", "examples/hello/hello.hvt", "examples/hello/hello.hvt", "examples/blk");
        try (var roots = Files.list(temp.resolve("cache/repro/rootfs"))) {
            assertEquals(1, roots.filter(Files::isDirectory).count());
        }
    }

    @Test
    void allKeepTheSameBuilds() throws Exception {
        Path app = Scratch.hostProject(temp.resolve("app"), "pwd > app.bin", "");
        Repro.Answer lock = Repro.run(temp, env, "lock", app.toString());
        assertEquals(0, lock.code(), lock::toString);
        together(1, "kept", app.toString(), app.toString(), app.toString());
        try (var kept = Files.walk(temp.resolve("cache/repro/checks"))) {
            assertEquals(2, kept.filter(f -> f.endsWith("app.bin")).count());
        }
    }
}
