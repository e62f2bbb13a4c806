package dev.repro.image;

import java.util.Locale;

/// What [Lint] looks for, each with a name that stays, and one line of why. The table in docs/lint.md is this enum.
public enum Rule {
    // What it is.
    NOT_AN_ELF(Severity.ERROR, "the file is no ELF that a loader could begin to read"),
    ELF_HEADER(Severity.ERROR, "a Solo5 tender, and solo5-elftool, refuse the ELF header"),
    SECTIONS_MALFORMED(Severity.ERROR,
            "the section table is broken: loaders do not look at it, so tools are blind where tenders see"),
    SECTIONS_MISSING(Severity.WARNING, "there are no sections: tools that read the notes by section find none"),
    TRAILING_BYTES(Severity.WARNING, "bytes after all that the ELF headers speak of: only a hash of the whole file covers them"),

    // Segments.
    ENTRY_OUTSIDE_MEMORY(Severity.ERROR, "the tender refuses an entry below 0x100000 or beyond the guest's memory"),
    ENTRY_NOT_EXECUTABLE(Severity.ERROR, "the entry is in no executable segment"),
    SEGMENT_BELOW_BASE(Severity.ERROR, "the tender refuses a segment below 0x100000: there its own tables are"),
    SEGMENT_ORDER(Severity.ERROR, "the tender refuses segments that are not in the order of their addresses"),
    SEGMENT_ALIGNMENT(Severity.ERROR, "the tender refuses an alignment that is no power of two or leaves a page in part"),
    SEGMENT_OVERLAP(Severity.ERROR, "the tender refuses a segment that begins on the last page of the one before, or earlier"),
    SEGMENT_SIZE(Severity.ERROR, "the tender refuses a segment smaller in memory than in the file, or one that wraps around"),
    SEGMENT_OUTSIDE_MEMORY(Severity.ERROR, "the tender refuses a segment that ends beyond the guest's memory"),
    SEGMENT_BEYOND_FILE(Severity.ERROR, "the file ends before the segment does"),
    WRITABLE_AND_EXECUTABLE(Severity.ERROR,
            "memory that can be written and executed; of segments without content no tender checks it"),
    BSS_RANGE(Severity.ERROR, "a segment without content lies where no segment may; the tender does not look at it at all"),

    // What keeps the image from running as a program of the host.
    INTERP_MISSING(Severity.ERROR, "without PT_INTERP a host executes the image as a program of its own"),
    INTERP_WRONG(Severity.ERROR, "PT_INTERP names something else than /nonexistent/solo5/, which a host might have"),
    OPENBSD_NOTE(Severity.WARNING, "the first note does not say OpenBSD, so an OpenBSD host may hand the image to its shell"),

    // The notes.
    NOTES_MALFORMED(Severity.ERROR, "notes that cannot be read to their end"),
    NOTE_HIDDEN(Severity.ERROR, "a Solo5 note that is not the first of its PT_NOTE: the tender does not see it, tools do"),
    NOTE_WRITABLE(Severity.ERROR, "a Solo5 note is not inside a read-only PT_LOAD"),
    NOTE_ADDRESS(Severity.WARNING, "a Solo5 note says another address than the one where its bytes are mapped"),
    NOTE_PADDING(Severity.ERROR, "the padding after the owner of a Solo5 note is set; no tool writes such"),
    VIEW_MISMATCH(Severity.ERROR, "tools that read sections see another note than the tender, which reads segments"),
    ABI_MISSING(Severity.ERROR, "no ABI note: no tender takes the image"),
    ABI_REFUSED(Severity.ERROR, "an ABI note that the tender refuses"),
    ABI_SIZE(Severity.ERROR, "an ABI note that is not 16 bytes: of a shorter one the tender reads what is not there"),
    ABI_DUPLICATE(Severity.ERROR, "more than one ABI note"),
    ABI_TARGET_UNKNOWN(Severity.ERROR, "an ABI target that Solo5 does not have"),
    ABI_VERSION_UNKNOWN(Severity.ERROR, "an ABI version other than the one of this target in Solo5 0.12"),
    ABI_RESERVED(Severity.ERROR, "reserved words of the ABI note are set; tenders take it, other tools refuse it"),
    MANIFEST_MISSING(Severity.ERROR, "no manifest: no tender takes the image"),
    MANIFEST_INVALID(Severity.ERROR, "a manifest that the tender refuses"),
    MANIFEST_DUPLICATE(Severity.ERROR, "more than one manifest"),
    MANIFEST_TOO_MANY_DEVICES(Severity.ERROR, "more than 63 devices"),
    MANIFEST_PADDING(Severity.ERROR, "bytes of the manifest that mean nothing are set; no tool writes such"),

    // The devices.
    DEVICE_TYPE_UNKNOWN(Severity.ERROR, "a device of a type that no tender can attach"),
    DEVICE_RESERVED(Severity.ERROR, "a reserved entry after the first: the tender ignores it, tools print broken JSON"),
    DEVICE_NAME(Severity.ERROR, "a name that is empty or not of A-Z, a-z, 0-9 alone: no option of the tender can name it"),
    DEVICE_NAME_DUPLICATE(Severity.ERROR, "two devices of one name: the tender attaches the first, and never the second"),
    DEVICE_ATTACHED(Severity.ERROR, "an entry is marked as attached, which is the tender's to say"),
    DEVICE_PRIVATE(Severity.ERROR, "the tender's private field of an entry is set"),
    PRESET_MAC(Severity.ERROR, "the image presets a MAC address, and the tender honours it"),
    PRESET_MTU(Severity.ERROR, "the image presets an MTU, which is the tender's to say"),
    PRESET_BLOCK_SIZE(Severity.ERROR, "the image presets a block size; the tender honours it, or dies of it"),
    PRESET_CAPACITY(Severity.ERROR, "the image presets a capacity, which is the tender's to say"),

    // Other ways to boot.
    MULTIBOOT_MISSING(Severity.ERROR, "a virtio image without a multiboot header that gives addresses: nothing boots it"),
    MULTIBOOT_RANGE(Severity.ERROR, "the multiboot header loads what is not in the file, or enters what it does not load"),
    MULTIBOOT_VIEW(Severity.ERROR, "the boot loader goes by the multiboot header and maps other bytes than the segments say"),
    PVH_MISSING(Severity.ERROR, "a Xen image without a PVH note: nothing boots it"),
    LIBINFO_MALFORMED(Severity.ERROR, "the .uk_libinfo records of Unikraft cannot be read"),
    LIBINFO_DATE(Severity.WARNING, "Unikraft wrote the date of the build into the image: no second build is equal"),
    LIBINFO_BUILDER(Severity.WARNING, "Unikraft wrote user and host of the build into the image"),
    LIBINFO_CONFIG(Severity.WARNING, "Unikraft wrote its gzipped configuration into the image, with the time of the file");

    /// How much a finding weighs: an error makes `repro manifest lint` answer no.
    public enum Severity {
        ERROR, WARNING;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Severity severity;
    private final String why;

    Rule(Severity severity, String why) {
        this.severity = severity;
        this.why = why;
    }

    /// The stable name: `preset-mac`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Severity severity() {
        return severity;
    }

    /// One line: what is wrong with it.
    public String why() {
        return why;
    }

    /// All rules as the Markdown table of docs/lint.md.
    public static String table() {
        var out = new StringBuilder("| rule | severity | why |\n| --- | --- | --- |\n");
        for (Rule rule : values()) {
            out.append("| `").append(rule.word()).append("` | ").append(rule.severity.word()).append(" | ").append(rule.why)
                    .append(" |\n");
        }
        return out.toString();
    }
}
