package dev.repro.snapshot.pages;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Every role with the time that it has left, the one that needs care first first.
final class RolesPage {
    private static final double SCALE = Math.log1p(Duration.ofDays(2 * 365).toHours());
    private static final List<Long> TICKS = List.of(24L, 7 * 24L, 30 * 24L, 365 * 24L); // hours

    private RolesPage() {}

    static Optional<Page> render(Paging paging, Site site) {
        Site.Slice<Site.Role> roles = site.roles(paging.from(), Paging.SIZE);
        if (!paging.isOf(roles.total())) {
            return Optional.empty();
        }
        var table = new Table(Words.count(roles.total(), "role") + ", what needs care first first", List.of("Role", "Time left", "Version",
                "Signed by"));
        for (Site.Role role : roles.items()) {
            Html.Element name = Html.of("div", Html.foreign(role.name().text()));
            role.delegator().ifPresent(by -> name.add(Html.of("span").add("delegated by ").add(Html.foreign(by.text())).css("muted")));
            table.row(name, left(role, site.now()), Html.of("span", role.version() == 0 ? "–" : Words.grouped(role.version())),
                    Html.of("div", Html.of("span", role.revoked() ? "nobody" : Keys.threshold(role)), Keys.list(role.keys(), role.version() > 0)));
        }
        return Optional.of(new Frame(site, "Roles", "/roles")
                .add(Html.of("h1", "Roles"),
                        Html.of("p", "Who may sign what, and until when readers accept what they signed. A role that expires stops its part of the"
                                + " repository until it is signed anew.").css("lead"),
                        Html.of("p", "The marks on a bar are a day, a week, 30 days and a year.").css("muted"),
                        table.html(), paging.links("/roles?", roles.total()))
                .page(200));
    }

    private static Html left(Site.Role role, Instant now) {
        Attention attention = Attention.of(role, now);
        if (role.expires().isEmpty()) {
            return status(attention);
        }
        Instant end = role.expires().get();
        Html.Element out = Html.of("div").css("left");
        if (end.equals(Instant.MAX)) {
            return out.add(Html.of("span", "does not expire"));
        }
        String distance = attention == Attention.EXPIRED ? "✕ expired " + Words.distance(now, end) : Words.length(Duration.between(now, end))
                + " left";
        Html.Element line = Html.of("p", Html.of("strong", distance).css(attention == Attention.EXPIRED ? "expired" : "time"), Html.text(" "));
        if (attention == Attention.SOON) {
            line.add(status(attention)).add(" ");
        }
        return out.add(line.add(Html.of("span", Words.time(end)).css("muted")), bar(role, attention, distance, now));
    }

    static Html status(Attention attention) {
        String sign = switch (attention) {
            case EXPIRED -> "✕ ";
            case SOON -> "! ";
            case FINE -> "✓ ";
            case NONE, REVOKED -> "";
        };
        return Html.of("span", sign + attention.word()).css("status " + attention.name().toLowerCase(Locale.ROOT));
    }

    private static Html bar(Site.Role role, Attention attention, String distance, Instant now) {
        double hours = Math.max(0, Duration.between(now, role.expires().orElseThrow()).toMinutes() / 60.0);
        Html.Element out = Html.of("svg").css("bar " + attention.name().toLowerCase(Locale.ROOT)).with("viewBox", "0 0 100 8")
                .with("preserveAspectRatio", "none").with("role", "img").with("aria-label", role.name() + ": " + distance)
                .add(Html.of("title", role.name() + ": " + distance), rect("track", 0, 100), rect("fill", 0, part(hours)));
        TICKS.forEach(t -> out.add(rect("tick", part(t), 0.3)));
        return out;
    }

    private static double part(double hours) {
        return Math.min(100, 100 * Math.log1p(hours) / SCALE);
    }

    private static Html rect(String css, double x, double width) {
        return Html.of("rect").css(css).with("x", number(x)).with("y", "0").with("width", number(width)).with("height", "8");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
