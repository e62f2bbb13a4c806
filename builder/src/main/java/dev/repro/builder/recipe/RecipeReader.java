package dev.repro.builder.recipe;

import dev.repro.base.Nearest;
import dev.repro.base.Problem;
import dev.repro.base.TomlFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/// `repro.toml` to [Recipe]. Sections that need more than a few checks have their own class: [SourceReader], [OutputReader].
final class RecipeReader {

    /// Of a recipe, in bytes.
    static final int MAX_BYTES = 256 << 10;

    /// 9999-12-31T23:59:59Z: no tool that writes dates can go beyond.
    private static final long MAX_EPOCH = 253_402_300_799L;
    /// Linux `PID_MAX_LIMIT`.
    private static final int MAX_PROCESSES = 1 << 22;
    private static final int MAX_NAME = 128;

    private RecipeReader() {}

    static Recipe read(Path file) throws Problem {
        return parse(bytes(file), file.toString());
    }

    /// @param file for messages only
    static Recipe parse(byte[] utf8, String file) throws Problem {
        var root = TomlFields.parse(utf8, file, "schema", "name", "source", "toolchain", "build", "limits", "file", "output",
                "exception", "variations", "seeds");
        schema(root);
        Recipe.Source source = SourceReader.read(root);
        List<Recipe.Fetch> files = OutputReader.files(root);
        List<Recipe.Output> outputs = OutputReader.outputs(root, files);
        return new Recipe(name(root), source, SourceReader.toolchain(root), build(root), limits(root), files, outputs,
                OutputReader.exceptions(root, outputs), variations(root), seeds(root));
    }

    private static byte[] bytes(Path file) throws Problem {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MAX_BYTES) {
                throw Problem.usage("a recipe of more than 256 KiB").where(file);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw Problem.usage("no such recipe").where(file).hint("write one with `repro init`").because(e);
        } catch (IOException e) {
            throw Problem.storage("the recipe cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    private static void schema(TomlFields root) throws Problem {
        if (!root.has("schema")) {
            throw root.missing("schema").hint("begin the recipe with `schema = \"" + Recipe.SCHEMA + "\"`");
        }
        String schema = root.string("schema");
        if (!schema.equals(Recipe.SCHEMA)) {
            throw root.refuse("schema", "a recipe of another kind").expected(Recipe.SCHEMA).found(RecipePath.printable(schema));
        }
    }

    private static String name(TomlFields root) throws Problem {
        String name = root.string("name");
        if (!isName(name, "._-")) {
            throw root.refuse("name", "`name` is not accepted")
                    .expected("a-z, 0-9, `.`, `_`, `-`, first a letter or digit, at most 128")
                    .found(RecipePath.printable(name));
        }
        return name;
    }

    private static boolean isName(String name, String more) {
        return !name.isEmpty() && name.length() <= MAX_NAME && more.indexOf(name.charAt(0)) < 0
                && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || more.indexOf(c) >= 0);
    }

    private static Recipe.Build build(TomlFields root) throws Problem {
        TomlFields build = root.table("build", "command", "directory", "source_date_epoch", "environment")
                .orElseThrow(() -> root.missing("build"));
        String directory = build.optional("directory").orElse(".");
        Optional<String> bad = RecipePath.refusalOfFolder(directory, false);
        if (bad.isPresent()) {
            throw build.refuse("directory", bad.get());
        }
        OptionalLong epoch = build.integer("source_date_epoch");
        if (epoch.isPresent() && (epoch.getAsLong() < 0 || epoch.getAsLong() > MAX_EPOCH)) {
            throw build.refuse("source_date_epoch", "`source_date_epoch` is out of range")
                    .expected("0 to " + MAX_EPOCH + " seconds")
                    .found(epoch.getAsLong());
        }
        return new Recipe.Build(command(build), directory, epoch.isPresent() ? epoch.getAsLong() : null, environment(build));
    }

    /// A string is a script of the shell, a list is argv.
    private static List<String> command(TomlFields build) throws Problem {
        if (!build.has("command")) {
            throw build.missing("command");
        }
        if (build.isString("command")) {
            String script = build.string("command");
            if (script.isBlank()) {
                throw build.refuse("command", "an empty command");
            }
            return List.of("/bin/sh", "-eu", "-c", script);
        }
        List<String> argv = build.strings("command").stream().map(text -> text.value).toList();
        if (argv.isEmpty() || argv.getFirst().isEmpty()) {
            throw build.refuse("command", "an empty command");
        }
        return argv;
    }

