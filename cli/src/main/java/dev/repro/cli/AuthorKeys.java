package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.keys.Passwords;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Secret;
import dev.repro.snapshot.client.Author;
import dev.repro.snapshot.client.Draft;
import dev.repro.snapshot.client.Rights;
import dev.repro.snapshot.client.Trust;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.KeyRing;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `repro author rotate` and `revoke`: what an author does to a role's keys without the maintainers.
final class AuthorKeys {

    private AuthorKeys() {}

    /// What both do: go on with a change that an earlier run has not brought to its end, or make it, and send it.
    abstract static class Change extends ServiceVerb {
        @Option(names = "--name", paramLabel = "NAME", description = "the package; default: the author's usual one")
        String name;

        @Mixin
        SigningKeys keys = new SigningKeys();

        /// @param what the package
        abstract Path folder(String what);

        abstract Draft draft(Rights rights, RoleName role, Author author, Path folder) throws Problem;

        @Override
        final int run() throws Exception {
            Author author = author();
            String what = author.name(name);
            Path folder = folder(what);
            try (Trust trust = trust(author.settings().service()); KeyRing ring = keys.ring(this, author.folder())) {
                trust.refresh(Instant.now());
                var sending = new Sending(this, trust);
                if (sending.isOpen(folder)) {
                    return sending.send(Draft.read(folder));
                }
                var rights = new Rights(trust.repository(), ring, Instant.now());
                return sending.send(draft(rights, rights.role(what), author, folder));
            }
        }
    }

    @Command(name = "rotate", description = "Hand a package over to a new key of yours, without the maintainers (TAP 8).",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro author rotate --name hello"})
    static final class Rotate extends Change {
        @Option(names = "--new-keys-only", description = "the old key is lost or stolen: do not sign releases with it any more; "
                + "clients that know nothing of rotations then refuse the package until the maintainers transfer it")
        boolean newKeysOnly;

        @Option(names = "--no-password", description = "leave the new private key unencrypted")
        boolean noPassword;

        @Override
        Path folder(String what) {
            return path(Path.of(what + ".rotation"));
        }

        @Override
        Draft draft(Rights rights, RoleName role, Author author, Path folder) throws Problem {
            List<PublicKey> mine = author.keys().stream().map(Author.Key::key).toList();
            rights.mine(role, mine);
            Author.Key fresh = key(author);
            voice().say("new key    " + fresh.file() + ", " + fresh.key().scheme().scheme() + " " + fresh.key().keyid());
            return rights.rotate(role, mine, new KeyHolder(fresh.key(), ""), !newKeysOnly, folder);
        }

        private Author.Key key(Author author) throws Problem {
            if (noPassword) {
                return author.addKey(null);
            }
            Passwords passwords = keys.passwords(this);
            try (Secret password = passwords.get("the author's new key", Passwords.Use.CHOOSE)) {
                return author.addKey(password);
            }
        }
    }

    @Command(name = "revoke", description = "End a package under its present name, by its own keys, for good (TAP 20): when they were stolen.",
            synopsisHeading = "usage: ", descriptionHeading = "%n", optionListHeading = "%noptions:%n",
            footer = {"", "example: repro author revoke --name hello --yes"})
    static final class Revoke extends Change {
        @Option(names = "--yes", description = "do not ask: nothing takes a revocation back")
        boolean yes;

        @Override
        Path folder(String what) {
            return path(Path.of(what + ".revocation"));
        }

        @Override
        Draft draft(Rights rights, RoleName role, Author author, Path folder) throws Problem {
            confirm(yes, "no client will trust a release of " + author.name(name) + " any more, under this role; revoke it?", "--yes");
            return rights.revoke(role, folder);
        }
    }
}
