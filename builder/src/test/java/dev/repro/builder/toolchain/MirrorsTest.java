package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorsTest {
    private static final LockedPackage PACKAGE = new LockedPackage("libx", "1", "amd64", Digest.of("deb".getBytes()), 3,
            "pool/main/libx_1+b~1_amd64.deb");

    @TempDir
    Path folder;

    private UserConfig config(String toml, String... variables) throws Exception {
        Files.createDirectories(folder.resolve("repro"));
        Files.writeString(folder.resolve("repro/config.toml"), toml);
        var env = new HashMap<>(Map.of("XDG_CONFIG_HOME", folder.toString()));
        for (int i = 0; i < variables.length; i += 2) {
            env.put(variables[i], variables[i + 1]);
        }
        return UserConfig.read(env);
    }

    private String refused(String toml) {
        String line = assertThrows(Problem.class, () -> config(toml)).line();
        assertTrue(line.startsWith(folder.resolve("repro/config.toml").toString()), line);
        return line.substring(folder.resolve("repro/config.toml").toString().length());
    }

    @Test
    void readsConfigurationAndEnvironment() throws Exception {
        Path debs = Files.createDirectory(folder.resolve("debs"));
        Path more = Files.createDirectory(folder.resolve("more"));
        var config = config("mirrors = [\"http://one.example/debian\"]\ndeb_folders = [\"" + debs + "\"]\n",
                "REPRO_MIRRORS", "https://two.example/d/ http://one.example/debian/", "REPRO_DEB_FOLDERS", more + ":" + debs);
        assertEquals(List.of(URI.create("http://one.example/debian/"), URI.create("https://two.example/d/")), config.mirrors());
        assertEquals(List.of(debs, more), config.debFolders());
        assertEquals(new UserConfig(List.of(), List.of()), UserConfig.read(Map.of("HOME", folder.resolve("none").toString())));
        assertEquals(List.of(), config("").mirrors());
    }

    @Test
    void refusesWhatIsNotUnderstood() {
        assertEquals(":1:1: unknown key `mirror`", refused("mirror = []"));
        assertEquals(":2:1: `mirrors` has the wrong type (expected a list of strings, found a string)", refused("\nmirrors = \"http://x\""));
        assertEquals(":1:12: `mirrors` must hold strings only (found an integer)", refused("mirrors = [1]"));
        assertEquals(":1:12: not TOML: something else was expected (expected a value, found the end of the file)", refused("mirrors = ["));
        assertEquals(":1:12: `ftp://x/` is no address of a mirror (expected http://…, https://… or file:/…)",
                refused("mirrors = [\"ftp://x/\"]"));
        assertEquals(":1:16: `debs` is not an absolute path", refused("deb_folders = [\"debs\"]"));
        assertEquals(":1:16: folder `/no/such/folder` is not there", refused("deb_folders = [\"/no/such/folder\"]"));
    }

    @Test
    void foldersFirstThenAptThenTheUsersMirrors() throws Exception {
        Path debs = Files.createDirectories(folder.resolve("debs/sub"));
        Path good = Files.writeString(debs.resolve("some name"), "deb");
        Files.writeString(debs.resolve("libx_1_amd64.deb"), "bad");
        var apt = List.of(new AptSource(List.of("http://a.example/debian", "cdrom:[x]/"), List.of("sid"), List.of("main"), null),
                new AptSource(List.of("http://a.example/debian/"), List.of("other"), List.of("main"), null));
        var mirrors = Mirrors.of(apt, new UserConfig(List.of(URI.create("http://b.example/x/")),
                List.of(folder.resolve("debs"))));
        assertEquals(new Blob("libx 1", PACKAGE.sha256(), 3, List.of(good.toUri(),
                URI.create("http://a.example/debian/pool/main/libx_1%2bb%7e1_amd64.deb"),
                URI.create("http://b.example/x/pool/main/libx_1%2bb%7e1_amd64.deb"))), mirrors.blob(PACKAGE));
    }

    @Test
    void proxies() {
        var proxies = new Proxies(Map.of("http", "http://apt.example:3142"), Map.of("http_proxy", "http://env.example:1",
                "https_proxy", "env.example:8080", "NO_PROXY", "local.example, .corp.example"));
        assertEquals("apt.example", address(proxies, "http://deb.example/").split("[/:]")[0]);
        assertTrue(address(proxies, "https://deb.example/").endsWith(":8080"));
        assertEquals("none", address(proxies, "http://local.example/"));
        assertEquals("none", address(proxies, "http://a.corp.example/"));
        assertEquals("none", address(new Proxies(Map.of("http", "DIRECT"), Map.of("http_proxy", "http://env.example:1")),
                "http://deb.example/"));
        assertEquals("none", address(new Proxies(Map.of(), Map.of()), "http://deb.example/"));
    }

    private static String address(Proxies proxies, String uri) {
        Proxy proxy = proxies.select(URI.create(uri)).getFirst();
        return proxy == Proxy.NO_PROXY ? "none" : proxy.address().toString();
    }
}
