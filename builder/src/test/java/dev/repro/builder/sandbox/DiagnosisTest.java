package dev.repro.builder.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnosisTest {
    @TempDir
    Path root;

    private Problem diagnose() throws IOException {
        return Diagnosis.noSandbox(Problem.environment("the sandbox cannot be made").found("bwrap: No permissions"), root);
    }

    private void set(String file, String value) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), value);
    }

    @Test
    void everySwitchHasItsWayOut() throws IOException {
        assertTrue(diagnose().hint().contains("CONFIG_USER_NS"));
        set("proc/self/ns/user", "");
        assertTrue(diagnose().hint().contains("bwrap --unshare-user"), "nothing known is wrong: what the user can look at");
        assertEquals("this machine does not let bubblewrap make a sandbox "
                + "(found the sandbox cannot be made (found bwrap: No permissions))", diagnose().line());
        set("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
        assertTrue(diagnose().hint().contains("sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"));
        set(".dockerenv", "");
        assertTrue(diagnose().hint().contains("systempaths=unconfined"));
        set("proc/sys/user/max_user_namespaces", "0\n");
        assertTrue(diagnose().hint().contains("user.max_user_namespaces"));
        set("proc/sys/kernel/unprivileged_userns_clone", "0\n");
        assertTrue(diagnose().hint().contains("kernel.unprivileged_userns_clone=1"));
    }

    @Test
    void versions() {
        assertEquals(List.of(0, 8, 0), Tools.version("bubblewrap 0.8.0\n"));
        assertEquals(List.of(0, 11, 0), Tools.version("bubblewrap 0.11"));
        assertEquals(List.of(0, 0, 0), Tools.version("what?"));
        assertEquals(List.of(0, 0, 0), Tools.version(""));
    }

    @Test
    void quotes() {
        assertEquals("'a'\\''b' '$x `y`'", Wrapper.quote(List.of("a'b", "$x `y`")));
    }
}
