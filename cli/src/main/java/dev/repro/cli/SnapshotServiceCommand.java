package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.Signer;
import dev.repro.keys.Signers;
import dev.repro.snapshot.Listener;
import dev.repro.snapshot.Service;
import dev.repro.snapshot.ServiceLimits;
import dev.repro.tuf.repository.Store;
import dev.repro.tuf.repository.Stores;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "snapshot-service",
        description = "Take signed metadata and files, check them, publish all or nothing; a timestamp service elsewhere makes it fresh. Ends at a signal.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro snapshot-service --store /srv/repository --work /var/lib/repro/work --key snapshot.pem --listen 127.0.0.1:8080"})
final class SnapshotServiceCommand extends Commands.Verb {

    @Option(names = "--store", required = true, paramLabel = "STORE",
            description = "the repository: a folder, a bare git repository, or s3://BUCKET/PREFIX?endpoint=URL")
    String store;

    @Option(names = "--work", required = true, paramLabel = "FOLDER", description = "for uploads and requests; made if it is not there")
    Path work;

    @Option(names = "--key", required = true, paramLabel = "KEY",
            description = "a key that signs snapshot: a PEM file, pkcs11:… or ssh-agent:NAME; may be repeated")
    List<String> keys = List.of();

    @Option(names = "--listen", paramLabel = "ADDRESS:PORT", description = "default: 127.0.0.1:8080; port 0 for any that is free")
    String listen = "127.0.0.1:8080";

    @Mixin
    KeyCommand.PasswordOptions passwords = new KeyCommand.PasswordOptions();

    @Option(names = "--no-rates", description = "no limits on how often an address or a key may publish, for a trial or a bench")
    boolean noRates;

    @Override
    public Integer call() throws Exception {
        var signers = new ArrayList<Signer>();
        var limits = noRates ? ServiceLimits.DEFAULT.withoutRates() : ServiceLimits.DEFAULT;
        try (Listener listener = Listener.bind(ServeCommand.address(listen), limits); Store opened = Stores.open(store, env(), path(Path.of("")))) {
            for (String key : keys) {
                signers.add(Signers.open(key, passwords.passwords(this), env(), path(Path.of(""))));
            }
            try (Service service = Service.start(new Service.Config(listener, opened, files(), path(work), signers,
                    Optional.empty(), limits, InstantSource.system(), commands().streams.err()))) {
                tell(service);
                Thread.currentThread().join(); // until a signal
            }
            return 0;
        } catch (InterruptedException e) {
            return 0;
        } finally {
            signers.forEach(Signer::close);
        }
    }

    private Optional<Path> files() {
        return store.contains("://") ? Optional.empty() : Service.files(path(Path.of(store)).toAbsolutePath().normalize());
    }

    private void tell(Service service) throws Problem {
        var voice = voice();
        voice.say("serving    " + service.url());
        voice.say("fresh by   repro timestamp-service --url " + service.url() + " --root " + store + "/metadata/1.root.json --key … --dir …");
        voice.answer(Json.object("schema", "repro.serve.v1", "url", service.url(), "repository", store, "keys", null, "new_keys", List.of()));
        commands().streams.out().flush();
    }
}
