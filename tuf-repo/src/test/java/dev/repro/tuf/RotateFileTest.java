package dev.repro.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotateFileTest {

    @ParameterizedTest
    @ValueSource(strings = {"hello", "a.rotate.1", "x.rotate", "rotate", "../../x", "a/b?c", "rotate/a", "é"})
    void everyRolesRotationIsReadBackAsItself(String role) {
        for (int number : new int[] {1, 9, 10, 64, 999_999_999}) {
            var file = new RotateFile(new RoleName(role), number);
            assertEquals(Optional.of(file), RotateFile.parse(file.entry()));
            assertEquals(2, file.path(Optional.empty()).split("/", -1).length, "one folder and one file");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "rotate/hello", "rotate/hello.rotate.0", "rotate/hello.rotate.01", "rotate/hello.rotate.",
            "rotate/hello.rotate.x",
            "rotate/.rotate.1", "hello.rotate.1", "rotate/hello.rotate.1234567890", "rotate/hello.rotate.-1",
                    "Rotate/hello.rotate.1"})
    void otherNamesAreRoles(String name) {
        assertEquals(Optional.empty(), RotateFile.parse(new RoleName(name)));
    }

    @Test
    void pathIsEncodedAndBeginsWithTheHash() {
        var file = new RotateFile(new RoleName("a/b"), 3);
        Digest digest = Digest.of(new byte[0]);
        assertEquals("rotate/a%2Fb.rotate.3.json", file.path(Optional.empty()));
        assertEquals("rotate/" + digest + ".a%2Fb.rotate.3.json", file.path(Optional.of(digest)));
        assertEquals("rotate/a/b.rotate.3", file.entry().text());
    }

    @Test
    void topLevelRolesAndLongNamesCannotRotate() {
        assertTrue(RotateFile.problem(RoleName.TARGETS).isPresent());
        assertTrue(RotateFile.problem(new RoleName("x".repeat(161))).isPresent());
        assertEquals(Optional.empty(), RotateFile.problem(new RoleName("x".repeat(160))));
        assertTrue(new RotateFile(new RoleName("x".repeat(160)), 64).path(Optional.of(Digest.of(new byte[0])))
                .length() - "rotate/".length() <= 255);
    }
}
