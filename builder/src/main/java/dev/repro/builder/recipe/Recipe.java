package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What to build, how, and what comes out: the content of a `repro.toml` (`repro.recipe.v1`).
///
/// A value of this type is valid in itself: paths are relative and stay inside the source, names and sizes are in range,
/// no two outputs or files overlap. What it says about the world (that a folder or a commit exists) is not checked here.
///
/// @param variationsSkipped variation name to the reason why this build may not be varied in it
/// @param seeds declared random seeds by name, see [#seedEnvironment]
public record Recipe(String name, Source source, Toolchain toolchain, Build build, Limits limits, List<Fetch> files,
        List<Output> outputs, List<Excepted> exceptions, SortedMap<String, String> variationsSkipped,
        SortedMap<String, String> seeds) {

    public static final String SCHEMA = "repro.recipe.v1";

    /// The name that a recipe has unless the user names another file.
    public static final String FILE_NAME = "repro.toml";

    public Recipe {
        files = List.copyOf(files);
        outputs = List.copyOf(outputs);
        exceptions = List.copyOf(exceptions);
        variationsSkipped = sorted(variationsSkipped);
        seeds = sorted(seeds);
    }

    /// Reads and checks a recipe.
    ///
    /// @throws Problem of exit code 2 with `file:line:column` for everything that a recipe may not say; 4 where it cannot be read
    public static Recipe read(Path file) throws Problem {
        try {
            return RecipeReader.read(file);
        } catch (Problem e) {
            throw e.hint() == null ? e.hint("docs/recipe.md has every key with an example; `repro init` writes a first recipe") : e;
        }
    }

    /// Where the source comes from.
    public sealed interface Source {

        /// @param folder relative to the recipe; may climb by `..` only inside the git work tree of the recipe
        /// @param exclude globs of [ExcludeGlobs] for files that are not source
        record Folder(String folder, List<String> exclude) implements Source {
            public Folder {
                exclude = List.copyOf(exclude);
            }
        }

        /// Exactly one of `commit` and `ref` is there, the other is null.
        ///
        /// @param commit 40 hexadecimal digits
        /// @param ref a tag, a branch, or a full name `refs/…`; `repro lock` turns it into a commit
        record Git(String url, String commit, String ref, boolean submodules) implements Source {}
    }

    /// What builds.
    public sealed interface Toolchain {

        /// @param packages sorted, without duplicates
        record Debian(String suite, List<String> packages) implements Toolchain {
            public Debian {
                packages = packages.stream().sorted().distinct().toList();
            }
        }

        /// @param folder an OCI image layout, relative to the recipe
        /// @param digest of the manifest
        record Oci(String folder, Digest digest) implements Toolchain {}

        record Host() implements Toolchain {}
    }

    /// @param directory relative to the source, `.` for the source itself
    /// @param sourceDateEpoch in seconds; null where the recipe leaves it to the commit or the default
    public record Build(List<String> command, String directory, Long sourceDateEpoch, SortedMap<String, String> environment) {
        public Build {
            command = List.copyOf(command);
            environment = sorted(environment);
        }
    }

    /// @param time in whole seconds
    public record Limits(Duration time, long memoryBytes, int processes, long outputBytes, long logBytes) {
        public static final Limits DEFAULT = new Limits(Duration.ofMinutes(10), 2L << 30, 512, 1L << 30, 16L << 20);

        public Json.Obj toJson() {
            return Json.object("log_bytes", logBytes, "memory_bytes", memoryBytes, "output_bytes", outputBytes,
                    "processes", processes, "time_seconds", time.toSeconds());
        }
    }

    /// A file that is downloaded before the build and put into the source.
    ///
    /// @param urls alternatives, in the order in which they are tried
    /// @param path relative to the source
    public record Fetch(List<String> urls, Digest sha256, String path) {
        public Fetch {
            urls = List.copyOf(urls);
        }
    }

    public enum Kind {
        IMAGE, FILE;

        public String word() {
            return this == IMAGE ? "image" : "file";
        }
    }

    /// @param path relative to the source
    public record Output(String path, Kind kind) {
        Json.Obj toJson() {
            return Json.object("kind", kind.word(), "path", path);
        }
    }

    /// A difference that was looked at and is accepted.
    ///
    /// @param output the path of a declared output
    public record Excepted(String output, String section, String reason) {
        Json.Obj toJson() {
            return Json.object("output", output, "reason", reason, "section", section);
        }
    }

    /// The environment variables that carry the declared seeds: `layout` becomes `REPRO_SEED_LAYOUT`.
    public static SortedMap<String, String> seedEnvironment(Map<String, String> seeds) {
        var out = new TreeMap<String, String>();
        seeds.forEach((name, value) -> out.put(EnvironmentNames.ofSeed(name), value));
        return out;
    }

    /// SHA-256 of the canonical form of [#toJson]: what the lock remembers of the recipe.
    public Digest digest() {
        return Digest.of(JsonText.canonical(toJson()));
    }

    /// The canonical form: defaults filled in, lists whose order means nothing sorted. Comments and layout of the file do not
    /// show in it.
    public Json.Obj toJson() {
        return Json.object(
                "build", Json.object("command", build.command, "directory", build.directory, "environment", build.environment,
                        "source_date_epoch", build.sourceDateEpoch),
                "exceptions", exceptionsJson(exceptions),
                "files", Json.array(files.stream().sorted(Comparator.comparing(Fetch::path, Utf8.ORDER))
                        .map(f -> Json.object("path", f.path, "sha256", f.sha256, "urls", f.urls)).toList()),
                "limits", limits.toJson(),
                "name", name,
                "outputs", outputsJson(outputs),
                "schema", SCHEMA,
                "seeds", seeds,
                "source", switch (source) {
                    case Source.Folder(var folder, var exclude) ->
                            Json.object("exclude", exclude.stream().sorted().toList(), "folder", folder, "kind", "folder");
                    case Source.Git(var url, var commit, var ref, var submodules) ->
                            Json.object("commit", commit, "kind", "git", "ref", ref, "submodules", submodules, "url", url);
                },
                "toolchain", switch (toolchain) {
                    case Toolchain.Debian(var suite, var packages) ->
                            Json.object("kind", "debian", "requested", packages, "suite", suite);
                    case Toolchain.Oci(var folder, var digest) ->
                            Json.object("digest", "sha256:" + digest, "folder", folder, "kind", "oci");
                    case Toolchain.Host() -> Json.object("kind", "host");
                },
                "variations_skipped", variationsSkipped);
    }

    static Json.Arr outputsJson(List<Output> outputs) {
        return Json.array(outputs.stream().sorted(Comparator.comparing(Output::path, Utf8.ORDER)).map(Output::toJson).toList());
    }

    static Json.Arr exceptionsJson(List<Excepted> exceptions) {
        return Json.array(exceptions.stream()
                .sorted(Comparator.comparing(Excepted::output, Utf8.ORDER).thenComparing(Excepted::section, Utf8.ORDER))
                .map(Excepted::toJson).toList());
    }

    static SortedMap<String, String> sorted(Map<String, String> map) {
        var copy = new TreeMap<String, String>(Utf8.ORDER);
        copy.putAll(map);
        return Collections.unmodifiableSortedMap(copy);
    }
}
