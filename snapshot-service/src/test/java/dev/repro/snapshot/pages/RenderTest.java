package dev.repro.snapshot.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RenderTest {
    private final Samples site = Samples.small();

    private String page(String path) {
        return page(path, "", 200);
    }

    private String page(String path, String query, int status) {
        Page page = Pages.render(path, query, site).orElseThrow();
        assertEquals(status, page.status(), path);
        assertEquals("text/html; charset=utf-8", page.type());
        return new String(page.bytes(), StandardCharsets.UTF_8);
    }

    private static void has(String page, String... parts) {
        for (String part : parts) {
            assertTrue(page.contains(part), () -> "no `" + part + "` in " + page);
        }
    }

    @Test
    void releases() {
        has(page("/"), "<h1>Releases</h1>", "4 releases, the newest first", "<th scope=\"col\" role=\"columnheader\">Runs on</th>",
                "<a href=\"/releases/hello-net\"><bdi>hello-net</bdi></a>",
                "<a href=\"/releases/hello-net/1.2.0\" aria-label=\"hello-net 1.2.0\"><bdi>1.2.0</bdi></a>", "hvt, spt, virtio",
                "<a href=\"/releases/static-website/2026.11.3-rc.1%2Bbuild.77\"", "<form action=\"/\" method=\"get\" role=\"search\">",
                "<a href=\"/\" aria-current=\"page\">Releases</a>", "<html lang=\"en\">");
    }

    @Test
    void search() {
        has(page("/", "q=dns", 200), "<h1>Releases that match “dns”</h1>", "1 release matches", "value=\"dns\"");
        has(page("/", "q=%3Cscript%3E", 200), "No release has that", "value=\"&lt;script&gt;\"", "“&lt;script&gt;”");
        has(page("/", "q=", 200), "<h1>Releases</h1>");
        has(page("/", "q=%", 200), "<h1>Releases</h1>");
        has(page("/", "q=" + "x".repeat(5000), 200), "“" + "x".repeat(100) + "”");
    }

    @Test
    void onePackage() {
        String page = page("/releases/hello-net");
        has(page, "<li><span aria-current=\"page\"><bdi>hello-net</bdi></span></li>", "2 releases");
        assertFalse(page.contains("dns-primary"));
    }

    @Test
    void oneRelease() {
        String page = page("/releases/hello-net/1.2.0");
        String digest = Samples.digest("hello-net.hvt").hex();
        has(page, "<h1><bdi>hello-net 1.2.0</bdi></h1>", "3 images, one for each target, published <time", "<h2 id=\"image-" + digest
                + "\"><bdi>hello-net.hvt</bdi></h2>",
                "<dt>SHA-256</dt><dd><code class=\"hex\">" + digest.substring(0, 8) + "<wbr>", "1,302,224 bytes", "hvt, ABI version 2",
                "href=\"/targets/hello-net/1.2.0/" + digest + ".hello-net.hvt\"", "64 MiB to 256 MiB", "(--ipv4=[0-9.]+/[0-9]+)?",
                "<a href=\"/targets/hello-net/1.2.0/" + Samples.digest("lock") + ".repro.lock\">repro.lock</a>",
                "<a href=\"/targets/hello-net/1.2.0/" + Samples.digest("record") + ".hello-net.build.json\">", "2 keys of 3 signed, 2 are needed",
                "in 360 days", "<code>" + Samples.digest("dora").hex().substring(0, 8)
                        + "…</code> <bdi>dora</bdi> <span class=\"ok\">✓ signed</span>",
                "<bdi>carol</bdi> <span class=\"muted\">not signed</span>", "expires soon");
    }

    @Test
    void devicesAreDrawn() {
        String page = page("/releases/hello-net/1.2.0");
        has(page, "<ul class=\"side net\" aria-label=\"Network devices\">", "<bdi>management</bdi><span class=\"muted\">network</span>",
                "<bdi>config</bdi><span class=\"muted\">block, read-only</span>", "<bdi>storage</bdi><span class=\"muted\">block</span>",
                "It needs 2 network devices and 2 block devices: exactly these, nothing else.",
                        "It needs 1 network device: exactly this, nothing else.",
                "It takes no devices. A tender refuses to attach any.");
    }

    @Test
    void commandsToCopy() {
        String text = page("/releases/hello-net/1.2.0").replaceAll("</?span>", "");
        String digest = Samples.digest("hello-net.hvt").hex();
        has(text, "curl -f -o hello-net.hvt https://unikernels.example/targets/hello-net/1.2.0/" + digest + ".hello-net.hvt",
                "echo &#39;" + digest + "  hello-net.hvt&#39; | sha256sum -c",
                "repro verify hello-net.hvt --name hello-net@1.2.0 --service https://unikernels.example",
                "solo5-hvt --mem=256 --net:service=tap0 --net:management=tap1 --block:storage=storage.img --block:config=config.img -- hello-net.hvt",
                "solo5-spt --mem=512 --net:service=tap0 -- hello-net.spt");
        assertFalse(text.contains("solo5-virtio"));
    }

    @Test
    void rolesWorstFirstInWords() {
        String page = page("/roles");
        has(page, "<strong class=\"expired\">✕ expired 5 hours ago</strong>", "<strong class=\"time\">9 days left</strong> "
                + "<span class=\"status soon\">! expires soon</span>",
                        "role=\"img\" aria-label=\"root: 360 days left\"><title>root: 360 days left</title>",
                "no file yet", "delegated by <bdi>targets</bdi>", "2 of 3 keys");
        List<String> order = Pattern.compile("<th scope=\"row\" role=\"rowheader\"><div><bdi>([a-z-]+)</bdi>").matcher(page).results().map(m ->
                m.group(1)).toList();
        assertEquals(List.of("old-thing", "targets", "timestamp", "snapshot", "hello-net", "root", "new-team"), order);
    }

    @Test
    void activity() {
        String dora = Samples.digest("dora").hex();
        has(page("/activity"), "3 publications, the newest first", "<time datetime=\"2026-11-22T12:00:00Z\">", "<code>" + dora.substring(0, 8)
                + "…</code>",
                dora.substring(0, 8) + "<wbr>" + dora.substring(8, 16), "<bdi>hello-net</bdi><span class=\"muted\"> version 3</span>",
                        "this service");
    }

    @Test
    void nothingHostileSurvives() {
        for (String path : List.of("/", "/roles", "/activity", "/releases/hello-net/1.2.0")) {
            String page = page(path);
            assertFalse(page.contains("<script") || page.contains("\u202e") || page.contains("\0") || page.contains("alert(\""), path);
        }
        has(page("/roles"), "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\\u{202E}gpj.exe\\u{00}&amp;&#39;");
    }

    @Test
    void whatIsNotThere() {
        for (String path : List.of("/releases", "/releases/", "/releases/nothing", "/releases/hello-net/9", "/releases/hello-net/1.2.0/x",
                "/releases/..%2F..%2Fetc/passwd", "/releases/%00")) {
            has(page(path, "", 404), "<h1>Not found</h1>");
        }
        for (String query : List.of("page=2", "page=0", "page=-1", "page=x", "page=99999999999", "page=")) {
            page("/", query, 404);
        }
        for (String path : List.of("/healthz", "/v1/status", "/metadata/timestamp.json", "/x", "/roles/x", "/%", "/é", "")) {
            assertEquals(Optional.empty(), Pages.render(path, "", site).map(Page::status), path);
        }
        assertEquals(404, Pages.notFound(site).status());
    }

    @Test
    void longListsArePaged() {
        for (int i = 0; i < 246; i++) {
            site.rows.add(new Site.Row("many", "1.0." + i, List.of("hvt"), Optional.empty()));
            site.roles.add(Samples.role("role-" + i, "targets", Duration.ofDays(300), 1, Samples.holder("x", true)));
            site.activity.add(site.activity.getFirst());
        }
        for (String path : List.of("/", "/roles", "/activity")) {
            String first = page(path);
            assertEquals(100, rows(first), path);
            has(first, "<nav class=\"paging\" aria-label=\"Pages\">", "1–100 of 2", "page=2\" rel=\"next\">Next page</a>");
            assertFalse(first.contains("Previous page"));
            String last = page(path, "page=3", 200);
            assertTrue(rows(last) >= 49 && rows(last) <= 54, path + rows(last));
            has(last, "page=2\" rel=\"prev\">Previous page</a>");
            page(path, "page=4", 404);
        }
        has(page("/", "q=many", 200), "<a href=\"/?q=many&amp;page=2\" rel=\"next\">");
        has(page("/releases/many", "page=2", 200), "<a href=\"/releases/many?page=3\" rel=\"next\">");
    }

    private static int rows(String page) {
        return page.split("<th scope=\"row\"", -1).length - 1;
    }

    @Test
    void emptyRepository() {
        site.rows.clear();
        site.activity.clear();
        has(page("/"), "Nothing is released yet.");
        has(page("/activity"), "Nothing was published yet.");
    }

    @Test
    void assets() {
        Page style = Pages.render("/style.css", null, site).orElseThrow();
        assertEquals("text/css; charset=utf-8", style.type());
        assertTrue(new String(style.bytes(), StandardCharsets.UTF_8).contains("prefers-color-scheme: dark"));
        assertEquals("image/svg+xml", Pages.render("/favicon.svg", "", site).orElseThrow().type());
        assertTrue(Page.HEADERS.get("Content-Security-Policy").startsWith("default-src 'none'; style-src 'self'; img-src 'self' data:"));
    }
}
