package dev.repro.tender;

import java.util.function.Supplier;

/// Who wants to know each step of the gate that was passed.
@FunctionalInterface
public interface Told {
    /// Nobody.
    Told NOBODY = (_, _) -> { };

    /// @param subject one word: `release`
    /// @param facts only made if somebody listens
    void step(String subject, Supplier<String> facts);
}
