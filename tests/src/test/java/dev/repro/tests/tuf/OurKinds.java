package dev.repro.tests.tuf;

import dev.repro.base.Problem;
import dev.repro.keys.Scheme;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Editor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Repositories of ours, by what is special about them.
enum OurKinds {
    ED25519(Scheme.ED25519, true, OurKinds::plain),
    ECDSA(Scheme.ECDSA_P256, true, OurKinds::plain),
    RSA(Scheme.RSA_PSS_SHA256, true, OurKinds::plain),
    NOT_CONSISTENT(Scheme.ED25519, false, OurKinds::plain),
    DELEGATIONS(Scheme.ED25519, true, OurKinds::delegations),
    HASH_PREFIXES(Scheme.ECDSA_P256, true, OurKinds::hashPrefixes),
    BINS(Scheme.ED25519, true, OurKinds::bins),
    ROTATIONS(Scheme.ED25519, true, OurKinds::rotations),
    EXTENSIONS(Scheme.ED25519, true, OurKinds::extensions);

    private interface Publishing {
        void in(OurRepository repository) throws Problem, IOException;
    }

    private final Scheme scheme;
    private final boolean consistent;
    private final Publishing publishing;

    OurKinds(Scheme scheme, boolean consistent, Publishing publishing) {
        this.scheme = scheme;
        this.consistent = consistent;
        this.publishing = publishing;
    }

    Written write(Path folder) throws Problem, IOException {
        try (var repository = new OurRepository(Files.createDirectories(folder), scheme, consistent)) {
            publishing.in(repository);
            return repository.written();
        }
    }

    private static void plain(OurRepository r) throws Problem, IOException {
        var present = new LinkedHashMap<>(Map.of("a.txt", "one", "dir/sub/b.bin", "two".repeat(1000), "empty", ""));
        publishAll(r, present);
        r.state(Map.copyOf(present), List.of("none", "dir/none"));
        present.put("a.txt", "one, changed");
        present.put("c.txt", "three");
        publishAll(r, present);
        r.state(present, List.of("none"));
        r.publish(r.edit().remove(new TargetName("c.txt"), Optional.empty()));
        present.remove("c.txt");
        r.state(present, List.of("c.txt"));
    }

    private static void publishAll(OurRepository r, Map<String, String> targets) throws Problem, IOException {
        Editor editor = r.edit();
        for (var target : targets.entrySet()) {
            editor = r.add(editor, target.getKey(), target.getValue());
        }
        r.publish(editor);
    }

    // Order, a terminating role, two levels, thresholds, a role's keys changed.
    private static void delegations(OurRepository r) throws Problem, IOException {
        var first = new RoleName("first");
        var second = new RoleName("second");
        var third = new RoleName("third");
        Editor editor = r.edit();
        r.delegate(editor, RoleName.TARGETS, "first", List.of("a/*", "both/*"), List.of(), false, 2);
        r.delegate(editor, RoleName.TARGETS, "second", List.of("b/*", "both/*", "end/*"), List.of(), true, 1);
        r.delegate(editor, RoleName.TARGETS, "third", List.of("end/*", "c/*"), List.of(), false, 1);
        r.delegate(editor, first, "deep", List.of("a/deep-*"), List.of(), false, 1);
        r.add(editor, "a/deep-1", "deep", Optional.of(new RoleName("deep")));
        r.add(editor, "b/1", "second", Optional.of(second));
        r.add(editor, "c/1", "third", Optional.of(third));
        r.add(editor, "a/1", "first", Optional.of(first));
        r.add(editor, "both/x", "the first wins", Optional.of(first));
        r.add(editor, "end/z", "hidden behind a terminating role", Optional.of(third));
        r.publish(editor);
        var present = new LinkedHashMap<String, String>();
        present.put("a/deep-1", "deep");
        present.put("b/1", "second");
        present.put("c/1", "third");
        present.put("a/1", "first");
        present.put("both/x", "the first wins");
        r.state(present, List.of("end/z", "a/none", "a/x/y", "elsewhere"));
        r.publish(r.rotate(r.edit(), "second"));
        r.publish(r.add(r.edit(), "c/1", "third, changed", Optional.of(third)));
        var changed = new LinkedHashMap<>(present);
        changed.put("c/1", "third, changed");
        r.state(changed, List.of("end/z"));
    }

