package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.release.LaunchLimits;
import dev.repro.tests.Repro;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pages of a real service in a real browser that runs no programs: how they look, that they are narrow enough for a phone, that keyboard
/// and screen reader reach everything, that nothing comes from elsewhere.
class PagesTest {
    private static final Path SHOTS = Repro.HOME.resolve("tests/target/screenshots");
    private static final double READABLE = 4.5; // WCAG 2.2, 1.4.3
    private static final int TAB = 9;

    @TempDir
    static Path folder;
    private static PagesSite site;
    private static Browser browser;
    private static Map<String, String> pages;

    @BeforeAll
    static void publish() throws Exception {
        Files.createDirectories(SHOTS);
        site = new PagesSite(folder);
        for (String name : List.of("hello", "web-frontend", "store")) {
            site.claim(name);
        }
        site.publish("hello", "1.0.0", LaunchLimits.NONE, "hello/hello.hvt");
        site.publish("hello", "1.1.0-rc.1+build.2026.11.22", LaunchLimits.NONE, "hello/hello.hvt", "hello/hello.spt", "hello/hello.virtio");
        site.publish("web-frontend", "2.4.0", new LaunchLimits(Optional.of(32L << 20), Optional.of(256L << 20), Optional.of("(--limit=[0-9]+)?"),
                List.of()), "net/net.hvt", "net/net.spt");
        site.publish("store", "0.9.1", new LaunchLimits(Optional.of(64L << 20), Optional.empty(), Optional.empty(), List.of("storage")),
                "blk/blk.hvt");
        pages = Map.of("releases", "/", "search", "/?q=hello", "package", "/releases/hello", "release", "/releases/web-frontend/2.4.0",
                "blocks", "/releases/store/0.9.1", "images", "/releases/hello/1.1.0-rc.1%2Bbuild.2026.11.22", "roles", "/roles",
                "activity", "/activity", "missing", "/releases/nothing");
        if (Browser.program().isPresent()) {
            browser = new Browser(Browser.program().get(), Files.createDirectory(folder.resolve("profile")));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        site.close();
    }

    @BeforeEach
    void needsBrowser() {
        Assumptions.assumeTrue(browser != null, "skipped: chromium is not installed (apt-get install chromium)");
    }

    private static Json at(Json json, String... names) {
        for (String name : names) {
            json = ((Json.Obj) json).members().get(name);
        }
        return json;
    }

    private static String text(Json json) {
        return json instanceof Json.Str(String value) ? value : json == null ? "" : JsonText.compact(json);
    }

    private static double number(Json json) {
        return json instanceof Json.Int(long value) ? value : json instanceof Json.Dec(var value) ? value.doubleValue() : Double.NaN;
    }

    @Test
    void lightDarkAndPhone() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            for (var page : pages.entrySet()) {
                var shots = new ArrayList<BufferedImage>();
                for (String scheme : List.of("light", "dark")) {
                    tab.size(1100, 800, false, scheme);
                    tab.go(site.url() + page.getValue());
                    shots.add(shot(tab, page.getKey() + "-" + scheme));
                }
                assertTrue(brightness(shots.get(0)) > 200, "light is not light: " + page.getKey());
                assertTrue(brightness(shots.get(1)) < 60, "dark is not dark: " + page.getKey());
                for (int width : List.of(320, 390)) {
                    tab.size(width, 700, true, width == 320 ? "light" : "dark");
                    tab.go(site.url() + page.getValue());
                    shot(tab, page.getKey() + "-" + width);
                    Json size = at(tab.call("Page.getLayoutMetrics"), "cssContentSize");
                    assertEquals(width, number(at(size, "width")), page.getKey() + " is wider than a phone");
                }
            }
        }
    }

    private static BufferedImage shot(Browser.Tab tab, String name) throws Exception {
        String data = text(at(tab.call("Page.captureScreenshot", "format", "png", "captureBeyondViewport", true), "data"));
        byte[] png = Base64.getDecoder().decode(data);
        Files.write(SHOTS.resolve(name + ".png"), png);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 2) {
            for (int x = 0; x < image.getWidth(); x += 2) {
                colours.add(image.getRGB(x, y));
            }
        }
        assertTrue(colours.size() > 20, "nothing to be seen on " + name);
        return image;
    }

    // 0 to 255, the middle of all points
    private static int brightness(BufferedImage image) {
        var count = new int[256];
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                count[((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3]++;
            }
        }
        int half = image.getHeight() * image.getWidth() / 2;
        int at = 0;
        for (int seen = count[0]; seen < half; seen += count[++at]) {
            assertTrue(at < 255);
        }
        return at;
    }

    @Test
    void textIsReadableInBothSchemes() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            for (String scheme : List.of("light", "dark")) {
                tab.size(1100, 800, false, scheme);
                for (var page : pages.entrySet()) {
                    tab.go(site.url() + page.getValue());
                    int texts = contrast(tab, scheme + " " + page.getKey());
                    assertTrue(texts > 10, texts + " texts on " + page.getKey());
                }
            }
        }
    }

    private static int contrast(Browser.Tab tab, String where) {
        List<Painted.Text> texts = Painted.texts(tab);
        for (Painted.Text text : texts) {
            double ratio = Colour.contrast(text.ink(), text.ground());
            assertTrue(ratio >= READABLE, where + ": " + text + " has a contrast of " + ratio);
        }
        return texts.size();
    }

    @Test
    void theKeyboardReachesEverything() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            tab.size(1100, 800, false, "light");
            for (var page : pages.entrySet()) {
                tab.go(site.url() + page.getValue());
                int all = (int) number(tab.evaluate("window.all = [...document.querySelectorAll('a[href], input, button, summary')];"
                        + " window.all.length"));
                for (int i = 0; i < all; i++) {
                    tab.key("Tab", TAB, 0);
                    String focus = text(tab.evaluate("(() => { const e = document.activeElement, s = getComputedStyle(e);"
                            + " const b = e.getBoundingClientRect();"
                            + " return [window.all.indexOf(e), s.outlineStyle, b.width > 0 && b.height > 0 && b.right > 0].join(' ') })()"));
                    assertEquals(i + " solid true", focus, page.getKey());
                }
            }
        }
    }

    @Test
    void theSkipLinkLeadsToTheContent() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            tab.size(1100, 800, false, "light");
            tab.go(site.url() + "/roles");
            tab.key("Tab", TAB, 0);
            assertEquals("Skip to content", text(tab.evaluate("document.activeElement.textContent")));
            tab.call("Input.dispatchKeyEvent", "type", "keyDown", "key", "Enter", "code", "Enter", "windowsVirtualKeyCode", 13, "text", "\r");
            tab.call("Input.dispatchKeyEvent", "type", "keyUp", "key", "Enter", "code", "Enter", "windowsVirtualKeyCode", 13);
            assertEquals("content", text(tab.evaluate("document.activeElement.id")));
        }
    }

    @Test
    void aScreenReaderFindsItsWay() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            for (boolean phone : List.of(false, true)) {
                tab.size(phone ? 320 : 1100, 800, phone, "light");
                for (var page : pages.entrySet()) {
                    tab.go(site.url() + page.getValue());
                    Tree tree = Tree.of(tab);
                    for (String landmark : List.of("banner", "main", "contentinfo")) {
                        assertEquals(1, tree.names(landmark).size(), landmark + " of " + page.getKey());
                    }
                    assertTrue(tree.names("navigation").contains("Site"), page.getKey());
                    assertFalse(tree.names("navigation").contains(""), "a navigation without a name on " + page.getKey());
                    for (String role : List.of("link", "button", "searchbox", "image", "table", "columnheader", "rowheader", "heading",
                            "DisclosureTriangle")) {
                        assertFalse(tree.names(role).contains(""), "a " + role + " without a name on " + page.getKey());
                    }
                    tree.checkHeadings(page.getKey());
                    assertEquals(text(tab.evaluate("document.documentElement.lang")), "en");
                }
            }
            tab.go(site.url() + "/roles");
            Tree roles = Tree.of(tab);
            assertEquals(List.of("Role", "Time left", "Version", "Signed by"), roles.names("columnheader"));
            assertEquals(7, roles.names("rowheader").size(), roles.names("rowheader").toString());
            assertTrue(roles.names("image").stream().anyMatch(n -> n.matches("timestamp: 6 days left")), roles.names("image").toString());
        }
    }

    @Test
    void nothingComesFromElsewhereAndNothingIsForbidden() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            for (String page : pages.values()) {
                tab.go(site.url() + page);
            }
            Set<String> asked = new HashSet<>();
            for (Browser.Event event : tab.events("Network.requestWillBeSent")) {
                URI url = URI.create(text(at(event.params(), "request", "url")));
                assertEquals(URI.create(site.url()).getAuthority(), url.getAuthority(), url.toString());
                asked.add(url.getPath());
            }
            assertTrue(asked.contains("/style.css"), asked.toString());
            List<String> log = tab.events("Log.entryAdded").stream().map(e -> text(at(e.params(), "entry", "text")))
                    .filter(t -> !t.contains("404")).toList();
            assertEquals(List.of(), log);
            assertEquals(List.of(), tab.events("Audits.issueAdded").stream().map(e -> JsonText.compact(e.params())).toList());
        }
    }

    @Test
    void theContentSecurityPolicyHolds() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            tab.call("Emulation.setScriptExecutionDisabled", "value", false);
            tab.go(site.url() + "/");
            // That a violation would be seen at all:
            tab.evaluate("document.body.setAttribute('style', 'color: red'); const i = document.createElement('img');"
                    + " i.src = 'http://127.0.0.1:9/x.png';"
                    + " document.body.append(i); 0");
            tab.go(site.url() + "/roles");
            List<String> log = tab.events("Log.entryAdded").stream().map(e -> text(at(e.params(), "entry", "text"))).toList();
            assertTrue(log.stream().anyMatch(t -> t.contains("style-src")) && log.stream().anyMatch(t -> t.contains("img-src")), log.toString());
        }
    }

    @Test
    void theSearchBoxFinds() throws Exception {
        try (Browser.Tab tab = browser.tab()) {
            tab.size(1100, 800, false, "light");
            tab.go(site.url() + "/");
            tab.evaluate("document.getElementById('q').focus()");
            tab.call("Input.insertText", "text", "web-f");
            int loaded = tab.events("Page.loadEventFired").size();
            tab.call("Input.dispatchKeyEvent", "type", "keyDown", "key", "Enter", "code", "Enter", "windowsVirtualKeyCode", 13, "text", "\r");
            tab.await("Page.loadEventFired", loaded);
            assertEquals(site.url() + "/?q=web-f", text(tab.evaluate("location.href")));
            assertEquals("web-frontend", text(tab.evaluate("[...document.querySelectorAll('tbody th')].map(e => e.innerText).join()")));
        }
    }

    @Test
    void whatThePageSaysIsTrue() throws Exception {
        String release = new String(site.get("/releases/web-frontend/2.4.0", Map.of()).body(), StandardCharsets.UTF_8);
        var image = dev.repro.base.Digest.of(Repro.HOME.resolve("examples/net/net.hvt")).hex();
        assertTrue(release.contains("href=\"/targets/web-frontend/2.4.0/" + image + ".net.hvt\""), release);
        assertEquals(200, site.get("/targets/web-frontend/2.4.0/" + image + ".net.hvt", Map.of()).statusCode());
        assertTrue(release.contains("1 key of 1 signed, 1 is needed") && release.contains(site.author().key().keyid().substring(0, 8)), release);
        String activity = new String(site.get("/activity", Map.of()).body(), StandardCharsets.UTF_8);
        assertTrue(activity.contains("web-frontend 2.4.0") && activity.contains(site.author().key().keyid().substring(0, 8)), activity);
        String forwarded = new String(site.get("/releases/store/0.9.1", Map.of("X-Forwarded-Proto", "https")).body(), StandardCharsets.UTF_8);
        assertTrue(forwarded.contains("<span>--service</span> <span>https://127.0.0.1:"), forwarded);
        assertNotEquals(200, site.get("/releases/..%2f..%2fkeys", Map.of()).statusCode());
        assertFalse(site.log().contains("\"event\":\"bug\""), site.log());
    }
}
