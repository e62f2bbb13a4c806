package dev.repro.snapshot;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.repository.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The repository's files over HTTP: `/metadata/…` and `/targets/…` (RFC 9110: conditional requests 13, ranges 14).
///
/// What never changes is kept in memory while there is room, and readers may keep it for ever; `timestamp.json` and answers that
/// there is no such file are asked for anew each time. Nothing that was uploaded is ever shown as a page.
final class StaticFiles {
    private static final int SMALL = 1 << 20;
    private static final long ROOM = 64 << 20;
    private static final int BUFFER = 1 << 17;
    private static final long BRIEFLY = 1_000_000_000; // ns that a file which may change is believed to be the same
    private static final String TIMESTAMP = "metadata/timestamp.json";
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME;

    /// @param body null for a file that is read when it is sent
    private record File(byte[] body, Path path, long length, String etag, String modified, boolean immutable, long read) {}

    private final Store store;
    private final Optional<Path> folder;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, File> kept = new ConcurrentHashMap<>();
    private final AtomicLong room = new AtomicLong(ROOM);

    /// @param folder where the store keeps its files under their own names, if it does
    StaticFiles(Store store, Optional<Path> folder, LongSupplier nanoTime) {
        this.store = store;
        this.folder = folder;
        this.nanoTime = nanoTime;
    }

    /// To be called after each publication.
    void changed() {
        kept.remove(TIMESTAMP);
    }

    /// @param path without the first `/`, decoded
    void serve(HttpExchange exchange, String path) throws IOException, Refused, Problem {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new Refused(405, "method", 2, "only GET and HEAD").found(method);
        }
        File file = find(path).orElseThrow(() -> Refused.missing("there is no such file").file(path));
        Headers headers = exchange.getResponseHeaders();
        headers.set("ETag", file.etag);
        headers.set("Last-Modified", file.modified);
        headers.set("Accept-Ranges", "bytes");
        headers.set("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
        headers.set("Content-Type", path.endsWith(".json") ? "application/json" : "application/octet-stream");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
        if (isUnchanged(exchange.getRequestHeaders(), file)) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        send(exchange, file, method.equals("HEAD"));
    }

    private Optional<File> find(String path) throws Problem {
        File known = kept.get(path);
        if (known != null && (known.immutable || nanoTime.getAsLong() - known.read < BRIEFLY)) {
            return Optional.of(known);
        }
        if (!isName(path)) {
            return Optional.empty();
        }
        Optional<File> file = folder.isPresent() ? open(path) : fetch(path);
        file.filter(f -> f.body != null).ifPresent(f -> keep(path, f));
        return file;
    }

    private void keep(String path, File file) {
        if (room.addAndGet(-file.length) < 0) { // begin anew: what is asked for often is soon here again
            kept.clear();
            room.set(ROOM - file.length);
        }
        File before = kept.put(path, file);
        if (before != null) {
            room.addAndGet(before.length);
        }
    }

