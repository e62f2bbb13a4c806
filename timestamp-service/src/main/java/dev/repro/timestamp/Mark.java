package dev.repro.timestamp;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/// The high-water mark: the newest things that a signature was made for, or was about to be made for when the machine stopped.
///
/// @param root version
/// @param timestamp version
/// @param snapshot of the snapshot's file
/// @param time when the timestamp was dated
record Mark(long root, long timestamp, Digest snapshot, Instant time) {
    static final String SCHEMA = "repro.timestamp-mark.v1";

    static Mark parse(byte[] bytes, String where) throws Problem {
        Fields file = Fields.parse(bytes, where);
        String schema = file.string("schema");
        if (!schema.equals(SCHEMA)) {
            throw Problem.usage("not a high-water mark").where(where).expected(SCHEMA).found(schema);
        }
        var mark = new Mark(file.integer("root"), file.integer("timestamp"), file.digest("snapshot"), time(file.string("time"), where));
        file.end();
        return mark;
    }

    private static Instant time(String text, String where) throws Problem {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw Problem.usage("not a time").where(where).found(text).because(e);
        }
    }

    byte[] bytes() {
        return JsonText.pretty(Json.object("schema", SCHEMA, "root", root, "timestamp", timestamp, "snapshot", snapshot, "time", time.toString()))
                .getBytes(StandardCharsets.UTF_8);
    }
}
