package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.keys.Scheme;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Updater;
import dev.repro.tuf.repository.Editor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Key rotation and revocation by a role's own holders (TAP 8, TAP 20), over HTTP.
class RotationTest {
    private static final RoleName HELLO = new RoleName("hello");
    private static final String TARGET = "hello/1.0/hello.hvt";

    @TempDir
    Path folder;
    private OurRepository repository;
    private Web web;
    private Fetcher fetcher;

    @BeforeEach
    void publish() throws Exception {
        repository = new OurRepository(folder, Scheme.ED25519, true);
        repository.publish(repository.delegate(repository.edit(), RoleName.TARGETS, "hello", List.of("hello/*/*"), List.of(),
                true, 1));
        repository.publish(repository.add(repository.edit(), TARGET, "one"));
        web = Web.of(folder.resolve("site"));
        fetcher = new Fetcher(Proxies.NONE, Limits.DEFAULT);
        Updater.begin(FolderStore.open(folder.resolve("state"), _ -> {}),
                Files.readAllBytes(folder.resolve("site/metadata/1.root.json")), Limits.DEFAULT);
    }

    @AfterEach
    void close() throws Exception {
        fetcher.close();
        web.close();
        repository.close();
    }

    private Repository refresh() throws Exception {
        return new Updater(fetcher.at(web.metadata()), FolderStore.open(folder.resolve("state"), _ -> {}), Limits.DEFAULT)
                .refresh(Instant.now());
    }

    private Found find() throws Exception {
        return refresh().find(new TargetName(TARGET));
    }

    private void rotate() throws Exception {
        Editor editor = repository.edit();
        repository.publish(editor.rotate(HELLO, new Editor.Keys(List.of(repository.newKey("hello")), 1), true));
    }

    private long rotationsAsked() {
        return web.asked.stream().filter(p -> p.startsWith("metadata/rotate/")).count();
    }

    @Test
    void eachRotationIsFetchedOnce() throws Exception {
        find();
        assertEquals(0, rotationsAsked());
        for (int number = 1; number <= 3; number++) {
            rotate();
            find();
            find();
            assertEquals(number, rotationsAsked());
        }
    }

    @Test
    void rotationBetweenTwoRequests() throws Exception {
        rotate();
        Repository before = refresh();
        rotate();
        repository.publish(repository.edit().revoke(HELLO, OptionalInt.of(1)));
        assertEquals(3, before.find(new TargetName(TARGET)).file().length(), "what was listed then is still there");
        assertEquals("delegated-revoked", assertThrows(Refusal.class, this::find).name());
    }

    @Test
    void alteredRotationIsRefusedAndMissedRotationLeavesTheRoleUnsigned() throws Exception {
        rotate();
        Path file;
        try (var files = Files.list(folder.resolve("site/metadata/rotate"))) {
            file = files.findFirst().orElseThrow();
        }
        String path = "metadata/rotate/" + file.getFileName();
        byte[] altered = Files.readAllBytes(file);
        altered[altered.length / 2] ^= 1;
        web.on(path, Web.file(altered));
        assertEquals("delegated-digest-mismatch", assertThrows(Refusal.class, this::find).name());
        web.on(path, Web.status(404));
        assertEquals("delegated-missing", assertThrows(Refusal.class, this::find).name());
        web.on(path, Web.endless());
        assertEquals("delegated-too-long", assertThrows(Refusal.class, this::find).name());
        web.reform();
        find();
    }

    @Test
    void revokedStaysRevokedForWhoHasSeenIt() throws Exception {
        rotate();
        find();
        Path before = Files.createDirectories(folder.resolve("before"));
        Folders.copy(folder.resolve("site"), before.resolve("site"));
        repository.publish(repository.edit().revoke(HELLO, OptionalInt.empty()));
        assertEquals("delegated-revoked", assertThrows(Refusal.class, this::find).name());
        web.close();
        web = Web.of(before.resolve("site"));
        assertEquals("timestamp-rollback", assertThrows(Refusal.class, this::find).name());
        Files.delete(folder.resolve("state/timestamp.json"));
        Files.delete(folder.resolve("state/snapshot.json"));
        assertEquals("delegated-rollback", assertThrows(Refusal.class, this::find).name(), "whatever becomes of the snapshot");
        assertTrue(Files.isDirectory(folder.resolve("state/rotate")));
    }
}
