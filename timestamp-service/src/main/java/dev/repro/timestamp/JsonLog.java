package dev.repro.timestamp;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.io.PrintStream;
import java.time.InstantSource;

/// Lines of JSON, one event each: `{"time":…,"level":"INFO","event":"signed",…}`. Levels: INFO, WARN (tried again), ALARM (a person must look).
final class JsonLog {

    enum Level { INFO, WARN, ALARM }

    private final PrintStream out;
    private final InstantSource clock;

    JsonLog(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    /// @param more names and values in turn, as [Json#object] takes them
    void line(Level level, String event, Object... more) {
        Json.Obj line = Json.object("time", clock.instant().toString(), "level", level.name(), "event", event);
        for (var member : Json.object(more).members().entrySet()) {
            line = line.with(member.getKey(), member.getValue());
        }
        synchronized (this) {
            out.println(JsonText.compact(line));
            out.flush();
        }
    }
}
