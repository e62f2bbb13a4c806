package dev.repro.cli;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.base.Problem;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Desk;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The verbs about targets and freshness.
final class RepoTargets {

    private RepoTargets() {}

    @Command(name = "add",
            description = "Add files as targets, or replace targets, each in the role that its name is delegated to.",
            synopsisHeading = "usage: ",
            descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo add --repo site --as hello/1.0.0/ --key keys hello.hvt"})
    static final class Add extends RepoCommand.Change {
        @Parameters(arity = "1..*", paramLabel = "FILE", description = "files to publish")
        List<Path> files;

        @Option(names = "--as", paramLabel = "NAME",
                description = "the target's name, or with / at its end its folder; default: the file's own name")
        String as = "";

        @Option(names = "--role", paramLabel = "ROLE",
                description = "the role that lists them; default: the one that the name is delegated to, or targets")
        RoleName role;

        @Option(names = "--custom", paramLabel = "FILE",
                description = "a JSON object to sign along with each, as member `custom`")
        Path custom;

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            if (files.size() > 1 && !as.isEmpty() && !as.endsWith("/")) {
                throw Problem.usage("several files, and one name for all").where("--as").found(as)
                        .hint("end it with / to name a folder");
            }
            Json.Obj object = custom == null ? Json.object() : custom();
            var additions = new LinkedHashMap<TargetName, Editor.Addition>();
            for (Path file : files) {
                String name = as.isEmpty() || as.endsWith("/") ? as + path(file).toAbsolutePath().getFileName() : as;
                if (additions.put(new TargetName(name), new Editor.Addition(Blob.of(path(file)), object)) != null) {
                    throw Problem.usage("two files of one name").where(file).found(name);
                }
            }
            return desk.finish(desk.editor().add(additions, Optional.ofNullable(role)).proposal(), message);
        }

        private Json.Obj custom() throws Problem {
            try {
                byte[] bytes = Files.readAllBytes(path(custom));
                Fields.parse(bytes, custom.toString()); // an object
                return (Json.Obj) JsonParser.parse(bytes);
            } catch (IOException | JsonParser.SyntaxException e) {
                throw Problem.usage("cannot be read: " + e.getMessage()).where(custom).because(e);
            }
        }
    }

    @Command(name = "remove", description = "Take targets away; their files stay, for clients of an older snapshot.",
            synopsisHeading = "usage: ", descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo remove --repo site --key keys hello/1.0.0/hello.hvt"})
    static final class Remove extends RepoCommand.Change {
        @Parameters(arity = "1..*", paramLabel = "NAME", description = "targets")
        List<String> names;

        @Option(names = "--role", paramLabel = "ROLE",
                description = "the role that lists them; default: the one that the name is delegated to, or targets")
        RoleName role;

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            Editor editor = desk.editor();
            Withdrawn.remove(editor, names.stream().map(TargetName::new).toList(), Optional.ofNullable(role));
            return desk.finish(editor.proposal(), message);
        }
    }

    @Command(name = "renew", description = "Make the files of roles anew before they expire, saying the same.",
            synopsisHeading = "usage: ", descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo renew --repo site --proposal renewal root targets"})
    static final class Renew extends RepoCommand.Change {
        @Parameters(arity = "0..*", paramLabel = "ROLE", description = "root, targets, or delegated roles")
        List<RoleName> roles = List.of();

        @Option(names = "--lifetime", paramLabel = "KIND=TIME",
                description = "change in root how long files signed from now on are good for: timestamp=1d, as with init")
        Map<String, String> lifetimes = Map.of();

        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            if (roles.isEmpty() && lifetimes.isEmpty()) {
                throw Problem.usage("nothing to renew").expected("a role, or --lifetime");
            }
            Editor editor = desk.editor();
            if (!lifetimes.isEmpty()) {
                editor.lifetimes(lifetimes);
            }
            for (RoleName role : roles) {
                editor.renew(role);
            }
            return desk.finish(editor.proposal(), message);
        }
    }

    @Command(name = "snapshot", description = "Sign a new snapshot and timestamp of what is there.", synopsisHeading = "usage: ",
            descriptionHeading = "%n",
            optionListHeading = "%noptions:%n", footer = {"", "example: repro repo snapshot --repo site --key keys"})
    static final class Snapshot extends RepoCommand.Publish {
        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            return desk.refresh(true);
        }
    }

    @Command(name = "timestamp", description = "Sign a new timestamp of the snapshot that is there.",
            synopsisHeading = "usage: ", descriptionHeading = "%n",
            optionListHeading = "%noptions:%n",
            footer = {"", "example: repro repo timestamp --repo site --key keys/timestamp.pem"})
    static final class Timestamp extends RepoCommand.Publish {
        @Override
        Desk.Outcome change(Desk desk, Repository repository) throws Problem {
            return desk.refresh(false);
        }
    }
}
