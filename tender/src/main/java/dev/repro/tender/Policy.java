package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What the operator allows to be launched on this host (`repro.policy.v1`; docs/policy.md has the file). Default: nothing.
///
/// @param file where it was read
/// @param sha256 of the file
/// @param version at least 1; a signed policy never goes back
/// @param audit whether what would be refused is launched all the same, and told
/// @param memoryMax of each guest, in bytes
/// @param packages the first whose pattern fits counts
/// @param tenders of each target the first that is there counts
public record Policy(Path file, Digest sha256, long version, boolean audit, Operator operator, Source repository, OptionalLong memoryMax,
        List<Allowed> packages, List<AllowedTender> tenders) {

    public static final String SCHEMA = "repro.policy.v1";
    /// The longest grace.
    public static final Duration MAX_GRACE = Duration.ofDays(30);

    public Policy {
        packages = List.copyOf(packages);
        tenders = List.copyOf(tenders);
    }

    /// Whose signature permits a rollback, and signs the policy.
    ///
    /// @param required whether a policy that none of them has signed is refused
    public record Operator(List<PublicKey> keys, boolean required) {
        public Operator {
            keys = List.copyOf(keys);
        }
    }

    /// The repository, and what is believed of it from the start.
    ///
    /// @param url `metadata/` and `targets/` are below; ends with a slash
    /// @param rootSha256 of its first root; empty with `root`
    /// @param root a file with it
    /// @param refresh false: another process does
    /// @param grace how long an expired timestamp still counts that nobody can refresh
    public record Source(URI url, Optional<Digest> rootSha256, Optional<Path> root, boolean refresh, Duration grace) {}

    /// What is allowed of the packages that fit a pattern.
    ///
    /// @param name with `*` for any run of characters
    /// @param roles that may list it; empty: any that the repository's maintainers delegate to
    /// @param minimum the oldest version
    /// @param targets in the order of preference; empty: the release's
    /// @param memoryMax in bytes
    /// @param taps patterns of the host's interfaces that may be attached
    /// @param blocks patterns of the host's files, absolute
    /// @param users who may ask the daemon, by name
    /// @param groups likewise
    public record Allowed(String name, List<String> roles, Optional<String> minimum, List<String> targets, OptionalLong memoryMax,
            List<String> taps, List<String> blocks, List<String> users, List<String> groups) {
        public Allowed {
            roles = List.copyOf(roles);
            targets = List.copyOf(targets);
            taps = List.copyOf(taps);
            blocks = List.copyOf(blocks);
            users = List.copyOf(users);
            groups = List.copyOf(groups);
        }

        boolean covers(String packageName) {
            return new Glob(name).matches(packageName);
        }

        Json toJson() {
            return Json.object("name", name, "roles", roles, "minimum", minimum.orElse(null), "targets", targets,
                    "memory_max", memoryMax.isPresent() ? memoryMax.getAsLong() : null, "taps", taps, "blocks", blocks, "users", users, "groups", groups);
        }
    }

    /// The entry for a package.
    public Optional<Allowed> of(String packageName) {
        return packages.stream().filter(p -> p.covers(packageName)).findFirst();
    }

    /// Reads and checks a policy; its signature is for [PolicyFile] to see.
    ///
    /// @param file as it is named in messages; keys and root are relative to its folder
    /// @throws Problem exit code 2, with line and column
    public static Policy parse(byte[] toml, Path file) throws Problem {
        return PolicyReader.read(toml, file);
    }

    /// `repro.policy.v1`, as it was understood.
    public Json.Obj toJson() {
        return Json.object("schema", SCHEMA, "file", file.toString(), "sha256", sha256, "version", version, "mode", audit ? "audit" : "enforce",
                "operator", Json.object("keys", operator.keys().stream().map(PublicKey::keyid).toList(), "required", operator.required()),
                "repository", Json.object("url", repository.url().toString(), "root_sha256", repository.rootSha256().orElse(null),
                        "root", repository.root().map(Path::toString).orElse(null), "refresh", repository.refresh() ? "always" : "never",
                        "grace_seconds", repository.grace().toSeconds()),
                "memory_max", memoryMax.isPresent() ? memoryMax.getAsLong() : null, "packages", packages.stream().map(Allowed::toJson).toList(),
                "tenders", tenders.stream().map(t -> Json.object("target", t.target(), "path", t.where(), "sha256", t.sha256().orElse(null))).toList());
    }
}
