package dev.repro.diffoscopelite;

import dev.repro.base.Json;
import java.util.Objects;

/// One difference, or all differences of one cause in one section: where the first is, what it says, why, and how to mend it.
///
/// @param cause a name of [Causes]
/// @param where the first place
/// @param a what build A has there: text as it is, other bytes as `0x…`; at most 60 characters, empty when there is nothing
/// @param b what build B has there
/// @param fix one line, an imperative clause
/// @param count the number of places that this finding stands for
public record Finding(String cause, Role role, Proof proof, Where where, String a, String b, String fix, int count) {
    public Finding {
        Objects.requireNonNull(cause);
        Objects.requireNonNull(role);
        Objects.requireNonNull(proof);
        Objects.requireNonNull(where);
        Objects.requireNonNull(a);
        Objects.requireNonNull(b);
        Objects.requireNonNull(fix);
        if (count < 1) {
            throw new IllegalArgumentException("a finding of no place");
        }
    }

    public Finding(String cause, Role role, Proof proof, Where where, String a, String b, String fix) {
        this(cause, role, proof, where, a, b, fix, 1);
    }

    public Finding withPath(String path) {
        return new Finding(cause, role, proof, where.withPath(path), a, b, fix, count);
    }

    /// `Finding` of repro.diff.v1.
    public Json.Obj toJson() {
        return Json.object("cause", cause, "role", role.text(), "proof", proof.text(), "where", where.toJson(),
                "a", a, "b", b, "fix", fix);
    }
}
