package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The one publication of an [S3Store] that was decided last: `{schema, id, state: "committed" | "done", base, files: [{path, content}]}`.
///
/// @param id random; tells one from another
/// @param base SHA-256 of the timestamp that it follows; empty for a new repository
/// @param files metadata in the order in which it appears; none once it is done
record S3Journal(String id, boolean isDone, Optional<Digest> base, Map<String, byte[]> files) {
    static final String PATH = ".repro-journal.json";
    private static final String SCHEMA = "repro.s3-journal.v1";

    S3Journal {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    static S3Journal committed(RandomGenerator random, Optional<Digest> base, Map<String, byte[]> files) {
        byte[] id = new byte[16];
        random.nextBytes(id);
        return new S3Journal(HexFormat.of().formatHex(id), false, base, files);
    }

    S3Journal done() {
        return new S3Journal(id, true, base, Map.of());
    }

    static S3Journal parse(byte[] bytes, String where) throws Problem {
        Fields journal = Fields.parse(bytes, where);
        String schema = journal.string("schema");
        String state = journal.string("state");
        if (!schema.equals(SCHEMA) || !state.equals("committed") && !state.equals("done")) {
            throw Problem.usage("not a journal that this version of repro can finish").where(where).expected(SCHEMA).found(schema + ", " + state);
        }
        Optional<Digest> base = journal.has("base") ? Optional.of(journal.digest("base")) : Optional.empty();
        var files = new LinkedHashMap<String, byte[]>();
        for (Fields file : journal.objects("files")) {
            try {
                files.put(file.string("path"), Base64.getDecoder().decode(file.string("content")));
            } catch (IllegalArgumentException e) {
                throw Problem.usage("not Base64").where(where).because(e);
            }
        }
        return new S3Journal(journal.string("id"), state.equals("done"), base, files);
    }

    byte[] bytes() {
        var list = files.entrySet().stream()
                .map(f -> Json.object("path", f.getKey(), "content", Base64.getEncoder().encodeToString(f.getValue()))).toList();
        return JsonText.compact(Json.object("schema", SCHEMA, "id", id, "state", isDone ? "done" : "committed", "base", base.orElse(null), "files",
                list))
                .getBytes(StandardCharsets.UTF_8);
    }
}
