package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.TargetName;
import java.util.Optional;

/// The paths of a repository's files.
final class Layout {
    static final String TIMESTAMP = "metadata/timestamp.json";

    private Layout() {}

    /// With consistent snapshots `metadata/VERSION.ROLE.json` (TUF 6.2), without them `metadata/ROLE.json`; root has always a
    /// version.
    static String metadata(RoleName role, long version, boolean consistent) {
        boolean versioned = role.equals(RoleName.ROOT) || consistent && !role.equals(RoleName.TIMESTAMP);
        return "metadata/" + (versioned ? role.file(version) : role.file());
    }

    /// With consistent snapshots `metadata/rotate/HASH.ROLE.rotate.N.json`, without them without `HASH.`.
    static String rotation(RotateFile file, Digest digest, boolean consistent) {
        return "metadata/" + file.path(consistent ? Optional.of(digest) : Optional.empty());
    }

    /// With consistent snapshots `targets/FOLDER/HASH.FILE`, without them `targets/FOLDER/FILE`. Not encoded: a server decodes
    /// URLs.
    static String target(TargetName target, Digest digest, boolean consistent) {
        int last = target.text().lastIndexOf('/') + 1;
        return consistent ? "targets/" + target.text().substring(0, last) + digest.hex() + "." + target.text().substring(last)
                : "targets/" + target;
    }

    /// Where tough looks for the same target: the hash before the whole path.
    static String toughTarget(TargetName target, Digest digest) {
        return "targets/" + digest.hex() + "." + target;
    }

    /// A role that this side creates has a name that is its file's name, on every server and in every client.
    static RoleName role(String text) throws Problem {
        if (!text.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")) {
            throw Problem.usage("not a role's name").expected("1 to 100 letters, digits, `.`, `_`, `-`").found(text);
        }
        return new RoleName(text);
    }

    /// @throws Problem for a path that no file may be made from
    static TargetName target(String text) throws Problem {
        var target = new TargetName(text);
        if (target.problem().isPresent()) {
            throw Problem.usage("not a target's name: it " + target.problem().get()).found(text);
        }
        return target;
    }
}
