package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolchainTest {
    private static final Digest SHA = Digest.of(new byte[0]);
    private static final Map<String, Tool> TOOLS = Map.of("sh", new Tool("/usr/bin/dash", SHA, null),
            "cc", new Tool("/usr/bin/gcc-12", SHA, "gcc 12"));
    private static final LockedPackage A = new LockedPackage("libx++", "1:2.0~rc1+b1", "amd64", SHA, 10,
            "pool/main/x/libx++_2.0~rc1+b1_amd64.deb");
    private static final LockedPackage B = new LockedPackage("zz", "1", "all", SHA, 10, "pool/updates/main/z/zz_1_all.deb");
    private static final Toolchain.Debian DEBIAN = new Toolchain.Debian("bookworm", "amd64", List.of(B, A), List.of("zz"), TOOLS);

    private static Toolchain read(Json.Obj json) throws Problem {
        return Toolchain.fromJson(Fields.parse(JsonText.pretty(json).getBytes(StandardCharsets.UTF_8), "repro.lock"));
    }

    private static String refused(Json.Obj json) {
        return assertThrows(Problem.class, () -> read(json)).line();
    }

    @Test
    void everyKindIsReadAsItWasWritten() throws Problem {
        for (Toolchain one : List.of(DEBIAN, new Toolchain.Oci(SHA, List.of(SHA, SHA), TOOLS),
                new Toolchain.Host("dpkg", List.of(new Toolchain.HostPackage("b", "2", "all"),
                        new Toolchain.HostPackage("a", "1", "amd64")), TOOLS),
                new Toolchain.Host("none", List.of(), Map.of()))) {
            assertEquals(one, read(one.toJson()));
            assertEquals(JsonText.pretty(one.toJson()), JsonText.pretty(read(one.toJson()).toJson()));
        }
    }

    @Test
    void packagesAreSortedAndNoHostIsNamed() {
        assertEquals(List.of(A, B), DEBIAN.packages());
        assertTrue(!JsonText.pretty(DEBIAN.toJson()).contains("http"));
    }

    @Test
    void aLockThatIsNotSoIsRefused() {
        Json.Obj good = DEBIAN.toJson();
        assertTrue(refused(good.with("packages", List.of(B.toJson(), A.toJson())))
                .contains("not sorted by name, or one is there twice (found libx++)"));
        assertTrue(refused(good.with("packages", List.of(A.toJson(), A.toJson()))).contains("one is there twice"));
        assertTrue(refused(good.with("architecture", "arm64")).contains("only amd64 toolchains are supported (found arm64)"));
        assertTrue(refused(good.with("kind", "nix"))
                .contains("unknown kind of toolchain (expected debian, oci or host, found nix)"));
        assertTrue(refused(good.with("extra", 1)).contains("unknown member `extra`"));
        for (String path : List.of("/etc/passwd", "pool/../../x", "", "a//b", "a/./b", "a\nb")) {
            assertTrue(refused(good.with("packages", List.of(A.toJson().with("path", path))))
                    .contains("is not a path inside an archive"), path);
        }
        for (String name : List.of("x", "../x", "-o", "Upper", "gcc-", "a b", "")) {
            assertTrue(refused(good.with("packages", List.of(A.toJson().with("name", name))))
                    .contains("is no name of a Debian package"), name);
        }
        assertTrue(refused(good.with("packages", List.of(A.toJson().with("size", 0)))).contains("is not positive"));
        assertTrue(refused(good.with("packages", List.of(A.toJson().with("sha256", "00")))).contains("SHA-256"));
    }
}
