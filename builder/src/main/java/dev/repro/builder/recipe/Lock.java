package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// `repro.lock` (`repro.lock.v1`): every input of a build by digest, and optionally what comes out.
///
/// The file is JSON, members sorted, two spaces a level, one newline at the end; there is exactly one way to write a lock,
/// so `parse` followed by `toBytes` gives the same bytes. The identity of the build is the SHA-256 of the canonical JSON of
/// `inputs`.
///
/// @param expected null where the outputs are not recorded
public record Lock(Inputs inputs, Expected expected) {

    public static final String SCHEMA = "repro.lock.v1";

    /// The rules by which the sandbox is built; another rule needs another name here and makes another identity.
    public static final String SANDBOX = "repro.sandbox.v1";

    /// 1980-01-01, the earliest time that every archive format can hold.
    public static final long DEFAULT_EPOCH = 315_532_800;

    /// @param recipe digest of the canonical recipe
    /// @param toolchain an object with `kind`; the toolchain package knows the rest
    public record Inputs(Digest recipe, String name, LockedSource source, Json.Obj toolchain, List<LockedFile> files,
            LockedBuild build, Recipe.Limits limits, List<Recipe.Output> outputs, List<Recipe.Excepted> exceptions,
            SortedMap<String, String> variationsSkipped, SortedMap<String, String> seeds) {

        public Inputs {
            toolchain = (Json.Obj) Utf8.sorted(toolchain);
            files = files.stream().sorted(Comparator.comparing(LockedFile::path, Utf8.ORDER)).toList();
            outputs = List.copyOf(outputs);
            exceptions = List.copyOf(exceptions);
            variationsSkipped = Recipe.sorted(variationsSkipped);
            seeds = Recipe.sorted(seeds);
        }

        public Json.Obj toJson() {
            return Json.object("build", build.toJson(), "exceptions", Recipe.exceptionsJson(exceptions),
                    "files", Json.array(files.stream().map(LockedFile::toJson).toList()), "limits", limits.toJson(), "name", name,
                    "outputs", Recipe.outputsJson(outputs), "recipe", recipe, "sandbox", SANDBOX, "seeds", seeds,
                    "source", source.toJson(), "toolchain", toolchain, "variations_skipped", variationsSkipped);
        }
    }

    /// @param size in bytes
    public record LockedFile(String path, Digest sha256, long size, List<String> urls) {
        public LockedFile {
            urls = List.copyOf(urls);
        }

        Json.Obj toJson() {
            return Json.object("path", path, "sha256", sha256, "size", size, "urls", urls);
        }
    }

    /// Where the value of SOURCE_DATE_EPOCH comes from.
    public enum EpochOrigin {
        RECIPE("recipe"), COMMIT("commit"), DEFAULT("default");

        public final String word;

        EpochOrigin(String word) {
            this.word = word;
        }
    }

    /// How the reference build (A) runs; the other one varies what must not matter. There is never a network.
    ///
    /// @param umask four octal digits
    /// @param cpus how many the build sees
    public record LockedBuild(List<String> command, String directory, SortedMap<String, String> environment, long sourceDateEpoch,
            EpochOrigin epochOrigin, String umask, int uid, int gid, String hostname, String timezone, String locale, int cpus) {

        public LockedBuild {
            command = List.copyOf(command);
            environment = Recipe.sorted(environment);
        }

        static LockedBuild of(Recipe.Build build, Long commitTime) {
            EpochOrigin origin = build.sourceDateEpoch() != null ? EpochOrigin.RECIPE
                    : commitTime != null ? EpochOrigin.COMMIT : EpochOrigin.DEFAULT;
            long epoch = switch (origin) {
                case RECIPE -> build.sourceDateEpoch();
                case COMMIT -> commitTime;
                case DEFAULT -> DEFAULT_EPOCH;
            };
            return new LockedBuild(build.command(), build.directory(), build.environment(), epoch, origin, "0022", 1000, 1000,
                    "buildhost", "UTC", "C.UTF-8", 1);
        }

        Json.Obj toJson() {
            return Json.object("command", command, "cpus", cpus, "directory", directory, "environment", environment, "gid", gid,
                    "hostname", hostname, "locale", locale, "network", "none", "source_date_epoch", sourceDateEpoch,
                    "source_date_epoch_origin", epochOrigin.word, "timezone", timezone, "uid", uid, "umask", umask);
        }
    }

