package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.KeyNames;
import dev.repro.tuf.repository.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The verbs about who may sign what.
final class RepoRoles {
    private static final String KEY_FORM = "a file with the key, the first digits of its id, or its owner";

    private RepoRoles() {}

    private static OptionalInt optional(Integer given) {
        return given == null ? OptionalInt.empty() : OptionalInt.of(given);
    }

    @Command(name = "add-key", description = "Let more keys sign a role, or change how many must.", synopsisHeading = "usage: ",
            descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo add-key --repo site --proposal next targets erin=erin.pub"})
    static final class AddKey extends RepoCommand.Change {
        @Parameters(index = "0", paramLabel = "ROLE",
                description = "root, targets, snapshot, timestamp, a delegated role, or the prefix of bins")
        RoleName role;

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "[OWNER=]FILE", description = "public keys")
        List<String> keyFiles = List.of();

        @Option(names = "--threshold", paramLabel = "N", description = "how many must sign from now on")
        Integer threshold;

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            if (keyFiles.isEmpty() && threshold == null) {
                throw Problem.usage("nothing to change").expected("a key or --threshold");
            }
            return desk.finish(desk.editor().keys(role, KeyNames.holders(keyFiles, here()), List.of(),
                    optional(threshold)).proposal(), message);
        }
    }

    @Command(name = "delegate",
            description = "Give a name-space to a new role with keys of its own, or everything to hash bins.",
            synopsisHeading = "usage: ",
            descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo delegate --repo site --proposal next hello erin=erin.pub",
                "         repro repo delegate --repo site --key keys --bins 1024 bin online.pub"})
    static final class Delegate extends RepoCommand.Change {
        @Parameters(index = "0", paramLabel = "ROLE", description = "the new role's name; with --bins the prefix of the bins'")
        String role;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "[OWNER=]FILE",
                description = "public keys of the author or the team")
        List<String> keyFiles;

        @Option(names = "--path", paramLabel = "PATTERN",
                description = "targets that it may list; * and ? stop at /; may be repeated; default: ROLE/*/*")
        List<String> paths = List.of();

        @Option(names = "--hash-prefix", paramLabel = "HEX", description = "instead: targets whose name's SHA-256 begins so")
        List<String> prefixes = List.of();

        @Option(names = "--bins", paramLabel = "N",
                description = "instead: N bins, a power of two, each for its part of all targets (TAP 15)")
        Integer bins;

        @Option(names = "--threshold", paramLabel = "N", description = "how many of its keys must sign; default: 1")
        int threshold = 1;

        @Option(names = "--terminating", description = "nobody after it in the list is asked for these targets")
        boolean terminating;

        @Option(names = "--from", paramLabel = "ROLE", description = "the role that delegates; default: targets")
        RoleName from = RoleName.TARGETS;

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            var keys = new Editor.Keys(KeyNames.holders(keyFiles, here()), threshold);
            Editor editor = desk.editor();
            if (bins != null) {
                if (Integer.bitCount(bins) != 1 || !paths.isEmpty() || !prefixes.isEmpty()) {
                    throw Problem.usage("bins are a power of two, and take all targets").where("--bins").found(bins);
                }
                editor.delegateBins(from, Integer.numberOfTrailingZeros(bins), role, keys);
            } else {
                List<String> covered = paths.isEmpty() && prefixes.isEmpty() ? List.of(role + "/*/*") : paths;
                editor.delegate(from, role, covered, prefixes, terminating, keys);
            }
            return desk.finish(editor.proposal(), message);
        }
    }

    @Command(name = "rotate", description = "Replace keys of a role by others.", synopsisHeading = "usage: ",
            descriptionHeading = "%n", parameterListHeading = "%n",
            optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo rotate --repo site --proposal next root --old alice --new alice=alice2.pub",
                "         repro repo rotate --repo site --proposal next hello --own --old erin --new erin=erin2.pub"})
    static final class Rotate extends RepoCommand.Change {
        @Parameters(paramLabel = "ROLE",
                description = "root, targets, snapshot, timestamp, a delegated role, or the prefix of bins")
        RoleName role;

        @Option(names = "--old", required = true, paramLabel = "KEY", description = KEY_FORM + "; may be repeated")
        List<String> old;

        @Option(names = "--new", required = true, paramLabel = "[OWNER=]FILE", description = "public key; may be repeated")
        List<String> fresh;

        @Option(names = "--threshold", paramLabel = "N", description = "how many must sign from now on")
        Integer threshold;

        @Option(names = "--own",
                description = "a delegated role: signed by its own keys, old and new, not by whoever delegates to it (TAP 8)")
        boolean own;

        @Option(names = "--new-keys-only",
                description = "with --own: the old keys sign the role no more; clients without TAP 8 refuse it then")
        boolean newKeysOnly;

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            if (newKeysOnly && !own) {
                throw Problem.usage("--new-keys-only is for --own");
            }
            var out = new ArrayList<PublicKey>();
            for (String one : old) {
                out.add(KeyNames.listed(repository, one, here()));
            }
            List<KeyHolder> in = KeyNames.holders(fresh, here());
            Editor editor = desk.editor();
            if (own) {
                editor.rotate(role, in, out, optional(threshold), !newKeysOnly);
            } else {
                editor.keys(role, in, out, optional(threshold));
            }
            return desk.finish(editor.proposal(), message);
        }
    }

    @Command(name = "revoke", description = "Take a key from roles, or end a delegated role.", synopsisHeading = "usage: ",
            descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo revoke --repo site --proposal next mallory",
            "         repro repo revoke --repo site --proposal next --end hello",
                "         repro repo revoke --repo site --key erin.pem --key online --own hello"})
    static final class Revoke extends RepoCommand.Change {
        @Parameters(arity = "0..1", paramLabel = "KEY", description = KEY_FORM)
        String key;

        @Option(names = "--role", paramLabel = "ROLE",
                description = "take it from this role; default: from every role that has it")
        RoleName role;

        @Option(names = "--threshold", paramLabel = "N", description = "with --role: how many must sign from now on")
        Integer threshold;

        @Option(names = "--end", paramLabel = "ROLE",
                description = "instead: end the delegation to a role, whose targets nobody finds any more")
        RoleName end;

        @Option(names = "--own", paramLabel = "ROLE",
                description = "instead: end a delegated role for good, by its own keys (TAP 20)")
        RoleName own;

        @Option(names = "--rotation", paramLabel = "N",
                description = "with --own: in the place of its key rotation N, by the keys that signed that one")
        Integer rotation;

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            if (Stream.of(key, end, own).filter(Objects::nonNull).count() != 1 || threshold != null && role == null
                    || rotation != null && own == null) {
                throw Problem.usage("what to revoke is not clear")
                        .expected("a key, --end ROLE or --own ROLE; --threshold only with --role, --rotation with --own");
            }
            Editor editor = desk.editor();
            if (own != null) {
                editor.revoke(own, optional(rotation));
            } else if (end != null) {
                editor.undelegate(end);
            } else if (role == null) {
                editor.removeEverywhere(KeyNames.listed(repository, key, here()));
            } else {
                editor.keys(role, List.of(), List.of(KeyNames.listed(repository, key, here())),
                        optional(threshold));
            }
            return desk.finish(editor.proposal(), message);
        }
    }
}
