package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.release.ArgumentPattern;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The author's limits, narrowed by the operator's.
final class Bounds {
    static final long MIB = 1 << 20;
    /// What a tender gives where nobody says how much (`--mem` of Solo5's).
    private static final long USUAL = 512 * MIB;

    private final Policy policy;
    private final Policy.Allowed entry;

    Bounds(Policy policy, Policy.Allowed entry) {
        this.policy = policy;
        this.entry = entry;
    }

    /// The guest's memory: what is asked for, else the usual within the limits.
    ///
    /// @return in bytes, a whole number of MiB
    /// @throws Denied `memory-not-allowed`
    long memory(Release release, ReleaseImage image, OptionalLong asked) throws Denied, Problem {
        LaunchLimits author = image.limits();
        long least = author.memoryMin().orElse(MIB);
        long operator = LongStream.concat(policy.memoryMax().stream(), entry.memoryMax().stream()).min().orElse(Long.MAX_VALUE);
        long most = Math.min(author.memoryMax().orElse(Long.MAX_VALUE), operator);
        long memory = asked.orElse(Math.max(Math.min(USUAL, most) / MIB * MIB, Math.ceilDiv(least, MIB) * MIB));
        if (memory % MIB != 0 || memory <= 0) {
            throw Problem.usage("memory is given in whole MiB").found(memory + " bytes");
        }
        if (memory < least || memory > most) {
            String who = memory < least || author.memoryMax().orElse(Long.MAX_VALUE) < memory ? "its author" : "the policy";
            throw new Denied(Denied.Rule.MEMORY_NOT_ALLOWED, release.toString()).expected(range(least, most) + " (" + who + ")").found(memory / MIB + " MiB")
                    .hint(least > most ? "the policy gives less than the author needs: raise `memory_max` of the package" : "give --mem within these limits");
        }
        return memory;
    }

    private static String range(long least, long most) {
        return Math.ceilDiv(least, MIB) + " MiB or more" + (most == Long.MAX_VALUE ? "" : ", at most " + most / MIB + " MiB");
    }

    /// @throws Denied `arguments-not-allowed`
    static void arguments(Release release, ReleaseImage image, List<String> arguments) throws Denied {
        String joined = String.join(" ", arguments);
        if (image.limits().arguments().isPresent() && !ArgumentPattern.parse(image.limits().arguments().get()).matches(joined)) {
            throw new Denied(Denied.Rule.ARGUMENTS_NOT_ALLOWED, release.toString()).expected("what matches " + image.limits().arguments().get())
                    .found(joined.isEmpty() ? "none" : joined).hint("give arguments that the author allows");
        }
    }

    /// Who may ask the daemon.
    ///
    /// @throws Denied `user-not-allowed`
    static void user(Policy.Allowed entry, String name, Ask ask) throws Denied {
        Ask.Peer peer = ask.peer().orElse(null);
        if (peer == null || peer.uid() == 0 || peer.member() || entry.users().contains(peer.user()) || peer.groups().stream().anyMatch(entry.groups()::contains)) {
            return;
        }
        List<String> allowed = Stream.concat(Stream.concat(Stream.of("root", "the socket's group"), entry.users().stream()), entry.groups().stream().map(g -> "group " + g)).toList();
        throw new Denied(Denied.Rule.USER_NOT_ALLOWED, name).expected(String.join(", ", allowed))
                .found(peer.user() + " (" + peer.uid() + ")").hint("name the user in `users`, or a group in `groups`, of the package's entry in the policy");
    }
}
