package dev.repro.tests.tuf;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Updater;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// A process that publishes, or updates, again and again until it is killed. It says what is done, a line each.
final class KilledChild {

    private KilledChild() {}

    /// @param args `publish SITE PENS FROM`, or `update STATE DOWNLOADS SITES FROM`: from which number on
    public static void main(String[] args) throws Exception {
        System.out.println("begun");
        switch (args[0]) {
            case "publish" -> publish(new Pairs(Path.of(args[1]), Pens.load(Path.of(args[2]))), Long.parseLong(args[3]));
            case "update" -> update(Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), Integer.parseInt(args[4]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void publish(Pairs pairs, long from) throws Problem, IOException {
        for (long number = from;; number++) {
            pairs.publish(number);
            say(number);
        }
    }

    // A child whose parent is gone ends.
    private static void say(long number) {
        System.out.println(number);
        if (System.out.checkError()) {
            System.exit(1);
        }
    }

    /// Each number is a state of the repository, in a folder of that name.
    private static void update(Path state, Path downloads, Path sites, int from) throws Refusal, Problem {
        for (int number = from; Files.exists(sites.resolve(Integer.toString(number))); number++) {
            update(state, downloads, sites.resolve(Integer.toString(number)));
            say(number);
        }
    }

    /// @return how the target that every state has begins
    static String update(Path state, Path downloads, Path site) throws Refusal, Problem {
        var store = FolderStore.open(state, warning -> {
            throw new IllegalStateException(warning);
        });
        var repository = new Updater(new FolderRemote(site.resolve("metadata")), store, Limits.DEFAULT).refresh(Forge.NOW);
        var found = repository.find(new TargetName(Forge.TOP));
        repository.find(new TargetName(Forge.AUTHORS));
        Path file = new Downloads(new FolderRemote(site.resolve("targets")), downloads).fetch(found).file();
        try (var lines = Files.lines(file)) {
            return lines.findFirst().orElseThrow();
        } catch (IOException e) {
            throw Problem.storage("cannot be read").where(file).because(e);
        }
    }

    /// A repository on this disk.
    record FolderRemote(Path folder) implements Remote {

        @Override
        public Optional<byte[]> get(String path, int most) throws Problem {
            try {
                Path file = folder.resolve(path);
                byte[] bytes = Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
                return Optional.ofNullable(bytes).map(b -> b.length > most ? Arrays.copyOf(b, most + 1) : b);
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
            return folder.resolve(path).toString();
        }
    }

    /// A repository in a store, such as git.
    record StoreRemote(Path site, String part) implements Remote {

        @Override
        public Optional<byte[]> get(String path, int most) throws Problem {
            try (Store store = Stores.open(site)) {
                return store.read(part + "/" + path).map(b -> b.length > most ? Arrays.copyOf(b, most + 1) : b);
            }
        }

        @Override
        public Optional<Body> open(String path, long from) throws Problem {
            return get(path, Integer.MAX_VALUE).map(bytes -> new Body(0, new ByteArrayInputStream(bytes)));
        }

        @Override
        public String describe(String path) {
            return site + ":" + part + "/" + path;
        }
    }
}
