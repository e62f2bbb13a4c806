package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.check.Finding;
import dev.repro.tuf.check.Margins;
import dev.repro.tuf.check.Places;
import dev.repro.tuf.check.Reader;
import dev.repro.tuf.check.RepoCheck;
import dev.repro.tuf.check.Report;
import dev.repro.tuf.client.Fetcher;
import dev.repro.tuf.client.Proxies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "check",
        description = "Hold any TUF repository to the specification and to what other clients read (docs/repo-check.md).",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro repo check --margin timestamp=12h https://repo.example/tuf", "",
        "exit codes: 0 conforms, 1 violates, 2 usage, 4 network or storage"})
final class RepoCheckCommand extends Commands.Verb {

    @Parameters(index = "0", arity = "0..1", paramLabel = "PLACE", defaultValue = ".",
            description = "folder or URL of the metadata, or of a repository with metadata and targets in it; default: this "
                    + "folder")
    String place;

    @Option(names = "--targets", paramLabel = "PLACE",
            description = "folder or URL of the targets; those of a URL are looked at only if this is given")
    String targets;

    @Option(names = "--root", paramLabel = "FILE",
            description = "a root that is trusted: the repository's roots must follow from it")
    Path root;

    @Option(names = "--at", paramLabel = "TIME", description = "when it must be fresh, as in 2026-11-01T00:00:00Z; default: now")
    String at;

    @Option(names = "--margin", paramLabel = "ROLE=TIME",
            description = "how long before an expiry to warn, as in timestamp=12h; roles root, targets, snapshot, "
                    + "timestamp; may be repeated")
    List<String> margins = List.of();

    @Option(names = "--strict", description = "warnings count as errors")
    boolean strict;

    @Override
    public Integer call() throws Exception {
        Margins wanted = Margins.DEFAULT;
        for (String margin : margins) {
            wanted = wanted.with(margin);
        }
        Optional<byte[]> trusted = root == null ? Optional.empty() : Optional.of(trusted());
        Report report;
        try (var fetcher = new Fetcher(new Proxies(env()), Limits.DEFAULT)) {
            Places places = Places.open(place, Optional.ofNullable(targets), this::path, fetcher);
            voice().accept("checking " + places.metadata().place());
            report = RepoCheck.check(new RepoCheck.Request(places.metadata(), places.targets(), trusted, at(), wanted));
        }
        say(report);
        voice().answer(report.toJson(strict));
        return report.conforms(strict) ? 0 : Problem.Exit.NO.code;
    }

    private byte[] trusted() throws Problem {
        try (var in = Files.newInputStream(path(root))) {
            return in.readNBytes(Limits.DEFAULT.rootBytes() + 1);
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(root).because(e);
        }
    }

    private Instant at() throws Problem {
        try {
            return at == null ? Instant.now() : Instant.parse(at);
        } catch (DateTimeException e) {
            throw Problem.usage("not a time").where("--at").expected("2026-11-01T00:00:00Z").found(at).because(e);
        }
    }

    private void say(Report report) {
        Report.Found found = report.found();
        line("metadata", "%s: roots %d to %d, timestamp %d, snapshot %d, %,d targets roles", report.metadata(),
                found.firstRoot(), found.lastRoot(), found.timestamp(),
                found.snapshot(), found.roles());
        line("targets", "%,d listed, %,d bytes, %s", found.files(), found.bytes(),
                report.targets().map(t -> "looked for in " + t).orElse("not looked for"));
        line("expires", "%s", found.expires().entrySet().stream()
                .map(e -> e.getKey() + " in " + left(Duration.between(report.at(), e.getValue())))
                .collect(Collectors.joining(", ")));
        for (Finding finding : report.findings()) {
            line(finding.rule().level().word(), "%s: %s: %s", finding.rule().word(), finding.where(), finding.message());
        }
        String label = "readers";
        for (Reader.Answer answer : report.readers()) {
            line(label, "%-13s %-7s %s", answer.reader().name(), answer.reader().version(), answer.verdict().word()
                    + answer.reasons().stream()
                    .map(r -> (r.verdict() == answer.verdict() ? "" : r.verdict().word() + ": ") + r.why() + " (" + r.where()
                    + ")")
                    .collect(Collectors.joining("; ", answer.reasons().isEmpty() ? "" : ": ", "")));
            label = "";
        }
        String counts = count(report.errors(), "error") + ", " + count(report.warnings(), "warning");
        voice().verdict(report.conforms(strict), (report.conforms(strict) ? "conforms: " : "violates: ") + counts);
    }

    private void line(String label, String format, Object... values) {
        voice().say(String.format(Locale.ROOT, "%-10s " + format, prepend(label, values)));
    }

    private static Object[] prepend(String label, Object[] values) {
        var all = new Object[values.length + 1];
        all[0] = label;
        System.arraycopy(values, 0, all, 1, values.length);
        return all;
    }

    private static String left(Duration left) {
        return left.isNegative() ? "the past" : left.toDays() > 0 ? left.toDays() + " d" : left.toHours() > 0 ? left.toHours()
                + " h" : left.toMinutes() + " min";
    }

    private static String count(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }
}
