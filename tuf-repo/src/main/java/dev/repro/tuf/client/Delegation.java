package dev.repro.tuf.client;

import dev.repro.tuf.RoleName;

/// A step from one targets role to another, for one target.
///
/// @param authority who may sign `role`, as this one delegator says
/// @param terminating whether no other role is asked after this one and those that it delegates to
public record Delegation(RoleName role, Authority authority, boolean terminating) {

    /// The same delegation to other keys.
    Delegation with(Authority now) {
        return new Delegation(role, now, terminating);
    }
}
