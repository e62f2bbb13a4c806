package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;

/// What the user set for this machine. `$XDG_CONFIG_HOME/repro/config.toml` (else `~/.config/repro/config.toml`), every key
/// optional:
/// ```toml
/// mirrors = ["http://snapshot.debian.org/archive/debian/20250520T000000Z"]   # asked after apt's own
/// deb_folders = ["/srv/debs"]                                               # asked first, files by content, names do not matter
/// ```
/// To these are added, from the environment, `REPRO_MIRRORS` (separated by spaces) and `REPRO_DEB_FOLDERS` (by colons).
record UserConfig(List<URI> mirrors, List<Path> debFolders) {
    private static final Set<String> KEYS = new java.util.TreeSet<>(Set.of("mirrors", "deb_folders"));

    static UserConfig read(Map<String, String> env) throws Problem {
        var mirrors = new LinkedHashSet<URI>();
        var folders = new LinkedHashSet<Path>();
        Path file = file(env);
        if (Files.exists(file)) {
            TomlParseResult toml = parse(file);
            for (String text : strings(toml, "mirrors", file)) {
                mirrors.add(mirror(text, file.toString()));
            }
            for (String text : strings(toml, "deb_folders", file)) {
                folders.add(folder(text, file.toString()));
            }
        }
        for (String text : env.getOrDefault("REPRO_MIRRORS", "").split("\\s+")) {
            if (!text.isEmpty()) {
                mirrors.add(mirror(text, "REPRO_MIRRORS"));
            }
        }
        for (String text : env.getOrDefault("REPRO_DEB_FOLDERS", "").split(":")) {
            if (!text.isEmpty()) {
                folders.add(folder(text, "REPRO_DEB_FOLDERS"));
            }
        }
        return new UserConfig(List.copyOf(mirrors), List.copyOf(folders));
    }

    private static Path file(Map<String, String> env) {
        String config = env.getOrDefault("XDG_CONFIG_HOME", "");
        Path folder = config.startsWith("/") ? Path.of(config) : Path.of(env.getOrDefault("HOME", "/"), ".config");
        return folder.resolve("repro/config.toml");
    }

    private static TomlParseResult parse(Path file) throws Problem {
        TomlParseResult toml;
        try {
            toml = Toml.parse(file);
        } catch (IOException e) {
            throw Problem.usage("cannot read the configuration").where(file).found(Why.of(e)).because(e);
        }
        if (toml.hasErrors()) {
            var error = toml.errors().getFirst();
            throw Problem.usage(error.getMessage()).where(place(file, error.position()));
        }
        for (String key : toml.keySet()) {
            if (!KEYS.contains(key)) {
                throw Problem.usage("unknown key `" + key + "`").where(place(file, toml.inputPositionOf(List.of(key))))
                        .expected(String.join(" or ", KEYS));
            }
        }
        return toml;
    }

    private static List<String> strings(TomlParseResult toml, String key, Path file) throws Problem {
        var out = new ArrayList<String>();
        Object value = toml.get(key);
        if (value instanceof TomlArray array) {
            for (Object item : array.toList()) {
                if (!(item instanceof String text)) {
                    throw notStrings(toml, key, file);
                }
                out.add(text);
            }
        } else if (value != null) {
            throw notStrings(toml, key, file);
        }
        return out;
    }

    private static Problem notStrings(TomlParseResult toml, String key, Path file) {
        return Problem.usage("`" + key + "` is not a list of texts").where(place(file, toml.inputPositionOf(List.of(key))));
    }

    private static String place(Path file, org.tomlj.TomlPosition position) {
        return position == null ? file.toString() : file + ":" + position.line() + ":" + position.column();
    }

    private static URI mirror(String text, String where) throws Problem {
        return Mirrors.base(text).orElseThrow(() -> Problem.usage("`" + text + "` is no address of a mirror").where(where)
                .expected("http://…, https://… or file:/…"));
    }

    private static Path folder(String text, String where) throws Problem {
        if (!text.startsWith("/")) {
            throw Problem.usage("`" + text + "` is not an absolute path").where(where);
        }
        if (!Files.isDirectory(Path.of(text))) {
            throw Problem.usage("folder `" + text + "` is not there").where(where);
        }
        return Path.of(text);
    }
}
