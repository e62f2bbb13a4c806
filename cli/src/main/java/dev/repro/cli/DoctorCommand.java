package dev.repro.cli;

import dev.repro.builder.Doctor;
import picocli.CommandLine.Command;

@Command(name = "doctor", description = "Say what this machine can do, and how to get what is missing.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        optionListHeading = "%noptions:%n", footer = {"", "example: repro doctor"})
final class DoctorCommand extends Commands.Verb {

    @Override
    public Integer call() throws Exception {
        var voice = voice();
        var report = Doctor.examine(env(), voice);
        report.lines().forEach(voice::say);
        voice.verdict(report.canCheck(), report.verdictLine());
        voice.answer(report.toJson());
        return report.canCheck() ? 0 : 3;
    }
}
