package dev.repro.cli;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.release.Refused;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Declined;
import dev.repro.snapshot.client.Places;
import dev.repro.snapshot.client.ServiceClient;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.repository.KeyRing;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the verbs share that speak with a snapshot service, or ask the repository that it serves.
abstract class ServiceVerb extends Commands.Verb {

    @Override
    public final Integer call() throws Exception {
        try {
            return run();
        } catch (Refusal e) {
            voice().refuse(e);
            return Problem.Exit.NO.code;
        } catch (Refused e) {
            voice().refuse(e);
            return Problem.Exit.NO.code;
        } catch (Declined e) {
            voice().refuse(e);
            return e.exit().code;
        }
    }

    /// @return the exit code
    abstract int run() throws Exception;

    Places places() throws Problem {
        return Places.of(env());
    }

    Author author() throws Problem {
        return Author.require(places());
    }

    Trust trust(URI service) throws Problem {
        return Trust.open(places(), service, env(), voice()::warn);
    }

    ServiceClient client(URI service) throws Problem {
        return new ServiceClient(service, env(), voice(), InstantSource.system(), voice()::warn);
    }

    Path here() {
        return path(Path.of(""));
    }

    /// Asks on the terminal, unless the answer was given.
    ///
    /// @param option by which it is given
    void confirm(boolean given, String question, String option) throws Problem {
        if (given) {
            return;
        }
        var console = System.console();
        if (json || console == null || !console.isTerminal()) {
            throw Problem.usage("nothing says that you want this").expected(option).hint("add " + option + ", or run this on a terminal");
        }
        if (!"yes".equals(console.readLine("%s (yes or no) ", question))) {
            throw Problem.no("nothing was done");
        }
    }

    /// How trust in a service's repository begins.
    static final class RootOptions {
        @Option(names = "--root", paramLabel = "FILE", description = "trust this root file, which came from elsewhere than the service")
        Path file;

        @Option(names = "--root-sha256", paramLabel = "HEX", description = "trust the service's first root if it has this digest")
        String sha256;

        boolean given() {
            return file != null || sha256 != null;
        }

        /// Begins, or holds what was begun to what is said now.
        Digest begin(ServiceVerb verb, Trust trust) throws Refusal, Problem {
            Optional<Digest> expected = sha256 == null ? Optional.empty() : Optional.of(Digest.parse(sha256).orElseThrow(
                    () -> Problem.usage("not a SHA-256 digest").where("--root-sha256").expected("64 hexadecimal digits").found(sha256)));
            return trust.begin(file == null ? Optional.empty() : Optional.of(read(verb)), expected);
        }

        private byte[] read(ServiceVerb verb) throws Problem {
            try (var in = Files.newInputStream(verb.path(file))) {
                return in.readNBytes(Limits.DEFAULT.rootBytes() + 1);
            } catch (IOException e) {
                throw Problem.usage("cannot be read").where(file).hint("name the file of the root").because(e);
            }
        }
    }

    /// Which keys sign: the author's, if none are named.
    static final class SigningKeys {
        @Option(names = "--key", paramLabel = "KEY",
                description = "a key that signs, instead of the author's: a PEM file, a folder of them, pkcs11:… or ssh-agent:NAME; "
                + "may be repeated")
        List<String> keys = List.of();

        @Mixin
        KeyCommand.PasswordOptions from = new KeyCommand.PasswordOptions();

        Passwords passwords(Commands.Verb verb) throws Problem {
            return from.passwords(verb);
        }

        /// @param usual the folder of keys to take if none are named
        KeyRing ring(ServiceVerb verb, Path usual) throws Problem {
            List<String> all = keys.isEmpty() ? List.of(usual.toAbsolutePath().toString()) : keys;
            return new KeyRing(all, from.passwords(verb), verb.env(), verb.here());
        }
    }
}
