package dev.repro.tuf.client;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Several repositories that must agree, as a map says (TAP 4). Each has its own root of trust and its own folder of metadata;
/// each is brought up to date when it is first asked. Not for several threads at once.
public final class MultiRepository {
    private final RepositoryMap map;
    private final Stores stores;
    private final Mirror.Net net;
    private final Limits limits;
    private final Duration patience;
    private final Consumer<String> told;
    private final Instant start;
    private final Map<String, MirroredRepository> open = new HashMap<>();
    private final Map<String, Failures> failed = new HashMap<>();

    /// Where a repository's own files are.
    @FunctionalInterface
    public interface Stores {
        Store of(String repository) throws Problem;
    }

    /// @param file what they agree on
    /// @param witnesses what each repository that says so has found, by its name in the order of the mapping
    public record Agreed(TargetFile file, SequencedMap<String, Found> witnesses) {}

    /// @param start now; every expiry of every repository is held to it
    /// @param told gets a line for each mirror that is left
    public MultiRepository(RepositoryMap map, Stores stores, Mirror.Net net, Limits limits, Duration patience, Instant start,
            Consumer<String> told) {
        this.map = map;
        this.stores = stores;
        this.net = net;
        this.limits = limits;
        this.patience = patience;
        this.start = start;
        this.told = told;
    }

    /// Brings all repositories up to date.
    ///
    /// @throws Refusal if one is refused; the others are brought up to date all the same
    /// @throws Problem likewise
    public SequencedMap<String, Repository> refresh() throws Refusal, Problem {
        var out = new LinkedHashMap<String, Repository>();
        var failures = new Failures();
        for (String name : map.repositories().keySet()) {
            try {
                out.put(name, ready(name).repository());
            } catch (Refusal | Problem e) {
                told.accept("repository " + name + ": " + e);
                failures.addAll(failed.get(name));
            }
        }
        if (failures.size() > 0) {
            throw failures.raise();
        }
        return out;
    }

    /// @throws Refusal `target-unknown`, `target-disagreement`, or that of a repository whose answer is needed
    public Agreed find(TargetName target) throws Refusal, Problem {
        var found = new HashMap<String, Found>();
        Consensus.Agreed agreed = Consensus.find(map, target, (name, wanted) -> {
            try {
                found.put(name, ready(name).find(wanted));
                return Optional.of(found.get(name).file());
            } catch (Refusal e) {
                if (e.rule() == Refusal.Rule.UNKNOWN) {
                    return Optional.empty();
                }
                throw e;
            }
        });
        var witnesses = new LinkedHashMap<String, Found>();
        agreed.repositories().forEach(name -> witnesses.put(name, found.get(name)));
        return new Agreed(agreed.file(), witnesses);
    }

    /// Fetches a target from the first of the agreeing repositories, and their mirrors, that has it.
    public Downloads.Download fetch(Agreed agreed, Path folder) throws Refusal, Problem {
        var failures = new Failures();
        for (Map.Entry<String, Found> witness : agreed.witnesses().entrySet()) {
            try {
                return ready(witness.getKey()).fetch(witness.getValue(), folder);
            } catch (Refusal e) {
                told.accept("repository " + witness.getKey() + ": " + e);
                failures.add(e);
            } catch (Problem e) {
                told.accept("repository " + witness.getKey() + ": " + e);
                failures.add(e);
            }
        }
        throw failures.raise();
    }

    private MirroredRepository ready(String name) throws Refusal, Problem {
        if (failed.containsKey(name)) {
            throw failed.get(name).raise();
        }
        if (!open.containsKey(name)) {
            var failure = new Failures();
            try {
                MirroredRepository repository = repository(name);
                repository.refresh(start);
                open.put(name, repository);
            } catch (Refusal e) {
                failure.add(e);
            } catch (Problem e) {
                failure.add(e);
            }
            if (failure.size() > 0) {
                failed.put(name, failure);
                throw failure.raise();
            }
        }
        return open.get(name);
    }

    private MirroredRepository repository(String name) throws Problem {
        var mirrors = new ArrayList<Mirror>();
        for (URI url : map.repositories().get(name)) {
            mirrors.add(Mirror.of(url, net));
        }
        return new MirroredRepository(List.copyOf(mirrors), stores.of(name), limits, patience, told);
    }
}
