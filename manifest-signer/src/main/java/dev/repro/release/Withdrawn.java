package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Editor;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The releases that a role listed once and does not list any more: member `x-repro-withdrawn` of what the role signs, by `NAME/VERSION` the
/// SHA-256 of the description. The author signs it, TUF clients take no notice, and no entry ever goes, so that a version that was withdrawn
/// cannot come back with other contents.
public final class Withdrawn {
    public static final String MEMBER = "x-repro-withdrawn";

    private Withdrawn() {}

    /// @throws Refused it cannot be read
    public static SortedMap<String, Digest> of(RoleName role, Signed.Targets targets) throws Refused {
        Json member = targets == null ? null : targets.json().members().get(MEMBER);
        if (member == null) {
            return Collections.emptySortedMap();
        }
        if (!(member instanceof Json.Obj all)) {
            throw malformed(role, "something else");
        }
        var out = new TreeMap<String, Digest>();
        for (var entry : all.members().entrySet()) {
            Optional<Digest> digest = entry.getValue() instanceof Json.Str(String hex) ? Digest.parse(hex) : Optional.empty();
            if (Place.of(new TargetName(entry.getKey() + "/" + Release.ENVELOPE)).isEmpty() || digest.isEmpty()) {
                throw malformed(role, entry.getKey());
            }
            out.put(entry.getKey(), digest.get());
        }
        return out;
    }

    private static Refused malformed(RoleName role, Object found) {
        return new Refused(Refused.Rule.WITHDRAWAL_MISSING, role.text()).expected(MEMBER + ": by NAME/VERSION the SHA-256 of a description")
                .found(found);
    }

    /// Takes targets of a role away, and of each release among them writes down what it was.
    ///
    /// @param role that lists them; empty for the one that they are delegated to
    public static void remove(Editor editor, Iterable<TargetName> targets, Optional<RoleName> role) throws Problem {
        for (TargetName target : targets) {
            RoleName owner = editor.owner(target, role);
            Optional<Digest> description = description(editor.proposal().targets(owner).map(m -> m.unverified().targets().get(target)));
            editor.remove(target, Optional.of(owner));
            if (description.isPresent()) {
                String place = Place.folder(target);
                editor.change(owner, signed -> signed.with(MEMBER, (signed.members().get(MEMBER) instanceof Json.Obj all ? all : Json.object())
                        .with(place, description.get())));
            }
        }
    }

    private static Optional<Digest> description(Optional<TargetFile> envelope) {
        try {
            return envelope.flatMap(TargetFile::custom).orElse(null) instanceof Json.Obj(var custom) && custom.containsKey(ReleaseTargets.RELEASE)
                    ? Optional.of(Release.parse(custom.get(ReleaseTargets.RELEASE)).digest()) : Optional.empty();
        } catch (Problem e) {
            return Optional.empty(); // no release, so none goes
        }
    }

    /// That a role's new file forgets nothing, and brings nothing back that is other than it was.
    ///
    /// @param gone by `NAME/VERSION` the digests of the descriptions that this change takes away
    /// @param added releases that this change brings
    static void check(RoleName role, Signed.Targets before, Signed.Targets after, Map<String, Digest> gone, Iterable<Release> added) throws Refused {
        SortedMap<String, Digest> now = of(role, after);
        var expected = new TreeMap<>(of(role, before));
        for (Release release : added) {
            requireSame(release, expected);
        }
        expected.putAll(gone);
        for (var entry : expected.entrySet()) {
            if (!entry.getValue().equals(now.get(entry.getKey()))) {
                throw new Refused(Refused.Rule.WITHDRAWAL_MISSING, entry.getKey())
                        .expected(MEMBER + " of role " + role + " with sha256 " + entry.getValue())
                        .found(now.containsKey(entry.getKey()) ? now.get(entry.getKey()) : "nothing")
                        .hint("withdraw it with `repro sign --withdraw`");
            }
        }
        for (String place : now.keySet()) {
            if (!expected.containsKey(place)) {
                throw new Refused(Refused.Rule.WITHDRAWAL_MISSING, place).expected("only releases that this role listed").found(MEMBER);
            }
        }
    }

    /// @param withdrawn of the role that lists the release
    static void requireSame(Release release, Map<String, Digest> withdrawn) throws Refused {
        String place = release.name() + "/" + release.version();
        Digest was = withdrawn.get(place);
        if (was != null && !was.equals(release.digest())) {
            throw new Refused(Refused.Rule.VERSION_EXISTS, place).expected("sha256 " + was + ", as it was before it was withdrawn")
                    .found("sha256 " + release.digest()).hint("publish it as a new version");
        }
    }
}
