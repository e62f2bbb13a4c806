package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.FolderLock;
import dev.repro.builder.files.Trees;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Resolves packages with this machine's apt and a private state: no root, nothing of the machine is changed, no package counts
/// as installed. apt checks the signature of the archive; what it says of a package is its SHA-256.
final class Apt {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final AptMachine machine;
    private final Path folder;
    private final Map<String, String> env;

    /// @param folder for the private state
    Apt(AptMachine machine, Path folder, Map<String, String> env) {
        this.machine = machine;
        this.folder = folder;
        this.env = env;
    }

    List<LockedPackage> resolve(String suite, List<String> packages, Consumer<String> progress)
            throws Problem, InterruptedException {
        if (!machine.architecture().equals(Toolchain.ARCHITECTURE)) {
            throw Problem.environment("toolchains are resolved on " + Toolchain.ARCHITECTURE + " machines only, for now")
                    .found(machine.architecture());
        }
        var sources = machine.sources().stream().map(s -> s.only(suite)).filter(s -> !s.suites().isEmpty()).toList();
        if (sources.isEmpty()) {
            throw unknownSuite(suite);
        }
        try (var _ = FolderLock.on(folder)) {
            configure(sources);
            Lists lists = update(suite, progress);
            return resolve(suite, sources, packages, lists);
        } catch (IOException e) {
            throw Why.storage("cannot lock a folder of the cache", folder, e);
        }
    }

    /// @param unreachable why newer ones could not be fetched; null where they are new
    private record Lists(Path folder, String unreachable) {}

    private void configure(List<AptSource> sources) throws Problem {
        try {
            for (String made : List.of("state/lists/partial", "cache/archives/partial", "none")) {
                Files.createDirectories(folder.resolve(made));
            }
            var stanzas = new StringBuilder();
            sources.forEach(s -> stanzas.append(s.stanza(Toolchain.ARCHITECTURE)));
            Files.writeString(folder.resolve("private.sources"), stanzas);
            Files.writeString(folder.resolve("status"), "");
            Files.writeString(folder.resolve("apt.conf"), configuration());
        } catch (IOException e) {
            throw Why.storage("cannot write the private state of apt", folder, e);
        }
    }

    /// Read after the machine's own configuration, so that its proxies hold and its hooks and pins do not.
    private String configuration() {
        return """
                #clear APT::Update;
                #clear APT::Architectures;
                #clear DPkg;
                Dir::State "%1$s/state";
                Dir::State::lists "lists";
                Dir::State::status "%1$s/status";
                Dir::Cache "%1$s/cache";
                Dir::Cache::archives "archives";
                Dir::Cache::pkgcache "pkgcache.bin";
                Dir::Cache::srcpkgcache "";
                Dir::Etc::sourcelist "%1$s/private.sources";
                Dir::Etc::sourceparts "%1$s/none";
                Dir::Etc::preferences "%1$s/none/preferences";
                Dir::Etc::preferencesparts "%1$s/none";
                APT::Architecture "%2$s";
                APT::Architectures { "%2$s"; };
                APT::Default-Release "";
                APT::Install-Recommends "false";
                APT::Install-Suggests "false";
                APT::Get::AllowUnauthenticated "false";
                APT::Sandbox::User "root";
                Acquire::AllowInsecureRepositories "false";
                Acquire::AllowWeakRepositories "false";
                Acquire::AllowDowngradeToInsecureRepositories "false";
                Acquire::ForceHash "sha256";
                Acquire::Languages "none";
                Acquire::Retries "2";
                Acquire::http::Timeout "30";
                Acquire::https::Timeout "30";
                """.formatted(folder, Toolchain.ARCHITECTURE);
    }

    /// Fetches the indices; returns the folder of those to use. Offline these are the newest that were fetched before, by us or
    /// by the machine; apt checks their signatures all the same.
    private Lists update(String suite, Consumer<String> progress) throws Problem, InterruptedException {
        progress.accept("fetching the package lists of " + suite);
        var run = apt("update", "--error-on=any");
        Path own = folder.resolve("state/lists");
        if (run.exitCode() == 0) {
            return new Lists(own, null);
        }
        String why = firstError(run.err());
        if (run.err().contains("NO_PUBKEY") || run.err().contains("GPG error") || run.err().contains("is not signed")) {
            throw Problem.storage("apt does not accept the signature of the package lists of " + suite).found(why)
                    .hint("mend the source in /etc/apt/sources.list.d; `sudo apt-get update` must be without errors");
        }
        long ownAge = newest(own, suite);
        long machineAge = newest(machine.lists(), suite);
        if (ownAge < 0 && machineAge < 0) {
            throw Problem.storage("cannot fetch the package lists of " + suite + ", and none were fetched before").found(why)
                    .hint("connect this machine to the network, or run `sudo apt-get update` where it is");
        }
        progress.accept("package lists of " + suite + " cannot be fetched (" + why + "); using those that were fetched before");
        return new Lists(ownAge >= machineAge ? own : machine.lists(), why);
    }

