package dev.repro.tuf.check;

import dev.repro.base.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Another TUF client: its default limits, and what it does not read.
///
/// @param name of the project
/// @param version that was read or measured
/// @param rootBytes the largest root
/// @param timestampBytes the largest timestamp
/// @param snapshotBytes the largest snapshot whose length the timestamp does not state
/// @param targetsBytes the largest targets file whose length the snapshot does not state
/// @param rotations new roots in one refresh
/// @param visits roles looked at in one search; 0 if it has no limit
/// @param slowBytes from this size on a metadata file takes it minutes; 0 for one that takes linear time
/// @param lacks what it minds, and why
public record Reader(String name, String version, long rootBytes, long timestampBytes, long snapshotBytes, long targetsBytes,
        long rotations,
        long visits, long slowBytes, Map<Feature, Lack> lacks) {

    /// What a client makes of a repository, from best to worst.
    public enum Verdict {
        READS, PARTLY, SLOW, REFUSES;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param why a clause in lower case, no full stop
    public record Lack(Verdict verdict, String why) {}

    /// @param where a file, role or target of the repository
    public record Reason(Verdict verdict, String why, String where) {

        Json.Obj toJson() {
            return Json.object("verdict", verdict.word(), "why", why, "where", where);
        }
    }

    /// @param reasons the worst first; none if it reads all
    public record Answer(Reader reader, List<Reason> reasons) {

        public Verdict verdict() {
            return reasons.isEmpty() ? Verdict.READS : reasons.getFirst().verdict();
        }

        public Json.Obj toJson() {
            return Json.object("reader", reader.name, "version", reader.version, "verdict", verdict().word(),
                    "reasons", reasons.stream().map(Reason::toJson).toList());
        }
    }

    /// What this client makes of a repository in which `seen` was seen.
    Answer answer(Seen seen) {
        var reasons = new ArrayList<Reason>();
        seen.fatal().ifPresent(where -> reasons.add(new Reason(Verdict.REFUSES, "so does every client: see the errors", where)));
        lacks.forEach((feature, lack) -> seen.where(feature)
                .ifPresent(where -> reasons.add(new Reason(lack.verdict, lack.why, Finding.printable(where)))));
        seen.largest(Seen.Size.ROOT).ifPresent(size -> limit(size, rootBytes, reasons));
        seen.largest(Seen.Size.TIMESTAMP).ifPresent(size -> limit(size, timestampBytes, reasons));
        seen.largestUnstated(Seen.Size.SNAPSHOT).ifPresent(size -> limit(size, snapshotBytes, reasons));
        seen.largestUnstated(Seen.Size.TARGETS).ifPresent(size -> limit(size, targetsBytes, reasons));
        for (Seen.Size kind : Seen.Size.values()) {
            seen.largest(kind).filter(size -> slowBytes > 0 && size.value() >= slowBytes).ifPresent(size -> reasons.add(
                    new Reason(Verdict.SLOW, bytes(size.value()) + ", and its canonical JSON takes quadratic time",
                    size.where())));
        }
        if (seen.rotations().value() > rotations) {
            reasons.add(new Reason(Verdict.REFUSES, seen.rotations().value() + " new roots after the first, takes " + rotations
                    + " in one refresh",
                    seen.rotations().where()));
        }
        if (visits > 0 && seen.visits().value() > visits) {
            reasons.add(new Reason(Verdict.PARTLY, "finds a target in the first " + visits
                    + " roles only, this one is in number " + seen.visits().value(),
                    Finding.printable(seen.visits().where())));
        }
        reasons.sort(Comparator.comparing(Reason::verdict).reversed().thenComparing(Reason::where));
        return new Answer(this, List.copyOf(reasons));
    }

    private static void limit(Seen.Largest size, long limit, List<Reason> reasons) {
        if (size.value() > limit) {
            reasons.add(new Reason(Verdict.REFUSES, bytes(size.value()) + ", takes " + String.format(Locale.ROOT, "%,d", limit),
                    size.where()));
        }
    }

    private static String bytes(long count) {
        return String.format(Locale.ROOT, "%,d bytes", count);
    }
}
