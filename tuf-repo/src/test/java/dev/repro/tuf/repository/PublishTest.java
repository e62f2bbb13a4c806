package dev.repro.tuf.repository;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishTest {
    @TempDir
    Path folder;
    private Site site;

    @BeforeEach
    void create() throws Exception {
        site = new Site(DirectoryStore.open(folder.resolve("site"))).create();
    }

    @Test
    void firstPublicationHasAllRolesInVersionOne() throws Exception {
        Repository read = Repository.read(site.store);
        assertEquals(1, read.root().orElseThrow().unverified().version());
        assertEquals(1, read.snapshot().version());
        assertEquals(1, read.timestamp().version());
        assertEquals(1, read.targets(RoleName.TARGETS).orElseThrow().unverified().version());
        assertFalse(Files.exists(folder.resolve("site/.repro/next")));
    }

    @Test
    void aTargetIsStoredUnderItsHashAndListedByItsRole() throws Exception {
        site.withRole("hello");
        var outcome = site.publish(site.edit().add(Site.target("hello/1.0/app.hvt", folder, "image"), Site.anyRole()));
        assertEquals(Map.of(new RoleName("hello"), 2L, RoleName.SNAPSHOT, 3L, RoleName.TIMESTAMP, 3L), outcome.versions());
        var digest = dev.repro.base.Digest.of("image".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertEquals("image", Files.readString(folder.resolve("site/targets/hello/1.0/" + digest + ".app.hvt")));
        assertTrue(Repository.read(site.store).targets(new RoleName("hello")).orElseThrow().unverified().targets().containsKey(
                new dev.repro.tuf.TargetName("hello/1.0/app.hvt")));
    }

    @Test
    void whatIsMissingIsSaid() throws Exception {
        Editor editor = site.edit().add(Site.target("a", folder, "image"), Site.anyRole());
        var problem = assertThrows(Problem.class, () -> new Publisher(site.all, Site.NOW).publish(editor.proposal(), ""));
        assertTrue(problem.line().contains("targets lacks 1 signature (keys of root 1) of: dora ("), problem.line());
    }

    @Test
    void ofTwoPublishersOnlyOneWins() throws Exception {
        Editor one = site.edit().add(Site.target("a", folder, "1"), Site.anyRole());
        Editor two = site.edit().add(Site.target("a", folder, "2"), Site.anyRole());
        site.publish(one);
        byte[] published = Files.readAllBytes(folder.resolve("site/metadata/2.targets.json"));
        var problem = assertThrows(Problem.class, () -> site.publish(two));
        assertEquals("somebody else has published meanwhile", problem.getMessage());
        assertArrayEquals(published, Files.readAllBytes(folder.resolve("site/metadata/2.targets.json")));
    }
}
