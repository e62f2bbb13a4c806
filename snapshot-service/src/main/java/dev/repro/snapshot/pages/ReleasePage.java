package dev.repro.snapshot.pages;

import dev.repro.release.LaunchLimits;
import dev.repro.release.Release;
import dev.repro.release.ReleaseFile;
import dev.repro.release.ReleaseImage;
import java.util.List;

/// One release: its images, who signed it, what it was built from.
final class ReleasePage {
    private final Site.Detail detail;
    private final Release release;
    private final Site site;

    ReleasePage(Site.Detail detail, Site site) {
        this.detail = detail;
        this.release = detail.release();
        this.site = site;
    }

    Page page() {
        String title = release.name() + " " + release.version();
        var frame = new Frame(site, title, "/")
                .add(Frame.crumbs(List.of("Releases", release.name(), release.version()), List.of("/", Urls.release(release.name()))),
                        Html.of("h1", Html.foreign(title)), lead());
        release.images().forEach(image -> frame.add(image(image)));
        return frame.add(signatures(), build()).page(200);
    }

    private Html lead() {
        Html.Element out = Html.of("p").css("lead");
        int images = release.images().size();
        long targets = release.images().stream().map(ReleaseImage::target).distinct().count();
        out.add(images == 1 ? "One image" : images + (targets == images ? " images, one for each target" : " images, in the order of their launch"));
        detail.published().ifPresent(at -> out.add(", published ").add(Words.time(at)));
        return out.add(".");
    }

    private Html image(ReleaseImage image) {
        String id = Urls.id("image", image.sha256().hex());
        Html.Element out = Html.of("section", Html.of("h2", Html.foreign(image.file())).with("id", id)).css("image").with("aria-labelledby", id);
        Html link = Html.link(Urls.file(release.target(image.file()), image.sha256()), "Download").with("download", image.file())
                .with("aria-label", "Download " + image.file());
        Facts facts = new Facts().fact("SHA-256", Words.hex(image.sha256().hex())).fact("Size", Html.text(Words.count(image.size(), "byte")))
                .fact("Target", Html.text(image.target() + image.abi().map(a -> ", ABI version " + a).orElse("")))
                .fact("File", link);
        out.add(facts.html(), Html.of("h3", "Devices"), Drawing.of(image), Html.of("h3", "Launch limits"), limits(image),
                Html.of("h3", "Verify"), Commands.block(Commands.verify(release, image, site.url())));
        Commands.launch(image).ifPresent(command -> out.add(Html.of("h3", "Launch"), Commands.block(List.of(command))));
        return out;
    }

    private static Html limits(ReleaseImage image) {
        LaunchLimits limits = image.limits();
        Facts facts = new Facts().fact("Memory", Html.text(memory(limits)))
                .fact("Arguments", limits.arguments().<Html>map(a -> Html.of("code", Html.foreign(a))).orElse(Html.text("any")));
        if (!image.devices("BLOCK_BASIC").isEmpty()) {
            facts.fact("Read-only", limits.readOnlyBlocks().isEmpty() ? Html.text("no block device")
                    : Html.foreign(String.join(", ", limits.readOnlyBlocks())));
        }
        if (!image.devices("NET_BASIC").isEmpty()) {
            facts.fact("MAC addresses", Html.text("the operator chooses; the image presets none"));
        }
        return facts.html();
    }

    private static String memory(LaunchLimits limits) {
        String least = limits.memoryMin().map(Words::memory).orElse("");
        String most = limits.memoryMax().map(Words::memory).orElse("");
        return !least.isEmpty() && !most.isEmpty() ? least + " to " + most : !least.isEmpty() ? "at least " + least
                : !most.isEmpty() ? "at most " + most : "as the operator likes";
    }

    private Html signatures() {
        Html.Element steps = Html.of("ol").css("path");
        for (Site.Role role : detail.path()) {
            long signed = role.keys().stream().filter(Site.Holder::signed).count();
            Attention attention = Attention.of(role, site.now());
            Html.Element expiry = Html.of("p").css("muted");
            role.expires().ifPresent(end -> expiry.add("version " + Words.grouped(role.version()) + ", expires ").add(Words.day(end))
                    .add(" (" + Words.distance(site.now(), end) + ") "));
            if (attention != Attention.FINE) {
                expiry.add(RolesPage.status(attention));
            }
            steps.add(Html.of("li", Html.of("h3", Html.foreign(role.name().text())),
                    Html.of("p", Words.count(signed, "key") + " of " + role.keys().size() + " signed, "
                            + role.threshold() + (role.threshold() == 1 ? " is needed" : " are needed")),
                    expiry, Keys.list(role.keys(), true)));
        }
        return section("signatures", "Who signed", Html.of("p", "Each role says whose keys count for the next one.").css("muted"), steps);
    }

    private Html build() {
        Facts facts = new Facts();
        facts.fact("Lock", release.lock().<Html>map(this::file).orElse(Html.text("none: nobody can tell what it was built from")));
        if (release.records().isEmpty()) {
            facts.fact("Build records", Html.text("none"));
        } else {
            facts.fact("Build records", Html.of("ul", release.records().stream().map(r -> Html.of("li", file(r))).toList()).css("plain"));
        }
        if (!release.seeds().isEmpty()) {
            Html.Element seeds = Html.of("ul").css("plain");
            release.seeds().forEach((name, value) -> seeds.add(Html.of("li", Html.foreign(name), Html.text(" = "), Html.of("code",
                    Html.foreign(value)))));
            facts.fact("Seeds", seeds);
        }
        facts.fact("Description", Html.of("div", Html.text("SHA-256 "), Words.hex(release.digest().hex())));
        return section("build", "What it was built from", facts.html());
    }

    private Html file(ReleaseFile file) {
        return Html.of("div", Html.link(Urls.file(release.target(file.file()), file.sha256()), file.file()), Html.text(" "),
                Words.hex(file.sha256().hex()));
    }

    private static Html section(String id, String title, Html... content) {
        return Html.of("section", Html.of("h2", title).with("id", id)).add(content).with("aria-labelledby", id);
    }

    /// Names and values, a description list.
    private static final class Facts {
        private final Html.Element list = Html.of("dl");

        Facts fact(String name, Html value) {
            list.add(Html.of("div", Html.of("dt", name), Html.of("dd", value)));
            return this;
        }

        Html html() {
            return list;
        }
    }
}
