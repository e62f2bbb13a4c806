package dev.repro.tests.release;

import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.JsonText;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Headless Chromium, spoken to by its DevTools protocol (chromedevtools.github.io/devtools-protocol).
final class Browser implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final String LISTENS = "DevTools listening on ";

    /// @param session of the tab
    record Event(String session, String method, Json.Obj params) {}

    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Long, CompletableFuture<Json.Obj>> answers = new ConcurrentHashMap<>();
    private final List<Event> events = new ArrayList<>();

    /// The program, if this machine has it.
    static Optional<String> program() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, "chromium"))) {
                return Optional.of(Path.of(folder, "chromium").toString());
            }
        }
        return Optional.empty();
    }

    /// @param profile an empty folder
    Browser(String program, Path profile) throws Exception {
        var command = new ArrayList<>(List.of(program, "--headless=new", "--remote-debugging-port=0", "--user-data-dir=" + profile, "--disable-gpu",
                "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check", "--disable-background-networking",
                        "--disable-component-update",
                "--disable-sync", "--disable-extensions", "--no-proxy-server", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-GB"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--no-sandbox"); // Chromium refuses to make one as root; the pages are ours
        }
        command.add("about:blank");
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(new File("/dev/null")).start();
        var address = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> drain(address));
        socket = http.newWebSocketBuilder().buildAsync(URI.create(address.get(PATIENCE_SECONDS, TimeUnit.SECONDS)), new Listener())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void drain(CompletableFuture<String> address) {
        var said = new StringBuilder();
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith(LISTENS)) {
                    address.complete(line.substring(LISTENS.length()).strip());
                }
            }
        } catch (IOException e) {
            said.append(e);
        }
        address.completeExceptionally(new IllegalStateException("chromium ended: " + said));
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean whole) {
            text.append(part);
            if (whole) {
                received(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            answers.values().forEach(a -> a.completeExceptionally(error));
        }
    }

    private void received(String message) {
        Map<String, Json> members = parse(message).members();
        if (members.get("id") instanceof Json.Int(long id)) {
            CompletableFuture<Json.Obj> answer = answers.remove(id);
            if (members.containsKey("error")) {
                answer.completeExceptionally(new IllegalStateException(message));
            } else {
                answer.complete((Json.Obj) members.get("result"));
            }
        } else {
            synchronized (events) {
                events.add(new Event(text(members.get("sessionId")), text(members.get("method")), (Json.Obj) members.get("params")));
                events.notifyAll();
            }
        }
    }

    private static Json.Obj parse(String message) {
        try {
            return (Json.Obj) JsonParser.parse(message);
        } catch (JsonParser.SyntaxException e) {
            throw new IllegalStateException(message.substring(0, Math.min(2000, message.length())), e);
        }
    }

    private static String text(Json value) {
        return value instanceof Json.Str(String text) ? text : "";
    }

    private Json.Obj call(String session, String method, Object... params) {
        long id = last.incrementAndGet();
        var answer = new CompletableFuture<Json.Obj>();
        answers.put(id, answer);
        Json.Obj message = Json.object("id", id, "method", method, "params", Json.object(params));
        try {
            synchronized (socket) { // one message at a time
                socket.sendText(JsonText.compact(session.isEmpty() ? message : message.with("sessionId", session)), true)
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + " " + message, e);
        }
    }

    /// An empty tab that runs no programs.
    Tab tab() {
        String target = text(call("", "Target.createTarget", "url", "about:blank").members().get("targetId"));
        String session = text(call("", "Target.attachToTarget", "targetId", target, "flatten", true).members().get("sessionId"));
        var tab = new Tab(session, target);
        for (String domain : List.of("Page", "Network", "Log", "Audits", "DOM", "Accessibility")) {
            tab.call(domain + ".enable");
        }
        tab.call("Emulation.setScriptExecutionDisabled", "value", true);
        return tab;
    }

    final class Tab implements AutoCloseable {
        private final String session;
        private final String target;

        private Tab(String session, String target) {
            this.session = session;
            this.target = target;
        }

        /// @param params alternating names and values
        Json.Obj call(String method, Object... params) {
            return Browser.this.call(session, method, params);
        }

        /// What happened in this tab since it was opened.
        List<Event> events(String method) {
            synchronized (events) {
                return events.stream().filter(e -> e.session.equals(session) && e.method.equals(method)).toList();
            }
        }

        /// Goes there, and waits until all is loaded.
        void go(String url) throws InterruptedException {
            int loaded = events("Page.loadEventFired").size();
            call("Page.navigate", "url", url);
            await("Page.loadEventFired", loaded);
        }

        /// Waits for one event of a kind more than `seen`.
        void await(String method, int seen) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            synchronized (events) {
                while (events(method).size() <= seen) {
                    long left = end - System.nanoTime();
                    if (left <= 0) {
                        throw new IllegalStateException("no " + method);
                    }
                    TimeUnit.NANOSECONDS.timedWait(events, left);
                }
            }
        }

        /// @param scheme `light` or `dark`
        void size(int width, int height, boolean phone, String scheme) {
            call("Emulation.setDeviceMetricsOverride", "width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone);
            call("Emulation.setEmulatedMedia", "features", List.of(Json.object("name", "prefers-color-scheme", "value", scheme)));
        }

        /// Of an expression that the test itself evaluates in the page.
        Json evaluate(String expression) {
            Json.Obj answer = call("Runtime.evaluate", "expression", expression, "returnByValue", true);
            if (answer.members().containsKey("exceptionDetails")) {
                throw new IllegalStateException(expression + ": " + JsonText.compact(answer));
            }
            return ((Json.Obj) answer.members().get("result")).members().get("value");
        }

        void key(String name, int code, int modifiers) {
            for (String type : List.of("rawKeyDown", "keyUp")) {
                call("Input.dispatchKeyEvent", "type", type, "key", name, "code", name, "windowsVirtualKeyCode", code, "modifiers", modifiers);
            }
        }

        @Override
        public void close() {
            Browser.this.call("", "Target.closeTarget", "targetId", target);
        }
    }

    @Override
    public void close() {
        call("", "Browser.close");
        socket.abort();
        http.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
