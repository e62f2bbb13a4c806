package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A repository with all its keys at hand.
final class Site {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    final TestKey root1;
    final TestKey root2;
    final TestKey root3;
    final TestKey maintainer;
    final TestKey snapshot;
    final TestKey timestamp;
    final TestKey author;
    final List<Signer> all;
    final Store store;

    Site(Store store) {
        this.store = store;
        this.root1 = TestKey.of("alice");
        this.root2 = TestKey.of("bob");
        this.root3 = TestKey.of("carol");
        this.maintainer = TestKey.of("dora");
        this.snapshot = TestKey.of("");
        this.timestamp = TestKey.of("");
        this.author = TestKey.of("erin");
        this.all = new ArrayList<>(List.of(root1, root2, root3, maintainer, snapshot, timestamp, author));
    }

    /// The same keys, another store.
    Site(Store store, Site other) {
        this.store = store;
        this.root1 = other.root1;
        this.root2 = other.root2;
        this.root3 = other.root3;
        this.maintainer = other.maintainer;
        this.snapshot = other.snapshot;
        this.timestamp = other.timestamp;
        this.author = other.author;
        this.all = other.all;
    }

    Map<RoleName, Editor.Keys> keys() {
        return Map.of(RoleName.ROOT, new Editor.Keys(List.of(root1.holder(), root2.holder(), root3.holder()), 2),
                RoleName.TARGETS, new Editor.Keys(List.of(maintainer.holder()), 1),
                RoleName.SNAPSHOT, new Editor.Keys(List.of(snapshot.holder()), 1),
                RoleName.TIMESTAMP, new Editor.Keys(List.of(timestamp.holder()), 1));
    }

    Site create() throws Problem {
        return create(true, false);
    }

    Site create(boolean consistent, boolean tough) throws Problem {
        publish(Editor.create(Repository.read(store), keys(), consistent, tough, Lifetimes.DEFAULT, NOW));
        return this;
    }

    Editor edit() throws Problem {
        return Editor.of(Repository.read(store), NOW);
    }

    Publisher.Outcome publish(Editor editor) throws Problem {
        return new Publisher(all, NOW).publish(Signing.sign(editor.proposal(), all), "test");
    }

    /// A delegated role with one key, the author's.
    Site withRole(String name) throws Problem {
        publish(edit().delegate(RoleName.TARGETS, name, List.of(name + "/*/*"), List.of(), false,
                new Editor.Keys(List.of(author.holder()), 1)));
        return this;
    }

    static Map<TargetName, Editor.Addition> target(String name, Path folder, String content) throws IOException, Problem {
        Path file = Files.writeString(folder.resolve("blob-"
                + Digest.of(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hex()), content);
        return Map.of(new TargetName(name), new Editor.Addition(Blob.of(file), Json.object()));
    }

    static Map<TargetName, Editor.Addition> unseen(String name, int length) {
        var blob = new Blob(Path.of("nowhere"), length, Digest.of(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return Map.of(new TargetName(name), new Editor.Addition(blob, Json.object()));
    }

    static Optional<RoleName> anyRole() {
        return Optional.empty();
    }
}
