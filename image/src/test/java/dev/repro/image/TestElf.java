package dev.repro.image;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Makes small ELF files: pieces of content (each a section), segments over them, and then whatever patch a test wants.
/// [#hvt] is a small image without any fault.
final class TestElf {
    static final int P_TYPE = 0;
    static final int P_FLAGS = 4;
    static final int P_OFFSET = 8;
    static final int P_VADDR = 16;
    static final int P_FILESZ = 32;
    static final int P_MEMSZ = 40;
    static final int P_ALIGN = 48;

    static final int INTERP = 0;
    static final int TEXT = 1;
    static final int NOTES = 2;
    static final int DATA = 3;
    static final int BSS = 4;
    static final int NOTE_OPENBSD = 5;
    static final int NOTE_ABI = 6;
    static final int NOTE_MANIFEST = 7;

    static final class Piece {
        final String name;
        final int type;
        final long flags;
        byte[] bytes;
        long memorySize;
        long fileAlignment = 8;
        long offset;
        long address;

        Piece(String name, int type, long flags, byte[] bytes) {
            this.name = name;
            this.type = type;
            this.flags = flags;
            this.bytes = bytes;
            this.memorySize = bytes.length;
        }
    }

    /// A segment from the first to the last piece; a load gives them their addresses.
    record Part(int type, int flags, Piece first, Piece last, long address, long alignment) {}

    boolean wide = true;
    int type = ElfHeader.ET_EXEC;
    int machine = ElfHeader.EM_X86_64;
    long entry = 0x100018;
    boolean withSections = true;
    final List<Piece> pieces = new ArrayList<>();
    final List<Part> parts = new ArrayList<>();
    final List<Consumer<ByteBuffer>> patches = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    /// A Solo5 image for hvt with a block and a net device; the indexes of its segments are the constants above.
    static TestElf hvt() {
        return solo5(1, 2, plainManifest());
    }

    static TestElf solo5(int target, int version, byte[] manifest) {
        var elf = new TestElf();
        boolean writable = target == 3 || target == 6;
        Piece interp = elf.piece(".interp", 1, 2, padded("/nonexistent/solo5/", 24));
        Piece text = elf.piece(".text", 1, 6, new byte[] {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd});
        Piece mft = elf.piece(Solo5.MANIFEST_SECTION, Section.SHT_NOTE, 2, note("Solo5", Solo5.MFT1, manifest));
        Piece abi = elf.piece(Solo5.ABI_SECTION, Section.SHT_NOTE, 2,
                note("Solo5", Solo5.ABI1, words(target, version, 0, 0)));
        Piece bsd = elf.piece(".note.solo5.not_openbsd", Section.SHT_NOTE, 2, note("OpenBSD", 1, words(0)));
        Piece data = elf.piece(".data", 1, 3, words(1, 2, 3, 4));
        Piece bss = elf.piece(".bss", Section.SHT_NOBITS, 3, new byte[0]);
        bss.memorySize = 0x2000;
        elf.part(Segment.PT_INTERP, 4, interp, interp, 0, 8);
        elf.part(Segment.PT_LOAD, 5, interp, text, 0x100000, 0x1000);
        elf.part(Segment.PT_LOAD, writable ? 6 : 4, mft, bsd, 0x101000, 0x1000);
        elf.part(Segment.PT_LOAD, 6, data, data, 0x103000, 0x1000);
        elf.part(Segment.PT_LOAD, 6, bss, bss, 0x104000, 0x1000);
        elf.part(Segment.PT_NOTE, 4, bsd, bsd, 0, 4);
        elf.part(Segment.PT_NOTE, 4, abi, abi, 0, 4);
        elf.part(Segment.PT_NOTE, 4, mft, mft, 0, 4);
        elf.symbol(new Symbol("_start", 0x100018, 3, Symbol.FUNC, Symbol.GLOBAL, 2));
        elf.symbol(new Symbol("label", 0x103004, 0, Symbol.NOTYPE, Symbol.LOCAL, 6));
        return elf;
    }

    /// A virtio image: as [#solo5], but with a multiboot header that agrees with its segments.
    static TestElf virtio() {
        TestElf elf = solo5(3, 1, plainManifest());
        elf.named(".interp").fileAlignment = 0x1000;
        elf.named(Solo5.MANIFEST_SECTION).fileAlignment = 0x1000;
        elf.named(".data").fileAlignment = 0x2000;
        elf.named(".text").bytes = multiboot(0x10000, 0x100018, 0x100000, 0x103010, 0x106000, 0x100038);
        elf.named(".text").memorySize = 40;
        return elf;
    }

