package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What a gate checks of new metadata of a targets role, beyond what TUF does: that it publishes and withdraws whole releases, that none
/// changes, and that every image is what its description says.
///
/// Signatures, thresholds, versions and who may list which path are TUF's. What was withdrawn is remembered ([Withdrawn]).
public final class ReleaseCheck {

    private ReleaseCheck() {}

    /// What new metadata does.
    ///
    /// @param added releases that were not there before
    /// @param withdrawn `NAME/VERSION` of releases that are there no more
    /// @param files what the role says of every target of the added releases
    public record Change(List<Release> added, List<String> withdrawn, SortedMap<TargetName, TargetFile> files) {

        public Change {
            added = List.copyOf(added);
            withdrawn = List.copyOf(withdrawn);
            files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        }

        /// The files that must be there, with their lengths in bytes.
        public SortedMap<Digest, Long> needed() {
            var out = new TreeMap<Digest, Long>();
            files.values().forEach(f -> out.put(new Digest(f.hashes().get("sha256")), f.length()));
            return out;
        }
    }

    /// Everything: [#metadata], then [#contents].
    ///
    /// @param before what the role says now; of a role that takes a package over, what the role before it says; null for a role that is new
    /// @param blobs where the file of a digest is, if it is there
    /// @throws Problem exit code 4: a blob cannot be read
    public static Change check(RoleName role, Signed.Targets before, Signed.Targets after, Function<Digest, Optional<Path>> blobs)
            throws Refused, Problem {
        Change change = metadata(role, before, after);
        contents(change, blobs);
        return change;
    }

    /// What can be said without the files: takes time in proportion to the role's metadata.
    ///
    /// @param role whose metadata it is, for messages
    public static Change metadata(RoleName role, Signed.Targets before, Signed.Targets after) throws Refused {
        Map<TargetName, TargetFile> old = before == null ? Map.of() : before.targets();
        SortedSet<Place> changed = new TreeSet<>();
        for (var target : after.targets().entrySet()) {
            if (!target.getValue().equals(old.get(target.getKey()))) {
                changed.add(Place.of(target.getKey()).orElseThrow(() -> notInRelease(role, target.getKey())));
            }
        }
        for (TargetName target : old.keySet()) {
            if (!after.targets().containsKey(target)) {
                Place.of(target).ifPresent(changed::add); // what was no release may go
            }
        }
        Map<Place, SortedMap<TargetName, TargetFile>> were = below(changed, old);
        Change change = change(changed, were, below(changed, after.targets()));
        Withdrawn.check(role, before, after, gone(were, change), change.added());
        return change;
    }

    /// What was no release is not missed.
    private static Map<String, Digest> gone(Map<Place, SortedMap<TargetName, TargetFile>> were, Change change) {
        var out = new TreeMap<String, Digest>();
        were.forEach((place, targets) -> {
            if (change.withdrawn().contains(place.toString())) {
                try {
                    out.put(place.toString(), WholeRelease.read(place, targets).digest());
                } catch (Refused e) {
                    out.remove(place.toString());
                }
            }
        });
        return out;
    }

    private static Refused notInRelease(RoleName role, TargetName target) {
        return new Refused(Refused.Rule.NOT_IN_RELEASE, target).expected("NAME/VERSION/FILE in role " + role)
                .hint("publish images with `repro sign` and `repro publish`");
    }

    private static Map<Place, SortedMap<TargetName, TargetFile>> below(SortedSet<Place> places, Map<TargetName, TargetFile> targets) {
        var out = new TreeMap<Place, SortedMap<TargetName, TargetFile>>();
        Map<String, Place> folders = places.stream().collect(Collectors.toMap(Place::toString, p -> p));
        if (!places.isEmpty()) {
            targets.forEach((name, file) -> {
                Place place = folders.get(Place.folder(name));
                if (place != null) {
                    out.computeIfAbsent(place, _ -> new TreeMap<>()).put(name, file);
                }
            });
        }
        return out;
    }

    private static Change change(SortedSet<Place> changed, Map<Place, SortedMap<TargetName, TargetFile>> old,
            Map<Place, SortedMap<TargetName, TargetFile>> now) throws Refused {
        var added = new ArrayList<Release>();
        var withdrawn = new ArrayList<String>();
        var files = new TreeMap<TargetName, TargetFile>();
        for (Place place : changed) {
            if (!now.containsKey(place)) {
                withdrawn.add(place.toString());
            } else if (old.containsKey(place)) {
                throw exists(place, old.get(place), now.get(place));
            } else {
                added.add(WholeRelease.read(place, now.get(place)));
                files.putAll(now.get(place));
            }
        }
        return new Change(added, withdrawn, files);
    }

    private static Refused exists(Place place, Map<TargetName, TargetFile> old, Map<TargetName, TargetFile> now) {
        for (var target : old.entrySet()) {
            if (!now.containsKey(target.getKey()) && old.entrySet().containsAll(now.entrySet())) {
                return new Refused(Refused.Rule.RELEASE_INCOMPLETE, target.getKey()).hint("withdraw the whole release, or leave it as it is");
            }
        }
        return new Refused(Refused.Rule.VERSION_EXISTS, place.toString()).hint("publish the change as a new version");
    }

    /// Every file is there, is what was signed, and every image what its description says.
    ///
    /// @param blobs where the file of a digest is, if it is there
    /// @throws Problem exit code 4: a blob cannot be read
    public static void contents(Change change, Function<Digest, Optional<Path>> blobs) throws Refused, Problem {
        new ContentCheck(change, blobs, Optional.empty()).check();
    }

    /// The same, and every envelope is signed by `threshold` of the keys too.
    ///
    /// @param keys of the role
    public static void contents(Change change, Function<Digest, Optional<Path>> blobs, Collection<PublicKey> keys, int threshold)
            throws Refused, Problem {
        new ContentCheck(change, blobs, Optional.of(new ContentCheck.Signers(List.copyOf(keys), threshold))).check();
    }
}
