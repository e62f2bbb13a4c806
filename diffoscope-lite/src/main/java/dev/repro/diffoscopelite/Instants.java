package dev.repro.diffoscopelite;

import java.util.ArrayList;
import java.util.List;

/// The instants that, when they stand in the outputs, name a cause: the clocks of both builds, and the times of their source
/// files.
final class Instants {
    /// Smaller numbers are no modification time.
    private static final long FIRST_EPOCH = 1L << 24;

    private record Cause(String name, List<Moment.Span> a, List<Moment.Span> b) {}

    private final List<Cause> causes = new ArrayList<>();

    Instants(Planted planted) {
        for (var canary : planted.canaries()) {
            long a = epoch(canary.a());
            long b = epoch(canary.b());
            if (a >= FIRST_EPOCH && b >= FIRST_EPOCH && a != b) {
                causes.add(new Cause(canary.variation(), List.of(new Moment.Span(a, a)), List.of(new Moment.Span(b, b))));
            }
        }
        var a = Moment.Span.of(planted.a());
        // A tool that the shifted clock of build B does not reach shows the real time, which is that of build A.
        causes.add(new Cause("time", List.of(a), List.of(Moment.Span.of(planted.b()), a)));
    }

    private static long epoch(String text) {
        return text.length() >= 8 && text.length() <= 12 && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.parseLong(text) : -1;
    }

    /// The cause of which `a` is an instant of build A and `b` one of build B; null when there is none.
    String cause(Moment a, Moment b) {
        for (var cause : causes) {
            if (cause.a.stream().anyMatch(a::in) && cause.b.stream().anyMatch(b::in)) {
                return cause.name;
            }
        }
        return null;
    }

    /// The cause of which this is an instant of build A (or of build B), null when there is none.
    String cause(Moment moment, boolean inA) {
        for (var cause : causes) {
            if ((inA ? cause.a : cause.b).stream().anyMatch(moment::in)) {
                return cause.name;
            }
        }
        return null;
    }

    /// As [#cause] of two epochs, for the many numbers of a binary.
    String epochs(long a, long b) {
        for (var cause : causes) {
            if (meets(cause.a, a) && meets(cause.b, b)) {
                return cause.name;
            }
        }
        return null;
    }

    private static boolean meets(List<Moment.Span> spans, long seconds) {
        for (int i = 0; i < spans.size(); i++) {
            if (spans.get(i).meets(seconds, seconds)) {
                return true;
            }
        }
        return false;
    }
}
