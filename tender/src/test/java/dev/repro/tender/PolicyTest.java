package dev.repro.tender;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTest {
    private static final String ROOT = "0".repeat(64);
    private static final String HEAD = "schema = \"repro.policy.v1\"\nversion = 3\n";
    private static final String REPOSITORY = "[repository]\nurl = \"http://h/\"\nroot_sha256 = \"" + ROOT + "\"\n";

    @TempDir
    Path folder;

    private Policy parse(String text) throws Problem {
        return Policy.parse(text.getBytes(StandardCharsets.UTF_8), folder.resolve("policy.toml"));
    }

    private void wrong(String text, String place, String words) {
        Problem problem = assertThrows(Problem.class, () -> parse(text));
        assertEquals(Problem.Exit.USAGE, problem.exit());
        String all = problem.line() + " " + problem.hint();
        assertTrue(all.contains("policy.toml:" + place + ":"), all);
        assertTrue(all.contains(words), all);
    }

    @Test
    void everyKeyHasItsMeaning() throws Exception {
        Policy policy = parse(HEAD + "mode = \"audit\"\n" + REPOSITORY + """
                refresh = "never"
                grace = "12h"
                [limits]
                memory_max = "512M"
                [[package]]
                name = "hello"
                roles = ["team"]
                minimum = "1.0.0"
                targets = ["hvt", "spt"]
                memory_max = "64MiB"
                taps = ["tap*"]
                blocks = ["/srv/disks/*"]
                users = ["alice"]
                groups = ["www"]
                [[package]]
                name = "web-*"
                [[tender]]
                target = "hvt"
                path = "builtin"
                [[tender]]
                target = "spt"
                path = "/usr/bin/solo5-spt"
                sha256 = "%s"
                """.formatted(ROOT));
        assertTrue(policy.audit());
        assertFalse(policy.repository().refresh());
        assertEquals(Duration.ofHours(12), policy.repository().grace());
        assertEquals(512L << 20, policy.memoryMax().getAsLong());
        assertEquals(64L << 20, policy.of("hello").orElseThrow().memoryMax().getAsLong());
        assertEquals("web-*", policy.of("web-shop").orElseThrow().name());
        assertTrue(policy.of("other").isEmpty());
        assertTrue(policy.tenders().getFirst().builtin());
    }

    @Test
    void whatIsMistypedIsToldWithItsPlaceAndWhatWasMeant() {
        wrong(HEAD + REPOSITORY + "grce = \"0s\"\n", "6:1", "did you mean `grace`?");
        wrong(HEAD + REPOSITORY + "[[package]]\nname = \"a\"\ntap = []\n", "8:1", "did you mean `taps`?");
        wrong(HEAD + "mod = \"audit\"\n" + REPOSITORY, "3:1", "did you mean `mode`?");
        wrong(HEAD + "mode = \"audi\"\n" + REPOSITORY, "3:1", "`enforce` or `audit`");
        wrong("schema = \"repro.policy.v2\"\nversion = 1\n" + REPOSITORY, "1:1", "repro.policy.v1");
        wrong("schema = \"repro.policy.v1\"\nversion = 0\n" + REPOSITORY, "2:1", "at least 1");
        wrong(HEAD + REPOSITORY + "grace = \"31d\"\n", "6:1", "30 days");
        wrong(HEAD + REPOSITORY + "root = \"r.json\"\n", "6:1", "either `root_sha256` or `root`");
        wrong(HEAD + REPOSITORY + "[votes]\nneed = 2\n", "6:1", "comes later");
        wrong(HEAD + "log = \"x\"\n" + REPOSITORY, "3:1", "comes later");
        wrong(HEAD + REPOSITORY + "[[package]]\nname = \"A\"\n", "7:1", "package");
        wrong(HEAD + REPOSITORY + "[[package]]\nname = \"a\"\nblocks = [\"disks/*\"]\n", "8:11", "absolute");
        wrong(HEAD + REPOSITORY + "[[tender]]\ntarget = \"hvt\"\npath = \"solo5-hvt\"\n", "8:1", "absolute");
        wrong(HEAD + REPOSITORY + "[[tender]]\ntarget = \"spt\"\npath = \"builtin\"\n", "8:1", "for hvt");
        wrong(HEAD + REPOSITORY + "[[tender]]\ntarget = \"hvt\"\npath = \"/x\"\nsha256 = \"12\"\n", "9:1", "64 hexadecimal digits");
        wrong(HEAD + REPOSITORY + "[operator]\nrequired = true\n", "7:1", "no key");
        wrong(HEAD + REPOSITORY + "[operator]\nkeys = [\"missing.pub\"]\n", "7:9", "cannot be used");
    }

    @Test
    void aPatternsStarIsAnyRun() {
        assertTrue(new Glob("*").matches(""));
        assertTrue(new Glob("tap*").matches("tap0"));
        assertFalse(new Glob("tap*").matches("xtap0"));
        assertTrue(new Glob("a*b*c").matches("a-b-b-c"));
        assertFalse(new Glob("a*bc*bc").matches("abc"));
        assertFalse(new Glob("ab*ba").matches("aba"));
        assertFalse(new Glob("tap0").matches("tap01"));
        assertTrue(new Glob("/srv/*").matches("/srv/a/b"));
    }

    @Test
    void aSignedPolicyNeverGoesBack() throws Exception {
        State state = State.at(folder.resolve("state"), Sys.euid());
        Path file = folder.resolve("policy.toml");
        Files.writeString(folder.resolve("operator.pub"), Site.OPERATOR.key().pem());
        String operator = "[operator]\nkeys = [\"operator.pub\"]\nrequired = true\n";
        write(file, HEAD + operator + REPOSITORY);
        denied("policy-unsigned", file, state);
        PolicyFile.sign(file, Site.OPERATOR);
        assertEquals(3, PolicyFile.load(file, state, Sys.euid()).version());

        write(file, HEAD.replace("3", "4") + operator + REPOSITORY);
        denied("policy-unsigned", file, state);
        PolicyFile.sign(file, Site.KEY);
        denied("policy-unsigned", file, state);
        PolicyFile.sign(file, Site.OPERATOR);
        assertEquals(4, PolicyFile.load(file, state, Sys.euid()).version());

        write(file, HEAD + REPOSITORY); // without operator: as somebody would who may write it and has no key
        denied("policy-unsigned", file, state);
        write(file, HEAD + operator + REPOSITORY);
        PolicyFile.sign(file, Site.OPERATOR);
        denied("policy-rollback", file, state);
        write(file, HEAD.replace("3", "4") + operator + REPOSITORY + "grace = \"1s\"\n");
        PolicyFile.sign(file, Site.OPERATOR);
        denied("policy-rollback", file, state);
    }

    private static void write(Path file, String text) throws Exception {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static void denied(String name, Path file, State state) {
        Denied denied = assertThrows(Denied.class, () -> PolicyFile.load(file, state, Sys.euid()));
        assertEquals(name, denied.name(), denied::line);
        assertEquals(63, denied.code());
    }

    @Test
    void whatOthersMayWriteIsNotReliedOn() throws Exception {
        State state = State.at(folder.resolve("state"), Sys.euid());
        Path file = folder.resolve("policy.toml");
        denied("policy-missing", file, state);
        write(file, HEAD + REPOSITORY);
        PolicyFile.load(file, state, Sys.euid());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> PolicyFile.load(file, state, Sys.euid())).exit());
        Files.setPosixFilePermissions(state.folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> State.at(state.folder(), Sys.euid())).exit());
        Files.setPosixFilePermissions(state.folder(), PosixFilePermissions.fromString("rwx------"));
        assertEquals(Problem.Exit.ENVIRONMENT, assertThrows(Problem.class, () -> State.at(state.folder(), Sys.euid() + 1)).exit());
    }

    @Test
    void placesAreRootsOrOnesOwn() throws Exception {
        assertEquals(Path.of("/etc/repro/policy.toml"), PolicyFile.place(Map.of("HOME", "/root"), 0));
        assertEquals(Path.of("/h/.config/repro/policy.toml"), PolicyFile.place(Map.of("HOME", "/h"), 7));
        assertEquals(Path.of("/c/repro/policy.toml"), PolicyFile.place(Map.of("HOME", "/h", "XDG_CONFIG_HOME", "/c"), 7));
    }

    @Test
    void theFirstPolicyIsOneThatIsRead() throws Exception {
        Path tender = Files.writeString(folder.resolve("solo5-hvt"), "x");
        Files.setPosixFilePermissions(tender, PosixFilePermissions.fromString("rwxr-xr-x"));
        Policy policy = parse(PolicyDraft.text(URI.create("http://h:1/x"), new Digest(ROOT), folder.toString(), List.of("hello")));
        assertEquals(tender.toRealPath(), policy.tenders().getFirst().path().orElseThrow());
        assertEquals(Digest.of(tender), policy.tenders().getFirst().sha256().orElseThrow());
        assertTrue(parse(PolicyDraft.text(URI.create("http://h:1/x"), new Digest(ROOT), "/nowhere", List.of())).tenders().getFirst().builtin());
    }
}
