package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.TomlFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The sections `[source]` and `[toolchain]`.
final class SourceReader {

    private SourceReader() {}

    static Recipe.Source read(TomlFields root) throws Problem {
        Optional<TomlFields> table = root.table("source", "folder", "exclude", "git", "commit", "ref", "submodules");
        if (table.isEmpty()) {
            return new Recipe.Source.Folder(".", List.of());
        }
        TomlFields source = table.get();
        if (source.has("git")) {
            return git(source);
        }
        for (String key : List.of("commit", "ref", "submodules")) {
            if (source.has(key)) {
                throw source.refuse(key, "`" + key + "` goes with `git`, and there is none");
            }
        }
        String folder = source.optional("folder").orElse(".");
        refuse(source, "folder", RecipePath.refusalOfFolder(folder, true));
        var exclude = new ArrayList<String>();
        for (TomlFields.Text text : source.strings("exclude")) {
            Optional<String> bad = ExcludeGlobs.refusal(text.value);
            if (bad.isPresent()) {
                throw text.refuse(bad.get());
            }
            exclude.add(text.value);
        }
        return new Recipe.Source.Folder(folder, exclude);
    }

    private static Recipe.Source git(TomlFields source) throws Problem {
        for (String key : List.of("folder", "exclude")) {
            if (source.has(key)) {
                throw source.refuse(key, "`" + key + "` and `git` exclude each other");
            }
        }
        String url = source.string("git");
        refuse(source, "git", Urls.refusalOfGit(url));
        if (source.has("commit") == source.has("ref")) {
            throw source.refuse(source.has("ref") ? "ref" : "git", "`git` needs either `commit` or `ref`");
        }
        Optional<String> commit = source.optional("commit");
        if (commit.isPresent() && !isCommit(commit.get())) {
            throw source.refuse("commit", "`commit` is no commit id").expected("40 hexadecimal digits in lower case")
                    .found(RecipePath.printable(commit.get())).hint("`git rev-parse` gives all 40; name a tag or branch with `ref`");
        }
        Optional<String> ref = source.optional("ref");
        if (ref.isPresent() && !isRef(ref.get())) {
            throw source.refuse("ref", "`ref` is no name of a tag or branch").found(RecipePath.printable(ref.get()));
        }
        return new Recipe.Source.Git(url, commit.orElse(null), ref.orElse(null), source.bool("submodules", true));
    }

    static Recipe.Toolchain toolchain(TomlFields root) throws Problem {
        TomlFields toolchain = root.table("toolchain", "debian", "packages", "oci", "digest", "host")
                .orElseThrow(() -> root.missing("toolchain")
                        .hint("add `[toolchain]` with `debian = \"bookworm\"`, or `host = true`"));
        List<String> kinds = Stream.of("debian", "oci", "host").filter(toolchain::has).toList();
        if (kinds.size() != 1) {
            throw toolchain.refuse(kinds.isEmpty() ? "packages" : kinds.getLast(), "`toolchain` must be of exactly one kind")
                    .expected("one of debian, oci, host").found(kinds.isEmpty() ? "none" : String.join(" and ", kinds));
        }
        belongs(toolchain, "packages", "debian");
        belongs(toolchain, "digest", "oci");
        return switch (kinds.getFirst()) {
            case "debian" -> debian(toolchain);
            case "oci" -> oci(toolchain);
            default -> host(toolchain);
        };
    }

    private static void belongs(TomlFields toolchain, String key, String kind) throws Problem {
        if (toolchain.has(key) && !toolchain.has(kind)) {
            throw toolchain.refuse(key, "`" + key + "` goes with `" + kind + "`, and there is none");
        }
    }

    private static Recipe.Toolchain debian(TomlFields toolchain) throws Problem {
        String suite = toolchain.string("debian");
        if (!isDebianName(suite, ".-")) {
            throw toolchain.refuse("debian", "`" + RecipePath.printable(suite) + "` is no name of a suite")
                    .expected("such as bookworm");
        }
        var packages = new ArrayList<String>();
        for (TomlFields.Text text : toolchain.strings("packages")) {
            if (!isDebianName(text.value, "+.-")) {
                throw text.refuse("`" + RecipePath.printable(text.value) + "` is no name of a Debian package")
                        .hint("versions are what `repro lock` finds, the recipe has names only");
            }
            if (packages.contains(text.value)) {
                throw text.refuse("package `" + text.value + "` is listed twice");
            }
            packages.add(text.value);
        }
        return new Recipe.Toolchain.Debian(suite, packages);
    }

    private static Recipe.Toolchain oci(TomlFields toolchain) throws Problem {
        String folder = toolchain.string("oci");
        refuse(toolchain, "oci", RecipePath.refusalOfFolder(folder, true));
        String text = toolchain.string("digest");
        Optional<Digest> digest = text.startsWith("sha256:") ? Digest.parse(text) : Optional.empty();
        return new Recipe.Toolchain.Oci(folder, digest.orElseThrow(() -> toolchain
                .refuse("digest", "`digest` is no manifest digest")
                .expected("sha256: and 64 hexadecimal digits").found(RecipePath.printable(text))));
    }

    private static Recipe.Toolchain host(TomlFields toolchain) throws Problem {
        if (!toolchain.bool("host", true)) {
            throw toolchain.refuse("host", "`host = false` names no toolchain").expected("one of debian, oci, host");
        }
        return new Recipe.Toolchain.Host();
    }

    private static void refuse(TomlFields fields, String key, Optional<String> reason) throws Problem {
        if (reason.isPresent()) {
            throw fields.refuse(key, reason.get());
        }
    }

    static boolean isCommit(String text) {
        return text.length() == 40 && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    /// The rules of git-check-ref-format(1) that a short name can break.
    private static boolean isRef(String ref) {
        return !ref.isEmpty() && !ref.startsWith("-") && !ref.startsWith("/") && !ref.endsWith("/") && !ref.endsWith(".")
                && !ref.endsWith(".lock") && !ref.contains("..") && !ref.contains("//") && !ref.contains("@{")
                && !ref.startsWith(".") && !ref.contains("/.")
                && ref.chars().noneMatch(c -> c <= 0x20 || c == 0x7f || "~^:?*[\\".indexOf(c) >= 0);
    }

    /// Debian policy 5.6.1: lower-case letters, digits and a few signs, at least two characters, a letter or digit first.
    private static boolean isDebianName(String name, String signs) {
        return name.length() >= 2 && name.length() <= 128 && signs.indexOf(name.charAt(0)) < 0
                && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || signs.indexOf(c) >= 0);
    }
}
