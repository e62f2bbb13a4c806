package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.Granted;
import dev.repro.tender.Host;
import dev.repro.tender.Launcher;
import dev.repro.tender.Shelf;
import dev.repro.tender.Told;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "launch", description = "Verify a release and become its tender, or refuse it by name.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro launch hello@1.0.0 --mem=64 -- exit=7", "",
            "exit codes: the guest's own; or 60 untrusted, 61 contract, 62 not fresh, 63 policy, 2 usage, 3 this machine cannot do it, 4 network or storage"})
final class LaunchCommand extends LaunchVerb {
    @Option(names = "--hand-over", paramLabel = "FOLDER", description = "launch nothing: write the verified image there, and what is known of it")
    String handOver;

    @Option(names = "--dry-run", description = "verify, and say what would be executed")
    boolean dryRun;

    @Option(names = "--explain", description = "tell each step that was passed")
    boolean explain;

    @Option(names = "--audit", description = "tell what would be refused, and launch all the same")
    boolean audit;

    @Override
    String verb() {
        return "launch";
    }

    @Override
    boolean takesValue(String option) {
        return option.equals("--hand-over") || super.takesValue(option);
    }

    @Override
    boolean value(String option, String value) {
        if (option.equals("--hand-over")) {
            handOver = value;
            return true;
        }
        return super.value(option, value);
    }

    @Override
    boolean flag(String word) {
        switch (word) {
            case "--dry-run" -> dryRun = true;
            case "--explain" -> explain = true;
            case "--audit" -> audit = true;
            default -> {
                return super.flag(word);
            }
        }
        return true;
    }

    @Override
    public Integer call() throws Exception {
        requireWellFormed();
        var voice = voice();
        try {
            return launch(voice);
        } catch (Refused refused) {
            voice.refuse(refused);
            return refused.code();
        }
    }

    private int launch(Voice voice) throws Refused, Problem {
        Ask ask = ask();
        InstantSource clock = InstantSource.system();
        try (Host host = Host.open(policy(), env(), new Shelf(0), clock, quiet ? _ -> { } : voice::warn)) {
            Granted granted = host.permit(ask, offline, audit, told(voice));
            granted.overlooked().forEach(refused -> voice.warn("audit: " + refused.line()));
            if (handOver != null) {
                return handOver(voice, host, granted, clock);
            }
            if (dryRun) {
                Launcher.argv(granted, host.state()).forEach(argv -> voice.say("argv       " + String.join(" ", argv)));
                voice.verdict(granted.overlooked().isEmpty(), "would be launched: " + granted.release());
                voice.answer(answer(granted));
                return 0;
            }
            if (json) {
                throw Problem.usage("stdout is the guest's, so there is no --json of a launch").hint("add --dry-run; a receipt of each launch is in " + host.state().receipts());
            }
            return new Launcher(host.receipts(), host.state()).become(granted, new FileOutputStream(FileDescriptor.out), clock);
        }
    }

    private int handOver(Voice voice, Host host, Granted granted, InstantSource clock) throws Problem {
        if (json || dryRun) {
            throw Problem.usage("--hand-over goes with neither --json nor --dry-run").hint("the hand-over is JSON itself: FILE.hand-over.json");
        }
        new Launcher(host.receipts(), host.state()).handOver(granted, path(Path.of(handOver)), clock).lines().forEach(voice::say);
        voice.verdict(granted.overlooked().isEmpty(), "handed over: " + granted.release());
        return 0;
    }

    private static Json.Obj answer(Granted granted) throws Problem {
        Json.Obj out = Json.object("schema", "repro.launch.v1");
        for (var member : granted.toJson().members().entrySet()) {
            out = out.with(member.getKey(), member.getValue());
        }
        return out.with("argv", Launcher.argv(granted));
    }

    /// Stdout is the guest's, unless there will be none.
    private Told told(Voice voice) {
        if (!explain) {
            return Told.NOBODY;
        }
        return (subject, facts) -> {
            String line = subject + " ".repeat(Math.max(1, 11 - subject.length())) + facts.get();
            if (dryRun) {
                voice.say(line);
            } else {
                commands().streams.err().println(line);
            }
        };
    }

}
