package dev.repro.builder;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.vary.Profile;
import dev.repro.diffoscopelite.Diff;
import dev.repro.diffoscopelite.Verdict;
import dev.repro.image.Lint;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The answer of `repro check` about one output: `repro.check.v1`.
///
/// @param shown the path as the user gave it
/// @param file what was asked about; null where there is no such file to compare with
/// @param sideA null where its build failed; likewise `sideB`
/// @param ab what differs between the builds; null where one failed
/// @param af what differs between build A and the file; null where there is no file or build A failed
/// @param image what the image is, in a few words: `hvt, ABI 2, no devices`; null for other files
/// @param column width of the subjects in what a person reads
/// @param kept where the builds were kept; null where they were not
public record CheckReport(String shown, String output, MadeFile file, Side sideA, Side sideB, Diff ab, Diff af, Level level, Profile profile,
        List<String> preamble, String image, List<Lint.Finding> lint, List<String> failures, int column, Path kept) {

    private static final int COLUMN = 10;

    /// @param digest of the whole file
    public record MadeFile(long size, Digest digest) {}

    /// One build.
    public record Side(BuildRecord record, MadeFile made, Duration wall) {}

    /// Gets the formatting of numbers ready, which takes some time.
    static void prepare() {
        Preamble.seconds(Duration.ZERO);
        brief(new MadeFile(0, Digest.of(new byte[0])));
    }

    /// @param lines that the opening has, too
    CheckReport with(List<String> lines, Path folder) {
        var opening = new ArrayList<>(preamble);
        opening.addAll(lines);
        return new CheckReport(shown, output, file, sideA, sideB, ab, af, level, profile, opening, image, lint, failures, column, folder);
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
                "lint", lint.stream().map(Lint.Finding::toJson).toList(), "failures", failures, "release", null);
    }

    /// What all outputs of one check have in common: source, toolchain, builds, where they are kept.
    public List<String> opening(boolean verbose) {
        var out = new ArrayList<>(preamble);
        if (verbose) {
            profile.variations().forEach(v -> out.add(row(column, "", v.variation().id() + ": " + v.state().name().toLowerCase(Locale.ROOT)
                    + (v.reason().isEmpty() ? "" : " (" + v.reason() + ")"))));
        }
        failures.forEach(f -> out.add(row(column, f.startsWith(" ") ? "" : "failed", f)));
        if (kept != null) {
            out.add(row(column, "kept", kept.toString()));
        }
        return out;
    }

    /// What is said of this output, without the verdict.
    public List<String> lines() {
        var out = new ArrayList<String>();
        if (sideA != null && sideB != null) {
            equality(out);
        }
        if (image != null) {
            out.add(row(column, "manifest", image + ", " + lintSummary()));
            lint.forEach(l -> out.add(row(column, "", l.toString())));
        }
        return out;
    }

    private void equality(List<String> out) {
        String name = name(output);
        String padded = name + " ".repeat(column - name.length());
        if (ab.verdict() != Verdict.IDENTICAL) {
            out.addAll(ab.lines(padded, "A", "B"));
            if (Boolean.FALSE.equals(fileMatches())) {
                out.add(row(column, "file", brief(file) + (sideB.made.digest.equals(file.digest) ? ", = B" : ", neither A nor B")));
            }
        } else if (Boolean.FALSE.equals(fileMatches())) {
            out.add(row(column, name, "A = B: " + brief(sideA.made) + "; the file: " + brief(file)));
            out.addAll(af.lines(padded, "A", "file"));
        } else {
            out.add(row(column, name, brief(sideA.made) + (file == null ? ", A = B, no file to compare with" : ", A = B = file")));
        }
    }

    private static String brief(MadeFile made) {
        return String.format(Locale.ROOT, "%,d bytes, sha256 %s", made.size, made.digest.brief());
    }

    private String lintSummary() {
        return lint.isEmpty() ? "lint clean" : lint.size() + " lint finding" + (lint.size() == 1 ? "" : "s");
    }

    public String verdictLine() {
        if (level == Level.BITWISE) {
            return "reproduced bit for bit";
        }
        if (level == Level.UNBUILT) {
            return "unbuilt: " + (sideA == null && sideB == null ? "both builds failed" : sideA == null ? "build A failed" : "build B failed, build A did not: what is varied breaks it");
        }
        if (ab.verdict() == Verdict.IDENTICAL) {
            return level.text() + ": the file is not what this source and this lock give";
        }
        String summary = ab.summary(); // of A and B, as in `mapped: 1 cause`
        return level.text() + (level == Level.MAPPED ? ", all that a tender maps is equal" : "") + summary.substring(summary.indexOf(": "));
    }

    /// One line on several outputs: `5 outputs: 3 bitwise, 2 mapped`.
    public static String summary(List<Level> levels) {
        return levels.size() + " outputs: " + Stream.of(Level.values()).filter(levels::contains)
                .map(level -> levels.stream().filter(level::equals).count() + " " + level.text()).collect(Collectors.joining(", "));
    }

    /// `subject   facts`, aligned as everywhere.
    static String row(String subject, String facts) {
        return row(COLUMN, subject, facts);
    }

    /// @param column width of the subjects, from [#column]
    static String row(int column, String subject, String facts) {
        return subject + " ".repeat(Math.max(0, column - subject.length())) + " " + facts;
    }

    /// The width of subjects where these outputs are among them.
    static int column(List<Recipe.Output> outputs) {
        return outputs.stream().mapToInt(output -> name(output.path()).length()).reduce(COLUMN, Math::max);
    }

    private static String name(String output) {
        return output.substring(output.lastIndexOf('/') + 1);
    }

    static BigDecimal seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis()).divide(BigDecimal.valueOf(1000), 3, RoundingMode.HALF_UP);
    }
}
