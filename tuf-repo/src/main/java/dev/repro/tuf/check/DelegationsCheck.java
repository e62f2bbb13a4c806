package dev.repro.tuf.check;

import dev.repro.base.Json;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.PathPattern;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What one targets role says of the roles to which it delegates.
final class DelegationsCheck {
    /// Pairs of patterns that are compared in one check, by their cost.
    private static final long BUDGET = 5_000_000;
    /// The specification's own wildcards are `*` and `?`; fnmatch, filepath.Match, minimatch and globset have these too.
    private static final Pattern DIALECT = Pattern.compile("[\\[\\]{}\\\\]|\\*\\*|[!+@?*]\\(|(^|/)[!#]");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{1,64}");
    private static final Set<String> MEMBERS = Set.of("keys", "roles", "succinct_roles");
    private static final Set<String> ROLE_MEMBERS = Set.of("name", "keyids", "threshold", "terminating", "paths",
            "path_hash_prefixes");
    /// Hexadecimal digits of a prefix that are counted when gaps are looked for.
    private static final int DIGITS = 4;
    private static final int MANY_BITS = 16;

    private final KeysCheck keys;
    private final Findings findings;
    private final Seen seen;
    private long spent;

    DelegationsCheck(KeysCheck keys, Findings findings, Seen seen) {
        this.keys = keys;
        this.findings = findings;
        this.seen = seen;
    }

    /// @param reached how the delegating role was itself delegated to, where that is by patterns
    void check(String file, Signed.Targets role, Delegations delegations, Optional<Delegations.Role> reached) {
        var all = new LinkedHashMap<RoleName, RoleKeys>();
        delegations.roles().forEach(r -> all.put(r.name(), r.keys()));
        delegations.bins().ifPresent(bins -> all.put(new RoleName(bins.prefix() + "-*"), bins.keys()));
        keys.listed(file, delegations.keys(), all);
        members(file, role.json().members().get("delegations"));
        for (Delegations.Role each : delegations.roles()) {
            String where = file + ", role " + each.name();
            seen.use(Feature.DELEGATIONS, file);
            name(each.name(), where);
            patterns(each, where);
            reached.filter(r -> !r.paths().isEmpty()).ifPresent(r -> outside(each, r, where));
            prefixes(each, where);
        }
        shadowed(file, delegations.roles());
        gaps(file, delegations.roles());
        delegations.bins().ifPresent(bins -> bins(file, bins));
    }

    private void members(String file, Json delegations) {
        if (!(delegations instanceof Json.Obj(var members))) {
            return;
        }
        if (!MEMBERS.containsAll(members.keySet())) {
            seen.use(Feature.DELEGATION_MEMBERS, file);
        }
        if (members.get("roles") instanceof Json.Arr(var roles)) {
            for (Json role : roles) {
                if (role instanceof Json.Obj(var fields)) {
                    if (!fields.containsKey("terminating")) {
                        seen.use(Feature.TERMINATING_ABSENT, file);
                    }
                    if (!ROLE_MEMBERS.containsAll(fields.keySet())) {
                        seen.use(Feature.DELEGATION_MEMBERS, file);
                    }
                }
            }
        }
    }

    private void name(RoleName role, String where) {
        if (!role.file().equals(role.listed())) {
            findings.add(Rule.ROLE_NAME, where, "clients ask for " + role.file());
        }
    }

    private void patterns(Delegations.Role role, String where) {
        if (role.paths().isEmpty() && role.hashPrefixes().isEmpty()) {
            findings.add(Rule.PATTERN_DEAD, where, "has no paths");
        }
        for (PathPattern pattern : role.paths()) {
            String glob = pattern.glob();
            // A name that keeps to the rules matches only a pattern that keeps to them: wildcards stand for ordinary characters.
            Optional<String> problem = glob.length() > Globs.MAX ? Optional.of("has more than " + Globs.MAX + " characters")
                    : new TargetName(glob.replace('\\', '_')).problem();
            problem.ifPresent(what -> findings.add(Rule.PATTERN_DEAD, where, "`" + glob + "` " + what));
            if (DIALECT.matcher(glob).find()) {
                findings.add(Rule.PATTERN_DIALECT, where, "`" + glob + "`");
                seen.use(Feature.PATTERN_DIALECT, where);
            }
        }
    }

