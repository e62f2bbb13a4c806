package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.TomlFields;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PublicKey;
import dev.repro.release.Release;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `policy.toml`: every key is known, every value has its form, or line and column are told.
final class PolicyReader {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(|K|M|G)(?:iB)?");
    private static final Pattern SPAN = Pattern.compile("(\\d{1,6})(s|m|h|d)");
    private static final Pattern TARGET = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern PACKAGE = Pattern.compile("[a-z0-9_*-]{1,64}");
    private static final String LATER = "comes later: rebuild votes and the log are not checked yet";

    private final Path folder;

    private PolicyReader(Path folder) {
        this.folder = folder;
    }

    static Policy read(byte[] toml, Path file) throws Problem {
        TomlFields root = TomlFields.parse(toml, file.toString(), "schema", "version", "mode", "operator", "repository", "limits", "package",
                "tender", "votes", "log");
        for (String later : List.of("votes", "log")) {
            if (root.has(later)) {
                throw root.refuse(later, "`" + later + "` " + LATER).hint("take it out: a policy that is not kept is worse than none");
            }
        }
        if (!root.string("schema").equals(Policy.SCHEMA)) {
            throw root.refuse("schema", "not a policy that this version knows").expected(Policy.SCHEMA).found(root.string("schema"));
        }
        long version = root.integer("version").orElseThrow(() -> root.missing("version"));
        if (version < 1) {
            throw root.refuse("version", "a version is at least 1").found(version);
        }
        var reader = new PolicyReader(file.toAbsolutePath().getParent());
        return new Policy(file, Digest.of(toml), version, word(root, "mode", "enforce", "audit").equals("audit"), reader.operator(root),
                reader.repository(root), limits(root), packages(root), tenders(root));
    }

    /// One of two words; the first where the key is absent.
    private static String word(TomlFields fields, String key, String usual, String other) throws Problem {
        String value = fields.optional(key).orElse(usual);
        if (!value.equals(usual) && !value.equals(other)) {
            throw fields.refuse(key, "`" + key + "` is `" + usual + "` or `" + other + "`").found(value);
        }
        return value;
    }

    private Policy.Operator operator(TomlFields root) throws Problem {
        Optional<TomlFields> table = root.table("operator", "keys", "required");
        if (table.isEmpty()) {
            return new Policy.Operator(List.of(), false);
        }
        var keys = new ArrayList<PublicKey>();
        for (TomlFields.Text key : table.get().strings("keys")) {
            try {
                keys.add(KeyFile.read(path(key), Passwords.none()));
            } catch (Problem e) {
                throw key.refuse("the operator's key cannot be used: " + e.line());
            }
        }
        boolean required = table.get().bool("required", false);
        if (required && keys.isEmpty()) {
            throw table.get().refuse("required", "signatures are required, and there is no key").hint("name the operator's public keys in `keys`");
        }
        return new Policy.Operator(keys, required);
    }

    private Path path(TomlFields.Text text) throws Problem {
        try {
            return folder.resolve(text.value);
        } catch (InvalidPathException e) {
            throw text.refuse("not a path");
        }
    }

    private Policy.Source repository(TomlFields root) throws Problem {
        TomlFields table = root.table("repository", "url", "root_sha256", "root", "refresh", "grace").orElseThrow(() -> root.missing("repository"));
        if (table.has("root") == table.has("root_sha256")) {
            throw table.refuse(table.has("root") ? "root" : "url", "a repository has either `root_sha256` or `root`")
                    .hint("take the digest of the first root that its maintainers publish");
        }
        Duration grace = table.optional("grace").isPresent() ? span(table, "grace") : Duration.ZERO;
        return new Policy.Source(url(table), table.has("root_sha256") ? Optional.of(digest(table, "root_sha256")) : Optional.empty(),
                table.has("root") ? Optional.of(absolute(table, "root", folder)) : Optional.empty(),
                word(table, "refresh", "always", "never").equals("always"), grace);
    }

