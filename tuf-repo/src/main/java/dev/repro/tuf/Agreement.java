package dev.repro.tuf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Delegated roles that must say the same of a target (TAP 3; docs/pouf.md): author and rebuilder, say. It stands beside the
/// ordinary delegations to these roles, which a client that does not know of agreements follows.
///
/// @param name for messages
/// @param paths the targets it is about: any pattern
/// @param roles at least two, each delegated to by the same file
/// @param least how many must say the same, from 2 to all
public record Agreement(String name, List<PathPattern> paths, List<RoleName> roles, int least) {

    /// The member of a targets role's `signed`. It does not stand in `delegations`: tough drops members of that which it does not
    /// know, and then finds no good signature.
    public static final String MEMBER = "x-repro-agreements";

    public Agreement {
        paths = List.copyOf(paths);
        roles = List.copyOf(roles);
    }

    public boolean covers(TargetName target) {
        return paths.stream().anyMatch(p -> p.matches(target));
    }

    /// What is agreed on: the answer of the earliest role with which enough others agree in length and hashes.
    ///
    /// @param answers of each of the roles, in their order; empty of one that does not list the target
    /// @return empty if none of the roles lists the target
    /// @throws Refusal if some do, and no answer is that of enough roles
    public Optional<TargetFile> decide(TargetName target, SequencedMap<RoleName, Optional<TargetFile>> answers) throws Refusal {
        List<TargetFile> given = answers.values().stream().flatMap(Optional::stream).toList();
        for (TargetFile answer : given) {
            if (given.stream().filter(answer::sameBytes).count() >= least) {
                return Optional.of(answer);
            }
        }
        if (given.isEmpty()) {
            return Optional.empty();
        }
        List<RoleName> listing = answers.entrySet().stream().filter(e -> e.getValue().isPresent()).map(Map.Entry::getKey)
                .toList();
        throw Refusal.of(Refusal.Rule.DISAGREEMENT, target).expected("the same length and hashes from " + least + " of " + roles)
                .found(listing.size() < least ? "it is listed by " + listing + " only" : "they differ");
    }
}
