package dev.repro.builder.recipe;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// `repro init`: writes a recipe with a guess of what the project in a folder is.
///
/// The guess is one that [Recipe#read] accepts; its comments name what the reader must check.
public final class Init {

    private Init() {}

    /// Writes `repro.toml` into the folder.
    ///
    /// @param force whether a recipe that is there may be replaced
    /// @return what was guessed and why, one line each, for the reader
    /// @throws Problem of exit code 2 where the folder does not exist, or has a recipe
    public static List<String> write(Path folder, boolean force) throws Problem {
        if (!Files.isDirectory(folder)) {
            throw Problem.usage("no such folder").where(folder);
        }
        Path file = folder.resolve(Recipe.FILE_NAME);
        if (Files.exists(file) && !force) {
            throw Problem.usage("there is a recipe already").where(file).hint("replace it with --force");
        }
        Guess guess = Guesses.of(folder);
        try {
            Durable.write(file, text(name(folder), guess).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Problem.storage("the recipe cannot be written: " + e.getMessage()).where(file).because(e);
        }
        var lines = new ArrayList<String>();
        lines.add("wrote " + file + ": a guess for " + guess.project());
        lines.addAll(guess.why());
        lines.add("check the comments in it, then run `repro lock`");
        return lines;
    }

    private static String text(String name, Guess guess) {
        return """
                # How %s is built. Guessed by `repro init`: %s.
                schema = "repro.recipe.v1"
                name = "%s"

                [source]
                folder = "."
                # exclude = ["*.md"]            # files that the build does not read
                # The source may also be a commit of a git repository:
                # git = "https://example.org/%s.git"
                # commit = "0000000000000000000000000000000000000000"

                [toolchain]
                # CHECK: what the build needs of Debian; `repro lock` finds the exact versions.
                debian = "bookworm"
                packages = [%s]

                [build]
                %s
                # There is no network in the build. What it would download goes here, and is fetched before:
                # [[file]]
                # url = "https://example.org/x.tar.gz"
                # sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
                # path = "third_party/x.tar.gz"

                # CHECK: what the build makes, relative to the source.
                %s""".formatted(name, guess.project(), name, name, guess.packages().stream().map(Init::quoted)
                        .collect(Collectors.joining(", ")), build(guess), outputs(guess));
    }

    private static String build(Guess guess) {
        var out = new StringBuilder();
        guess.checks().forEach(check -> out.append("# CHECK: ").append(check).append('\n'));
        if (guess.script().contains("\n")) {
            out.append("command = '''\n").append(guess.script()).append("'''\n");
        } else {
            out.append("command = ").append(quoted(guess.script())).append('\n');
        }
        return out.toString();
    }

    private static String outputs(Guess guess) {
        return guess.outputs().stream().map(output -> "[[output]]\npath = " + quoted(output.path())
                + "\nkind = " + quoted(output.kind().word()) + "\n").collect(Collectors.joining("\n"));
    }

    /// A TOML basic string.
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /// The folder's name, as far as it can be the name of a recipe.
    static String name(Path folder) {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        var out = new StringBuilder();
        for (char c : (last == null ? "" : last.toString()).toLowerCase(Locale.ROOT).toCharArray()) {
            boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (letter || !out.isEmpty() && out.length() < 100) {
                out.append(letter || c == '.' || c == '_' ? c : '-');
            }
        }
        return out.isEmpty() ? "unikernel" : out.substring(0, Math.min(100, out.length()));
    }
}
