package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import java.util.ArrayList;
import java.util.List;

/// What a refusal comes to: the end; or in audit mode a line in the record, and the launch goes on as far as it can be done at all.
final class Judge {
    private final boolean audit;
    private final List<Refused> overlooked = new ArrayList<>();

    Judge(boolean audit) {
        this.audit = audit;
    }

    @FunctionalInterface
    interface Question<T> {
        T answer() throws Refused, Problem;
    }

    @FunctionalInterface
    interface Check {
        void run() throws Refused, Problem;
    }

    void check(Check check) throws Refused, Problem {
        ask(() -> {
            check.run();
            return null;
        }, () -> null);
    }

    /// @param otherwise what goes on in audit mode
    <T> T ask(Question<T> question, Question<T> otherwise) throws Refused, Problem {
        try {
            return question.answer();
        } catch (Refused refused) {
            if (!audit) {
                throw refused;
            }
            overlooked.add(refused);
            return otherwise.answer();
        }
    }

    /// What would have been refused.
    List<Refused> overlooked() {
        return List.copyOf(overlooked);
    }
}
