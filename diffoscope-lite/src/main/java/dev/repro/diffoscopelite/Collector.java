package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gathers what was found to findings: one for each cause in each section, with its first place and the number of places.
///
/// What can only follow from something else waits here until all is known: when nothing else was found, it follows from nothing
/// that is known, and is unexplained.
final class Collector {
    static final int MAX = 50;

    private record Key(String cause, String section, boolean waiting) {}

    private static final class Group {
        String cause;
        Role role;
        Proof proof;
        Where where;
        String a;
        String b;
        int weight;
        int count;
        final int order;

        Group(int order) {
            this.order = order;
        }

        Finding finding(Map<String, String> reasons) {
            String reason = reasons.get(where.section());
            String fix = reason == null ? Causes.of(cause).fix() : "excepted: " + reason;
            return new Finding(cause, role, proof, where, a, b, fix, count);
        }
    }

    private final Map<Key, Group> groups = new LinkedHashMap<>();

    /// @param proof CANARY or LIKELY
    void root(String cause, Proof proof, Where where, String a, String b) {
        put(new Key(cause, where.section(), false), Role.ROOT, proof, where, a, b, 0);
    }

    /// @param weight the heaviest place of a section is the one that is shown
    void unexplained(Where where, String a, String b, int weight) {
        put(new Key("unknown", where.section(), false), Role.UNEXPLAINED, Proof.NONE, where, a, b, weight);
    }

    /// A difference that something else must have caused: `shift`, `build-id`, `checksum`, `compressed`.
    void follows(String cause, Where where, String a, String b) {
        boolean one = cause.equals("shift");
        put(new Key(cause, one ? "" : where.section(), true), Role.CONSEQUENCE, Proof.LIKELY, where, a, b, 0);
    }

    /// Counts one more place of moved addresses, if there was one before: there can be very many.
    boolean shiftedAgain() {
        var group = groups.get(new Key("shift", "", true));
        if (group != null) {
            group.count += group.count == Integer.MAX_VALUE ? 0 : 1;
        }
        return group != null;
    }

    private void put(Key key, Role role, Proof proof, Where where, String a, String b, int weight) {
        var group = groups.computeIfAbsent(key, _ -> new Group(groups.size()));
        group.count += group.count == Integer.MAX_VALUE ? 0 : 1;
        if (group.count == 1 || proof.compareTo(group.proof) < 0 || proof == group.proof && weight > group.weight) {
            group.cause = key.cause;
            group.role = role;
            group.proof = proof;
            group.where = where;
            group.a = a;
            group.b = b;
            group.weight = weight;
        }
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    /// Roots first, proven ones before likely ones; then what is unexplained; then consequences.
    ///
    /// @param reasons of declared exceptions, by section
    List<Finding> findings(Map<String, String> reasons) {
        settle();
        return groups.values().stream()
                .sorted(Comparator.comparing((Group g) -> g.role).thenComparing(g -> g.proof).thenComparing(g -> -g.weight)
                        .thenComparing(g -> g.order))
                .map(g -> g.finding(reasons)).toList();
    }

    private void settle() {
        if (groups.values().stream().anyMatch(g -> g.role != Role.CONSEQUENCE)) {
            return;
        }
        var waiting = new ArrayList<>(groups.values());
        boolean hashOnly = waiting.stream().allMatch(g -> g.cause.equals("checksum"));
        for (var group : waiting) {
            group.role = hashOnly ? Role.ROOT : Role.UNEXPLAINED;
            group.proof = hashOnly ? Proof.LIKELY : Proof.NONE;
            group.cause = switch (group.cause) {
                case "checksum" -> hashOnly ? "randomness" : "unknown";
                case "shift", "compressed" -> "unknown";
                default -> group.cause;
            };
        }
    }
}
