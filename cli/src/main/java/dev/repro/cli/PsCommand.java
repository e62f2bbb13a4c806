package dev.repro.cli;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.daemon.GateClient;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ps", description = "List what a daemon (repro gate) has launched and what runs.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro ps --all"})
final class PsCommand extends GateVerb {
    @Option(names = "--all", description = "with what has ended")
    boolean all;

    @Override
    int ask(GateClient gate) throws Refused, Problem {
        Json.Obj answer = gate.running(all);
        List<Fields> guests = Fields.of(answer, "the daemon's answer", "$").objects("running");
        if (guests.isEmpty()) {
            voice().say("nothing runs");
        } else {
            voice().say(line("ID", "RELEASE", "PID", "STATE", "SINCE", "BY"));
        }
        for (Fields guest : guests) {
            for (Fields process : guest.objects("processes")) {
                voice().say(line(guest.string("id"), guest.string("name") + " " + guest.string("version"), "" + process.integer("pid"), state(process),
                        guest.string("asked").replaceFirst("\\.\\d+Z", "Z"), guest.string("user")));
            }
        }
        voice().answer(answer);
        return 0;
    }

    private static String state(Fields process) throws Problem {
        return process.has("status") ? "exit " + process.integer("status") : process.has("signal") ? "signal " + process.integer("signal")
                : process.has("ended") ? "ended" : "running";
    }

    private static String line(String id, String release, String pid, String state, String since, String by) {
        return String.format(Locale.ROOT, "%-16s  %-24s  %7s  %-10s  %-20s  %s", id, release, pid, state, since, by).stripTrailing();
    }
}
