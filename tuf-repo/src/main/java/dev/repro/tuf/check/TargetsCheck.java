package dev.repro.tuf.check;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The targets that a role lists: their names, whether clients find them, whether they are there.
final class TargetsCheck {
    /// Agreements that are known by name.
    private static final int MAX_AGREEMENTS = 10_000;

    private final Findings findings;
    private final Seen seen;
    private final Search search;
    private final Optional<TargetFiles> files;
    private final Set<Set<RoleName>> agreements = new HashSet<>();
    private final NameTable names = new NameTable();
    private long count;
    private long bytes;

    TargetsCheck(Findings findings, Seen seen, Search search, Optional<TargetFiles> files) {
        this.findings = findings;
        this.seen = seen;
        this.search = search;
        this.files = files;
    }

    /// Everything but whether clients find them.
    void check(RoleName role, String file, Signed.Targets targets) throws Problem {
        for (var entry : targets.targets().entrySet()) {
            TargetName name = entry.getKey();
            String where = file + ", " + name;
            count++;
            bytes += entry.getValue().length();
            boolean sound = name(name, where);
            twin(name, entry.getValue(), role, where);
            content(role, entry.getValue(), where);
            if (sound && files.isPresent()) {
                files.get().check(name, entry.getValue(), where);
            }
        }
    }

    private boolean name(TargetName name, String where) {
        String text = name.text();
        Optional<String> problem = text.length() > Globs.MAX ? Optional.of("has more than " + Globs.MAX + " characters")
                : name.problem();
        problem.ifPresent(what -> findings.add(Rule.TARGET_NAME, where, what));
        if (text.indexOf('?') >= 0 || text.indexOf('#') >= 0 || text.indexOf('%') >= 0) {
            findings.add(Rule.TARGET_NAME_URL, where, "has one of ? # %");
            seen.use(Feature.NAME_FOR_URL, where);
        }
        if (!Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
            findings.add(Rule.TARGET_NAME_UNICODE, where, "is not in form NFC");
        }
        return problem.isEmpty();
    }

    private void twin(TargetName name, TargetFile target, RoleName role, String where) {
        if (names.isFull()) {
            findings.add(Rule.NOT_CHECKED, where, "more than " + NameTable.MAX + " targets: names are not compared any more");
            return;
        }
        int content = 31 * Long.hashCode(target.length()) + target.hashes().hashCode();
        names.add(name.text(), role.text(), content).ifPresent(twin -> {
            if (!twin.sameName()) {
                findings.add(Rule.TARGET_NAME_CASE, where, "differs in case or Unicode form alone from one of role "
                        + twin.role());
            } else if (!agree(role, new RoleName(twin.role()))) {
                findings.add(Rule.TARGET_SHADOWED, where, "is listed by role " + twin.role() + " too"
                        + (twin.content() == content ? "" : ", with other bytes"));
            } else if (twin.content() != content) {
                findings.add(Rule.AGREEMENT_DIFFERS, where, "role " + twin.role() + " lists other bytes");
            }
        });
    }

    /// Roles that list the same targets on purpose.
    void agreement(List<RoleName> roles) {
        if (agreements.size() < MAX_AGREEMENTS) {
            agreements.add(Set.copyOf(roles));
        }
    }

    private boolean agree(RoleName a, RoleName b) {
        return agreements.stream().anyMatch(roles -> roles.contains(a) && roles.contains(b));
    }

    private void content(RoleName role, TargetFile target, String where) {
        if (target.hashes().keySet().stream().noneMatch(MetaReader.ALGORITHMS::containsKey)) {
            findings.add(Rule.HASH_UNKNOWN, where, "has " + String.join(", ", target.hashes().keySet()));
        }
        if (!target.hashes().containsKey("sha256")) {
            seen.use(Feature.NO_SHA256, where);
            if (role.equals(RoleName.TARGETS) && !target.hashes().containsKey("sha512")) {
                seen.use(Feature.NO_SHA, where);
            }
        }
        boolean top = role.equals(RoleName.TARGETS);
        if (top && target.length() > Integer.MAX_VALUE) {
            seen.use(Feature.BEYOND_INT, where);
        }
        target.custom().ifPresent(custom -> {
            if (!(custom instanceof Json.Obj)) {
                seen.use(Feature.CUSTOM_NO_OBJECT, where);
            }
            if (top && !(custom instanceof Json.Obj object && object.members().containsKey("sigstore"))) {
                seen.use(Feature.CUSTOM_PLAIN, where);
            }
        });
    }

    /// Whether clients find the targets of a role.
    ///
    /// @return false if that cannot be told before other roles were read: to be asked again
    boolean reach(RoleName role, String file, Map<TargetName, TargetFile> targets) {
        if (role.equals(RoleName.TARGETS)) {
            return true;
        }
        var lost = new LinkedHashMap<TargetName, Search.Fate>(); // told once all are known
        for (TargetName name : targets.keySet()) {
            if (name.text().length() > Globs.MAX) {
                continue;
            }
            Search.Answer answer = search.find(name, role);
            switch (answer.fate()) {
                case FOUND -> seen.visits(answer.visits(), file + ", " + name);
                case TERMINATED, OUTSIDE -> lost.put(name, answer.fate());
                case OPEN -> {
                    return false;
                }
                case UNKNOWN -> {
                    findings.add(Rule.NOT_CHECKED, file, "whether clients find its targets: too many delegations to search");
                    return true;
                }
            }
        }
        lost.forEach((name, fate) -> lost(name, fate, role, file));
        return true;
    }

    private void lost(TargetName name, Search.Fate fate, RoleName role, String file) {
        if (fate == Search.Fate.TERMINATED) {
            findings.add(Rule.TARGET_TERMINATED, file + ", " + name, "another role, which terminates the search, covers it");
            return;
        }
        for (DelegationIndex index : search.delegating().values()) {
            Optional<Delegations.Bins> bins = index.delegations().bins();
            if (bins.isPresent() && index.delegations().keysOf(role).isPresent()) {
                RoleName right = bins.get().binOf(name);
                if (!right.equals(role)) {
                    findings.add(Rule.TARGET_WRONG_BIN, file + ", " + name, "belongs into " + right);
                    return;
                }
            }
        }
        findings.add(Rule.TARGET_OUTSIDE, file + ", " + name, "is not delegated to " + role);
    }

    NameTable names() {
        return names;
    }

    long count() {
        return count;
    }

    /// Of all targets, as they are listed.
    long bytes() {
        return bytes;
    }
}
