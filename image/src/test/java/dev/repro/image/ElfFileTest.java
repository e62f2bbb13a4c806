package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ElfFileTest {

    @Test
    void readsHeaderSegmentsSectionsSymbols() throws MalformedElf {
        ElfFile elf = TestElf.hvt().elf();
        assertEquals("ELF64 EXEC x86-64", elf.header().format());
        assertEquals(0x100018, elf.header().entry());
        assertEquals(8, elf.segments().size());
        Segment bss = elf.segments().get(TestElf.BSS);
        assertEquals(List.of(0L, 0x2000L, 0x104000L), List.of(bss.fileSize(), bss.memorySize(), bss.virtualAddress()));
        Sections sections = elf.sections();
        assertEquals(List.of("", ".interp", ".text", ".note.solo5.manifest", ".note.solo5.abi", ".note.solo5.not_openbsd",
                ".data", ".bss", ".symtab", ".strtab", ".shstrtab"), sections.list().stream().map(Section::name).toList());
        Section text = sections.named(".text").orElseThrow();
        assertArrayEquals(new byte[] {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd},
                sections.bytes(text).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(text, sections.atOffset(text.offset() + 2).orElseThrow());
        assertEquals(text, sections.atAddress(0x100019).orElseThrow());
        assertEquals(".bss", sections.atAddress(0x105fff).orElseThrow().name());
        assertTrue(sections.atOffset(3).isEmpty());
        assertEquals(0, sections.bytes(sections.named(".bss").orElseThrow()).byteSize());
        assertEquals(List.of("", "_start", "label"), sections.symbols().all().stream().map(Symbol::name).toList());
    }

    @Test
    void reads32Bits() throws MalformedElf {
        var builder = TestElf.plain(ElfHeader.ET_EXEC);
        builder.wide = false;
        builder.machine = ElfHeader.EM_386;
        builder.symbol(new Symbol("_start", 0x100000, 8, Symbol.FUNC, Symbol.GLOBAL, 1));
        ElfFile elf = builder.elf();
        assertEquals("ELF32 EXEC i386", elf.header().format());
        assertEquals(new Segment(0, 1, 5, elf.segments().getFirst().offset(), 0x100000, 0x100000, 32, 32, 0x1000),
                elf.segments().getFirst());
        assertEquals(new Symbol("_start", 0x100000, 8, 2, 1, 1), elf.sections().symbols().all().get(1));
    }

    @Test
    void readsFilesWithoutSections() throws MalformedElf {
        var builder = TestElf.hvt();
        builder.withSections = false;
        assertEquals(List.of(), builder.elf().sections().list());
        assertEquals(List.of(), builder.elf().sections().symbols().all());
    }

    @Test
    void brokenSectionsLeaveTheSegmentsReadable() throws MalformedElf {
        for (Consumer<ByteBuffer> breakage : List.<Consumer<ByteBuffer>>of(
                b -> b.putLong(40, Long.MAX_VALUE), b -> b.putLong(40, -1), b -> b.putShort(60, (short) 0x7000),
                b -> b.putShort(62, (short) 99), b -> b.putShort(58, (short) 40), b -> b.putLong(40, 0))) {
            ElfFile elf = TestElf.hvt().patch(breakage).elf();
            assertThrows(MalformedElf.class, elf::sections);
            assertEquals(2, ((Reading.Found<Manifest>) Solo5.manifest(elf)).value().devices().size());
        }
    }

    @Test
    void countsThatDoNotFitTheHeaderAreInSection0() throws MalformedElf {
        int sections = TestElf.hvt().elf().sections().list().size();
        ElfFile elf = TestElf.hvt().patch(b -> {
            int headers = (int) b.getLong(40);
            b.putLong(headers + 32, b.getShort(60)).putInt(headers + 40, b.getShort(62)).putInt(headers + 44, b.getShort(56));
            b.putShort(60, (short) 0).putShort(62, (short) 0xffff).putShort(56, (short) 0xffff);
        }).elf();
        assertEquals(sections, elf.sections().list().size());
        assertEquals(".text", elf.sections().list().get(2).name());
        assertEquals(8, elf.segments().size());
    }

    @Test
    void hugeCountsAreRefusedBeforeMemoryIsTaken() {
        for (long count : new long[] {-1, Long.MIN_VALUE, 1L << 58, 1L << 40, Integer.MAX_VALUE, 100_000}) {
            refused("section header table", b -> b.putShort(60, (short) 0).putLong((int) b.getLong(40) + 32, count));
        }
    }

    @Test
    void namesThatSpellFarMoreThanTheFileAreRefused() {
        var elf = TestElf.plain(ElfHeader.ET_EXEC);
        // 3000 symbols, each of which spells all of the table from its own offset on.
        elf.symbol(new Symbol("x".repeat(20_000), 0, 0, 0, 0, 1));
        for (int i = 0; i < 3000; i++) {
            elf.symbol(new Symbol("", 0, 0, 0, 0, 1));
        }
        elf.patch(b -> {
            int table = (int) b.getLong((int) b.getLong(40) + 64 * 2 + 24);
            for (int i = 0; i < 3000; i++) {
                b.putInt(table + 24 * (i + 2), i + 1);
            }
        });
        var e = assertThrows(MalformedElf.class, () -> elf.elf().sections().symbols());
        assertTrue(e.what().contains("far more than the file"), e.getMessage());
    }

    @Test
    void everyRefusalSaysWhatAndWhere() {
        refusedElf("not an ELF file at offset 0x0 (expected 0x464c457f, found 0x464c4501)", b -> b.put(0, (byte) 1));
        refusedElf("unknown ELF class at offset 0x4 (expected 1 or 2, found 3)", b -> b.put(4, (byte) 3));
        refusedElf("not a little-endian ELF file at offset 0x5 (expected 0x1, found 0x2)", b -> b.put(5, (byte) 2));
        refusedElf("the size of a program header is not that of its class at offset 0x40 (expected 56, found 57)",
                b -> b.putShort(54, (short) 57));
        refusedElf("the program header table begins beyond the end of the file at offset 0xffffffffffffffff (expected"
                + " at most 1880, found 18446744073709551615)", b -> b.putLong(32, -1));
        var short64 = assertThrows(MalformedElf.class, () -> ElfFile.parse(MemorySegment.ofArray(
                Arrays.copyOf(TestElf.hvt().build(), 63))));
        assertEquals("the ELF header ends too early at offset 0x3e (expected 2 more bytes, found 1)", short64.getMessage());
        assertEquals("the ELF header ends too early/62/2 more bytes/1", String.join("/", short64.what(),
                Long.toString(short64.offset()), short64.expected(), short64.found()));
    }

    @Test
    void symbolsAreFoundByPlace() throws MalformedElf {
        var b = TestElf.plain(ElfHeader.ET_EXEC);
        b.named(".text").bytes = new byte[0x100];
        b.symbol(new Symbol("outer", 0x100000, 0x80, Symbol.FUNC, Symbol.GLOBAL, 1));
        b.symbol(new Symbol("alias", 0x100000, 0x80, Symbol.FUNC, Symbol.LOCAL, 1));
        b.symbol(new Symbol("inner", 0x100010, 0x10, Symbol.OBJECT, Symbol.LOCAL, 1));
        b.symbol(new Symbol("label", 0x100090, 0, Symbol.NOTYPE, Symbol.LOCAL, 1));
        b.symbol(new Symbol("file.c", 0x100008, 0, Symbol.FILE, Symbol.LOCAL, 0xfff1));
        b.symbol(new Symbol("absolute", 0x100009, 9, Symbol.OBJECT, Symbol.LOCAL, 0xfff1));
        Sections sections = b.elf().sections();
        Symbols symbols = sections.symbols();
        Section text = sections.named(".text").orElseThrow();
        assertEquals(Symbol.ABSOLUTE, symbols.named("absolute").orElseThrow().section());
        for (var expected : Map.of(0x0L, "outer", 0xaL, "outer", 0x10L, "inner", 0x1fL, "inner", 0x20L, "outer",
                0x90L, "label", 0xffL, "label").entrySet()) {
            assertEquals(expected.getValue(), symbols.at(text, expected.getKey()).orElseThrow().name());
            assertEquals(expected.getValue(), symbols.at(0x100000 + expected.getKey()).orElseThrow().name());
        }
        assertTrue(symbols.at(text, 0x88).isEmpty());
        assertTrue(symbols.at(0xfffff).isEmpty());
    }

    @Test
    void symbolsOfRelocatableFilesAreFoundInTheirSection() throws MalformedElf {
        var b = TestElf.plain(ElfHeader.ET_REL);
        b.parts.clear();
        b.piece(".text.b", 1, 6, new byte[16]);
        b.symbol(new Symbol("a", 0, 8, Symbol.FUNC, Symbol.GLOBAL, 1));
        b.symbol(new Symbol("b", 0, 8, Symbol.FUNC, Symbol.GLOBAL, 2));
        Sections sections = b.elf().sections();
        assertEquals("a", sections.symbols().at(sections.list().get(1), 7).orElseThrow().name());
        assertEquals("b", sections.symbols().at(sections.list().get(2), 7).orElseThrow().name());
        assertTrue(sections.symbols().at(sections.list().get(2), 8).isEmpty());
    }

    @Test
    void notesKeepTheirAlignment() throws MalformedElf {
        byte[] eight = TestElf.concat(TestElf.note("GNU", 5, new byte[12]), new byte[4], TestElf.note("GNU", 3, new byte[20]));
        var notes = Note.readAll(MemorySegment.ofArray(eight), 0, 8);
        assertEquals(List.of(5, 3), notes.stream().map(Note::type).toList());
        assertEquals(32, notes.get(1).offset());
        var e = assertThrows(MalformedElf.class, () -> Note.readAll(MemorySegment.ofArray(new byte[] {0, 0, 7, 0}), 16, 4));
        assertEquals(18, e.offset());
        assertEquals(List.of(), Note.readAll(MemorySegment.ofArray(new byte[11]), 0, 4));
    }

    private static void refused(String what, Consumer<ByteBuffer> patch) {
        var e = assertThrows(MalformedElf.class, () -> TestElf.hvt().patch(patch).elf().sections());
        assertTrue(e.what().contains(what), e.getMessage());
    }

    private static void refusedElf(String message, Consumer<ByteBuffer> patch) {
        byte[] image = TestElf.hvt().patch(patch).build();
        assertEquals(message, assertThrows(MalformedElf.class, () -> ElfFile.parse(MemorySegment.ofArray(image))).getMessage());
    }
}