    private static void hashPrefixes(OurRepository r) throws Problem, IOException {
        Editor editor = r.edit();
        for (String half : List.of("01234567", "89abcdef")) {
            List<String> digits = half.chars().mapToObj(Character::toString).toList();
            r.delegate(editor, RoleName.TARGETS, "half-" + half.charAt(0), List.of(), digits, true, 1);
        }
        r.publish(editor);
        var present = new LinkedHashMap<String, String>();
        for (int i = 0; i < 8; i++) {
            present.put("file" + i, "content " + i);
        }
        publishAll(r, present);
        r.state(present, List.of("file8"));
    }

    private static void bins(OurRepository r) throws Problem, IOException {
        r.publish(r.edit().delegateBins(RoleName.TARGETS, 4, "bin", new Editor.Keys(List.of(r.newKey("bin")), 1)));
        var present = new LinkedHashMap<String, String>();
        for (int i = 0; i < 12; i++) {
            present.put("package" + i + "/image.hvt", "content " + i);
        }
        publishAll(r, present);
        r.state(Map.copyOf(present), List.of("package12/image.hvt"));
        r.publish(r.rotate(r.edit(), "bin"));
        publishAll(r, Map.of("package3/image.hvt", "changed"));
        present.put("package3/image.hvt", "changed");
        r.state(present, List.of());
    }

    // Every top-level key is replaced, one after the other and then all at once.
    private static void rotations(OurRepository r) throws Problem, IOException {
        publishAll(r, Map.of("a", "0"));
        r.state(Map.of("a", "0"), List.of());
        int n = 1;
        for (String role : List.of("timestamp", "snapshot", "targets", "root")) {
            r.publish(r.rotate(r.edit(), role));
            String content = Integer.toString(n++);
            publishAll(r, Map.of("a", content));
            r.state(Map.of("a", content), List.of("b"));
        }
        Editor all = r.edit();
        for (String role : List.of("timestamp", "snapshot", "targets", "root")) {
            r.rotate(all, role);
        }
        r.publish(all);
        r.state(Map.of("a", "4"), List.of());
    }

    // Roles that rotate their own keys (TAP 8) and must agree (TAP 3): others' clients follow the delegations, which old keys and new ones sign.
    private static void extensions(OurRepository r) throws Problem, IOException {
        var author = new RoleName("author");
        var rebuilder = new RoleName("rebuilder");
        Editor editor = r.edit();
        r.delegate(editor, RoleName.TARGETS, "author", List.of("a/*"), List.of(), false, 1);
        r.delegate(editor, RoleName.TARGETS, "rebuilder", List.of("a/*"), List.of(), false, 1);
        editor.agree(RoleName.TARGETS, "a", List.of("a/*"), List.of(author, rebuilder), 2);
        r.add(editor, "a/1", "one", Optional.of(author));
        r.add(editor, "a/1", "one", Optional.of(rebuilder));
        r.publish(editor);
        r.state(Map.of("a/1", "one"), List.of("a/2"));
        for (int i = 2; i < 4; i++) {
            r.publish(r.edit().rotate(author, new Editor.Keys(List.of(r.newKey("author"), r.newKey("author")), i - 1), true));
            Editor next = r.edit();
            r.add(next, "a/1", "changed " + i, Optional.of(author));
            r.add(next, "a/1", "changed " + i, Optional.of(rebuilder));
            r.publish(next);
            r.state(Map.of("a/1", "changed " + i), List.of("a/2"));
        }
    }
}
