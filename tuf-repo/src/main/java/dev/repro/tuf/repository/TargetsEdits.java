package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Agreement;
import dev.repro.tuf.RoleName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Pure changes of what a targets role signs (TUF 4.5, TAP 15).
final class TargetsEdits {
    private static final String DELEGATIONS = "delegations";
    private static final String BINS = "succinct_roles";

    private TargetsEdits() {}

    static Json.Obj empty(String expires) {
        return Edits.header("targets", 1, expires).with("targets", Json.object());
    }

    /// Adds targets, or replaces those of the same name.
    static Json.Obj put(Json.Obj signed, Map<String, Json.Obj> targets) {
        var all = new LinkedHashMap<>(Edits.object(signed, "targets").members());
        all.putAll(targets);
        return signed.with("targets", new Json.Obj(all));
    }

    static Json.Obj remove(Json.Obj signed, String target) {
        return signed.with("targets", Edits.object(signed, "targets").without(target));
    }

    /// Appends a delegation: the last that a client asks.
    ///
    /// @param covers `paths` or `path_hash_prefixes` with its patterns
    static Json.Obj delegate(Json.Obj signed, String name, Json.Obj covers, boolean terminating, List<KeyHolder> keys,
            int threshold)
            throws Problem {
        Json.Obj delegations = delegations(signed);
        if (delegations.members().containsKey(BINS)) {
            throw Problem.usage("the role delegates to bins, and to nothing else (TAP 15)").found("a delegation to " + name);
        }
        Json.Obj role = Json.object("name", name, "keyids", List.of(), "threshold", threshold, "terminating", terminating);
        for (var member : covers.members().entrySet()) {
            role = role.with(member.getKey(), member.getValue());
        }
        var roles = new ArrayList<>(Edits.array(delegations, "roles"));
        roles.add(role);
        return role(signed.with(DELEGATIONS, delegations.with("roles", new Json.Arr(roles))), name, keys, List.of(),
                OptionalInt.empty());
    }

    static Json.Obj delegateBins(Json.Obj signed, int bits, String prefix, List<KeyHolder> keys, int threshold) throws Problem {
        Json.Obj delegations = delegations(signed);
        if (delegations.members().containsKey(BINS) || !Edits.array(delegations, "roles").isEmpty()) {
            throw Problem.usage("the role delegates already, and bins allow nothing beside them (TAP 15)")
                    .hint("give the bins a role of their own");
        }
        Json.Obj bins = Json.object("keyids", List.of(), "threshold", threshold, "bit_length", bits, "name_prefix", prefix);
        return bins(signed.with(DELEGATIONS, delegations.without("roles").with(BINS, bins)), keys, List.of(),
                OptionalInt.empty());
    }

    static Json.Obj undelegate(Json.Obj signed, String name) {
        Json.Obj delegations = delegations(signed);
        return tidy(signed, delegations.with("roles", Edits.change(Edits.array(delegations, "roles"), name, _ -> null)),
                List.of());
    }

    /// Adds, removes, sets the threshold of one delegated role, in this order, and checks the outcome.
    static Json.Obj role(Json.Obj signed, String name, List<KeyHolder> add, List<PublicKey> remove, OptionalInt threshold)
            throws Problem {
        Json.Obj delegations = withKeys(delegations(signed), add);
        UnaryOperator<Json.Obj> change = change(delegations, add, remove, threshold);
        Json.Obj out = delegations.with("roles", Edits.change(Edits.array(delegations, "roles"), name, change));
        Edits.checkThreshold(Edits.named(Edits.array(out, "roles"), name).orElseThrow(), name);
        return tidy(signed, out, add);
    }

    /// Likewise of all bins.
    static Json.Obj bins(Json.Obj signed, List<KeyHolder> add, List<PublicKey> remove, OptionalInt threshold) throws Problem {
        Json.Obj delegations = withKeys(delegations(signed), add);
        Json.Obj bins = change(delegations, add, remove, threshold).apply(Edits.object(delegations, BINS));
        Edits.checkThreshold(bins, "of the bins");
        return tidy(signed, delegations.with(BINS, bins), add);
    }

    /// Adds an agreement, or replaces the one of that name (docs/pouf.md, TAP 3).
    static Json.Obj agree(Json.Obj signed, String name, List<String> paths, List<RoleName> roles, int least) throws Problem {
        Json.Obj agreement = Json.object("name", name, "paths", paths, "roles", roles.stream().map(RoleName::text).toList(),
                "min_roles_in_agreement", least);
        Set<RoleName> delegated = Edits.array(delegations(signed), "roles").stream()
                .map(r -> new RoleName(((Json.Str) ((Json.Obj) r).members().get("name")).value())).collect(Collectors.toSet());
        if (roles.size() < 2 || new HashSet<>(roles).size() < roles.size() || !delegated.containsAll(roles)) {
            throw Problem.usage("an agreement is of two or more roles that are delegated to here")
                    .expected("some of " + delegated).found(roles);
        }
        if (least < 2 || least > roles.size()) {
            throw Problem.usage("not a number of roles that could agree").expected("2 to " + roles.size()).found(least);
        }
        var all = new ArrayList<>(without(signed, name));
        all.add(agreement);
        return signed.with(Agreement.MEMBER, new Json.Arr(all));
    }

    static Json.Obj disagree(Json.Obj signed, String name) throws Problem {
        List<Json> rest = without(signed, name);
        if (rest.size() == Edits.array(signed, Agreement.MEMBER).size()) {
            throw Problem.usage("there is no agreement of that name").found(name);
        }
        return rest.isEmpty() ? signed.without(Agreement.MEMBER) : signed.with(Agreement.MEMBER, new Json.Arr(rest));
    }

    private static List<Json> without(Json.Obj signed, String name) {
        return Edits.change(Edits.array(signed, Agreement.MEMBER), name, _ -> null).items();
    }

    private static Json.Obj delegations(Json.Obj signed) {
        Json.Obj found = Edits.object(signed, DELEGATIONS);
        return found.members().isEmpty() ? Json.object("keys", Json.object(), "roles", List.of()) : found;
    }

    private static Json.Obj withKeys(Json.Obj delegations, List<KeyHolder> add) {
        Json.Obj out = delegations;
        for (KeyHolder holder : add) {
            out = Edits.listKey(out, holder.key());
        }
        return out;
    }

    private static UnaryOperator<Json.Obj> change(Json.Obj delegations, List<KeyHolder> add, List<PublicKey> remove,
            OptionalInt threshold) {
        return role -> {
            Json.Obj out = role;
            for (KeyHolder holder : add) {
                out = Edits.addKey(out, Edits.idIn(delegations, holder.key()));
            }
            for (PublicKey key : remove) {
                out = Edits.removeKey(out, Edits.idIn(delegations, key));
            }
            return threshold.isPresent() ? out.with("threshold", threshold.getAsInt()) : out;
        };
    }

    private static Json.Obj tidy(Json.Obj signed, Json.Obj delegations, List<KeyHolder> holders) {
        Json.Obj scope = Edits.withoutUnusedKeys(delegations, roles(delegations));
        return Edits.owners(signed.with(DELEGATIONS, scope), scope, holders);
    }

    /// All that names keys in `delegations`.
    static List<Json.Obj> roles(Json.Obj delegations) {
        var roles = new ArrayList<Json.Obj>();
        Edits.array(delegations, "roles").forEach(r -> roles.add((Json.Obj) r));
        if (delegations.members().containsKey(BINS)) {
            roles.add(Edits.object(delegations, BINS));
        }
        return roles;
    }
}
