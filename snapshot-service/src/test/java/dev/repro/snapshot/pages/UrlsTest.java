package dev.repro.snapshot.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.tuf.TargetName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UrlsTest {

    @Test
    void pathsAreDecodedStrictly() {
        assertEquals(Optional.of(List.of("")), Urls.segments("/"));
        assertEquals(Optional.of(List.of("releases", "a b", "1.0+x~y/..")), Urls.segments("/releases/a%20b/1.0+x~y%2F.."));
        for (String bad : List.of("", "a", "/%", "/%4", "/%zz", "/%ff", "/%c0%80", "/%ed%a0%80", "/é")) {
            assertTrue(Urls.segments(bad).isEmpty(), bad);
        }
    }

    @Test
    void whatIsEncodedIsDecoded() {
        for (String text : List.of("hello", "1.0.0+build~1", "a/b?c#d%e f*g", "Zoë 😀", Samples.HOSTILE)) {
            assertEquals(Optional.of(List.of(text)), Urls.segments("/" + Urls.encode(text)));
            assertEquals(Optional.of(text), Urls.field("x=1&q=" + Urls.encode(text), "q"));
        }
        assertEquals(Optional.of("a b"), Urls.field("q=a+b&q=c", "q"));
        assertEquals(Optional.empty(), Urls.field("page=1", "q"));
        assertEquals(Optional.empty(), Urls.field("q=%", "q"));
        assertEquals("/targets/hello/1.0.0/" + Samples.digest("x") + ".hello.hvt", Urls.file(new TargetName("hello/1.0.0/hello.hvt"),
                Samples.digest("x")));
    }

    @Test
    void timesInWords() {
        Instant now = Samples.NOW;
        assertEquals("in 83 days", Words.distance(now, now.plus(Duration.ofDays(83).plusHours(23))));
        assertEquals("in 47 hours", Words.distance(now, now.plus(Duration.ofHours(47))));
        assertEquals("in 2 years", Words.distance(now, now.plus(Duration.ofDays(800))));
        assertEquals("5 minutes ago", Words.distance(now, now.minusSeconds(301)));
        assertEquals("in 1 second", Words.distance(now, now));
        assertEquals("<time datetime=\"2026-11-22T14:00:00Z\">22 Nov 2026, 14:00 UTC</time>", Words.time(now).html());
        assertEquals("1,302,224 bytes", Words.memory(1_302_224));
        assertEquals("64 MiB", Words.memory(64 << 20));
    }

    @Test
    void commandsAreQuoted() {
        assertEquals("--net:service=tap0", Commands.quoted("--net:service=tap0"));
        for (String word : List.of("", "a b", "$(rm -rf /)", "`x`", "a;b", "~root", "it's", "-x>y", "a\\b", "*", "!x", "#x")) {
            assertEquals("'" + word.replace("'", "'\\''") + "'", Commands.quoted(word));
        }
    }
}