    private static boolean isName(String path) {
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.startsWith(".") || segment.chars().anyMatch(c -> c < 0x20 || c == '\\')) {
                return false;
            }
        }
        return path.startsWith("metadata/") || path.startsWith("targets/");
    }

    private Optional<File> open(String path) throws Problem {
        Path file = folder.get().resolve(path);
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, java.nio.file.LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                return Optional.empty();
            }
            Instant modified = attributes.lastModifiedTime().toInstant();
            if (attributes.size() <= SMALL) {
                return Optional.of(whole(path, Files.readAllBytes(file), modified));
            }
            String etag = "\"" + attributes.size() + "-" + modified.toEpochMilli() + "\"";
            return Optional.of(new File(null, file, attributes.size(), etag, date(modified), isImmutable(path), 0));
        } catch (java.nio.file.NoSuchFileException | java.nio.file.InvalidPathException e) {
            return Optional.empty();
        } catch (java.nio.file.FileSystemException e) {
            if (e.getMessage() != null && (e.getMessage().contains("Not a directory") || e.getMessage().contains("name too long"))) {
                return Optional.empty();
            }
            throw Problem.storage("cannot be read").where(file).because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be read").where(file).because(e);
        }
    }

    private Optional<File> fetch(String path) throws Problem {
        return store.read(path).map(bytes -> whole(path, bytes, Instant.EPOCH));
    }

    private File whole(String path, byte[] bytes, Instant modified) {
        return new File(bytes, null, bytes.length, "\"" + Digest.of(bytes).hex().substring(0, 32) + "\"", date(modified), isImmutable(path),
                nanoTime.getAsLong());
    }

    private static String date(Instant time) {
        return HTTP_DATE.format(ZonedDateTime.ofInstant(time, ZoneOffset.UTC));
    }

    // `12.root.json`, `rotate/HASH.…`, `HASH.name`
    private static boolean isImmutable(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.indexOf('.');
        return dot > 0 && (path.startsWith("metadata/") && name.substring(0, dot).chars().allMatch(Character::isDigit)
                || Digest.parse(name.substring(0, dot)).isPresent()) || Digest.parse(path.replaceAll("^targets/([^./]*).*", "$1")).isPresent();
    }

    private static boolean isUnchanged(Headers asked, File file) {
        String match = asked.getFirst("If-None-Match");
        if (match != null) { // RFC 9110 13.1.2: weakly compared; then the date does not count
            return match.strip().equals("*") || match.contains(file.etag);
        }
        String since = asked.getFirst("If-Modified-Since");
        return since != null && isDateAtLeast(since, file.modified);
    }

    private static boolean isDateAtLeast(String since, String modified) {
        try {
            return !ZonedDateTime.parse(since, HTTP_DATE).isBefore(ZonedDateTime.parse(modified, HTTP_DATE));
        } catch (DateTimeParseException e) {
            return false; // as if it were not there (RFC 9110 13.1.3)
        }
    }

    /// @param from first byte
    /// @param length 0 for a range that is not in the file
    private record Range(long from, long length) {}

    private void send(HttpExchange exchange, File file, boolean headOnly) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        Optional<Range> range = headOnly ? Optional.empty() : range(exchange.getRequestHeaders(), file);
        if (range.isPresent() && range.get().length == 0) {
            headers.set("Content-Range", "bytes */" + file.length);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        long from = range.map(Range::from).orElse(0L);
        long length = range.map(Range::length).orElse(file.length);
        range.ifPresent(r -> headers.set("Content-Range", "bytes " + r.from + "-" + (r.from + r.length - 1) + "/" + file.length));
        if (headOnly) {
            headers.set("Content-Length", Long.toString(length));
        }
        exchange.sendResponseHeaders(range.isPresent() ? 206 : 200, headOnly || length == 0 ? -1 : length);
        if (headOnly || length == 0) {
            return;
        }
        try (OutputStream out = exchange.getResponseBody()) {
            if (file.body != null) {
                out.write(file.body, (int) from, (int) length);
            } else {
                copy(file.path, from, length, out);
            }
        }
    }

    private static void copy(Path path, long from, long length, OutputStream out) throws IOException {
        try (var file = FileChannel.open(path, StandardOpenOption.READ); InputStream in = Channels.newInputStream(file.position(from))) {
            var buffer = new byte[(int) Math.min(BUFFER, length)];
            for (long left = length; left > 0;) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new IOException("the file became shorter: " + path);
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        }
    }

    // One range; a list of them, or anything else, counts as none (RFC 9110 14.2).
    private static Optional<Range> range(Headers asked, File file) {
        String text = asked.getFirst("Range");
        String unless = asked.getFirst("If-Range");
        if (text == null || !text.matches("bytes=(\\d{1,18}-\\d{0,18}|-\\d{1,18})")
                || unless != null && !unless.equals(file.etag) && !unless.equals(file.modified)) {
            return Optional.empty();
        }
        int dash = text.indexOf('-');
        String first = text.substring("bytes=".length(), dash);
        String last = text.substring(dash + 1);
        if (first.isEmpty()) {
            long length = Math.min(Long.parseLong(last), file.length);
            return Optional.of(new Range(file.length - length, length));
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? file.length - 1 : Math.min(Long.parseLong(last), file.length - 1);
        if (!last.isEmpty() && Long.parseLong(last) < from) {
            return Optional.empty();
        }
        return Optional.of(new Range(from, from >= file.length ? 0 : to - from + 1));
    }
}
