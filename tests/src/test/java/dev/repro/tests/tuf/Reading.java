package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Holds a client to what a written repository says, over HTTP.
final class Reading {
    private static final int SOME = 7;

    private final Client client;
    private final Path scratch;
    private int folders;

    Reading(Client client, Path scratch) {
        this.client = client;
        this.scratch = scratch;
    }

    /// All states in order by one client that follows them, and the last one by a client that begins there.
    void reads(Written written) throws Exception {
        try (var site = new WebFolder(written.states().getFirst().folder())) {
            Path state = begun(written);
            for (Written.State now : written.states()) {
                site.show(now.folder());
                finds(state, site, now);
            }
            finds(begun(written), site, written.states().getLast());
        }
    }

    private void finds(Path state, WebFolder site, Written.State now) throws Exception {
        Path into = folder();
        Client.Outcome outcome = client.download(state, site, into, now.targets());
        assertTrue(outcome.done(), () -> client + ", " + now.folder() + ": " + outcome.said());
        assertEquals(new HashSet<>(now.present().values()), contents(into), () -> client + ", " + now.folder());
        assertEquals(now.present().size(), count(into), () -> client + ", " + now.folder());
        for (String absent : now.absent()) {
            Path none = folder();
            Client.Outcome missing = client.download(state, site, none, List.of(absent));
            assertFalse(missing.done(), () -> client + " found " + absent + " in " + now.folder());
            assertEquals(0, count(none));
        }
    }

    /// Every file that a new client asks for, for some targets, is tampered with, one at a time, and each time refused: nothing but genuine
    /// content is kept. With the genuine file back, the client goes on.
    ///
    /// @param metadataOnes of each metadata file so many tamperings, of the list in [Tampering]
    /// @return how many were refused
    int refusesTampered(Written written, int metadataOnes) throws Exception {
        Written.State last = written.states().getLast();
        int refused = 0;
        try (var site = new WebFolder(last.folder())) {
            assertTrue(client.download(begun(written), site, folder(), some(last)).done());
            List<String> files = site.served();
            for (String file : files) {
                byte[] genuine = site.read(file);
                Path left = null;
                Map<String, byte[]> tampered = file.startsWith("targets/") ? Tampering.ofTarget(genuine) : Tampering.ofMetadata(genuine);
                for (var one : tampered.entrySet().stream().limit(metadataOnes).toList()) {
                    left = refuses(written, site, Map.of(file, one.getValue()), file + ", " + one.getKey());
                    refused++;
                }
                Path after = left;
                Client.Outcome again = client.download(after, site, folder(), some(last));
                assertTrue(again.done(), () -> client + " did not recover from " + file + "\n" + again.said());
            }
            refused += refusesSwapped(written, site, files.stream().filter(f -> f.startsWith("targets/")).toList());
            refused += refusesSwapped(written, site, files.stream().filter(f -> f.startsWith("metadata/")).toList());
        }
        return refused;
    }

    /// Each file in place of the one before it.
    private int refusesSwapped(Written written, WebFolder site, List<String> files) throws Exception {
        for (int i = 1; i < files.size(); i++) {
            refuses(written, site, Map.of(files.get(i - 1), site.read(files.get(i))), files.get(i) + " in place of " + files.get(i - 1));
        }
        return Math.max(0, files.size() - 1);
    }

    private Path refuses(Written written, WebFolder site, Map<String, byte[]> over, String what) throws Exception {
        Written.State last = written.states().getLast();
        Path state = begun(written);
        Path into = folder();
        over.forEach(site::put);
        Client.Outcome outcome = client.download(state, site, into, some(last));
        site.restore();
        assertFalse(outcome.done(), () -> client + " accepted: " + what);
        assertTrue(last.present().values().containsAll(contents(into)), () -> client + " kept something else: " + what);
        return state;
    }

    private static List<String> some(Written.State state) {
        return state.targets().stream().limit(SOME).toList();
    }

    private Path begun(Written written) throws Exception {
        Path state = folder();
        Client.Outcome outcome = client.begin(state, written.root());
        assertTrue(outcome.done(), outcome::said);
        return state;
    }

    private Path folder() throws IOException {
        return Files.createDirectories(scratch.resolve(client + "-" + folders++));
    }

    private static Set<String> contents(Path into) throws IOException {
        var out = new HashSet<String>();
        for (Path file : files(into)) {
            out.add(Files.readString(file, StandardCharsets.UTF_8));
        }
        return out;
    }

    private static int count(Path into) throws IOException {
        return files(into).size();
    }

    private static List<Path> files(Path into) throws IOException {
        try (var files = Files.walk(into)) {
            return files.filter(file -> Files.isRegularFile(file) && !file.getFileName().toString().equals(".lock")).toList();
        }
    }
}
