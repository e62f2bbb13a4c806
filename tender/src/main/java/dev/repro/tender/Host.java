package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.keys.Signer;
import dev.repro.tender.os.Sys;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The gate of this host, put together: policy, state, trust, receipts.
public final class Host implements AutoCloseable {
    private final Policy policy;
    private final State state;
    private final Trusted trusted;
    private final Gate gate;
    private final Receipts receipts;
    private final InstantSource clock;

    private Host(Policy policy, State state, Trusted trusted, Shelf shelf, InstantSource clock) {
        this.policy = policy;
        this.state = state;
        this.trusted = trusted;
        this.clock = clock;
        this.gate = new Gate(policy, state, trusted, shelf, clock);
        this.receipts = new Receipts(state);
    }

    /// @param policy the file; without one its usual place
    /// @param env for places and proxies
    /// @param shelf what is kept from launch to launch
    /// @param warn is told what goes on and not quite as it should
    /// @throws Denied `policy-missing`, `policy-unsigned`, `policy-rollback`
    public static Host open(Optional<Path> policy, Map<String, String> env, Shelf shelf, InstantSource clock, Consumer<String> warn) throws Denied, Problem {
        int user = Sys.euid();
        State state = State.open(env, user);
        Path file = policy.isPresent() ? policy.get() : PolicyFile.place(env, user);
        Policy loaded = PolicyFile.load(file, state, user);
        return new Host(loaded, state, Trusted.open(loaded, state, env, warn), shelf, clock);
    }

    public Policy policy() {
        return policy;
    }

    public State state() {
        return state;
    }

    public Trusted trusted() {
        return trusted;
    }

    public Gate gate() {
        return gate;
    }

    public Receipts receipts() {
        return receipts;
    }

    /// All checks. A refusal is kept as a receipt.
    ///
    /// @param offline ask nobody
    /// @param audit overlook refusals
    /// @param told is told each step that was passed
    public Granted permit(Ask ask, boolean offline, boolean audit, Told told) throws Refused, Problem {
        try {
            return gate.permit(ask, () -> trusted.current(clock.instant(), offline), audit, told);
        } catch (Refused refused) {
            receipts.refused(ask, refused, clock.instant());
            throw refused;
        }
    }

    /// Lets this host launch one older release for a while (`release-rollback`).
    ///
    /// @return the file that was written
    /// @throws Problem exit code 2: the key is none of the policy's operator's
    public Path permitRollback(String name, String version, Duration span, Signer operator) throws Problem {
        if (!policy.operator().keys().contains(operator.key())) {
            throw Problem.usage("the policy does not name this key as its operator's").where(policy.file()).found(operator.key().keyid())
                    .hint("name its public half in `keys` of [operator]");
        }
        return new Marks(state).permit(name, version, span, operator, clock.instant());
    }

    @Override
    public void close() {
        trusted.close();
    }
}
