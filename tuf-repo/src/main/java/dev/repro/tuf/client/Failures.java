package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import java.util.ArrayList;
import java.util.List;

/// Why several that could have done something have not: mirrors, repositories.
final class Failures {
    private final List<Exception> all = new ArrayList<>();

    void add(Refusal refusal) {
        all.add(refusal);
    }

    void add(Problem problem) {
        all.add(problem);
    }

    void addAll(Failures others) {
        all.addAll(others.all);
    }

    int size() {
        return all.size();
    }

    void clear() {
        all.clear();
    }

    /// Throws one of them, of which there must be one: the first refusal, which says more than that somebody could not be
    /// reached, else the first problem.
    ///
    /// @return never
    Problem raise() throws Refusal, Problem {
        for (Exception e : all) {
            if (e instanceof Refusal refusal) {
                throw refusal;
            }
        }
        throw (Problem) all.getFirst();
    }
}
