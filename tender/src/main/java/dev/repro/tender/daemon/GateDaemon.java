package dev.repro.tender.daemon;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.Granted;
import dev.repro.tender.Known;
import dev.repro.tender.Policy;
import dev.repro.tender.Receipts;
import dev.repro.tender.Shelf;
import dev.repro.tender.Standing;
import dev.repro.tender.State;
import dev.repro.tender.os.Reaper;
import dev.repro.tender.os.Sys;
import dev.repro.tender.os.UnixSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// The warm verifier: a process that answers on a Unix socket, verifies what it is asked to launch, and starts it (docs/gate.md).
///
/// Guests are no part of it. They run on when it stops or is killed, and the next one finds them again.
public final class GateDaemon implements AutoCloseable {
    private static final Duration CONSOLES = Duration.ofSeconds(1);
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /// @param socket where it listens
    /// @param group of the socket, by name; empty: that of this process
    /// @param refresh how often the repository is asked for news
    /// @param keep bytes of images that stay in memory
    /// @param env for proxies
    /// @param verbose whether every broken connection is a line of the log
    public record Settings(Path socket, Optional<String> group, Path policy, State state, Duration refresh, long keep, Map<String, String> env,
            boolean verbose) {}

    private final Settings settings;
    private final Log log;
    private final FileChannel lock;
    private final Shelf shelf;
    private final WarmGate gate;
    private final ReceiptJournal journal;
    private final Reaper reaper;
    private final Guests guests;
    private final SocketFile socket;
    private final SocketServer server;
    private final Metrics metrics = new Metrics();
    private final ScheduledExecutorService chores = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("chores").daemon().factory());

    private GateDaemon(Settings settings, InstantSource clock, RandomGenerator random, Log log, FileChannel lock) throws Refused, Problem {
        this.settings = settings;
        this.log = log;
        this.lock = lock;
        this.shelf = new Shelf(settings.keep);
        this.gate = new WarmGate(settings.policy, settings.state, settings.env, shelf, clock, log);
        this.journal = new ReceiptJournal(settings.state.receipts());
        journal.prepare(clock.instant());
        this.reaper = new Reaper(Executors.newVirtualThreadPerTaskExecutor());
        GuestFiles files = GuestFiles.open(settings.state.folder());
        Consoles consoles = Consoles.open(settings.state.folder());
        this.guests = new Guests(files, consoles, reaper, clock, log);
        String boot = boot();
        guests.recover(boot);
        this.socket = SocketFile.listen(settings.socket, settings.group);
        var peers = new Peers(Sys.euid(), socket.group());
        var launches = new Launches(new Keeper(gate, new Receipts(settings.state, journal::keep), clock, log),
                new Starter(guests, files, consoles), guests, clock, random, boot);
        var api = new Api(launches, ask -> WarmGate.verified(gate.permit(ask)), guests, consoles, peers, new Inside(peers), log, metrics);
        this.server = new SocketServer(socket.socket(), api, SocketServer.Limits.DEFAULT, clock, log, Sys.euid());
        gauges();
    }

    /// Begins to answer.
    ///
    /// @param out where the lines of the log go
    /// @throws Refused what is wrong with the policy
    /// @throws Problem exit code 2: settings; 3: another daemon has the socket or the state; 4: the state folder cannot be used
    public static GateDaemon start(Settings settings, InstantSource clock, RandomGenerator random, PrintStream out) throws Refused, Problem {
        var log = new Log(out, clock, settings.verbose);
        FileChannel lock = lock(settings.state);
        try {
            var daemon = new GateDaemon(settings, clock, random, log, lock);
            daemon.gate.refresh();
            daemon.begin();
            return daemon;
        } catch (Refused | Problem | RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private void begin() {
        long every = settings.refresh.toMillis();
        chores.scheduleWithFixedDelay(gate::refresh, every, every, TimeUnit.MILLISECONDS);
        chores.scheduleWithFixedDelay(guests::trimConsoles, CONSOLES.toMillis(), CONSOLES.toMillis(), TimeUnit.MILLISECONDS);
        server.start();
        log.info("started", "socket", settings.socket.toString(), "state", settings.state.folder().toString(), "policy", settings.policy.toString(),
                "running", guests.count());
    }

    /// Two daemons that did not know of each other's guests would give away what they hold.
    private static FileChannel lock(State state) throws Problem {
        Path file = state.folder().resolve("gate.lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw Problem.environment("a daemon uses this state folder already").where(state.folder()).hint("stop it, or choose another folder: REPRO_STATE");
            }
            return channel;
        } catch (IOException e) {
            throw Problem.storage("the state folder cannot be locked: " + e.getMessage()).where(file).because(e);
        }
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a file of no content cannot be closed", e);
        }
    }

    private static String boot() throws Problem {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException e) {
            throw Problem.environment("this boot of the machine has no name: " + e.getMessage()).where(BOOT).because(e);
        }
    }

    private void gauges() {
        metrics.gauge("repro_gate_running", "Launches of which a process runs.", guests::count);
        metrics.gauge("repro_gate_connections", "Connections.", () -> server.connections());
        metrics.gauge("repro_gate_sealed_bytes", "Verified images and tenders in memory.", shelf::bytes);
        metrics.gauge("repro_gate_trust_expires_seconds", "Unix time at which what is known of the repository expires; 0: nothing is known.", gate::expires);
        metrics.gauge("repro_gate_healthy", "1 while launches are possible.", () -> gate.unhealthy().isEmpty() ? 1 : 0);
    }

    /// The gate with its receipts.
    ///
    /// @param gate warm
    private record Keeper(WarmGate gate, Receipts receipts, InstantSource clock, Log log) implements Gatekeeper {
        @Override
        public Granted permit(Ask ask) throws Refused, Problem {
            try {
                return gate.permit(ask);
            } catch (Refused e) {
                write(ask, e);
                throw e;
            }
        }

        private void write(Ask ask, Refused refused) {
            try {
                receipts.refused(ask, refused, clock.instant());
            } catch (Problem e) {
                log.error("receipt", "error", e.line()); // the refusal stands
            }
        }

        @Override
        public String launched(Granted granted, List<List<String>> argv) throws Problem {
            return receipts.launched(granted, argv, clock.instant());
        }
    }

    /// What the paths ask of the daemon itself.
    private final class Inside implements Api.Daemon {
        private final Peers peers;

        private Inside(Peers peers) {
            this.peers = peers;
        }

        @Override
        public Optional<String> unhealthy() {
            return gate.unhealthy();
        }

        @Override
        public String metrics() {
            return metrics.text();
        }

        @Override
        public Json.Obj outdated(List<Guest> running) throws Refused, Problem {
            var out = new ArrayList<Json>();
            Known known = gate.latest();
            for (Guest guest : running) {
                Guest.Facts facts = guest.facts();
                Standing standing = Standing.of(known, facts.name(), facts.version(), facts.release());
                if (standing.state() != Standing.State.CURRENT) {
                    out.add(Json.object("id", guest.id(), "name", facts.name(), "version", facts.version(), "state", standing.state().word(),
                            "newest", standing.newest().isEmpty() ? null : standing.newest(), "why", standing.why(), "pid", guest.processes().getFirst().pid()));
                }
            }
            return Json.object("schema", "repro.outdated.v1", "running", running.size(), "outdated", out);
        }

        @Override
        public boolean mayConnect(UnixSocket.Peer peer) throws Refused, Problem {
            return peers.isOperator(peer) || isNamed(peer);
        }

        private boolean isNamed(UnixSocket.Peer peer) throws Refused, Problem {
            var named = peers.named(peer);
            for (Policy.Allowed entry : gate.policy().packages()) {
                if (entry.users().contains(named.user()) || named.groups().stream().anyMatch(entry.groups()::contains)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// What was started, for `--json`: `repro.gate.v1`.
    public Json.Obj toJson() {
        return Json.object("schema", "repro.gate.v1", "socket", settings.socket.toString(), "state", settings.state.folder().toString(),
                "policy", settings.policy.toString(), "running", guests.ids());
    }

    /// Stops answering. What runs, runs on.
    @Override
    public void close() {
        chores.shutdownNow();
        server.close();
        reaper.close();
        try {
            socket.close();
            journal.close();
        } catch (IOException e) {
            log.error("stop", "error", String.valueOf(e.getMessage()));
        }
        gate.close();
        release(lock);
        log.info("stopped", "running", guests.count());
    }
}
