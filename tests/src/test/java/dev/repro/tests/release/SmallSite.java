package dev.repro.tests.release;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.MemoryStore;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.Updater;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Publisher;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A repository of one key a role, whose keys are files in a folder, so that other processes have them too.
final class SmallSite {
    private static final List<String> ROLES = List.of("root", "targets", "snapshot", "timestamp");

    private final Path folder;
    private final Map<String, Signer> signers = new LinkedHashMap<>();

    private SmallSite(Path folder) {
        this.folder = folder;
    }

    /// Makes the keys.
    static SmallSite make(Path folder) throws Problem, IOException {
        Files.createDirectories(folder);
        for (String role : ROLES) {
            try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom())) {
                key.write(folder.resolve(role + ".pem"), null);
            }
        }
        return load(folder);
    }

    static SmallSite load(Path folder) throws Problem {
        var site = new SmallSite(folder);
        for (String role : ROLES) {
            site.signers.put(role, Signers.open(folder.resolve(role + ".pem").toString(), Passwords.none()));
        }
        return site;
    }

    Signer signer(String role) {
        return signers.get(role);
    }

    Path key(String role) {
        return folder.resolve(role + ".pem");
    }

    SmallSite create(Store store) throws Problem {
        var keys = new LinkedHashMap<RoleName, Editor.Keys>();
        signers.forEach((role, signer) -> keys.put(new RoleName(role), new Editor.Keys(List.of(new KeyHolder(signer.key(), "")), 1)));
        publish(Editor.create(Repository.read(store), keys, true, false, Lifetimes.DEFAULT, Instant.now()));
        return this;
    }

    /// Publishes a target.
    void add(Store store, String target, String content) throws Problem, IOException {
        publish(adding(store, target, content));
    }

    /// What [#publish] takes.
    Editor adding(Store store, String target, String content) throws Problem, IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "target", ""), content);
        return Editor.of(Repository.read(store), Instant.now()).add(Map.of(new TargetName(target), new Editor.Addition(Blob.of(file), Json.object())),
                Optional.empty());
    }

    void publish(Editor editor) throws Problem {
        List<Signer> all = new ArrayList<>(signers.values());
        new Publisher(all, Instant.now()).publish(Signing.sign(editor.proposal(), all), "test");
    }

    /// What a client that begins with the first root finds under a name.
    static String read(Store store, String target) throws Refusal, Problem {
        var trusted = new MemoryStore();
        Updater.begin(trusted, store.read("metadata/1.root.json").orElseThrow(), Limits.DEFAULT);
        var found = new Updater(new StoreRemote(store), trusted, Limits.DEFAULT).refresh(Instant.now()).find(new TargetName(target));
        String path = URLDecoder.decode(found.name().url(found.file().hashes().get("sha256")), StandardCharsets.UTF_8);
        byte[] bytes = store.read("targets/" + path).orElseThrow();
        if (!dev.repro.base.Digest.of(bytes).hex().equals(found.file().hashes().get("sha256"))) {
            throw new AssertionError("other bytes at " + path);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private record StoreRemote(Store store) implements Remote {
        @Override
        public Optional<byte[]> get(String path, int most) throws Problem {
            return store.read("metadata/" + path);
        }

        @Override
        public Optional<Body> open(String path, long from) throws Problem {
            return get(path, Integer.MAX_VALUE).map(b -> new Body(0, new ByteArrayInputStream(b)));
        }

        @Override
        public String describe(String path) {
            return path;
        }
    }
}
