package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Files in the folder of metadata that nothing lists. Older versions are none: clients may be reading them, and roots
/// stay for ever.
final class Leftovers {
    private static final Pattern VERSIONED = Pattern.compile("([1-9][0-9]{0,17})\\.(.+)", Pattern.DOTALL);

    private final Source source;
    private final Findings findings;
    /// From a file name without version to the version that is current.
    private final Map<String, Long> current = new HashMap<>();
    private final Set<String> rotations = new HashSet<>();

    Leftovers(Source source, Findings findings) {
        this.source = source;
        this.findings = findings;
    }

    void known(RoleName role, long version) {
        current.putIfAbsent(role.file(), version);
        current.putIfAbsent(role.listed(), version);
    }

    void known(Signed.Snapshot snapshot) {
        snapshot.roles().forEach((role, meta) -> known(role, meta.version()));
    }

    /// @param paths of key rotations
    void rotations(Set<String> paths) {
        rotations.addAll(paths);
    }

    /// @param consistent whether files have versions in their names
    void check(boolean consistent) throws IOException, Problem {
        try (Stream<String> files = source.files().orElse(null)) {
            if (files != null) {
                for (String file : (Iterable<String>) files::iterator) {
                    check(file, consistent);
                }
            }
        }
    }

    private void check(String file, boolean consistent) throws Problem {
        if (rotations.contains(file.replaceFirst("^rotate/[0-9a-f]{64}\\.", "rotate/"))) {
            return; // an older one of a number is what a revocation replaced
        }
        Matcher versioned = VERSIONED.matcher(file);
        if (current.containsKey(file)) {
            if (consistent && !file.equals(RoleName.TIMESTAMP.file()) || file.equals(RoleName.ROOT.file())) {
                copy(file);
            }
        } else if (!versioned.matches() || !current.containsKey(versioned.group(2))) {
            findings.add(Rule.LEFTOVER, file, "is listed by nothing");
        } else if (Long.parseLong(versioned.group(1)) > current.get(versioned.group(2))) {
            findings.add(Rule.VERSION_AHEAD, file, "is newer than version " + current.get(versioned.group(2))
                    + ", which is listed");
        }
    }

    /// A file without version, as people and older clients look for it, must be the current one.
    private void copy(String file) throws Problem {
        String original = current.get(file) + "." + file;
        if (source.read(file, MetaReader.MAX_BYTES) instanceof Source.Answer.Bytes(byte[] a)
                && source.read(original, MetaReader.MAX_BYTES) instanceof Source.Answer.Bytes(byte[] b) && !Arrays.equals(a, b)) {
            findings.add(Rule.LEFTOVER, file, "is another file than " + original);
        }
    }
}
