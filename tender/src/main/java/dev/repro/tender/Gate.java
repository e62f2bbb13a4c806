package dev.repro.tender;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.release.ImageCheck;
import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.release.Versions;
import dev.repro.tender.os.Sealed;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Link;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Verified, or refused by name. In this order; each step has what the one before has shown:
///
/// 1. the policy has an entry for the package, and lets who asks launch it;
/// 2. what is trusted of the repository is fresh enough;
/// 3. a release is found, of a role and version that the policy wants, and not older than what was launched before;
/// 4. each image is read once into sealed memory; its length and digest are the signed ones, and the chain to who signed it holds;
/// 5. lint, target, ABI and manifest: the image is what the release says; the devices are the manifest's;
/// 6. the tender is the one that the policy names, by digest, and runs this target and ABI;
/// 7. devices, memory and arguments are within the author's limits and the operator's.
///
/// No device is opened, and no privilege needed. In audit mode a refusal is kept and the next step done with what is there; what has no
/// tender, or is not there at all, is not launched in that mode either.
public final class Gate {
    private static final Policy.Allowed ANYTHING = new Policy.Allowed("*", List.of(), Optional.empty(), List.of(), OptionalLong.empty(),
            List.of("*"), List.of("*"), List.of(), List.of());

    private final Policy policy;
    private final Marks marks;
    private final Images images;
    private final Programs programs;
    private final Shelf shelf;
    private final InstantSource clock;

    /// @param trusted where images are fetched that are not here
    /// @param shelf what is kept from launch to launch
    public Gate(Policy policy, State state, Trusted trusted, Shelf shelf, InstantSource clock) {
        this.policy = policy;
        this.marks = new Marks(state);
        this.images = new Images(state, trusted, shelf);
        this.programs = new Programs(state, shelf);
        this.shelf = shelf;
        this.clock = clock;
    }

    /// What is known of the repository, when it is asked for: refreshed, or kept by a daemon.
    @FunctionalInterface
    public interface Source {
        Known get() throws Refused, Problem;
    }

    /// All checks.
    ///
    /// @param audit whether refusals are overlooked, beside what the policy says
    /// @param told of each step that was passed
    /// @throws Refused with the name of the check; nothing was opened and nothing started
    public Granted permit(Ask ask, Source source, boolean audit, Told told) throws Refused, Problem {
        told.step("policy", () -> policy.file() + ", version " + policy.version() + (audit || policy.audit() ? ", audit: refusals are told and overlooked" : ""));
        return new Run(ask, source, new Judge(audit || policy.audit()), told).permit();
    }

    /// One asking.
    private final class Run {
        private final Ask ask;
        private final Source source;
        private final Judge judge;
        private final Told told;
        private final Optional<Policy.Allowed> early;
        private Optional<Sealed> given = Optional.empty();
        private Known known;
        private Choice choice;
        private List<Link> links = List.of();

        Run(Ask ask, Source source, Judge judge, Told told) throws Refused, Problem {
            this.told = told;
            this.ask = ask;
            this.source = source;
            this.judge = judge;
            if (!ask.name().map(Release::isName).orElse(true) || !ask.version().map(Release::isVersion).orElse(true)) {
                throw Problem.usage("not a release").expected("NAME or NAME@VERSION").found(ask.name().orElse("") + ask.version().map(v -> "@" + v).orElse(""));
            }
            this.early = ask.name().isPresent() ? Optional.of(entry(ask.name().get())) : Optional.empty();
        }

        private Policy.Allowed entry(String name) throws Refused, Problem {
            Policy.Allowed entry = judge.ask(() -> policy.of(name).orElseThrow(() -> new Denied(Denied.Rule.PACKAGE_NOT_ALLOWED, name).file(policy.file())
                    .expected(policy.packages().isEmpty() ? "an entry [[package]]" : String.join(", ", policy.packages().stream().map(Policy.Allowed::name).toList()))
                    .hint("allow it with an entry [[package]] in " + policy.file())), () -> ANYTHING);
            judge.check(() -> Bounds.user(entry, name, ask));
            return entry;
        }

