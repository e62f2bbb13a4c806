package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tuf.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of several states of a repository, each genuine, put together.
class MixAndMatchTest {
    @TempDir
    Path folder;

    /// Every combination of files of two publications but the two genuine ones is refused, whether or not hashes are listed.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyCombination(boolean hashes) throws Exception {
        Forge forge = hashes ? new Forge() : Forge.withoutHashes();
        var one = forge.copy();
        forge.publish("targets", "author");
        var two = forge.copy();
        int before = hashes ? 1 : 2;
        String[] names = {"timestamp", "snapshot", "targets", "author"};
        int refused = 0;
        for (int mix = 0; mix < 16; mix++) {
            forge.files.clear();
            forge.files.put("metadata/1.root.json", one.get("metadata/1.root.json"));
            forge.files.put(Forge.targetPath(Forge.AUTHORS, "author's 1"), Forge.bytes("author's 1"));
            for (int i = 0; i < names.length; i++) { // under both names, for whoever asks
                byte[] file = (mix >> i & 1) == 0 ? one.get(at(names[i], before)) : two.get(at(names[i], before + 1));
                forge.files.put(at(names[i], before), file);
                forge.files.put(at(names[i], before + 1), file);
            }
            try (Web web = Web.of(forge.files)) {
                var victim = new Victim(folder.resolve("client" + mix), web, one.get("metadata/1.root.json"));
                assertEquals("author's 1", victim.download(Forge.AUTHORS));
                assertTrue(mix == 0 || mix == 15, "mix " + mix + " was taken");
            } catch (Refusal e) {
                assertTrue(List.of("snapshot", "targets", "delegated").contains(e.name().split("-")[0]), e::line);
                refused++;
            }
        }
        assertEquals(14, refused);
    }

    private static String at(String role, int version) {
        return "metadata/" + (role.equals("timestamp") ? "" : version + ".") + role + ".json";
    }

    /// While a publisher publishes, clients update all the time: each update sees one publication, whole. Two targets carry its
    /// number.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void duringConcurrentPublications(boolean consistent) throws Exception {
        Path site = folder.resolve("site");
        var pairs = new Pairs(site, Pens.make(folder.resolve("pens"))).create(consistent);
        pairs.publish(0);
        var over = new AtomicBoolean();
        try (Web web = Web.of(site); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var clients = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 2; i++) {
                var victim = new Victim(folder.resolve("client" + i), web,
                        Files.readAllBytes(site.resolve("metadata/1.root.json")));
                victim.now = Pairs.NOW;
                clients.add(threads.submit(follow(victim, over, consistent)));
            }
            for (int i = 1; i <= 20; i++) {
                pairs.publish(i);
            }
            over.set(true);
            for (Future<Integer> client : clients) {
                assertTrue(client.get() > 0);
            }
        }
    }

    private static Callable<Integer> follow(Victim victim, AtomicBoolean over, boolean consistent) {
        return () -> {
            int updates = 0;
            long seen = 0;
            while (!over.get() || updates == 0) {
                try {
                    long number = number(victim);
                    assertTrue(number >= seen, number + " after " + seen);
                    seen = number;
                    updates++;
                } catch (Refusal e) {
                    // without versions in names a client may come in between; it does not take a mixture
                    assertTrue(!consistent, e::line);
                }
            }
            return updates;
        };
    }

    private static long number(Victim victim) throws Exception {
        var repository = victim.repository();
        long[] numbers = new long[2];
        for (int i = 0; i < 2; i++) {
            var custom = repository.find(new dev.repro.tuf.TargetName(Pairs.NAMES.get(i))).file().custom().orElseThrow();
            numbers[i] = ((dev.repro.base.Json.Int) ((dev.repro.base.Json.Obj) custom).members().get("number")).value();
        }
        assertEquals(numbers[0], numbers[1]);
        return numbers[0];
    }

    /// Two repositories of other roots are two repositories: nothing of one counts in the other.
    @Test
    void filesOfAnotherRepository() throws Exception {
        Forge forge = new Forge();
        Forge other = new Forge();
        for (String role : List.of("timestamp", "snapshot", "targets")) {
            forge.files.put(forge.path(role), other.files.get(other.path(role)));
        }
        try (Web web = Web.of(forge.files)) {
            new Victim(folder.resolve("client"), web, forge.files.get("metadata/1.root.json")).refuses("timestamp-unsigned");
        }
    }
}
