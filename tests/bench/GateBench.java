import com.sun.net.httpserver.SimpleFileServer;
import dev.repro.base.Digest;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Signer;
import dev.repro.release.Extras;
import dev.repro.release.Made;
import dev.repro.release.ReleaseMaker;
import dev.repro.release.ReleaseStatement;
import dev.repro.release.ReleaseTargets;
import dev.repro.tender.os.CString;
import dev.repro.tender.os.Ending;
import dev.repro.tender.os.Pid;
import dev.repro.tender.os.Reaper;
import dev.repro.tender.os.Spawn;
import dev.repro.tender.os.Sys;
import dev.repro.tender.os.UnixSocket;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Publisher;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Signing;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/// Launching hello.spt through `repro gate`, next to the bare solo5-spt started by the same posix_spawn. From the root of a checkout, after a build:
///
///     java --enable-native-access=ALL-UNNAMED -cp 'cli/target/lib/*' tests/bench/GateBench.java [LAUNCHES [latency|storm|memory]]
///
/// Prints rows for docs/benchmarks.md. Bare starts and launches alternate, so that what else the machine does hits both alike. The latency of a
/// launch is from the request's first byte until the answer's last, when the tender runs; that of a bare start is posix_spawn's, which returns then, too.
final class GateBench {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final int IMAGES = 1000;
    private final Path work;
    private final Path spt;
    private final List<Signer> signers = new ArrayList<>();
    private final LinkedBlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    private final Reaper reaper = new Reaper(Runnable::run);
    private final int nothing = open("/dev/null");

    private GateBench(Path work, Path spt) throws Exception {
        this.work = work;
        this.spt = spt;
    }

    public static void main(String[] args) throws Exception {
        int launches = args.length == 0 ? 1500 : Integer.parseInt(args[0]);
        Path spt = Arrays.stream(System.getenv("PATH").split(":")).map(p -> Path.of(p, "solo5-spt")).filter(Files::isExecutable).findFirst().orElseThrow();
        var bench = new GateBench(Files.createTempDirectory("gate-bench"), spt);
        try {
            bench.run(launches, args.length < 2 ? List.of("latency", "storm", "memory") : List.of(args[1]));
        } finally {
            new ProcessBuilder("rm", "-rf", bench.work.toString()).start().waitFor();
        }
        System.exit(0);
    }

