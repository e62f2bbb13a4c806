package dev.repro.image;

import static dev.repro.image.TestElf.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.repro.base.JsonText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class Solo5Test {

    @Test
    void printsWhatElftoolPrints() throws MalformedElf {
        ElfFile elf = hvt().elf();
        Manifest manifest = ((Reading.Found<Manifest>) Solo5.manifest(elf)).value();
        assertEquals("""
                {
                  "type": "solo5.manifest",
                  "version": 1,
                  "devices": [
                    { "name": "disk0", "type": "BLOCK_BASIC" },
                    { "name": "net0", "type": "NET_BASIC" }
                  ]
                }
                """, manifest.text());
        assertEquals("{\"type\":\"solo5.manifest\",\"version\":1,\"devices\":[{\"name\":\"disk0\",\"type\":\"BLOCK_BASIC\"},"
                + "{\"name\":\"net0\",\"type\":\"NET_BASIC\"}]}", JsonText.compact(manifest.toJson()));
        AbiNote abi = ((Reading.Found<AbiNote>) Solo5.abi(elf)).value();
        assertEquals(new AbiNote(1, 2, 0, 0), abi);
        assertEquals("{\n  \"type\": \"solo5.abi\",\n  \"target\": \"hvt\",\n  \"version\": 2\n}\n", abi.text());
        assertEquals("{\"type\":\"solo5.abi\",\"target\":\"hvt\",\"version\":2}", JsonText.compact(abi.toJson()));
        assertEquals("unknown", new AbiNote(7, 1, 0, 0).targetName());
    }

    @Test
    void bothViewsOfAnHonestImageAreTheSame() throws MalformedElf {
        ElfFile elf = hvt().elf();
        var tender = (Reading.Found<Manifest>) Solo5.manifest(elf);
        var tools = (Reading.Found<Manifest>) Solo5.manifestOfSection(elf);
        assertEquals(tender.value(), tools.value());
        assertEquals(tender.offset(), tools.offset());
        assertEquals("segment 7", tender.where());
        assertEquals("section .note.solo5.manifest", tools.where());
        assertEquals(((Reading.Found<AbiNote>) Solo5.abi(elf)).value(),
                ((Reading.Found<AbiNote>) Solo5.abiOfSection(elf)).value());
    }

    @Test
    void theTenderLooksAtTheFirstNoteOfASegmentOnly() throws MalformedElf {
        TestElf elf = hvt();
        elf.named(Solo5.MANIFEST_SECTION).bytes = concat(note("GNU", 1, words(0)), note("Solo5", Solo5.MFT1, plainManifest()));
        assertInstanceOf(Reading.Absent.class, Solo5.manifest(elf.elf()));
    }

    @Test
    void theTenderTakesTheFirstSegmentThatFits() throws MalformedElf {
        TestElf elf = hvt();
        Piece second = elf.piece(".note.second", Section.SHT_NOTE, 0, note("Solo5", Solo5.MFT1, manifest()));
        elf.part(Segment.PT_NOTE, 4, second, second, 0, 4);
        assertEquals(2, ((Reading.Found<Manifest>) Solo5.manifest(elf.elf())).value().devices().size());
        elf.phdr(NOTE_MANIFEST, P_TYPE, 0);
        assertEquals(0, ((Reading.Found<Manifest>) Solo5.manifest(elf.elf())).value().devices().size());
    }

    @Test
    void everyPresetFieldIsRead() {
        var block = new Device("d", true, false, 1, 1L << 40, 777, 0, 0, 0);
        assertEquals(1L << 40, block.presetCapacity());
        assertEquals(777, block.presetBlockSize());
        var net = new Device("n", true, false, 2, 0x05dc_eeffc0000002L, 0, 0, 0, 0);
        assertEquals("02:00:00:c0:ff:ee", Device.macText(net.presetMac()));
        assertEquals(1500, net.presetMtu());
    }

    /// Each rule of `mft_validate`, broken by one edit of the descriptor (4 bytes of padding, then `struct mft`).
    @Test
    void theManifestIsValidatedAsTheTenderDoes() throws MalformedElf {
        Map<String, Consumer<ByteBuffer>> cases = Map.of(
                "version 2 is not known", b -> b.putInt(4, 2),
                "too many entries", b -> b.putInt(8, 65),
                "size is not that of its entries", b -> b.putInt(8, 2),
                "the first entry is not the reserved one", b -> b.putInt(12 + 68, 2),
                "the first entry is not the reserved one, type", b -> b.put(12, (byte) 'a'),
                "a name has no end", b -> b.put(12 + 104 + 67, (byte) 'a'),
                "an entry is marked as attached", b -> b.put(12 + 2 * 104 + 96, (byte) 1));
        for (var c : cases.entrySet()) {
            byte[] manifest = plainManifest();
            c.getValue().accept(ByteBuffer.wrap(manifest).order(ByteOrder.LITTLE_ENDIAN));
            var reading = Solo5.manifest(solo5(1, 2, manifest).elf());
            String reason = assertInstanceOf(Reading.Refused.class, reading, c.getKey()).reason();
            assertEquals(true, reason.contains(c.getKey()), reason);
        }
        byte[] none = Arrays.copyOf(manifest(), 12);
        none[8] = 0;
        var reading = Solo5.manifest(solo5(1, 2, none).elf());
        assertEquals("the note in segment 7: there is not even the reserved entry", ((Reading.Refused<?>) reading).reason());
    }

    /// What `mft_validate` does not look at, the tender takes: lint is there for it.
    @Test
    void whatTheTenderTakesIsTaken() throws MalformedElf {
        for (Device device : List.of(new Device("net0", true, true, 2, -1, -1, -1, 0, 0xffffff), Device.plain("", 77),
                Device.plain("x y", 0x7fff_ffff))) {
            assertInstanceOf(Reading.Found.class, Solo5.manifest(solo5(1, 2, manifest(device)).elf()));
        }
    }

    @Test
    void sizesOfNotesAreHeldToTheirSegment() throws MalformedElf {
        refused(hvt().phdr(NOTE_MANIFEST, P_FILESZ, 11), "is a PT_NOTE of 11 bytes, too small for a note");
        assertInstanceOf(Reading.Absent.class, Solo5.manifest(hvt().phdr(NOTE_MANIFEST, P_FILESZ, 19).elf()));
        refused(hvt().phdr(NOTE_MANIFEST, P_FILESZ, 343), "larger than what holds it");
        refused(hvt().phdr(NOTE_MANIFEST, P_OFFSET, -8), "begins beyond the end of the file");
        refused(hvt().phdr(NOTE_MANIFEST, P_OFFSET, 1870), "beyond the end of the file");
        byte[] huge = new byte[6672];
        refused(solo5(1, 2, huge), "has a descriptor of 6672 bytes, not of 1 to 6668");
        refused(solo5(1, 2, new byte[0]), "has a descriptor of 0 bytes");
        refused(solo5(1, 2, new byte[4]), "the manifest is empty");
    }

    @Test
    void theHeaderIsCheckedAsTheTenderDoes() throws MalformedElf {
        Map<String, Consumer<ByteBuffer>> cases = Map.of(
                "e_version is 2, not 1", b -> b.putInt(20, 2),
                "e_ehsize is 65, not 64", b -> b.putShort(52, (short) 65),
                "there are no segments", b -> b.putShort(56, (short) 0),
                "the type is DYN, not EXEC", b -> b.putShort(16, (short) 3),
                "no tender runs on i386", b -> b.putShort(18, (short) 3));
        for (var c : cases.entrySet()) {
            refused(hvt().patch(c.getValue()), c.getKey());
        }
        var narrow = TestElf.plain(2);
        narrow.wide = false;
        refused(narrow, "the class is ELF32, not ELF64");
    }

    private static void refused(TestElf elf, String reason) throws MalformedElf {
        var refused = assertInstanceOf(Reading.Refused.class, Solo5.manifest(elf.elf()), reason);
        assertEquals(true, refused.reason().contains(reason), refused.reason());
    }
}
