package dev.repro.tests.launch;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.ImageCheck;
import dev.repro.release.LaunchLimits;
import dev.repro.release.Made;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.tender.AllowedTender;
import dev.repro.tender.Ask;
import dev.repro.tender.Gate;
import dev.repro.tender.Granted;
import dev.repro.tender.Known;
import dev.repro.tender.Policy;
import dev.repro.tender.Shelf;
import dev.repro.tender.State;
import dev.repro.tender.Told;
import dev.repro.tender.Trusted;
import dev.repro.tests.tuf.Forge;
import dev.repro.tests.tuf.Web;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/// A repository whose keys are all at hand, and gates before it. One author holds every package with one key, so that nothing but the rule in
/// question tells them apart. What the repository says comes over HTTP.
final class GateSite implements AutoCloseable {
    final Forge forge = new Forge();
    final Web web;
    Instant now = Forge.NOW;
    private final Path folder;
    private final List<AllowedTender> tenders;
    private final byte[] root;
    private final Map<String, SortedMap<TargetName, Json.Obj>> targets = new LinkedHashMap<>();
    private int states;

    GateSite(Path folder, AllowedTender... tenders) throws IOException {
        this.folder = folder;
        this.tenders = List.of(tenders);
        this.root = forge.files.get("metadata/1.root.json");
        this.web = Web.of(forge.files);
    }

    /// What an author can sign who lints nothing: whatever the images say of themselves.
    Release publish(String name, String version, SortedMap<String, byte[]> images) throws Problem, IOException {
        return publish(name, version, images, image -> image);
    }

    /// @param change what the author writes instead
    Release publish(String name, String version, SortedMap<String, byte[]> images, java.util.function.UnaryOperator<ReleaseImage> change)
            throws Problem, IOException {
        var described = new ArrayList<ReleaseImage>();
        images.forEach((file, bytes) -> described.add(change.apply(describe(file, bytes))));
        var release = new Release(name, version, described, Optional.empty(), List.of(), new TreeMap<>());
        byte[] envelope = ReleaseStatement.sign(release, List.of(forge.author));
        var files = new TreeMap<TargetName, Path>();
        for (var image : images.entrySet()) {
            Path blob = folder.resolve(Digest.of(image.getValue()).hex());
            Files.write(blob, image.getValue());
            files.put(release.target(image.getKey()), blob);
            put(release, image.getKey(), image.getValue());
        }
        put(release, Release.ENVELOPE, envelope);
        targets.computeIfAbsent(name, _ -> new TreeMap<>()).putAll(ReleaseTargets.targets(new Made(release, files, new TreeMap<>(), List.of()), envelope));
        seal(name);
        return release;
    }

    static ReleaseImage describe(String file, byte[] bytes) {
        return ImageCheck.describe(MemorySegment.ofArray(bytes), file);
    }

    static ReleaseImage with(ReleaseImage image, LaunchLimits limits) {
        return new ReleaseImage(image.file(), image.target(), image.abi(), image.manifest(), image.size(), image.sha256(), image.sha512(), limits);
    }

    private void put(Release release, String file, byte[] bytes) {
        forge.files.put(path(release, file, bytes), bytes);
    }

    static String path(Release release, String file, byte[] bytes) {
        return "targets/" + release.name() + "/" + release.version() + "/" + Digest.of(bytes) + "." + file;
    }

    private void seal(String name) {
        var members = new LinkedHashMap<String, Json>();
        targets.get(name).forEach((target, file) -> members.put(target.text(), file));
        boolean begun = forge.now(name) != null;
        Json.Obj before = begun ? forge.next(name) : Forge.header("targets");
        forge.write(name, before.with("targets", new Json.Obj(members)), forge.author);
        if (!begun) {
            var delegations = new ArrayList<Json.Obj>();
            targets.keySet().forEach(p -> delegations.add(Forge.delegation(p, 1, List.of(p + "/*/*"), forge.author)));
            forge.write("targets", forge.next("targets").with("delegations", Json.object("keys", Forge.keys(forge.author), "roles", delegations)),
                    forge.pens("targets"));
        }
        forge.seal();
    }

    /// @param more what the policy says beside repository and tenders, such as entries for packages
    Policy policy(String more) throws Problem {
        var text = new StringBuilder("schema = \"repro.policy.v1\"\nversion = 1\n[repository]\nurl = \"" + web.url() + "\"\nroot_sha256 = \"" + Digest.of(root)
                + "\"\n" + more + "\n");
        for (AllowedTender tender : tenders) {
            text.append("[[tender]]\ntarget = \"").append(tender.target()).append("\"\npath = \"").append(tender.where()).append("\"\n");
            tender.sha256().ifPresent(digest -> text.append("sha256 = \"").append(digest).append("\"\n"));
        }
        return Policy.parse(text.toString().getBytes(StandardCharsets.UTF_8), folder.resolve("policy.toml"));
    }

    /// All packages, with whatever devices.
    Policy open() throws Problem {
        return policy("[[package]]\nname = \"*\"\ntaps = [\"*\"]\nblocks = [\"" + folder + "/*\"]");
    }

    /// A host with a state of its own.
    Host host(Policy policy) throws Problem, IOException {
        return new Host(policy, Files.createDirectories(folder.resolve("state-" + states++)));
    }

    /// One that has launched nothing yet and trusts the first root.
    Host host() throws Problem, IOException {
        return host(open());
    }

    final class Host implements AutoCloseable {
        final State state;
        private final Trusted trusted;
        private final Gate gate;
        boolean offline;
        private Known kept;

        Host(Policy policy, Path place) throws Problem, IOException {
            state = State.at(place.resolve("repro"), (int) Files.getAttribute(place, "unix:uid"));
            trusted = Trusted.open(policy, state, Map.of(), _ -> { });
            gate = new Gate(policy, state, trusted, new Shelf(0), () -> now);
        }

        Granted permit(Ask ask) throws Refused, Problem {
            return gate.permit(ask, kept != null ? () -> kept : () -> trusted.current(now, offline), false, Told.NOBODY);
        }

        /// From here on as a daemon does between two refreshes.
        void keepWhatIsKnown() throws Refused, Problem {
            kept = trusted.current(now, offline);
        }

        @Override
        public void close() {
            trusted.close();
        }
    }

    static Ask ask(String name, String target) {
        return ask(name, Optional.empty(), target, Optional.empty(), List.of());
    }

    static Ask ask(String name, Optional<String> version, String target, Optional<Path> image, List<Ask.Device> devices) {
        return new Ask(Optional.of(name), version, image, Optional.of(target), OptionalLong.empty(), devices, List.of(), Optional.empty());
    }

    @Override
    public void close() throws IOException {
        web.close();
    }
}
