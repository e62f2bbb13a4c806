package dev.repro.builder.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceTreeTest {

    private static SourceTree.Entry entry(String path, SourceTree.Mode mode, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new SourceTree.Entry(path, mode, Digest.of(bytes), bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    private static SourceTree.Entry file(String path) {
        return entry(path, SourceTree.Mode.FILE, "content of " + path);
    }

    private static SourceTree.Entry link(String path, String target) {
        return entry(path, SourceTree.Mode.LINK, target);
    }

    private static SourceTree tree(SourceTree.Entry... entries) throws Problem {
        return SourceTree.of(List.of(entries), "here");
    }

    private static String refusal(SourceTree.Entry... entries) {
        return assertThrows(Problem.class, () -> tree(entries)).line();
    }

    private static List<TarArchiveEntry> tar(SourceTree tree, SourceTree.Order order, int umask) throws Exception {
        var out = new ByteArrayOutputStream();
        tree.writeTar(out, order, 1_234_567_890, umask);
        var entries = new ArrayList<TarArchiveEntry>();
        try (var in = new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()), "UTF-8")) {
            for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                entries.add(e);
            }
        }
        return entries;
    }

    private static List<String> names(List<TarArchiveEntry> entries) {
        return entries.stream().map(TarArchiveEntry::getName).toList();
    }

    @Test
    void theDigestIsThatOfTheDocumentedLines() throws Exception {
        var tree = tree(link("z", "a"), entry("b/x", SourceTree.Mode.EXECUTABLE, "12"), entry("a", SourceTree.Mode.FILE, ""));
        String lines = "100644 " + Digest.of(new byte[0]) + " 0 a\n" + "100755 "
                + Digest.of("12".getBytes(StandardCharsets.UTF_8)) + " 2 b/x\n"
                + "120000 " + Digest.of("a".getBytes(StandardCharsets.UTF_8)) + " 1 z\n";
        assertEquals(Digest.of(lines.getBytes(StandardCharsets.UTF_8)), tree.digest());
        assertEquals(3, tree.files());
        assertEquals(3, tree.bytes());
    }

    @Test
    void pathsAreSortedByTheirBytes() throws Exception {
        var tree = tree(file("\uffee"), file("\ud83d\ude00"), file("é"), file("a/b"), file("a-b"), file("Z"));
        assertEquals(List.of("Z", "a-b", "a/b", "é", "\uffee", "\ud83d\ude00"), tree.entries().stream()
                .map(SourceTree.Entry::path).toList());
    }

    @Test
    void pathsThatAreNoneAreRefused() {
        assertTrue(refusal(file("/a")).contains("absolute path `/a`"));
        assertTrue(refusal(file("a/../b")).contains("climbs by `..`"));
        assertTrue(refusal(file("a/.git/config")).contains("is inside `.git`"));
        assertTrue(refusal(file("a\nb")).contains("control character in path `a?b`"));
        assertTrue(refusal(file("a"), file("a")).contains("`a` is in the source already"));
        assertTrue(refusal(file("a"), file("a/b")).contains("`a/b` cannot be in the source: `a` is no folder"));
        assertTrue(refusal(link("a", "b"), file("a/c")).contains("`a/c` cannot be in the source: `a` is no folder"));
        assertTrue(refusal(file("n".repeat(256))).contains("a name of more than 255 bytes"));
        assertTrue(refusal(file("n/".repeat(2048) + "n")).contains("path of more than 4095 bytes"));
    }

    /// Links of a tree as `path>target`; the last one is judged.
    @ParameterizedTest
    @CsvSource({"l>a, false", "l>nothing/there, false", "l>., false", "d/l>../a, false", "d/l>../../a, true", "l>.., true",
            "l>/etc, true",
            "l>/, true", "l>l, false", "l>d/../a, false", "l>d/../../a, true", "l>d//./x, false",
            // through other links, as the kernel goes, not as the text reads
            "d/e/up>../.. d/e/l>up/a, false", "d/e/up>../.. d/e/l>up/../a, true", "k>d/e l>k/../../../a, true",
                    "k>d/e l>k/../a, false",
            "a1>a2 a2>a1 l>a1/../.., false"})
    void linksThatLeadOutAreRefused(String links, boolean refused) throws Exception {
        var entries = new ArrayList<>(List.of(file("a"), file("d/x"), file("d/e/x")));
        for (String link : links.split(" ")) {
            entries.add(link(link.substring(0, link.indexOf('>')), link.substring(link.indexOf('>') + 1)));
        }
        if (refused) {
            String line = assertThrows(Problem.class, () -> SourceTree.of(entries, "here")).line();
            assertTrue(line.startsWith("here: the link `") && line.contains("leads out of the source"), line);
        } else {
            assertEquals(entries.size(), SourceTree.of(entries, "here").files());
        }
    }

    @Test
    void theTarHasFoldersBeforeWhatNeedsThemInBothOrders() throws Exception {
        var tree = tree(file("b/c/2"), file("b/c/1"), file("a"), file("b/d"), file("z/z"));
        assertEquals(List.of("a", "b/", "b/c/", "b/c/1", "b/c/2", "b/d", "z/", "z/z"),
                names(tar(tree, SourceTree.Order.ASCENDING, 0022)));
        assertEquals(List.of("z/", "z/z", "b/", "b/d", "b/c/", "b/c/2", "b/c/1", "a"),
                names(tar(tree, SourceTree.Order.DESCENDING, 0022)));
    }

    @Test
    void headersAreTheSameForAll() throws Exception {
        var tree = tree(file("d/f"), entry("x", SourceTree.Mode.EXECUTABLE, "#!"), link("l", "d/f"));
        for (TarArchiveEntry e : tar(tree, SourceTree.Order.ASCENDING, 0027)) {
            assertEquals(new Date(1_234_567_890_000L), e.getModTime());
            assertEquals("0 0 [] []", e.getLongUserId() + " " + e.getLongGroupId() + " [" + e.getUserName() + "] ["
                    + e.getGroupName() + "]");
            assertEquals(switch (e.getName()) {
                case "d/", "x" -> 0750;
                case "d/f" -> 0640;
                default -> 0777;
            }, e.getMode() & 07777, e.getName());
        }
        assertEquals("d/f", tar(tree, SourceTree.Order.ASCENDING, 0).stream().filter(TarArchiveEntry::isSymbolicLink).findFirst()
                .orElseThrow().getLinkName());
    }

    @Test
    void longAndForeignNamesSurvive() throws Exception {
        String deep = Stream.generate(() -> "n".repeat(200)).limit(15).reduce((a, b) -> a + "/" + b).orElseThrow();
        var tree = tree(file(deep), file("ü/😀"), link("l", deep));
        var entries = tar(tree, SourceTree.Order.ASCENDING, 0022);
        assertTrue(names(entries).containsAll(List.of(deep, "ü/😀")));
        assertTrue(entries.stream().anyMatch(e -> e.isSymbolicLink() && e.getLinkName().equals(deep)));
    }

    @Test
    void theSameTreeGivesTheSameTar() throws Exception {
        var first = new ByteArrayOutputStream();
        var second = new ByteArrayOutputStream();
        tree(file("a/" + "b".repeat(150)), file("c")).writeTar(first, SourceTree.Order.ASCENDING, 0, 0022);
        tree(file("c"), file("a/" + "b".repeat(150))).writeTar(second, SourceTree.Order.ASCENDING, 0, 0022);
        assertArrayEquals(first.toByteArray(), second.toByteArray());
    }

    @Test
    void aFileThatChangedAfterItWasHashedIsNotPacked() throws Exception {
        for (String now : List.of("other content", "shorter", "longer than it was", "")) {
            var changed = new SourceTree.Entry("a", SourceTree.Mode.FILE,
                    Digest.of("right content".getBytes(StandardCharsets.UTF_8)), 13,
                    () -> new ByteArrayInputStream(now.getBytes(StandardCharsets.UTF_8)));
            Problem problem = assertThrows(Problem.class,
                    () -> tree(changed).writeTar(OutputStream.nullOutputStream(), SourceTree.Order.ASCENDING, 0, 0));
            assertEquals("a: the source file changed while it was read", problem.line());
        }
    }

    @Test
    void downloadsAreAddedWhereThereIsRoom(@TempDir Path folder) throws Exception {
        Path download = Files.writeString(folder.resolve("x"), "xyz");
        Digest digest = Digest.of(download);
        SourceTree tree = tree(file("a/b"), link("l", "a"));
        SourceTree more = tree.with("a/c", digest, download);
        assertEquals(List.of("a/b", "a/c", "l"), more.entries().stream().map(SourceTree.Entry::path).toList());
        try (InputStream in = more.entries().get(1).content().open()) {
            assertEquals("xyz", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        for (String taken : List.of("a/b", "a", "a/b/c", "l/x", "../x")) {
            assertEquals(Problem.Exit.USAGE, assertThrows(Problem.class, () -> tree.with(taken, digest, download)).exit(), taken);
        }
        Problem wrong = assertThrows(Problem.class, () -> tree.with("n", Digest.of(new byte[0]), download));
        assertEquals(Problem.Exit.STORAGE, wrong.exit());
    }
}
