package dev.repro.snapshot.pages;

import java.util.Optional;

/// Long lists in pages of at most [#SIZE] rows.
///
/// @param number of the page, from 1
record Paging(int number) {
    static final int SIZE = 100;
    private static final int MAX = 10_000_000; // no list is so long

    /// @return empty if `page` of the query is no number of a page
    static Optional<Paging> of(String rawQuery) {
        String text = Urls.field(rawQuery, "page").orElse("1");
        return text.matches("[1-9][0-9]{0,7}") && Integer.parseInt(text) <= MAX ? Optional.of(new Paging(Integer.parseInt(text))) : Optional.empty();
    }

    int from() {
        return (number - 1) * SIZE;
    }

    /// Whether there is such a page of that many rows; the first is always there.
    boolean isOf(int total) {
        return number == 1 || from() < total;
    }

    /// Links to the pages before and after, or nothing if all is on one page.
    ///
    /// @param path with `?`, if there are other fields of the query with them and `&`
    Html links(String path, int total) {
        Html.Element list = Html.of("ul");
        if (number > 1) {
            list.add(Html.of("li", Html.link(path + "page=" + (number - 1), "Previous page").with("rel", "prev")));
        }
        int last = Math.min(total, from() + SIZE);
        list.add(Html.of("li", Words.grouped(from() + 1) + "–" + Words.grouped(last) + " of " + Words.grouped(total)));
        if (last < total) {
            list.add(Html.of("li", Html.link(path + "page=" + (number + 1), "Next page").with("rel", "next")));
        }
        return total <= SIZE ? Html.of("div") : Html.of("nav", list).css("paging").with("aria-label", "Pages");
    }
}
