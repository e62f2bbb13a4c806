package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.TomlFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The lists `[[file]]`, `[[output]]` and `[[exception]]`.
final class OutputReader {

    private OutputReader() {}

    static List<Recipe.Fetch> files(TomlFields root) throws Problem {
        var out = new ArrayList<Recipe.Fetch>();
        for (TomlFields file : root.tables("file", "url", "sha256", "path")) {
            List<String> urls = urls(file);
            String sha256 = file.string("sha256");
            Digest digest = Digest.parse(sha256).orElseThrow(() -> file.refuse("sha256", "`sha256` is no SHA-256 digest")
                    .expected("64 hexadecimal digits in lower case").found(RecipePath.printable(sha256)));
            String path = path(file);
            for (Recipe.Fetch other : out) {
                if (RecipePath.overlap(path, other.path())) {
                    throw file.refuse("path", "file `" + path + "` collides with file `" + other.path() + "`");
                }
            }
            out.add(new Recipe.Fetch(urls, digest, path));
        }
        return out;
    }

    /// One string, or a list of alternatives.
    private static List<String> urls(TomlFields file) throws Problem {
        if (!file.has("url")) {
            throw file.missing("url");
        }
        List<String> urls = file.isString("url") ? List.of(file.string("url"))
                : file.strings("url").stream().map(text -> text.value).toList();
        if (urls.isEmpty()) {
            throw file.refuse("url", "no url");
        }
        for (String url : urls) {
            Optional<String> bad = Urls.refusalOfFile(url);
            if (bad.isPresent()) {
                throw file.refuse("url", bad.get());
            }
        }
        return urls;
    }

    static List<Recipe.Output> outputs(TomlFields root, List<Recipe.Fetch> files) throws Problem {
        var out = new ArrayList<Recipe.Output>();
        for (TomlFields output : root.tables("output", "path", "kind")) {
            String path = path(output);
            for (Recipe.Output other : out) {
                if (path.equals(other.path())) {
                    throw output.refuse("path", "output `" + path + "` is declared twice");
                }
                if (RecipePath.overlap(path, other.path())) {
                    throw output.refuse("path", "output `" + path + "` collides with output `" + other.path() + "`");
                }
            }
            for (Recipe.Fetch file : files) {
                if (RecipePath.overlap(path, file.path())) {
                    throw output.refuse("path", "output `" + path + "` collides with the downloaded file `" + file.path() + "`");
                }
            }
            out.add(new Recipe.Output(path, kind(output)));
        }
        if (out.isEmpty()) {
            throw root.refuse("output", "no output is declared").hint("add `[[output]]` with the `path` of what the build makes");
        }
        return out;
    }

    private static Recipe.Kind kind(TomlFields output) throws Problem {
        String kind = output.optional("kind").orElse("image");
        return switch (kind) {
            case "image" -> Recipe.Kind.IMAGE;
            case "file" -> Recipe.Kind.FILE;
            default -> throw output.refuse("kind", "`kind` is unknown").expected("image or file")
                    .found(RecipePath.printable(kind));
        };
    }

    private static String path(TomlFields fields) throws Problem {
        String path = fields.string("path");
        Optional<String> bad = RecipePath.refusalInRecipe(path);
        if (bad.isPresent()) {
            throw fields.refuse("path", bad.get());
        }
        if (OwnFiles.matches(path) || path.equals(Recipe.FILE_NAME)) {
            throw fields.refuse("path", "`" + path + "` is the name of a file of repro itself");
        }
        return path;
    }

    static List<Recipe.Excepted> exceptions(TomlFields root, List<Recipe.Output> outputs) throws Problem {
        List<String> paths = outputs.stream().map(Recipe.Output::path).toList();
        var out = new ArrayList<Recipe.Excepted>();
        for (TomlFields exception : root.tables("exception", "output", "section", "reason")) {
            var excepted = new Recipe.Excepted(exception.string("output"), exception.string("section"),
                    exception.string("reason"));
            if (!paths.contains(excepted.output())) {
                throw exception.refuse("output", "`" + RecipePath.printable(excepted.output()) + "` is no declared output")
                        .hint("the outputs are " + String.join(", ", paths));
            }
            if (excepted.section().isBlank()) {
                throw exception.refuse("section", "an empty section name");
            }
            if (excepted.reason().isBlank()) {
                throw exception.refuse("reason", "an exception without a reason").hint("say why this difference is accepted");
            }
            if (out.stream().anyMatch(e -> e.output().equals(excepted.output()) && e.section().equals(excepted.section()))) {
                throw exception.refuse("section", "section `" + excepted.section() + "` of `" + excepted.output()
                        + "` is excepted twice");
            }
            out.add(excepted);
        }
        return out;
    }
}
