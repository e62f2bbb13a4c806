package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageTest {

    @Test
    void eachKindIsNamed() {
        assertEquals(List.of("solo5-hvt"), kinds(TestElf.hvt()));
        assertEquals(List.of("solo5-spt"), kinds(TestElf.solo5(2, 2, TestElf.manifest())));
        assertEquals(List.of("solo5-virtio", "multiboot1"), kinds(TestElf.virtio()));
        assertEquals(List.of("solo5-muen"), kinds(TestElf.solo5(4, 4, TestElf.manifest())));
        assertEquals(List.of("solo5-genode"), kinds(TestElf.solo5(5, 1, TestElf.manifest())));
        assertEquals(List.of("solo5-xen", "xen-pvh"), kinds(LintImages.xen()));
        assertEquals(List.of("solo5-unknown"), kinds(TestElf.solo5(9, 1, TestElf.manifest())));
        assertEquals(List.of("unikraft", "multiboot1"), kinds(LintImages.unikraft(TestElf.libInfo())));
        assertEquals(List.of("unikraft", "multiboot1"), kinds(LintImages.unikraft(new byte[] {1})));
        assertEquals(List.of("hermit"), kinds(LintImages.hermit()));
        assertEquals(List.of("opaque"), kinds(TestElf.plain(ElfHeader.ET_EXEC)));
    }

    @Test
    void eachKindIsDescribed() {
        assertEquals("Solo5 hvt, ABI 2, devices disk0 (BLOCK_BASIC), net0 (NET_BASIC)", summary(TestElf.hvt()));
        assertEquals("Solo5 spt, ABI 2, no devices", summary(TestElf.solo5(2, 2, TestElf.manifest())));
        assertEquals("Solo5 spt, ABI 2, manifest refused: the manifest is empty at offset 0x234 (expected more than 4, found 4)",
                summary(TestElf.solo5(2, 2, new byte[4])));
        assertEquals("multiboot 1 by addresses, load 0x100000 to 0x103010, entry 0x100038",
                Image.describe(TestElf.virtio().segment()).marks().get(1).summary());
        assertEquals("Xen PVH, entry 0x100018", Image.describe(LintImages.xen().segment()).marks().get(1).summary());
        assertEquals("Hermit 0.10.0, entry version 4", summary(LintImages.hermit()));
        assertEquals("opaque: no mark of any known unikernel", summary(TestElf.plain(ElfHeader.ET_EXEC)));
    }

    @Test
    void unikraftsRecordsAreRead() {
        byte[] info = TestElf.concat(
                TestElf.libInfo(TestElf.libInfoRecord(7, TestElf.ascii("0.17.0~eaf6fda1\0")),
                        TestElf.libInfoRecord(12, TestElf.ascii("2026-11-01T00:00:00+00:00\0")),
                        TestElf.libInfoRecord(10, new byte[5])),
                TestElf.libInfo(TestElf.libInfoRecord(1, TestElf.ascii("libnolibc\0")),
                        TestElf.libInfoRecord(15, TestElf.words(3)), TestElf.libInfoRecord(99, TestElf.words(1))));
        Image image = Image.describe(LintImages.unikraft(info).segment());
        assertEquals("Unikraft 0.17.0~eaf6fda1, libraries: 1", image.marks().getFirst().summary());
        assertEquals("{\"kind\":\"unikraft\",\"libraries\":[{\"library\":\"\",\"records\":["
                + "{\"type\":\"ukfullversion\",\"text\":\"0.17.0~eaf6fda1\"},"
                + "{\"type\":\"compiledate\",\"text\":\"2026-11-01T00:00:00+00:00\"},"
                + "{\"type\":\"ukconfiggz\",\"text\":\"<5 bytes>\"}]},"
                + "{\"library\":\"libnolibc\",\"records\":[{\"type\":\"compileopts\",\"text\":\"pie,dce\"},"
                + "{\"type\":\"record 99\",\"text\":\"<4 bytes>\"}]}]}", JsonText.compact(image.marks().getFirst().toJson()));
    }

    @Test
    void brokenRecordsAreSaidToBeBroken() {
        for (var info : Map.of("ends too early", TestElf.words(100, 1), "smaller than what it counts",
                TestElf.words(5, 1), "unknown layout", TestElf.words(8, 2)).entrySet()) {
            Image image = Image.describe(LintImages.unikraft(info.getValue()).segment());
            String summary = image.marks().getFirst().summary();
            assertEquals(true, summary.startsWith("unikraft, broken: ") && summary.contains(info.getKey()), summary);
        }
    }

    @Test
    void whatIsNoElfIsOpaqueUnlessABootLoaderTakesIt() {
        assertEquals("opaque: not an ELF file",
                Image.describe(MemorySegment.ofArray(new byte[100])).marks().getFirst().summary());
        assertEquals("not an ELF file", Image.describe(MemorySegment.ofArray(new byte[0])).format());
        byte[] kernel = TestElf.concat(new byte[64], TestElf.multiboot(0x10000, 64, 0, 0, 0, 96));
        assertEquals("multiboot1", Image.describe(MemorySegment.ofArray(kernel)).kind());
        byte[] cut = Arrays.copyOf(TestElf.hvt().build(), 70);
        assertEquals("malformed ELF file", Image.describe(MemorySegment.ofArray(cut)).format());
    }

    @Test
    void jsonIsWhole() {
        assertEquals("{\"schema\":\"repro.image.v1\",\"kind\":\"solo5-spt\",\"format\":\"ELF64 EXEC x86-64\","
                + "\"size\":1672,\"marks\":["
                + "{\"kind\":\"solo5-spt\",\"abi\":{\"type\":\"solo5.abi\",\"target\":\"spt\",\"version\":2},"
                + "\"manifest\":{\"type\":\"solo5.manifest\",\"version\":1,\"devices\":[]}}]}",
                JsonText.compact(Image.describe(TestElf.solo5(2, 2, TestElf.manifest()).segment()).toJson()));
        assertEquals("[{\"kind\":\"multiboot1\",\"offset\":4120,\"flags\":65536,\"load\":1048576,\"load_end\":1060880,"
                + "\"bss_end\":1073152,\"entry\":1048632}]", JsonText.compact(Json.array(
                        List.of(Image.describe(TestElf.virtio().segment()).marks().get(1).toJson()))));
    }

    private static List<String> kinds(TestElf elf) {
        return Image.describe(elf.segment()).marks().stream().map(Mark::kind).toList();
    }

    private static String summary(TestElf elf) {
        return Image.describe(elf.segment()).marks().getFirst().summary();
    }
}
