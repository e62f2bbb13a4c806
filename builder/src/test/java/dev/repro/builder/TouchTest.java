package dev.repro.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.builder.sandbox.Mount;
import dev.repro.builder.toolchain.PreparedRoot;
import dev.repro.builder.vary.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TouchTest {

    @TempDir
    Path temp;
    private Path bin;
    private PreparedRoot root;
    private Profile profile;

    @BeforeEach
    void root() throws Exception {
        bin = Files.createDirectories(temp.resolve("root/usr/bin"));
        root = new PreparedRoot(temp.resolve("root"), List.of(), "/usr/lib/libfaketime.so.1");
        var tools = new Profile.Tools(Set.of("dash", "bash"), Optional.of("/usr/lib/libfaketime.so.1"), Set.of());
        var machine = new Profile.Machine(List.of(0, 1), Optional.empty(), Optional.empty());
        profile = Profile.of(Digest.of(new byte[0]), 0, Map.of(), tools, machine);
    }

    private Path program(String name, String text) throws Exception {
        Path file = Files.writeString(bin.resolve(name), text);
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    @Test
    void aBuildWhoseClockIsAheadTouchesWithTheTimeOfTheKernel() throws Exception {
        Path touch = program("touch", "");
        List<Mount> mounts = Touch.mounts(root, profile.b(), temp);
        assertEquals(List.of(new Mount.ReadOnly(touch, "/repro/touch"), new Mount.ReadOnly(temp.resolve("touch"), "/usr/bin/touch")), mounts);
        assertTrue(Files.isExecutable(temp.resolve("touch")));
        assertEquals(List.of(), Touch.mounts(root, profile.a(), temp));
    }

    @Test
    void aProgramThatIsManyIsLeftAlone() throws Exception {
        program("busybox", "");
        Files.createSymbolicLink(bin.resolve("touch"), Path.of("busybox"));
        assertEquals(List.of(), Touch.mounts(root, profile.b(), temp));
    }

    @Test
    void theScriptSetsTheClockBackAndKeepsTheArguments() throws Exception {
        Path original = program("touch", "#!/bin/sh\necho \"$FAKETIME\" $# \"$2\"\n");
        Path script = Files.writeString(temp.resolve("script"), Touch.script(original.toString()));
        var process = new ProcessBuilder("/bin/sh", script.toString(), "-d", "@1 2").redirectErrorStream(true).start();
        assertEquals("+0 2 @1 2\n", new String(process.getInputStream().readAllBytes()));
        assertEquals(0, process.waitFor());
    }
}