    private static URI url(TomlFields table) throws Problem {
        String text = table.string("url");
        try {
            URI url = URI.create(text.endsWith("/") ? text : text + "/");
            if (url.getHost() != null && List.of("http", "https").contains(url.getScheme()) && url.getRawUserInfo() == null
                    && url.getRawQuery() == null && url.getRawFragment() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw table.refuse("url", "not a URL").found(text).because(e);
        }
        throw table.refuse("url", "not a URL that a repository can be at").expected("http://HOST[:PORT]/PATH or https://…").found(text);
    }

    private static OptionalLong limits(TomlFields root) throws Problem {
        Optional<TomlFields> table = root.table("limits", "memory_max");
        return table.isEmpty() ? OptionalLong.empty() : size(table.get(), "memory_max");
    }

    private static List<Policy.Allowed> packages(TomlFields root) throws Problem {
        var out = new ArrayList<Policy.Allowed>();
        for (TomlFields one : root.tables("package", "name", "roles", "minimum", "targets", "memory_max", "taps", "blocks", "users", "groups")) {
            String name = one.string("name");
            if (!PACKAGE.matcher(name).matches()) {
                throw one.refuse("name", "not the name of a package, nor a pattern of such").expected("a-z, 0-9, `_`, `-`, and `*` for any run of these").found(name);
            }
            Optional<String> minimum = one.optional("minimum");
            if (minimum.isPresent() && !Release.isVersion(minimum.get())) {
                throw one.refuse("minimum", "not a version").found(minimum.get());
            }
            for (TomlFields.Text block : one.strings("blocks")) {
                if (!block.value.startsWith("/") || block.value.contains("/../")) {
                    throw block.refuse("a block file is named by its absolute path, without `..`");
                }
            }
            for (TomlFields.Text target : one.strings("targets")) {
                if (!TARGET.matcher(target.value).matches()) {
                    throw target.refuse("not a target");
                }
            }
            out.add(new Policy.Allowed(name, values(one, "roles"), minimum, values(one, "targets"), size(one, "memory_max"), values(one, "taps"),
                    values(one, "blocks"), values(one, "users"), values(one, "groups")));
        }
        return out;
    }

    private static List<AllowedTender> tenders(TomlFields root) throws Problem {
        var out = new ArrayList<AllowedTender>();
        var seen = new HashSet<String>();
        for (TomlFields one : root.tables("tender", "target", "path", "sha256")) {
            String target = one.string("target");
            if (!TARGET.matcher(target).matches()) {
                throw one.refuse("target", "not a target").expected("hvt, spt, virtio, …").found(target);
            }
            String path = one.string("path");
            if (!seen.add(target + " " + path)) {
                throw one.refuse("path", "the same tender for the same target is named twice").found(path);
            }
            if (path.equals(AllowedTender.BUILTIN)) {
                if (one.has("sha256") || !target.equals("hvt")) {
                    throw one.refuse(one.has("sha256") ? "sha256" : "path", "the tender that is built in is for hvt, and has no digest of its own");
                }
                out.add(new AllowedTender(target, Optional.empty(), Optional.empty()));
            } else if (path.equals(AllowedTender.HAND_OVER)) {
                if (one.has("sha256") || target.equals("hvt") || target.equals("spt")) {
                    throw one.refuse(one.has("sha256") ? "sha256" : "path", "images of hvt and spt are launched, and what is handed over has no tender to hash");
                }
                out.add(new AllowedTender(target, Optional.empty(), Optional.empty()));
            } else {
                out.add(new AllowedTender(target, Optional.of(absolute(one, "path", null)), Optional.of(digest(one, "sha256"))));
            }
        }
        return out;
    }

    private static List<String> values(TomlFields fields, String key) throws Problem {
        return fields.strings(key).stream().map(t -> t.value).toList();
    }

    /// @param folder what it may be relative to; null: it must be absolute
    private static Path absolute(TomlFields fields, String key, Path folder) throws Problem {
        String text = fields.string(key);
        try {
            Path path = Path.of(text);
            if (folder != null || path.isAbsolute()) {
                return folder == null ? path : folder.resolve(path);
            }
        } catch (InvalidPathException e) {
            throw fields.refuse(key, "not a path").found(text).because(e);
        }
        throw fields.refuse(key, "a tender is named by its absolute path").found(text);
    }

    private static Digest digest(TomlFields fields, String key) throws Problem {
        String text = fields.string(key);
        return Digest.parse(text).orElseThrow(() -> fields.refuse(key, "not a SHA-256 digest").expected("64 hexadecimal digits in lower case").found(text));
    }

    private static OptionalLong size(TomlFields fields, String key) throws Problem {
        Optional<String> text = fields.optional(key);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        Matcher size = SIZE.matcher(text.get());
        if (!size.matches() || Long.parseLong(size.group(1)) == 0) {
            throw fields.refuse(key, "not a size").expected("a number and K, M or G, as in 64M").found(text.get());
        }
        int shift = " KMG".indexOf(size.group(2).isEmpty() ? " " : size.group(2)) * 10;
        return OptionalLong.of(Long.parseLong(size.group(1)) << shift);
    }

    private static Duration span(TomlFields fields, String key) throws Problem {
        String text = fields.string(key);
        Matcher span = SPAN.matcher(text);
        Duration out = !span.matches() ? Policy.MAX_GRACE.plusSeconds(1) : Duration.ofSeconds(Long.parseLong(span.group(1)) * switch (span.group(2)) {
            case "m" -> 60;
            case "h" -> 3600;
            case "d" -> 86400;
            default -> 1;
        });
        if (out.compareTo(Policy.MAX_GRACE) > 0) {
            throw fields.refuse(key, "not a span of time up to " + Policy.MAX_GRACE.toDays() + " days").expected("a number and s, m, h or d, as in 12h").found(text);
        }
        return out;
    }
}
