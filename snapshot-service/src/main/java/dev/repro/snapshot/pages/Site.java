package dev.repro.snapshot.pages;

import dev.repro.release.Release;
import dev.repro.tuf.RoleName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the pages show of a repository: read-only, as of one publication. Lists are asked for in slices, so that no page costs more in a
/// large repository.
public interface Site {

    /// Where readers find it, without a slash at the end: `https://unikernels.example`.
    String url();

    /// The time that ages and expiries are told for.
    Instant now();

    /// The published snapshot.
    long snapshot();

    /// Releases whose name or version contains `search`, or one of whose images has a SHA-256 that begins with it; all if it is empty. The
    /// newest first.
    Slice<Row> releases(String search, int from, int most);

    /// The releases of one package, the newest first.
    Slice<Row> versions(String name, int from, int most);

    Optional<Detail> release(String name, String version);

    /// The role that needs care first first: by expiry less the time that signing anew takes ([Attention]).
    Slice<Role> roles(int from, int most);

    /// The newest first.
    Slice<Publication> activity(int from, int most);

    /// @param total how many there are in all
    record Slice<T>(List<T> items, int total) {
        public Slice {
            items = List.copyOf(items);
        }
    }

    /// A release in a list.
    ///
    /// @param targets of its images, in their order, each once
    /// @param published empty if nobody wrote it down
    record Row(String name, String version, List<String> targets, Optional<Instant> published) {
        public Row {
            targets = List.copyOf(targets);
        }
    }

    /// @param path of delegation: root, targets, …, the role that lists the release
    record Detail(Release release, Optional<Instant> published, List<Role> path) {
        public Detail {
            path = List.copyOf(path);
        }
    }

    /// @param delegator who says which keys are the role's; empty of the top-level roles
    /// @param version 0 if there is no file yet
    /// @param expires empty if there is no file yet
    /// @param revoked whether its own holders have ended it (TAP 20)
    record Role(RoleName name, Optional<RoleName> delegator, long version, Optional<Instant> expires, boolean revoked, int threshold,
            List<Holder> keys) {
        public Role {
            keys = List.copyOf(keys);
        }
    }

    /// @param scheme `ed25519`, …
    /// @param owner empty if nobody named one
    /// @param signed whether its signature of the role's current file is good
    record Holder(String keyid, String scheme, String owner, boolean signed) {}

    /// @param at empty if nobody wrote it down
    /// @param by key ids of who signed what changed
    record Publication(Optional<Instant> at, long snapshot, List<Change> changes, List<String> by, String message) {
        public Publication {
            changes = List.copyOf(changes);
            by = List.copyOf(by);
        }
    }

    /// @param version that it now has
    record Change(RoleName role, long version) {}
}