    /// Any ELF with text alone, and the pieces given.
    static TestElf plain(int type) {
        var elf = new TestElf();
        elf.type = type;
        Piece text = elf.piece(".text", 1, 6, words(1, 2, 3, 4, 5, 6, 7, 8));
        elf.part(Segment.PT_LOAD, 5, text, text, 0x100000, 0x1000);
        elf.entry = 0x100000;
        return elf;
    }

    Piece piece(String name, int type, long flags, byte[] bytes) {
        var piece = new Piece(name, type, flags, bytes);
        pieces.add(piece);
        return piece;
    }

    Part part(int type, int flags, Piece first, Piece last, long address, long alignment) {
        var part = new Part(type, flags, first, last, address, alignment);
        parts.add(part);
        return part;
    }

    TestElf symbol(Symbol symbol) {
        symbols.add(symbol);
        return this;
    }

    Piece named(String name) {
        return pieces.stream().filter(p -> p.name.equals(name)).findFirst().orElseThrow();
    }

    /// Sets a field of a program header (ELF64), after all else.
    TestElf phdr(int segment, int field, long value) {
        return patch(b -> {
            int at = 64 + 56 * segment + field;
            if (field < P_OFFSET) {
                b.putInt(at, (int) value);
            } else {
                b.putLong(at, value);
            }
        });
    }

    TestElf patch(Consumer<ByteBuffer> patch) {
        patches.add(patch);
        return this;
    }

    MemorySegment segment() {
        return MemorySegment.ofArray(build());
    }

    ElfFile elf() throws MalformedElf {
        return ElfFile.parse(segment());
    }

    byte[] build() {
        var all = new ArrayList<>(pieces);
        if (withSections) {
            tables(all);
        }
        long at = (wide ? 64 : 52) + (long) parts.size() * (wide ? 56 : 32);
        for (Piece piece : all) {
            at = (at + piece.fileAlignment - 1) / piece.fileAlignment * piece.fileAlignment;
            piece.offset = at;
            at += piece.bytes.length;
        }
        addresses();
        long headers = at + 7 & -8;
        var out = ByteBuffer.allocate((int) headers + (withSections ? (all.size() + 1) * (wide ? 64 : 40) : 0))
                .order(ByteOrder.LITTLE_ENDIAN);
        header(out, all.size(), headers);
        parts.forEach(p -> part(out, p));
        all.forEach(p -> out.put((int) p.offset, p.bytes));
        if (withSections) {
            sections(out, all, (int) headers);
        }
        patches.forEach(p -> p.accept(out));
        return out.array();
    }

    private void addresses() {
        for (Part part : parts) {
            if (part.type == Segment.PT_LOAD) {
                for (Piece piece : pieces.subList(pieces.indexOf(part.first), pieces.indexOf(part.last) + 1)) {
                    piece.address = part.address + piece.offset - part.first.offset;
                }
            }
        }
    }

    private void tables(List<Piece> all) {
        var strings = new StringBuilder("\0");
        var table = ByteBuffer.allocate((symbols.size() + 1) * (wide ? 24 : 16)).order(ByteOrder.LITTLE_ENDIAN);
        table.position(wide ? 24 : 16);
        for (Symbol s : symbols) {
            table.putInt(strings.length());
            strings.append(s.name()).append('\0');
            if (!wide) {
                table.putInt((int) s.value()).putInt((int) s.size());
            }
            table.put((byte) (s.binding() << 4 | s.type())).put((byte) 0).putShort((short) s.section());
            if (wide) {
                table.putLong(s.value()).putLong(s.size());
            }
        }
        all.add(new Piece(".symtab", Section.SHT_SYMTAB, 0, table.array()));
        all.add(new Piece(".strtab", Section.SHT_STRTAB, 0, ascii(strings.toString())));
        all.add(new Piece(".shstrtab", Section.SHT_STRTAB, 0, new byte[0]));
        all.getLast().bytes = ascii(names(all));
        all.getLast().memorySize = all.getLast().bytes.length;
    }

    private static String names(List<Piece> all) {
        var names = new StringBuilder("\0");
        all.forEach(p -> names.append(p.name).append('\0'));
        return names.toString();
    }

    private void header(ByteBuffer out, int sections, long headers) {
        out.putInt(0x464c457f).put((byte) (wide ? 2 : 1)).put((byte) 1).put((byte) 1).position(16);
        out.putShort((short) type).putShort((short) machine).putInt(1);
        word(out, entry);
        word(out, parts.isEmpty() ? 0 : wide ? 64 : 52);
        word(out, withSections ? headers : 0);
        out.putInt(0).putShort((short) (wide ? 64 : 52)).putShort((short) (wide ? 56 : 32)).putShort((short) parts.size());
        out.putShort((short) (wide ? 64 : 40)).putShort((short) (withSections ? sections + 1 : 0));
        out.putShort((short) (withSections ? sections : 0));
    }

