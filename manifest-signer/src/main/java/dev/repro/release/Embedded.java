package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.image.ElfFile;
import dev.repro.image.MalformedElf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// The envelope of a release inside one of its images, in an ELF section `.repro.release` that no loader looks at ([ElfTail] has the format).
///
/// All digests of an image are of its bytes without it. Taking it out gives exactly the bytes that it was put into, or nothing: the SHA-256 of
/// the image is in the section, and putting the envelope in again must give the file that was read.
public final class Embedded {

    private Embedded() {}

    /// @param image the bytes without an embedded release
    /// @param envelope that was embedded, which nobody has vouched for yet
    public record Stripped(byte[] image, Optional<byte[]> envelope) {}

    /// The same of a file in memory, as long as its arena is open.
    public record Opened(MemorySegment image, Optional<byte[]> envelope) {

        /// SHA-256 of the image.
        public Digest digest() {
            return ElfTail.digest(image);
        }
    }

    /// Puts an envelope into an image; one that is there already is replaced.
    ///
    /// @throws Problem exit code 2: an image that cannot carry one, or whose embedded release is damaged
    public static byte[] embed(byte[] image, byte[] envelope) throws Problem {
        if (envelope.length > ReleaseStatement.MAX_BYTES) {
            throw Problem.usage("too long for the envelope of a release").expected("at most " + ReleaseStatement.MAX_BYTES + " bytes");
        }
        byte[] plain = strip(image).image();
        ElfTail.Change change = ElfTail.of(MemorySegment.ofArray(plain), envelope);
        byte[] out = Arrays.copyOf(plain, Math.addExact(plain.length, change.tail().length));
        System.arraycopy(change.head(), 0, out, 0, change.head().length);
        System.arraycopy(change.tail(), 0, out, plain.length, change.tail().length);
        return out;
    }

    /// Takes the embedded release out. A file without one comes back as it is.
    ///
    /// @throws Problem exit code 2: an embedded release that is damaged, or that repro did not write
    public static Stripped strip(byte[] file) throws Problem {
        Opened opened = strip(MemorySegment.ofArray(file.clone()));
        return new Stripped(opened.image().toArray(ValueLayout.JAVA_BYTE), opened.envelope());
    }

    /// Takes the embedded release out of a file, in memory alone; the file stays as it is. It must not become shorter meanwhile.
    ///
    /// @throws Problem as above; or it is not there or empty, exit code 2, or cannot be read, 4
    public static Opened open(Path file, Arena arena) throws Problem {
        MemorySegment mapped = Mapped.map(file, arena);
        try {
            return isIn(mapped) ? strip(arena.allocate(mapped.byteSize()).copyFrom(mapped)) : strip(mapped);
        } catch (Problem e) {
            throw e.placed() ? e : e.where(file);
        }
    }

    /// Whether anything in a file claims to be an embedded release, whole or not.
    public static boolean isIn(MemorySegment file) {
        try {
            return endsWithMagic(file) || hasSection(file);
        } catch (MalformedElf e) {
            return false;
        }
    }

    static boolean endsWithMagic(MemorySegment file) {
        return file.byteSize() >= ElfTail.HEAD + ElfTail.FOOT && same(file, file.byteSize() - ElfTail.MAGIC.length, ElfTail.MAGIC);
    }

    private static boolean hasSection(MemorySegment file) throws MalformedElf {
        return ElfFile.magic(file) && ElfFile.parse(file).sections().named(ElfTail.SECTION).isPresent();
    }

    private static boolean same(MemorySegment file, long at, byte[] bytes) {
        return file.byteSize() - at >= bytes.length && file.asSlice(at, bytes.length).mismatch(MemorySegment.ofArray(bytes)) < 0;
    }

    /// @param file whose bytes are changed if there is a release in it
    private static Opened strip(MemorySegment file) throws Problem {
        if (endsWithMagic(file)) {
            return taken(file);
        }
        try {
            if (hasSection(file)) {
                throw damaged("it has a section " + ElfTail.SECTION + " that does not end as it must");
            }
        } catch (MalformedElf e) {
            throw damaged("nobody can tell whether there is one: " + e.getMessage()).because(e);
        }
        return new Opened(file.asReadOnly(), Optional.empty());
    }

    private static Opened taken(MemorySegment file) throws Problem {
        long size = file.byteSize();
        long length = u32(file, size - ElfTail.FOOT);
        if (length < ElfTail.HEAD + ElfTail.FOOT || length > size || !same(file, size - length, ElfTail.MAGIC)) {
            throw damaged("it does not begin where it says");
        }
        byte[] content = file.asSlice(size - length, length).toArray(ValueLayout.JAVA_BYTE);
        ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).position(ElfTail.MAGIC.length);
        if (in.getInt() != ElfTail.VERSION) {
            throw damaged("it is of a version that is not known here");
        }
        long imageSize = in.getLong();
        boolean wide = file.get(ValueLayout.JAVA_BYTE, 4) == 2; // EI_CLASS
        if (imageSize < ElfTail.headerSize(wide) || imageSize > size - length) {
            throw damaged("it says a length of the image that cannot be");
        }
        byte[] changed = file.asSlice(0, ElfTail.headerSize(wide)).toArray(ValueLayout.JAVA_BYTE);
        byte[] head = changed.clone();
        ElfTail.setHeader(head, wide, in.getLong(), in.getShort(), in.getShort(), in.getShort());
        MemorySegment image = file.asSlice(0, imageSize);
        MemorySegment.copy(head, 0, image, ValueLayout.JAVA_BYTE, 0, head.length);
        byte[] envelope = Arrays.copyOfRange(content, ElfTail.HEAD, content.length - ElfTail.FOOT);
        ElfTail.Change again = again(image, envelope);
        if (!Arrays.equals(again.head(), changed) || file.byteSize() - imageSize != again.tail().length || !same(file, imageSize, again.tail())) {
            throw damaged("to embed it again would not give this file");
        }
        return new Opened(image.asReadOnly(), Optional.of(envelope));
    }

    private static ElfTail.Change again(MemorySegment image, byte[] envelope) throws Problem {
        try {
            return ElfTail.of(image, envelope);
        } catch (Problem e) {
            throw damaged(e.getMessage()).because(e);
        }
    }

    private static long u32(MemorySegment file, long at) {
        return Integer.toUnsignedLong(file.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at));
    }

    private static Problem damaged(String why) {
        return Problem.usage("the embedded release is damaged: " + why).hint("fetch or build the image again");
    }
}
