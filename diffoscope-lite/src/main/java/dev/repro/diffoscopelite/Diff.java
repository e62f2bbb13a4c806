package dev.repro.diffoscopelite;

import dev.repro.base.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;

/// The outcome of a comparison.
///
/// @param findings roots first (proven, then likely), what is unexplained, consequences
/// @param differingBytes in both regions of a pair, the longer one counted; what only stands in another order counts nothing
/// @param differingRanges places that differ
/// @param omitted findings and places that were left out for being too many
public record Diff(Verdict verdict, List<Finding> findings, long differingBytes, int differingRanges, int omitted) {
    public Diff {
        findings = List.copyOf(findings);
    }

    /// This diff after a further build showed that `variations` alone make the outputs differ: what was only likely or
    /// unexplained has that cause now. A finding whose likely cause is one of several variations keeps it.
    public Diff proven(Collection<String> variations) {
        if (variations.isEmpty()) {
            return this;
        }
        String joined = String.join("+", variations);
        record Key(String cause, Role role, String section) {}
        var merged = new LinkedHashMap<Key, Finding>();
        for (var finding : findings) {
            boolean open = finding.role() != Role.CONSEQUENCE
                    && (finding.proof() == Proof.LIKELY || finding.proof() == Proof.NONE);
            String cause = !open || variations.contains(finding.cause()) ? finding.cause() : joined;
            String fix = cause.equals(finding.cause()) || finding.fix().startsWith("excepted: ") ? finding.fix()
                    : fix(variations);
            var now = !open ? finding : new Finding(cause, Role.ROOT, Proof.REBUILT, finding.where(), finding.a(), finding.b(),
                    fix, finding.count());
            merged.merge(new Key(now.cause(), now.role(), now.where().section()), now, Diff::merge);
        }
        var sorted = new ArrayList<>(merged.values());
        sorted.sort((x, y) -> x.role() != y.role() ? x.role().compareTo(y.role()) : x.proof().compareTo(y.proof()));
        return new Diff(verdict, sorted, differingBytes, differingRanges, omitted);
    }

    public Diff proven(String variation) {
        return proven(List.of(variation));
    }

    /// This diff with a side of which nobody knows how it was made: what looks like planted text there proves nothing.
    public Diff guessed() {
        var guesses = findings.stream().map(f -> f.proof() != Proof.CANARY ? f
                : new Finding(f.cause(), f.role(), Proof.LIKELY, f.where(), f.a(), f.b(), f.fix(), f.count())).toList();
        return new Diff(verdict, guesses, differingBytes, differingRanges, omitted);
    }

    private static String fix(Collection<String> variations) {
        return String.join("; ", variations.stream().map(v -> Causes.of(v).fix()).toList());
    }

    private static Finding merge(Finding first, Finding second) {
        var kept = second.proof().compareTo(first.proof()) < 0 ? second : first;
        return new Finding(kept.cause(), kept.role(), kept.proof(), kept.where(), kept.a(), kept.b(), kept.fix(),
                (int) Math.min(Integer.MAX_VALUE, (long) first.count() + second.count()));
    }

    /// This diff of the file that its owner calls `path`.
    public Diff withPath(String path) {
        return new Diff(verdict, findings.stream().map(f -> f.withPath(path)).toList(), differingBytes, differingRanges, omitted);
    }

    /// repro.diff.v1.
    public Json.Obj toJson() {
        return Json.object("schema", "repro.diff.v1", "verdict", verdict.text(),
                "findings", findings.stream().map(Finding::toJson).toList(), "omitted", omitted);
    }

    /// The lines that a person reads: the file, then each cause with its fix and what follows from it.
    ///
    /// @param subject what the file is called
    /// @param left what side A is called, as in `A`
    /// @param right what side B is called, as in `B` or `file`
    public List<String> lines(String subject, String left, String right) {
        return new Report(left, right).lines(this, subject);
    }

    /// `different: 1 cause`, `mapped: 2 causes, 1 difference unexplained`, `identical`.
    public String summary() {
        return Report.summary(this);
    }
}