        Granted permit() throws Refused, Problem {
            known = judge.ask(source::get, () -> null);
            if (known != null) {
                told.step("repository", () -> policy.repository().url() + ", " + known.stale().map(why -> "not asked (" + why + ")").orElse("refreshed")
                        + ", timestamp valid until " + known.expires());
            }
            given = ask.image().isPresent() ? Optional.of(Images.of(ask.image().get())) : Optional.empty();
            if (shelf.keeps()) {
                given.ifPresent(Sealed::closeWhenUnreachable);
            }
            choice = known == null ? null : new Choice(known, policy);
            Choice.Chosen chosen = known == null ? unknown() : judge.ask(() -> choice.release(ask, given), this::unknown);
            Release release = chosen.release();
            told.step("release", () -> release + ", sha256 " + release.digest() + (chosen.role().isEmpty() ? ", of no repository" : ", listed by role " + chosen.role()));
            Policy.Allowed entry = early.isPresent() ? early.get() : entry(release.name());
            told.step("package", () -> "entry `" + entry.name() + "` of the policy");
            if (!chosen.role().isEmpty()) {
                judge.check(() -> wanted(chosen, entry));
                judge.check(() -> marks.check(release, policy.operator().keys(), clock.instant()));
            }
            List<ReleaseImage> set = set(release, entry);
            var sealed = new ArrayList<Sealed>();
            for (ReleaseImage image : set) {
                sealed.add(sealed(chosen, image));
            }
            links.forEach(link -> told.step(link.role().text(), () -> "version " + link.version() + ", valid until " + link.expires() + ", signed by "
                    + link.signers().size() + " of " + link.keys().size() + " keys"));
            return new Granted(ask, policy, release, permits(release, entry, set, sealed), links, known == null ? Optional.of("unknown") : known.stale(),
                    judge.overlooked());
        }

        /// In audit mode, of a file that no release has: what it says of itself.
        private Choice.Chosen unknown() throws Refused, Problem {
            if (given.isEmpty()) {
                throw judge.overlooked().getLast();
            }
            try {
                ReleaseImage image = ImageCheck.describe(given.get().bytes(), Release.isFile(given.get().name()) ? given.get().name() : "image");
                return new Choice.Chosen(new Release(ask.name().filter(Release::isName).orElse("unknown"), ask.version().filter(Release::isVersion).orElse("0"),
                        List.of(image), Optional.empty(), List.of(), new TreeMap<>()), "");
            } catch (IllegalArgumentException e) {
                throw judge.overlooked().getLast();
            }
        }

        private void wanted(Choice.Chosen chosen, Policy.Allowed entry) throws Denied {
            Release release = chosen.release();
            if (!entry.roles().isEmpty() && !entry.roles().contains(chosen.role())) {
                throw new Denied(Denied.Rule.ROLE_NOT_ALLOWED, release.toString()).expected("role " + String.join(" or ", entry.roles())).found("role " + chosen.role())
                        .hint("ask the repository's maintainers who may publish " + release.name());
            }
            if (entry.minimum().isPresent() && Versions.ORDER.compare(release.version(), entry.minimum().get()) < 0) {
                throw new Denied(Denied.Rule.VERSION_NOT_ALLOWED, release.toString()).expected(entry.minimum().get() + " or newer").found(release.version())
                        .hint("launch a newer release, or lower `minimum` of the package's entry in the policy");
            }
        }

