package dev.repro.snapshot.pages;

import java.util.List;

/// Keys and who holds them, short, each with its whole id to be had.
final class Keys {

    private Keys() {}

    /// `2 of 3 keys`
    static String threshold(Site.Role role) {
        return role.threshold() + " of " + Words.count(role.keys().size(), "key");
    }

    /// Each key with its owner, kind, and whether it has signed; the whole id opens without a program.
    static Html list(List<Site.Holder> keys, boolean withFile) {
        Html.Element out = Html.of("ul").css("keys");
        for (Site.Holder key : keys) {
            Html.Element summary = Html.of("summary", Html.of("code", Words.brief(key.keyid())));
            if (!key.owner().isEmpty()) {
                summary.add(" ").add(Html.foreign(key.owner()));
            }
            if (withFile) {
                summary.add(" ").add(Html.of("span", key.signed() ? "✓ signed" : "not signed").css(key.signed() ? "ok" : "muted"));
            }
            out.add(Html.of("li", Html.of("details", summary, Html.of("p", Html.text(key.scheme() + " "), Words.hex(key.keyid())))));
        }
        return out;
    }

    /// Ids alone, whole ones on hover and for a screen reader by opening.
    static Html ids(List<String> keyids) {
        Html.Element out = Html.of("ul").css("keys");
        keyids.forEach(id -> out.add(Html.of("li", Html.of("details", Html.of("summary", Html.of("code", Words.brief(id))), Html.of("p",
                Words.hex(id))))));
        return out;
    }
}
