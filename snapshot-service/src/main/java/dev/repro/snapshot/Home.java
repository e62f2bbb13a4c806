package dev.repro.snapshot;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.timestamp.Clocks;
import dev.repro.timestamp.TimestampAuthority;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Founding;
import dev.repro.tuf.repository.Freshness;
import dev.repro.tuf.repository.KeyFolder;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything on one machine, in one folder: `repository` (what readers see), `keys` (made on first start), `work` (uploads,
/// requests, the mark of what was signed). Snapshot and timestamp are signed in this process.
///
/// It is founded in steps that a crash may interrupt: keys first, under the name `keys.new`; then the repository; then the keys get
/// their name. Keys of a repository that never came to be are thrown away.
public final class Home implements AutoCloseable {
    private static final List<String> PEOPLE = List.of("root", "targets");
    private static final List<String> MACHINES = List.of("snapshot", "timestamp");

    private final Path folder;
    private final Store store;
    private final List<String> made;
    private final List<Signer> signers = new ArrayList<>();
    private Service service;

    private Home(Path folder, Store store, List<String> made) {
        this.folder = folder;
        this.store = store;
        this.made = List.copyOf(made);
    }

    /// Opens what is there, or founds it.
    ///
    /// @param password for the keys of root and targets, asked for on the first start only; empty to leave them unencrypted. The keys
    ///     of snapshot and timestamp are never encrypted: nobody is there to type when a service starts
    /// @throws Problem if something is missing that the first start makes, or the folder cannot be written
    public static Home open(Path folder, Optional<Passwords> password, Instant now) throws Problem {
        Path absolute = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
        } catch (IOException e) {
            throw Problem.storage("cannot be made: " + e.getMessage()).where(folder).because(e);
        }
        Store store = Stores.open(absolute.resolve("repository"));
        try {
            List<String> made = Repository.read(store).isEmpty() ? found(absolute, store, password, now) : List.of();
            finish(absolute);
            return new Home(absolute, store, made);
        } catch (Problem e) {
            store.close();
            throw e;
        }
    }

    private static List<String> found(Path folder, Store store, Optional<Passwords> password, Instant now) throws Problem {
        if (Files.exists(folder.resolve("keys"))) {
            throw Problem.usage("there are keys and no repository").where(folder)
                    .hint("restore its folder `repository`, or name an empty folder");
        }
        Path fresh = folder.resolve("keys.new");
        try (Secret secret = password.isPresent() ? password.get().get("the new keys in " + folder.resolve("keys"), Passwords.Use.CHOOSE) : null;
                var people = new KeyFolder(fresh, Scheme.ED25519, secret); var machines = new KeyFolder(fresh, Scheme.ED25519, null);
                var ring = new KeyRing(List.of(), Passwords.none(), Map.of(), folder).lend(people).lend(machines)) {
            deleteAll(fresh);
            var founding = new Founding(true, false, Lifetimes.DEFAULT, Map.of());
            var advice = new ArrayList<>(founding.makeKeys(people, PEOPLE));
            advice.addAll(founding.makeKeys(machines, MACHINES));
            Repository empty = Repository.read(store);
            new Desk(empty, Optional.empty(), ring, now, false).finish(founding.proposal(empty, now), "new repository");
            return advice;
        }
    }

    private static void deleteAll(Path folder) throws Problem {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw Problem.storage("cannot be swept: " + e.getMessage()).where(folder).because(e);
        }
    }

    private static void finish(Path folder) throws Problem {
        Path fresh = folder.resolve("keys.new");
        Path keys = folder.resolve("keys");
        try {
            if (Files.exists(fresh) && !Files.exists(keys)) {
                Durable.move(fresh, keys);
            }
        } catch (IOException e) {
            throw Problem.storage("cannot be renamed: " + e.getMessage()).where(fresh).because(e);
        }
    }

    /// What to do with the keys that this start has made, one line for each role; empty if it has made none.
    public List<String> made() {
        return made;
    }

    public Path keys() {
        return folder.resolve("keys");
    }

    public Path repository() {
        return folder.resolve("repository");
    }

    /// Starts the service; [#close] ends it.
    public Service start(Listener listener, ServiceLimits limits, Clocks clocks, PrintStream log) throws Problem {
        return start(listener, limits, clocks, log, Releases.CHECKED);
    }

    /// Takes the address, and starts the service there.
    public Service start(InetSocketAddress listen, ServiceLimits limits, Clocks clocks, PrintStream log) throws Problem {
        return start(listen, limits, clocks, log, Releases.CHECKED);
    }

    Service start(InetSocketAddress listen, ServiceLimits limits, Clocks clocks, PrintStream log, Releases releases) throws Problem {
        Listener listener = Listener.bind(listen, limits);
        try {
            return start(listener, limits, clocks, log, releases);
        } catch (Problem e) {
            listener.close();
            throw e;
        }
    }

    private Service start(Listener listener, ServiceLimits limits, Clocks clocks, PrintStream log, Releases releases) throws Problem {
        Signer snapshot = signer("snapshot");
        Signer timestamp = signer("timestamp");
        Freshness freshness = freshness(store, folder.resolve("work").resolve("mark"), timestamp, clocks);
        service = Service.start(new Service.Config(listener, store, Service.files(repository()),
                folder.resolve("work"), List.of(snapshot), Optional.of(freshness), limits, clocks.wall(), log), releases);
        return service;
    }

    private Signer signer(String name) throws Problem {
        Signer signer = Signers.open(keys().resolve(name + ".pem").toString(), Passwords.none());
        signers.add(signer);
        return signer;
    }

    /// A timestamp authority in this process, with its own mark, as if it were elsewhere.
    ///
    /// @param mark folder of what it remembers
    static Freshness freshness(Store store, Path mark, Signer key, Clocks clocks) throws Problem {
        byte[] first = store.read("metadata/1.root.json").orElseThrow(() -> Problem.no("a file of the repository is missing")
                .where("metadata/1.root.json").hint("restore it from a mirror of the repository"));
        try {
            var authority = TimestampAuthority.open(mark, first, List.of(key), clocks, TimestampAuthority.Margins.DEFAULT);
            return new Freshness() {
                @Override
                public byte[] timestamp(byte[] snapshot, byte[] newest, byte[] current) throws Problem, Refusal {
                    return authority.sign(snapshot, version -> root(store, newest, version), Optional.of(current));
                }

                @Override
                public void look() throws Problem, Refusal {
                    authority.look();
                }

                @Override
                public void look(byte[] newRoot) throws Problem, Refusal {
                    authority.look(newRoot);
                }
            };
        } catch (Refusal e) {
            throw Problem.no(e.line()).hint("restore the repository from a mirror").because(e);
        }
    }

    private static Optional<byte[]> root(Store store, byte[] newest, long version) throws Problem {
        Optional<byte[]> published = store.read("metadata/" + version + ".root.json");
        return published.isPresent() || Service.rootVersion(newest) != version ? published : Optional.of(newest);
    }

    @Override
    public void close() throws Problem {
        if (service != null) {
            service.close();
        }
        signers.forEach(Signer::close);
        store.close();
    }
}
