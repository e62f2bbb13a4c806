package dev.repro.snapshot.pages;

import dev.repro.tuf.RoleName;
import java.util.List;
import java.util.Optional;

/// Publications, the newest first.
final class ActivityPage {
    private static final int MAX_CHANGES = 20; // of one publication

    private ActivityPage() {}

    static Optional<Page> render(Paging paging, Site site) {
        Site.Slice<Site.Publication> all = site.activity(paging.from(), Paging.SIZE);
        if (!paging.isOf(all.total())) {
            return Optional.empty();
        }
        var frame = new Frame(site, "Activity", "/activity").add(Html.of("h1", "Activity"));
        if (all.items().isEmpty()) {
            return Optional.of(frame.add(Html.of("p", "Nothing was published yet.").css("none")).page(200));
        }
        var table = new Table(Words.count(all.total(), "publication") + ", the newest first", List.of("Snapshot", "When", "Changed", "Signed by"));
        all.items().forEach(p -> table.row(Html.of("span", Words.grouped(p.snapshot())),
                Html.of("span", p.at().map(Words::time).orElse(Html.text("–"))), changes(p), by(p)));
        return Optional.of(frame.add(table.html(), paging.links("/activity?", all.total())).page(200));
    }

    private static Html by(Site.Publication publication) {
        return !publication.by().isEmpty() ? Keys.ids(publication.by()) : Html.of("span", publication.at().isPresent()
                && publication.changes().stream().allMatch(c -> c.role().equals(RoleName.SNAPSHOT))
                ? "this service" : "–");
    }

    private static Html changes(Site.Publication publication) {
        if (publication.changes().isEmpty()) {
            return Html.of("span", publication.at().isPresent() ? "nothing: the snapshot was renewed"
                    : "published while this service did not look").css("muted");
        }
        Html.Element list = Html.of("ul").css("plain");
        publication.changes().stream().limit(MAX_CHANGES).forEach(c -> list.add(Html.of("li", Html.foreign(c.role().text()),
                Html.of("span", " version " + Words.grouped(c.version())).css("muted"))));
        int more = publication.changes().size() - MAX_CHANGES;
        if (more > 0) {
            list.add(Html.of("li", "and " + Words.grouped(more) + " more"));
        }
        Html.Element out = Html.of("div", list);
        return publication.message().isEmpty() ? out : out.add(Html.of("p", Html.foreign(publication.message())).css("muted"));
    }
}
