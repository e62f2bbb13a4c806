package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.timestamp.Clocks;
import dev.repro.timestamp.TimestampService;
import dev.repro.tuf.Refusal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "timestamp-service",
        description = "Keep a repository fresh: check each snapshot that a snapshot service makes, and sign its timestamp "
                + "(docs/timestamp-service.md). Ends at a signal.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro timestamp-service --url http://127.0.0.1:8080 --root 1.root.json --key timestamp.pem --dir state --listen "
                + "127.0.0.1:8081"})
final class TimestampServiceCommand extends Commands.Verb {
    @Option(names = "--url", required = true, paramLabel = "URL", description = "the snapshot service")
    URI url;

    @Option(names = "--root", required = true, paramLabel = "FILE", description = "a root of the repository that you trust, of any version; newer "
            + "ones are followed from there")
    Path root;

    @Option(names = "--key", required = true, paramLabel = "KEY",
            description = "a key that signs timestamp: a PEM file, pkcs11:… or ssh-agent:NAME; repeated while root replaces one")
    List<String> keys = List.of();

    @Option(names = "--dir", required = true, paramLabel = "FOLDER", description = "the memory of what was signed; made if it is not there, never "
            + "to be lost")
    Path folder;

    @Option(names = "--listen", paramLabel = "HOST:PORT", description = "serve /healthz, /readyz and /metrics there; default: nowhere")
    String listen;

    @Option(names = "--alarm", paramLabel = "COMMAND", description = "a shell command to run when something is refused; it finds REPRO_REFUSAL and "
            + "REPRO_MESSAGE in its environment")
    String alarm;

    @Mixin
    KeyCommand.PasswordOptions passwords = new KeyCommand.PasswordOptions();

    @Override
    public Integer call() throws Problem {
        var signers = new ArrayList<Signer>();
        try {
            for (String key : keys) {
                signers.add(Signers.open(key, passwords.passwords(this), env(), path(Path.of(""))));
            }
            var settings = new TimestampService.Settings(url, path(root), path(folder), address(), Optional.ofNullable(alarm));
            try (var service = TimestampService.start(settings, signers, Clocks.system(), new SecureRandom(), commands().streams.err())) {
                voice().answer(service.toJson());
                commands().streams.out().flush();
                service.run();
            }
            return 0;
        } catch (Refusal e) {
            voice().refuse(e);
            return Problem.Exit.NO.code;
        } finally {
            signers.forEach(Signer::close);
        }
    }

    private Optional<InetSocketAddress> address() throws Problem {
        if (listen == null) {
            return Optional.empty();
        }
        int colon = listen.lastIndexOf(':');
        String port = listen.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw Problem.usage("not an address to listen at").where("--listen").expected("HOST:PORT, as in 127.0.0.1:8081").found(listen);
        }
        String host = listen.substring(0, colon).replaceAll("^\\[|\\]$", "");
        return Optional.of(new InetSocketAddress(host, Integer.parseInt(port)));
    }
}
