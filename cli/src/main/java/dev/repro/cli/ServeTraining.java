package dev.repro.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of [Training] for services, which are to be back within a second: the first start of one and the next, each asked for what is asked most.
final class ServeTraining {
    private static final Pattern URL = Pattern.compile("serving +(http://[^\\s]+)");
    private static final List<String> REQUESTS = List.of("GET /healthz", "GET /readyz", "GET /metadata/timestamp.json", "GET /metadata/2.root.json", "GET /v1/status",
            "GET /metrics", "POST /v1/submissions");
    private static final byte[] BODY = "{\"schema\":\"repro.submission.v1\",\"files\":[]}".getBytes(StandardCharsets.UTF_8);

    private final Path folder;
    private final Map<String, String> env;

    ServeTraining(Path folder, Map<String, String> env) {
        this.folder = folder;
        this.env = env;
    }

    void run() throws IOException, InterruptedException {
        for (int start = 0; start < 2; start++) {
            var said = new ByteArrayOutputStream();
            var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
            Thread service = Thread.ofPlatform().start(() -> Main.run(new String[] {"serve", "--dir", "home", "--listen", "127.0.0.1:0"},
                    new Main.Streams(stream, stream, false, false), env, folder));
            Matcher url = URL.matcher("");
            while (service.isAlive() && !url.reset(said.toString(StandardCharsets.UTF_8)).find()) {
                Thread.sleep(10);
            }
            if (service.isAlive()) {
                ask(URI.create(url.group(1)));
            }
            service.interrupt();
            service.join();
        }
    }

    private static void ask(URI url) throws IOException {
        for (String request : REQUESTS) {
            try (var socket = new Socket(url.getHost(), url.getPort())) {
                socket.getOutputStream().write((request + " HTTP/1.1\r\nHost: it\r\nConnection: close\r\nContent-Length: "
                        + (request.startsWith("POST") ? BODY.length : 0) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                if (request.startsWith("POST")) {
                    socket.getOutputStream().write(BODY);
                }
                socket.getInputStream().readAllBytes();
            }
        }
    }
}
