package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.tender.Host;
import dev.repro.tender.Policy;
import dev.repro.tender.PolicyDraft;
import dev.repro.tender.PolicyFile;
import dev.repro.tender.Shelf;
import dev.repro.tender.os.Sys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "policy", description = "Say what may be launched on this host (docs/policy.md).",
        synopsisHeading = "usage: ", descriptionHeading = "%n", commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n",
        synopsisSubcommandLabel = "VERB",
        subcommands = {PolicyCommand.Init.class, PolicyCommand.Check.class, PolicyCommand.Show.class, PolicyCommand.Sign.class, PolicyCommand.Permit.class},
        footer = {"", "example: repro policy check"})
final class PolicyCommand extends Commands.Verb {
    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing verb: init, check, show, sign or permit");
    }

    /// A verb about one policy.
    abstract static class About extends Commands.Verb {
        @Option(names = "--policy", paramLabel = "FILE", description = "default: /etc/repro/policy.toml for root, else $XDG_CONFIG_HOME/repro/policy.toml")
        Path policy;

        final Path file() throws Problem {
            return policy == null ? PolicyFile.place(env(), Sys.euid()) : path(policy);
        }

        @Override
        public final Integer call() throws Exception {
            var voice = voice();
            try {
                return run(voice);
            } catch (Refused refused) {
                voice.refuse(refused);
                return refused.code();
            }
        }

        abstract int run(Voice voice) throws Exception;

        /// As the gate would take it.
        final Host host(Voice voice) throws Exception {
            return Host.open(Optional.of(file()), env(), new Shelf(0), InstantSource.system(), voice::warn);
        }
    }

    @Command(name = "init", description = "Write a first policy: the repository, and the tenders found on PATH with their digests.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro policy init --service https://repo.example --root-sha256 HEX --package hello"})
    static final class Init extends About {
        @Option(names = "--service", required = true, paramLabel = "URL", description = "the repository: metadata/ and targets/ are below")
        URI service;

        @Option(names = "--root-sha256", required = true, paramLabel = "HEX", description = "digest of its first root, which its maintainers publish")
        String root;

        @Option(names = "--package", paramLabel = "NAME", description = "allow a package; any number of times")
        List<String> packages = List.of();

        @Override
        int run(Voice voice) throws Exception {
            Path file = file();
            Digest digest = Digest.parse(root).orElseThrow(() -> Problem.usage("not a SHA-256 digest").where("--root-sha256").found(root));
            byte[] text = PolicyDraft.text(service, digest, env().getOrDefault("PATH", ""), packages).getBytes(StandardCharsets.UTF_8);
            Policy made = Policy.parse(text, file);
            if (Files.exists(file)) {
                throw Problem.usage("there is a policy already").where(file).hint("edit it, or name another file with --policy");
            }
            Durable.write(file, text);
            say(voice, made);
            voice.verdict(true, "written: " + file);
            voice.answer(made.toJson());
            return 0;
        }
    }

    @Command(name = "check", description = "Say whether the gate takes the policy: form, signature, owner, version.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro policy check"})
    static final class Check extends About {
        @Override
        int run(Voice voice) throws Exception {
            try (Host host = host(voice)) {
                say(voice, host.policy());
                voice.verdict(true, "the gate takes this policy");
                voice.answer(host.policy().toJson());
                return 0;
            }
        }
    }

    @Command(name = "show", description = "Say what the policy means, default values too; no state is asked or made.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro policy show --json"})
    static final class Show extends About {
        @Override
        int run(Voice voice) throws Exception {
            Path file = file();
            if (!Files.exists(file)) {
                throw Problem.usage("there is no policy").where(file).hint("make one: repro policy init --service URL --root-sha256 HEX");
            }
            Policy read = Policy.parse(Files.readAllBytes(file), file);
            say(voice, read);
            voice.answer(read.toJson());
            return 0;
        }
    }

    @Command(name = "sign", description = "Sign the policy as its operator: an envelope beside it. From then on it never goes back.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro policy sign --key operator.pem"})
    static final class Sign extends About {
        @Option(names = "--key", required = true, paramLabel = "KEY", description = "the operator's private key: a PEM file, pkcs11:… or ssh-agent:…")
        String key;

        @Mixin
        KeyCommand.PasswordOptions from = new KeyCommand.PasswordOptions();

        @Override
        int run(Voice voice) throws Exception {
            try (Signer signer = Signers.open(key, from.passwords(this), env(), commands().directory)) {
                Path signature = PolicyFile.sign(file(), signer);
                voice.say("key        " + signer.key().keyid());
                voice.verdict(true, "signed: " + signature);
                voice.answer(Json.object("schema", "repro.policy-signature.v1", "file", signature.toString(), "key", signer.key().keyid()));
                return 0;
            }
        }
    }

    @Command(name = "permit", description = "Permit one older release on this host for a while, as its operator.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro policy permit hello@1.0.0 --key operator.pem --days 7"})
    static final class Permit extends About {
        @Parameters(paramLabel = "NAME@VERSION", description = "the release to go back to")
        String release;

        @Option(names = "--key", required = true, paramLabel = "KEY", description = "the operator's private key: a PEM file, pkcs11:… or ssh-agent:…")
        String key;

        @Option(names = "--days", paramLabel = "DAYS", description = "how long; default ${DEFAULT-VALUE}")
        int days = 7;

        @Mixin
        KeyCommand.PasswordOptions from = new KeyCommand.PasswordOptions();

        @Override
        int run(Voice voice) throws Exception {
            String[] parts = release.split("@", 2);
            if (parts.length < 2 || !dev.repro.release.Release.isName(parts[0]) || !dev.repro.release.Release.isVersion(parts[1])) {
                throw Problem.usage("not a release").expected("NAME@VERSION").found(release);
            }
            if (days < 1 || days > 365) {
                throw Problem.usage("not a number of days").where("--days").expected("1 to 365").found(days);
            }
            try (Host host = host(voice); Signer signer = Signers.open(key, from.passwords(this), env(), commands().directory)) {
                Path file = host.permitRollback(parts[0], parts[1], Duration.ofDays(days), signer);
                voice.say("file       " + file);
                voice.verdict(true, "permitted for " + days + (days == 1 ? " day: " : " days: ") + release);
                voice.answer(Json.object("schema", "repro.policy-permission.v1", "file", file.toString(), "name", parts[0], "version", parts[1], "days", days));
                return 0;
            }
        }
    }

    private static void say(Voice voice, Policy policy) {
        voice.say("policy     version " + policy.version() + ", " + (policy.audit() ? "audit" : "enforce") + ", sha256 " + policy.sha256());
        voice.say("repository " + policy.repository().url());
        policy.packages().forEach(p -> voice.say("package    " + p.name() + (p.taps().isEmpty() ? "" : ", taps " + String.join(" ", p.taps()))
                + (p.blocks().isEmpty() ? "" : ", blocks " + String.join(" ", p.blocks()))));
        policy.tenders().forEach(t -> voice.say("tender     " + t.target() + " " + t.where() + t.sha256().map(d -> ", sha256 " + d.brief()).orElse("")));
    }
}
