package dev.repro.snapshot.pages;

import java.util.List;

/// A table that becomes a list of cards on a phone. Roles are spelled out because `display` would take them away there.
final class Table {
    private final List<String> heads;
    private final Html.Element body = Html.of("tbody").with("role", "rowgroup");
    private final Html.Element table;

    /// @param heads the first column names its row
    Table(String caption, List<String> heads) {
        this.heads = heads;
        Html.Element row = Html.of("tr").with("role", "row");
        heads.forEach(h -> row.add(Html.of("th", h).with("scope", "col").with("role", "columnheader")));
        table = Html.of("table", Html.of("caption", caption), Html.of("thead", row).with("role", "rowgroup"), body).with("role", "table");
    }

    /// @param cells as many as there are heads
    void row(Html... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException("a row of " + cells.length + " cells in a table of " + heads.size() + " columns");
        }
        Html.Element row = Html.of("tr").with("role", "row");
        for (int i = 0; i < cells.length; i++) {
            row.add(i == 0 ? Html.of("th", cells[i]).with("scope", "row").with("role", "rowheader")
                    : Html.of("td", label(heads.get(i)), Html.of("div", cells[i])).with("role", "cell"));
        }
        body.add(row);
    }

    // Seen on a phone, where the heads are not; a reader hears the head anyway.
    private static Html label(String head) {
        return Html.of("span", head).css("label").with("aria-hidden", "true");
    }

    Html html() {
        return table;
    }
}
