package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptTest {
    private static final String HEX = "a".repeat(64);

    @TempDir
    Path folder;

    @Test
    void linesOfPrintUris() throws Problem {
        assertEquals(new LockedPackage("libgmp10", "2:6.2.1+dfsg1-1.1", "amd64", new Digest(HEX), 562588,
                "pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb"),
                Apt.parse("'http://m.example/debian/pool/main/g/gmp/libgmp10_6.2.1%2bdfsg1-1.1_amd64.deb' "
                        + "libgmp10_2%3a6.2.1+dfsg1-1.1_amd64.deb 562588 SHA256:"
                        + HEX, List.of("http://other.example/", "http://m.example/debian")));
        assertEquals("5.7-0.5~deb12u1", Apt.parse(
                "'http://m.example/p/d_5.7-0.5%7edeb12u1_all.deb' d_5.7-0.5~deb12u1_all.deb 1 SHA256:" + HEX,
                List.of("http://m.example")).version());
        for (String odd : List.of("", "'http://m.example/x' x_1_all.deb 1", "'http://m.example/x' x_1_all.deb 1 MD5Sum:00",
                "'http://evil.example/x' x_1_all.deb 1 SHA256:" + HEX, "'http://m.example/x' x_1.deb 1 SHA256:" + HEX,
                "'http://m.example/x' x_1_all.deb 1 SHA256:zz", "'http://m.example/x' x_1_all.deb -1 SHA256:" + HEX)) {
            assertTrue(assertThrows(Problem.class, () -> Apt.parse(odd, List.of("http://m.example"))).line()
                    .startsWith("apt printed a line"), odd);
        }
    }

    @Test
    void sourcesOfEitherStyle() {
        assertEquals(List.of(new AptSource(List.of("http://a.example/debian"), List.of("bookworm"), List.of("main", "contrib"),
                "/k.gpg /l.gpg"),
                        new AptSource(List.of("http://b.example/flat"), List.of("./"), List.of(), null)),
                AptSource.parseLines("# deb http://no.example x main\ndeb [ arch=amd64 Signed-By=/k.gpg,/l.gpg ] "
                        + "http://a.example/debian bookworm main contrib # c\n"
                        + "deb-src http://a.example/debian bookworm main\ndeb http://b.example/flat ./\ndeb\n"));
        var stanzas = AptSource.parseStanzas("""
                Types: deb deb-src
                # a comment
                URIs: http://a.example/debian
                  http://b.example/debian
                Suites: bookworm bookworm-updates bookworm-backports sid
                Components: main
                Trusted: yes
                Signed-By:
                 -----BEGIN PGP PUBLIC KEY BLOCK-----
                 .
                 abc

                Types: deb
                URIs: http://off.example
                Suites: bookworm
                Enabled: no

                Types: deb-src
                URIs: http://src.example
                Suites: bookworm
                """);
        assertEquals(1, stanzas.size());
        assertEquals("""
                Types: deb
                URIs: http://a.example/debian http://b.example/debian
                Suites: bookworm bookworm-updates
                Components: main
                Architectures: amd64
                Targets: Packages
                Signed-By:\s
                 -----BEGIN PGP PUBLIC KEY BLOCK-----
                 .
                 abc

                """, stanzas.getFirst().only("bookworm").stanza("amd64"));
        assertEquals(List.of(), stanzas.getFirst().only("book").suites());
    }

    @Test
    void filesInAptsOrder() throws Exception {
        Path list = Files.writeString(folder.resolve("sources.list"), "deb http://one.example/ s main\n");
        Path parts = Files.createDirectory(folder.resolve("sources.list.d"));
        Files.writeString(parts.resolve("b.list"), "deb http://three.example/ s main\n");
        Files.writeString(parts.resolve("a.sources"), "Types: deb\nURIs: http://two.example/\nSuites: s\nComponents: main\n");
        Files.writeString(parts.resolve("c.list.save"), "deb http://no.example/ s main\n");
        assertEquals(List.of("http://one.example/", "http://two.example/", "http://three.example/"),
                AptMachine.sources(list, parts).stream().map(s -> s.uris().getFirst()).toList());
    }

    @Test
    void aMachineWithoutApt() throws Exception {
        var env = Map.of("PATH", folder.toString(), "HOME", folder.toString());
        assertEquals(Optional.empty(), AptMachine.read(env));
        var request = new ToolchainRequest.Debian("bookworm", List.of("make"));
        Problem p = assertThrows(Problem.class, () -> new Toolchains(folder, env, null).resolve(request, _ -> { }));
        assertEquals(Problem.Exit.ENVIRONMENT, p.exit());
        assertTrue(p.line().startsWith("this machine has no apt"), p.line());
        assertNotNull(p.hint());
    }

    @Test
    void refusesWhatAptWouldTakeForAnOption() {
        var toolchains = new Toolchains(folder, Map.of("PATH", folder.toString()), null);
        for (String name : List.of("-o", "make-", "make=1", "make/sid", "make:arm64", "a b", "")) {
            assertTrue(assertThrows(Problem.class, () -> toolchains.resolve(new ToolchainRequest.Debian("bookworm",
                    List.of(name)), _ -> { }))
                    .line().contains("is no name of a Debian package"), name);
        }
        assertTrue(assertThrows(Problem.class, () -> toolchains.resolve(new ToolchainRequest.Debian("../x", List.of()), _ -> { }))
                .line().contains("is no name of a suite"));
    }

    @Test
    void anotherArchitectureIsRefused() {
        var machine = new AptMachine("arm64", folder, List.of(), Map.of());
        Problem p = assertThrows(Problem.class, () -> new Apt(machine, folder, Map.of())
                .resolve("bookworm", List.of("make"), _ -> { }));
        assertEquals("toolchains are resolved on amd64 machines only, for now (found arm64)", p.line());
    }

    /// The real thing: this machine's apt, the network, bubblewrap.
    @Test
    void resolvesAndUnpacksThroughApt() throws Exception {
        Map<String, String> env = System.getenv();
        Assumptions.assumeTrue(AptMachine.read(env).isPresent(), "skipped: no apt here");
        Assumptions.assumeTrue(AptMachine.read(env).get().architecture().equals("amd64"), "skipped: not an amd64 machine");
        Assumptions.assumeTrue(AptMachine.read(env).get().sources().stream().anyMatch(s -> !s.only("bookworm").suites()
                .isEmpty()),
                "skipped: this machine's apt has no source for bookworm");
        Assumptions.assumeTrue(BwrapRunner.works(), "skipped: no working bubblewrap");
        var toolchains = new Toolchains(folder.resolve("cache"), env, new BwrapRunner());
        Toolchain resolved;
        try {
            resolved = toolchains.resolve(new ToolchainRequest.Debian("bookworm", List.of("make")), _ -> { });
        } catch (Problem p) {
            Assumptions.assumeTrue(p.exit() != Problem.Exit.STORAGE, "skipped: the archive cannot be reached: " + p.line());
            throw p;
        }
        var debian = (Toolchain.Debian) resolved;
        var names = new TreeSet<>(debian.packages().stream().map(LockedPackage::name).toList());
        assertTrue(names.containsAll(Toolchains.BASE) && names.contains("make") && names.contains("libc6"), names.toString());
        assertFalse(JsonText.pretty(debian.toJson()).contains("://"), "a lock names no host");
        assertTrue(debian.packages().stream().allMatch(p -> p.path().startsWith("pool/") && !p.path().contains("%")));
        assertTrue(debian.tools().get("make").version().startsWith("GNU Make 4"), debian.tools().toString());
        assertEquals("/usr/bin/dash", debian.tools().get("sh").path());
        PreparedRoot root = toolchains.prepare(debian, null, _ -> { });
        assertEquals(List.of("C.UTF-8", "et_EE.UTF-8"), root.locales());
        assertTrue(root.has("bash") && root.has("awk") && root.file(root.libfaketime()).isPresent());
        var unknown = new ToolchainRequest.Debian("bookworm", List.of("no-such-package-anywhere"));
        assertEquals("[toolchain] packages: debian bookworm has no package `no-such-package-anywhere`",
                assertThrows(Problem.class, () -> toolchains.resolve(unknown, _ -> { })).line());
        assertTrue(assertThrows(Problem.class, () -> toolchains.resolve(new ToolchainRequest.Debian("no-such-suite", List.of()),
                _ -> { }))
                .line().contains("no source of this machine's apt serves `no-such-suite`"));
    }

    @Test
    void theHostIsRecorded() throws Exception {
        Map<String, String> env = System.getenv();
        Assumptions.assumeTrue(HostSystem.has(env, "dpkg-query"), "skipped: no dpkg here");
        Assumptions.assumeTrue(BwrapRunner.works(), "skipped: no working bubblewrap");
        var toolchains = new Toolchains(folder.resolve("cache"), env, new BwrapRunner());
        var host = (Toolchain.Host) toolchains.resolve(new ToolchainRequest.Host(), _ -> { });
        assertEquals("dpkg", host.manager());
        assertTrue(host.packages().stream().anyMatch(p -> p.name().equals("libc6")));
        assertTrue(host.tools().containsKey("sh"));
        assertTrue(toolchains.prepare(host, null, _ -> { }).isHost());
        assertEquals(new Toolchain.Host("none", List.of(), Map.of()), HostSystem.read(Map.of("PATH", folder.toString())));
    }
}
