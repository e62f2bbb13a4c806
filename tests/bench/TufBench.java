import dev.repro.tuf.Limits;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Proxies;
import dev.repro.tuf.client.Updater;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// TUF clients against each other on the same repositories over loopback, in one run. From the root of a checkout, after a build:
///
///     java -cp 'cli/target/lib/*' tests/bench/TufBench.java [ROUNDS]
///
/// Prints the tables of docs/benchmarks.md. The repositories are written by python-tuf, one Ed25519 key a role; the server is the JDK's
/// `jwebserver`, one process for all clients. Rounds of the clients alternate, so that what else the machine does hits all alike.
final class TufBench {
    private static final Path HOME = Path.of("").toAbsolutePath();
    private static final Path JDK = Path.of(System.getProperty("java.home"), "bin");
    private static final String TARGET = "pkg0/0/app.hvt";

    /// @param bits of the number of hash bins, 0 for one targets role
    record Repository(String name, int targets, int bits) {}

    /// @param command a program with the options of `repro tuf-client`
    record Client(String name, List<String> command) {}

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
        Path work = Files.createTempDirectory("repro-tuf-bench");
        String python = peer("python");
        List<Client> clients = List.of(new Client("repro", List.of("./repro", "tuf-client")), new Client("go-tuf", List.of(peer("go-tuf"))),
                new Client("python-tuf", List.of(python, HOME.resolve("tests/peers/python/client.py").toString())),
                new Client("tuf-js", List.of("node", peer("tuf-js"))));
        for (Repository repository : List.of(new Repository("100 targets", 100, 0), new Repository("10,000 targets in one role", 10_000, 0),
                new Repository("100,000 targets in 1,024 bins", 100_000, 10))) {
            Path folder = work.resolve("r" + repository.targets);
            run(python, "tests/peers/python/benchmark.py", folder.toString(), "" + repository.targets, "" + repository.bits);
            int port = freePort();
            Process server = serve(folder, port);
            try {
                String url = "http://127.0.0.1:" + port + "/metadata/";
                processes(repository, clients, folder, url, work, rounds);
                library(repository, clients, folder, url, work, rounds);
            } finally {
                server.destroy();
            }
        }
        large(python, work);
        run("rm", "-rf", work.toString());
    }

    private static String peer(String name) throws Exception {
        var process = new ProcessBuilder("scripts/peers", name).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String path = new String(process.getInputStream().readAllBytes()).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("no peer " + name);
        }
        return path;
    }

    /// Refresh and one target as a whole process, into an empty folder and then once more.
    private static void processes(Repository repository, List<Client> clients, Path folder, String url, Path work, int rounds) throws Exception {
        var table = new Table(clients);
        for (int i = 0; i <= rounds; i++) {
            for (Client client : clients) {
                if (i != 1 && isSlow(client, repository)) {
                    continue;
                }
                Path own = Files.createDirectories(work.resolve(client.name + repository.targets + "-" + i));
                run(command(client, own, url, "init", folder.resolve("root.json").toString()));
                for (int again = 0; again < 2; again++) {
                    long start = System.nanoTime();
                    run(command(client, own, url, "download"));
                    if (i > 0) { // round 0 warms caches
                        table.add(client.name, again, (System.nanoTime() - start) / 1e6);
                    }
                }
            }
        }
        table.print("whole process, refresh and one target, " + repository.name);
    }

    /// Refreshes in one warm process of each client.
    private static void library(Repository repository, List<Client> clients, Path folder, String url, Path work, int rounds) throws Exception {
        var table = new Table(clients);
        for (Client client : clients) {
            if (isSlow(client, repository)) {
                continue;
            }
            int times = 4 * rounds;
            Path own = Files.createDirectories(work.resolve("library-" + client.name + repository.targets));
            Files.copy(folder.resolve("root.json"), own.resolve("root.json"));
            String[] lines = client.name.equals("repro") ? measure(own, url, times) : output(command(client, own, url, "measure", "" + times)).split("\n");
            for (String line : Arrays.asList(lines).subList(lines.length / 2, lines.length)) { // the first half warms the process
                String[] two = line.split(" ");
                table.add(client.name, 0, Double.parseDouble(two[0]));
                table.add(client.name, 1, Double.parseDouble(two[1]));
            }
        }
        table.print("library in a warm process, refresh, " + repository.name);
    }

    /// What the peers' `measure` does.
    private static String[] measure(Path own, String url, int times) throws Exception {
        String[] lines = new String[times];
        byte[] root = Files.readAllBytes(own.resolve("root.json"));
        for (int i = 0; i < times; i++) {
            Path mine = Files.createDirectory(own.resolve("" + i));
            Updater.begin(FolderStore.open(mine, System.err::println), root, Limits.DEFAULT);
            double[] took = new double[2];
            for (int again = 0; again < 2; again++) {
                long start = System.nanoTime();
                try (var fetcher = new Fetcher(Proxies.NONE, Limits.DEFAULT)) {
                    new Updater(fetcher.at(URI.create(url)), FolderStore.open(mine, System.err::println), Limits.DEFAULT).refresh(Instant.now());
                }
                took[again] = (System.nanoTime() - start) / 1e6;
            }
            lines[i] = took[0] + " " + took[1];
        }
        return lines;
    }

    /// 1 GB through a heap of 64 MB, whole process.
    private static void large(String python, Path work) throws Exception {
        Path folder = work.resolve("large");
        run(python, "tests/peers/python/benchmark.py", folder.toString(), "1", "0", "1000000000");
        int port = freePort();
        Process server = serve(folder, port);
        try {
            String url = "http://127.0.0.1:" + port + "/metadata/";
            Path own = Files.createDirectories(work.resolve("large-client"));
            var small = new Client("repro", List.of(JDK.resolve("java").toString(), "-Xmx64m", "-XX:+UseSerialGC", "-cp", HOME.resolve("cli/target/lib") + "/*",
                    "dev.repro.cli.Main", "tuf-client"));
            run(command(small, own, url, "init", folder.resolve("root.json").toString()));
            long start = System.nanoTime();
            run(command(small, own, url, "download"));
            System.out.printf(Locale.ROOT, "%na target of 1 GB, heap of 64 MB: %.1f s%n", (System.nanoTime() - start) / 1e9);
        } finally {
            server.destroy();
        }
    }

    /// A minute for each refresh: once, as a process, is enough.
    private static boolean isSlow(Client client, Repository repository) {
        return client.name.equals("tuf-js") && repository.targets == 10_000;
    }

    private static String[] command(Client client, Path own, String url, String... verb) {
        var words = new ArrayList<>(client.command);
        words.addAll(List.of("--metadata-dir", own.toString(), "--metadata-url", url));
        if (verb[0].equals("download")) {
            words.addAll(List.of("--target-name", TARGET, "--target-base-url", url.replace("/metadata/", "/targets/"), "--target-dir", own.toString()));
        }
        words.addAll(List.of(verb));
        return words.toArray(String[]::new);
    }

    private static final class Table {
        private final List<Client> clients;
        private final Map<String, List<List<Double>>> took = new HashMap<>();

        Table(List<Client> clients) {
            this.clients = clients;
            clients.forEach(c -> took.put(c.name, List.of(new ArrayList<>(), new ArrayList<>())));
        }

        void add(String client, int again, double ms) {
            took.get(client).get(again).add(ms);
        }

        /// Medians, and what part of each peer's time ours is.
        void print(String title) {
            System.out.printf("%n| %s | first, ms | again, ms | repro / it, first | again |%n|---|---|---|---|---|%n", title);
            for (Client client : clients) {
                if (took.get(client.name).getFirst().isEmpty()) {
                    continue;
                }
                double first = median(client, 0);
                double again = median(client, 1);
                System.out.printf(Locale.ROOT, "| %s | %.1f | %.1f | %.2f | %.2f |%n", client.name, first, again, median(clients.getFirst(), 0) / first, median(clients.getFirst(), 1) / again);
            }
        }

        private double median(Client client, int again) {
            List<Double> values = took.get(client.name).get(again).stream().sorted().toList();
            return values.get(values.size() / 2);
        }
    }

    private static Process serve(Path folder, int port) throws Exception {
        Process server = new ProcessBuilder(JDK.resolve("jwebserver").toString(), "-d", folder.toString(), "-b", "127.0.0.1", "-p", "" + port, "-o", "none")
                .redirectErrorStream(true).redirectOutput(new File("/dev/null")).start();
        for (int i = 0; i < 500; i++) {
            try (var _ = new Socket("127.0.0.1", port)) {
                return server;
            } catch (IOException notYet) {
                Thread.sleep(20);
            }
        }
        throw new IllegalStateException("the server does not start");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void run(String... command) throws Exception {
        output(command);
    }

    private static String output(String... command) throws Exception {
        Path said = Files.createTempFile("repro-bench", ".out");
        int code = new ProcessBuilder(command).redirectError(new File("/dev/null")).redirectOutput(said.toFile()).start().waitFor();
        String text = Files.readString(said);
        Files.delete(said);
        if (code != 0) {
            throw new IllegalStateException("exit " + code + ": " + List.of(command));
        }
        return text;
    }
}
