package dev.repro.tests.tuf;

import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A repository, a server that the attacker controls, and a client that has seen the repository once.
abstract class Attack {
    @TempDir
    Path folder;
    Forge forge;
    Web web;
    Victim victim;

    /// The repository that is attacked.
    Forge forge() {
        return new Forge();
    }

    @BeforeEach
    void begin() throws Exception {
        forge = forge();
        web = Web.of(forge.files);
        victim = new Victim(folder, web, forge.files.get("metadata/1.root.json"));
        victim.refresh();
        web.asked.clear();
    }

    @AfterEach
    void end() throws Exception {
        web.close();
    }

    /// The server answers honestly again, with these files or later ones: the client goes on as if nothing had been.
    void recovers(SortedMap<String, byte[]> honest) throws Exception {
        web.reform();
        forge.serve(honest);
        victim.refresh();
    }
}
