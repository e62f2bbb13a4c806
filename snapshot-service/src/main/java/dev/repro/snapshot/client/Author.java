package dev.repro.snapshot.client;

import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Scheme;
import dev.repro.keys.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An author on this machine: keys (`NAME.pem`, mode 0600, and `NAME.pub`) and settings (`author.json`) in one folder.
public final class Author {
    private static final String SETTINGS = "author.json";
    private static final String SCHEMA = "repro.author-settings.v1";
    private static final String KEY = "author";
    private static final String PRIVATE = ".pem";
    private static final String PUBLIC = ".pub";

    private final Path folder;
    private final Settings settings;

    /// @param name of the package that is meant where none is said
    public record Settings(URI service, Optional<String> name) {
        Json.Obj toJson() {
            return Json.object("schema", SCHEMA, "service", service.toString(), "name", name.orElse(null));
        }
    }

    private Author(Path folder, Settings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /// The author whose settings are in these places; empty if nobody has begun.
    public static Optional<Author> find(Places places) throws Problem {
        Path file = places.author().resolve(SETTINGS);
        try {
            Fields settings = Fields.parse(Files.readAllBytes(file), file.toString());
            if (!settings.string("schema").equals(SCHEMA)) {
                throw Problem.usage("not the settings of an author").where(file).expected(SCHEMA).found(settings.string("schema"));
            }
            var author = new Author(places.author(), new Settings(service(settings, file), settings.optionalString("name")));
            settings.end();
            return Optional.of(author);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    private static URI service(Fields settings, Path file) throws Problem {
        try {
            return Trust.base(URI.create(settings.string("service")));
        } catch (IllegalArgumentException e) {
            throw Problem.usage("not a URL").where(file + " $.service").found(settings.string("service")).because(e);
        }
    }

    /// @throws Problem exit code 2 if nobody has begun
    public static Author require(Places places) throws Problem {
        return find(places).orElseThrow(() -> Problem.usage("there is no author here yet").where(places.author())
                .hint("begin with `repro author init --service URL`"));
    }

    /// Makes the author's first key, unless a try before has, and keeps the settings.
    ///
    /// @param password of the key; null to leave it unencrypted
    public static Author begin(Places places, Settings settings, Secret password) throws Problem {
        var author = new Author(places.author(), settings);
        if (!author.hasKey()) {
            author.makeKey(KEY, password);
        }
        author.save(settings);
        return author;
    }

    /// Whether a key was made here already.
    public static boolean hasKey(Places places) {
        return Files.exists(places.author().resolve(KEY + PRIVATE));
    }

    private boolean hasKey() {
        return Files.exists(folder.resolve(KEY + PRIVATE));
    }

    private void save(Settings now) throws Problem {
        try {
            Durable.write(folder.resolve(SETTINGS), JsonText.pretty(now.toJson()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Problem.storage("the settings cannot be written: " + e.getMessage()).where(folder.resolve(SETTINGS)).because(e);
        }
    }

    private PublicKey makeKey(String name, Secret password) throws Problem {
        Path file = folder.resolve(name + PRIVATE);
        try (PrivateKey key = PrivateKey.generate(Scheme.ED25519, new SecureRandom())) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
            key.write(file, password);
            Durable.write(folder.resolve(name + PUBLIC), key.key().pem().getBytes(StandardCharsets.UTF_8));
            return key.key();
        } catch (IOException e) {
            throw Problem.storage("the key cannot be written: " + e.getMessage()).where(folder).because(e);
        }
    }

    /// Makes one more key, `author-2.pem` and so on.
    public Key addKey(Secret password) throws Problem {
        int number = 2;
        while (Files.exists(folder.resolve(KEY + "-" + number + PRIVATE))) {
            number++;
        }
        String name = KEY + "-" + number;
        return new Key(folder.resolve(name + PRIVATE), makeKey(name, password));
    }

    /// @param file of the private half
    public record Key(Path file, PublicKey key) {}

    /// The keys here, the oldest first. Nothing is unlocked.
    public List<Key> keys() throws Problem {
        var out = new ArrayList<Key>();
        for (int number = 1;; number++) {
            String name = number == 1 ? KEY : KEY + "-" + number;
            if (!Files.exists(folder.resolve(name + PRIVATE))) {
                return out;
            }
            Path half = folder.resolve(name + PUBLIC);
            out.add(new Key(folder.resolve(name + PRIVATE), KeyFile.read(half, Passwords.none())));
        }
    }

    /// The newest.
    public Key key() throws Problem {
        List<Key> all = keys();
        if (all.isEmpty()) {
            throw Problem.usage("the author's key is gone").where(folder.resolve(KEY + PRIVATE))
                    .hint("restore it from a copy; if there is none, make another with `repro author init`, "
                    + "and ask for the names with `repro transfer`");
        }
        return all.getLast();
    }

    public Path folder() {
        return folder;
    }

    public Settings settings() {
        return settings;
    }

    /// The package that is meant.
    ///
    /// @param said by the user, or null
    public String name(String said) throws Problem {
        if (said != null) {
            return said;
        }
        return settings.name().orElseThrow(() -> Problem.usage("which package is meant?").expected("--name NAME")
                .hint("`repro author init --name NAME` or `repro claim NAME` makes it the usual one"));
    }

    /// Makes a package the one that is meant where none is said, if there is none yet.
    public void remember(String name) throws Problem {
        if (settings.name().isEmpty()) {
            save(new Settings(settings.service(), Optional.of(name)));
        }
    }
}
