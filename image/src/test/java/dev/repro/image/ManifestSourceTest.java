package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestSourceTest {
    private static final String TWO = """
            {"type": "solo5.manifest", "version": 1,
             "devices": [{"name": "disk0", "type": "BLOCK_BASIC"}, {"type": "NET_BASIC", "name": "net0"}]}
            """;

    @TempDir
    Path folder;

    @Test
    void readsWhatElftoolReads() throws Problem {
        assertEquals(List.of(Device.plain("disk0", 1), Device.plain("net0", 2)), parse(TWO).devices());
        assertEquals(List.of(), parse("{\"type\":\"solo5.manifest\",\"version\":1,\"devices\":[ ]}").devices());
        assertEquals(64, parse(devices(63)).manifest().entries().size());
    }

    @Test
    void refusesWhatElftoolRefusesAndSaysWhy() {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("[]", "manifest.json $: an object was expected");
        cases.put("{\"type\":\"solo5.manifest\",\"version\":1,\"devices\":[],\"name\":\"x\"}",
                "manifest.json $: unknown member `name`");
        cases.put("{\"type\":\"solo5.manifest\",\"devices\":[]}", "manifest.json $: member `version` is missing");
        cases.put("{\"type\":\"solo5.abi\",\"version\":1,\"devices\":[]}",
                "manifest.json: member `type` is not that of a Solo5 manifest (expected solo5.manifest, found solo5.abi)");
        cases.put("{\"type\":\"solo5.manifest\",\"version\":2,\"devices\":[]}",
                "manifest.json: member `version` is not that of a Solo5 manifest (expected 1, found 2)");
        cases.put(device("\"name\":\"a\",\"type\":\"NET_BASIC\",\"mac\":\"x\""),
                "manifest.json $.devices[0]: unknown member `mac`");
        cases.put(device("\"name\":\"a\""), "manifest.json $.devices[0]: member `type` is missing");
        cases.put(device("\"name\":\"\",\"type\":\"NET_BASIC\""),
                "manifest.json $.devices[0]: the name of a device has letters and digits only"
                + " (expected 1 to 67 of A-Z, a-z, 0-9, found ``)");
        cases.put(device("\"name\":\"a-b\",\"type\":\"NET_BASIC\""),
                "manifest.json $.devices[0]: the name of a device has letters and digits only"
                + " (expected 1 to 67 of A-Z, a-z, 0-9, found `a-b`)");
        cases.put(device("\"name\":\"a\",\"type\":\"NET\""),
                "manifest.json $.devices[0]: unknown type of device (expected BLOCK_BASIC or NET_BASIC, found `NET`)");
        cases.put(TWO.replace("disk0", "net0"), "manifest.json $.devices[1]: two devices have the same name (found net0)");
        cases.put(devices(64), "manifest.json $.devices: too many devices (expected at most 63, found 64)");
        cases.put("{", "manifest.json: not the JSON that was expected: line 1, column 2: the text ends too early");
        for (var c : cases.entrySet()) {
            var problem = assertThrows(Problem.class, () -> parse(c.getKey()), c.getKey());
            assertEquals(c.getValue(), problem.line());
            assertEquals(Problem.Exit.USAGE, problem.exit());
        }
        assertThrows(Problem.class, () -> parse(device("\"name\":\"" + "a".repeat(68) + "\",\"type\":\"NET_BASIC\"")));
    }

    @Test
    void theObjectHoldsTheNoteAndItsSymbol() throws Problem, MalformedElf {
        byte[] object = parse(TWO).toObject(ElfHeader.EM_X86_64);
        ElfFile elf = ElfFile.parse(MemorySegment.ofArray(object));
        assertEquals("ELF64 REL x86-64", elf.header().format());
        Section section = elf.sections().named(".note.solo5.manifest").orElseThrow();
        assertArrayEquals(TestElf.note("Solo5", Solo5.MFT1, TestElf.plainManifest()),
                elf.sections().bytes(section).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(new Symbol("__solo5_mft1_note", 0, section.size(), Symbol.OBJECT, Symbol.GLOBAL, section.index()),
                elf.sections().symbols().all().get(1));
        assertArrayEquals(object, parse(TWO).toObject(ElfHeader.EM_X86_64));
    }

    @Test
    void aCompilerMakesTheSameNoteOfTheSource() throws Problem, IOException, InterruptedException, MalformedElf {
        Tools.assume("gcc", "ld", "readelf");
        for (String json : List.of(TWO, devices(0), devices(63))) {
            ManifestSource source = parse(json);
            Files.writeString(folder.resolve("m.c"), source.toC());
            for (String standard : List.of("-std=c11", "-std=gnu17")) {
                Tools.run(folder, "gcc", standard, "-ffreestanding", "-nostdinc", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                        "-O2", "-c", "m.c", "-o", "m.o");
                assertArrayEquals(note(source.toObject(ElfHeader.EM_X86_64)), note(Files.readAllBytes(folder.resolve("m.o"))));
            }
            Files.write(folder.resolve("ours.o"), source.toObject(ElfHeader.EM_X86_64));
            assertEquals(List.of(), ReadelfOracle.compare(folder.resolve("ours.o")));
        }
    }

    @Test
    void aLinkerMakesAnImageOfTheObjectThatTheTenderReads() throws Problem, IOException, InterruptedException, MalformedElf {
        Tools.assume("gcc", "ld");
        Files.writeString(folder.resolve("a.c"), """
                extern const unsigned __solo5_mft1_note[];
                unsigned _start(void) { return __solo5_mft1_note[1]; }
                """);
        Files.writeString(folder.resolve("a.lds"), """
                ENTRY(_start)
                PHDRS { text PT_LOAD FLAGS(5); m PT_NOTE; }
                SECTIONS { . = 0x100000; .text : { *(.text) } :text .note.solo5.manifest : { *(.note.solo5.manifest) } :text :m }
                """);
        Tools.run(folder, "gcc", "-O2", "-ffreestanding", "-fno-pic", "-fno-asynchronous-unwind-tables", "-c", "a.c",
                "-o", "a.o");
        Files.write(folder.resolve("m.o"), parse(TWO).toObject(ElfHeader.EM_X86_64));
        Tools.run(folder, "ld", "-static", "--build-id=none", "--fatal-warnings", "-z", "max-page-size=0x1000", "-T", "a.lds",
                "a.o", "m.o", "-o", "image");
        ElfFile elf = ElfFile.parse(MemorySegment.ofArray(Files.readAllBytes(folder.resolve("image"))));
        assertEquals(parse(TWO).manifest(), ((Reading.Found<Manifest>) Solo5.manifest(elf)).value());
        assertTrue(Solo5.manifestOfSection(elf) instanceof Reading.Found);
    }

    private static byte[] note(byte[] object) throws MalformedElf {
        Sections sections = ElfFile.parse(MemorySegment.ofArray(object)).sections();
        Section section = sections.named(".note.solo5.manifest").orElseThrow();
        assertEquals(4, section.alignment());
        assertEquals(Section.SHT_NOTE, section.type());
        return sections.bytes(section).toArray(ValueLayout.JAVA_BYTE);
    }

    private static String device(String members) {
        return "{\"type\":\"solo5.manifest\",\"version\":1,\"devices\":[{" + members + "}]}";
    }

    private static String devices(int count) {
        var out = new StringBuilder("{\"type\":\"solo5.manifest\",\"version\":1,\"devices\":[");
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append("{\"name\":\"net").append(i).append("\",\"type\":\"NET_BASIC\"}");
        }
        return out.append("]}").toString();
    }

    private static ManifestSource parse(String json) throws Problem {
        return ManifestSource.parse(json.getBytes(StandardCharsets.UTF_8), "manifest.json");
    }
}
