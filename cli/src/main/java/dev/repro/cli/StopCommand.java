package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.daemon.GateClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "stop", description = "Stop what a daemon (repro gate) has launched, and wait until it has ended.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro stop 0f1e2d3c4b5a6978"})
final class StopCommand extends GateVerb {
    @Parameters(paramLabel = "ID", description = "as repro ps lists it")
    String id;

    @Option(names = "--grace", paramLabel = "SECONDS", description = "between SIGTERM and SIGKILL, at most 300; default: 10")
    int grace = 10;

    @Override
    int ask(GateClient gate) throws Refused, Problem {
        Json.Obj answer = gate.stop(id, grace);
        voice().say("stopped " + id);
        voice().answer(answer);
        return 0;
    }
}
