package dev.repro.tuf.check;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Files in memory.
final class MapSource implements Source {
    final Map<String, byte[]> files = new TreeMap<>();

    @Override
    public String place() {
        return "memory";
    }

    @Override
    public Answer read(String path, int limit) {
        byte[] bytes = files.get(path);
        return bytes == null ? new Answer.Absent() : bytes.length > limit ? new Answer.TooLong() : new Answer.Bytes(bytes);
    }

    @Override
    public Optional<InputStream> open(String path) {
        return Optional.ofNullable(files.get(path)).map(ByteArrayInputStream::new);
    }

    @Override
    public Optional<Stream<String>> files() {
        return Optional.of(files.keySet().stream());
    }
}
