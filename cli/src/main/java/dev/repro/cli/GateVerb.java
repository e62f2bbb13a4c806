package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.daemon.GateClient;
import dev.repro.tender.os.Sys;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// What asks a daemon.
abstract class GateVerb extends Commands.Verb {
    @Option(names = "--socket", paramLabel = "FILE", description = "of the daemon; default: $REPRO_SOCKET, else /run/repro/gate.sock for root, "
            + "$XDG_RUNTIME_DIR/repro/gate.sock for others")
    Path socket;

    @Override
    public final Integer call() throws Problem {
        try {
            return ask(new GateClient(socket == null ? GateClient.place(env(), Sys.euid()) : path(socket).toAbsolutePath()));
        } catch (Refused e) {
            voice().refuse(e);
            return e.code();
        }
    }

    abstract int ask(GateClient gate) throws Refused, Problem;
}
