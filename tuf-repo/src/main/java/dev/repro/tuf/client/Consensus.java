package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// The search of TAP 4: the first mapping whose repositories agree on a target says what the target is.
public final class Consensus {

    private Consensus() {}

    /// What a repository says, after its own metadata was brought up to date and verified.
    @FunctionalInterface
    public interface Repositories {

        /// @return empty if its metadata, all verified, does not list the target
        Optional<TargetFile> find(String repository, TargetName target) throws Refusal, Problem;
    }

    /// @param repositories those that say so, in the order of the mapping
    public record Agreed(TargetFile file, List<String> repositories) {}

    /// Asks the repositories of a mapping in order, until enough have said the same (TAP 4, step 2). A repository that fails is
    /// passed over where the others suffice. Where they do not, and it could have made the difference, the search ends with its
    /// failure: whoever can keep a client from a repository must not choose by that which other repository it asks (Off-spec: TAP
    /// 4 asks the next mapping).
    ///
    /// @throws Refusal `target-unknown` if no mapping has it, `target-disagreement` if a terminating mapping's repositories
    ///     differ
    public static Agreed find(RepositoryMap map, TargetName target, Repositories repositories) throws Refusal, Problem {
        for (RepositoryMap.Mapping mapping : map.mappings()) {
            if (mapping.covers(target)) {
                Optional<Agreed> agreed = find(mapping, target, repositories);
                if (agreed.isPresent()) {
                    return agreed.get(); // step 3
                }
            }
        }
        throw Refusal.of(Refusal.Rule.UNKNOWN, target);
    }

    private static Optional<Agreed> find(RepositoryMap.Mapping mapping, TargetName target, Repositories repositories)
            throws Refusal, Problem {
        var said = new LinkedHashMap<String, TargetFile>();
        var failed = new Failures();
        int most = 0;
        for (String repository : mapping.repositories()) {
            try {
                Optional<TargetFile> file = repositories.find(repository, target);
                if (file.isPresent()) {
                    said.put(repository, file.get());
                    List<String> same = said.keySet().stream().filter(r -> said.get(r).sameBytes(file.get())).toList();
                    if (same.size() >= mapping.threshold()) {
                        return Optional.of(new Agreed(said.get(same.getFirst()), same));
                    }
                    most = Math.max(most, same.size());
                }
            } catch (Refusal e) {
                failed.add(e);
            } catch (Problem e) {
                failed.add(e);
            }
        }
        if (failed.size() > 0 && most + failed.size() >= mapping.threshold()) {
            throw failed.raise();
        }
        if (mapping.terminating()) { // step 4.1
            throw said.isEmpty() ? Refusal.of(Refusal.Rule.UNKNOWN, target)
                    : Refusal.of(Refusal.Rule.DISAGREEMENT, target)
                            .expected("the same length and hashes from " + mapping.threshold() + " of "
                            + mapping.repositories()).found(said.size() < mapping.threshold() ? "it is listed by "
                                    + said.keySet() + " only" : "they differ");
        }
        return Optional.empty(); // step 4.2
    }
}
