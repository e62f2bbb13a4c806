package dev.repro.tests.release.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is full: what is handed in is refused, readers notice nothing, and once there is room the same submission lands.
class FullDiskTest {
    private static final String SIZE = "8m";

    @TempDir
    Path folder;

    private final HttpClient http = Author.client();

    @Test
    void serveOnAFullDisk() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        List<String> onTmpfs = List.of("unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=" + SIZE + " none \"$0\" && exec \"$@\"",
                disk.toString());
        assumeTrue(new ProcessBuilder(List.of("unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs none " + disk)).start().waitFor() == 0,
                "skipped: this user cannot make a name space with a small disk in it");
        var address = Daemon.free();
        try (Daemon service = new Daemon(address, folder.resolve("log"), Map.of(), onTmpfs, "serve", "--dir", disk.resolve("home").toString(), "--listen",
                Daemon.text(address), "--no-rates")) {
            service.start();
            Path seen = Path.of("/proc", Long.toString(service.pid()), "root").resolve(Path.of("/").relativize(disk));
            List<Author> authors = Maintainers.authors(seen.resolve("home"), service.url(), http, "author", 2);
            Author.Release first = authors.getFirst().publishNext(service.url());
            Reader reader = Reader.of(service.url(), http);
            reader.require(reader.refresh(), first);

            Path filler = seen.resolve("filler");
            whileUploading(service, authors.get(0), reader, first, filler);
            whilePublishing(service, authors.get(1), reader, first, filler);
            service.requireNoBug();
            service.kill();
        }
    }

    private void whileUploading(Daemon service, Author author, Reader reader, Author.Release first, Path filler) throws Exception {
        fill(filler);
        Author.Release next = author.next();
        refused(author.publish(service.url(), next), service);
        reader.require(reader.refresh(), first);
        assertFalse(reader.has(reader.refresh(), next));
        Files.delete(filler);
        assertEquals(200, author.publish(service.url(), next).statusCode());
        reader.require(reader.refresh(), next);
        reader.requireFiles(next);
        reader.requireRight();
    }

    /// All files are there, and only their publication does not fit.
    private void whilePublishing(Daemon service, Author author, Reader reader, Author.Release first, Path filler) throws Exception {
        Author.Release next = author.next();
        author.upload(service.url(), next);
        fill(filler);
        for (int i = 0; i < 3; i++) {
            refused(author.publish(service.url(), next), service);
            reader.require(reader.refresh(), first);
            assertFalse(reader.has(reader.refresh(), next));
        }
        Files.delete(filler);
        HttpResponse<String> answer = author.publish(service.url(), next);
        assertEquals(200, answer.statusCode(), answer::body);
        reader.require(reader.refresh(), next);
        reader.requireFiles(next);
        assertEquals(200, author.publish(service.url(), author.next()).statusCode());
        reader.requireRight();
    }

    /// The author is told that it is not his fault; what it is, the log says.
    private static void refused(HttpResponse<String> answer, Daemon service) {
        assertEquals(503, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("\"storage\""), answer::body);
        assertTrue(service.said().lines().anyMatch(l -> l.contains("\"error\"") && l.contains("No space left on device")), service::said);
    }

    private static void fill(Path filler) throws IOException {
        try (var channel = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (true) {
                channel.write(ByteBuffer.allocate(4096));
            }
        } catch (IOException full) {
            assertTrue(full.getMessage().contains("No space"), full::toString);
        }
    }
}
