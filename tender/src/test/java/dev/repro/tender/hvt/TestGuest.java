package dev.repro.tender.hvt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.repro.base.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;

/// Small guests, made of a committed image by putting machine code where its program was.
final class TestGuest {
    static final Path EXAMPLES = Path.of("../examples");
    static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L, 123_456_789);

    /// Where the image has its segments, in memory; in the file they are 0xff000 before that.
    static final int TEXT = 0x100000;
    static final int RODATA = 0x101000;
    static final int DATA = 0x102000;

    /// Memory of the guest that is nobody's, for structures.
    static final int CALL = 0x110000;

    /// Fields of a program header.
    static final int P_FLAGS = 4;
    static final int P_VADDR = 16;
    static final int P_FILESZ = 32;
    static final int P_MEMSZ = 40;
    static final int P_ALIGN = 48;

    private static final int FILE = 0x1000 - TEXT;
    private static final int ENTRY = 24;
    private static final int HEADERS = 64;
    private static final int HEADER = 56;

    private final ByteBuffer image;
    private int at;

    private TestGuest(byte[] bytes) {
        image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        at = TEXT + FILE;
    }

    static byte[] example(String name) {
        try {
            return Files.readAllBytes(EXAMPLES.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A guest whose program is what the methods below append.
    static TestGuest hello() {
        var guest = new TestGuest(example("hello/hello.hvt"));
        guest.image.putLong(ENTRY, TEXT);
        return guest;
    }

    static TestGuest blk() {
        var guest = new TestGuest(example("blk/blk.hvt"));
        guest.image.putLong(ENTRY, TEXT);
        return guest;
    }

    /// The image as it is, to be changed by [#header] and [#segment].
    static TestGuest original() {
        return new TestGuest(example("hello/hello.hvt"));
    }

    TestGuest code(int... bytes) {
        for (int b : bytes) {
            image.put(at++, (byte) b);
        }
        return this;
    }

    private TestGuest word(int value) {
        image.putInt(at, value);
        at += 4;
        return this;
    }

    /// `movq [address], value`; the value is extended by its sign.
    TestGuest store(int address, int value) {
        return code(0x48, 0xc7, 0x04, 0x25).word(address).word(value);
    }

    /// `movl to, from`
    TestGuest copy(int to, int from) {
        return code(0x8b, 0x04, 0x25).word(from).code(0x89, 0x04, 0x25).word(to);
    }

    /// `outl` of an address to the port of a hypercall.
    TestGuest call(int number, int address) {
        return code(0xb8).word(address).code(0x66, 0xba, number, 0x05, 0xef);
    }

    TestGuest puts(int address, int length) {
        return store(CALL, address).store(CALL + 8, length).call(2, CALL);
    }

    TestGuest halt(int status) {
        return store(CALL, 0).store(CALL + 8, status).call(8, CALL);
    }

    /// Halts with the status that stands at an address.
    TestGuest haltWith(int address) {
        return store(CALL + 0x100, 0).copy(CALL + 0x108, address).call(8, CALL + 0x100);
    }

    /// `mov eax, address; jmp rax`
    TestGuest jump(int address) {
        return code(0xb8).word(address).code(0xff, 0xe0);
    }

    TestGuest header(int offset, long value) {
        image.putLong(offset, value);
        return this;
    }

    TestGuest entry(long value) {
        return header(ENTRY, value);
    }

    /// @param field one of the P_ constants; [#P_FLAGS] has 4 bytes, the others 8
    TestGuest segment(int index, int field, long value) {
        int offset = HEADERS + index * HEADER + field;
        if (field == P_FLAGS) {
            image.putInt(offset, (int) value);
        } else {
            image.putLong(offset, value);
        }
        return this;
    }

    /// Overwrites bytes of the file.
    TestGuest bytes(int offset, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            image.put(offset + i, (byte) bytes[i]);
        }
        return this;
    }

    byte[] image() {
        return image.array();
    }

    /// How a guest ended.
    record Ended(int status, byte[] console) {
        String text() {
            return new String(console, java.nio.charset.StandardCharsets.ISO_8859_1);
        }
    }

    static void needsKvm() {
        Path kvm = Path.of("/dev/kvm");
        assumeTrue(Files.isReadable(kvm) && Files.isWritable(kvm), "skipped: /dev/kvm cannot be opened");
    }

    Ended run(HvtGuest.Attach... devices) throws Problem {
        return run(image(), 2 << 20, "", devices);
    }

    Ended run(long memory) throws Problem {
        return run(image(), memory, "");
    }

    static Ended run(byte[] image, long memory, String commandLine, HvtGuest.Attach... devices) throws Problem {
        needsKvm();
        var console = new ByteArrayOutputStream();
        int status = Hvt.run(new HvtGuest("test.hvt", MemorySegment.ofArray(image), memory, commandLine, List.of(devices), Channels.newChannel(console),
                Clock.fixed(NOW, ZoneOffset.UTC), new Random(1)));
        return new Ended(status, console.toByteArray());
    }
}
