package dev.repro.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.JsonText;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One image per rule that has just that hole, and the findings that lint must tell: lint/RULE.txt. `-Drepro.golden.update=true`
/// writes them anew.
class LintTest {
    private static final Path GOLDEN = Path.of("src/test/resources/dev/repro/image/lint");
    private static final Map<Rule, byte[]> IMAGES = LintImages.all();

    @ParameterizedTest
    @EnumSource
    void everyRuleHasAnImageThatBreaksIt(Rule rule) throws IOException {
        byte[] image = IMAGES.get(rule);
        assertTrue(image != null, "no image for " + rule.word());
        List<Lint.Finding> findings = Lint.check(MemorySegment.ofArray(image), OptionalLong.empty());
        assertTrue(findings.stream().anyMatch(f -> f.rule() == rule), rule.word() + " not in " + findings);
        golden(rule.word() + ".txt", findings.stream().map(f -> f + "\n").collect(Collectors.joining()));
    }

    @Test
    void goldenFilesAreThoseOfTheRules() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            assertEquals(Stream.of(Rule.values()).map(r -> r.word() + ".txt").collect(Collectors.toSet()),
                    files.map(f -> f.getFileName().toString()).collect(Collectors.toSet()));
        }
    }

    @Test
    void imagesWithoutFaultHaveNoFindings() {
        for (TestElf elf : List.of(TestElf.hvt(), TestElf.solo5(2, 2, TestElf.manifest()), TestElf.virtio(), LintImages.xen(),
                TestElf.solo5(4, 4, TestElf.plainManifest()), LintImages.unikraft(TestElf.libInfo()), LintImages.hermit())) {
            assertEquals(List.of(), Lint.check(elf.segment(), OptionalLong.empty()), Image.describe(elf.segment()).kind());
        }
    }

    @Test
    void anElfOfNoKindIsHeldToTheRulesOfSolo5() {
        assertEquals(List.of(Rule.INTERP_MISSING, Rule.OPENBSD_NOTE, Rule.ABI_MISSING, Rule.MANIFEST_MISSING),
                rules(TestElf.plain(ElfHeader.ET_EXEC).build(), OptionalLong.empty()));
    }

    @Test
    void memoryIsWhatTheTenderGives() {
        byte[] image = TestElf.hvt().phdr(TestElf.DATA, TestElf.P_VADDR, 0x300000)
                .phdr(TestElf.BSS, TestElf.P_VADDR, 0x380000).build();
        assertEquals(List.of(), rules(image, OptionalLong.empty()));
        assertEquals(List.of(), rules(image, OptionalLong.of(4 << 20)));
        // hvt rounds 3.9 MiB down to 2.
        assertEquals(List.of(Rule.SEGMENT_OUTSIDE_MEMORY, Rule.BSS_RANGE), rules(image, OptionalLong.of((4 << 20) - 1)));
        byte[] spt = TestElf.solo5(2, 2, TestElf.plainManifest()).phdr(TestElf.DATA, TestElf.P_VADDR, 0x300000)
                .phdr(TestElf.BSS, TestElf.P_VADDR, 0x380000).build();
        assertEquals(List.of(), rules(spt, OptionalLong.of((4 << 20) - 1)));
    }

    @Test
    void findingsOfOneRuleAreNotToldWithoutEnd() {
        var devices = new Device[60];
        Arrays.fill(devices, new Device("", true, false, 2, 1, 0, 0, 0, 0));
        byte[] image = TestElf.solo5(1, 2, TestElf.manifest(devices)).build();
        var findings = Lint.check(MemorySegment.ofArray(image), OptionalLong.empty());
        assertEquals(17, findings.stream().filter(f -> f.rule() == Rule.PRESET_MAC).count());
        assertTrue(findings.contains(new Lint.Finding(Rule.PRESET_MAC, "file", "and 44 more of these")));
    }

    @Test
    void theTableOfTheDocsIsTheEnum() throws IOException {
        String page = Files.readString(Path.of("../docs/lint.md"));
        assertTrue(page.contains(Rule.table()), "docs/lint.md must hold this table:\n" + Rule.table());
    }

    @Test
    void jsonCounts() {
        var findings = Lint.check(MemorySegment.ofArray(LintImages.all().get(Rule.OPENBSD_NOTE)), OptionalLong.empty());
        assertEquals("{\"schema\":\"repro.lint.v1\",\"errors\":0,\"warnings\":1,\"findings\":[{\"rule\":\"openbsd-note\","
                + "\"severity\":\"warning\",\"where\":\"segments\",\"message\":\"the first PT_NOTE does not begin with a note of "
                + "owner OpenBSD, type 1\"}]}", JsonText.compact(Lint.toJson(findings)));
    }

    private static List<Rule> rules(byte[] image, OptionalLong memory) {
        return Lint.check(MemorySegment.ofArray(image), memory).stream().map(Lint.Finding::rule).toList();
    }

    private static void golden(String name, String text) throws IOException {
        Path file = GOLDEN.resolve(name);
        if (Boolean.getBoolean("repro.golden.update")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text);
        }
        assertTrue(Files.exists(file), file + " is missing, it should hold:\n" + text);
        assertEquals(Files.readString(file), text);
    }
}
