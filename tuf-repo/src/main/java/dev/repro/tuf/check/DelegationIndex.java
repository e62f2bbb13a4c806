package dev.repro.tuf.check;

import dev.repro.base.Digest;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.PathPattern;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The roles to which a role delegates a target, in order, found without trying every one: tens of thousands of roles may
/// stand side by side.
final class DelegationIndex {

    /// @param terminating no role after this one is asked
    record Next(RoleName role, boolean terminating) {}

    private record Pattern(PathPattern pattern, int role) {}

    private final Delegations delegations;
    private final Map<String, List<Pattern>> byFirstSegment = new HashMap<>();
    private final List<Pattern> wild = new ArrayList<>();
    private final Map<String, List<Integer>> byPrefix = new HashMap<>();
    private final TreeSet<Integer> prefixLengths = new TreeSet<>();
    /// What comparing patterns with targets has cost.
    private long compared;
    private boolean hidden;

    DelegationIndex(Delegations delegations) {
        this.delegations = delegations;
        for (int i = 0; i < delegations.roles().size(); i++) {
            Delegations.Role role = delegations.roles().get(i);
            for (PathPattern pattern : role.paths()) {
                if (pattern.glob().length() > Globs.MAX) {
                    continue; // a finding of its own
                }
                String first = first(pattern.glob());
                var list = Globs.isLiteral(first) ? byFirstSegment.computeIfAbsent(first, _ -> new ArrayList<>()) : wild;
                list.add(new Pattern(pattern, i));
            }
            for (String prefix : role.hashPrefixes()) {
                prefixLengths.add(prefix.length());
                byPrefix.computeIfAbsent(prefix, _ -> new ArrayList<>()).add(i);
            }
        }
    }

    private static String first(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }

    /// The roles that a client goes on to for a target, up to the first terminating one (TUF 5.6.7.2).
    List<Next> next(TargetName target) {
        if (delegations.bins().isPresent()) {
            return List.of(new Next(delegations.bins().get().binOf(target), true));
        }
        var found = new TreeSet<Integer>();
        match(byFirstSegment.getOrDefault(first(target.text()), List.of()), target, found);
        match(wild, target, found);
        if (!prefixLengths.isEmpty()) {
            String hash = Digest.of(target.text().getBytes(StandardCharsets.UTF_8)).hex();
            for (int length : prefixLengths) {
                found.addAll(length <= hash.length() ? byPrefix.getOrDefault(hash.substring(0, length), List.of()) : List.of());
            }
        }
        return found.stream().map(i -> delegations.roles().get(i)).map(role -> new Next(role.name(), role.terminating()))
                .toList();
    }

    private void match(List<Pattern> patterns, TargetName target, TreeSet<Integer> found) {
        for (Pattern candidate : patterns) {
            compared += Globs.cost(candidate.pattern.glob(), target.text());
            if (!found.contains(candidate.role) && candidate.pattern.matches(target)) {
                found.add(candidate.role);
                hidden |= hidden(candidate.pattern.glob().split("/", -1), target.text().split("/", -1));
            }
        }
    }

    private static boolean hidden(String[] patterns, String[] segments) {
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].startsWith(".") && !patterns[i].startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /// Whether a wildcard matched a segment that begins with a dot.
    boolean hidden() {
        return hidden;
    }

    long compared() {
        return compared;
    }

    Delegations delegations() {
        return delegations;
    }
}
