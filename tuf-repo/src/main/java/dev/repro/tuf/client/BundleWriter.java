package dev.repro.tuf.client;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/// Collects the files of a bundle and writes them: the same files give the same bytes.
final class BundleWriter {
    static final String SCHEMA = "repro.tuf-bundle.v1";

    private sealed interface Content {
        record InMemory(byte[] bytes) implements Content {}

        record OnDisk(Path file) implements Content {}
    }

    private record Part(BundleEntry entry, Content content) {}

    private final SortedMap<String, Part> parts = new TreeMap<>();

    /// @param targets to be had from this bundle, by name: what an import brings without being asked for more
    void manifest(Collection<TargetName> targets) throws Problem {
        Json json = Json.object("schema", SCHEMA, "targets", targets.stream().map(TargetName::text).sorted().distinct().toList());
        add(BundleEntry.MANIFEST, JsonText.pretty(json).getBytes(StandardCharsets.UTF_8));
    }

    /// @param path relative to the metadata's URL, percent-encoded
    void metadata(String path, byte[] bytes) throws Problem {
        add(BundleEntry.METADATA + path, bytes);
    }

    /// @param path relative to the targets' URL, percent-encoded
    /// @param file read when the bundle is written
    void target(String path, Path file) throws Problem {
        try {
            String name = BundleEntry.TARGETS + path;
            parts.put(name, new Part(BundleEntry.of(name, Files.size(file)), new Content.OnDisk(file)));
        } catch (IOException e) {
            throw Problem.storage("could not read a target").where(file).because(e);
        }
    }

    private void add(String name, byte[] bytes) throws Problem {
        parts.put(name, new Part(BundleEntry.of(name, bytes.length), new Content.InMemory(bytes)));
    }

    /// In ascending order of the names, with the two empty blocks of a tar archive's end.
    void writeTo(OutputStream out) throws IOException {
        for (Part part : parts.values()) {
            out.write(part.entry.header());
            switch (part.content) {
                case Content.InMemory(byte[] bytes) -> out.write(bytes);
                case Content.OnDisk(Path file) -> copy(file, part.entry.length(), out);
            }
            out.write(new byte[(int) (part.entry.padded() - part.entry.length())]);
        }
        out.write(new byte[2 * BundleEntry.BLOCK]);
    }

    private static void copy(Path file, long length, OutputStream out) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            if (in.transferTo(out) != length) {
                throw new IOException(file + " has changed while it was read");
            }
        }
    }
}
