package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How apt is set up on this machine; only read.
///
/// @param architecture as dpkg names it
/// @param lists folder of the signed indices that were downloaded
/// @param proxies from `http`, `https` to the proxy of apt's configuration, where one is set
record AptMachine(String architecture, Path lists, List<AptSource> sources, Map<String, String> proxies) {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// Empty where this machine has no apt.
    static Optional<AptMachine> read(Map<String, String> env) throws Problem, InterruptedException {
        if (!HostSystem.has(env, "apt-get") || !HostSystem.has(env, "apt-config")) {
            return Optional.empty();
        }
        var values = shell(env, "ARCH", "APT::Architecture", "LISTS", "Dir::State::lists/d", "LIST", "Dir::Etc::sourcelist/f",
                "PARTS", "Dir::Etc::sourceparts/d", "HTTP", "Acquire::http::Proxy", "HTTPS", "Acquire::https::Proxy");
        var proxies = new TreeMap<String, String>();
        proxies.put("http", values.getOrDefault("HTTP", ""));
        proxies.put("https", values.getOrDefault("HTTPS", ""));
        proxies.values().removeIf(String::isEmpty);
        try {
            var sources = sources(Path.of(values.getOrDefault("LIST", "/etc/apt/sources.list")),
                    Path.of(values.getOrDefault("PARTS", "/etc/apt/sources.list.d")));
            return Optional.of(new AptMachine(values.getOrDefault("ARCH", "unknown"),
                    Path.of(values.getOrDefault("LISTS", "/var/lib/apt/lists")), sources, Map.copyOf(proxies)));
        } catch (IOException e) {
            throw Problem.environment("cannot read the sources of apt").found(Why.of(e)).because(e);
        }
    }

    static List<AptSource> sources(Path list, Path parts) throws IOException {
        var out = new ArrayList<AptSource>();
        if (Files.isRegularFile(list)) {
            out.addAll(AptSource.parseLines(text(list)));
        }
        if (Files.isDirectory(parts)) {
            for (Path file : Trees.children(parts)) {
                String name = file.getFileName().toString();
                if (name.endsWith(".list")) {
                    out.addAll(AptSource.parseLines(text(file)));
                } else if (name.endsWith(".sources")) {
                    out.addAll(AptSource.parseStanzas(text(file)));
                }
            }
        }
        return out;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replace("\r", "");
    }

    /// `apt-config shell` prints `NAME='value'` for each pair whose key is set.
    private static Map<String, String> shell(Map<String, String> env, String... namesAndKeys)
            throws Problem, InterruptedException {
        var argv = new ArrayList<>(List.of("apt-config", "shell"));
        argv.addAll(List.of(namesAndKeys));
        var run = Command.run(argv, env, LIMIT);
        if (run.exitCode() != 0) {
            throw Problem.environment("apt-config failed").found(run.err().strip());
        }
        var out = new TreeMap<String, String>();
        for (String line : run.out().split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.endsWith("'") && line.length() >= equals + 3) {
                out.put(line.substring(0, equals), line.substring(equals + 2, line.length() - 1).replace("'\\''", "'"));
            }
        }
        return out;
    }
}
