package dev.repro.tests.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonParser;
import dev.repro.tests.Repro;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// A service, and people around it: authors, and maintainers with the keys that the service made.
public abstract class Town {
    @TempDir
    protected static Path folder;

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static Serving serving;

    @BeforeAll
    public static void found() throws IOException {
        serving = Serving.start(folder.resolve("service"));
    }

    @AfterAll
    public static void end() {
        serving.close();
    }

    /// With a slash at its end.
    public String url() {
        return serving.url() + "/";
    }

    public Serving serving() {
        return serving;
    }

    public Path metadata() {
        return serving.metadata();
    }

    public String rootDigest() throws IOException {
        return Digest.of(metadata().resolve("1.root.json")).hex();
    }

    /// The newest version of a role that is published; 0 if there is none.
    static long version(Path metadata, String role) throws IOException {
        try (var files = Files.list(metadata)) {
            return files.map(f -> f.getFileName().toString()).filter(f -> f.matches("[0-9]+\\." + role + "\\.json"))
                    .mapToLong(f -> Long.parseLong(f.substring(0, f.indexOf('.')))).max().orElse(0);
        }
    }

    public static Person person() throws IOException {
        return person("somebody-" + COUNT.incrementAndGet());
    }

    public static Person person(String name) throws IOException {
        return Person.in(folder.resolve("people"), name);
    }

    Person author(String name) throws IOException {
        return author(name, url());
    }

    Person author(String name, String service) throws IOException {
        Person author = person(name);
        String said = author.does("author", "init", "--service", service, "--root-sha256", rootDigest(), "--no-password");
        assertTrue(said.contains("root       sha256 " + rootDigest()), said);
        return author;
    }

    /// Anybody may look at requests; what counts is the key.
    Person maintainer(String name) throws IOException {
        Path author = folder.resolve("people").resolve(name).resolve(".config/repro/author/author.json");
        return Files.exists(author) ? person(name) : author(name);
    }

    /// @return the digest that the author tells the maintainers
    static String claim(Person author, String name) throws IOException {
        return json(author.run("claim", "--json", name), "digest");
    }

    String approve(Person maintainer, String key, String name, String digest) {
        return maintainer.does("approve", name, "--digest", digest, "--key", serving.key(key).toString());
    }

    /// Asks for a name, and two maintainers grant it.
    ///
    /// @param verb `claim` or `transfer`
    void grant(Person author, String name, String verb) throws IOException {
        String digest = json(author.run(verb, "--json", name), "digest");
        approve(maintainer("targets-1"), "targets-1", name, digest);
        approve(maintainer("targets-2"), "targets-2", name, digest);
    }

    /// An author who owns a package.
    public Person owner(String name) throws IOException {
        Person author = author("owner-of-" + name);
        grant(author, name, "claim");
        return author;
    }

    /// @return the name of a copy of an example in somebody's home
    static String image(Person person, String name) throws IOException {
        Files.copy(Repro.HOME.resolve("examples/hello").resolve(name), person.file(name));
        return name;
    }

    static String json(Repro.Answer answer, String member) throws IOException {
        assertEquals(0, answer.code(), answer::toString);
        try {
            return ((Json.Str) ((Json.Obj) JsonParser.parse(answer.out())).members().get(member)).value();
        } catch (JsonParser.SyntaxException e) {
            throw new IOException(answer.toString(), e);
        }
    }
}
