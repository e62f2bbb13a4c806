package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is done to a repository in whatever order, a client that has followed it from the start, and one that is new, find
/// every target.
class RandomEditsTest {
    private static final int STEPS = 30;

    @TempDir
    Path folder;
    private final TreeMap<String, String> expected = new TreeMap<>();
    private final List<String> packages = new ArrayList<>();
    private Site site;
    private Random random;
    private int added;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyClientFindsEveryTargetAfterEachStep(long seed) throws Exception {
        random = new Random(seed);
        site = new Site(DirectoryStore.open(folder.resolve("site"))).create(true, seed % 2 == 0);
        Client old = Client.of(site.store);
        for (int step = 0; step < STEPS; step++) {
            Editor editor = site.edit();
            String done = edit(editor, step);
            site.publish(editor);
            for (Client client : List.of(old, Client.of(site.store))) {
                var seen = client.refresh(Site.NOW);
                assertEquals(step + 2, seen.snapshot().timestamp().timestamp().get().version());
                for (var target : expected.entrySet()) {
                    var found = seen.find(new TargetName(target.getKey()));
                    assertEquals(target.getValue(), found.file().hashes().get("sha256"),
                            "seed " + seed + ", step " + step + ": " + done);
                    assertTrue(site.store.has("targets/" + found.name().url(target.getValue())), "its file is there");
                }
            }
        }
        assertTrue(added > 4, "the steps added " + added + " targets");
    }

    private String edit(Editor editor, int step) throws Exception {
        switch (random.nextInt(9)) {
            case 0 -> {
                String name = "p" + step;
                TestKey key = key();
                editor.delegate(RoleName.TARGETS, name, List.of(name + "/*/*"), List.of(), random.nextBoolean(),
                        new Editor.Keys(List.of(key.holder()), 1));
                packages.add(name);
                return "delegate " + name;
            }
            case 1 -> {
                RoleName role = random.nextBoolean() || packages.isEmpty() ? RoleName.ROOT
                        : new RoleName(packages.get(random.nextInt(packages.size())));
                editor.keys(role, List.of(key().holder()), List.of(), OptionalInt.empty());
                return "add a key to " + role;
            }
            case 2 -> {
                List<RoleName> roles = List.of(RoleName.SNAPSHOT, RoleName.TIMESTAMP, RoleName.TARGETS);
                RoleName role = roles.get(random.nextInt(3));
                Authority present = Authorities.of(Repository.read(site.store), role).orElseThrow();
                var first = present.keys().get(present.role().keyids().iterator().next()).usable().orElseThrow();
                editor.keys(role, List.of(key().holder()), List.of(first), OptionalInt.empty());
                return "rotate " + role;
            }
            case 3 -> {
                replaceRoot(editor);
                return "replace all root keys";
            }
            case 4 -> {
                if (!expected.isEmpty()) {
                    String name = expected.firstKey();
                    editor.remove(new TargetName(name), Site.anyRole());
                    expected.remove(name);
                    return "remove " + name;
                }
                editor.renew(RoleName.TARGETS);
                return "renew";
            }
            case 5 -> {
                editor.renew(RoleName.ROOT);
                return "renew root";
            }
            case 6 -> {
                if (!packages.isEmpty() && packages.size() > 2) {
                    String name = packages.removeFirst();
                    editor.undelegate(new RoleName(name));
                    expected.keySet().removeIf(t -> t.startsWith(name + "/"));
                    return "end " + name;
                }
                editor.lifetimes(java.util.Map.of("timestamp", 1 + random.nextInt(9) + "d"));
                return "lifetimes";
            }
            default -> {
                String content = "content " + random.nextInt(1000);
                String name = (packages.isEmpty() || random.nextInt(4) == 0 ? "top/"
                        : packages.get(random.nextInt(packages.size())) + "/1/") + "f" + random.nextInt(6);
                editor.add(Site.target(name, folder, content), Site.anyRole());
                expected.put(name, Digest.of(content.getBytes(StandardCharsets.UTF_8)).hex());
                added++;
                return "add " + name;
            }
        }
    }

    private void replaceRoot(Editor editor) throws Problem {
        Authority present = Authorities.of(Repository.read(site.store), RoleName.ROOT).orElseThrow();
        var old = present.role().keyids().stream().map(id -> present.keys().get(id).usable().orElseThrow()).toList();
        editor.keys(RoleName.ROOT, List.of(key().holder(), key().holder(), key().holder()), old, OptionalInt.of(2));
    }

    private TestKey key() {
        TestKey key = TestKey.of("k" + site.all.size());
        site.all.add(key);
        return key;
    }
}
