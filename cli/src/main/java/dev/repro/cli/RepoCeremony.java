package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.repository.Ceremony;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Difference;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.ProposalFolder;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The verbs of a ceremony: look, sign, bring together.
final class RepoCeremony {

    private RepoCeremony() {}

    @Command(name = "status",
            description = "Say what a repository holds: roles, expiry, who may sign what; or what a proposal lacks.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo status --repo site"})
    static final class Status extends RepoCommand.Base {
        @Option(names = "--proposal", paramLabel = "FOLDER",
                description = "whose signatures this proposal lacks; exit code 1 if any")
        Path proposal;

        @Override
        public Integer call() throws Exception {
            var voice = voice();
            if (proposal != null) {
                List<Proposal.Missing> missing = ProposalFolder.read(path(proposal)).missing();
                missing.forEach(m -> voice.say(m.line()));
                voice.verdict(missing.isEmpty(), missing.isEmpty() ? "complete: `repro repo merge` publishes it" : "incomplete");
                voice.answer(Json.object("schema", "repro.repo-missing.v1", "missing",
                        missing.stream().map(Proposal.Missing::toJson).toList()));
                return missing.isEmpty() ? 0 : 1;
            }
            try (Store store = store()) {
                var status = dev.repro.tuf.repository.Status.of(Repository.read(store));
                status.lines(Instant.now()).forEach(voice::say);
                voice.answer(status.toJson());
            }
            return 0;
        }
    }

    /// What looks at a proposal, and holds it to a root if one is given.
    abstract static class Reviewed extends Commands.Verb {
        @Parameters(paramLabel = "PROPOSAL", description = "the folder of a proposal")
        Path proposal;

        @Option(names = "--trust", paramLabel = "ROOT",
                description = "a root that you have from elsewhere: check that the proposal is for its repository")
        Path trust;

        Proposal read() throws Problem {
            Proposal read = ProposalFolder.read(path(proposal));
            if (trust != null) {
                ProposalFolder.checkAgainst(read, path(trust));
            }
            return read;
        }
    }

    @Command(name = "diff",
            description = "Show what a proposal changes: who gains what, which targets come and go, what expires when.",
            synopsisHeading = "usage: ",
            descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo diff next --trust 1.root.json"})
    static final class Diff extends Reviewed {
        @Override
        public Integer call() throws Exception {
            var voice = voice();
            Proposal read = read();
            Difference difference = Difference.of(read);
            difference.lines().forEach(voice::say);
            voice.answer(difference.toJson());
            return 0;
        }
    }

    @Command(name = "sign", description = "Sign a proposal that you have looked at, in your copy of its folder.",
            synopsisHeading = "usage: ", descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo sign next --digest 3f2a…9c --key alice.pem"})
    static final class Sign extends Reviewed {
        @Option(names = "--digest", paramLabel = "DIGEST",
                description = "the digest that `repro repo diff` showed you; without it, you are shown the difference and asked")
        String digest;

        @Mixin
        RepoCommand.KeyOptions keys = new RepoCommand.KeyOptions();

        @Option(names = "--dry-run", description = "say what would be signed, write nothing")
        boolean dryRun;

        @Override
        public Integer call() throws Exception {
            var voice = voice();
            Proposal read = read();
            Digest shown = digest == null ? ask(read, voice) : Digest.parse(digest).orElseThrow(
                    () -> Problem.usage("not a digest").where("--digest").expected("the 64 digits that `repro repo diff` shows")
                    .found(digest));
            try (KeyRing ring = keys.ring(this)) {
                Ceremony.Outcome outcome = new Ceremony(Instant.now()).sign(path(proposal), shown, ring, dryRun);
                outcome.signed().forEach(voice::say);
                List<Proposal.Missing> missing = outcome.proposal().missing();
                missing.forEach(m -> voice.say(m.line()));
                voice.say(dryRun ? "dry run: nothing was written" : missing.isEmpty()
                        ? "complete: `repro repo merge` publishes it"
                        : "send the folder back to whoever merges");
                voice.answer(Json.object("schema", "repro.repo-signed.v1", "digest", shown, "signed", outcome.signed(),
                        "missing", missing.stream().map(Proposal.Missing::toJson).toList()));
            }
            return 0;
        }

        private Digest ask(Proposal read, Voice voice) throws Problem {
            Difference.of(read).lines().forEach(voice::say);
            var console = System.console();
            if (json || console == null || !console.isTerminal()) {
                throw Problem.usage("nothing says that you have looked at it").expected("--digest")
                        .hint("run `repro repo diff " + proposal + "`, then give the digest that it shows");
            }
            if (!"yes".equals(console.readLine("sign this? (yes or no) "))) {
                throw Problem.no("not signed");
            }
            return read.digest();
        }
    }

    @Command(name = "merge",
            description = "Bring the signatures of copies of a proposal together in the first; with --repo, publish it.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n",
            optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo merge next from-alice from-bob --repo site --key keys"})
    static final class Merge extends Commands.Verb {
        @Parameters(arity = "1..*", paramLabel = "PROPOSAL",
                description = "folders of the same proposal; the first receives the others' signatures")
        List<Path> proposals;

        @Option(names = "--repo", paramLabel = "FOLDER", description = "publish there, if no signature is missing")
        String repo;

        @Mixin
        RepoCommand.KeyOptions keys = new RepoCommand.KeyOptions();

        @Option(names = "--dry-run", description = "do everything but publish")
        boolean dryRun;

        @Option(names = {"-m", "--message"}, paramLabel = "TEXT",
                description = "what this is about, for a repository with a history")
        String message = "";

        @Override
        public Integer call() throws Exception {
            var voice = voice();
            var folders = new ArrayList<Path>();
            proposals.forEach(p -> folders.add(path(p)));
            Ceremony.Outcome merged = new Ceremony(Instant.now()).merge(folders);
            merged.signed().forEach(voice::say);
            List<Proposal.Missing> missing = merged.proposal().missing();
            missing.forEach(m -> voice.say(m.line()));
            Json.Obj answer = Json.object("schema", "repro.repo-merged.v1", "digest", merged.proposal().digest(),
                    "missing", missing.stream().map(Proposal.Missing::toJson).toList(), "published", List.of());
            if (missing.isEmpty() && repo != null) {
                try (Store store = Stores.open(repo, env(), path(Path.of(""))); KeyRing ring = keys.ring(this)) {
                    var desk = new Desk(Repository.read(store), Optional.empty(), ring, Instant.now(), dryRun);
                    Desk.Outcome outcome = desk.publish(folders.getFirst(), message);
                    voice.say(RepoCommand.end(outcome, proposals.getFirst(), dryRun));
                    answer = answer.with("published", outcome.toJson(null).members().get("published"));
                }
            } else {
                voice.verdict(missing.isEmpty(), missing.isEmpty() ? "complete: add --repo to publish" : "incomplete");
            }
            voice.answer(answer);
            return missing.isEmpty() ? 0 : 1;
        }
    }
}
