package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// All releases of a repository, by name and version and by the digests of their images. Immutable.
///
/// It sees what roles say; who verified them, and which path each may list, is the caller's to tell.
public final class Catalogue {
    private final Map<String, NavigableMap<String, Entry>> byName = new TreeMap<>();
    private final Map<Digest, List<Entry>> byImage = new HashMap<>();
    private final List<Refused> refusals = new ArrayList<>();

    private Catalogue() {}

    /// What a role says.
    ///
    /// @param mayList whether a client that looks for this target would come to this role
    public record Source(RoleName role, Signed.Targets targets, Predicate<TargetName> mayList) {}

    /// A release and who says so.
    ///
    /// @param role that lists it
    /// @param envelope what the role says of the target that holds the envelope
    public record Entry(RoleName role, Release release, TargetFile envelope) {

        /// The target that holds the envelope.
        public TargetName envelopeName() {
            return release.target(Release.ENVELOPE);
        }
    }

    /// @param sources in the order in which a client asks them: of two roles that list one release, the first counts
    public static Catalogue of(Iterable<Source> sources) {
        var out = new Catalogue();
        for (Source source : sources) {
            out.add(source);
        }
        out.byImage.replaceAll((_, entries) -> List.copyOf(entries));
        return out;
    }

    private void add(Source source) {
        SortedMap<String, Digest> withdrawn = new TreeMap<>();
        try {
            withdrawn.putAll(Withdrawn.of(source.role, source.targets));
        } catch (Refused e) {
            refusals.add(e);
        }
        var places = new TreeMap<Place, SortedMap<TargetName, TargetFile>>();
        source.targets.targets().forEach((name, file) -> Place.of(name).filter(_ -> source.mayList.test(name))
                .ifPresent(p -> places.computeIfAbsent(p, _ -> new TreeMap<>()).put(name, file)));
        places.forEach((place, targets) -> {
            NavigableMap<String, Entry> versions = byName.getOrDefault(place.name(), new TreeMap<>(Versions.ORDER));
            if (targets.containsKey(place.target(Release.ENVELOPE)) && !versions.containsKey(place.version())) {
                try {
                    Release release = WholeRelease.read(place, targets);
                    Withdrawn.requireSame(release, withdrawn);
                    add(new Entry(source.role, release, targets.get(place.target(Release.ENVELOPE))));
                } catch (Refused e) {
                    refusals.add(e);
                }
            }
        });
    }

    private void add(Entry entry) {
        Release release = entry.release();
        byName.computeIfAbsent(release.name(), _ -> new TreeMap<>(Versions.ORDER)).put(release.version(), entry);
        release.images().stream().map(ReleaseImage::sha256).distinct()
                .forEach(digest -> byImage.computeIfAbsent(digest, _ -> new ArrayList<>()).add(entry));
    }

    /// Sorted.
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /// All releases of a package, the newest first; empty for a name that has none.
    public List<Entry> versions(String name) {
        NavigableMap<String, Entry> versions = byName.get(name);
        return versions == null ? List.of() : List.copyOf(versions.descendingMap().values());
    }

    /// Of each package the newest release, sorted by name.
    public List<Entry> newest() {
        return byName.values().stream().map(v -> v.lastEntry().getValue()).toList();
    }

    /// All releases: by name, the newest of each first.
    public List<Entry> all() {
        return byName.keySet().stream().flatMap(n -> versions(n).stream()).toList();
    }

    public Optional<Entry> find(String name, String version) {
        NavigableMap<String, Entry> versions = byName.get(name);
        return versions == null ? Optional.empty() : Optional.ofNullable(versions.get(version));
    }

    /// The releases that have an image of this digest; the order is that of the sources.
    public List<Entry> byImage(Digest sha256) {
        return byImage.getOrDefault(sha256, List.of());
    }

    /// The releases in which every word of `term` occurs, whatever its case: in name, version, `name@version`, file name, target, device name,
    /// or as the beginning (at least 6 digits) of a digest of an image or of the release. By name, the newest of each first.
    public List<Entry> search(String term) {
        List<String> words = List.of(term.strip().toLowerCase(Locale.ROOT).split("\\s+"));
        return all().stream().filter(e -> words.stream().allMatch(w -> occurs(w, e.release()))).toList();
    }

    private static boolean occurs(String word, Release release) {
        String digest = word.startsWith("sha256:") ? word.substring(7) : word;
        var texts = new ArrayList<String>(List.of(release.name() + "@" + release.version(), release.name() + " " + release.version()));
        for (ReleaseImage image : release.images()) {
            texts.add(image.file());
            texts.add(image.target());
            texts.addAll(image.devices());
        }
        return texts.stream().anyMatch(t -> t.toLowerCase(Locale.ROOT).contains(word)) || digest.length() >= 6
                && (release.digest().hex().startsWith(digest) || release.images().stream().anyMatch(i -> i.sha256().hex().startsWith(digest)));
    }

    /// Releases that roles list and that are none; a gate would not have let them in. In the order of the sources.
    public List<Refused> refusals() {
        return List.copyOf(refusals);
    }
}
