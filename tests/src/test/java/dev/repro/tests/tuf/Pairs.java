package dev.repro.tests.tuf;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Publisher;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A publisher of our own, who publishes pairs of targets that carry the same number, each in a role of its own.
final class Pairs {
    static final Instant NOW = Forge.NOW;
    static final List<String> NAMES = List.of("a.hvt", "b.hvt");

    private final Path site;
    private final Pens pens;
    private final List<Signer> signers;

    Pairs(Path site, Pens pens) {
        this.site = site;
        this.pens = pens;
        this.signers = List.copyOf(pens.all().values());
    }

    private Store store() throws Problem {
        return Stores.open(site);
    }

    Pairs create(boolean consistent) throws Problem {
        var keys = new LinkedHashMap<RoleName, Editor.Keys>();
        pens.all().forEach((role, pen) -> keys.put(new RoleName(role),
                new Editor.Keys(List.of(new KeyHolder(pen.key(), "")), 1)));
        try (Store store = store()) {
            publish(Editor.create(Repository.read(store), keys, consistent, false, Lifetimes.DEFAULT, NOW)
                    .delegate(RoleName.TARGETS, "second", List.of("b.*"), List.of(), false, keys.get(RoleName.TARGETS)));
        }
        return this;
    }

    void publish(long number) throws Problem, IOException {
        Path folder = Files.createTempDirectory(site.getParent(), "blobs");
        var targets = new LinkedHashMap<TargetName, Editor.Addition>();
        for (String name : NAMES) {
            Path blob = Files.writeString(folder.resolve(name), name + " " + number);
            targets.put(new TargetName(name), new Editor.Addition(Blob.of(blob), Json.object("number", number)));
        }
        try (Store store = store()) {
            publish(Editor.of(Repository.read(store), NOW).add(targets, Optional.empty()));
        }
        Folders.delete(folder);
    }

    private void publish(Editor editor) throws Problem {
        new Publisher(signers, NOW).publish(Signing.sign(editor.proposal(), signers), "test");
    }

    /// What a client must find at a number.
    static Map<String, String> contents(long number) {
        return Map.of(NAMES.get(0), NAMES.get(0) + " " + number, NAMES.get(1), NAMES.get(1) + " " + number);
    }
}