    private void outside(Delegations.Role role, Delegations.Role delegator, String where) {
        for (PathPattern pattern : role.paths()) {
            boolean inside = false;
            for (PathPattern own : delegator.paths()) {
                inside |= !affordable(pattern, own, where) || Globs.meet(pattern.glob(), own.glob());
            }
            if (!inside) {
                findings.add(Rule.PATTERN_OUTSIDE, where, "`" + pattern.glob() + "` is outside the paths of " + delegator.name());
            }
        }
    }

    private void shadowed(String file, List<Delegations.Role> roles) {
        var terminating = new ArrayList<Delegations.Role>();
        for (Delegations.Role role : roles) {
            for (Delegations.Role before : terminating) {
                for (PathPattern pattern : role.paths()) {
                    for (PathPattern outer : before.paths()) {
                        if (affordable(pattern, outer, file) && Globs.covers(outer.glob(), pattern.glob())) {
                            findings.add(Rule.PATTERN_SHADOWED, file + ", role " + role.name(), "`" + pattern.glob()
                                    + "` is behind `" + outer.glob() + "` of " + before.name());
                        }
                    }
                }
            }
            if (role.terminating() && !role.paths().isEmpty()) {
                terminating.add(role);
            }
        }
    }

    private boolean affordable(PathPattern a, PathPattern b, String where) {
        if (a.glob().length() > Globs.MAX || b.glob().length() > Globs.MAX) {
            return false;
        }
        boolean before = spent <= BUDGET;
        spent += Globs.cost(a.glob(), b.glob());
        if (before && spent > BUDGET) {
            findings.add(Rule.NOT_CHECKED, where, "too many patterns: from here on they are not compared with each other");
        }
        return spent <= BUDGET;
    }

    private void prefixes(Delegations.Role role, String where) {
        for (String prefix : role.hashPrefixes()) {
            seen.use(Feature.HASH_PREFIXES, where);
            if (!PREFIX.matcher(prefix).matches()) {
                findings.add(Rule.HASH_PREFIX_DEAD, where, "`" + prefix + "`");
            }
        }
    }

    /// Several roles by prefixes are hash bins, and these should leave no hash out.
    private void gaps(String file, List<Delegations.Role> roles) {
        var covered = new BitSet(1 << 4 * DIGITS);
        int hashed = 0;
        for (Delegations.Role role : roles) {
            hashed += role.hashPrefixes().isEmpty() ? 0 : 1;
            for (String prefix : role.hashPrefixes()) {
                if (prefix.length() > DIGITS && PREFIX.matcher(prefix).matches()) {
                    return; // too fine to count
                }
                if (PREFIX.matcher(prefix).matches()) {
                    int free = 4 * (DIGITS - prefix.length());
                    int from = Integer.parseInt(prefix, 16) << free;
                    covered.set(from, from + (1 << free));
                }
            }
        }
        int gap = covered.nextClearBit(0);
        if (hashed > 1 && gap < 1 << 4 * DIGITS) {
            findings.add(Rule.HASH_PREFIX_GAP, file,
                    String.format(java.util.Locale.ROOT, "no role has the prefix %04x, nor %,d of %,d others", gap,
                    (1 << 4 * DIGITS) - covered.cardinality() - 1, 1 << 4 * DIGITS));
        }
    }

    private void bins(String file, Delegations.Bins bins) {
        seen.use(Feature.BINS, file);
        seen.use(Feature.DELEGATIONS, file);
        if (bins.bits() > MANY_BITS) {
            findings.add(Rule.BINS_MANY, file, bins.count() + " bins");
        }
        name(bins.bin(0), file + ", role " + bins.prefix() + "-*");
    }
}
