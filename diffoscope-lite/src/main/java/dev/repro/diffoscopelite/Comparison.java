package dev.repro.diffoscopelite;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Compares the outputs of two builds and says why they differ.
///
/// 1. Both files are cut into regions: sections by name, headers, what lies between. What is no ELF file is one region.
/// 2. Regions of one name are aligned: symbols by name, texts by content, other bytes by equal blocks ([Aligner]).
/// 3. Each stretch that is left is explained ([Attributor]): by what was planted in the builds (proven), by its shape (likely),
///    as the consequence of something that moved; or it stays unexplained.
///
/// Findings are few (one for each cause in each section, at most 50) and so is the memory: some numbers for each symbol and text.
public final class Comparison {

    private Comparison() {}

    /// Never fails, whatever the bytes are; reads only the two segments.
    ///
    /// @param exceptions declared differences: findings in these sections carry the reason in place of a fix
    public static Diff compare(MemorySegment a, MemorySegment b, Planted planted, List<Excepted> exceptions) {
        if (a.mismatch(b) == -1) {
            return new Diff(Verdict.IDENTICAL, List.of(), 0, 0, 0);
        }
        var layoutA = Layout.elf(a);
        var layoutB = Layout.elf(b);
        if (layoutA == null || layoutB == null) {
            boolean text = Region.mostlyText(a) && Region.mostlyText(b);
            layoutA = Layout.opaque(a, text);
            layoutB = Layout.opaque(b, text);
        }
        return compare(layoutA, layoutB, planted, exceptions);
    }

    private static Diff compare(Layout a, Layout b, Planted planted, List<Excepted> exceptions) {
        var moves = new Moves();
        var texts = new TextCauses(planted);
        var alignments = align(a, b, moves, texts::mask);
        var collector = new Collector();
        var attributor = new Attributor(texts, new BinaryCauses(planted, moves, a.machine()), a, b, alignments, moves, collector);
        alignments.forEach(attributor::explain);
        if (a.elf() != null) {
            kinds(a, b, collector);
        }
        if (collector.isEmpty()) {
            collector.unexplained(new Where("", "", "", 0, 0), "", "", 0);
        }
        Map<String, String> reasons = new HashMap<>();
        exceptions.forEach(e -> reasons.put(e.section(), e.reason()));
        var findings = collector.findings(reasons);
        var verdict = a.elf() != null && Levels.mapped(a.elf(), b.elf()) ? Verdict.MAPPED
                : Levels.equalWithout(a, b, reasons.keySet()) ? Verdict.EXCEPTED : Verdict.DIFFERENT;
        int shown = Math.min(findings.size(), Collector.MAX);
        int omitted = findings.size() - shown + attributor.omitted();
        return new Diff(verdict, findings.subList(0, shown), attributor.bytes(), attributor.ranges(), omitted);
    }

    private static List<Alignment> align(Layout a, Layout b, Moves moves, Aligner.Mask mask) {
        var left = new LinkedHashMap<String, Region>();
        b.regions().forEach(r -> left.put(r.key(), r));
        var alignments = new ArrayList<Alignment>();
        for (var region : a.regions()) {
            alignments.add(Aligner.align(region, left.remove(region.key()), moves, mask));
        }
        left.values().forEach(r -> alignments.add(Aligner.align(null, r, moves, mask)));
        moves.seal();
        alignments.removeIf(x -> x.isEmpty() && !x.moving());
        return alignments;
    }

    private static void kinds(Layout a, Layout b, Collector collector) {
        var kinds = Levels.kinds(a, b);
        if (!kinds.getFirst().isEmpty()) {
            String x = kinds.getFirst();
            String y = kinds.getLast();
            int focus = 0;
            while (focus < x.length() && focus < y.length() && x.charAt(focus) == y.charAt(focus)) {
                focus++;
            }
            collector.unexplained(new Where("", "(ELF header)", "", 0, 0), Shown.text(x, focus), Shown.text(y, focus), 3);
        }
    }
}
