package dev.repro.tuf.check;

import dev.repro.base.Json;

/// Looks through everything that a file signs for what does not have the same canonical form in every reader.
final class JsonWalk {
    private static final long EXACT = 1L << 53; // of a double

    private final Findings findings;
    private final Seen seen;
    private final String file;

    private JsonWalk(Findings findings, Seen seen, String file) {
        this.findings = findings;
        this.seen = seen;
        this.file = file;
    }

    static void check(Findings findings, Seen seen, String file, Json signed) {
        new JsonWalk(findings, seen, file).value(signed, "signed");
    }

    /// @param name of the member it is, for messages
    private void value(Json value, String name) {
        switch (value) {
            case Json.Obj(var members) -> {
                boolean astral = false;
                for (var member : members.entrySet()) {
                    text(member.getKey(), name);
                    astral |= member.getKey().chars().anyMatch(c -> c >= Character.MIN_SURROGATE);
                    value(member.getValue(), member.getKey());
                }
                if (astral) {
                    order(members.keySet().toArray(String[]::new), name);
                }
            }
            case Json.Arr(var items) -> items.forEach(item -> value(item, name));
            case Json.Str(var text) -> text(text, name);
            case Json.Int(var number) -> {
                if (number > EXACT || number < -EXACT) {
                    findings.add(Rule.JSON_BIG_NUMBER, file, "`" + name + "` is " + number);
                    seen.use(Feature.BEYOND_DOUBLE, file);
                }
            }
            case Json.Dec(var number) -> findings.add(Rule.JSON_FRACTION, file, "`" + name + "` is " + number);
            case Json.Bool _, Json.Null _ -> {
            }
        }
    }

    private void text(String text, String name) {
        if (text.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
            findings.add(Rule.JSON_CONTROL, file, "in `" + name + "`");
            seen.use(Feature.CONTROL_CHARACTER, file);
        }
    }

    // The two orders differ only between surrogates and U+E000 to U+FFFF.
    private void order(String[] names, String name) {
        boolean high = false;
        boolean surrogate = false;
        for (String each : names) {
            high |= each.chars().anyMatch(c -> c > Character.MAX_SURROGATE);
            surrogate |= each.chars().anyMatch(c -> Character.isSurrogate((char) c));
        }
        if (high && surrogate) {
            findings.add(Rule.JSON_MEMBER_ORDER, file, "in `" + name + "`");
            seen.use(Feature.MEMBER_ORDER, file);
        }
    }
}
