package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.tuf.RoleName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DifferenceTest {
    @TempDir
    Path folder;
    private Site site;

    @BeforeEach
    void create() throws Exception {
        site = new Site(DirectoryStore.open(folder.resolve("site"))).create().withRole("hello");
        site.publish(site.edit().add(Site.target("hello/1/f", folder, "one"), Optional.empty()));
    }

    private List<String> changes(Proposal proposal, String role) throws Exception {
        return Difference.of(proposal).files().stream().filter(f -> f.role().text().equals(role))
                .flatMap(f -> f.changes().stream())
                .map(c -> c.sign() + " " + c.text()).toList();
    }

    @Test
    void whoGainsWhat() throws Exception {
        TestKey frank = TestKey.of("frank");
        String id = frank.key().keyid().substring(0, 8) + "…";
        String dora = "dora (" + site.maintainer.key().keyid().substring(0, 8) + "…)";
        assertEquals(List.of("+ key frank (" + id + ") ed25519 may sign role targets",
                "- key " + dora + " ed25519 may no more sign role targets"),
                changes(site.edit().keys(RoleName.TARGETS, List.of(frank.holder()), List.of(site.maintainer.key()),
                OptionalInt.empty()).proposal(), "root"));
        assertEquals(List.of("+ key frank (" + id + ") ed25519 may sign role hello", "~ role hello is signed by 1 of 1 → 2 of 2"),
                changes(site.edit().keys(new RoleName("hello"), List.of(frank.holder()), List.of(), OptionalInt.of(2))
                .proposal(), "targets"));
        assertEquals(List.of("- role hello may sign nothing any more, was hello/*/*"),
                changes(site.edit().undelegate(new RoleName("hello")).proposal(), "targets"));
        assertEquals(List.of("+ role team may sign team/*/*, and no later role may",
                "+ key frank (" + id + ") ed25519 may sign role team", "+ role team is signed by 1 of 1"),
                changes(site.edit().delegate(RoleName.TARGETS, "team", List.of("team/*/*"), List.of(), true,
                new Editor.Keys(List.of(frank.holder()), 1)).proposal(), "targets"));
        assertEquals(List.of("+ 4 bins bin-0 to bin-3 may sign all targets",
                "+ key frank (" + id + ") ed25519 may sign every bin", "+ each bin is signed by 1 of 1"),
                changes(site.edit().undelegate(new RoleName("hello"))
                .delegate(RoleName.TARGETS, "x", List.of("x"), List.of(), false, new Editor.Keys(List.of(frank.holder()), 1))
                        .delegateBins(new RoleName("x"), 2, "bin", new Editor.Keys(List.of(frank.holder()), 1)).proposal(), "x"));
    }

    @Test
    void targetsThatComeGoAndChange() throws Exception {
        Editor editor = site.edit().add(Site.target("hello/1/f", folder, "two!"), Optional.empty())
                .add(Site.target("hello/2/f", folder, "three"), Optional.empty());
        List<String> lines = changes(editor.proposal(), "hello");
        assertEquals(2, lines.size());
        assertTrue(lines.get(0).startsWith("~ target hello/1/f: 3 bytes, sha256 ")
                && lines.get(0).contains(" → 4 bytes, sha256 "), lines::toString);
        assertTrue(lines.get(1).startsWith("+ target hello/2/f: 5 bytes, sha256 "), lines::toString);
        assertEquals(List.of("- target hello/1/f"), changes(site.edit().remove(new dev.repro.tuf.TargetName("hello/1/f"),
                Optional.empty()).proposal(), "hello"));
    }

    /// Changes one place after the other of what is signed, however deep, and sees that the difference is never empty.
    @Test
    void nothingThatIsSignedGoesUnseen() throws Exception {
        Proposal all = site.edit().renew(RoleName.ROOT).renew(RoleName.TARGETS).renew(new RoleName("hello")).proposal();
        int tried = 0;
        for (RoleName role : all.roles()) {
            assertEquals(List.of(), changes(all, role.text()));
            Json.Obj signed = all.parts().get(role).signed();
            for (Json.Obj other : others(signed)) {
                Optional<Proposal> changed = with(all, role, other);
                if (changed.isPresent()) {
                    tried++;
                    assertFalse(changes(changed.get(), role.text()).isEmpty(),
                            role + ": " + dev.repro.base.JsonText.compact(other));
                }
            }
        }
        assertTrue(tried > 60, "places changed: " + tried);
    }

    private static Optional<Proposal> with(Proposal proposal, RoleName role, Json.Obj signed) {
        try {
            var parts = new LinkedHashMap<RoleName, Envelope>(proposal.parts());
            parts.put(role, Envelope.unsigned(signed));
            var changed = new Proposal(proposal.base(), parts, new TreeMap<>());
            changed.part(role);
            return Optional.of(changed);
        } catch (dev.repro.base.Problem | IllegalStateException e) {
            return Optional.empty(); // not metadata any more
        }
    }

    // Every value changed once, every member taken away once, a member added to every object. Version and expiry stand in the
    // title.
    private static List<Json.Obj> others(Json.Obj signed) throws JsonParser.SyntaxException {
        var out = new java.util.ArrayList<Json.Obj>();
        for (String name : signed.members().keySet()) {
            if (!name.equals("version") && !name.equals("expires")) {
                values(signed.members().get(name)).forEach(v -> out.add(signed.with(name, v)));
                out.add(signed.without(name));
            }
        }
        out.add(signed.with("x-new", 1));
        return out;
    }

    private static List<Json> values(Json value) {
        var out = new java.util.ArrayList<Json>();
        switch (value) {
            case Json.Obj(Map<String, Json> members) -> {
                var object = new Json.Obj(members);
                members.forEach((name, member) -> {
                    values(member).forEach(v -> out.add(object.with(name, v)));
                    out.add(object.without(name));
                });
                out.add(object.with("x-new", "y"));
            }
            case Json.Arr(List<Json> items) -> {
                for (int i = 0; i < items.size(); i++) {
                    var copy = new java.util.ArrayList<>(items);
                    for (Json v : values(items.get(i))) {
                        copy.set(i, v);
                        out.add(new Json.Arr(copy));
                    }
                    copy.remove(i);
                    out.add(new Json.Arr(copy));
                }
            }
            case Json.Str(String s) -> out.add(new Json.Str(s + "z"));
            case Json.Int(long n) -> out.add(new Json.Int(n + 1));
            case Json.Bool(boolean b) -> out.add(new Json.Bool(!b));
            default -> throw new IllegalStateException();
        }
        return out;
    }
}
