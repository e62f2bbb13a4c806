package dev.repro.tests.tuf;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.DirectoryStore;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Publisher;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A repository of ours, all of whose keys are of one scheme and at hand, and the states that others shall read.
final class OurRepository implements AutoCloseable {
    private final Path folder;
    private final Path site;
    private final Scheme scheme;
    private final Store store;
    private final SecureRandom random = new SecureRandom();
    private final List<PrivateKey> keys = new ArrayList<>();
    private final List<Signer> signers = new ArrayList<>();
    private final Map<String, PrivateKey> roleKeys = new LinkedHashMap<>();
    private final List<Written.State> states = new ArrayList<>();

    /// @param consistent snapshots, with targets under the names that tough asks for as well
    OurRepository(Path folder, Scheme scheme, boolean consistent) throws Problem {
        this.folder = folder;
        this.scheme = scheme;
        site = folder.resolve("site");
        store = DirectoryStore.open(site);
        var top = new LinkedHashMap<RoleName, Editor.Keys>();
        for (RoleName role : List.of(RoleName.ROOT, RoleName.TARGETS, RoleName.SNAPSHOT, RoleName.TIMESTAMP)) {
            top.put(role, new Editor.Keys(List.of(newKey(role.text())), 1));
        }
        publish(Editor.create(Repository.read(store), top, consistent, consistent, Lifetimes.DEFAULT, Instant.now()));
    }

    /// Makes a key that signs from now on, and is the one that [#rotate] takes from this role.
    KeyHolder newKey(String role) {
        PrivateKey key = PrivateKey.generate(scheme, random);
        keys.add(key);
        signers.add(key.signer());
        roleKeys.put(role, key);
        return new KeyHolder(key.key(), role + " " + keys.size());
    }

    Editor edit() throws Problem {
        return Editor.of(Repository.read(store), Instant.now());
    }

    void publish(Editor editor) throws Problem {
        new Publisher(signers, Instant.now()).publish(Signing.sign(editor.proposal(), signers), "");
    }

    /// A new key in place of a role's one.
    Editor rotate(Editor editor, String role) throws Problem {
        PrivateKey old = roleKeys.get(role);
        return editor.keys(new RoleName(role), List.of(newKey(role)), List.of(old.key()), OptionalInt.empty());
    }

    /// A role below another, which some number of keys of its own must sign.
    Editor delegate(Editor editor, RoleName by, String name, List<String> paths, List<String> prefixes, boolean terminating,
            int threshold) throws Problem {
        var holders = new ArrayList<KeyHolder>();
        for (int i = 0; i < threshold; i++) {
            holders.add(newKey(name));
        }
        return editor.delegate(by, name, paths, prefixes, terminating, new Editor.Keys(holders, threshold));
    }

    Editor add(Editor editor, String target, String content) throws Problem, IOException {
        return add(editor, target, content, Optional.empty());
    }

    Editor add(Editor editor, String target, String content, Optional<RoleName> role) throws Problem, IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "target", ""), content);
        return editor.add(Map.of(new TargetName(target), new Editor.Addition(Blob.of(file), Json.object())), role);
    }

    /// Keeps what is published now as the next state.
    void state(Map<String, String> present, List<String> absent) throws IOException {
        Path state = folder.resolve(Integer.toString(states.size() + 1));
        for (String part : List.of("metadata", "targets")) {
            try (var files = Files.walk(site.resolve(part))) {
                for (Path file : files.toList()) {
                    Files.createDirectories(state);
                    Files.copy(file, state.resolve(site.relativize(file)));
                }
            }
        }
        states.add(new Written.State(state, present, absent));
    }

    Written written() {
        return new Written(site.resolve("metadata/1.root.json"), List.copyOf(states));
    }

    @Override
    public void close() throws Problem {
        keys.forEach(PrivateKey::close);
        store.close();
    }
}
