package dev.repro.attest;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// An in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md): what is said (`predicate`) of which files (`subject`).
///
/// @param subjects at least one and at most [#MAX_SUBJECTS]; matched by digest alone, never by name
/// @param predicateType a URI
public record Statement(List<Subject> subjects, String predicateType, Json.Obj predicate) {
    /// The `payloadType` of the envelope.
    public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
    public static final String TYPE = "https://in-toto.io/Statement/v1";
    /// sigstore's verifiers stop at about as many.
    public static final int MAX_SUBJECTS = 256;

    /// @param name for people
    /// @param digests lower-case hexadecimal by the algorithm's name; at least one
    public record Subject(String name, SortedMap<String, String> digests) {
        public Subject {
            digests = Collections.unmodifiableSortedMap(new TreeMap<>(digests));
        }

        public static Subject of(String name, Digest sha256) {
            return new Subject(name, new TreeMap<>(Map.of("sha256", sha256.hex())));
        }

        private Json.Obj toJson() {
            return Json.object("name", name, "digest", Json.of(digests));
        }
    }

    public Statement {
        subjects = List.copyOf(subjects);
        if (subjects.isEmpty() || subjects.size() > MAX_SUBJECTS) {
            throw new IllegalArgumentException("a statement has 1 to " + MAX_SUBJECTS + " subjects: " + subjects.size());
        }
    }

    /// Reads what was verified, or what is called unverified by whoever passes it. Members without a meaning here are ignored, as in-toto
    /// demands; whoever owns the predicate's type is stricter.
    ///
    /// @param where the file that is blamed, for messages
    public static Statement parse(byte[] payload, String where) throws Problem {
        Fields all = Fields.parse(payload, where);
        expect(all, "_type", TYPE, where);
        var subjects = new ArrayList<Subject>();
        for (Fields item : all.objects("subject")) {
            subjects.add(new Subject(item.optionalString("name").orElse(""), digests(item.object("digest"), where)));
        }
        if (subjects.isEmpty() || subjects.size() > MAX_SUBJECTS) {
            throw Problem.usage("a statement has 1 to " + MAX_SUBJECTS + " subjects").where(where).found(subjects.size());
        }
        all.object("predicate"); // must be one
        return new Statement(subjects, all.string("predicateType"), (Json.Obj) all.json("predicate"));
    }

    /// Reads the payload of an envelope, which must be of the type that statements have.
    public static Statement of(Envelope.Verified envelope, String where) throws Problem {
        if (!envelope.payloadType().equals(PAYLOAD_TYPE)) {
            throw Problem.usage("the envelope holds something else than an in-toto statement").where(where).expected(PAYLOAD_TYPE)
                    .found(envelope.payloadType());
        }
        return parse(envelope.payload(), where);
    }

    private static void expect(Fields all, String name, String expected, String where) throws Problem {
        String found = all.string(name);
        if (!found.equals(expected)) {
            throw Problem.usage("member `" + name + "` is not what it must be").where(where).expected(expected).found(found);
        }
    }

    private static SortedMap<String, String> digests(Fields set, String where) throws Problem {
        var out = new TreeMap<String, String>();
        for (String algorithm : set.names()) {
            String hex = set.string(algorithm);
            int expected = algorithm.equals("sha256") ? 64 : algorithm.equals("sha512") ? 128 : hex.length();
            if (!hex.matches("([0-9a-f]{2})+") || hex.length() != expected) {
                throw Problem.usage("digest `" + algorithm + "` is not what it must be").where(where).expected("lower-case hexadecimal");
            }
            out.put(algorithm, hex);
        }
        if (out.isEmpty()) {
            throw Problem.usage("a subject without a digest").where(where);
        }
        return out;
    }

    /// Canonical JSON: the one form that is written here.
    public byte[] bytes() {
        return JsonText.canonical(Json.object("_type", TYPE, "subject", subjects.stream().map(Subject::toJson).toList(),
                "predicateType", predicateType, "predicate", predicate));
    }
}
