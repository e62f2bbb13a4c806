package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.builder.Locker;
import dev.repro.builder.Workshop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "lock", description = "Resolve a recipe: every input by digest, written to repro.lock beside it.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro lock examples/hello"})
final class LockCommand extends Commands.Verb {

    @Parameters(arity = "0..*", paramLabel = "RECIPE|FOLDER", description = "recipes, or folders that hold one; default: this folder")
    List<Path> targets = List.of(Path.of(""));

    @Option(names = "--update", description = "take the toolchain packages that the archive offers now; without it, a toolchain that is locked already stays as it is")
    boolean update;

    @Option(names = "--allow-dirty", description = "lock a source tree that differs from its last commit")
    boolean allowDirty;

    @Option(names = "--expected", description = "build twice, and write into the lock what comes out, if both builds agree")
    boolean expected;

    @Override
    public Integer call() throws Exception {
        var voice = voice();
        var reports = new ArrayList<Json>();
        for (Path target : targets) {
            try (var workshop = Workshop.open(env(), voice)) { // one for each: its work folder takes the builds of one lock
                var report = new Locker(workshop).lock(path(target), target, new Locker.Options(update, allowDirty, expected));
                report.lines().forEach(voice::say);
                reports.add(report.toJson());
            }
        }
        voice.answer(reports.size() == 1 ? reports.getFirst() : Json.object("schema", "repro.locks.v1", "locks", reports));
        return 0;
    }
}
