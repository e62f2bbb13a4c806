package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Names that lead out of a folder: of roles, which may be any text, and of targets.
class PathEscapeTest extends Attack {
    private static final List<String> ROLES = List.of("../../evil", "/etc/evil", "..", ".", "a/../../b", "..\\evil",
            "%2e%2e%2fevil", "evil\0x", "evil\nx",
            "timestamp.json/../snapshot", "roots/2.root", ".lock", "é/ü", "?query", "#fragment", "a b", "C:\\evil", "-rf");
    private static final List<String> BAD_TARGETS = List.of("../../evil", "/etc/evil", "a/../../../evil", "..", "a/..", "./a",
            "a//b", "a/", "..\\evil", "evil\0",
            "evil\nx", "");
    private static final List<String> GOOD_TARGETS = List.of("%2e%2e%2fevil", "..evil", "...", "~root", "é/ü", "a b?c#d", "-rf",
            ".lock", ".hidden");

    private List<String> outside() throws Exception {
        return Folders.all(folder).stream().map(folder::relativize).map(Path::toString)
                .filter(f -> !f.isEmpty() && !f.startsWith("state") && !f.startsWith("downloads")).toList();
    }

    @Test
    void roles() throws Exception {
        var delegations = new java.util.ArrayList<Json>();
        for (String role : ROLES) {
            delegations.add(Forge.delegation(role, 1, List.of("of-role-" + ROLES.indexOf(role)), forge.author));
        }
        for (String role : ROLES) {
            String target = "of-role-" + ROLES.indexOf(role);
            Json.Obj file = forge.withTarget(Forge.header("targets").with("targets", Json.object()), target, "from "
                    + ROLES.indexOf(role));
            forge.write(role, file, forge.author);
        }
        forge.publish("targets", targets -> targets.with("delegations",
                Json.object("keys", Forge.keys(forge.author), "roles", delegations)), forge.targets);
        for (String role : ROLES) {
            int i = ROLES.indexOf(role);
            assertEquals("from " + i, victim.download("of-role-" + i), role);
        }
        assertEquals(List.of(), outside());
        try (var roots = Files.list(victim.state.resolve("roots")); var files = Files.list(victim.state)) {
            assertEquals(List.of(victim.state.resolve("roots/1.root.json")), roots.toList());
            assertEquals(List.of(victim.state.resolve("roots")), files.filter(Files::isDirectory).toList());
        }
        assertEquals(1, victim.kept("root"));
        assertEquals(2, victim.kept("snapshot"));
    }

    @Test
    void targets() throws Exception {
        for (String name : BAD_TARGETS) {
            forge.publish("targets", targets -> {
                Json.Obj listed = Json.object("length", 4, "hashes",
                        Json.object("sha256", dev.repro.base.Digest.of(Forge.bytes("evil"))));
                return targets.with("targets", Json.object(name, listed));
            }, forge.targets);
            victim.refusesTarget("target-bad-name", name);
            assertEquals(List.of(), outside(), name);
        }
        for (String name : GOOD_TARGETS) {
            forge.publish("targets", targets -> forge.withTarget(targets.with("targets", Json.object()), name, "of " + name),
                    forge.targets);
            assertEquals("of " + name, victim.download(name));
        }
        assertEquals(List.of(), outside());
        assertEquals(GOOD_TARGETS.size(), victim.downloaded().size());
    }

    /// A link in the place of a download, or of a file of the client's own: it is replaced, not followed.
    @Test
    void links() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious"), "mine");
        Files.createDirectories(victim.downloads);
        Files.createSymbolicLink(victim.downloads.resolve(Forge.TOP), precious);
        String part = "." + dev.repro.base.Digest.of(Forge.bytes("author's 1")) + ".part";
        Files.createSymbolicLink(victim.downloads.resolve(part), precious);
        assertEquals("top 1", victim.download(Forge.TOP));
        victim.failsTarget("", Forge.AUTHORS);
        Files.delete(victim.downloads.resolve(part));
        assertEquals("author's 1", victim.download(Forge.AUTHORS));
        Files.delete(victim.state.resolve("timestamp.json"));
        Files.createSymbolicLink(victim.state.resolve("timestamp.json"), precious);
        victim.refresh();
        assertEquals("mine", Files.readString(precious));
    }
}
