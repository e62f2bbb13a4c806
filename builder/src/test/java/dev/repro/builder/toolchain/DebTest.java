package dev.repro.builder.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.BasicArrayCache;

class DebTest {
    @TempDir
    Path folder;

    Path tree;

    @BeforeEach
    void root() throws IOException {
        tree = Files.createDirectory(folder.resolve("root"));
    }

    private String unpack(byte[] deb) throws Exception {
        Path file = Files.write(folder.resolve("x.deb"), deb);
        return new Deb(file, "x 1", new BasicArrayCache()).unpack(new TreeWriter(tree, Clash.KEEP, "package x 1"));
    }

    private Problem refused(byte[] deb) {
        return assertThrows(Problem.class, () -> unpack(deb));
    }

    private Problem refused(Archives.Tar data) throws IOException {
        return refused(Archives.deb(data));
    }

    @Test
    void unpacksFilesModesAndLinks() throws Exception {
        String script = unpack(Archives.deb("#!/bin/sh\ntrue\n", new Archives.Tar().folder("./").folder("./usr/bin")
                .file("./usr/bin/run", 04755, "run").file("./usr/bin/secret", 0000, "s").device("./usr/bin/tty")
                .hardLink("./usr/bin/same", "./usr/bin/run").link("./usr/bin/soft", "run")));
        assertEquals("#!/bin/sh\ntrue\n", script);
        assertEquals("run", Files.readString(tree.resolve("usr/bin/soft")));
        assertEquals(0100755, Files.getAttribute(tree.resolve("usr/bin/run"), "unix:mode"), "no setuid bit");
        assertEquals(0100400, Files.getAttribute(tree.resolve("usr/bin/secret"), "unix:mode"), "readable by its owner");
        assertEquals(Files.getAttribute(tree.resolve("usr/bin/run"), "unix:ino"),
                Files.getAttribute(tree.resolve("usr/bin/same"), "unix:ino"));
        assertFalse(Files.exists(tree.resolve("usr/bin/tty")));
    }

    @Test
    void readsEveryCompressionThatDebianHadBeforeZstd() throws Exception {
        byte[] tar = new Archives.Tar().file("./f", "x").bytes();
        for (var data : List.of(new Object[] {"data.tar", tar}, new Object[] {"data.tar.gz", Archives.gzip(tar)},
                new Object[] {"data.tar.xz", Archives.xz(tar)})) {
            unpack(Archives.deb("", (String) data[0], (byte[]) data[1]));
            assertEquals("x", Files.readString(tree.resolve("f")));
            Files.delete(tree.resolve("f"));
        }
    }

    @Test
    void refusesZstd() throws Exception {
        Problem p = refused(Archives.deb("", "data.tar.zst", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}));
        assertEquals("package x 1 is compressed in a way that is not supported (expected xz, gz or none, found data.tar.zst)",
                p.line());
        assertEquals(Problem.Exit.USAGE, p.exit());
    }

    @Test
    void everyTruncationIsADamagedPackage() throws Exception {
        byte[] whole = Archives.deb(new Archives.Tar().folder("./usr").file("./usr/f", "x".repeat(3000)));
        for (int length = 0; length < whole.length - 1; length++) {
            Problem p = refused(Arrays.copyOf(whole, length));
            assertTrue(p.line().contains("package x 1 is damaged"), p.line());
            assertEquals(Problem.Exit.STORAGE, p.exit());
        }
    }

    @Test
    void refusesNamesThatLeaveTheRoot() throws Exception {
        for (String name : List.of("../evil", "./usr/../../evil", "/evil", "a/..", "..")) {
            assertTrue(refused(new Archives.Tar().file(name, "x")).line().startsWith("package x 1: entry `" + name), name);
            assertTrue(refused(new Archives.Tar().folder("a").link(name, "x")).line().startsWith("package x 1: entry `" + name),
                    name);
        }
        assertEquals(List.of(), Trees.children(folder).stream().map(f -> f.getFileName().toString())
                .filter(n -> n.contains("evil")).toList());
    }

    @Test
    void refusesToWriteThroughLinksThatLeaveTheRoot() throws Exception {
        for (String target : List.of("..", "../..", "../../tmp", "a/../../..")) {
            Trees.delete(tree);
            Files.createDirectory(tree);
            Problem p = refused(new Archives.Tar().folder("a").link("out", target).file("out/evil", "x"));
            assertEquals("package x 1: entry `out/evil` leaves the root", p.line());
        }
        assertFalse(Files.exists(folder.resolve("evil")));
    }

    @Test
    void absoluteLinksStartAtTheRoot() throws Exception {
        unpack(Archives.deb(new Archives.Tar().folder("etc").link("abs", "/etc").link("far", folder.toString())
                .file("abs/inside", "x").file("far/inside", "y")));
        assertEquals("x", Files.readString(tree.resolve("etc/inside")));
        assertEquals("y", Files.readString(Path.of(tree + folder.toString(), "inside")));
        assertFalse(Files.exists(folder.resolve("inside")));
    }

    @Test
    void replacesALinkInsteadOfWritingThroughIt() throws Exception {
        Path outside = Files.writeString(folder.resolve("outside"), "mine");
        Files.createSymbolicLink(tree.resolve("f"), outside);
        unpack(Archives.deb(new Archives.Tar().file("f", "new")));
        assertEquals("mine", Files.readString(outside));
        assertTrue(Files.isRegularFile(tree.resolve("f"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void refusesAHardLinkToOutside() throws Exception {
        Files.writeString(folder.resolve("outside"), "mine");
        assertEquals("package x 1: entry `h` is a hard link to a file that is not there: nowhere",
                refused(new Archives.Tar().hardLink("h", "nowhere")).line());
        assertEquals("package x 1: entry `../outside` has `..` in it", refused(new Archives.Tar().hardLink("h", "../outside"))
                .line());
        assertEquals("package x 1: entry `up/outside` leaves the root",
                refused(new Archives.Tar().link("up", "..").hardLink("h", "up/outside")).line());
    }

    @Test
    void keepsADirectorySymlinkThatAPackageListsAsFolder() throws Exception {
        Files.createDirectories(tree.resolve("usr/lib"));
        Files.createSymbolicLink(tree.resolve("lib"), Path.of("usr/lib"));
        unpack(Archives.deb(new Archives.Tar().folder("./lib").file("./lib/libx.so", "x")));
        assertTrue(Files.isSymbolicLink(tree.resolve("lib")));
        assertEquals("x", Files.readString(tree.resolve("usr/lib/libx.so")));
    }

    @Test
    void neverReplacesAFolder() throws Exception {
        unpack(Archives.deb(new Archives.Tar().folder("d").file("d/f", "x").link("d", "elsewhere")));
        assertEquals("x", Files.readString(tree.resolve("d/f")));
        assertEquals("package x 1: entry `d` would replace a folder", refused(new Archives.Tar().folder("d").file("d", "x"))
                .line());
        assertEquals("package x 1: entry `f/g` goes through a file that is no folder",
                refused(new Archives.Tar().file("f", "x").file("f/g", "x")).line());
    }

    @Test
    void linksInACircleEnd() throws Exception {
        assertEquals("package x 1: entry `a/f` goes through more than 40 links",
                refused(new Archives.Tar().link("a", "b").link("b", "a").file("a/f", "x")).line());
    }
}