    /// Milliseconds of the newest index of the suite, which apt sets to what the server says; -1 where there is none.
    private static long newest(Path lists, String suite) throws Problem {
        long newest = -1;
        try {
            if (Files.isDirectory(lists)) {
                for (Path file : Trees.children(lists)) {
                    String name = file.getFileName().toString();
                    if (name.contains("_dists_" + suite) && name.endsWith("Release")) {
                        newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
                    }
                }
            }
            return newest;
        } catch (IOException e) {
            throw Why.storage("cannot read the package lists", lists, e);
        }
    }

    private List<LockedPackage> resolve(String suite, List<AptSource> sources, List<String> packages, Lists lists)
            throws Problem, InterruptedException {
        var arguments = new ArrayList<>(List.of("install", "-o", "Dir::State::lists=" + lists.folder, "--print-uris", "-y", "-qq",
                "--no-install-recommends", "--"));
        arguments.addAll(packages);
        var run = apt(arguments.toArray(String[]::new));
        if (run.exitCode() != 0) {
            for (String line : run.err().split("\n")) {
                if (line.startsWith("E: Unable to locate package ") && lists.unreachable != null) {
                    throw Problem.storage("cannot fetch the package lists of " + suite + ", and those fetched before do not have `" + line.substring(28) + "`")
                            .found(lists.unreachable).hint("connect this machine to the network, or run `sudo apt-get update` where it is");
                }
                if (line.startsWith("E: Unable to locate package ")) {
                    throw Problem.usage("debian " + suite + " has no package `" + line.substring(28) + "`")
                            .where("[toolchain] packages")
                            .hint("look for its name with `apt-cache search`, or at packages.debian.org");
                }
            }
            throw Problem.usage("apt cannot resolve the packages of the toolchain").where("[toolchain] packages")
                    .found(firstError(run.err() + "\n" + run.out()));
        }
        var out = new ArrayList<LockedPackage>();
        for (String line : run.out().split("\n")) {
            if (line.startsWith("'")) {
                out.add(parse(line, sources.stream().flatMap(s -> s.uris().stream()).toList()));
            }
        }
        return out;
    }

    /// A line of `--print-uris`: `'URI' NAME_VERSION_ARCH.deb SIZE SHA256:HEX`; in both names `%3a` stands for a colon and so on.
    static LockedPackage parse(String line, List<String> bases) throws Problem {
        String[] words = line.strip().split(" ");
        var odd = Problem.environment("apt printed a line that is not understood").found(line);
        if (words.length != 4 || words[0].length() < 3 || !words[2].matches("[0-9]{1,15}") || !words[3].startsWith("SHA256:")) {
            throw odd;
        }
        String uri = words[0].substring(1, words[0].length() - 1);
        String base = bases.stream().map(b -> b.endsWith("/") ? b : b + "/").filter(uri::startsWith).findFirst()
                .orElseThrow(() -> odd);
        String[] parts = decode(words[1]).replaceFirst("\\.deb$", "").split("_");
        Digest digest = Digest.parse(words[3].substring(7)).orElseThrow(() -> odd);
        if (parts.length != 3) {
            throw odd;
        }
        return new LockedPackage(parts[0], parts[1], parts[2], digest, Long.parseLong(words[2]),
                decode(uri.substring(base.length())));
    }

    /// Percent-decoding alone: a plus is a plus.
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2b"), StandardCharsets.UTF_8);
    }

    private Command apt(String... arguments) throws Problem, InterruptedException {
        var argv = new ArrayList<>(List.of("apt-get", "-c", folder.resolve("apt.conf").toString()));
        argv.addAll(List.of(arguments));
        return Command.run(argv, env, LIMIT);
    }

    private static String firstError(String text) {
        return text.lines().filter(l -> l.startsWith("E: ") || l.startsWith("W: ") || l.startsWith(" ")).map(String::strip)
                .findFirst().orElse("no message").replaceFirst("^[EW]: ", "");
    }

    private Problem unknownSuite(String suite) {
        var known = machine.sources().stream().flatMap(s -> s.suites().stream()).distinct().sorted().toList();
        return Problem.usage("no source of this machine's apt serves `" + suite + "`").where("[toolchain] debian")
                .found(known.isEmpty() ? "no sources" : String.join(", ", known))
                .hint("add a file to /etc/apt/sources.list.d with Types, URIs, Suites: " + suite + ", Components, Signed-By");
    }
}