    private void part(ByteBuffer out, Part p) {
        long fileSize = p.last.type == Section.SHT_NOBITS ? 0 : p.last.offset + p.last.bytes.length - p.first.offset;
        long memorySize = p.last.type == Section.SHT_NOBITS ? p.last.memorySize : fileSize;
        out.putInt(p.type);
        if (wide) {
            out.putInt(p.flags);
        }
        for (long v : new long[] {p.first.offset, p.first.address, p.first.address, fileSize, memorySize}) {
            word(out, v);
        }
        if (!wide) {
            out.putInt(p.flags);
        }
        word(out, p.alignment);
    }

    private void sections(ByteBuffer out, List<Piece> all, int headers) {
        String names = names(all);
        out.position(headers + (wide ? 64 : 40));
        for (Piece p : all) {
            boolean symtab = p.type == Section.SHT_SYMTAB;
            out.putInt(names.indexOf("\0" + p.name + "\0") + 1).putInt(p.type);
            word(out, p.flags);
            word(out, p.address);
            word(out, p.offset);
            word(out, p.type == Section.SHT_NOBITS ? p.memorySize : p.bytes.length);
            out.putInt(symtab ? all.size() - 1 : 0).putInt(symtab ? 1 : 0);
            word(out, p.type == Section.SHT_NOTE ? 4 : 8);
            word(out, symtab ? wide ? 24 : 16 : 0);
        }
    }

    private void word(ByteBuffer out, long value) {
        if (wide) {
            out.putLong(value);
        } else {
            out.putInt((int) value);
        }
    }

    static byte[] note(String owner, int type, byte[] descriptor) {
        int start = 12 + (owner.length() + 4 & -4);
        var out = ByteBuffer.allocate(start + (descriptor.length + 3 & -4)).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(owner.length() + 1).putInt(descriptor.length).putInt(type).put(ascii(owner)).put(start, descriptor);
        return out.array();
    }

    /// The descriptor of a manifest, padding included.
    static byte[] manifest(Device... devices) {
        var out = ByteBuffer.allocate(12 + (devices.length + 1) * Device.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0).putInt(1).putInt(devices.length + 1);
        put(out, Device.plain("", Device.RESERVED_FIRST));
        for (Device device : devices) {
            put(out, device);
        }
        return out.array();
    }

    private static void put(ByteBuffer out, Device d) {
        byte[] name = new byte[Device.NAME_SIZE];
        System.arraycopy(ascii(d.name()), 0, name, 0, d.name().length());
        if (d.nameTail()) {
            name[Device.NAME_SIZE - 2] = 'x';
        }
        out.put(name).putInt((int) d.type()).putLong(d.u0()).putLong(d.u1()).putLong(d.b());
        out.putLong(d.padding() << 8 | d.attached());
    }

    static byte[] plainManifest() {
        return manifest(Device.plain("disk0", Device.BLOCK_BASIC), Device.plain("net0", Device.NET_BASIC));
    }

    /// A multiboot header: flags, then with 0x10000 the five addresses.
    static byte[] multiboot(int flags, int... addresses) {
        int[] all = new int[8];
        all[0] = 0x1badb002;
        all[1] = flags;
        all[2] = -(0x1badb002 + flags);
        System.arraycopy(addresses, 0, all, 3, addresses.length);
        byte[] out = words(all);
        return Arrays.copyOf(out, 40);
    }

    /// A record or a header of `.uk_libinfo`: for a header the layout stands where the record has its type.
    static byte[] libInfoRecord(int type, byte[] data) {
        var out = ByteBuffer.allocate(6 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return out.putShort((short) type).putInt(6 + data.length).put(data).array();
    }

    static byte[] libInfo(byte[]... records) {
        var body = new ByteArrayOutputStream();
        for (byte[] record : records) {
            body.writeBytes(record);
        }
        var out = ByteBuffer.allocate(6 + body.size()).order(ByteOrder.LITTLE_ENDIAN);
        return out.putInt(6 + body.size()).putShort((short) 1).put(body.toByteArray()).array();
    }

    static byte[] words(int... words) {
        var out = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            out.putInt(word);
        }
        return out.array();
    }

    static byte[] padded(String text, int size) {
        return Arrays.copyOf(ascii(text), size);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
