package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.base.TomlFields;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// What the user set for this machine. `$XDG_CONFIG_HOME/repro/config.toml` (else `~/.config/repro/config.toml`), every key
/// optional:
/// ```toml
/// mirrors = ["http://snapshot.debian.org/archive/debian/20250520T000000Z"]   # asked after apt's own
/// deb_folders = ["/srv/debs"]                                               # asked first, files by content, names do not matter
/// ```
/// To these are added, from the environment, `REPRO_MIRRORS` (separated by spaces) and `REPRO_DEB_FOLDERS` (by colons).
record UserConfig(List<URI> mirrors, List<Path> debFolders) {
    static UserConfig read(Map<String, String> env) throws Problem {
        var mirrors = new LinkedHashSet<URI>();
        var folders = new LinkedHashSet<Path>();
        Path file = file(env);
        if (Files.exists(file)) {
            TomlFields toml = parse(file);
            for (TomlFields.Text text : toml.strings("mirrors")) {
                mirrors.add(mirror(text.value, text.place()));
            }
            for (TomlFields.Text text : toml.strings("deb_folders")) {
                folders.add(folder(text.value, text.place()));
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

    private static TomlFields parse(Path file) throws Problem {
        try {
            return TomlFields.parse(Files.readAllBytes(file), file.toString(), "mirrors", "deb_folders");
        } catch (IOException e) {
            throw Problem.usage("cannot read the configuration").where(file).found(Why.of(e)).because(e);
        }
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
