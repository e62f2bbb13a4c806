package dev.repro.snapshot.client;

import dev.repro.base.Problem;
import java.nio.file.Path;
import java.util.Map;

/// Where a person's files are, as the XDG Base Directory Specification says.
///
/// @param config `$XDG_CONFIG_HOME/repro`: keys and settings
/// @param state `$XDG_STATE_HOME/repro`: what is known of repositories
public record Places(Path config, Path state) {

    /// @throws Problem exit code 3: neither the variables nor HOME are set
    public static Places of(Map<String, String> env) throws Problem {
        return new Places(folder(env, "XDG_CONFIG_HOME", ".config"), folder(env, "XDG_STATE_HOME", ".local/state"));
    }

    private static Path folder(Map<String, String> env, String name, String usual) throws Problem {
        String set = env.getOrDefault(name, "");
        if (set.startsWith("/")) { // a relative one is to be ignored
            return Path.of(set, "repro");
        }
        String home = env.getOrDefault("HOME", "");
        if (home.isEmpty()) {
            throw Problem.environment("there is no home folder").expected(name + " or HOME").hint("set HOME");
        }
        return Path.of(home).resolve(usual).resolve("repro");
    }

    /// Keys and settings of the author.
    Path author() {
        return config.resolve("author");
    }

    /// Of each repository that is followed, a folder.
    Path repositories() {
        return state.resolve("repositories");
    }
}
