package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.PolicyFile;
import dev.repro.tender.State;
import dev.repro.tender.daemon.GateClient;
import dev.repro.tender.daemon.GateDaemon;
import dev.repro.tender.os.Sys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "gate", description = "Verify and launch for others: a daemon that answers HTTP on a Unix socket (docs/gate.md). Ends at a signal; what it "
        + "launched runs on.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro gate --socket /run/repro/gate.sock --group unikernels", "",
            "then: curl --unix-socket /run/repro/gate.sock -d '{\"release\":\"hello@1.0.0\"}' http://gate/v1/launch"})
final class GateCommand extends Commands.Verb {
    private static final int MAX_REFRESH = 86_400;
    private static final long MIB = 1 << 20;

    @Option(names = "--socket", paramLabel = "FILE", description = "where to listen; default: $REPRO_SOCKET, else /run/repro/gate.sock for root, "
            + "$XDG_RUNTIME_DIR/repro/gate.sock for others")
    Path socket;

    @Option(names = "--group", paramLabel = "NAME", description = "the socket's group: its members may do what root may; default: that of this process")
    String group;

    @Option(names = "--policy", paramLabel = "FILE", description = "default: /etc/repro/policy.toml for root, else $XDG_CONFIG_HOME/repro/policy.toml")
    Path policy;

    @Option(names = "--refresh", paramLabel = "SECONDS", description = "how often the repository is asked for news; default: 60")
    int refresh = 60;

    @Option(names = "--keep", paramLabel = "MIB", description = "how much of verified images stays in memory; default: 96")
    int keep = 96;

    @Override
    public Integer call() throws Problem {
        if (refresh < 1 || refresh > MAX_REFRESH || keep < 0) {
            throw Problem.usage("out of bounds").where(keep < 0 ? "--keep" : "--refresh").expected(keep < 0 ? "0 or more" : "1 to " + MAX_REFRESH)
                    .found(keep < 0 ? keep : refresh);
        }
        int user = Sys.euid();
        Path place = socket == null ? GateClient.place(env(), user) : path(socket).toAbsolutePath();
        Path rules = policy == null ? PolicyFile.place(env(), user) : path(policy);
        var settings = new GateDaemon.Settings(place, Optional.ofNullable(group), rules, State.open(env(), user), Duration.ofSeconds(refresh), keep * MIB,
                env(), verbose);
        try (GateDaemon daemon = GateDaemon.start(settings, InstantSource.system(), new SecureRandom(), commands().streams.err())) {
            voice().say("listening  " + place);
            voice().answer(daemon.toJson());
            commands().streams.out().flush();
            Thread.currentThread().join(); // until a signal
        } catch (Refused e) {
            voice().refuse(e);
            return e.code();
        } catch (InterruptedException e) {
            return 0;
        }
        return 0;
    }
}
