package dev.repro.cli;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.daemon.GateClient;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

@Command(name = "outdated", description = "List what runs and should not any more: a newer release is published, or this one was withdrawn, or its role is "
        + "not trusted now. Exit code 1 if there is any.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro outdated --json"})
final class OutdatedCommand extends GateVerb {
    @Override
    int ask(GateClient gate) throws Refused, Problem {
        Json.Obj answer = gate.outdated();
        Fields fields = Fields.of(answer, "the daemon's answer", "$");
        List<Fields> outdated = fields.objects("outdated");
        for (Fields guest : outdated) {
            voice().say(String.format(Locale.ROOT, "%-16s  %-24s  %-9s  %s", guest.string("id"), guest.string("name") + " " + guest.string("version"),
                    guest.string("state"), guest.string("why")));
        }
        voice().verdict(outdated.isEmpty(), outdated.isEmpty() ? "current: " + fields.integer("running") + " running"
                : outdated.size() + " of " + fields.integer("running") + " running should be replaced");
        voice().answer(answer);
        return outdated.isEmpty() ? 0 : Problem.Exit.NO.code;
    }
}
