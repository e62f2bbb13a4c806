package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Rights;
import dev.repro.snapshot.client.Team;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.KeyRing;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A verb that asks the maintainers for a name, for oneself or a team.
abstract class Asking extends ServiceVerb {
    @Parameters(paramLabel = "NAME", description = "the package: 1 to 64 of a-z, 0-9, _ and -")
    String name;

    @Option(names = "--team", paramLabel = "FILE", description = "it is to belong to this team (`repro team create`); default: to you")
    Path team;

    @Mixin
    SigningKeys keys = new SigningKeys();

    abstract Draft draft(Rights rights, Editor.Keys owners) throws Problem;

    abstract Path folder();

    @Override
    final int run() throws Exception {
        Author author = author();
        try (Trust trust = trust(author.settings().service()); KeyRing ring = keys.ring(this, author.folder())) {
            trust.refresh(Instant.now());
            var sending = new Sending(this, trust);
            int code = sending.send(Draft.exists(folder()) ? Draft.read(folder())
                    : draft(new Rights(trust.repository(), ring, Instant.now()), owners(author)));
            author.remember(name);
            return code;
        }
    }

    private Editor.Keys owners(Author author) throws Problem {
        if (team != null) {
            return Team.read(path(team)).keys();
        }
        PublicKey key = author.key().key();
        return new Editor.Keys(List.of(new KeyHolder(key, "")), 1);
    }
}
