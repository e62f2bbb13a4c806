package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.release.LaunchLimits;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Memory;
import dev.repro.snapshot.client.Releases;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.repository.Difference;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "sign",
        description = "Make a release of images and sign it, for `repro publish`; or sign a release that another of the team has made.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro sign hello.hvt hello.spt --version 1.0.0",
            "         repro sign --release hello-1.0.0.release --digest 3f2a…9c", "         repro sign --withdraw --version 1.0.0"})
final class SignCommand extends ServiceVerb {
    @Parameters(arity = "0..*", paramLabel = "IMAGE", description = "the images of the release, in the order of their launch")
    List<Path> images = List.of();

    @Option(names = "--version", paramLabel = "V", description = "of the release; a version is never published twice")
    String version;

    @Option(names = "--name", paramLabel = "NAME", description = "the package; default: the author's usual one")
    String name;

    @Option(names = "--memory-min", paramLabel = "SIZE", description = "the least memory that a launch may give, as in 16M")
    String memoryMin;

    @Option(names = "--memory-max", paramLabel = "SIZE", description = "the most, as in 64M")
    String memoryMax;

    @Option(names = "--arguments", paramLabel = "PATTERN", description = "what the guest's arguments must match (docs/release.md)")
    String arguments;

    @Option(names = "--read-only", paramLabel = "BLOCK", description = "a block device that the guest gets for reading only; may be repeated")
    List<String> readOnly = List.of();

    @Option(names = "--embed", description = "also write copies of the images that carry the release themselves, into the folder's `images`")
    boolean embed;

    @Option(names = "--withdraw", description = "take the release of this version away: no image, and `repro publish` sends it")
    boolean withdraw;

    @Option(names = "--release", paramLabel = "FOLDER", description = "add your signature to what is in this folder")
    Path release;

    @Option(names = "--digest", paramLabel = "HEX", description = "with --release: what you have looked at; without it you are shown it and asked")
    String digest;

    @Mixin
    SigningKeys keys = new SigningKeys();

    @Override
    int run() throws Exception {
        if ((release == null ? 0 : 1) + (withdraw ? 1 : 0) + (images.isEmpty() ? 0 : 1) != 1) {
            throw Problem.usage("sign takes images, or --release FOLDER, or --withdraw").hint("repro sign --help");
        }
        Author author = author();
        try (Trust trust = trust(author.settings().service()); KeyRing ring = keys.ring(this, author.folder())) {
            trust.refresh(Instant.now());
            return release != null ? join(trust, ring) : withdraw ? withdraw(author.name(name), trust, ring) : make(author.name(name), trust, ring);
        }
    }

    private int make(String of, Trust trust, KeyRing ring) throws Exception {
        requireVersion();
        var order = new Releases.Order(of, version, images.stream().map(this::path).toList(), limits(),
                path(Path.of(of + "-" + version + ".release")), embed);
        Releases.Outcome outcome = new Releases(trust.repository(), ring, Instant.now()).sign(order);
        var voice = voice();
        outcome.made().warnings().forEach((file, findings) -> findings.forEach(f -> voice.warn(file + ": " + f.message())));
        outcome.made().notes().forEach(voice::warn);
        voice.say("release    " + outcome.made().release() + ", sha256 " + outcome.made().release().digest());
        outcome.made().release().images().forEach(i -> voice.say(String.format(Locale.ROOT, "%-10s %s, %,d bytes, sha256 %s", i.file(), i.target(),
                i.size(), i.sha256())));
        outcome.embedded().forEach(f -> voice.say("embedded   " + f));
        return tell(voice, outcome.draft(), outcome.made().release().toJson(), outcome.embedded());
    }

    private void requireVersion() throws Problem {
        if (version == null) {
            throw Problem.usage("a release has a version").expected("--version V").hint("as in: repro sign hello.hvt --version 1.0.0");
        }
    }

    private int withdraw(String of, Trust trust, KeyRing ring) throws Exception {
        requireVersion();
        Draft draft = new Releases(trust.repository(), ring, Instant.now()).withdraw(of, version, path(Path.of(of + "-" + version + ".withdrawal")));
        var voice = voice();
        voice.say("withdrawn  " + of + " " + version + ", once it is published");
        return tell(voice, draft, new Json.Null(), List.of());
    }

    private int tell(Voice voice, Draft draft, Json made, List<Path> embedded) throws Problem {
        List<Proposal.Missing> missing = draft.missing();
        if (missing.isEmpty()) {
            voice.say("folder     " + draft.folder());
            voice.say("complete: `repro publish " + draft.folder().getFileName() + "` sends it");
        } else {
            Sending.tellMissing(voice, missing, draft.folder());
        }
        voice.answer(Sending.signed(draft, missing).with("release", made).with("embedded", embedded.stream().map(Path::toString).toList()));
        return 0;
    }

    private LaunchLimits limits() throws Problem {
        try {
            return new LaunchLimits(memory(memoryMin), memory(memoryMax), Optional.ofNullable(arguments), readOnly);
        } catch (IllegalArgumentException e) {
            throw Problem.usage(e.getMessage()).because(e).hint("docs/release.md says what limits there are");
        }
    }

    private static Optional<Long> memory(String text) throws Problem {
        return text == null ? Optional.empty() : Optional.of(Memory.parse(text));
    }

    private int join(Trust trust, KeyRing ring) throws Exception {
        var voice = voice();
        Draft draft = Draft.read(path(release));
        draft.check(trust);
        Difference.of(draft.proposal()).lines().forEach(voice::say);
        Digest shown = draft.proposal().digest();
        if (digest != null) {
            shown = Digest.parse(digest).orElseThrow(() -> Problem.usage("not a digest").where("--digest")
                    .expected("64 hexadecimal digits").found(digest));
        } else {
            confirm(false, "sign this?", "--digest " + shown);
        }
        Draft.Joined signed = draft.sign(ring, shown, Instant.now());
        signed.signed().forEach(voice::say);
        return tell(voice, signed.draft(), new Json.Null(), List.of());
    }
}
