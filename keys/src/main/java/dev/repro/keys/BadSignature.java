package dev.repro.keys;

/// A signature that is not that key's over that message: malformed, or simply another's. Carries no stack trace: it is an answer,
/// not a bug.
public final class BadSignature extends Exception {
    private static final long serialVersionUID = 1;

    BadSignature(String why) {
        super(why, null, false, false);
    }
}
