package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What a new version of a targets role changes.
final class TargetsDifference {
    private static final Set<String> ROLE_MEMBERS = Set.of("name", "keyids", "threshold", "paths", "path_hash_prefixes");

    private final RoleName role;
    private final Optional<Signed.Targets> before;
    private final Signed.Targets after;
    private final Consumer<Difference.Change> out;

    TargetsDifference(RoleName role, Optional<Signed.Targets> before, Signed.Targets after, Consumer<Difference.Change> out) {
        this.role = role;
        this.before = before;
        this.after = after;
        this.out = out;
    }

    void tell() {
        delegations();
        targets();
        Json.Obj a = before.map(Signed::json).orElse(Json.object());
        Set<String> told = before.isPresent() ? Set.of("version", "expires", "targets", "delegations", Owners.MEMBER)
                : Set.of("version", "expires", "targets", "delegations", Owners.MEMBER, "_type", "spec_version");
        JsonDifference.of("", a, after.json(), told, out);
        Json.Obj x = Edits.object(a, "delegations");
        Json.Obj y = Edits.object(after.json(), "delegations");
        JsonDifference.of("delegations", x, y, Set.of("keys", "roles", "succinct_roles"), out);
        JsonDifference.of("delegations.succinct_roles", Edits.object(x, "succinct_roles"), Edits.object(y, "succinct_roles"),
                Set.of("keyids", "threshold", "bit_length", "name_prefix"), out);
        KeysDifference.listing(x.with(Owners.MEMBER, Edits.object(a, Owners.MEMBER)),
                y.with(Owners.MEMBER, Edits.object(after.json(), Owners.MEMBER)),
                TargetsEdits.roles(x), TargetsEdits.roles(y), out);
    }

    private void delegations() {
        List<Delegations.Role> then = roles(before);
        List<Delegations.Role> now = roles(Optional.of(after));
        for (Delegations.Role one : now) {
            Optional<Delegations.Role> old = then.stream().filter(r -> r.name().equals(one.name())).findFirst();
            if (old.isEmpty()) {
                out.accept(new Difference.Change("+", "role " + one.name() + " may sign " + covers(one), one.name().text()));
            } else if (!covers(old.get()).equals(covers(one))) {
                out.accept(new Difference.Change("~", "role " + one.name() + " may sign " + covers(old.get()) + " → "
                        + covers(one), one.name().text()));
            }
            new KeysDifference("role " + one.name(), "sign role " + one.name(),
                    old.map(r -> authority(before.orElseThrow(), r.keys())),
                    authority(after, one.keys()), out).tell();
            Json.Obj json = json(Optional.of(after), one.name());
            JsonDifference.of("delegations." + one.name(), json(before, one.name()), old.isEmpty() ? json.without("terminating")
                    : json, ROLE_MEMBERS, out);
        }
        then.stream().filter(r -> now.stream().noneMatch(n -> n.name().equals(r.name())))
                .forEach(r -> out.accept(new Difference.Change("-",
                "role " + r.name() + " may sign nothing any more, was " + covers(r), r.name().text())));
        List<RoleName> stay = then.stream().map(Delegations.Role::name)
                .filter(n -> now.stream().anyMatch(r -> r.name().equals(n))).toList();
        if (!stay.equals(now.stream().map(Delegations.Role::name).filter(stay::contains).toList())) {
            out.accept(new Difference.Change("~", "the roles are asked in another order: " + now.stream()
                    .map(r -> r.name().text()).toList(), role.text()));
        }
        bins();
    }

    private void bins() {
        Optional<Delegations.Bins> old = before.flatMap(Signed.Targets::delegations).flatMap(Delegations::bins);
        Optional<Delegations.Bins> now = after.delegations().flatMap(Delegations::bins);
        if (now.isPresent()) {
            Delegations.Bins bins = now.get();
            if (old.isEmpty() || old.get().bits() != bins.bits() || !old.get().prefix().equals(bins.prefix())) {
                out.accept(new Difference.Change("+", String.format(Locale.ROOT, "%,d bins %s to %s may sign all targets",
                        bins.count(), bins.bin(0),
                        bins.bin(bins.count() - 1)), bins.prefix()));
            }
            new KeysDifference("each bin", "sign every bin", old.map(b -> authority(before.orElseThrow(), b.keys())),
                    authority(after, bins.keys()), out).tell();
        } else {
            old.ifPresent(b -> out.accept(new Difference.Change("-", "the bins " + b.prefix() + " may sign nothing any more",
                    b.prefix())));
        }
    }

    private Authority authority(Signed.Targets targets, RoleKeys keys) {
        return Authority.of(role, targets, keys);
    }

    private static List<Delegations.Role> roles(Optional<Signed.Targets> targets) {
        return targets.flatMap(Signed.Targets::delegations).map(Delegations::roles).orElse(List.of());
    }

    private static Json.Obj json(Optional<Signed.Targets> targets, RoleName name) {
        return targets.flatMap(t -> Edits.named(Edits.array(Edits.object(t.json(), "delegations"), "roles"), name.text()))
                .orElse(Json.object());
    }

    static String covers(Delegations.Role role) {
        String what = role.paths().isEmpty() ? "names whose SHA-256 begins with " + String.join(", ", role.hashPrefixes())
                : String.join(", ", role.paths().stream().map(p -> p.glob()).toList());
        return what + (role.terminating() ? ", and no later role may" : "");
    }

    private void targets() {
        Map<TargetName, TargetFile> then = before.map(Signed.Targets::targets).orElse(Map.of());
        for (var target : new TreeMap<>(after.targets()).entrySet()) {
            TargetFile old = then.get(target.getKey());
            String name = target.getKey().text();
            if (old == null) {
                out.accept(new Difference.Change("+", "target " + name + ": " + describe(target.getValue()), name));
            } else if (!old.sameBytes(target.getValue())) {
                out.accept(new Difference.Change("~", "target " + name + ": " + describe(old) + " → "
                        + describe(target.getValue()), name));
            }
            Json.Obj a = Edits.object(Edits.object(before.map(Signed::json).orElse(Json.object()), "targets"), name);
            JsonDifference.of("target " + name, a, Edits.object(Edits.object(after.json(), "targets"), name),
                    Set.of("length", "hashes"), out);
        }
        for (TargetName name : then.keySet()) {
            if (!after.targets().containsKey(name)) {
                out.accept(new Difference.Change("-", "target " + name, name.text()));
            }
        }
    }

    private static String describe(TargetFile file) {
        return String.format(Locale.ROOT, "%,d bytes, %s", file.length(), String.join(", ", file.hashes().entrySet().stream()
                .map(h -> h.getKey() + " " + h.getValue()).toList()));
    }
}
