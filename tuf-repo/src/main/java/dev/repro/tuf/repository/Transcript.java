package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/// Who did what to a proposal, when: a JSON object a line, in `transcript.jsonl`. Nobody signs it; the signatures themselves are
/// in the files.
///
/// Members: `time`, `action` (`propose`, `sign`, `merge`, `publish`), `proposal` (its digest then), and for `sign` `keyid`,
/// `owner` and `files` (SHA-256 of what was signed, by role).
final class Transcript {
    static final String FILE = "transcript.jsonl";

    private Transcript() {}

    static Json.Obj entry(Instant now, String action, Digest proposal) {
        return Json.object("time", now.truncatedTo(ChronoUnit.SECONDS).toString(), "action", action, "proposal", proposal);
    }

    static List<Json.Obj> read(Path folder) throws Problem {
        Path file = folder.resolve(FILE);
        var out = new ArrayList<Json.Obj>();
        try {
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                out.add((Json.Obj) JsonParser.parse(line));
            }
            return out;
        } catch (IOException | JsonParser.SyntaxException | ClassCastException e) {
            throw Problem.usage("cannot be read as lines of JSON: " + e.getMessage()).where(file).because(e);
        }
    }

    static void append(Path folder, List<Json.Obj> entries) throws Problem, IOException {
        var all = new LinkedHashSet<>(read(folder));
        all.addAll(entries);
        var out = new StringBuilder();
        all.stream().sorted(Comparator.comparing(e -> JsonText.compact(e.members().getOrDefault("time", new Json.Null()))))
                .forEach(e -> out.append(JsonText.compact(e)).append('\n'));
        Durable.write(folder.resolve(FILE), out.toString().getBytes(StandardCharsets.UTF_8));
    }
}
