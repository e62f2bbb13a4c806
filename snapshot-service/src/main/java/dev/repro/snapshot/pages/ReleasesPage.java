package dev.repro.snapshot.pages;

import java.util.List;
import java.util.Optional;

/// Lists of releases: all, those that a search finds, those of one package.
final class ReleasesPage {
    private static final int MAX_SEARCH = 100; // characters

    private ReleasesPage() {}

    static Optional<Page> all(String asked, Paging paging, Site site) {
        String search = asked.strip();
        search = search.substring(0, search.offsetByCodePoints(0, Math.min(MAX_SEARCH, search.codePointCount(0, search.length()))));
        Site.Slice<Site.Row> rows = site.releases(search, paging.from(), Paging.SIZE);
        if (!paging.isOf(rows.total())) {
            return Optional.empty();
        }
        String title = search.isEmpty() ? "Releases" : "Releases that match “" + search + "”";
        var frame = new Frame(site, title, "/").add(Html.of("h1", title), form(search));
        if (rows.items().isEmpty()) {
            frame.add(Html.of("p", search.isEmpty() ? "Nothing is released yet."
                    : "No release has that in its name, its version or its digest.").css("none"));
        } else {
            String more = "/?" + (search.isEmpty() ? "" : "q=" + Urls.encode(search) + "&");
            frame.add(table(count(rows.total(), search), rows.items(), true), paging.links(more, rows.total()));
        }
        return Optional.of(frame.page(200));
    }

    private static String count(int total, String search) {
        return Words.count(total, "release") + (search.isEmpty() ? ", the newest first" : total == 1 ? " matches" : " match, the newest first");
    }

    private static Html form(String search) {
        return Html.of("form",
                Html.of("label", "Name, version or SHA-256").with("for", "q"),
                Html.of("div",
                        Html.of("input").with("type", "search").with("id", "q").with("name", "q").with("value", search).with("maxlength", "100")
                                .with("autocomplete", "off").with("spellcheck", "false"),
                        Html.of("button", "Search").with("type", "submit")))
                .with("action", "/").with("method", "get").with("role", "search");
    }

    static Optional<Page> of(String name, Paging paging, Site site) {
        Site.Slice<Site.Row> rows = site.versions(name, paging.from(), Paging.SIZE);
        if (rows.total() == 0 || !paging.isOf(rows.total())) {
            return Optional.empty();
        }
        return Optional.of(new Frame(site, name, "/")
                .add(Frame.crumbs(List.of("Releases", name), List.of("/")), Html.of("h1", Html.foreign(name)),
                        table(count(rows.total(), ""), rows.items(), false), paging.links(Urls.release(name) + "?", rows.total()))
                .page(200));
    }

    private static Html table(String caption, List<Site.Row> rows, boolean names) {
        var table = new Table(caption, names ? List.of("Name", "Version", "Runs on", "Published") : List.of("Version", "Runs on", "Published"));
        for (Site.Row row : rows) {
            Html.Element version = Html.link(Urls.release(row.name(), row.version()), Html.foreign(row.version()));
            Html targets = Html.of("span", String.join(", ", row.targets()));
            Html published = row.published().map(Words::time).orElse(Html.of("span", "–"));
            if (names) {
                table.row(Html.link(Urls.release(row.name()), Html.foreign(row.name())), version.with("aria-label", row.name() + " " + row.version()),
                        targets, published);
            } else {
                table.row(version, targets, published);
            }
        }
        return table.html();
    }
}
