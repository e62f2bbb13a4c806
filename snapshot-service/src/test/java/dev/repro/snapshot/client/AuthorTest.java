package dev.repro.snapshot.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.tuf.repository.KeyHolder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An author's folder, teams, and what people type.
class AuthorTest {
    private static final URI SERVICE = URI.create("https://repo.example/");

    @TempDir
    Path home;

    private Places places() throws Problem {
        return Places.of(Map.of("HOME", home.toString()));
    }

    @Test
    void placesAreThoseOfXdg() throws Exception {
        assertEquals(new Places(home.resolve(".config/repro"), home.resolve(".local/state/repro")), places());
        assertEquals(new Places(Path.of("/c/repro"), home.resolve(".local/state/repro")),
                Places.of(Map.of("HOME", home.toString(), "XDG_CONFIG_HOME", "/c", "XDG_STATE_HOME", "relative")));
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> Places.of(Map.of())).exit());
    }

    @Test
    void anAuthorBeginsOnceAndKeepsTheKey() throws Exception {
        assertTrue(Author.find(places()).isEmpty());
        Author first = Author.begin(places(), new Author.Settings(SERVICE, Optional.empty()), Secret.owning("secret".toCharArray()));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(first.folder())));
        assertTrue(Files.readString(first.key().file()).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        PublicKey key = first.key().key();
        Author.begin(places(), new Author.Settings(URI.create("https://other.example/"), Optional.of("hello")), null);
        Author again = Author.require(places());
        assertEquals(key, again.key().key());
        assertEquals("hello", again.name(null));
        Author.Key second = again.addKey(null);
        assertTrue(second.file().endsWith("author-2.pem"));
        assertEquals(List.of(key, second.key()), again.keys().stream().map(Author.Key::key).toList());
    }

    @Test
    void theFirstNameIsTheUsualOne() throws Exception {
        Author author = Author.begin(places(), new Author.Settings(SERVICE, Optional.empty()), null);
        assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> author.name(null)).exit());
        author.remember("hello");
        assertEquals("hello", Author.require(places()).name(null));
        Author.require(places()).remember("other");
        assertEquals("hello", Author.require(places()).name(null));
    }

    @Test
    void damagedSettingsAreToldWithTheirFile() throws Exception {
        Author author = Author.begin(places(), new Author.Settings(SERVICE, Optional.empty()), null);
        Path file = author.folder().resolve("author.json");
        String good = Files.readString(file);
        for (String bad : List.of("", "{}", good.replace("https", "ftp"), good.replace("\"service\"", "\"servise\""),
                good.replace("{", "{\"more\": 1,"))) {
            Files.writeString(file, bad);
            Problem problem = assertThrows(Problem.class, () -> Author.find(places()));
            assertEquals(Problem.Exit.USAGE, problem.exit());
        }
    }

    private static KeyHolder member(String name) {
        try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom())) {
            return new KeyHolder(key.key(), name);
        }
    }

    @Test
    void aTeamIsReadAsItWasWritten() throws Exception {
        Team team = Team.of("crew", "2-of-3", List.of(member("alice"), member("bob"), member("carol")));
        assertEquals("2 of 3: alice, bob, carol", team.line());
        Path file = home.resolve("crew.team.json");
        team.write(file);
        assertEquals(team, Team.read(file));
        assertThrows(Problem.class, () -> team.write(file));
        Files.writeString(file, Files.readString(file).replace("\"threshold\": 2", "\"threshold\": 4"));
        assertEquals("the threshold is not one that the members can meet", assertThrows(Problem.class, () -> Team.read(file)).getMessage());
    }

    @Test
    void teamsThatAreNone() {
        KeyHolder alice = member("alice");
        KeyHolder bob = member("bob");
        for (String quorum : List.of("0-of-2", "3-of-2", "2", "two-of-two", "2-of-3", "2-OF-2")) {
            assertThrows(Problem.class, () -> Team.of("crew", quorum, List.of(alice, bob)), quorum);
        }
        Problem twice = assertThrows(Problem.class, () -> Team.of("crew", "2-of-2", List.of(alice, alice)));
        assertTrue(twice.getMessage().startsWith("a key stands twice"), twice::getMessage);
    }

    @Test
    void amountsOfMemory() throws Exception {
        assertEquals(64L << 20, Memory.parse("64M"));
        assertEquals(1L << 30, Memory.parse("1G"));
        assertEquals(512L << 10, Memory.parse("512K"));
        assertEquals(12345, Memory.parse("12345"));
        for (String bad : List.of("", "0", "64m", "-1M", "1.5G", "64 M", "9999999999999")) {
            assertThrows(Problem.class, () -> Memory.parse(bad), bad);
        }
    }

    @Test
    void urlsOfServices() throws Exception {
        assertEquals(URI.create("http://a:1/x/"), Trust.base(URI.create("http://a:1/x")));
        for (String bad : List.of("ftp://a/", "a", "http://u@a/", "http://a/?q", "http://a/#f")) {
            assertThrows(Problem.class, () -> Trust.base(URI.create(bad)), bad);
        }
        assertFalse(Trust.begun(places()).iterator().hasNext());
    }
}
