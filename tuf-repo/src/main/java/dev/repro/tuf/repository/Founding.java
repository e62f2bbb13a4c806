package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The choices with which a repository begins.
public final class Founding {
    /// How many keys of each role are made if none are given: root 2-of-3, maintainers 2-of-3, one each for the machines.
    private static final Map<String, Integer> MADE = Map.of("root", 3, "targets", 3, "snapshot", 1, "timestamp", 1);

    private final boolean consistent;
    private final boolean toughNames;
    private final Lifetimes lifetimes;
    private final Map<String, Integer> thresholds;
    private final Map<String, List<KeyHolder>> holders = new LinkedHashMap<>();

    /// @param thresholds by role; more than half of its keys where none is said
    public Founding(boolean consistent, boolean toughNames, Lifetimes lifetimes, Map<String, Integer> thresholds) throws Problem {
        for (String role : thresholds.keySet()) {
            if (!RootEdits.ROLES.contains(role)) {
                throw Problem.usage("not a top-level role").expected(String.join(", ", RootEdits.ROLES)).found(role);
            }
        }
        this.consistent = consistent;
        this.toughNames = toughNames;
        this.lifetimes = lifetimes;
        this.thresholds = Map.copyOf(thresholds);
    }

    public void give(String role, List<KeyHolder> keys) {
        if (!keys.isEmpty()) {
            holders.put(role, List.copyOf(keys));
        }
    }

    /// Whether some keys are held by somebody else than this machine.
    public boolean hasGiven() {
        return !holders.isEmpty();
    }

    /// Makes the keys of the roles that were given none.
    ///
    /// @return what to do with them, in words; empty if none were made
    public List<String> makeKeys(KeyFolder folder) throws Problem {
        return makeKeys(folder, RootEdits.ROLES);
    }

    /// Likewise, of these roles alone.
    public List<String> makeKeys(KeyFolder folder, List<String> roles) throws Problem {
        var out = new ArrayList<String>();
        for (String role : RootEdits.ROLES) {
            if (holders.containsKey(role) || !roles.contains(role)) {
                continue;
            }
            List<KeyHolder> made = folder.generate(role, MADE.get(role));
            holders.put(role, made);
            String names = String.join(", ", made.stream().map(h -> h.owner() + ".pem").toList());
            boolean people = role.equals("root") || role.equals("targets");
            out.add(names + (people ? ": move " + (made.size() == 1 ? "it" : "each") + " off line, to "
                    + (made.size() == 1 ? "its holder" : "a holder of its own")
                    : ": stays where " + role + " is made"));
        }
        return out;
    }

    public Proposal proposal(Repository empty, Instant now) throws Problem {
        var keys = new HashMap<RoleName, Editor.Keys>();
        for (String role : RootEdits.ROLES) {
            List<KeyHolder> of = holders.getOrDefault(role, List.of());
            keys.put(new RoleName(role), new Editor.Keys(of, thresholds.getOrDefault(role, of.size() / 2 + 1)));
        }
        return Editor.create(empty, keys, consistent, toughNames, lifetimes, now).proposal();
    }
}