    private static SortedMap<String, String> environment(TomlFields build) throws Problem {
        var out = new TreeMap<String, String>();
        for (TomlFields.Text text : build.texts("environment")) {
            Optional<String> bad = EnvironmentNames.refusal(text.name);
            if (bad.isPresent()) {
                throw text.refuse(bad.get());
            }
            out.put(text.name, text.value);
        }
        return out;
    }

    private static Recipe.Limits limits(TomlFields root) throws Problem {
        Optional<TomlFields> table = root.table("limits", "time", "memory", "processes", "output", "log");
        var none = Recipe.Limits.DEFAULT;
        if (table.isEmpty()) {
            return none;
        }
        TomlFields limits = table.get();
        return new Recipe.Limits(time(limits, none.time()), size(limits, "memory", none.memoryBytes()),
                processes(limits, none.processes()), size(limits, "output", none.outputBytes()),
                size(limits, "log", none.logBytes()));
    }

    private static Duration time(TomlFields limits, Duration otherwise) throws Problem {
        Optional<String> text = limits.optional("time");
        if (text.isEmpty()) {
            return otherwise;
        }
        Duration time = Quantity.time(text.get()).orElseThrow(() -> limits.refuse("time", "`time` is no duration")
                .expected(Quantity.TIME_FORM).found(RecipePath.printable(text.get())));
        if (time.isZero()) {
            throw limits.refuse("time", "`time` must be at least 1 s");
        }
        return time;
    }

    private static long size(TomlFields limits, String key, long otherwise) throws Problem {
        if (!limits.has(key)) {
            return otherwise;
        }
        String text = limits.isString(key) ? limits.string(key) : String.valueOf(limits.integer(key).getAsLong());
        long size = Quantity.size(text).orElseThrow(() -> limits.refuse(key, "`" + key + "` is no size")
                .expected(Quantity.SIZE_FORM).found(RecipePath.printable(text)));
        if (size < 1) {
            throw limits.refuse(key, "`" + key + "` must be at least 1 byte");
        }
        return size;
    }

    private static int processes(TomlFields limits, int otherwise) throws Problem {
        long processes = limits.integer("processes").orElse(otherwise);
        if (processes < 1 || processes > MAX_PROCESSES) {
            throw limits.refuse("processes", "`processes` is out of range").expected("1 to " + MAX_PROCESSES).found(processes);
        }
        return (int) processes;
    }

    private static SortedMap<String, String> variations(TomlFields root) throws Problem {
        var out = new TreeMap<String, String>();
        Optional<TomlFields> table = root.table("variations", "skip");
        if (table.isEmpty()) {
            return out;
        }
        for (TomlFields.Text text : table.get().texts("skip")) {
            if (!VariationNames.ALL.contains(text.name)) {
                throw text.refuse("unknown variation `" + RecipePath.printable(text.name) + "`")
                        .hint(Nearest.of(text.name, VariationNames.ALL).map(near -> "did you mean `" + near + "`?")
                                .orElse("the variations are " + String.join(", ", VariationNames.ALL)));
            }
            if (text.value.isBlank()) {
                throw text.refuse("variation `" + text.name + "` is skipped without a reason")
                        .hint("say why this build may not be varied in it");
            }
            out.put(text.name, text.value);
        }
        return out;
    }

    private static SortedMap<String, String> seeds(TomlFields root) throws Problem {
        var out = new TreeMap<String, String>();
        var variables = new HashSet<String>();
        for (TomlFields.Text text : root.texts("seeds")) {
            if (!isName(text.name, "_-")) {
                throw text.refuse("seed `" + RecipePath.printable(text.name) + "` is not accepted as a name")
                        .expected("a-z, 0-9, `_`, `-`, first a letter or digit");
            }
            if (text.value.isEmpty()) {
                throw text.refuse("seed `" + text.name + "` is empty");
            }
            if (!variables.add(EnvironmentNames.ofSeed(text.name))) {
                throw text.refuse("two seeds would be passed as " + EnvironmentNames.ofSeed(text.name));
            }
            out.put(text.name, text.value);
        }
        return out;
    }
}
