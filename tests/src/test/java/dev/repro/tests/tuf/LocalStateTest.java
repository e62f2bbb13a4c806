package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's own files: damaged, stale, of two processes at once.
class LocalStateTest extends Attack {
    private static final List<String> FILES = List.of("timestamp.json", "snapshot.json", "targets.json", "author.json",
            "roots/1.root.json");

    @FunctionalInterface
    private interface Damage {
        void to(Path file) throws IOException;
    }

    private Map<String, Damage> damages() {
        var all = new LinkedHashMap<String, Damage>();
        all.put("empty", file -> Files.write(file, new byte[0]));
        all.put("cut", file -> Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 100)));
        all.put("a bit flipped in signed", file -> {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 9] ^= 1;
            Files.write(file, bytes);
        });
        all.put("a bit flipped in a signature", file -> Files.writeString(file,
                Files.readString(file).replaceFirst("\"sig\":\"..", "\"sig\":\"00")));
        all.put("zeros", file -> Files.write(file, new byte[(int) Files.size(file)]));
        all.put("large", file -> Files.write(file, new byte[33 << 20]));
        all.put("of another role", file -> Files.write(file, forge.files.get(file.endsWith("targets.json")
                ? "metadata/1.snapshot.json" : "metadata/1.targets.json")));
        all.put("missing", Files::delete);
        return all;
    }

    /// Every file, damaged in every way: the next update mends it. sigstore-java 2.0.0 never gets over a damaged timestamp.
    @Test
    void damagedFiles() throws Exception {
        victim.download(Forge.AUTHORS);
        Path good = folder.resolve("good");
        Folders.copy(victim.state, good);
        for (String name : FILES) {
            for (var damage : damages().entrySet()) {
                Folders.delete(victim.state);
                Folders.copy(good, victim.state);
                damage.getValue().to(victim.state.resolve(name));
                assertEquals("author's 1", victim.download(Forge.AUTHORS), name + ", " + damage.getKey());
                if (!name.startsWith("roots/")) {
                    assertArrayEquals(Files.readAllBytes(good.resolve(name)), Files.readAllBytes(victim.state.resolve(name)), name
                            + ", " + damage.getKey());
                }
            }
        }
    }

    /// The newest root is what everything else is trusted by: nothing is trusted without it, and beginning again mends it.
    @Test
    void damagedRoot() throws Exception {
        byte[] shipped = forge.files.get("metadata/1.root.json");
        for (var damage : damages().entrySet()) {
            damage.getValue().to(victim.state.resolve("root.json"));
            web.asked.clear();
            Exception e = assertThrows(Exception.class, victim::refresh, damage.getKey());
            assertTrue(e instanceof Refusal || e instanceof Problem, damage::getKey);
            assertEquals(List.of(), web.asked, damage.getKey());
            // whoever has the root that came with the software needs no other
            try (var fetcher = new Fetcher(Proxies.NONE, victim.limits)) {
                new Updater(fetcher.at(web.metadata()), victim.store(), victim.limits).refresh(shipped, Forge.NOW);
            }
            Updater.begin(victim.store(), shipped, victim.limits);
            victim.refresh();
        }
    }

    /// A folder in the place of a file is nothing that a client would make: it says which one, and takes nothing.
    @ParameterizedTest
    @ValueSource(strings = {"root.json", "timestamp.json", "snapshot.json", "targets.json", ".lock"})
    void folderInThePlaceOfAFile(String name) throws Exception {
        Files.delete(victim.state.resolve(name));
        Files.createDirectories(victim.state.resolve(name).resolve("inside"));
        Problem problem = assertThrows(Problem.class, victim::refresh);
        assertTrue(problem.line().contains(name), problem::line);
        Folders.delete(victim.state.resolve(name));
        if (name.equals("root.json")) {
            Updater.begin(victim.store(), forge.files.get("metadata/1.root.json"), victim.limits);
        }
        victim.refresh();
    }

    @Test
    void fileInThePlaceOfTheFolder() throws Exception {
        Folders.delete(victim.state);
        Files.writeString(victim.state, "a file");
        victim.fails("state");
        assertEquals("a file", Files.readString(victim.state));
        Files.writeString(victim.downloads, "a file");
        Files.delete(victim.state);
        Updater.begin(victim.store(), forge.files.get("metadata/1.root.json"), victim.limits);
        victim.failsTarget("downloads", Forge.TOP);
    }

    /// After the timestamp was kept and the snapshot could not be had, the next run must not think that all is well:
    /// sigstore-java 2.0.0 does.
    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "targets"})
    void staleStateAfterAFailedStep(String role) throws Exception {
        forge.publish("targets", targets -> forge.withTarget(targets, Forge.TOP, "top 2"), forge.targets);
        web.on(forge.path(role), Web.status(500));
        for (int i = 0; i < 3; i++) {
            victim.fails("500");
            victim.failsTarget("500", Forge.TOP);
            assertEquals(2, victim.kept("timestamp"));
            assertEquals(1, victim.kept(role));
        }
        web.reform();
        assertEquals("top 2", victim.download(Forge.TOP));
        assertFalse(web.asked.isEmpty());
    }

    /// The client dies at each operation on its files in turn: the next run ends what was begun.
    @Test
    void diesAtEveryOperation() throws Exception {
        Path before = folder.resolve("before");
        Folders.copy(victim.state, before);
        forge.rotate(root -> root).rotate(root -> root).publish("targets",
                targets -> forge.withTarget(targets, Forge.TOP, "top 2"), forge.targets);
        int n = 0;
        for (boolean dead = true; dead; n++) {
            Folders.delete(victim.state);
            Folders.copy(before, victim.state);
            dead = victim.diesAt(n);
            for (String role : List.of("timestamp", "snapshot", "targets")) {
                assertTrue(victim.kept(role) == 1 || victim.kept(role) == 2, role);
            }
            assertEquals("top 2", victim.download(Forge.TOP), "died at operation " + n);
            assertEquals(3, victim.kept("root"));
        }
        assertTrue(n > 10, "only " + n + " operations");
    }

    /// What a run left that was killed while it wrote is swept by the next.
    @Test
    void leftovers() throws Exception {
        Files.writeString(victim.state.resolve(".timestamp.json.123.new"), "half");
        Files.writeString(victim.state.resolve("roots/.2.root.json.456.new"), "half");
        victim.refresh();
        assertEquals(List.of(), Folders.all(victim.state).stream().filter(f -> f.toString().endsWith(".new")).toList());
    }

    /// Several clients of one folder, in several threads, while the repository goes on: each ends with what is newest at its
    /// start, or newer.
    @Test
    void severalAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 5; round++) {
                String content = "top " + round;
                forge.publish("targets", targets -> forge.withTarget(targets, Forge.TOP, content), forge.targets);
                var all = new ArrayList<Future<String>>();
                Callable<String> client = () -> victim.download(Forge.TOP);
                for (int i = 0; i < 4; i++) {
                    all.add(threads.submit(client));
                }
                for (Future<String> one : all) {
                    assertEquals(content, one.get());
                }
            }
        }
        assertEquals(List.of(Forge.TOP), victim.downloaded());
    }
}
