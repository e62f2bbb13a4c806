package dev.repro.tests.toml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Toml;
import dev.repro.tests.Repro;
import dev.repro.tests.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The official suite of TOML, toml-test: all cases of TOML 1.0, valid and invalid, none left out. One process for each.
class TomlSuiteTest {
    private static final long PATIENCE_SECONDS = 900;
    private static final int TOOL_MISSING = 3;
    private static final Pattern PASSED = Pattern.compile("(?m)^\\s*(?:in)?valid tests:\\s+(\\d+) passed,\\s+0 failed$");

    @TempDir
    Path folder;

    @Test
    void allCasesPass() throws Exception {
        Tool.Ended peer = Tool.run(Repro.HOME, PATIENCE_SECONDS, Repro.HOME.resolve("scripts/peers").toString(), "toml-test");
        Assumptions.assumeTrue(peer.code() != TOOL_MISSING, () -> "skipped: " + peer.text());
        assertEquals(0, peer.code(), peer::text);
        String classes = classes(Toml.class) + ":" + classes(TaggedJson.class);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path decoder = Files.writeString(folder.resolve("decoder"), "#!/bin/sh\nexec '" + java
                + "' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '" + classes + "' " + TaggedJson.class.getName() + "\n");
        assertTrue(decoder.toFile().setExecutable(true));
        Tool.Ended ended = Tool.run(folder, PATIENCE_SECONDS, peer.text().lines().toList().getLast(), "test", "-toml=1.0", "-timeout=60s", "-color=never",
                "-decoder=" + decoder);
        assertEquals(0, ended.code(), ended::text);
        int[] passed = PASSED.matcher(ended.text()).results().mapToInt(found -> Integer.parseInt(found.group(1))).toArray();
        assertEquals(2, passed.length, ended::text);
        assertTrue(passed[0] > 200 && passed[1] > 450, ended::text);
    }

    private static Path classes(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
