package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Founding;
import dev.repro.tuf.repository.KeyFolder;
import dev.repro.tuf.repository.KeyNames;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Lifetimes;
import dev.repro.tuf.repository.Repository;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "init", description = "Begin a repository, with keys that are given or that are made here.",
        synopsisHeading = "usage: ", descriptionHeading = "%n",
        parameterListHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro repo init site",
            "         repro repo init site --root alice=alice.pub --root bob=bob.pub --targets dora=dora.pub --proposal first"})
final class RepoInitCommand extends Commands.Verb {

    @Parameters(paramLabel = "FOLDER", description = "the new repository; one whose name ends with .git is a bare git repository")
    String folder;

    @Option(names = "--root", paramLabel = "[OWNER=]FILE",
            description = "public key of a holder of root; may be repeated, as all of these")
    List<String> root = List.of();

    @Option(names = "--targets", paramLabel = "[OWNER=]FILE", description = "public key of a maintainer")
    List<String> targets = List.of();

    @Option(names = "--snapshot", paramLabel = "[OWNER=]FILE", description = "public key that signs snapshot")
    List<String> snapshot = List.of();

    @Option(names = "--timestamp", paramLabel = "[OWNER=]FILE", description = "public key that signs timestamp")
    List<String> timestamp = List.of();

    @Option(names = "--threshold", paramLabel = "ROLE=N",
            description = "how many must sign a role; default: more than half of its keys")
    Map<String, Integer> thresholds = Map.of();

    @Option(names = "--lifetime", paramLabel = "KIND=TIME",
            description = "how long a signed file is good for: root=1y, targets=1y, "
                    + "delegated=1y, snapshot=30d, timestamp=7d are the defaults")
    Map<String, String> lifetimes = Map.of();

    @Option(names = "--new-keys", paramLabel = "FOLDER",
            description = "where keys go that are not given and so are made: 3 of root, 3 of targets, "
                    + "1 each of snapshot and timestamp; default: keys")
    Path newKeys = Path.of("keys");

    @Option(names = "--no-password", description = "leave these keys unencrypted, for a trial")
    boolean noPassword;

    @Option(names = "--no-consistent-snapshot",
            description = "file names without versions and hashes; only for servers that cannot do otherwise")
    boolean inconsistent;

    @Option(names = "--tough-names", description = "publish targets in folders a second time where tough looks for them")
    boolean toughNames;

    @Option(names = "--proposal", paramLabel = "FOLDER", description = "write a proposal for the holders of keys to sign")
    Path proposal;

    @Mixin
    RepoCommand.KeyOptions keys = new RepoCommand.KeyOptions();

    @Override
    public Integer call() throws Exception {
        var founding = new Founding(!inconsistent, toughNames, Lifetimes.DEFAULT.with(lifetimes), thresholds);
        for (var given : Map.of("root", root, "targets", targets, "snapshot", snapshot, "timestamp", timestamp).entrySet()) {
            founding.give(given.getKey(), KeyNames.holders(given.getValue(), path(Path.of(""))));
        }
        if (founding.hasGiven() && proposal == null && keys.keys.isEmpty()) {
            throw Problem.usage("keys are given, and nothing says who signs with them").expected("--proposal or --key")
                    .hint("--proposal FOLDER makes a proposal that their holders sign");
        }
        try (Store store = Stores.open(folder, env(), path(Path.of("")))) {
            Repository repository = Repository.read(store);
            if (!repository.isEmpty()) {
                throw Problem.usage("there is a repository already").where(folder).hint("name an empty or a new folder");
            }
            try (Secret password = noPassword ? null : secret(); var made = new KeyFolder(path(newKeys), Scheme.ED25519,
                    password);
                    KeyRing ring = keys.ring(this).lend(made)) {
                List<String> advice = founding.makeKeys(made);
                var desk = new Desk(repository, Optional.ofNullable(proposal).map(this::path), ring, Instant.now(), false);
                tell(desk.finish(founding.proposal(repository, Instant.now()), "new repository"), advice);
            }
        }
        return 0;
    }

    private Secret secret() throws Problem {
        boolean needed = root.isEmpty() || targets.isEmpty() || snapshot.isEmpty() || timestamp.isEmpty();
        return needed ? keys.passwords(this).get("the new keys in " + newKeys, Passwords.Use.CHOOSE) : null;
    }

    private void tell(Desk.Outcome outcome, List<String> advice) throws Problem {
        var voice = voice();
        outcome.difference().lines().forEach(voice::say);
        voice.say(RepoCommand.end(outcome, proposal, false));
        if (!advice.isEmpty()) {
            voice.say("keys       in " + newKeys + (noPassword ? ", not encrypted" : ", encrypted with one password"));
            advice.forEach(a -> voice.say("  " + a));
        }
        voice.answer(outcome.toJson(proposal == null ? null : proposal.toString())
                .with("new_keys", advice.isEmpty() ? null : newKeys.toString()));
    }
}
