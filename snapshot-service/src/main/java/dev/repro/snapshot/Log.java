package dev.repro.snapshot;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.io.PrintStream;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// What happened, one JSON object a line: `{"time", "level", "event", …}`.
final class Log {
    private final PrintStream out;
    private final InstantSource clock;

    Log(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    /// @param namesAndValues as [Json#object] takes them
    void info(String event, Object... namesAndValues) {
        write("info", event, namesAndValues);
    }

    void warn(String event, Object... namesAndValues) {
        write("warning", event, namesAndValues);
    }

    void error(String event, Object... namesAndValues) {
        write("error", event, namesAndValues);
    }

    /// What a person must look at now.
    void alarm(String event, Object... namesAndValues) {
        write("ALARM", event, namesAndValues);
    }

    private void write(String level, String event, Object... namesAndValues) {
        Json.Obj line = Json.object("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(), "level", level, "event", event);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            line = line.with((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        out.println(JsonText.compact(line));
    }
}
