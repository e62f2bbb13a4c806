package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.builder.vary.Profile;
import dev.repro.diffoscopelite.Diff;
import dev.repro.image.LintFinding;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The answer of `repro check` about one output: `repro.check.v1`.
///
/// @param shown the path as the user gave it
/// @param file what was asked about; null where there is no such file to compare with
/// @param sideA null where its build failed; likewise `sideB`
/// @param ab what differs between the builds; null where one failed
/// @param af what differs between build A and the file; null where there is no file or build A failed
/// @param image what the image is, in a few words: `hvt, ABI 2, no devices`; null for other files
/// @param kept where the builds were kept; null where they were not
public record CheckReport(String shown, String output, MadeFile file, Side sideA, Side sideB, Diff ab, Diff af, Level level, Profile profile,
        List<String> preamble, String image, List<LintFinding> lint, List<String> failures, Path kept) {

    /// @param digest of the whole file
    public record MadeFile(long size, Digest digest) {}

    /// One build.
    public record Side(BuildRecord record, MadeFile made, Duration wall) {}

    CheckReport withKept(Path folder) {
        return new CheckReport(shown, output, file, sideA, sideB, ab, af, level, profile, preamble, image, lint, failures, folder);
    }

    public boolean satisfies(Level required) {
        return level.compareTo(required) <= 0;
    }

    private Boolean fileMatches() {
        return file == null || sideA == null ? null : (Boolean) file.digest.equals(sideA.made.digest);
    }

    public Json.Obj toJson() {
        var builds = new ArrayList<Json>();
        for (Side side : new Side[] {sideA, sideB}) {
            if (side != null) {
                builds.add(Json.object("record", side.record.toJson(), "image", output, "sha256", side.made.digest, "seconds", seconds(side.wall)));
            }
        }
        var findings = new ArrayList<Json>();
        for (Diff diff : new Diff[] {ab, af}) {
            if (diff != null) {
                diff.findings().forEach(f -> findings.add(f.toJson()));
            }
        }
        return Json.object("schema", "repro.check.v1", "image", shown, "verdict", level.text(), "file_matches", fileMatches(), "builds", builds,
                "variations", profile.variations().stream().map(Profile.Applied::toJson).toList(), "findings", findings,
                "omitted", (ab == null ? 0 : ab.omitted()) + (af == null ? 0 : af.omitted()),
                "lint", lint.stream().map(LintFinding::toJson).toList(), "failures", failures, "release", null);
    }

    /// The answer for a person, without the verdict.
    public List<String> lines(boolean verbose) {
        var out = new ArrayList<>(preamble);
        failures.forEach(f -> out.add(row("failed", f)));
        if (sideA != null && sideB != null) {
            equality(out);
        }
        if (image != null) {
            out.add(row("manifest", image + ", " + lintSummary()));
            lint.forEach(l -> out.add(row("", l.rule() + ": " + l.message())));
        }
        if (verbose) {
            profile.variations().forEach(v -> out.add(row("", v.variation().id() + ": " + v.state().name().toLowerCase(Locale.ROOT)
                    + (v.reason().isEmpty() ? "" : " (" + v.reason() + ")"))));
        }
        if (kept != null) {
            out.add(row("kept", kept.toString()));
        }
        return out;
    }

    private void equality(List<String> out) {
        String name = output.substring(output.lastIndexOf('/') + 1);
        boolean same = ab.differingBytes() == 0;
        if (!same) {
            out.add(row(name, String.format(Locale.ROOT, "A ≠ B in %d range%s, %,d bytes", ab.differingRanges(), ab.differingRanges() == 1 ? "" : "s", ab.differingBytes())));
            out.addAll(ab.lines());
        } else if (file != null && !file.digest.equals(sideA.made.digest)) {
            out.add(row(name, String.format(Locale.ROOT, "A = B ≠ file; A has %,d bytes, sha256 %s; the file %,d bytes, sha256 %s", sideA.made.size,
                    sideA.made.digest.brief(), file.size, file.digest.brief())));
            out.addAll(af.lines());
        } else {
            out.add(row(name, String.format(Locale.ROOT, "%,d bytes, sha256 %s, %s", sideA.made.size, sideA.made.digest.brief(),
                    file == null ? "A = B, no file to compare with" : "A = B = file")));
        }
    }

    private String lintSummary() {
        return lint.isEmpty() ? "lint clean" : lint.size() + " lint finding" + (lint.size() == 1 ? "" : "s");
    }

    public String verdictLine() {
        return switch (level) {
            case BITWISE -> "reproduced bit for bit";
            case MAPPED -> "mapped: all that a tender maps is equal, the file is not" + causes();
            case EXCEPTED -> "excepted: equal but for what the recipe excepts";
            case DIFFERENT -> ab.differingBytes() == 0 ? "different: the file is not what this source and this lock give" : "different" + causes();
            case UNBUILT -> "not built";
        };
    }

    private String causes() {
        long roots = ab.findings().stream().filter(f -> f.role() == dev.repro.diffoscopelite.Role.ROOT).map(f -> f.cause()).distinct().count();
        return roots == 0 ? "" : ": " + roots + " cause" + (roots == 1 ? "" : "s");
    }

    /// `subject   facts`, aligned as everywhere.
    static String row(String subject, String facts) {
        return subject.length() < 10 ? String.format("%-10s %s", subject, facts) : subject + "  " + facts;
    }

    static BigDecimal seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis()).divide(BigDecimal.valueOf(1000), 3, RoundingMode.HALF_UP);
    }

    static String joined(List<String> words) {
        return words.stream().collect(Collectors.joining(", "));
    }
}
