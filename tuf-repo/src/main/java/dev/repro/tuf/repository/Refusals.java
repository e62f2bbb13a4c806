package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;

/// What a client would refuse is, on this side, a problem of the repository at hand: the answer is no.
final class Refusals {

    private Refusals() {}

    static Problem problem(Refusal refusal) {
        var problem = Problem.no(refusal.line()).because(refusal);
        return problem.hint(refusal.hint() != null ? refusal.hint()
                : "`repro repo status` says what the repository holds and who must sign");
    }
}
