package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Updater;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A publication that ends at each of its operations on the disk in turn: clients see the old or the new, whole, before and after
/// the next publisher has come.
class CrashTest {
    private static final String TARGET = "hello/1.0/app.hvt";

    @TempDir
    Path folder;

    /// How it ends.
    enum End {
        /// The process dies, in the middle of it if it writes.
        DEATH,
        /// This operation and all after it fail, as on a full disk.
        FULL
    }

    private static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    private static final class Failing extends Disk {
        private final AtomicInteger left;
        private final End end;

        Failing(int operations, End end) {
            this.left = new AtomicInteger(operations);
            this.end = end;
        }

        private void step(Path file, byte[] content) throws IOException {
            int now = left.getAndDecrement();
            if (now > 0) {
                return;
            }
            if (end == End.FULL) {
                throw new IOException("No space left on device");
            }
            if (end == End.DEATH && content != null && now == 0) {
                Files.write(file, Arrays.copyOf(content, content.length / 2));
            }
            throw new Death();
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            step(file, bytes);
            super.write(file, bytes);
        }

        @Override
        Digest copy(Path from, Path file) throws IOException {
            step(file, Files.readAllBytes(from));
            return super.copy(from, file);
        }

        @Override
        void link(Path existing, Path file) throws IOException {
            step(file, null);
            super.link(existing, file);
        }

        @Override
        void createDirectories(Path place) throws IOException {
            step(place, null);
            super.createDirectories(place);
        }

        @Override
        void move(Path file, Path target) throws IOException {
            step(file, null);
            super.move(file, target);
        }

        @Override
        void syncFolder(Path place) throws IOException {
            step(place, null);
            super.syncFolder(place);
        }

        @Override
        void delete(Path file) throws IOException {
            step(file, null);
            super.delete(file);
        }
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void atEveryOperation(End end) throws Exception {
        Path before = folder.resolve("before");
        var site = new Site(DirectoryStore.open(before)).create(true, true).withRole("hello");
        site.publish(site.edit().add(Site.target(TARGET, folder, "old"), Site.anyRole()));
        int old = 0;
        int operations = 0;
        for (boolean ended = false; !ended; operations++) {
            Path now = folder.resolve("at" + operations);
            copy(before, now);
            ended = publish(site, now, new Failing(operations, end));
            String seen = download(now); // by a client that comes before any publisher
            assertTrue(seen.equals("new") || seen.equals("old") && !ended, "operation " + operations + ": " + seen);
            old += seen.equals("old") ? 1 : 0;
            try (Store store = DirectoryStore.open(now)) {
                String recovered = download(now);
                assertTrue(recovered.equals(seen) || recovered.equals("new"), "operation " + operations + ": " + recovered
                        + " after " + seen);
                publish(site, store, "newest");
            }
            assertEquals("newest", download(now));
            assertFalse(Files.exists(now.resolve(".repro/next")), "operation " + operations);
            delete(now);
        }
        assertTrue(old > 5 && old < operations - 5, old + " of " + operations + " ended with the old state");
    }

    /// @return whether it came to its end
    private boolean publish(Site site, Path place, Disk disk) throws Exception {
        try (Store store = DirectoryStore.open(place, disk)) {
            publish(site, store, "new");
            return true;
        } catch (Death dead) {
            return false;
        } catch (Problem full) {
            assertEquals(Problem.Exit.STORAGE, full.exit());
            assertTrue(full.line().contains("No space left on device"), full::line);
            return false;
        }
    }

    private void publish(Site site, Store store, String content) throws Exception {
        Editor editor = Editor.of(Repository.read(store), Site.NOW).add(Site.target(TARGET, folder, content), Site.anyRole());
        new Publisher(site.all, Site.NOW).publish(Signing.sign(editor.proposal(), site.all), "");
    }

    /// The first publication, too: nothing, or a repository.
    @Test
    void aNewRepository() throws Exception {
        boolean ended = false;
        for (int n = 0; !ended; n++) {
            Path now = folder.resolve("at" + n);
            try {
                new Site(DirectoryStore.open(now, new Failing(n, End.DEATH))).create();
                ended = true;
            } catch (Death dead) {
                assertFalse(Files.exists(now.resolve("metadata/timestamp.json"))
                        && !Files.exists(now.resolve("metadata/1.root.json")));
            }
            try (Store store = DirectoryStore.open(now)) {
                if (Repository.read(store).isEmpty()) {
                    assertFalse(ended);
                    new Site(store).create();
                }
                assertEquals(1, Repository.read(store).timestamp().unverified().version());
            }
        }
    }

    private String download(Path site) throws Exception {
        var client = new MemoryStore();
        Updater.begin(client, Files.readAllBytes(site.resolve("metadata/1.root.json")), Limits.DEFAULT);
        var found = new Updater(remote(site.resolve("metadata")), client, Limits.DEFAULT).refresh(Site.NOW)
                .find(new TargetName(TARGET));
        Path into = Files.createTempDirectory(folder, "into");
        return Files.readString(new Downloads(remote(site.resolve("targets")), into).fetch(found).file());
    }

    private static Remote remote(Path place) {
        return new Remote() {
            @Override
            public Optional<byte[]> get(String path, int most) throws Problem {
                try {
                    return Files.exists(place.resolve(path)) ? Optional.of(Files.readAllBytes(place.resolve(path)))
                            : Optional.empty();
                } catch (IOException e) {
                    throw Problem.storage("cannot be read").where(path).because(e);
                }
            }

            @Override
            public Optional<Body> open(String path, long from) throws Problem {
                return get(path, Integer.MAX_VALUE).map(bytes -> new Body(0, new ByteArrayInputStream(bytes)));
            }

            @Override
            public String describe(String path) {
                return path;
            }
        };
    }

    private static List<Path> all(Path place) throws IOException {
        try (var files = Files.walk(place)) {
            return files.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : all(from)) {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
    }

    private static void delete(Path place) throws IOException {
        for (Path file : all(place).stream().sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
        }
    }
}
