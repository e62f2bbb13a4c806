package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What matters here of a lock (`repro.lock.v1`) or a build record (`repro.build.v1`); the rest of it is its reader's.
///
/// @param identity of the build: SHA-256 of the canonical JSON of its inputs
/// @param outputs what came out, or is expected to; of a lock that expects nothing, empty
/// @param seeds that the build was given
record BuildFile(Digest identity, List<Output> outputs, SortedMap<String, String> seeds) {
    static final String LOCK = "repro.lock.v1";
    static final String RECORD = "repro.build.v1";
    static final String LOCK_NAME = "repro.lock";
    static final String RECORD_SUFFIX = ".build.json";
    /// Bytes of either.
    static final int MAX_BYTES = 16 << 20;

    record Output(String path, Digest sha256) {
        String file() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /// @param where the file that is blamed, for messages
    /// @throws Problem exit code 2: not a file of this schema
    static BuildFile parse(byte[] text, String schema, String where) throws Problem {
        if (text.length > MAX_BYTES) {
            throw Problem.usage("too long for a " + schema).where(where).expected("at most " + MAX_BYTES + " bytes");
        }
        Fields all = Fields.parse(text, where);
        if (!all.string("schema").equals(schema)) {
            throw Problem.usage("not the file that it must be").where(where).expected(schema).found(all.string("schema"));
        }
        Fields inputs = all.object("inputs");
        var seeds = new TreeMap<String, String>();
        Fields given = inputs.object("seeds");
        for (String name : given.names()) {
            seeds.put(name, given.string(name));
        }
        try {
            return new BuildFile(Digest.of(JsonText.canonical(all.json("inputs"))), outputs(all, schema), seeds);
        } catch (IllegalArgumentException e) { // a fraction
            throw Problem.usage(e.getMessage()).where(where).because(e);
        }
    }

    private static List<Output> outputs(Fields all, String schema) throws Problem {
        Optional<Fields> holder = schema.equals(RECORD) ? Optional.of(all) : all.optionalObject("expected");
        var out = new ArrayList<Output>();
        if (holder.isPresent()) {
            for (Fields output : holder.get().objects("outputs")) {
                out.add(new Output(output.string("path"), output.digest("sha256")));
            }
        }
        return out;
    }

    /// Whether it names these bytes.
    boolean has(Digest image) {
        return outputs.stream().anyMatch(o -> o.sha256.equals(image));
    }

    /// Whether it names other bytes, and not these, for a file of this name.
    boolean contradicts(String file, Digest image) {
        return !has(image) && outputs.stream().anyMatch(o -> o.file().equals(file));
    }
}
