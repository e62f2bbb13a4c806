package dev.repro.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs11UriTest {

    @Test
    void attributesOfRfc7512() throws Exception {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=My%20token;object=sign;id=%01%fF;type=private"
                + "?module-path=/lib/x.so&pin-source=file:/run/pin");
        assertTrue(uri.admits("token", "My token"));
        assertFalse(uri.admits("token", "My"));
        assertTrue(uri.admits("id", new byte[] {1, -1}));
        assertTrue(uri.admits("serial", "anything"));
        assertEquals(Path.of("/lib/x.so"), uri.module());
        assertEquals(Optional.of(Path.of("/run/pin")), uri.pinSource());
        assertEquals(Optional.empty(), Pkcs11Uri.parse("pkcs11:?module-path=/lib/x.so").pinSource());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        String text = Pkcs11Uri.of(Path.of("/lib/a b.so"), "tokén;=?&%", "a/b", new byte[] {0, 0x7f, (byte) 0x80});
        Pkcs11Uri uri = Pkcs11Uri.parse(text);
        assertTrue(uri.admits("token", "tokén;=?&%") && uri.admits("object", "a/b")
                && uri.admits("id", new byte[] {0, 0x7f, (byte) 0x80}), text);
        assertEquals(Path.of("/lib/a b.so"), uri.module());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs11:", "pkcs11:token=x", "pkcs11:token=x?", "pkcs11:token?module-path=/x",
            "pkcs11:color=x?module-path=/x",
        "pkcs11:token=a;token=b?module-path=/x", "pkcs11:token=%4?module-path=/x", "pkcs11:token=%zz?module-path=/x",
        "pkcs11:token=x;?module-path=/x",
        "pkcs11:?module-path=x.so", "pkcs11:?module-path=/x&pin-source=pin", "pkcs11:?module-path=/x&pin-source=file://host/pin",
        "pkcs11:?module-path=/x&pin-source=|cat", "pkcs11:?module-path=/x&pin-value=1234", "pkcs11:?module-name=softhsm",
        "pkcs11:type=cert?module-path=/x",
        "pkcs11:module-path=/x", "pkcs11:?module-path=/x&x-vendor=1"})
    void othersAreRefused(String uri) {
        Problem refused = assertThrows(Problem.class, () -> Pkcs11Uri.parse(uri));
        assertEquals(Problem.Exit.USAGE, refused.exit());
        assertFalse(refused.line().contains("1234"), refused::line);
    }

    @Test
    void aLibraryThatIsNone() {
        Problem refused = assertThrows(Problem.class, () -> Signers.open("pkcs11:?module-path=/no/such.so", Passwords.none()));
        assertEquals(Problem.Exit.ENVIRONMENT, refused.exit());
    }
}
