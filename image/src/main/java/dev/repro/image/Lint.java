package dev.repro.image;

import dev.repro.base.Json;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Looks for what an image may hold that a tender does not refuse but should, and says before a launch what a tender would
/// refuse.
///
/// What is looked for is [Rule]. Images that nothing marks as Solo5's but something as another unikernel's (Unikraft, Hermit,
/// Xen, multiboot) are held to the rules only that fit any image.
public final class Lint {
    /// Findings of one rule that are told one by one.
    private static final int SHOWN = 16;

    private final List<Finding> findings = new ArrayList<>();
    private final Map<Rule, Integer> counts = new EnumMap<>(Rule.class);

    /// @param where segment, section, device or offset, for people
    /// @param message what stands there: a clause in lower case, no full stop
    public record Finding(Rule rule, String where, String message) {

        public Json.Obj toJson() {
            return Json.object("rule", rule.word(), "severity", rule.severity().word(), "where", where, "message", message);
        }

        /// `error: preset-mac: device net0: …`
        @Override
        public String toString() {
            return rule.severity().word() + ": " + rule.word() + ": " + where + ": " + message;
        }
    }

    Lint() {}

    /// All findings, in the order of the checks. Never fails, whatever the bytes.
    ///
    /// @param memory what the guest is to get, in bytes; without it only what no tender could give is refused
    public static List<Finding> check(MemorySegment bytes, OptionalLong memory) {
        var lint = new Lint();
        try {
            lint.elf(ElfFile.parse(bytes), memory);
        } catch (MalformedElf e) {
            lint.add(Rule.NOT_AN_ELF, "file", e.getMessage());
        }
        return lint.findings();
    }

    /// `repro.lint.v1`
    public static Json.Obj toJson(List<Finding> findings) {
        return Json.object("schema", "repro.lint.v1", "errors", errors(findings), "warnings", findings.size() - errors(findings),
                "findings", findings.stream().map(Finding::toJson).toList());
    }

    /// How many of the findings are errors.
    public static int errors(List<Finding> findings) {
        return (int) findings.stream().filter(f -> f.rule().severity() == Rule.Severity.ERROR).count();
    }

    private void elf(ElfFile elf, OptionalLong memory) {
        Image image = Image.describe(elf.bytes());
        Optional<Sections> sections = sections(elf);
        boolean solo5 = image.mark(Mark.Solo5.class).isPresent() || image.mark(Mark.Opaque.class).isPresent();
        Optional<Target> target = solo5 ? target(elf) : Optional.empty();
        boolean tender = solo5 && (target.isEmpty() || target.get().loadedByTender());
        Optional<String> refusal = solo5 ? Solo5.headerRefusal(elf.header()) : Optional.empty();
        refusal.ifPresent(reason -> add(Rule.ELF_HEADER, "header", reason));
        new LintSegments(this, elf).check(tender, target, memory);
        var notes = new LintNotes(this, elf, sections);
        notes.regions();
        if (solo5 && refusal.isEmpty()) {
            notes.solo5(target);
        }
        new LintBoot(this, elf, image).check(target);
        sections.ifPresent(s -> trailing(elf, s));
    }

    /// What the image is built for, as far as anything in it says.
    private static Optional<Target> target(ElfFile elf) {
        var reading = Solo5.abi(elf) instanceof Reading.Found<AbiNote> seen ? seen : Solo5.abiOfSection(elf);
        return reading instanceof Reading.Found(AbiNote abi, _, _, _) ? Target.of(abi.target()) : Optional.empty();
    }

    private Optional<Sections> sections(ElfFile elf) {
        try {
            Sections sections = elf.sections();
            if (sections.list().isEmpty()) {
                add(Rule.SECTIONS_MISSING, "header", "the file has no section headers");
            }
            return Optional.of(sections);
        } catch (MalformedElf e) {
            add(Rule.SECTIONS_MALFORMED, "sections", e.getMessage());
            return Optional.empty();
        }
    }

    private void trailing(ElfFile elf, Sections sections) {
        ElfHeader header = elf.header();
        long size = elf.bytes().byteSize();
        long end = Math.max(header.wide() ? 64 : 52, header.programHeaderOffset()
                + (long) elf.segments().size() * header.segmentEntry());
        end = Math.max(end, header.sectionHeaderOffset() + (long) sections.list().size() * header.sectionEntry());
        for (Segment segment : elf.segments()) {
            end = Math.max(end, end(segment.offset(), segment.fileSize(), size));
        }
        for (Section section : sections.list()) {
            end = Math.max(end, section.stored() ? end(section.offset(), section.size(), size) : 0);
        }
        if (end < size) {
            add(Rule.TRAILING_BYTES, "offset 0x" + Long.toHexString(end), (size - end) + " bytes that no header speaks of");
        }
    }

    /// The end of a range of the file; of one that is not in it the file's own.
    private static long end(long offset, long length, long size) {
        boolean inside = offset >= 0 && offset <= size && length >= 0 && length <= size - offset;
        return inside ? offset + length : size;
    }

    void add(Rule rule, String where, String message) {
        if (counts.merge(rule, 1, Integer::sum) <= SHOWN) {
            findings.add(new Finding(rule, where, message));
        }
    }

    private List<Finding> findings() {
        counts.forEach((rule, count) -> {
            if (count > SHOWN) {
                findings.add(new Finding(rule, "file", "and " + (count - SHOWN) + " more of these"));
            }
        });
        return List.copyOf(findings);
    }
}
