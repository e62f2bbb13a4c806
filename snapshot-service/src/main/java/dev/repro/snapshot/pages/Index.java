package dev.repro.snapshot.pages;

import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.release.Versions;
import dev.repro.tuf.RoleName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What is looked up of a repository's roles and releases: a few words of each, so that a million fit in memory. Immutable.
final class Index {
    private static final int DIGITS = 16; // hexadecimal, of a long
    private static final Comparator<Entry> BY_VERSION = Comparator.comparing((Entry e) -> e.row.version(), Versions.ORDER).reversed();

    /// @param key `name@version` in lower case
    /// @param heads the first 64 bits of the SHA-256 of each image
    record Entry(Site.Row row, RoleName role, String key, long[] heads) {

        Entry(Site.Row row, RoleName role, long[] heads) {
            this(row, role, (row.name() + "@" + row.version()).toLowerCase(Locale.ROOT), heads);
        }

        static Entry of(Release release, RoleName role, Optional<Instant> published) {
            List<String> targets = release.images().stream().map(ReleaseImage::target).distinct().map(String::intern).toList();
            return new Entry(new Site.Row(release.name(), release.version(), targets, published), role,
                    release.images().stream().mapToLong(i -> Long.parseUnsignedLong(i.sha256().hex(), 0, DIGITS, 16)).toArray());
        }

        private boolean has(String word) {
            return key.contains(word);
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
    /// @param releases by name, of each the newest version first: to compare versions takes long, so it is done once
    record RoleEntry(RoleName name, Optional<RoleName> delegator, long version, Optional<Instant> expires, int rotations, boolean revoked,
            boolean delegates, Map<String, List<Entry>> releases) {

        static Map<String, List<Entry>> sorted(List<Entry> releases) {
            var out = new TreeMap<String, List<Entry>>();
            releases.forEach(e -> out.computeIfAbsent(e.row.name(), _ -> new ArrayList<>()).add(e));
            out.values().forEach(versions -> versions.sort(BY_VERSION));
            return out;
        }
    }

    private final Map<RoleName, RoleEntry> roles;
    private final List<Entry> releases = new ArrayList<>();
    private final Map<String, List<Entry>> byName = new TreeMap<>();

    /// @param roles in the order in which a client asks them: of two that list one release, the first counts
    Index(Map<RoleName, RoleEntry> roles) {
        this.roles = roles;
        for (RoleEntry role : roles.values()) {
            if (!role.revoked) {
                role.releases.forEach((name, versions) -> byName.merge(name, versions, Index::merged));
            }
        }
        byName.values().forEach(releases::addAll);
        // What was published at one time, or nobody knows when, stays by name and version.
        releases.sort(Comparator.comparing((Entry e) -> e.row.published().orElse(Instant.MIN), Comparator.reverseOrder()));
    }

    private static List<Entry> merged(List<Entry> first, List<Entry> second) {
        var out = new ArrayList<>(first);
        second.stream().filter(e -> first.stream().noneMatch(f -> f.row.version().equals(e.row.version()))).forEach(out::add);
        out.sort(BY_VERSION);
        return out;
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
