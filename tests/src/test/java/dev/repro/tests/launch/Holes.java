package dev.repro.tests.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What a tender takes of an image and should not, or an image that says one thing to it and another to everybody else: each as one change of
/// a good image (elf(5); Solo5 include/mft_abi.h, include/elf_abi.h).
final class Holes {
    private static final int PT_NULL = 0;
    private static final int PT_LOAD = 1;
    private static final int PT_INTERP = 3;
    private static final int PT_NOTE = 4;
    private static final int ENTRY = 104;

    private final byte[] image;
    private final Map<String, byte[]> out = new TreeMap<>();

    private Holes(byte[] image) {
        this.image = image;
    }

    /// @param image ELF64 with both notes
    static Map<String, byte[]> of(byte[] image) {
        var holes = new Holes(image);
        holes.segments();
        holes.notes();
        return holes.out;
    }

    private void with(String name, Consumer<ByteBuffer> change) {
        byte[] bytes = image.clone();
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        if (!Arrays.equals(bytes, image)) {
            out.put(name, bytes);
        }
    }

    private static int header(ByteBuffer elf, int type) {
        int at = (int) elf.getLong(32);
        for (int i = 0; i < elf.getShort(56); i++, at += 56) {
            if (elf.getInt(at) == type) {
                return at;
            }
        }
        throw new AssertionError("no segment of type " + type);
    }

    private void segments() {
        with("a segment that is writable and executable", elf -> elf.putInt(header(elf, PT_LOAD) + 4, 7));
        with("no PT_INTERP", elf -> elf.putInt(header(elf, PT_INTERP), PT_NULL));
        with("an interpreter that a host has", elf -> elf.put(find(elf, "/nonexistent/solo5/"), "/lib/ld-linux.so\0\0\0".getBytes(StandardCharsets.ISO_8859_1)));
        with("a segment without content below all memory", elf -> bss(elf, 0, 4096));
        with("a segment without content of a terabyte", elf -> bss(elf, 1L << 32, 1L << 40));
        with("an entry outside of memory", elf -> elf.putLong(24, 1L << 33));
        with("an entry in no executable segment", elf -> elf.putLong(24, 0x100000L + (1 << 30)));
    }

    // PT_INTERP is not needed to show this one
    private static void bss(ByteBuffer elf, long address, long size) {
        int at = header(elf, PT_NOTE) + 56 < elf.getLong(32) + 56L * elf.getShort(56) ? last(elf) : header(elf, PT_INTERP);
        elf.putInt(at, PT_LOAD).putInt(at + 4, 7).putLong(at + 8, 0).putLong(at + 16, address).putLong(at + 24, address).putLong(at + 32, 0)
                .putLong(at + 40, size).putLong(at + 48, 4096);
    }

    private static int last(ByteBuffer elf) {
        return (int) elf.getLong(32) + 56 * (elf.getShort(56) - 1);
    }

    private void notes() {
        ByteBuffer elf = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int abi = find(elf, "ABI1") - 8;
        int manifest = find(elf, "MFT1") - 8;
        with("reserved words of the ABI", e -> e.putInt(abi + 28, 1));
        with("an ABI that nobody knows", e -> e.putInt(abi + 24, 7));
        with("a target that nobody knows", e -> e.putInt(abi + 20, 77));
        with("another target", e -> e.putInt(abi + 20, e.getInt(abi + 20) == 1 ? 2 : 1));
        with("no ABI note", e -> e.putInt(abi + 8, 0));
        with("no manifest", e -> e.putInt(manifest + 8, 0));
        with("a manifest of another version", e -> e.putInt(manifest + 24, 2));
        with("a manifest that is attached", e -> e.put(entry(manifest, 0) + 96, (byte) 1));
        with("padding of a manifest", e -> e.put(entry(manifest, 0) + 100, (byte) 1));
        if (elf.getInt(manifest + 28) > 1) {
            int device = entry(manifest, 1);
            with("a preset MAC, block size or capacity", e -> e.putLong(device + 72, 0x0000eeffc0000002L));
            with("a preset block size", e -> e.putShort(device + 80, (short) 777));
            with("a private field that is set", e -> e.putLong(device + 88, 3));
            with("a device that is attached", e -> e.put(device + 96, (byte) 1));
            with("a device of type 5", e -> e.putInt(device + 68, 5));
            with("a reserved entry after the first", e -> e.putInt(device + 68, 0x40000001));
            with("a device without a name", e -> e.put(device, (byte) 0));
            with("a name that no option can say", e -> e.put(device, (byte) '='));
            with("a name without an end", e -> {
                for (int i = 0; i < 68; i++) {
                    e.put(device + i, (byte) 'a');
                }
            });
        }
        with("two manifests: tools and tender see different ones", e -> { // the section stays where it is, the segment moves
            int at = manifestSegment(e, manifest);
            e.putLong(at + 8, e.getLong(at + 8) + 4);
        });
    }

    private static int manifestSegment(ByteBuffer elf, int manifest) {
        int at = (int) elf.getLong(32);
        for (int i = 0; i < elf.getShort(56); i++, at += 56) {
            if (elf.getInt(at) == PT_NOTE && elf.getLong(at + 8) == manifest) {
                return at;
            }
        }
        throw new AssertionError("no segment for the manifest");
    }

    private static int entry(int manifest, int index) {
        return manifest + 32 + ENTRY * index;
    }

    private static int find(ByteBuffer in, String what) {
        byte[] bytes = what.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i <= in.capacity() - bytes.length; i++) {
            if (Arrays.equals(in.array(), i, i + bytes.length, bytes, 0, bytes.length)) {
                return i;
            }
        }
        throw new AssertionError("not in the image: " + what);
    }
}
