package dev.repro.release;

import dev.repro.tuf.TargetName;
import java.util.Optional;

/// Where a release lies: `NAME/VERSION`.
record Place(String name, String version) implements Comparable<Place> {

    /// Of a target `NAME/VERSION/FILE`; empty for any other.
    static Optional<Place> of(TargetName target) {
        int first = target.text().indexOf('/');
        int second = target.text().indexOf('/', first + 1);
        if (first < 0 || second < 0 || !Release.isFile(target.text().substring(second + 1))) {
            return Optional.empty();
        }
        String name = target.text().substring(0, first);
        String version = target.text().substring(first + 1, second);
        return Release.isName(name) && Release.isVersion(version) ? Optional.of(new Place(name, version)) : Optional.empty();
    }

    TargetName target(String file) {
        return new TargetName(this + "/" + file);
    }

    @Override
    public int compareTo(Place other) {
        int byName = name.compareTo(other.name);
        return byName != 0 ? byName : version.compareTo(other.version);
    }

    @Override
    public String toString() {
        return name + "/" + version;
    }
}
