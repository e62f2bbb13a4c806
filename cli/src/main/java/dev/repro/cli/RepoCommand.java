package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "repo", description = "Make and keep a TUF repository: keys, roles, targets, signatures (docs/repo.md).",
        synopsisHeading = "usage: ",
        descriptionHeading = "%n", commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n",
        synopsisSubcommandLabel = "VERB",
        subcommands = {RepoInitCommand.class, RepoTargets.Add.class, RepoTargets.Remove.class, RepoRoles.AddKey.class,
        RepoRoles.Delegate.class, RepoAgree.class, RepoRoles.Rotate.class,
            RepoRoles.Revoke.class, RepoTargets.Renew.class, RepoTargets.Snapshot.class, RepoTargets.Timestamp.class,
                    RepoCeremony.Status.class, RepoCeremony.Diff.class,
            RepoCeremony.Sign.class, RepoCeremony.Merge.class, RepoCheckCommand.class},
        footer = {"", "example: repro repo init site"})
final class RepoCommand extends Commands.Verb {

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(),
                "missing verb: init, add, delegate, status or another of `repro repo --help`");
    }

    /// Which keys sign, and how they are unlocked.
    static final class KeyOptions {
        @Option(names = "--key", paramLabel = "KEY",
                description = "a key that signs: a PEM file, a folder of them, pkcs11:… or ssh-agent:NAME; may be repeated")
        List<String> keys = List.of();

        @Mixin
        KeyCommand.PasswordOptions from = new KeyCommand.PasswordOptions();

        Passwords passwords(Commands.Verb verb) throws Problem {
            return from.passwords(verb);
        }

        KeyRing ring(Commands.Verb verb) throws Problem {
            return new KeyRing(keys, passwords(verb), verb.env(), verb.path(Path.of("")));
        }
    }

    /// Where the repository is.
    abstract static class Base extends Commands.Verb {
        @Option(names = "--repo", paramLabel = "FOLDER",
                description = "the repository: a folder, a bare git repository, or s3://BUCKET/PREFIX?endpoint=URL&region=REGION; default: this "
                        + "folder")
        String repo = "";

        Store store() throws Problem {
            return Stores.open(repo, env(), here());
        }

        Path here() {
            return path(Path.of(""));
        }
    }

    /// A verb that publishes.
    abstract static class Publish extends Base {
        @Mixin
        KeyOptions keys = new KeyOptions();

        @Option(names = "--dry-run", description = "show what would change, write nothing")
        boolean dryRun;

        @Option(names = {"-m", "--message"}, paramLabel = "TEXT",
                description = "what this is about, for a repository with a history")
        String message = "";

        /// @return of the proposal that is made instead, null to publish at once
        Path proposal() {
            return null;
        }

        @Override
        public Integer call() throws Exception {
            try (Store store = store(); KeyRing ring = keys.ring(this)) {
                Optional<Path> folder = Optional.ofNullable(proposal()).map(this::path);
                Repository repository = Repository.read(store);
                tell(change(new Desk(repository, folder, ring, Instant.now(), dryRun), repository));
            }
            return 0;
        }

        abstract Desk.Outcome change(Desk desk, Repository repository) throws Problem;

        private void tell(Desk.Outcome outcome) throws Problem {
            var voice = voice();
            outcome.difference().lines().forEach(voice::say);
            voice.say(end(outcome, proposal(), dryRun));
            voice.answer(outcome.toJson(proposal() == null ? null : proposal().toString()));
        }
    }

    /// A verb that changes what people sign: publishes at once with their keys, or makes a proposal.
    abstract static class Change extends Publish {
        @Option(names = "--proposal", paramLabel = "FOLDER",
                description = "write the change into a proposal, a new one or one that is there, for others to review and sign")
        Path proposal;

        @Override
        Path proposal() {
            return proposal;
        }
    }

    static String end(Desk.Outcome outcome, Path proposal, boolean dryRun) {
        if (dryRun) {
            return "dry run: nothing was written";
        }
        if (!outcome.published().isEmpty()) {
            return "published  " + versions(outcome.published());
        }
        return "proposal   in " + proposal
                + ": copy the folder to each signer, who runs `repro repo diff` and `repro repo sign` on it";
    }

    static String versions(Map<RoleName, Long> versions) {
        List<String> all = versions.entrySet().stream().map(v -> v.getKey() + " " + v.getValue()).toList();
        return all.size() <= 8 ? String.join(", ", all)
                : String.join(", ", all.subList(0, 4)) + ", … (" + all.size() + " files), "
                + String.join(", ", all.subList(all.size() - 2, all.size()));
    }
}
