package dev.repro.image;

import static dev.repro.image.TestElf.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/// For each rule of lint an image that has that hole.
final class LintImages {

    private LintImages() {}

    static Map<Rule, byte[]> all() {
        var out = new EnumMap<Rule, byte[]>(Rule.class);
        for (Rule rule : Rule.values()) {
            out.put(rule, of(rule));
        }
        return out;
    }

    private static byte[] of(Rule rule) {
        return switch (rule) {
            case NOT_AN_ELF -> ascii("#!/bin/sh\n");
            case ELF_HEADER -> edited(hvt(), e -> e.type = ElfHeader.ET_DYN);
            case SECTIONS_MALFORMED -> hvt().patch(b -> b.putShort(58, (short) 63)).build();
            case SECTIONS_MISSING -> edited(hvt(), e -> e.withSections = false);
            case TRAILING_BYTES -> concat(hvt().build(), ascii("payload"));

            case ENTRY_OUTSIDE_MEMORY -> hvt().patch(b -> b.putLong(24, 0x1_0000_0000L)).build();
            case ENTRY_NOT_EXECUTABLE -> edited(hvt(), e -> e.entry = 0x103000);
            case SEGMENT_BELOW_BASE -> hvt().phdr(TEXT, P_VADDR, 0xff000).patch(b -> b.putLong(24, 0x100000)).build();
            case SEGMENT_ORDER -> hvt().phdr(DATA, P_VADDR, 0x100000).build();
            case SEGMENT_ALIGNMENT -> hvt().phdr(DATA, P_ALIGN, 0x1800).build();
            case SEGMENT_OVERLAP -> hvt().phdr(DATA, P_VADDR, 0x101800).build();
            case SEGMENT_SIZE -> hvt().phdr(DATA, P_MEMSZ, 15).build();
            case SEGMENT_OUTSIDE_MEMORY -> hvt().phdr(DATA, P_MEMSZ, 1L << 40).phdr(BSS, P_MEMSZ, 0).build();
            case SEGMENT_BEYOND_FILE -> hvt().phdr(DATA, P_FILESZ, 0x1000).phdr(DATA, P_MEMSZ, 0x1000).build();
            case WRITABLE_AND_EXECUTABLE -> hvt().phdr(BSS, P_FLAGS, 7).build();
            case BSS_RANGE -> hvt().phdr(BSS, P_MEMSZ, 1L << 40).build();

            case INTERP_MISSING -> hvt().phdr(INTERP, P_TYPE, 0).build();
            case INTERP_WRONG -> edited(hvt(), e -> e.named(".interp").bytes = padded("/lib64/ld-linux.so.2", 24));
            case OPENBSD_NOTE -> hvt().phdr(NOTE_OPENBSD, P_TYPE, 0).build();
            case NOTES_MALFORMED -> hvt().phdr(NOTE_OPENBSD, P_FILESZ, 22).build();
            case NOTE_HIDDEN -> edited(hvt(), e -> {
                e.named(".note.solo5.not_openbsd").bytes = concat(note("OpenBSD", 1, words(0)), note("Solo5", 7, words(0)));
            });
            case NOTE_WRITABLE -> hvt().phdr(NOTES, P_FLAGS, 6).build();
            case NOTE_ADDRESS -> hvt().phdr(NOTE_ABI, P_VADDR, 0x200000).build();
            case NOTE_PADDING -> edited(hvt(), e -> e.named(Solo5.ABI_SECTION).bytes[19] = 1);
            case VIEW_MISMATCH -> secondManifest();
            default -> ofNotes(rule);
        };
    }

    private static byte[] ofNotes(Rule rule) {
        return switch (rule) {
            case ABI_MISSING -> hvt().phdr(NOTE_ABI, P_TYPE, 0).build();
            case ABI_REFUSED -> edited(hvt(), e -> e.named(Solo5.ABI_SECTION).bytes = note("Solo5", Solo5.ABI1, new byte[48]));
            case ABI_SIZE -> edited(hvt(), e -> e.named(Solo5.ABI_SECTION).bytes = note("Solo5", Solo5.ABI1, words(1)));
            case ABI_DUPLICATE -> edited(hvt(), e -> {
                Piece second = e.piece(".note.second", Section.SHT_NOTE, 0, note("Solo5", Solo5.ABI1, words(1, 2, 0, 0)));
                e.part(Segment.PT_NOTE, 4, second, second, 0, 4);
            });
            case ABI_TARGET_UNKNOWN -> solo5(9, 2, plainManifest()).build();
            case ABI_VERSION_UNKNOWN -> solo5(1, 7, plainManifest()).build();
            case ABI_RESERVED -> edited(hvt(), e -> {
                e.named(Solo5.ABI_SECTION).bytes = note("Solo5", Solo5.ABI1, words(1, 2, 0, 5));
            });
            case MANIFEST_MISSING -> hvt().phdr(NOTE_MANIFEST, P_TYPE, 0).build();
            case MANIFEST_INVALID -> withManifest(b -> b.putInt(4, 2));
            case MANIFEST_DUPLICATE -> edited(hvt(), e -> {
                Piece second = e.piece(".note.second", Section.SHT_NOTE, 0, note("Solo5", Solo5.MFT1, plainManifest()));
                e.part(Segment.PT_NOTE, 4, second, second, 0, 4);
            });
            case MANIFEST_TOO_MANY_DEVICES -> withDevices(numbered(64));
            case MANIFEST_PADDING -> withManifest(b -> b.putInt(0, 1));
            case DEVICE_TYPE_UNKNOWN -> withDevices(Device.plain("service0", 5));
            case DEVICE_RESERVED -> withDevices(Device.plain("net0", 2), Device.plain("", 0x4000_0001));
            case DEVICE_NAME -> withDevices(Device.plain("net-0", 2));
            case DEVICE_NAME_DUPLICATE -> withDevices(Device.plain("net0", 2), Device.plain("net0", 1));
            case DEVICE_ATTACHED -> withDevices(new Device("net0", true, false, 2, 0, 0, 0, 1, 0));
            case DEVICE_PRIVATE -> withDevices(new Device("net0", true, false, 2, 0, 0, 3, 0, 0));
            case PRESET_MAC -> withDevices(new Device("net0", true, false, 2, 0xeeffc0000002L, 0, 0, 0, 0));
            case PRESET_MTU -> withDevices(new Device("net0", true, false, 2, 1500L << 48, 0, 0, 0, 0));
            case PRESET_BLOCK_SIZE -> withDevices(new Device("disk0", true, false, 1, 0, 1024, 0, 0, 0));
            case PRESET_CAPACITY -> withDevices(new Device("disk0", true, false, 1, 1 << 20, 0, 0, 0, 0));
            default -> ofBoot(rule);
        };
    }

