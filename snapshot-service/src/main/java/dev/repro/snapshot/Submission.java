package dev.repro.snapshot;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.SignedFiles;
import java.util.Base64;
import java.util.TreeMap;

/// What an author hands in: `{schema: "repro.submission.v1", files: [{role, metadata}], message}`.
///
/// @param digest of all files and their roles: the same for a retry
/// @param message one line for a store that keeps a history
record Submission(SignedFiles files, Digest digest, String message) {
    private static final String SCHEMA = "repro.submission.v1";
    private static final int MESSAGE = 1_000; // characters

    static Submission parse(byte[] body, int maxFiles) throws Refused {
        try {
            Fields json = Fields.parse(body, "submission");
            if (!json.string("schema").equals(SCHEMA)) {
                throw Refused.malformed("not a submission").expected(SCHEMA).found(json.string("schema"));
            }
            var files = new TreeMap<RoleName, byte[]>();
            for (Fields file : json.objects("files")) {
                RoleName role = role(file.string("role"));
                if (files.put(role, base64(file.string("metadata"))) != null) {
                    throw Refused.malformed("a role stands twice").found(role);
                }
                file.end();
            }
            String message = json.optionalString("message").orElse("");
            json.end();
            if (files.isEmpty() || files.size() > maxFiles) {
                throw Refused.malformed("too many files, or none").expected("1 to " + maxFiles).found(files.size());
            }
            return new Submission(SignedFiles.parse(files), digest(files), line(message));
        } catch (Problem e) {
            throw Refused.of(e);
        } catch (Refusal e) {
            throw Refused.of(e);
        }
    }

    /// The same, with what was noted of its signatures.
    Submission with(SignedFiles noted) {
        return new Submission(noted, digest, message);
    }

    static Digest digest(java.util.SortedMap<RoleName, byte[]> files) {
        var sha256 = Digest.sha256();
        files.forEach((role, bytes) -> sha256.update((role + "\n" + Digest.of(bytes) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return Digest.of(sha256);
    }

    static RoleName role(String text) throws Refused {
        try {
            return new RoleName(text);
        } catch (IllegalArgumentException e) {
            throw Refused.malformed(e.getMessage());
        }
    }

    static byte[] base64(String text) throws Refused {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Refused.malformed("not Base64: " + e.getMessage());
        }
    }

    /// One line, without control characters.
    static String line(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return clean.length() > MESSAGE ? clean.substring(0, MESSAGE) : clean;
    }
}