        /// The images of one target, in their order: that of the image given, the one asked for, or the first that the policy has a tender for.
        private List<ReleaseImage> set(Release release, Policy.Allowed entry) throws Refused, Problem {
            Optional<String> ofImage = given.flatMap(g -> release.image(g.sha256())).map(ReleaseImage::target);
            Optional<String> wanted = ask.target().or(() -> ofImage);
            var order = new LinkedHashSet<String>();
            release.images().forEach(i -> order.add(i.target()));
            if (wanted.isPresent() && (!order.contains(wanted.get()) || !ofImage.orElse(wanted.get()).equals(wanted.get()))) {
                throw new Denied(Denied.Rule.TARGET_DIFFERS, ofImage.isPresent() ? given.get().name() : release.toString()).expected(wanted.get())
                        .found(ofImage.orElse(String.join(", ", order))).hint("name one of these with --target");
            }
            var preferred = new ArrayList<>(wanted.map(List::of).orElse(entry.targets()));
            preferred.retainAll(order);
            order.stream().filter(t -> wanted.isEmpty() && !preferred.contains(t)).forEach(preferred::add);
            for (String target : preferred) {
                if (policy.tenders().stream().anyMatch(t -> t.target().equals(target))) {
                    return release.images().stream().filter(i -> i.target().equals(target)).toList();
                }
            }
            throw new Denied(Denied.Rule.TENDER_NOT_ALLOWED, release.toString()).expected("an entry [[tender]] for " + String.join(" or ", preferred))
                    .found(policy.tenders().isEmpty() ? "no tenders" : "tenders for " + String.join(", ", policy.tenders().stream().map(AllowedTender::target).toList()))
                    .hint("allow one with an entry [[tender]] in " + policy.file());
        }

        private Sealed sealed(Choice.Chosen chosen, ReleaseImage image) throws Refused, Problem {
            boolean own = given.isPresent() && given.get().sha256().equals(image.sha256());
            if (chosen.role().isEmpty()) {
                return given.orElseThrow();
            }
            Found found = choice.target(chosen, image);
            links = found.links();
            judge.check(() -> known.requireFresh(links, clock.instant()));
            Sealed sealed = own ? given.get() : images.of(found, image);
            if (sealed.size() != image.size() || !sealed.sha256().equals(image.sha256())) {
                throw Choice.differs(chosen.release(), image, sealed);
            }
            told.step("image", () -> image.file() + ", " + sealed.size() + " bytes, sha256 " + sealed.sha256() + ", sealed");
            if (!shelf.isClean(sealed.sha256(), chosen.release().digest())) {
                judge.check(() -> {
                    ImageCheck.check(sealed.bytes(), image, chosen.release().target(image.file()));
                    shelf.clean(sealed.sha256(), chosen.release().digest()); // not what audit mode overlooks
                });
            }
            told.step("contract", () -> image.target() + image.abi().map(a -> ", ABI " + a).orElse("") + ", "
                    + (image.devices().isEmpty() ? "no devices" : "devices " + String.join(", ", image.devices())) + ", as signed, lint clean");
            return sealed;
        }

        private List<Permit> permits(Release release, Policy.Allowed entry, List<ReleaseImage> set, List<Sealed> sealed) throws Refused, Problem {
            List<List<Ask.Device>> matched = judge.ask(() -> new Devices(release, set, ask.devices()).match(), () -> set.stream().map(_ -> ask.devices()).toList());
            Programs.Opened tender = judge.ask(() -> programs.choose(policy, set), () -> programs.any(policy, set));
            told.step("tender", () -> tender.tender().where() + tender.program().map(p -> ", sha256 " + p.sha256()).orElse(""));
            var out = new ArrayList<Permit>();
            var bounds = new Bounds(policy, entry);
            for (int i = 0; i < set.size(); i++) {
                ReleaseImage image = set.get(i);
                List<Ask.Device> own = matched.get(i);
                List<Ask.Device> devices = judge.ask(() -> Devices.allowed(own, entry), () -> own);
                long memory = judge.ask(() -> bounds.memory(release, image, ask.memory()), () -> ask.memory().orElse(64 * Bounds.MIB));
                judge.check(() -> Bounds.arguments(release, image, ask.arguments()));
                told.step("launch", () -> image.file() + ", " + memory / Bounds.MIB + " MiB" + (devices.isEmpty() ? "" : ", " + String.join(" ",
                        devices.stream().map(Ask.Device::option).toList())) + (ask.arguments().isEmpty() ? "" : ", arguments " + String.join(" ", ask.arguments())));
                out.add(new Permit(release, image, sealed.get(i), devices, memory, ask.arguments(), tender.tender(), tender.program()));
            }
            return out;
        }
    }
}
