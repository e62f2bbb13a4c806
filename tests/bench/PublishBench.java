import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.release.Extras;
import dev.repro.release.Made;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.release.Withdrawn;
import dev.repro.snapshot.Home;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Publisher;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Publishing through `repro serve`, and reading from it next to nginx. From the root of a checkout, after a build:
///
///     java -cp 'cli/target/lib/*' tests/bench/PublishBench.java [PART…]
///
/// PART: `publish` (one author, 100 authors), `targets` (repositories of 10^4, 10^5, 10^6 targets), `bins` (20,000 targets in 16,384 bins,
/// right after the start), `read` (wrk, next to nginx), `start`; default: all but `bins`. Prints rows for docs/benchmarks.md. The service is a process of its own; files are forced to the disk.
final class PublishBench {
    private static final int AUTHORS = 100;
    private static final int WARM = 100;
    private static final int MEASURED = 200;
    private static final int EACH = 20; // releases of each of many authors

    private final Path work;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private PublishBench(Path work) {
        this.work = work;
    }

    public static void main(String[] args) throws Exception {
        List<String> parts = args.length == 0 ? List.of("start", "publish", "targets", "read") : List.of(args);
        var bench = new PublishBench(Files.createTempDirectory(Path.of("").toAbsolutePath(), ".publish-bench"));
        try {
            for (String part : parts) {
                switch (part) {
                    case "start" -> bench.start();
                    case "publish" -> bench.publish();
                    case "targets" -> bench.targets(new int[][] {{0, 0}, {10_000, 8}, {100_000, 11}, {1_000_000, 14}});
                    case "bins" -> bench.targets(new int[][] {{20_000, 14}});
                    case "read" -> bench.read();
                    default -> throw new IllegalArgumentException("no such part: " + part);
                }
            }
        } finally {
            bench.http.shutdownNow();
            run("rm", "-rf", bench.work.toString());
        }
    }

    /// A package's author: the role's metadata as JSON, one version after the other.
    private static final class Author {
        private final String name;
        private final Signer key = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
        private final SortedMap<String, Json> targets = new TreeMap<>();
        private final SortedMap<String, Json> listed = new TreeMap<>();
        private final SortedMap<String, Json> withdrawn = new TreeMap<>();
        private int version = 1; // the first one is empty, and published with the delegation

        private Author(String name) {
            this.name = name;
        }

        /// @param files what must be uploaded for it
        private record Release(byte[] submission, List<byte[]> files) {}

        private void withdraw() {
            withdrawn.putAll(listed);
            listed.clear();
            targets.clear();
        }

        private Release next(Path image, Path work) throws Exception {
            version++;
            Made made = ReleaseMaker.make(name, "1.0." + version, List.of(image), Extras.NONE.withWork(work));
            byte[] envelope = ReleaseStatement.sign(made.release(), List.of(key));
            ReleaseTargets.targets(made, envelope).forEach((target, json) -> targets.put(target.text(), json));
            listed.put(name + "/1.0." + version, new Json.Str(made.release().digest().hex()));
            var files = new ArrayList<byte[]>(List.of(envelope));
            for (Path file : made.files().values()) {
                files.add(Files.readAllBytes(file));
            }
            Json.Obj signed = Json.object("_type", "targets", "spec_version", "1.0.34", "version", version, "expires",
                    Instant.now().plusSeconds(300 * 86_400).truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString(), "targets",
                            new Json.Obj(targets), Withdrawn.MEMBER, new Json.Obj(withdrawn));
            byte[] canonical = JsonText.canonical(signed);
            Json file = Json.object("signatures", List.of(Json.object("keyid", key.key().keyid(), "sig", HexFormat.of()
                    .formatHex(key.sign(canonical)))),
                    "signed", signed);
            return new Release(submission(name, JsonText.compact(file).getBytes(StandardCharsets.UTF_8)), files);
        }
    }

    private static byte[] submission(String role, byte[] metadata) {
        return JsonText.compact(Json.object("schema", "repro.submission.v1", "files", List.of(Json.object("role", role, "metadata",
                Base64.getEncoder().encodeToString(metadata))), "message", "bench")).getBytes(StandardCharsets.UTF_8);
    }

