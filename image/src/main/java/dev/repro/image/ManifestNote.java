package dev.repro.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes the MFT1 note: as C source, and as an ELF64 relocatable object. Both define the symbol `__solo5_mft1_note`, by which
/// the bindings for virtio, Muen and Xen find it, in the section `.note.solo5.manifest`, aligned to 4 as Solo5's linker scripts
/// want it.
final class ManifestNote {
    private static final String SYMBOL = "__solo5_mft1_note";

    /// The structures of Solo5's include/mft_abi.h, of basic types alone: unsigned int has 32 bits and unsigned long long 64 on
    /// every machine on which Solo5 runs, which the assertions prove to the compiler.
    private static final String HEAD = """
            /* Solo5 application manifest (MFT1), generated from manifest.json: do not edit */

            struct solo5_mft_entry {
                char name[68];
                unsigned int type;
                unsigned long long u[2];
                unsigned long long b;
                unsigned char attached;
            };

            struct solo5_mft_note {
                unsigned int namesz;
                unsigned int descsz;
                unsigned int n_type;
                char owner[8];
                unsigned int pad;
                unsigned int version;
                unsigned int entries;
                struct solo5_mft_entry e[%1$d];
            };

            _Static_assert(sizeof(struct solo5_mft_entry) == 104, "a manifest entry has 104 bytes");
            _Static_assert(sizeof(struct solo5_mft_note) == 32 + 104 * %1$d, "the note has no gaps");

            const struct solo5_mft_note __solo5_mft1_note
                __attribute__((section(".note.solo5.manifest"), aligned(4), used)) = {
                .namesz = 6,
                .descsz = sizeof(struct solo5_mft_note) - 20,
                .n_type = 0x3154464d, /* "MFT1" */
                .owner = "Solo5",
                .version = %2$d,
                .entries = %1$d,
                .e = {
            """;

    private ManifestNote() {}

    static String c(Manifest manifest) {
        var out = new StringBuilder(HEAD.formatted(manifest.entries().size(), manifest.version()));
        for (Device device : manifest.entries()) {
            out.append("        { .name = \"%s\", .type = 0x%x }, /* %s */\n".formatted(device.name(), device.type(),
                    device.typeName()));
        }
        return out.append("    }\n};\n").toString();
    }

    /// The bytes of the note, header included.
    static byte[] bytes(Manifest manifest) {
        int size = Solo5.MFT_PAD + 8 + manifest.entries().size() * Device.SIZE;
        var out = ByteBuffer.allocate(Solo5.HEADER + size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(Solo5.OWNER_SIZE).putInt(size).putInt(Solo5.MFT1).put(ascii(Solo5.OWNER));
        out.position(Solo5.HEADER + Solo5.MFT_PAD);
        out.putInt((int) manifest.version()).putInt(manifest.entries().size());
        for (Device device : manifest.entries()) {
            int start = out.position();
            out.put(ascii(device.name())).position(start + Device.NAME_SIZE);
            out.putInt((int) device.type()).position(start + Device.SIZE);
        }
        return out.array();
    }

    /// Header, note, symbols, symbol names, section names, section headers: in this order, each at a multiple of 8.
    static byte[] object(Manifest manifest, int machine) {
        byte[] note = bytes(manifest);
        byte[] symbolNames = ascii("\0" + SYMBOL + "\0");
        String sectionNames = "\0" + Solo5.MANIFEST_SECTION + "\0.note.GNU-stack\0.symtab\0.strtab\0.shstrtab\0";
        int symbols = align(64 + note.length);
        int strings = symbols + 2 * 24;
        int names = align(strings + symbolNames.length);
        int headers = align(names + sectionNames.length());
        var out = ByteBuffer.allocate(headers + 6 * 64).order(ByteOrder.LITTLE_ENDIAN);
        header(out, machine, headers);
        out.put(64, note).put(strings, symbolNames).put(names, ascii(sectionNames));
        out.position(symbols + 24);
        // STB_GLOBAL, STT_OBJECT, in section 1.
        out.putInt(1).put((byte) 0x11).put((byte) 0).putShort((short) 1).putLong(0).putLong(note.length);
        out.position(headers + 64);
        section(out, sectionNames, Solo5.MANIFEST_SECTION, Section.SHT_NOTE, Section.SHF_ALLOC, 64, note.length, 0, 0, 4, 0);
        section(out, sectionNames, ".note.GNU-stack", Section.SHT_PROGBITS, 0, symbols, 0, 0, 0, 1, 0);
        section(out, sectionNames, ".symtab", Section.SHT_SYMTAB, 0, symbols, 48, 4, 1, 8, 24);
        section(out, sectionNames, ".strtab", Section.SHT_STRTAB, 0, strings, symbolNames.length, 0, 0, 1, 0);
        section(out, sectionNames, ".shstrtab", Section.SHT_STRTAB, 0, names, sectionNames.length(), 0, 0, 1, 0);
        return out.array();
    }

    private static void header(ByteBuffer out, int machine, int sectionHeaders) {
        out.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        out.putShort((short) ElfHeader.ET_REL).putShort((short) machine).putInt(1).putLong(0).putLong(0).putLong(sectionHeaders);
        // ppc64le objects say ELFv2 in their flags; the others nothing.
        out.putInt(machine == ElfHeader.EM_PPC64 ? 2 : 0).putShort((short) 64).putShort((short) 0).putShort((short) 0);
        out.putShort((short) 64).putShort((short) 6).putShort((short) 5);
    }

    private static void section(ByteBuffer out, String names, String name, int type, long flags, long offset, long size, int link,
            int info, long alignment, long entrySize) {
        out.putInt(names.indexOf("\0" + name + "\0") + 1).putInt(type).putLong(flags).putLong(0).putLong(offset).putLong(size);
        out.putInt(link).putInt(info).putLong(alignment).putLong(entrySize);
    }

    private static int align(int offset) {
        return offset + 7 & -8;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
