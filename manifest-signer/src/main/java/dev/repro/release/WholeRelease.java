package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;

/// The targets of one release, as a role lists them, and the description that holds them together:
///
/// 1. `release.json` is there, and its `custom` is a description and nothing else;
/// 2. the description is of this name and version;
/// 3. every file of it is listed, with the digest (and of an image, the size) that it says, and with a `custom` that names this very
///    description, the file's part in it, and nothing else;
/// 4. nothing else is listed.
final class WholeRelease {
    private final Place place;
    private final Map<TargetName, TargetFile> targets;
    private final Release release;

    /// @param targets all that a role lists below `place`
    private WholeRelease(Place place, Map<TargetName, TargetFile> targets) throws Refused {
        this.place = place;
        this.targets = targets;
        this.release = describe();
    }

    static Release read(Place place, Map<TargetName, TargetFile> targets) throws Refused {
        var whole = new WholeRelease(place, targets);
        whole.check();
        return whole.release;
    }

    private Release describe() throws Refused {
        TargetName name = place.target(Release.ENVELOPE);
        if (!targets.containsKey(name)) {
            throw new Refused(Refused.Rule.NOT_IN_RELEASE, targets.keySet().iterator().next()).expected("a target " + name + " that describes it")
                    .hint("publish images with `repro sign` and `repro publish`");
        }
        Optional<Json> custom = targets.get(name).custom();
        if (custom.isEmpty() || !(custom.get() instanceof Json.Obj(var members)) || members.size() != 1
                || !members.containsKey(ReleaseTargets.RELEASE)) {
            throw new Refused(Refused.Rule.DESCRIPTION_MALFORMED, name).expected("custom with `" + ReleaseTargets.RELEASE + "` and nothing else");
        }
        try {
            return Release.parse(members.get(ReleaseTargets.RELEASE));
        } catch (Problem e) {
            throw new Refused(Refused.Rule.DESCRIPTION_MALFORMED, name).found(e.line());
        }
    }

    private void check() throws Refused {
        var described = new Place(release.name(), release.version());
        if (!described.equals(place)) {
            throw new Refused(Refused.Rule.RELEASE_MISPLACED, place.target(Release.ENVELOPE)).expected(place).found(described);
        }
        bounded(place.target(Release.ENVELOPE), ReleaseStatement.MAX_BYTES);
        var seen = new HashSet<TargetName>();
        seen.add(place.target(Release.ENVELOPE));
        Digest digest = release.digest();
        for (Release.Item item : release.files()) {
            seen.add(place.target(item.file()));
            file(item, digest);
        }
        for (TargetName name : targets.keySet()) {
            if (!seen.contains(name)) {
                throw new Refused(Refused.Rule.RELEASE_MIXED, name).expected("only files that the description of " + place + " names")
                        .hint("publish it as part of another version");
            }
        }
    }

    private void file(Release.Item item, Digest digest) throws Refused {
        TargetName name = place.target(item.file());
        TargetFile file = targets.get(name);
        if (file == null) {
            throw new Refused(Refused.Rule.RELEASE_INCOMPLETE, name).hint("list every file of the release, or none");
        }
        Json.Obj custom = ReleaseTargets.custom(digest, item);
        if (!file.custom().equals(Optional.of(custom))) {
            throw new Refused(Refused.Rule.RELEASE_MIXED, name).expected(JsonText.compact(custom));
        }
        if (!item.sha256().hex().equals(file.hashes().get("sha256"))) {
            throw new Refused(Refused.Rule.RELEASE_MIXED, name).expected("sha256 " + item.sha256()).found(file.hashes());
        }
        if (item.role() != Release.Role.IMAGE) {
            bounded(name, BuildFile.MAX_BYTES);
        } else {
            image(name, file, release.images().get(item.index()));
        }
    }

    private static void image(TargetName name, TargetFile file, ReleaseImage image) throws Refused {
        if (file.length() != image.size()) {
            throw new Refused(Refused.Rule.RELEASE_MIXED, name).expected(image.size() + " bytes").found(file.length() + " bytes");
        }
        String sha512 = file.hashes().getOrDefault("sha512", image.sha512());
        if (!sha512.equals(image.sha512())) {
            throw new Refused(Refused.Rule.RELEASE_MIXED, name).expected("sha512 " + image.sha512()).found("sha512 " + sha512);
        }
    }

    private void bounded(TargetName name, int most) throws Refused {
        TargetFile file = targets.get(name);
        if (file.length() > most || !file.hashes().containsKey("sha256")) {
            throw new Refused(Refused.Rule.RELEASE_MIXED, name).expected("a sha256, and at most " + most + " bytes").found(file.length() + " bytes");
        }
    }
}
