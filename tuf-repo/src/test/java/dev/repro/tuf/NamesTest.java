package dev.repro.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Patterns, prefixes and bins of target paths; names of roles and targets as files and URLs.
class NamesTest {

    @ParameterizedTest
    @CsvSource({
        "*, a, true", "*, '', true", "*, a/b, false", "a/*, a/b, true", "a/*, a/, true", "a/*, a, false", "a/*, a/b/c, false",
        "*/*, a/b, true", "a?, ab, true", "a?, a, false", "a?c, a/c, false", "A, a, false", "a*b*c, aXbYbZc, true", "a*b*c, aXbYbZ, false",
        "**, ab, true", "[a], a, false", "[a], [a], true", "a.b, aXb, false", "\\*, \\x, true", "'', '', true", "'', a, false",
        "foo-?.tgz, foo-1.tgz, true", "foo-?.tgz, foo-alpha.tgz, false", "*.md, README.md, true", "*.md, d/README.md, false",
        "/a, a, false", "a/, a, false"})
    void patterns(String glob, String path, boolean matches) {
        assertEquals(matches, new PathPattern(glob).matches(new TargetName(path)));
    }

    @Test
    void aPatternTakesNoExponentialTime() {
        assertEquals(false, new PathPattern("*a".repeat(200) + "b").matches(new TargetName("a".repeat(50_000))));
    }

    /// `printf a | sha256sum` begins with ca978112, `printf b | sha256sum` with 3e23e816.
    @ParameterizedTest
    @CsvSource({
        "1, bin-1, bin-0",
        "2, bin-3, bin-0",
        "3, bin-6, bin-1",
        "4, bin-c, bin-3",
        "5, bin-19, bin-07",
        "8, bin-ca, bin-3e",
        "10, bin-32a, bin-0f8",
        "14, bin-32a5, bin-0f88",
        "16, bin-ca97, bin-3e23",
        "32, bin-ca978112, bin-3e23e816"})
    void bins(int bits, String a, String b) {
        var bins = new Delegations.Bins(new RoleKeys(new LinkedHashSet<>(), 1), bits, "bin");
        assertEquals(a, bins.binOf(new TargetName("a")).text());
        assertEquals(b, bins.binOf(new TargetName("b")).text());
        var delegations = new Delegations(Map.of(), List.of(), Optional.of(bins));
        assertTrue(delegations.keysOf(new RoleName(a)).isPresent());
        assertTrue(delegations.keysOf(bins.bin(bins.count() - 1)).isPresent());
        for (String none : List.of("bin-", "bin", "bin-0000000000", "bin-" + "g".repeat(a.length() - 4), "BIN" + a.substring(3), "bin-" + "A".repeat(a.length() - 4))) {
            assertTrue(delegations.keysOf(new RoleName(none)).isEmpty(), none);
        }
    }

    @Test
    void aBinBeyondTheLast() {
        var bins = new Delegations.Bins(new RoleKeys(new LinkedHashSet<>(), 1), 5, "b"); // b-00 to b-1f
        assertTrue(new Delegations(Map.of(), List.of(), Optional.of(bins)).keysOf(new RoleName("b-20")).isEmpty());
    }

    @Test
    void prefixes() {
        var role = new Delegations.Role(new RoleName("r"), new RoleKeys(new LinkedHashSet<>(), 1), false, List.of(), List.of("ca97811", "00"));
        assertTrue(role.covers(new TargetName("a")));
        assertEquals(false, role.covers(new TargetName("b")));
    }

    @ParameterizedTest
    @CsvSource({"a, a.json, 7.a.json", "?, %3F.json, 7.%3F.json", "../d, ..%2Fd.json, 7...%2Fd.json", "é b, %C3%A9%20b.json, 7.%C3%A9%20b.json",
        "100%, 100%25.json, 7.100%25.json", "a~-._, a~-._.json, 7.a~-._.json"})
    void filesOfRoles(String name, String plain, String versioned) {
        assertEquals(plain, new RoleName(name).file());
        assertEquals(versioned, new RoleName(name).file(7));
    }

    @Test
    void roleNamesFitAFileName() {
        new RoleName("x".repeat(RoleName.MAX_ENCODED));
        assertThrows(IllegalArgumentException.class, () -> new RoleName("x".repeat(RoleName.MAX_ENCODED + 1)));
        assertThrows(IllegalArgumentException.class, () -> new RoleName(""));
    }

    @ParameterizedTest
    @CsvSource({"a/b.hvt, a/HASH.b.hvt", "b, HASH.b", "a b/?#, a%20b/HASH.%3F%23", "a/b/c, a/b/HASH.c"})
    void urlsOfTargets(String name, String url) {
        assertEquals(url, new TargetName(name).url("HASH"));
        assertEquals(url.replace("HASH.", ""), new TargetName(name).url(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/.", "a\\b", "a\u0000b", "a\nb", "a\u007fb"})
    void targetsThatNoFileIsMadeFrom(String name) {
        assertTrue(new TargetName(name).problem().isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "...", "a/..b", ".hidden", "é", "a b", "%2e%2e/x"})
    void targetsThatAreFine(String name) {
        assertEquals(Optional.empty(), new TargetName(name).problem());
    }
}
