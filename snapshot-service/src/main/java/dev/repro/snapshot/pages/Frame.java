package dev.repro.snapshot.pages;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// What all pages have in common: head, skip link, navigation, footer.
final class Frame {
    private static final Map<String, String> SECTIONS = new java.util.LinkedHashMap<>();

    static {
        SECTIONS.put("/", "Releases");
        SECTIONS.put("/roles", "Roles");
        SECTIONS.put("/activity", "Activity");
    }

    private final Site site;
    private final String title;
    private final String section;
    private final List<Html> content = new ArrayList<>();

    /// @param section the link of the navigation under which the page is; empty for none
    Frame(Site site, String title, String section) {
        this.site = site;
        this.title = title;
        this.section = section;
    }

    Frame add(Html... nodes) {
        content.addAll(List.of(nodes));
        return this;
    }

    Frame add(Collection<? extends Html> nodes) {
        content.addAll(nodes);
        return this;
    }

    Page page(int status) {
        return Page.html(status, Html.of("html", head(), body()).with("lang", "en"));
    }

    private Html head() {
        return Html.of("head",
                Html.of("meta").with("charset", "utf-8"),
                Html.of("title", title + " · " + host()),
                Html.of("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1"),
                Html.of("meta").with("name", "color-scheme").with("content", "light dark"),
                Html.of("link").with("rel", "stylesheet").with("href", Assets.STYLE),
                Html.of("link").with("rel", "icon").with("type", "image/svg+xml").with("href", Assets.ICON));
    }

    private String host() {
        return site.url().replaceFirst("^[a-z]+://", "");
    }

    private Html body() {
        Html.Element links = Html.of("ul");
        SECTIONS.forEach((to, name) -> {
            Html.Element link = Html.link(to, name);
            links.add(Html.of("li", to.equals(section) ? link.with("aria-current", "page") : link));
        });
        return Html.of("body",
                Html.link("#content", "Skip to content").css("skip"),
                Html.of("header",
                        Html.of("p", Html.link("/", host())).css("site"),
                        Html.of("nav", links).with("aria-label", "Site")),
                Html.of("main", content).with("id", "content").with("tabindex", "-1"),
                footer());
    }

    private Html footer() {
        return Html.of("footer",
                Html.of("p").add("What a page says proves nothing; ").add(Html.of("code",
                        "repro verify")).add(" checks the signatures on your machine."),
                Html.of("p").add("Snapshot " + Words.grouped(site.snapshot()) + ", seen ").add(Words.time(site.now())).add("."));
    }

    /// Links to the pages above this one, the last of `names` being this one.
    static Html crumbs(List<String> names, List<String> links) {
        Html.Element list = Html.of("ol");
        for (int i = 0; i < names.size(); i++) {
            Html name = Html.foreign(names.get(i));
            list.add(Html.of("li", i < links.size() ? Html.link(links.get(i), name) : Html.of("span", name).with("aria-current", "page")));
        }
        return Html.of("nav", list).css("crumbs").with("aria-label", "Breadcrumb");
    }

    static Page notFound(Site site) {
        return new Frame(site, "Not found", "")
                .add(Html.of("h1", "Not found"),
                        Html.of("p", "There is no such page here. A release may have been withdrawn, or the address may be mistyped."),
                        Html.of("p", Html.link("/", "All releases")))
                .page(404);
    }
}
