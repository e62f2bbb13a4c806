package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `scripts/peers` when it cannot do what it is for.
class PeersScriptTest {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void anUnknownNameIsRefused() throws Exception {
        Tool.Ended ended = peers("other");
        assertEquals(2, ended.code(), ended::text);
        assertEquals("repro: error: unknown peer: other\nrepro: hint: scripts/peers python | tuf-js | go-tuf | tough | versitygw | toml-test\n", ended.text());
    }

    @Test
    void aMissingLanguageIsSaid() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String tool : List.of("bash", "cat", "cut", "dirname", "readlink", "sha256sum")) {
            Files.copy(Path.of("/usr/bin", tool), bin.resolve(tool), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Tool.Ended ended = peers("tuf-js", "PATH=" + bin);
        assertEquals(3, ended.code(), ended::text);
        assertTrue(ended.text().startsWith("repro: error: npm is not installed; "), ended::text);
    }

    @Test
    void whatCannotBeInstalledLeavesNothingBehind() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/npm")), "skipped: npm is not installed");
        Tool.Ended ended = peers("tuf-js", "npm_config_registry=http://127.0.0.1:1", "npm_config_fetch_retries=0",
                "npm_config_cache=" + folder.resolve("npm"));
        assertEquals(4, ended.code(), ended::text);
        assertTrue(ended.text().contains("repro: error: tuf-js from npm 5.0.1 could not be installed\n"), ended::text);
        try (var left = Files.list(folder.resolve("repro/peers"))) {
            assertEquals(List.of("tuf-js.lock"), left.map(file -> file.getFileName().toString()).toList());
        }
    }

    private Tool.Ended peers(String name, String... environment) throws Exception {
        var argv = new ArrayList<>(List.of("env", "XDG_CACHE_HOME=" + folder));
        argv.addAll(List.of(environment));
        argv.addAll(List.of(Repro.HOME.resolve("scripts/peers").toString(), name));
        return Tool.run(folder, PATIENCE_SECONDS, argv.toArray(String[]::new));
    }
}
