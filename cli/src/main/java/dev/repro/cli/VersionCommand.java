package dev.repro.cli;

import dev.repro.base.Json;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the version of repro and of the Java that runs it.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        optionListHeading = "%noptions:%n", footer = {"", "example: repro version --json"})
final class VersionCommand extends Commands.Verb {

    @Override
    public Integer call() {
        String java = System.getProperty("java.vm.vendor") + " " + Runtime.version();
        voice().say("repro " + Main.VERSION + (verbose ? ", " + java : ""));
        voice().answer(Json.object("schema", "repro.version.v1", "version", Main.VERSION, "java", java));
        return 0;
    }
}
