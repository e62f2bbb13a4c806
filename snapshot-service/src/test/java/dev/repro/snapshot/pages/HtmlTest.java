package dev.repro.snapshot.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlTest {

    @Test
    void textIsText() {
        assertEquals("<p>&lt;b&gt;&amp;amp; &quot;a&quot; &#39;b&#39;</p>", Html.of("p", "<b>&amp; \"a\" 'b'").html());
        assertEquals("<a href=\"/a?b=1&amp;c=%22\">&lt;</a>", Html.link("/a?b=1&c=%22", "<").html());
        assertEquals("<p title=\"&quot;&gt;&lt;script&gt;\"></p>", Html.of("p").with("title", "\"><script>").html());
        assertEquals("<p>a<br>b</p>", Html.of("p", Html.text("a"), Html.of("br"), Html.text("b")).html());
    }

    @Test
    void whatDoesNotShowIsSpelledOut() {
        assertEquals("<bdi>\\u{202E}gpj.exe</bdi>", Html.foreign("\u202egpj.exe").html());
        assertEquals("a\\u{00}\\u{0A}\\u{0D}\\u{09}b", Visible.of("a\0\n\r\tb"));
        for (String hidden : List.of("\u200b", "\u200e", "\u200f", "\u061c", "\u2066", "\u2069", "\u00ad", "\ufeff", "\u2028", "\u2029", "\u00a0",
                "\u3000",
                "\u0085", "\u007f", "\ue000", "\ud800", "\udc00", "\uffff", "\u3164", "\u115f", "\ufe0f", "\u034f", "\udb40\udc41", "\udb40\udd00")) {
            assertEquals("a" + String.format("\\u{%02X}", hidden.codePointAt(0)) + "b", Visible.of("a" + hidden + "b"));
        }
        for (String shown : List.of("", "hello-net 1.0.0", "Zoë", "שלום", "日本語", "😀", "a b", "\\u{202E}", "ﬁ")) {
            assertEquals(shown, Visible.of(shown));
        }
    }

    @Test
    void attributesAreSpelledOutToo() {
        assertEquals("<p title=\"\\u{2066}&quot;\"></p>", Html.of("p").with("title", "\u2066\"").html());
    }

    @Test
    void thereIsNoWayToProgramsStylesAndOtherSites() {
        for (String tag : List.of("script", "style", "iframe", "object", "embed", "base", "p><script", "P", "")) {
            assertThrows(IllegalArgumentException.class, () -> Html.of(tag), tag);
        }
        for (String name : List.of("onclick", "style", "srcdoc", "a b", "a=", "x>", "ONCLICK", "")) {
            assertThrows(IllegalArgumentException.class, () -> Html.of("p").with(name, "x"), name);
        }
        for (String link : List.of("javascript:alert(1)", "//evil.example/", "https://evil.example/", "data:text/html,x", "/\\evil.example", " /a",
                "", "a")) {
            assertThrows(IllegalArgumentException.class, () -> Html.link(link, "x"), link);
            assertThrows(IllegalArgumentException.class, () -> Html.of("form").with("action", link), link);
        }
        assertThrows(IllegalArgumentException.class, () -> Html.of("br").add("x"));
    }

    @Test
    void everythingTakenTogetherCannotLeaveItsPlace() {
        String html = Html.of("p", Html.foreign(Samples.HOSTILE)).with("title", Samples.HOSTILE).html();
        assertFalse(html.contains("<script") || html.contains("\u202e") || html.contains("\0") || html.contains("alert(\""), html);
    }
}
