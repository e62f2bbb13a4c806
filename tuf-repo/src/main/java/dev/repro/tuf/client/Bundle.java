package dev.repro.tuf.client;

import dev.repro.base.Fields;
import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Part of a repository in one file, to be carried to where there is no network (docs/pouf.md): an uncompressed tar archive of
/// `bundle.json`, `metadata/…` and `targets/…`, in ascending order of their names. Unpacked it is a repository.
///
/// Nothing in it is believed for being in it: [BundleImport] verifies it as any repository. Its names are looked up, never made
/// into files. Opening reads the headers only; a content is read where it lies, however large it is.
public final class Bundle implements AutoCloseable {

    /// Files in a bundle. An index of so many takes some 20 MB.
    static final int MAX_FILES = 65_536;
    static final int MAX_MANIFEST = 1 << 24;

    private record Extent(long offset, long length) {}

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Extent> index = new HashMap<>();
    private List<TargetName> targets = List.of();

    private Bundle(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// @throws Problem exit code 2: it is not a bundle, or not a whole one; 4: it cannot be read
    public static Bundle open(Path file) throws Problem {
        FileChannel channel;
        try {
            channel = FileChannel.open(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        var bundle = new Bundle(file, channel);
        try {
            bundle.scan();
            bundle.readManifest();
            return bundle;
        } catch (IOException | Problem e) {
            bundle.close();
            throw e instanceof Problem p ? p : unreadable(file, (IOException) e);
        }
    }

    private static Problem unreadable(Path file, IOException e) {
        return Problem.storage("could not read the bundle").where(file).because(e);
    }

    private Problem malformed(String what, long at) {
        return Problem.usage("not a whole bundle: " + what).where(file + " byte " + at);
    }

    private void scan() throws IOException, Problem {
        long size = channel.size();
        long at = 0;
        String last = "";
        while (true) {
            byte[] block = read(at, BundleEntry.BLOCK);
            if (isZero(block)) {
                if (size != at + 2 * BundleEntry.BLOCK || !isZero(read(at + BundleEntry.BLOCK, BundleEntry.BLOCK))) {
                    throw malformed("two empty blocks and no more must end it", at);
                }
                return;
            }
            BundleEntry entry = entry(block, at);
            byte[] header = entry.header();
            if (!Arrays.equals(header, read(at, header.length))) {
                throw malformed("a header is not in the one form that is accepted", at);
            }
            long content = at + header.length;
            if (entry.length() > size - content) {
                throw malformed("the file ends in `" + entry.name() + "`", at);
            }
            if (entry.name().compareTo(last) <= 0) {
                throw malformed("`" + entry.name() + "` stands twice, or not in order", at);
            }
            if (index.size() == MAX_FILES) {
                throw malformed("more than " + MAX_FILES + " files", at);
            }
            index.put(entry.name(), new Extent(content, entry.length()));
            last = entry.name();
            at = content + entry.padded();
            checkPadding(content + entry.length(), at);
        }
    }

    private BundleEntry entry(byte[] block, long at) throws IOException, Problem {
        if (block[156] != 'x') {
            return BundleEntry.of(text(block, 0, 100), octal(block, at));
        }
        long length = octal(block, at);
        if (length > 8192) {
            throw malformed("a pax header of " + length + " bytes", at);
        }
        String records = new String(read(at + BundleEntry.BLOCK, (int) length), StandardCharsets.ISO_8859_1);
        byte[] own = read(at + BundleEntry.BLOCK + Math.ceilDiv((int) length, BundleEntry.BLOCK) * BundleEntry.BLOCK,
                BundleEntry.BLOCK);
        String name = text(own, 0, 100);
        long size = octal(own, at);
        for (String record : records.split("\n")) {
            String value = record.substring(record.indexOf('=') + 1);
            if (record.contains(" path=")) {
                name = value;
            } else if (record.contains(" size=") && value.matches("[0-9]{1,18}")) {
                size = Long.parseLong(value);
            }
        }
        return BundleEntry.of(name, size);
    }

    private static String text(byte[] block, int from, int length) {
        int end = from;
        while (end < from + length && block[end] != 0) {
            end++;
        }
        return new String(block, from, end - from, StandardCharsets.ISO_8859_1);
    }

    private long octal(byte[] block, long at) throws Problem {
        String size = text(block, 124, 12);
        if (!size.matches("[0-7]{11}")) {
            throw malformed("no size stands where one must", at);
        }
        return Long.parseLong(size, 8);
    }

    private void checkPadding(long from, long to) throws IOException, Problem {
        if (!isZero(read(from, (int) (to - from)))) {
            throw malformed("bytes between two files", from);
        }
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] read(long at, int length) throws IOException, Problem {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw malformed("it ends too early", at);
            }
        }
        return buffer.array();
    }

    private void readManifest() throws IOException, Problem {
        Extent extent = index.get(BundleEntry.MANIFEST);
        if (extent == null || extent.length > MAX_MANIFEST) {
            throw malformed("it has no `" + BundleEntry.MANIFEST + "`, or too long a one", 0);
        }
        Fields manifest = Fields.parse(read(extent.offset, (int) extent.length), file + " " + BundleEntry.MANIFEST);
        String schema = manifest.string("schema");
        if (!schema.equals(BundleWriter.SCHEMA)) {
            throw Problem.usage("a bundle of another kind").where(file).expected(BundleWriter.SCHEMA).found(schema);
        }
        var names = new ArrayList<TargetName>();
        for (String name : manifest.strings("targets")) {
            names.add(new TargetName(name));
        }
        manifest.end();
        targets = List.copyOf(names);
    }

    /// The targets that whoever made the bundle meant to carry. A list of wishes: each still has to be found by the verified
    /// metadata.
    public List<TargetName> targets() {
        return targets;
    }

    public Path file() {
        return file;
    }

    /// Bytes of a file; empty if the bundle does not have it.
    Optional<Long> length(String name) {
        return Optional.ofNullable(index.get(name)).map(Extent::length);
    }

    /// A file's content from a byte on; empty if the bundle does not have it.
    Optional<InputStream> open(String name, long from) {
        return Optional.ofNullable(index.get(name)).map(e -> new Slice(e.offset + Math.min(from, e.length), e.offset + e.length));
    }

    /// Part of the file, read where it lies; closing it leaves the bundle open.
    private final class Slice extends InputStream {
        private long at;
        private final long end;

        Slice(long at, long end) {
            this.at = at;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (at == end || length == 0) {
                return length == 0 ? 0 : -1;
            }
            int n = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, end - at)), at);
            at += Math.max(n, 0);
            return n;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a file that was only read", e);
        }
    }
}
