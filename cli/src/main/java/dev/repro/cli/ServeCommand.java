package dev.repro.cli;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.snapshot.Home;
import dev.repro.snapshot.Listener;
import dev.repro.snapshot.Service;
import dev.repro.snapshot.ServiceLimits;
import dev.repro.timestamp.Clocks;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "serve", description = "Serve a repository that authors publish to, all in one process; begins one on the first start.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
        footer = {"", "example: repro serve --dir /srv/repro --password-file maintainers.txt"})
final class ServeCommand extends Commands.Verb {

    @Option(names = "--dir", paramLabel = "FOLDER", required = true, description = "where everything is kept: repository, keys, work")
    Path dir;

    @Option(names = "--listen", paramLabel = "ADDRESS:PORT", description = "default: 127.0.0.1:8080; port 0 for any that is free")
    String listen = "127.0.0.1:8080";

    @Mixin
    KeyCommand.PasswordOptions password = new KeyCommand.PasswordOptions();

    @Option(names = "--no-rates", description = "no limits on how often an address or a key may publish, for a trial or a bench")
    boolean noRates;

    @Override
    public Integer call() throws Exception {
        boolean encrypted = password.file != null || password.name != null;
        InetSocketAddress address = address(listen);
        ServiceLimits limits = noRates ? ServiceLimits.DEFAULT.withoutRates() : ServiceLimits.DEFAULT;
        try (Listener listener = Listener.bind(address, limits); // first: where nobody can listen, nothing is founded
                Home home = Home.open(path(dir), encrypted ? Optional.of(password.passwords(this)) : Optional.empty(), Instant.now())) {
            Service service = home.start(listener, limits, Clocks.system(), commands().streams.err());
            tell(home, service, encrypted);
            Thread.currentThread().join(); // until a signal
        } catch (InterruptedException e) {
            return 0;
        }
        return 0;
    }

    private void tell(Home home, Service service, boolean encrypted) {
        var voice = voice();
        if (!home.made().isEmpty()) {
            voice.say("repository in " + home.repository() + ", new");
            voice.say("keys       in " + home.keys() + (encrypted ? "; those of root and targets encrypted" : ", not encrypted"));
            home.made().forEach(line -> voice.say("  " + line));
            voice.say("  to move a key: copy its .pem and .pub to a machine of its holder, try it there with `repro key show`, then `shred -u` it here");
            if (!encrypted) {
                voice.warn("the keys of root and targets lie unencrypted on this machine: whoever reads " + home.keys()
                        + " owns this repository; move them off line, or begin again with --password-file");
            }
        }
        voice.say("serving    " + service.url());
        voice.say("authors    begin with: repro author init --service " + service.url() + ", then: repro claim NAME");
        voice.answer(Json.object("schema", "repro.serve.v1", "url", service.url(), "repository", home.repository().toString(), "keys",
                home.keys().toString(), "new_keys", home.made()));
        commands().streams.out().flush();
    }

    /// @throws Problem exit code 2 if it is none
    static InetSocketAddress address(String text) throws Problem {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw Problem.usage("not an address to listen on").where("--listen").expected("ADDRESS:PORT, as in 127.0.0.1:8080").found(text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        var address = new InetSocketAddress(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw Problem.usage("no such host").where("--listen").found(host);
        }
        return address;
    }
}