    public record Expected(List<ExpectedOutput> outputs) {
        public Expected {
            outputs = outputs.stream().sorted(Comparator.comparing(ExpectedOutput::path, Utf8.ORDER)).toList();
        }

        Json.Obj toJson() {
            return Json.object("outputs", Json.array(outputs.stream().map(ExpectedOutput::toJson).toList()));
        }
    }

    /// @param size in bytes
    /// @param sections in the order of the file; empty for what is no ELF
    /// @param manifestSha256 of the embedded manifest; null where there is none
    public record ExpectedOutput(String path, long size, Digest sha256, List<Section> sections, Digest manifestSha256) {
        public ExpectedOutput {
            sections = List.copyOf(sections);
        }

        Json.Obj toJson() {
            return Json.object("manifest_sha256", manifestSha256, "path", path,
                    "sections", Json.array(sections.stream().map(Section::toJson).toList()), "sha256", sha256, "size", size);
        }
    }

    public record Section(String name, Digest sha256) {
        Json.Obj toJson() {
            return Json.object("name", name, "sha256", sha256);
        }
    }

    /// The lock of a recipe whose source, toolchain and files were resolved.
    ///
    /// @param fileSizes size in bytes of every `[[file]]`, by path
    public static Lock of(Recipe recipe, SourceState source, Json.Obj toolchain, Map<String, Long> fileSizes) {
        var files = recipe.files().stream()
                .map(file -> new LockedFile(file.path(), file.sha256(), fileSizes.get(file.path()), file.urls())).toList();
        return new Lock(new Inputs(recipe.digest(), recipe.name(), source.source(), toolchain, files,
                LockedBuild.of(recipe.build(), source.commitTime()), recipe.limits(), recipe.outputs(), recipe.exceptions(),
                recipe.variationsSkipped(), recipe.seeds()), null);
    }

    /// The same inputs with these outputs recorded.
    public Lock expecting(List<ExpectedOutput> outputs) {
        return new Lock(inputs, new Expected(outputs));
    }

    /// Reads a lock, strictly.
    ///
    /// @param where the file that is blamed, for messages
    /// @throws Problem of exit code 2 for what is no lock, and for a lock that is not written the way [#toBytes] writes it
    public static Lock parse(byte[] bytes, String where) throws Problem {
        return LockReader.parse(bytes, where);
    }

    public byte[] toBytes() {
        Json lock = Utf8.sorted(Json.object("expected", expected == null ? null : expected.toJson(), "inputs", inputs.toJson(),
                "schema", SCHEMA));
        return JsonText.pretty(lock).getBytes(StandardCharsets.UTF_8);
    }

    /// The identity of the build.
    public Digest identity() {
        return Digest.of(JsonText.canonical(inputs.toJson()));
    }

    /// What the recipe says otherwise than this lock, one sentence each; empty where they agree. Needs no source.
    public List<String> disagreements(Recipe recipe) {
        return Collections.unmodifiableList(Disagreements.ofRecipe(this, recipe));
    }

    /// What recipe and source say otherwise than this lock, one sentence each; empty where they agree.
    public List<String> disagreements(Recipe recipe, SourceState source) {
        return Collections.unmodifiableList(Disagreements.of(this, recipe, source));
    }

    /// The refusal to use a lock that disagrees; exit code 2.
    public static Problem disagrees(List<String> disagreements, String where) {
        int more = disagreements.size() - 3;
        return Problem.usage("the lock disagrees with the recipe or the source: "
                + String.join("; ", disagreements.subList(0, Math.min(3, disagreements.size())))
                + (more > 0 ? "; and " + more + " more" : "")).where(where).hint("run `repro lock`");
    }
}
