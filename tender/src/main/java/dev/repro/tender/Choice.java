package dev.repro.tender;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.Catalogue;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.os.Sealed;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.client.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which release is meant: by its name, or by an image of it.
final class Choice {
    private final Known known;
    private final Policy policy;

    Choice(Known known, Policy policy) {
        this.known = known;
        this.policy = policy;
    }

    /// @param role that lists it
    record Chosen(Release release, String role) {}

    /// @param given an image of the caller's
    /// @throws Denied `release-unknown`, `image-unknown`, `digest-mismatch`, `length-mismatch`; or what is wrong on the way to the release
    Chosen release(Ask ask, Optional<Sealed> given) throws Refused, Problem {
        if (ask.name().isEmpty()) {
            return byImage(given.orElseThrow(() -> Problem.usage("neither a release nor an image is named")));
        }
        String name = ask.name().get();
        Known.Names names = known.names(Optional.of(name));
        List<Catalogue.Entry> versions = names.catalogue().versions(name).stream()
                .filter(e -> ask.version().isEmpty() || ask.version().get().equals(e.release().version())).toList();
        if (versions.isEmpty()) {
            throw unknown(name, ask.version(), names);
        }
        if (given.isEmpty()) {
            return chosen(versions.getFirst());
        }
        for (Catalogue.Entry entry : versions) {
            if (entry.release().image(given.get().sha256()).isPresent()) {
                return chosen(entry);
            }
        }
        throw mismatch(versions.getFirst().release(), ask, given.get());
    }

    private static Chosen chosen(Catalogue.Entry entry) {
        return new Chosen(entry.release(), entry.role().text());
    }

    private static Refused unknown(String name, Optional<String> version, Known.Names names) {
        String place = name + "/" + version.map(v -> v + "/").orElse("");
        for (dev.repro.release.Refused refused : names.catalogue().refusals()) {
            if (refused.file().startsWith(place)) {
                return refused;
            }
        }
        if (!names.left().isEmpty()) {
            return names.left().getFirst();
        }
        List<String> there = names.catalogue().versions(name).stream().map(e -> e.release().version()).limit(3).toList();
        return new Denied(Denied.Rule.RELEASE_UNKNOWN, name + version.map(v -> " " + v).orElse(""))
                .found(there.isEmpty() ? "no release of " + name : String.join(", ", there)).hint("`repro releases` lists what is published");
    }

    /// Of a release that has other images than the one given, the image that it was probably meant to be.
    private static Denied mismatch(Release release, Ask ask, Sealed given) {
        List<ReleaseImage> like = new ArrayList<>(release.images());
        like.removeIf(i -> !i.file().equals(given.name()));
        if (like.isEmpty()) {
            like.addAll(release.images());
            like.removeIf(i -> ask.target().isPresent() && !ask.target().get().equals(i.target()));
        }
        return differs(release, like.isEmpty() ? release.images().getFirst() : like.getFirst(), given);
    }

    /// What is wrong with bytes that are not those of an image.
    static Denied differs(Release release, ReleaseImage image, Sealed given) {
        boolean length = given.size() != image.size();
        var denied = new Denied(length ? Denied.Rule.LENGTH_MISMATCH : Denied.Rule.DIGEST_MISMATCH, given.name()).file(release.target(image.file()));
        return (length ? denied.expected(image.size() + " bytes").found(given.size() + " bytes, sha256 " + given.sha256())
                : denied.expected("sha256 " + image.sha256()).found("sha256 " + given.sha256()))
                .hint("fetch " + release + " again, or leave --image out: it is fetched then");
    }

    /// Looks first among the packages that the policy names, then, where it has patterns, among all.
    private Chosen byImage(Sealed given) throws Refused, Problem {
        Digest digest = given.sha256();
        var left = new ArrayList<Refusal>();
        var wheres = new ArrayList<Optional<String>>();
        policy.packages().stream().filter(p -> !p.name().contains("*")).forEach(p -> wheres.add(Optional.of(p.name())));
        if (wheres.size() < policy.packages().size() || wheres.isEmpty()) {
            wheres.add(Optional.empty());
        }
        for (Optional<String> where : wheres) {
            Known.Names names = known.names(where);
            List<Catalogue.Entry> with = names.catalogue().byImage(digest);
            if (!with.isEmpty()) {
                return chosen(with.stream().max((a, b) -> dev.repro.release.Versions.ORDER.compare(a.release().version(), b.release().version())).get());
            }
            left.addAll(names.left());
        }
        if (!left.isEmpty()) {
            throw left.getFirst();
        }
        throw new Denied(Denied.Rule.IMAGE_UNKNOWN, given.name()).file(given.name()).found("sha256 " + digest)
                .hint("compare the file with its author, or name the release: repro launch NAME@VERSION --image " + given.name());
    }

    /// The target of an image, with the chain that vouches for it: the same that lists the release.
    Found target(Chosen chosen, ReleaseImage image) throws Refused, Problem {
        Found found = known.find(chosen.release().target(image.file()));
        boolean same = image.sha256().hex().equals(found.file().hashes().get("sha256")) && found.file().length() == image.size()
                && found.role().role().text().equals(chosen.role());
        if (!same) {
            throw Refusal.of(Refusal.Rule.MALFORMED, found.name()).expected("sha256 " + image.sha256() + " of role " + chosen.role())
                    .found(found.file().hashes() + " of role " + found.role().role());
        }
        return found;
    }
}
