package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A publication that stops, or fails, at each of its steps on the disk. What it publishes is the worst: new keys for root and
/// timestamp, a new role, targets.
class CrashTest {
    @TempDir
    Path folder;

    /// The machine stops here.
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    /// Stops or fails at the n-th step; a file that is written then is torn.
    private static final class FaultyDisk extends Disk {
        private final int last;
        private final boolean crash;
        private int steps;

        FaultyDisk(int last, boolean crash) {
            this.last = last;
            this.crash = crash;
        }

        /// Files are written by several threads: after a crash none of them goes on.
        private synchronized boolean isDue() {
            return crash ? steps++ >= last : steps++ == last;
        }

        private IOException end() {
            if (crash) {
                throw new Crash();
            }
            return new IOException("No space left on device");
        }

        private void step() throws IOException {
            if (isDue()) {
                throw end();
            }
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            if (isDue()) {
                Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
                throw end();
            }
            super.write(file, bytes);
        }

        @Override
        Digest copy(Path from, Path file) throws IOException {
            if (isDue()) {
                Files.write(file, new byte[1]);
                throw end();
            }
            return super.copy(from, file);
        }

        @Override
        void link(Path existing, Path file) throws IOException {
            step();
            super.link(existing, file);
        }

        @Override
        void createDirectories(Path path) throws IOException {
            step();
            super.createDirectories(path);
        }

        @Override
        void move(Path file, Path target) throws IOException {
            step();
            super.move(file, target);
        }

        @Override
        void syncFolder(Path path) throws IOException {
            step();
            super.syncFolder(path);
        }

        @Override
        void delete(Path file) throws IOException {
            step();
            super.delete(file);
        }
    }

    /// A repository to which something is about to happen, and what.
    private record Scene(Path at, Site site, Publication change) {}

    private Scene scene(boolean consistent) throws Exception {
        Path at = folder.resolve("scene");
        var site = new Site(DirectoryStore.open(at)).create(consistent, true);
        site.publish(site.edit().add(Site.target("old/1/file", folder, "old"), Site.anyRole()));
        TestKey fresh = TestKey.of("");
        site.all.add(fresh);
        Editor editor = site.edit().keys(RoleName.TIMESTAMP, List.of(fresh.holder()), List.of(site.timestamp.key()),
                OptionalInt.empty())
                .keys(RoleName.SNAPSHOT, List.of(fresh.holder()), List.of(), OptionalInt.empty())
                .delegate(RoleName.TARGETS, "hello", List.of("hello/*/*"), List.of(), true,
                new Editor.Keys(List.of(site.author.holder()), 1))
                .add(Site.target("hello/1/file", folder, "new"), Site.anyRole());
        return new Scene(at, site, new Publisher(site.all, Site.NOW).prepare(Signing.sign(editor.proposal(), site.all), "")
                .publication());
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    private static TreeSet<String> files(Path at) throws IOException {
        var out = new TreeSet<String>();
        try (var all = Files.walk(at)) {
            all.filter(Files::isRegularFile).forEach(f -> out.add(at.relativize(f).toString()));
        }
        return out;
    }

    private int steps(Scene scene) throws Exception {
        Path at = copy(scene.at(), folder.resolve("count"));
        var disk = new FaultyDisk(Integer.MAX_VALUE, true);
        DirectoryStore.open(at, disk).publish(scene.change());
        return disk.steps;
    }

    @Test
    void afterACrashReadersSeeTheOldOrTheNewAndTheNextPublisherGoesOn() throws Exception {
        Scene scene = scene(true);
        int steps = steps(scene);
        var seen = new TreeSet<Long>();
        assertTrue(steps > 25, "the publication takes " + steps + " steps");
        for (int n = 0; n < steps; n++) {
            Path at = copy(scene.at(), folder.resolve("crash" + n));
            Client client = Client.of(at);
            client.refresh(Site.NOW);
            Store store = DirectoryStore.open(at, new FaultyDisk(n, true));
            assertThrows(Crash.class, () -> store.publish(scene.change()));

            long version = client.refresh(Site.NOW).snapshot().timestamp().timestamp().get().version();
            seen.add(version);
            client.find(version == 3 ? "hello/1/file" : "old/1/file", Site.NOW);
            Client.of(at).find("old/1/file", Site.NOW);

            Store again = DirectoryStore.open(at);
            long after = Repository.read(again).timestamp().version();
            var next = new Site(again, scene.site());
            next.publish(next.edit().add(Site.target("next/1/file", folder, "next"), Site.anyRole()));
            client.find("next/1/file", Site.NOW);
            assertEquals(after + 1, Repository.read(again).timestamp().version());
            assertEquals(List.of(".repro/lock"), files(at).stream().filter(f -> f.startsWith(".repro")).toList());
        }
        assertEquals(java.util.Set.of(2L, 3L), seen);
    }

    @Test
    void afterAFailureNothingIsLeftAndTheSameCanBePublishedAgain() throws Exception {
        Scene scene = scene(true);
        int steps = steps(scene);
        for (int n = 0; n < steps; n += 3) {
            Path at = copy(scene.at(), folder.resolve("fail" + n));
            Store store = DirectoryStore.open(at, new FaultyDisk(n, false));
            var problem = assertThrows(Problem.class, () -> store.publish(scene.change()));
            assertEquals(Problem.Exit.STORAGE, problem.exit());
            Client.of(at).find("old/1/file", Site.NOW);
            if (Repository.read(DirectoryStore.open(at)).timestamp().version() == 2) {
                DirectoryStore.open(at).publish(scene.change());
            }
            Client.of(at).find("hello/1/file", Site.NOW);
        }
    }

    @Test
    void withoutConsistentSnapshotsACrashIsMendedByWhoeverOpensTheStore() throws Exception {
        Scene scene = scene(false);
        int steps = steps(scene);
        for (int n = 0; n < steps; n += 2) {
            Path at = copy(scene.at(), folder.resolve("plain" + n));
            Store store = DirectoryStore.open(at, new FaultyDisk(n, true));
            assertThrows(Crash.class, () -> store.publish(scene.change()));
            DirectoryStore.open(at);
            Client.of(at).refresh(Site.NOW);
            assertFalse(Files.exists(at.resolve(".repro/next/commit")));
        }
    }
}