    /// A service of its own process in a folder.
    private final class Running implements AutoCloseable {
        private final Process process;
        private final String url;
        private final double startMillis;

        private Running(Path home) throws Exception {
            int port = freePort();
            url = "http://127.0.0.1:" + port;
            long start = System.nanoTime();
            process = new ProcessBuilder("./repro", "serve", "--dir", home.toString(), "--listen", "127.0.0.1:" + port, "--no-rates")
                    .redirectErrorStream(true).redirectOutput(work.resolve("serve.log").toFile()).start();
            while (!answers()) {
                if (!process.isAlive()) {
                    throw new IllegalStateException(Files.readString(work.resolve("serve.log")));
                }
                Thread.sleep(5);
            }
            startMillis = (System.nanoTime() - start) / 1e6;
        }

        private boolean answers() throws InterruptedException {
            try {
                return http.send(HttpRequest.newBuilder(URI.create(url + "/readyz")).build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode() == 200;
            } catch (java.io.IOException e) {
                return false;
            }
        }

        private int post(byte[] submission) throws Exception {
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(url + "/v1/submissions"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(submission)).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException(answer.body());
            }
            return answer.statusCode();
        }

        private void upload(byte[] file) throws Exception {
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(url + "/v1/blobs/" + Digest.of(file)))
                    .header("Upload-Offset", "0")
                    .header("Upload-Length", "" + file.length).header("Content-Type", "application/partial-upload")
                    .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(file)).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 204 && answer.statusCode() != 409) { // somebody else is uploading the same file
                throw new IllegalStateException(answer.body());
            }
        }

        /// All of a publication: announced, uploaded, published.
        private void publish(Author.Release release) throws Exception {
            while (post(release.submission) == 202) {
                for (byte[] file : release.files) {
                    upload(file);
                }
            }
        }

        @Override
        public void close() throws Exception {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.waitFor();
        }
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Path image() {
        return Path.of("examples/hello/hello.hvt").toAbsolutePath();
    }

    /// A new home with one role for each author, and `targets` others in hash bins.
    private Path home(String name, List<Author> authors, int targets, int bits) throws Exception {
        Path folder = work.resolve(name);
        try (var home = Home.open(folder, Optional.empty(), Instant.now())) {
            var signers = new ArrayList<Signer>();
            for (String key : new String[] {"root-1", "root-2", "targets-1", "targets-2", "snapshot", "timestamp"}) {
                signers.add(Signers.open(home.keys().resolve(key + ".pem").toString(), Passwords.none()));
            }
            authors.forEach(a -> signers.add(a.key));
            try (Store store = Stores.open(home.repository())) {
                Editor editor = Editor.of(Repository.read(store), Instant.now());
                for (Author author : authors) {
                    editor.delegate(RoleName.TARGETS, author.name, List.of(author.name + "/*/*"), List.of(), false,
                            new Editor.Keys(List.of(new KeyHolder(author.key.key(), author.name)), 1));
                }
                if (targets > 0) {
                    var keys = new Editor.Keys(List.of(new KeyHolder(signers.get(2).key(), "bins")), 1);
                    editor.delegate(RoleName.TARGETS, "rest", List.of("*/*/*"), List.of(), false, keys);
                    editor.delegateBins(new RoleName("rest"), bits, "bin", keys).add(unseen(targets), Optional.empty());
                }
                Proposal proposal = Signing.sign(editor.proposal(), signers);
                new Publisher(signers, Instant.now()).filesElsewhere().publish(proposal, "bench");
            }
        }
        return folder;
    }

    private static Map<TargetName, Editor.Addition> unseen(int count) {
        var out = new TreeMap<TargetName, Editor.Addition>();
        for (int i = 0; i < count; i++) {
            String name = "pkg" + i % 1000 + "/" + i / 1000 + "/app.hvt";
            out.put(new TargetName(name), new Editor.Addition(new Blob(Path.of("nowhere"), 1000 + i,
                    Digest.of(name.getBytes(StandardCharsets.UTF_8))),
                    Json.object()));
        }
        return out;
    }

    private List<Author.Release> releases(Author author, int count) throws Exception {
        var out = new ArrayList<Author.Release>();
        for (int i = 0; i < count; i++) {
            out.add(author.next(image(), work));
            if (i % 50 == 49) {
                author.withdraw(); // or the role's file would grow and with it what is measured
            }
        }
        return out;
    }

    private record Latency(double[] whole, double[] last) {
        private static double part(double[] sorted, double part) {
            return sorted[(int) Math.min(sorted.length - 1, sorted.length * part)];
        }

        private String row(String name) {
            return String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.1f | %.1f |", name, part(last, 0.5), part(last, 0.99), part(whole, 0.5),
                    part(whole, 0.99));
        }
    }

    private Latency latency(Running service, Author author) throws Exception {
        List<Author.Release> releases = releases(author, WARM + MEASURED);
        var whole = new double[MEASURED];
        var last = new double[MEASURED];
        for (int i = 0; i < releases.size(); i++) {
            Author.Release release = releases.get(i);
            long start = System.nanoTime();
            service.post(release.submission);
            for (byte[] file : release.files) {
                service.upload(file);
            }
            long ready = System.nanoTime();
            if (service.post(release.submission) != 200) {
                throw new IllegalStateException("not published");
            }
            if (i >= WARM) {
                whole[i - WARM] = (System.nanoTime() - start) / 1e6;
                last[i - WARM] = (System.nanoTime() - ready) / 1e6;
            }
        }
        Arrays.sort(whole);
        Arrays.sort(last);
        return new Latency(whole, last);
    }

    private static void latencyHead() {
        System.out.println("| one author, idle service | publication ms, median | p99 | with uploads ms, median | p99 |\n|---|---|---|---|---|");
    }

    private void publish() throws Exception {
        var authors = new ArrayList<Author>();
        for (int i = 0; i <= AUTHORS; i++) {
            authors.add(new Author("a" + i));
        }
        Path home = home("publish", authors, 0, 0);
        try (var service = new Running(home)) {
            latencyHead();
            Latency one = latency(service, authors.getLast());
            System.out.println(one.row("101 roles"));
            double single = 1000 / mean(one.whole);
            double many = many(service, authors.subList(0, AUTHORS));
            System.out.println("\n| authors at once | releases/s | of one author |\n|---|---|---|");
            System.out.printf(Locale.ROOT, "| 1 | %.1f | 1.0 |%n| %d | %.1f | %.1f |%n%n", single, AUTHORS, many, many / single);
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /// Releases in a second, each announced, uploaded and published, when all authors publish one after the other of theirs.
    private double many(Running service, List<Author> authors) throws Exception {
        var prepared = new ArrayList<List<Author.Release>>();
        for (Author author : authors) {
            prepared.add(releases(author, EACH + 2));
        }
        together(service, prepared, 0, 2); // warm
        long start = System.nanoTime();
        int count = together(service, prepared, 2, EACH + 2);
        return count / ((System.nanoTime() - start) / 1e9);
    }

    private static int together(Running service, List<List<Author.Release>> prepared, int from, int to) throws Exception {
        var count = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = prepared.stream().map(releases -> threads.submit(() -> {
                for (Author.Release release : releases.subList(from, to)) {
                    service.publish(release);
                    count.incrementAndGet();
                }
                return null;
            })).toList();
            for (var one : all) {
                one.get();
            }
        }
        return count.get();
    }

    private void targets(int[][] sizes) throws Exception {
        latencyHead();
        for (int[] size : sizes) {
            var author = new Author("a");
            Path home = home("targets" + size[0], List.of(author), size[0], size[1]);
            try (var service = new Running(home)) {
                System.out.printf(Locale.ROOT, "| start until ready, %,d targets | %.0f | | | |%n", size[0], service.startMillis);
                System.out.println(latency(service, author).row(String.format(Locale.ROOT, "%,d targets%s", size[0], size[0] == 0 ? ""
                        : String.format(Locale.ROOT, " in %,d bins", 1 << size[1]))));
            }
            run("rm", "-rf", home.toString());
        }
        System.out.println();
    }

    private void start() throws Exception {
        var times = new double[11];
        Path home = home("start", List.of(new Author("a")), 0, 0);
        for (int i = 0; i < times.length; i++) {
            try (var service = new Running(home)) {
                times[i] = service.startMillis;
            }
        }
        double[] warm = Arrays.copyOfRange(times, 1, times.length); // the first may make the start-up cache
        Arrays.sort(warm);
        System.out.printf(Locale.ROOT, "| start until ready, ms | %.0f |%n|---|---|%n%n", Latency.part(warm, 0.5));
    }

    /// The same folder by nginx and by the service, one after the other, in turns.
    private void read() throws Exception {
        if (which("nginx").isEmpty() || which("wrk").isEmpty()) {
            System.out.println("skipped: reading (needs the Debian packages nginx-light and wrk)");
            return;
        }
        var author = new Author("a");
        Path home = home("read", List.of(author), 10_000, 8);
        try (var service = new Running(home); var nginx = nginx(home.resolve("repository"))) {
            for (Author.Release release : releases(author, 3)) {
                service.publish(release);
            }
            Digest digest = Digest.of(image());
            System.out.println("| read by wrk -t2 -c32, requests/s | nginx | repro serve | part |\n|---|---|---|---|");
            for (String path : List.of("/metadata/timestamp.json", "/metadata/2.rest.json", "/metadata/2.bin-00.json",
                    "/targets/a/1.0.2/" + digest + ".hello.hvt")) {
                double theirs = 0;
                double ours = 0;
                for (int round = 0; round < 3; round++) {
                    theirs = Math.max(theirs, wrk(nginx.url + path));
                    ours = Math.max(ours, wrk(service.url + path));
                }
                System.out.printf(Locale.ROOT, "| %s, %,d bytes | %.0f | %.0f | %.0f %% |%n", path.replaceAll("[0-9a-f]{64}", "HASH"),
                        Files.size(home.resolve("repository" + path)), theirs, ours, 100 * ours / theirs);
            }
        }
    }

    private static double wrk(String url) throws Exception {
        String out = output("wrk", "-t2", "-c32", "-d4s", url);
        if (out.contains("Non-2xx")) {
            throw new IllegalStateException(out);
        }
        return Double.parseDouble(out.lines().filter(l -> l.startsWith("Requests/sec:")).findFirst().orElseThrow().substring(13).strip());
    }

    private record Nginx(Process process, String url) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            process.destroy();
            process.waitFor();
        }
    }

    private Nginx nginx(Path root) throws Exception {
        int port = freePort();
        Path conf = Files.writeString(work.resolve("nginx.conf"), """
                daemon off; worker_processes auto; pid %1$s/nginx.pid; error_log stderr;
                events { worker_connections 1024; }
                http {
                    access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; open_file_cache max=1000;
                    client_body_temp_path %1$s/n1; proxy_temp_path %1$s/n2; fastcgi_temp_path %1$s/n3; uwsgi_temp_path %1$s/n4; scgi_temp_path %1$s/n5;
                    server { listen 127.0.0.1:%2$d; root %3$s; }
                }
                """.formatted(work, port, root));
        Process process = new ProcessBuilder(which("nginx").orElseThrow(), "-c", conf.toString(), "-p", work.toString()).inheritIO().start();
        String url = "http://127.0.0.1:" + port;
        for (int i = 0; i < 200; i++) {
            try {
                http.send(HttpRequest.newBuilder(URI.create(url + "/metadata/timestamp.json")).build(), HttpResponse.BodyHandlers.discarding());
                return new Nginx(process, url);
            } catch (java.io.IOException e) {
                Thread.sleep(20);
            }
        }
        throw new IllegalStateException("nginx does not answer");
    }

    private static Optional<String> which(String program) {
        for (String folder : (System.getenv("PATH") + ":/usr/sbin").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return Optional.of(folder + "/" + program);
            }
        }
        return Optional.empty();
    }

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + out);
        }
        return out;
    }

    private static void run(String... command) throws Exception {
        output(command);
    }
}