    private static int open(String path) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Sys.checked(Sys.call(Sys.OPEN, CString.of(path, arena).address(), 2 | 0x80000, 0), "open", path);
        }
    }

    private Editor.Keys keys() {
        signers.add(PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer());
        return new Editor.Keys(List.of(new KeyHolder(signers.getLast().key(), "")), 1);
    }

    /// hello; one of 10 MB, with zeros after the image; and a release of 1,000 images of 130 KB.
    private Path repository() throws Exception {
        Path folder = Files.createDirectory(work.resolve("repository"));
        var keys = new LinkedHashMap<RoleName, Editor.Keys>();
        for (String role : List.of("root", "targets", "snapshot", "timestamp")) {
            keys.put(new RoleName(role), keys());
        }
        Path hello = Path.of("examples/hello/hello.spt").toAbsolutePath();
        try (Store store = Stores.open(folder)) {
            publish(store, Editor.create(Repository.read(store), keys, true, false, Lifetimes.DEFAULT, Instant.now()));
            Editor editor = Editor.of(Repository.read(store), Instant.now());
            editor.add(release("small", "1.0.0", padded(hello, 130 << 10, 0)), Optional.of(RoleName.TARGETS));
            editor.add(release("large", "1.0.0", padded(hello, 10 << 20, 1)), Optional.of(RoleName.TARGETS));
            for (int i = 0; i < IMAGES; i++) {
                editor.add(release("known" + i, "1.0.0", padded(hello, 130 << 10, 2 + i)), Optional.of(RoleName.TARGETS));
            }
            publish(store, editor);
        }
        return folder;
    }

    private void publish(Store store, Editor editor) throws Exception {
        new Publisher(signers, Instant.now()).publish(Signing.sign(editor.proposal(), signers), "bench");
    }

    private Path padded(Path image, int size, int number) throws Exception {
        byte[] bytes = Arrays.copyOf(Files.readAllBytes(image), size);
        bytes[size - 1] = (byte) number;
        bytes[size - 2] = (byte) (number >> 8);
        bytes[size - 3] = 1;
        return Files.write(work.resolve("image" + number + ".spt"), bytes);
    }

    private java.util.Map<dev.repro.tuf.TargetName, Editor.Addition> release(String name, String version, Path image) throws Exception {
        Path folder = Files.createDirectories(work.resolve("made/" + name));
        Made made = ReleaseMaker.make(name, version, List.of(image), Extras.NONE.withWork(folder));
        Path envelope = Files.write(folder.resolve("release.json"), ReleaseStatement.sign(made.release(), List.of(signers.get(1))));
        return ReleaseTargets.additions(made, envelope);
    }

    private Process daemon(Path repository, int port) throws Exception {
        Files.writeString(work.resolve("policy.toml"), "schema = \"repro.policy.v1\"\nversion = 1\n[repository]\nurl = \"http://127.0.0.1:" + port
                + "/\"\nroot_sha256 = \"" + Digest.of(repository.resolve("metadata/1.root.json")) + "\"\n[[package]]\nname = \"*\"\n[[tender]]\ntarget = \"spt\"\npath = \""
                + spt + "\"\nsha256 = \"" + Digest.of(spt) + "\"\n");
        var builder = new ProcessBuilder("./repro", "gate", "--socket", work.resolve("s").toString(), "--policy", work.resolve("policy.toml").toString())
                .redirectError(work.resolve("log").toFile());
        builder.environment().put("REPRO_STATE", work.resolve("state").toString());
        Process process = builder.start();
        if (process.inputReader().readLine() == null) {
            throw new IllegalStateException(Files.readString(work.resolve("log")));
        }
        return process;
    }

    private final class Client implements AutoCloseable {
        private final UnixSocket socket = UnixSocket.connect(work.resolve("s"));
        private final byte[] buffer = new byte[1 << 16];

        private Client() throws Exception {}

        /// @return nanoseconds
        private long launch(String release, boolean waits) throws Exception {
            String body = "{\"release\":\"" + release + "\",\"memory\":2097152,\"console\":\"null\",\"wait\":" + waits + "}";
            byte[] request = ("POST /v1/launch HTTP/1.1\r\nHost: g\r\nContent-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
            long begun = System.nanoTime();
            socket.write(request, LONG);
            var answer = new StringBuilder();
            while (!answer.toString().endsWith("}\n")) {
                int n = socket.read(buffer, 0, buffer.length, LONG);
                if (n <= 0) {
                    throw new IllegalStateException("no answer: " + answer);
                }
                answer.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
            long took = System.nanoTime() - begun;
            if (!answer.toString().startsWith("HTTP/1.1 201")) {
                throw new IllegalStateException(answer.toString());
            }
            return took;
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /// @return nanoseconds of posix_spawn
    private long bare(Path image) throws Exception {
        long begun = System.nanoTime();
        int pid = Spawn.start(spt.toString(), List.of("solo5-spt", "--mem=2", "--", image.toString()), List.of(), List.of(nothing, nothing, nothing), List.of());
        long took = System.nanoTime() - begun;
        reaper.watch(Pid.child(pid), endings::add);
        endings.take();
        return took;
    }

    private static String load() throws Exception {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static long memory(ProcessHandle process) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream().filter(l -> l.startsWith("VmRSS")).findFirst()
                .map(l -> Long.parseLong(l.replaceAll("\\D", ""))).orElseThrow() / 1024;
    }

    private void run(int launches, List<String> parts) throws Exception {
        Path repository = repository();
        var web = SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), repository, SimpleFileServer.OutputLevel.NONE);
        web.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        web.start();
        Process process = daemon(repository, web.getAddress().getPort());
        try (var client = new Client()) {
            Path small = work.resolve("image0.spt");
            for (int i = 0; i < launches; i++) { // warm
                client.launch("small", true);
            }
            if (parts.contains("latency")) {
                latency(client, small, "small", launches, "130 KB");
                System.out.printf(Locale.ROOT, "| 10 MB, first (fetched, hashed, checked) | %.2f ms |%n", client.launch("large", true) / 1e6);
                latency(client, work.resolve("image1.spt"), "large", Math.min(launches, 300), "10 MB, again");
            }
            if (parts.contains("storm")) {
                storm(launches, small);
            }
            if (parts.contains("memory")) {
                for (int i = 0; i < IMAGES; i++) {
                    client.launch("known" + i, true);
                }
                System.out.printf(Locale.ROOT, "| resident memory after launching %,d images of 130 KB, MB | %d |%n", IMAGES, memory(process.toHandle()));
            }
        } finally {
            process.destroy();
            process.waitFor();
            web.stop(0);
        }
    }

    private void latency(Client client, Path image, String release, int launches, String name) throws Exception {
        var gate = new double[launches];
        var bare = new double[launches];
        for (int i = 0; i < launches; i++) {
            bare[i] = bare(image) / 1e6;
            gate[i] = client.launch(release, false) / 1e6;
        }
        Arrays.sort(gate);
        Arrays.sort(bare);
        System.out.printf(Locale.ROOT, "| %s | gate p50 %.2f | p99 %.2f | bare p50 %.2f | p99 %.2f | ms, load %s%n", name, gate[launches / 2], gate[launches * 99 / 100],
                bare[launches / 2], bare[launches * 99 / 100], load());
    }

    private Void many(int launches) throws Exception {
        try (var client = new Client()) {
            for (int i = 0; i < launches; i++) {
                client.launch("small", true);
            }
        }
        return null;
    }

    private void storm(int launches, Path image) throws Exception {
        for (int round = 0; round < 3; round++) {
            long begun = System.nanoTime();
            for (int i = 0; i < launches; i++) {
                bare(image);
            }
            double loop = launches / ((System.nanoTime() - begun) / 1e9);
            for (int clients : new int[] {1, 4}) {
                begun = System.nanoTime();
                try (var threads = Executors.newFixedThreadPool(clients)) {
                    var all = new ArrayList<java.util.concurrent.Future<Void>>();
                    for (int c = 0; c < clients; c++) {
                        all.add(threads.submit(() -> many(launches / clients)));
                    }
                    for (var one : all) {
                        one.get();
                    }
                }
                double rate = launches / ((System.nanoTime() - begun) / 1e9);
                System.out.printf(Locale.ROOT, "| %d launches, start to end, by %d clients, per second | %.0f | bare loop %.0f | %.0f %% | load %s%n", launches, clients,
                        rate, loop, 100 * rate / loop, load());
            }
        }
    }
}