    private static byte[] ofBoot(Rule rule) {
        return switch (rule) {
            case MULTIBOOT_MISSING -> edited(virtio(), e -> e.named(".text").bytes[0] = 0);
            case MULTIBOOT_RANGE -> edited(virtio(), e -> e.named(".text").bytes = multiboot(0x10000, 0x100018, 0x100000,
                    0x200000, 0, 0x100038));
            case MULTIBOOT_VIEW -> virtio().phdr(DATA, P_OFFSET, 0x40).build();
            case PVH_MISSING -> solo5(6, 1, plainManifest()).build();
            case LIBINFO_MALFORMED -> unikraft(words(100, 1)).build();
            case LIBINFO_DATE -> unikraft(libInfo(libInfoRecord(12, ascii("2026-11-01T00:00:00+00:00\0")))).build();
            case LIBINFO_BUILDER -> unikraft(libInfo(libInfoRecord(1, ascii("libnolibc\0")),
                    libInfoRecord(13, ascii("me@host\0")))).build();
            case LIBINFO_CONFIG -> unikraft(libInfo(libInfoRecord(10, new byte[] {0x1f, (byte) 0x8b, 8}))).build();
            default -> throw new AssertionError("no image for " + rule.word());
        };
    }

    /// The tender sees an appended, empty manifest; the section still shows the real one.
    private static byte[] secondManifest() {
        return edited(hvt(), e -> {
            Piece empty = e.piece(".comment", 1, 0, note("Solo5", Solo5.MFT1, manifest()));
            e.parts.set(NOTE_MANIFEST, new Part(Segment.PT_NOTE, 4, empty, empty, 0, 4));
        });
    }

    /// An hvt image with a Xen target and the note that Xen looks for.
    static TestElf xen() {
        TestElf elf = solo5(6, 1, plainManifest());
        Piece note = elf.piece(".note.solo5.xen", Section.SHT_NOTE, 2, note("Xen", 0x12, words(0x100018)));
        elf.part(Segment.PT_NOTE, 4, note, note, 0, 4);
        return elf;
    }

    /// An ELF32 multiboot image with Unikraft's section.
    static TestElf unikraft(byte[] libInfo) {
        TestElf elf = plain(ElfHeader.ET_EXEC);
        elf.wide = false;
        elf.machine = ElfHeader.EM_386;
        elf.named(".text").bytes = multiboot(3);
        elf.piece(LibInfo.SECTION, 1, 2, libInfo);
        return elf;
    }

    /// A static PIE with the two notes of a Hermit kernel in one segment.
    static TestElf hermit() {
        TestElf elf = plain(ElfHeader.ET_DYN);
        Piece abi = elf.piece(".note.ABI-tag", Section.SHT_NOTE, 2, note("GNU", 1, words(6, 0, 10, 0)));
        Piece entry = elf.piece(".note.hermit.entry-version", Section.SHT_NOTE, 2,
                concat(note("HERMIT", 0x5a00, new byte[] {4})));
        elf.part(Segment.PT_NOTE, 4, abi, entry, 0, 4);
        return elf;
    }

    private static byte[] edited(TestElf elf, Consumer<TestElf> edit) {
        edit.accept(elf);
        return elf.build();
    }

    private static byte[] withManifest(Consumer<ByteBuffer> edit) {
        byte[] manifest = plainManifest();
        edit.accept(ByteBuffer.wrap(manifest).order(ByteOrder.LITTLE_ENDIAN));
        return solo5(1, 2, manifest).build();
    }

    private static byte[] withDevices(Device... devices) {
        return solo5(1, 2, manifest(devices)).build();
    }

    private static Device[] numbered(int count) {
        var devices = new Device[count];
        Arrays.setAll(devices, i -> Device.plain("net" + i, Device.NET_BASIC));
        return devices;
    }
}
