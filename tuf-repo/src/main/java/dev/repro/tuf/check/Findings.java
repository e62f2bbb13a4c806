package dev.repro.tuf.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Collects findings from several threads, and tells them in one order: by rule, then by place. Of one rule only the
/// first are kept.
final class Findings {
    /// Findings of one rule that are told one by one.
    static final int SHOWN = 16;

    private final Map<Rule, TreeSet<Finding>> kept = new EnumMap<>(Rule.class);
    private final Map<Rule, Long> counts = new EnumMap<>(Rule.class);

    synchronized void add(Rule rule, String where, String message) {
        counts.merge(rule, 1L, Long::sum);
        var some = kept.computeIfAbsent(rule, _ -> new TreeSet<>());
        some.add(new Finding(rule, where, message));
        if (some.size() > SHOWN) {
            some.pollLast();
        }
    }

    /// How many of a level there were, told or not.
    synchronized long count(Rule.Level level) {
        return counts.entrySet().stream().filter(e -> e.getKey().level() == level).mapToLong(Map.Entry::getValue).sum();
    }

    synchronized List<Finding> list() {
        var out = new ArrayList<Finding>();
        kept.forEach((rule, some) -> {
            out.addAll(some);
            long more = counts.get(rule) - some.size();
            if (more > 0) {
                out.add(new Finding(rule, "repository", "and " + more + " more of these"));
            }
        });
        return out;
    }
}
