package dev.repro.release;

import dev.repro.tuf.TargetName;
import java.util.Optional;

/// Where a release lies: `NAME/VERSION`.
record Place(String name, String version) implements Comparable<Place> {

    /// Of a target `NAME/VERSION/FILE`; empty for any other.
    static Optional<Place> of(TargetName target) {
        String folder = folder(target);
        int slash = folder.indexOf('/');
        if (slash < 0 || !Release.isFile(target.text().substring(folder.length() + 1))) {
            return Optional.empty();
        }
        String name = folder.substring(0, slash);
        String version = folder.substring(slash + 1);
        return Release.isName(name) && Release.isVersion(version) ? Optional.of(new Place(name, version)) : Optional.empty();
    }

    /// What stands before the second slash; empty where there are not two. Cheap, for who looks through many.
    static String folder(TargetName target) {
        int second = target.text().indexOf('/', target.text().indexOf('/') + 1);
        return second < 0 ? "" : target.text().substring(0, second);
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
