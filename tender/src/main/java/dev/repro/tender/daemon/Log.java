package dev.repro.tender.daemon;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.io.PrintStream;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// What happened, one JSON object a line: `{"time", "level", "event", …}`.
final class Log {
    private final PrintStream out;
    private final InstantSource clock;
    private final boolean verbose;

    /// @param verbose whether lines of the level `debug` are written
    Log(PrintStream out, InstantSource clock, boolean verbose) {
        this.out = out;
        this.clock = clock;
        this.verbose = verbose;
    }

    void debug(String event, Object... namesAndValues) {
        if (verbose) {
            write("debug", event, namesAndValues);
        }
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

    private void write(String level, String event, Object... namesAndValues) {
        var members = new java.util.LinkedHashMap<String, Object>();
        members.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        members.put("level", level);
        members.put("event", event);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        out.println(JsonText.compact(Json.of(members)));
    }
}
