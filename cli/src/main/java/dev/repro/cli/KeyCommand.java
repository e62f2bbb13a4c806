package dev.repro.cli;

import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import dev.repro.keys.Signers;
import dev.repro.keys.SshKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "key", description = "Make, show, convert and list keys.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n", synopsisSubcommandLabel = "VERB",
        subcommands = {KeyCommand.Generate.class, KeyCommand.Show.class, KeyCommand.Convert.class, KeyCommand.Lists.class},
        footer = {"", "example: repro key generate root1.pem"})
final class KeyCommand extends Commands.Verb {

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing verb: generate, show, convert or list");
    }

    /// Where a password comes from; without an option, from the terminal.
    static final class PasswordOptions {
        @Option(names = "--password-file", paramLabel = "FILE",
                description = "take the password, or the PIN, from the first line of FILE, which nobody else can read")
        Path file;

        @Option(names = "--password-env", paramLabel = "NAME", description = "take it from the environment variable NAME")
        String name;

        Passwords passwords(Commands.Verb verb) throws Problem {
            return source(verb, file, name);
        }
    }

    private static Passwords source(Commands.Verb verb, Path file, String name) throws Problem {
        if (file != null && name != null) {
            throw Problem.usage("a password comes from a file or from the environment, not from both");
        }
        return file != null ? Passwords.file(verb.path(file)) : name != null ? Passwords.environment(verb.env(), name)
                : (what, use) -> Passwords.prompt(System.console()).get(what, use);
    }

    private static Json.Obj describe(String reference, PublicKey key) throws Problem {
        return Json.object("schema", "repro.key.v1", "reference", reference, "keytype", key.scheme().keytype(),
                "scheme", key.scheme().scheme(), "keyid", key.keyid(), "ssh_fingerprint", fingerprint(key), "public", key.toJson(), "pem", key.pem());
    }

    private static String fingerprint(PublicKey key) throws Problem {
        return SshKey.has(key.scheme()) ? SshKey.fingerprint(key) : null;
    }

    private static void say(Voice voice, String reference, PublicKey key) throws Problem {
        voice.say(reference);
        voice.say("scheme     " + key.scheme().scheme());
        voice.say("key id     " + key.keyid());
        String fingerprint = fingerprint(key);
        if (fingerprint != null) {
            voice.say("ssh        " + fingerprint);
        }
    }

    @Command(name = "generate", description = "Make a key pair, and write it to a new file with mode 0600, encrypted.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n",
            optionListHeading = "%noptions:%n", footer = {"", "example: repro key generate root1.pem"})
    static final class Generate extends Commands.Verb {
        @Parameters(paramLabel = "FILE", description = "where the private key goes; a file that is there is never replaced")
        Path file;

        @Option(names = "--scheme", paramLabel = "SCHEME",
                description = "ed25519 (default), ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, rsassa-pss-sha256, ml-dsa-44/1, "
                + "ml-dsa-65/1, ml-dsa-87/1, slh-dsa-sha2-128s/1 or slh-dsa-sha2-128f/1")
        String scheme = Scheme.ED25519.scheme();

        @Option(names = "--no-password", description = "leave the private key unencrypted")
        boolean noPassword;

        @Mixin
        PasswordOptions from = new PasswordOptions();

        @Override
        public Integer call() throws Problem {
            Scheme chosen = Arrays.stream(Scheme.values()).filter(s -> s.scheme().equals(scheme)).findFirst().orElseThrow(
                    () -> Problem.usage("no such scheme").found(scheme)
                    .expected(Arrays.stream(Scheme.values()).map(Scheme::scheme).collect(Collectors.joining(", ")))
                            .hint("`repro key generate --help` lists them"));
            if (noPassword && (from.file != null || from.name != null)) {
                throw Problem.usage("--no-password and a password do not go together").hint("leave one of them out");
            }
            Path target = path(file);
            if (Files.exists(target)) {
                throw Problem.usage("there is a file of that name, and a private key is not overwritten").where(file)
                        .hint("choose another name");
            }
            Passwords passwords = from.passwords(this);
            try (Secret password = noPassword ? null : passwords.get(file.toString(), Passwords.Use.CHOOSE);
                    PrivateKey key = PrivateKey.generate(chosen, new SecureRandom())) {
                key.write(target, password);
                var voice = voice();
                say(voice, file + ", " + (noPassword ? "not encrypted" : "encrypted"), key.key());
                voice.answer(describe(file.toString(), key.key()));
            }
            return 0;
        }
    }

    @Command(name = "show", description = "Show the public half of a key.", synopsisHeading = "usage: ",
            descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro key show root1.pem"})
    static final class Show extends Commands.Verb {
        @Parameters(paramLabel = "KEY",
                description = "a file (private or public PEM, TUF key in JSON, SSH public key), pkcs11:… or ssh-agent:NAME")
        String key;

        @Mixin
        PasswordOptions from = new PasswordOptions();

        @Override
        public Integer call() throws Problem {
            PublicKey found = Signers.publicKey(key, from.passwords(this), env(), path(Path.of("")));
            var voice = voice();
            say(voice, key, found);
            found.pem().lines().forEach(voice::say);
            voice.answer(describe(key, found));
            return 0;
        }
    }

    @Command(name = "convert", description = "Write a key in another form.", synopsisHeading = "usage: ",
            descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro key convert root1.pem --to tuf"})
    static final class Convert extends Commands.Verb {
        private static final List<String> FORMS = List.of("pem", "tuf", "ssh", "private", "encrypted");

        @Parameters(paramLabel = "FILE", description = "a file with a key, in any form that `repro key show` reads")
        Path file;

        @Option(names = "--to", paramLabel = "FORM", required = true,
                description = "pem (SPKI), tuf (JSON of TUF and securesystemslib), ssh (one line); with --output: "
                + "private (PKCS#8) or encrypted (PKCS#8 with a new password)")
        String form;

        @Option(names = {"-o", "--output"}, paramLabel = "FILE",
                description = "a new file, instead of stdout; a private key goes nowhere else")
        Path output;

        @Mixin
        PasswordOptions from = new PasswordOptions();

        @Option(names = "--new-password-file", paramLabel = "FILE",
                description = "take the new password from the first line of FILE")
        Path newFile;

        @Option(names = "--new-password-env", paramLabel = "NAME",
                description = "take the new password from the environment variable NAME")
        String newName;

        @Override
        public Integer call() throws Exception {
            if (!FORMS.contains(form)) {
                throw Problem.usage("no such form").found(form).expected(String.join(", ", FORMS))
                        .hint("`repro key convert --help` says what they are");
            }
            if (form.equals("private") || form.equals("encrypted")) {
                return secret();
            }
            PublicKey key = KeyFile.read(path(file), from.passwords(this));
            String text = switch (form) {
                case "pem" -> key.pem();
                case "tuf" -> JsonText.pretty(key.toJson());
                default -> SshKey.line(key, "") + "\n";
            };
            if (output == null) {
                text.lines().forEach(voice()::say);
            } else {
                if (Files.exists(path(output))) {
                    throw Problem.usage("there is a file of that name").where(output).hint("choose another name");
                }
                Durable.write(path(output), text.getBytes(StandardCharsets.UTF_8));
            }
            return answer(key, output == null ? text : null);
        }

        private int secret() throws Problem {
            if (output == null) {
                throw Problem.usage("a private key is not printed").hint("say --output FILE");
            }
            try (PrivateKey key = PrivateKey.read(path(file), from.passwords(this));
                    Secret password = form.equals("private") ? null : source(this, newFile, newName).get(output.toString(),
                            Passwords.Use.CHOOSE)) {
                key.write(path(output), password);
                return answer(key.key(), null);
            }
        }

        private int answer(PublicKey key, String text) {
            var voice = voice();
            if (output != null) {
                voice.say(output + ", " + form + " form of key " + key.keyid());
            }
            voice.answer(Json.object("schema", "repro.converted.v1", "form", form, "keyid", key.keyid(),
                    "output", output == null ? null : output.toString(), "text", text));
            return 0;
        }
    }

    @Command(name = "list", description = "List the keys of a folder, a token or the SSH agent. Asks for no password.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n",
            optionListHeading = "%noptions:%n", footer = {"", "example: repro key list ssh-agent:"})
    static final class Lists extends Commands.Verb {
        @Parameters(arity = "0..1", paramLabel = "WHERE",
                description = "a folder (default: this one), pkcs11:token=…?module-path=…, or ssh-agent:")
        String where = ".";

        @Override
        public Integer call() throws Problem {
            Map<String, String> env = env();
            List<Signers.Listed> keys = Signers.list(where, env, path(Path.of("")));
            var voice = voice();
            var items = new ArrayList<Json>();
            for (Signers.Listed key : keys) {
                boolean named = !key.name().isEmpty() && !key.reference().endsWith(key.name());
                voice.say(key.reference() + (named ? " (" + key.name() + ")" : ""));
                voice.say("           " + (key.key() == null ? key.why() : key.key().scheme().scheme() + " " + key.key().keyid()));
                items.add(item(key));
            }
            if (keys.isEmpty()) {
                voice.say("no keys");
            }
            voice.answer(Json.object("schema", "repro.keys.v1", "where", where, "keys", items));
            return 0;
        }

        private static Json item(Signers.Listed key) throws Problem {
            Json.Obj item = Json.object("reference", key.reference(), "name", key.name(), "scheme", null, "keyid", null,
                    "ssh_fingerprint", null, "problem", key.why());
            PublicKey found = key.key();
            return found == null ? item : item.with("scheme", found.scheme().scheme()).with("keyid", found.keyid())
                    .with("ssh_fingerprint", fingerprint(found));
        }
    }
}
