package dev.repro.builder.toolchain;

import dev.repro.base.Problem;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.function.Consumer;

/// Toolchains on this machine: resolves what a recipe asks for, and prepares what a lock holds.
public final class Toolchains {

    /// What every Debian toolchain has: the tools of a shell script, and what the variations `time` and `locale` need.
    public static final List<String> BASE = List.of("bash", "coreutils", "dash", "debianutils", "diffutils", "findutils", "grep",
            "gzip", "hostname", "libc-bin", "libfaketime", "locales", "mawk", "sed", "tar");

    private static final List<String> FAKETIME = List.of("usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
            "usr/lib/faketime/libfaketime.so.1", "usr/lib64/faketime/libfaketime.so.1");

    private final Path cache;
    private final Map<String, String> env;
    private final Runner runner;
    private final BlobCache blobs;
    private final Rootfs rootfs;

    /// @param cache the cache folder of the tool; made where it is missing
    /// @param env the environment of the tool: `PATH`, `HOME`, proxies, and what [UserConfig] names
    /// @param runner runs programs of a toolchain in a sandbox
    public Toolchains(Path cache, Map<String, String> env, Runner runner) {
        this.cache = cache.toAbsolutePath();
        this.env = Map.copyOf(env);
        this.runner = runner;
        this.blobs = new BlobCache(this.cache, () -> client(this.env), FetchLimits.USUAL);
        this.rootfs = new Rootfs(this.cache, blobs, this.env, runner);
    }

    /// The cache of downloaded files, for other files than packages too.
    public BlobCache blobs() {
        return blobs;
    }

    /// Resolves a request to exact packages or layers, prepares the root, and records its tools.
    public Toolchain resolve(ToolchainRequest request, Consumer<String> progress) throws Problem, InterruptedException {
        Toolchain resolved = switch (request) {
            case ToolchainRequest.Debian debian -> debian(debian, progress);
            case ToolchainRequest.Oci oci -> new Toolchain.Oci(oci.digest(), OciImage.open(oci.layout(), oci.digest()).layers(),
                    Map.of());
            case ToolchainRequest.Host _ -> HostSystem.read(env);
        };
        Path layout = request instanceof ToolchainRequest.Oci oci ? oci.layout() : null;
        PreparedRoot root = prepare(resolved, layout, progress);
        return resolved.withTools(Tools.of(root, runner));
    }

    /// The root of a locked toolchain, made if this machine has not made it before.
    ///
    /// @param ociLayout folder of the image layout that the recipe names; null for other kinds
    public PreparedRoot prepare(Toolchain toolchain, Path ociLayout, Consumer<String> progress)
            throws Problem, InterruptedException {
        return switch (toolchain) {
            case Toolchain.Debian debian -> tree(rootfs.debian(debian, progress));
            case Toolchain.Oci oci -> tree(rootfs.oci(oci.digest(), ociLayout, progress));
            case Toolchain.Host host -> {
                if (host.manager().equals("none")) {
                    progress.accept("no package manager of this host is known; its packages are not recorded");
                }
                yield new PreparedRoot(null, HostSystem.locales(env), faketime(Path.of("/")));
            }
        };
    }

    private Toolchain.Debian debian(ToolchainRequest.Debian request, Consumer<String> progress)
            throws Problem, InterruptedException {
        if (!Names.isSuite(request.suite())) {
            throw Problem.usage("`" + request.suite() + "` is no name of a suite").where("[toolchain] debian")
                    .expected("as in `bookworm`");
        }
        for (String name : request.packages()) {
            if (!Names.isPackage(name)) {
                throw Problem.usage("`" + name + "` is no name of a Debian package").where("[toolchain] packages");
            }
        }
        var machine = AptMachine.read(env).orElseThrow(() ->
                Problem.environment("this machine has no apt, which resolves the packages of a Debian toolchain")
                        .hint("run `repro lock` on a Debian or Ubuntu machine, or use an `oci` toolchain; "
                                + "a lock can be built anywhere"));
        var wanted = new LinkedHashSet<>(BASE);
        wanted.addAll(request.packages());
        var packages = new Apt(machine, cache.resolve("apt").resolve(request.suite()), env)
                .resolve(request.suite(), new ArrayList<>(wanted), progress);
        return new Toolchain.Debian(request.suite(), Toolchain.ARCHITECTURE, packages, request.packages(), Map.of());
    }

    private static PreparedRoot tree(Path tree) throws Problem {
        return new PreparedRoot(tree, Locales.of(tree), faketime(tree));
    }

    private static String faketime(Path tree) {
        return FAKETIME.stream().filter(f -> Files.isRegularFile(tree.resolve(f))).findFirst().map(f -> "/" + f).orElse(null);
    }

    private static HttpClient client(Map<String, String> env) throws Problem, InterruptedException {
        var proxies = AptMachine.read(env).map(AptMachine::proxies).orElse(Map.of());
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(FetchLimits.USUAL.connect()).proxy(new Proxies(proxies, env)).build();
    }
}
