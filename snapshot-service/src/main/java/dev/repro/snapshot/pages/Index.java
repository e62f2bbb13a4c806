package dev.repro.snapshot.pages;

import dev.repro.release.ReleaseImage;
import dev.repro.release.Release;
import dev.repro.release.Versions;
import dev.repro.tuf.RoleName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What is looked up of a repository's roles and releases: a few words of each, so that a million fit in memory. Immutable.
final class Index {
    private static final int DIGITS = 16; // hexadecimal, of a long
    /// The newest first; those of which nobody knows the time after them, by name, the highest version first.
    private static final Comparator<Entry> ORDER = Comparator
            .comparing((Entry e) -> e.row.published().orElse(Instant.MIN), Comparator.reverseOrder()).thenComparing(e -> e.row.name())
            .thenComparing(e -> e.row.version(), Versions.ORDER.reversed());

    /// @param heads the first 64 bits of the SHA-256 of each image
    record Entry(Site.Row row, RoleName role, long[] heads) {

        static Entry of(Release release, RoleName role, Optional<Instant> published) {
            List<String> targets = release.images().stream().map(ReleaseImage::target).distinct().map(String::intern).toList();
            return new Entry(new Site.Row(release.name(), release.version(), targets, published), role,
                    release.images().stream().mapToLong(i -> Long.parseUnsignedLong(i.sha256().hex(), 0, DIGITS, 16)).toArray());
        }

        private boolean has(String word) {
            return (row.name() + "@" + row.version()).toLowerCase(Locale.ROOT).contains(word);
        }

        private boolean begins(long head, int digits) {
            for (long mine : heads) {
                if (mine >>> 4 * (DIGITS - digits) == head) {
                    return true;
                }
            }
            return false;
        }
    }

    /// @param delegator empty of the top-level roles
    /// @param version 0 where there is no file
    /// @param expires of the file; of the top-level roles that machines sign it is asked for anew
    /// @param rotations of its keys by itself
    /// @param delegates whether it has delegations of its own
    record RoleEntry(RoleName name, Optional<RoleName> delegator, long version, Optional<Instant> expires, int rotations, boolean revoked,
            boolean delegates, List<Entry> releases) {}

    private final Map<RoleName, RoleEntry> roles;
    private final List<Entry> releases = new ArrayList<>();
    private final Map<String, List<Entry>> byName = new HashMap<>();

    /// @param roles in the order in which a client asks them: of two that list one release, the first counts
    Index(Map<RoleName, RoleEntry> roles) {
        this.roles = roles;
        var all = new HashMap<String, Map<String, Entry>>();
        roles.values().stream().filter(r -> !r.revoked).flatMap(r -> r.releases.stream())
                .forEach(e -> all.computeIfAbsent(e.row.name(), _ -> new HashMap<>(2)).putIfAbsent(e.row.version(), e));
        all.forEach((name, versions) -> {
            List<Entry> list = versions.values().stream().sorted(Comparator.comparing((Entry e) -> e.row.version(), Versions.ORDER).reversed()).toList();
            byName.put(name, list);
            releases.addAll(list);
        });
        releases.sort(ORDER);
    }

    Map<RoleName, RoleEntry> roles() {
        return roles;
    }

    List<Entry> versions(String name) {
        return byName.getOrDefault(name, List.of());
    }

    Optional<Entry> find(String name, String version) {
        return versions(name).stream().filter(e -> e.row.version().equals(version)).findFirst();
    }

    /// Those in which every word occurs: in `name@version` whatever its case, or, six digits at least, as the beginning of an image's digest.
    List<Entry> search(String text) {
        if (text.isBlank()) {
            return releases;
        }
        Stream<Entry> found = releases.stream();
        for (String word : text.strip().toLowerCase(Locale.ROOT).split("\\s+")) {
            String digits = word.startsWith("sha256:") ? word.substring(7) : word;
            if (digits.matches("[0-9a-f]{6,64}")) {
                int known = Math.min(DIGITS, digits.length());
                long head = Long.parseUnsignedLong(digits, 0, known, 16);
                found = found.filter(e -> e.has(word) || e.begins(head, known));
            } else {
                found = found.filter(e -> e.has(word));
            }
        }
        return found.toList();
    }
}
