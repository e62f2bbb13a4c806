package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The first policy of a host: the repository, the tenders that are found here with their digests, and no package yet.
public final class PolicyDraft {

    /// Targets, and the programs that run their images.
    private static final String[][] PROGRAMS = {{"hvt", "solo5-hvt"}, {"spt", "solo5-spt"}, {"virtio", "qemu-system-x86_64"}};

    private PolicyDraft() {}

    /// @param path of folders that hold programs (`$PATH`)
    /// @param packages that are allowed; taps, blocks and limits are for the operator to add
    public static String text(URI service, Digest root, String path, List<String> packages) throws Problem {
        var out = new StringBuilder("""
                # What may be launched on this host. `repro policy check` says what is wrong with it; docs/policy.md explains each key.
                schema = "%s"
                version = 1
                mode = "enforce" # or "audit": say what would be refused, and launch

                [repository]
                url = "%s"
                root_sha256 = "%s"
                refresh = "always" # or "never"
                grace = "0s" # how long an expired timestamp still counts while the network is away
                """.formatted(Policy.SCHEMA, service, root));
        for (String name : packages) {
            out.append("\n[[package]]\nname = \"").append(name).append("\"\n# memory_max = \"64M\"\n# taps = [\"tap*\"]\n# blocks = [\"/srv/disks/*\"]\n");
        }
        if (packages.isEmpty()) {
            out.append("\n# [[package]] # nothing is allowed that no entry names\n# name = \"hello\"\n");
        }
        for (String[] kind : PROGRAMS) {
            Optional<Path> tender = find(kind[1], path);
            if (tender.isPresent()) {
                out.append("\n[[tender]]\ntarget = \"").append(kind[0]).append("\"\npath = \"").append(tender.get()).append("\"\nsha256 = \"")
                        .append(digest(tender.get())).append("\"\n");
            } else if (kind[0].equals("hvt")) {
                out.append("\n[[tender]]\ntarget = \"hvt\"\npath = \"").append(AllowedTender.BUILTIN).append("\"\n");
            }
        }
        return out.toString();
    }

    private static Optional<Path> find(String program, String path) throws Problem {
        for (String folder : path.split(File.pathSeparator)) {
            Path file = Path.of(folder, program);
            if (folder.startsWith("/") && Files.isExecutable(file) && Files.isRegularFile(file)) {
                try {
                    Path real = file.toRealPath();
                    if (real.getFileName().toString().startsWith(program)) { // and not the gate under the tender's name
                        return Optional.of(real);
                    }
                } catch (IOException e) {
                    throw Problem.storage("cannot be looked at: " + e.getMessage()).where(file).because(e);
                }
            }
        }
        return Optional.empty();
    }

    private static Digest digest(Path file) throws Problem {
        try {
            return Digest.of(file);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }
}
