package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/// What a repository holds: roles, versions, expiries, who may sign what, and which keys there are.
///
/// @param roles bins are one entry, whose files are not opened
public record Status(List<Role> roles, List<KeyUse> keys) {

    /// @param version 0 for bins and for a delegated role without a file
    /// @param expires empty likewise
    /// @param says targets and delegations, in words
    public record Role(String name, long version, Optional<Instant> expires, int threshold, List<String> holders, String says) {

        String line(Instant now) {
            String until = expires.map(e -> e.truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10) + " " + left(now, e))
                    .orElse("-");
            return String.format(Locale.ROOT, "%-16s %7s  %-22s %d of %d: %s%s", name, version == 0 ? "-"
                    : Long.toString(version), until, threshold, holders.size(),
                    String.join(", ", holders), says.isEmpty() ? "" : "; " + says);
        }

        private static String left(Instant now, Instant end) {
            Duration left = Duration.between(now, end);
            return left.isNegative() ? "(expired)" : left.toDays() > 2 ? "(" + left.plusHours(12).toDays() + " d)"
                    : "(" + left.toHours() + " h)";
        }

        Json.Obj toJson() {
            return Json.object("role", name, "version", version == 0 ? null
                    : version, "expires", expires.map(Instant::toString).orElse(null), "threshold", threshold,
                    "holders", holders, "says", says);
        }
    }

    /// @param roles that it may sign
    public record KeyUse(KeyId id, String kind, String owner, List<String> roles) {
        Json.Obj toJson() {
            return Json.object("keyid", id.text(), "scheme", kind, "owner", owner.isEmpty() ? null : owner, "roles", roles);
        }
    }

    public static Status of(Repository repository) throws Problem {
        Signed.Root root = repository.required().root().orElseThrow().unverified();
        var roles = new ArrayList<Role>();
        var keys = new TreeMap<KeyId, KeyUse>();
        Signed.Targets targets = repository.targets(RoleName.TARGETS).orElseThrow().unverified();
        roles.add(role("root", Optional.of(root), Authority.of(root, RoleName.ROOT), "", keys));
        roles.add(role("targets", Optional.of(targets), Authority.of(root, RoleName.TARGETS), "", keys));
        roles.add(role("snapshot", Optional.of(repository.snapshot().read(MetadataType.SNAPSHOT, RoleName.SNAPSHOT).unverified()),
                Authority.of(root, RoleName.SNAPSHOT), "", keys));
        roles.add(role("timestamp", Optional.of(repository.timestamp().read(MetadataType.TIMESTAMP, RoleName.TIMESTAMP)
                .unverified()),
                Authority.of(root, RoleName.TIMESTAMP), "", keys));
        Authorities.walk(repository, RoleName.TARGETS, (delegator, delegations) -> {
            Signed.Targets by = repository.targets(delegator).orElseThrow().unverified();
            for (Delegations.Role one : delegations.roles()) {
                Optional<Signed> file = repository.targets(one.name()).map(Metadata::unverified);
                List<Signed.Rotate> rotations = KeyRotations.of(repository, one.name());
                boolean revoked = KeyRotations.isRevoked(repository, one.name());
                List<Authority> signing = KeyRotations.signing(repository, one.name(), Authority.of(delegator, by, one.keys()));
                String rotated = revoked ? "; revoked" : rotations.isEmpty() ? ""
                        : "; rotated " + rotations.size() + (signing.size() > 1 ? ", old keys sign too" : "");
                Authority last = signing.isEmpty() ? Authority.of(delegator, by, one.keys()) : signing.getLast();
                roles.add(role(one.name().text(), file, last, TargetsDifference.covers(one) + rotated, keys));
            }
            if (delegations.bins().isPresent()) {
                Delegations.Bins bins = delegations.bins().get();
                roles.add(role(bins.prefix() + "-*", Optional.empty(), Authority.of(delegator, by, bins.keys()),
                        String.format(Locale.ROOT, "%,d bins", bins.count()), keys));
            }
            return true;
        });
        return new Status(List.copyOf(roles), List.copyOf(keys.values()));
    }

    private static Role role(String name, Optional<Signed> file, Authority authority, String covers,
            TreeMap<KeyId, KeyUse> keys) {
        for (KeyId id : authority.role().keyids()) {
            String kind = authority.keys().containsKey(id)
                    ? authority.keys().get(id).usable().map(k -> k.scheme().scheme()).orElse("unknown") : "missing";
            KeyUse use = keys.getOrDefault(id, new KeyUse(id, kind, authority.owners().getOrDefault(id, ""), List.of()));
            var more = new ArrayList<>(use.roles());
            more.add(name);
            keys.put(id, new KeyUse(id, kind, use.owner(), List.copyOf(more)));
        }
        String says = covers;
        if (file.orElse(null) instanceof Signed.Targets targets && !targets.targets().isEmpty()) {
            says = (covers.isEmpty() ? "" : covers + "; ") + String.format(Locale.ROOT, "%,d targets", targets.targets().size());
        }
        return new Role(name, file.map(Signed::version).orElse(0L), file.map(f -> f.header().expires()),
                authority.role().threshold(),
                authority.role().keyids().stream().map(authority::owner).toList(), says);
    }

    /// The role that expires first.
    public Optional<Role> next() {
        return roles.stream().filter(r -> r.expires().isPresent()).min(Comparator.comparing(r -> r.expires().get()));
    }

    public List<String> lines(Instant now) {
        var out = new ArrayList<String>();
        out.add(String.format("%-16s %7s  %-22s %s", "role", "version", "expires", "signed by"));
        roles.forEach(r -> out.add(r.line(now)));
        out.add("");
        for (KeyUse key : keys) {
            out.add(String.format("%-16s %s  %-20s %s", key.owner().isEmpty() ? "key"
                    : key.owner(), key.id().brief(), key.kind(), String.join(", ", key.roles())));
        }
        next().ifPresent(r -> out.add(0, r.expires().get().isAfter(now) ? "next to expire: " + r.name() + ", " + r.expires().get()
                : "expired: " + r.name() + ", " + r.expires().get()));
        return out;
    }

    /// `repro.repo-status.v1`
    public Json.Obj toJson() {
        return Json.object("schema", "repro.repo-status.v1", "roles", roles.stream().map(Role::toJson).toList(), "keys",
                keys.stream().map(KeyUse::toJson).toList(),
                "next_to_expire", next().map(Role::name).orElse(null));
    }
}
