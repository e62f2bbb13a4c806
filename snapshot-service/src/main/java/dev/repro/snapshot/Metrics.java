package dev.repro.snapshot;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// Counters, gauges and one kind of histogram, in Prometheus' text format 0.0.4.
final class Metrics {
    private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private record Family(String kind, String help, Map<String, LongSupplier> values) {}

    /// Seconds, in buckets.
    static final class Histogram {
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
        private final LongAdder nanos = new LongAdder();

        private Histogram() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void add(long itsNanos) {
            int i = 0;
            while (i < BOUNDS.length && itsNanos > BOUNDS[i] * 1e9) {
                i++;
            }
            buckets[i].increment();
            nanos.add(itsNanos);
        }
    }

    private final Map<String, Family> families = new ConcurrentSkipListMap<>();
    private final Map<String, Histogram> histograms = new ConcurrentSkipListMap<>();
    private final Map<String, String> helps = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> counters = new ConcurrentSkipListMap<>();

    /// @param labels as they stand in the text, `{refusal="x"}`; empty for none
    void count(String name, String help, String labels) {
        counters.computeIfAbsent(name + labels, _ -> {
            var counter = new LongAdder();
            family(name, "counter", help).put(labels, counter::sum);
            return counter;
        }).increment();
    }

    void gauge(String name, String help, String labels, LongSupplier value) {
        family(name, "gauge", help).put(labels, value);
    }

    Histogram histogram(String name, String help) {
        helps.put(name, help);
        return histograms.computeIfAbsent(name, _ -> new Histogram());
    }

    private Map<String, LongSupplier> family(String name, String kind, String help) {
        return families.computeIfAbsent(name, _ -> new Family(kind, help, new ConcurrentSkipListMap<>())).values;
    }

    /// A label's value, escaped.
    static String label(String name, String value) {
        return "{" + name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"}";
    }

    String text() {
        var out = new StringBuilder();
        families.forEach((name, family) -> {
            head(out, name, family.kind, family.help);
            family.values.forEach((labels, value) -> out.append(name).append(labels).append(' ').append(value.getAsLong()).append('\n'));
        });
        histograms.forEach((name, histogram) -> {
            head(out, name, "histogram", helps.get(name));
            long sum = 0;
            for (int i = 0; i < histogram.buckets.length; i++) {
                sum += histogram.buckets[i].sum();
                out.append(name).append("_bucket{le=\"").append(i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf").append("\"} ")
                        .append(sum).append('\n');
            }
            out.append(name).append("_sum ").append(String.format(Locale.ROOT, "%.6f", histogram.nanos.sum() / 1e9)).append('\n')
                    .append(name).append("_count ").append(sum).append('\n');
        });
        return out.toString();
    }

    private static void head(StringBuilder out, String name, String kind, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ').append(kind).append('\n');
    }
}
