package dev.repro.timestamp;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/// The figures of the service, in Prometheus' text format 0.0.4.
final class Metrics {
    private final Map<String, Long> refusals = new TreeMap<>();
    private final Map<String, Long> versions = new TreeMap<>();
    private final Map<String, Instant> expiries = new TreeMap<>();
    private long signed;
    private long failures;
    private long nanos;
    private boolean alarm;
    private Instant success = Instant.EPOCH;

    /// @param took from the snapshot's arrival to the service's answer that it is published
    synchronized void published(TimestampAuthority.Stamp stamp, Duration took) {
        signed++;
        nanos += took.toNanos();
        expiries.put("timestamp", stamp.timestamp().header().expires());
        expiries.put("snapshot", stamp.snapshot().header().expires());
        expiries.put("root", stamp.root().header().expires());
        versions.put("timestamp", stamp.timestamp().version());
        versions.put("snapshot", stamp.snapshot().version());
        versions.put("root", stamp.root().version());
    }

    synchronized void refused(String name) {
        refusals.merge(name, 1L, Long::sum);
    }

    synchronized void failed() {
        failures++;
    }

    synchronized void contact(Instant when) {
        success = when;
    }

    synchronized void alarm(boolean on) {
        alarm = on;
    }

    synchronized String text() {
        var out = new StringBuilder();
        head(out, "repro_timestamp_published_total", "counter", "Timestamps that the snapshot service has accepted.");
        out.append("repro_timestamp_published_total ").append(signed).append('\n');
        head(out, "repro_timestamp_publish_seconds", "summary", "From a snapshot's arrival until its timestamp was published.");
        out.append("repro_timestamp_publish_seconds_sum ").append(nanos / 1e9).append('\n');
        out.append("repro_timestamp_publish_seconds_count ").append(signed).append('\n');
        head(out, "repro_timestamp_refusals_total", "counter", "Refusals to sign, by name.");
        refusals.forEach((name, count) -> line(out, "repro_timestamp_refusals_total", "refusal", name, count));
        head(out, "repro_timestamp_failures_total", "counter", "Attempts that network, storage or key made fail; each is tried again.");
        out.append("repro_timestamp_failures_total ").append(failures).append('\n');
        head(out, "repro_timestamp_alarm", "gauge", "1 while something is refused.");
        out.append("repro_timestamp_alarm ").append(alarm ? 1 : 0).append('\n');
        head(out, "repro_timestamp_last_contact_seconds", "gauge", "Unix time of the newest answer of the snapshot service.");
        out.append("repro_timestamp_last_contact_seconds ").append(success.getEpochSecond()).append('\n');
        head(out, "repro_role_expires_seconds", "gauge", "Unix time at which the published file of a role expires.");
        expiries.forEach((role, when) -> line(out, "repro_role_expires_seconds", "role", role, when.getEpochSecond()));
        head(out, "repro_role_version", "gauge", "Version of the published file of a role.");
        versions.forEach((role, version) -> line(out, "repro_role_version", "role", role, version));
        return out.toString();
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    // Names of refusals and roles need no escape.
    private static void line(StringBuilder out, String name, String label, String value, long number) {
        out.append(name).append('{').append(label).append("=\"").append(value).append("\"} ").append(number).append('\n');
    }
}
