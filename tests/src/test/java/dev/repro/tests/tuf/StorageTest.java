package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.tests.Repro;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that are full, or cannot be written; and the command itself under attack, in one process and in several.
class StorageTest {
    private static final Path BWRAP = Path.of("/usr/bin/bwrap");

    @TempDir
    Path folder;
    private Forge forge;
    private Web web;

    @BeforeEach
    void begin() throws Exception {
        forge = Forge.forProcesses();
        web = Web.of(forge.files);
        Files.write(folder.resolve("root.json"), forge.files.get("metadata/1.root.json"));
    }

    @AfterEach
    void end() throws Exception {
        web.close();
    }

    private record Ended(int code, String said) {}

    private static Ended run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(new java.io.File("/dev/null"))
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), said);
    }

    private static List<String> inBwrap(List<String> mounts, List<String> command) {
        assumeTrue(Files.isExecutable(BWRAP), "skipped: bubblewrap is missing");
        var all = new ArrayList<>(List.of(BWRAP.toString()));
        all.addAll(mounts);
        all.addAll(List.of("--dev", "/dev", "--proc", "/proc", "--die-with-parent"));
        all.addAll(command);
        return all;
    }

    private void fullDisk(Path disk, String... args) throws Exception {
        Files.createDirectories(disk);
        Ended ended = run(inBwrap(List.of("--bind", "/", "/", "--size", "1048576", "--tmpfs", disk.toString()),
                Folders.java(FullDisk.class, args)));
        assertEquals(0, ended.code, ended.said);
        assertTrue(ended.said.contains("as it must be"), ended.said);
    }

    @Test
    void repositoryOnAFullDisk() throws Exception {
        Path pens = folder.resolve("pens");
        Pens.make(pens);
        fullDisk(folder.resolve("site"), "repository", folder.resolve("site").toString(), pens.toString());
    }

    @Test
    void clientOnAFullDisk() throws Exception {
        Path sites = folder.resolve("sites");
        for (int number = 1; number <= 2; number++) {
            String content = "top " + number;
            forge.publish("targets", targets -> forge.withTarget(targets, Forge.TOP, content), forge.targets);
            forge.store(sites.resolve(Integer.toString(number)), content);
        }
        fullDisk(folder.resolve("state"), "client", folder.resolve("state").toString(), sites.toString());
    }

    private List<String> client(String... args) {
        var all = new ArrayList<>(List.of(Repro.HOME.resolve("repro").toString(), "tuf-client", "--metadata-dir",
                folder.resolve("state").toString(), "--metadata-url",
                web.metadata().toString(), "--target-base-url", web.targets().toString(), "--target-dir",
                folder.resolve("downloads").toString()));
        all.addAll(List.of(args));
        return all;
    }

    private Ended ok(String... args) throws Exception {
        Ended ended = run(client(args));
        assertEquals(0, ended.code, ended.said);
        return ended;
    }

    private void refused(String name, String... args) throws Exception {
        refused(name, run(client(args)));
    }

    private static void refused(String name, Ended ended) {
        assertEquals(1, ended.code, ended.said);
        assertTrue(ended.said.contains("repro: refused: " + name), ended.said);
        assertFalse(ended.said.contains("\tat "), ended.said);
    }

    /// The command, once through all that matters: what the library refuses, it refuses.
    @Test
    void theCommandUnderAttack() throws Exception {
        ok("init", folder.resolve("root.json").toString());
        var old = forge.copy();
        forge.publish("targets", targets -> forge.withTarget(targets, Forge.TOP, "top 2"), forge.targets);
        var now = forge.copy();
        ok("--target-name", Forge.TOP, "download");
        forge.serve(old);
        refused("timestamp-rollback", "refresh");
        forge.serve(now);
        forge.files.put(Forge.targetPath(Forge.AUTHORS, "author's 1"), Forge.bytes("something"));
        refused("target-length-mismatch", "--target-name", Forge.AUTHORS, "download");
        forge.files.put("metadata/timestamp.json", Forge.sign(forge.next("timestamp"), forge.stray));
        refused("timestamp-unsigned", "refresh");
        forge.serve(now);
        web.on("metadata/3.root.json", Web.status(500));
        Ended failed = run(client("refresh"));
        assertEquals(1, failed.code, failed.said);
        assertTrue(failed.said.contains("repro: error: ") && failed.said.contains("status 500"), failed.said);
        web.reform();
        ok("--target-name", Forge.TOP, "--target-name", Forge.AUTHORS, "download");
    }

    /// Several processes with one folder.
    @Test
    void processesAtOnce() throws Exception {
        ok("init", folder.resolve("root.json").toString());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Ended>>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> run(client("--target-name", Forge.TOP, "--target-name", Forge.AUTHORS,
                        "download"))));
            }
            for (Future<Ended> one : all) {
                assertEquals(0, one.get().code, one.get().said);
            }
        }
        assertEquals("top 1", Files.readString(folder.resolve("downloads").resolve(Forge.TOP)));
    }

    /// A home that cannot be written: the client works and says that it will not remember; what it has seen before, it still
    /// holds to.
    @Test
    void readOnlyHome() throws Exception {
        ok("init", folder.resolve("root.json").toString());
        ok("refresh");
        var old = forge.copy();
        forge.publish("targets");
        List<String> readOnly = List.of("--ro-bind", "/", "/");
        Ended ended = run(inBwrap(readOnly, client("refresh")));
        assertEquals(0, ended.code, ended.said);
        assertTrue(ended.said.contains("cannot be written"), ended.said);
        ok("refresh");
        forge.serve(old);
        refused("timestamp-rollback", run(inBwrap(readOnly, client("refresh"))));
    }
}
