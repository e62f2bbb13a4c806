package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against GNU readelf, on files of this machine and on files that its compiler makes.
class ReadelfTest {
    /// Files of each folder: a few dozen in all.
    private static final int OF_EACH = 16;

    @TempDir
    Path folder;

    @Test
    void filesOfThisMachineReadAsReadelfReadsThem() throws IOException, InterruptedException {
        Tools.assume("readelf");
        var compared = new ArrayList<Path>();
        for (Path dir : List.of(Path.of("/usr/bin"), Path.of("/usr/lib/x86_64-linux-gnu"), Path.of("/usr/lib/gcc"))) {
            for (Path file : elves(dir)) {
                assertEquals(List.of(), ReadelfOracle.compare(file), file.toString());
                compared.add(file);
            }
        }
        assertTrue(compared.size() >= 10, "only " + compared);
    }

    @Test
    void objectsOfEveryShapeReadAsReadelfReadsThem() throws IOException, InterruptedException, MalformedElf {
        Tools.assume("readelf", "gcc", "ld", "strip");
        Path source = Files.writeString(folder.resolve("a.c"), """
                int zero, common __attribute__((common)); __thread int tls = 1; static const char text[] = "x";
                __attribute__((weak)) int weak(void) { return text[0]; }
                int main(void) { return zero + tls + weak(); }
                """);
        Tools.run(folder, "gcc", "-g", "-gz", "-ffunction-sections", "-c", source.toString(), "-o", "a.o");
        Tools.run(folder, "gcc", "a.o", "-o", "dynamic");
        Tools.run(folder, "gcc", "-static-pie", "-Wl,--build-id", "a.o", "-o", "static-pie");
        Tools.run(folder, "ld", "-r", "a.o", "-o", "merged.o");
        Tools.run(folder, "ld", "-static", "-e", "main", "a.o", "-o", "exec");
        Tools.run(folder, "strip", "-o", "stripped", "dynamic");
        Tools.run(folder, "gcc", "-m32", "-g0", "-ffreestanding", "-nostdlib", "-fno-pic", "-c", source.toString(), "-o",
                "narrow.o");
        for (String name : List.of("a.o", "dynamic", "static-pie", "merged.o", "exec", "stripped", "narrow.o")) {
            assertEquals(List.of(), ReadelfOracle.compare(folder.resolve(name)), name);
        }
        assertTrue(ElfFile.parse(bytes("a.o")).sections().list().stream()
                .anyMatch(s -> (s.flags() & Section.SHF_COMPRESSED) != 0));
    }

    @Test
    void moreSectionsThanTheHeaderCanCount() throws IOException, InterruptedException, MalformedElf {
        Tools.assume("readelf", "as");
        var source = new StringBuilder();
        for (int i = 0; i < 66_000; i++) {
            source.append(".section s").append(i).append(",\"a\"\n");
        }
        Files.writeString(folder.resolve("many.s"), source.append("last: .byte 1\n.globl last\n"));
        Tools.run(folder, "as", "many.s", "-o", "many.o");
        assertEquals(List.of(), ReadelfOracle.compare(folder.resolve("many.o")));
        Sections sections = ElfFile.parse(bytes("many.o")).sections();
        assertTrue(sections.list().size() > 66_000);
        assertEquals("s65999", sections.list().get(sections.symbols().named("last").orElseThrow().section()).name());
    }

    @Test
    void ourOwnTestImagesReadAsReadelfReadsThem() throws IOException, InterruptedException {
        Tools.assume("readelf");
        for (TestElf elf : List.of(TestElf.hvt(), TestElf.virtio(), LintImages.xen(), LintImages.hermit(),
                LintImages.unikraft(TestElf.libInfo()))) {
            Path file = Files.write(folder.resolve("image"), elf.build());
            assertEquals(List.of(), ReadelfOracle.compare(file));
        }
    }

    private MemorySegment bytes(String name) throws IOException {
        return MemorySegment.ofArray(Files.readAllBytes(folder.resolve(name)));
    }

    /// Every n-th ELF file of a folder, in the order of their names.
    private static List<Path> elves(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
        var all = new ArrayList<Path>();
        try (Stream<Path> files = Files.walk(dir, dir.endsWith("gcc") ? 3 : 1)) {
            for (Path file : files.filter(Files::isRegularFile).filter(Files::isReadable).sorted().toList()) {
                if (Files.size(file) < 4_000_000 && elf(file)) {
                    all.add(file);
                }
            }
        }
        int step = Math.max(1, all.size() / OF_EACH);
        return Stream.iterate(0, i -> i < all.size(), i -> i + step).map(all::get).toList();
    }

    private static boolean elf(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return ElfFile.magic(MemorySegment.ofArray(in.readNBytes(4)));
        }
    }
}
