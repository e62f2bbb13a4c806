package dev.repro.tender.daemon;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// The figures of the daemon, in Prometheus' text format 0.0.4.
final class Metrics {
    private static final double[] BOUNDS = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.5};

    private record Gauge(String help, LongSupplier value) {}

    private final Map<String, Long> refusals = new TreeMap<>();
    private final Map<String, Gauge> gauges = new LinkedHashMap<>();
    private final long[] buckets = new long[BOUNDS.length + 1];
    private long launches;
    private long nanos;
    private long failures;

    /// @param itsNanos from the request's last byte until its processes ran
    synchronized void launched(long itsNanos) {
        launches++;
        nanos += itsNanos;
        int i = 0;
        while (i < BOUNDS.length && itsNanos > BOUNDS[i] * 1e9) {
            i++;
        }
        buckets[i]++;
    }

    synchronized void refused(String name) {
        refusals.merge(name, 1L, Long::sum);
    }

    synchronized void failed() {
        failures++;
    }

    synchronized void gauge(String name, String help, LongSupplier value) {
        gauges.put(name, new Gauge(help, value));
    }

    synchronized String text() {
        var out = new StringBuilder();
        head(out, "repro_gate_launches_total", "counter", "Launches.");
        out.append("repro_gate_launches_total ").append(launches).append('\n');
        head(out, "repro_gate_refusals_total", "counter", "Requests that were refused, by name.");
        refusals.forEach((name, count) -> out.append("repro_gate_refusals_total{refusal=\"").append(name).append("\"} ").append(count).append('\n'));
        head(out, "repro_gate_failures_total", "counter", "Requests that input, machine or network made fail.");
        out.append("repro_gate_failures_total ").append(failures).append('\n');
        head(out, "repro_gate_launch_seconds", "histogram", "From a request's last byte until its processes ran.");
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i];
            out.append("repro_gate_launch_seconds_bucket{le=\"").append(i < BOUNDS.length ? java.math.BigDecimal.valueOf(BOUNDS[i]).toPlainString() : "+Inf").append("\"} ").append(sum)
                    .append('\n');
        }
        out.append("repro_gate_launch_seconds_sum ").append(String.format(Locale.ROOT, "%.6f", nanos / 1e9)).append('\n');
        out.append("repro_gate_launch_seconds_count ").append(launches).append('\n');
        gauges.forEach((name, gauge) -> {
            head(out, name, "gauge", gauge.help);
            out.append(name).append(' ').append(gauge.value.getAsLong()).append('\n');
        });
        return out.toString();
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    }
}
