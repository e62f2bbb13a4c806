package dev.repro.release;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.TrustedTargets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The releases of a repository as a client has verified it.
public final class Catalogues {

    private Catalogues() {}

    /// @param name of the package; empty: all. One package takes only the roles that may list it
    /// @param warn is told of roles that cannot be verified, and of releases that are none
    public static Catalogue of(Repository known, Optional<String> name, Consumer<String> warn) throws Refusal, Problem {
        return of(known, name, refusal -> warn.accept("left out: " + refusal.line()), warn);
    }

    /// @param left is told of roles that cannot be verified
    public static Catalogue of(Repository known, Optional<String> name, Consumer<Refusal> left, Consumer<String> warn) throws Refusal, Problem {
        var sources = new ArrayList<Catalogue.Source>();
        Optional<TargetName> covering = name.map(n -> new TargetName(n + "/0/" + Release.ENVELOPE));
        for (TrustedTargets role : known.roles(covering, left)) {
            sources.add(new Catalogue.Source(role.role(), role.targets().get(), target -> answers(known, role, target)));
        }
        Catalogue out = Catalogue.of(sources);
        out.refusals().forEach(refused -> warn.accept("left out: " + refused.line()));
        return out;
    }

    // The role that a client comes to when it looks for the target (TUF 5.6.7).
    private static boolean answers(Repository known, TrustedTargets role, TargetName target) {
        try {
            return known.find(target).role().role().equals(role.role());
        } catch (Refusal | Problem e) {
            return false; // nobody could get it
        }
    }

    /// `repro.releases.v1`
    public static Json.Obj toJson(List<Catalogue.Entry> entries) {
        return Json.object("schema", "repro.releases.v1", "releases", entries.stream().map(Catalogues::entry).toList());
    }

    private static Json.Obj entry(Catalogue.Entry entry) {
        return Json.object("name", entry.release().name(), "version", entry.release().version(), "role", entry.role().text(),
                "sha256", entry.release().digest(), "images", entry.release().images().stream()
                .map(i -> Json.object("file", i.file(), "target", i.target(), "size", i.size(), "sha256", i.sha256())).toList());
    }
}
