package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Secret;
import dev.repro.keys.Passwords;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Trust;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "author", description = "Be an author: a key, a service that publishes, and what is trusted of it (docs/author.md).",
        synopsisHeading = "usage: ", descriptionHeading = "%n", commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n",
        synopsisSubcommandLabel = "VERB",
        subcommands = {AuthorCommand.Init.class, AuthorCommand.Show.class, AuthorKeys.Rotate.class, AuthorKeys.Revoke.class},
        footer = {"", "example: repro author init --service https://repo.example"})
final class AuthorCommand extends Commands.Verb {

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing verb: init, show, rotate or revoke");
    }

    /// `repro.author.v1`
    private static Json.Obj describe(Author author, Digest root) throws Problem {
        var keys = new ArrayList<Json.Obj>();
        for (Author.Key key : author.keys()) {
            keys.add(Json.object("file", key.file().toString(), "keyid", key.key().keyid(), "scheme", key.key().scheme().scheme(),
                    "public", key.key().toJson()));
        }
        return Json.object("schema", "repro.author.v1", "service", author.settings().service().toString(),
                "name", author.settings().name().orElse(null), "root_sha256", root, "keys", keys);
    }

    private static void say(Voice voice, Author author, Digest root) throws Problem {
        voice.say("service    " + author.settings().service());
        author.settings().name().ifPresent(name -> voice.say("name       " + name));
        for (Author.Key key : author.keys()) {
            voice.say("key        " + key.file() + ", " + key.key().scheme().scheme() + " " + key.key().keyid());
        }
        if (root != null) {
            voice.say("root       sha256 " + root);
        }
    }

    @Command(name = "init", description = "Begin: make the author's key, remember the service, begin to trust its repository.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro author init --service https://repo.example --root-sha256 3f2a…9c"})
    static final class Init extends ServiceVerb {
        @Option(names = "--service", required = true, paramLabel = "URL", description = "the snapshot service")
        URI service;

        @Mixin
        RootOptions root = new RootOptions();

        @Option(names = "--name", paramLabel = "NAME", description = "the package that is meant where none is said")
        String name;

        @Option(names = "--no-password", description = "leave the private key unencrypted")
        boolean noPassword;

        @Mixin
        KeyCommand.PasswordOptions from = new KeyCommand.PasswordOptions();

        @Override
        int run() throws Exception {
            if (noPassword && (from.file != null || from.name != null)) {
                throw Problem.usage("--no-password and a password do not go together").hint("leave one of them out");
            }
            var voice = voice();
            try (Trust trust = trust(service)) {
                boolean begun = trust.isBegun();
                Digest digest = begun && !root.given() ? trust.firstRoot().orElseThrow() : root.begin(this, trust);
                trust.refresh(Instant.now());
                Author author = begin(trust.service());
                say(voice, author, digest);
                if (!begun && !root.given()) {
                    voice.warn("the service's own word was taken for this root: compare the digest with the one that its maintainers publish");
                }
                voice.say("next: `repro claim NAME` asks for a name");
                voice.answer(describe(author, digest));
            }
            return 0;
        }

        private Author begin(URI url) throws Problem {
            Optional<String> before = Author.find(places()).flatMap(a -> a.settings().name());
            var settings = new Author.Settings(url, Optional.ofNullable(name).or(() -> before));
            if (noPassword || Author.hasKey(places())) {
                return Author.begin(places(), settings, null);
            }
            Passwords passwords = from.passwords(this);
            try (Secret password = passwords.get("the author's new key", Passwords.Use.CHOOSE)) {
                return Author.begin(places(), settings, password);
            }
        }
    }

    @Command(name = "show", description = "Show the service, the author's keys and the root that is trusted. Asks for no password.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro author show"})
    static final class Show extends ServiceVerb {
        @Override
        int run() throws Exception {
            Author author = author();
            try (Trust trust = trust(author.settings().service())) {
                Digest root = trust.firstRoot().orElse(null);
                var voice = voice();
                say(voice, author, root);
                author.key().key().pem().lines().forEach(voice::say);
                voice.answer(describe(author, root));
            }
            return 0;
        }
    }
}
