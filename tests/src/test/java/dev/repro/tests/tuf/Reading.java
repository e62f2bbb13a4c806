package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Holds a client to what a written repository says, over HTTP.
final class Reading {
    private static final int SOME = 3;

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
        assertEquals(now.present(), kept(into), () -> client + ", " + now.folder());
        for (String absent : now.absent()) {
            Path none = folder();
            Client.Outcome missing = client.download(state, site, none, List.of(absent));
            assertFalse(missing.done(), () -> client + " found " + absent + " in " + now.folder());
            assertEquals(Map.of(), kept(none));
        }
    }

    /// Every file that a new client asks for, for some targets, is tampered with, one at a time, and each time refused: nothing but
    /// genuine content is kept. With the genuine file back, the client goes on.
    ///
    /// @param most tamperings of each file, from the beginning of the list in [Tampering]
    /// @return how many were refused
    int refusesTampered(Written written, int most) throws Exception {
        Written.State last = written.states().getLast();
        int refused = 0;
        try (var site = new WebFolder(last.folder())) {
            assertTrue(client.download(begun(written), site, folder(), some(last)).done());
            List<String> files = site.served();
            for (String file : files) {
                byte[] genuine = site.read(file);
                Path left = null;
                Map<String, byte[]> tampered =
                        file.startsWith("targets/") ? Tampering.ofTarget(genuine) : Tampering.ofMetadata(genuine);
                for (var one : tampered.entrySet().stream().limit(most).toList()) {
                    left = refuses(written, site, file, one.getValue(), file + ", " + one.getKey());
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
            refuses(written, site, files.get(i - 1), site.read(files.get(i)), files.get(i) + " in place of " + files.get(i - 1));
        }
        return Math.max(0, files.size() - 1);
    }

    private Path refuses(Written written, WebFolder site, String file, byte[] tampered, String what) throws Exception {
        Written.State last = written.states().getLast();
        Path state = begun(written);
        Path into = folder();
        site.put(file, tampered);
        Client.Outcome outcome = client.download(state, site, into, some(last));
        site.restore();
        assertFalse(outcome.done(), () -> client + " accepted: " + what);
        assertTrue(last.present().entrySet().containsAll(kept(into).entrySet()), () -> client + " kept something else: " + what);
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

    /// What a client has put into its folder of targets, each called as the target, percent-encoded.
    private static Map<String, String> kept(Path into) throws IOException {
        var out = new HashMap<String, String>();
        try (var files = Files.list(into)) {
            for (Path file : files.filter(f -> !f.endsWith(".lock")).toList()) {
                String name = file.getFileName().toString().replace("+", "%2B");
                out.put(URLDecoder.decode(name, StandardCharsets.UTF_8), Files.readString(file));
            }
        }
        return out;
    }
}
