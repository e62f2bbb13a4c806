package dev.repro.builder.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.LockedSource;
import dev.repro.builder.recipe.Recipe;
import dev.repro.builder.recipe.Recipes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fetches from git's own server program, `git http-backend`, as a hosting service runs it.
class GitOverHttpTest {

    @TempDir
    Path temp;
    private HttpServer server;
    private int status = 200;
    private String first;
    private String second;

    @BeforeEach
    void serve() throws Exception {
        Assumptions.assumeTrue(new ProcessBuilder("sh", "-c", "test -x \"$(git --exec-path)/git-http-backend\"").start().waitFor() == 0,
                "skipped: no git http-backend");
        try (var upstream = new TestRepository(temp.resolve("up"))) {
            first = upstream.put("main.c", "1").commit();
            upstream.tag("v1.0");
            second = upstream.put("main.c", "2").put("sub/x", "y").commit();
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    /// CGI, RFC 3875: the request in environment and standard input, the answer as headers, an empty line and the body.
    private void answer(HttpExchange exchange) throws IOException {
        if (status != 200) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"x\"");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
        var builder = new ProcessBuilder("git", "-c", "safe.directory=*", "-c", "uploadpack.allowAnySHA1InWant=true", "http-backend");
        var environment = builder.environment();
        environment.put("GIT_PROJECT_ROOT", temp.toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        environment.put("PATH_INFO", exchange.getRequestURI().getPath());
        environment.put("QUERY_STRING", exchange.getRequestURI().getQuery() == null ? "" : exchange.getRequestURI().getQuery());
        header(exchange, "Content-Type", environment, "CONTENT_TYPE");
        header(exchange, "Content-Encoding", environment, "HTTP_CONTENT_ENCODING");
        header(exchange, "Git-Protocol", environment, "GIT_PROTOCOL");
        byte[] request = exchange.getRequestBody().readAllBytes();
        environment.put("CONTENT_LENGTH", String.valueOf(request.length));
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var in = process.getOutputStream()) {
            in.write(request);
        }
        reply(exchange, process.getInputStream());
    }

    private static void header(HttpExchange exchange, String name, Map<String, String> environment, String variable) {
        String value = exchange.getRequestHeaders().getFirst(name);
        if (value != null) {
            environment.put(variable, value);
        }
    }

    private static void reply(HttpExchange exchange, InputStream out) throws IOException {
        int code = 200;
        for (String line = line(out); !line.isEmpty(); line = line(out)) {
            String[] parts = line.split(": ", 2);
            if (parts[0].equals("Status")) {
                code = Integer.parseInt(parts[1].substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(parts[0], parts[1]);
            }
        }
        exchange.sendResponseHeaders(code, 0);
        try (var body = exchange.getResponseBody()) {
            out.transferTo(body);
        }
    }

    private static String line(InputStream in) throws IOException {
        var out = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            out.write(c);
        }
        return out.toString(StandardCharsets.US_ASCII).strip();
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/up";
    }

    private Path recipeFile(String commit) throws IOException {
        return Files.writeString(temp.resolve("repro.toml"), Recipes.MINIMAL.replace("[toolchain]",
                "[source]\ngit = \"" + url() + "\"\ncommit = \"" + commit + "\"\n[toolchain]"));
    }

    private Source open(String commit, LockedSource locked, Path cache) throws Exception {
        Path file = recipeFile(commit);
        return locked == null ? Sources.resolve(file, Recipe.read(file), cache, false)
                : Sources.locked(file, Recipe.read(file), locked, cache, false);
    }

    @Test
    void lockingFetchesHistoryAndCheckingASingleCommit() throws Exception {
        for (String commit : new String[] {first, second}) {
            Path cache = temp.resolve("single-" + commit);
            try (Source source = open(commit, null, temp.resolve("cache")); Source again = open(commit, source.state().source(), cache)) {
                var locked = (LockedSource.Git) source.state().source();
                assertEquals(commit.equals(first) ? "v1.0" : "v1.0-1-g" + second.substring(0, 7), locked.describe());
                assertEquals(locked, again.state().source());
            }
            Path folder = cache.resolve("git").resolve(Digest.of(url().getBytes(StandardCharsets.UTF_8)).hex());
            assertFalse(Files.exists(folder.resolve("all")), "fetched whole");
        }
    }

    @Test
    void whatIsNotThereOrNotPublicIsTold() throws Exception {
        Problem commit = assertThrows(Problem.class, () -> open("f".repeat(40), null, temp.resolve("cache")));
        assertEquals(Problem.Exit.USAGE, commit.exit());
        status = 401;
        Problem closed = assertThrows(Problem.class, () -> open(first, null, temp.resolve("cache")));
        assertEquals(Problem.Exit.STORAGE, closed.exit());
        assertTrue(closed.hint().startsWith("only what needs no password can be rebuilt by others"), closed.line() + closed.hint());
        status = 500;
        assertEquals(Problem.Exit.STORAGE, assertThrows(Problem.class, () -> open(first, null, temp.resolve("cache"))).exit());
    }
}
