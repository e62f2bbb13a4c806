package dev.repro.image;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The notes of Solo5: that there is one of each, that everybody sees the same, and what they say.
final class LintNotes {
    private final Lint lint;
    private final ElfFile elf;
    private final Optional<Sections> sections;
    private final List<Notes.Region> regions;
    private final List<Notes.Region> sectionRegions;

    LintNotes(Lint lint, ElfFile elf, Optional<Sections> sections) {
        this.lint = lint;
        this.elf = elf;
        this.sections = sections;
        this.regions = Notes.ofSegments(elf);
        this.sectionRegions = sections.map(all -> Notes.ofSections(elf, all)).orElse(List.of());
    }

    /// What holds for the notes of any image.
    void regions() {
        Stream.concat(regions.stream(), sectionRegions.stream()).filter(r -> r.broken() != null)
                .forEach(r -> lint.add(Rule.NOTES_MALFORMED, r.where(), r.broken().getMessage()));
        for (Notes.Region region : regions) {
            for (Note note : region.notes().subList(Math.min(1, region.notes().size()), region.notes().size())) {
                if (note.owner().equals(Solo5.OWNER)) {
                    lint.add(Rule.NOTE_HIDDEN, region.where(), "a Solo5 note stands after the first note, at offset "
                            + LintSegments.hex(note.offset()));
                }
            }
        }
    }

    void solo5(Optional<Target> target) {
        openBsd();
        duplicates(Solo5.ABI1, Rule.ABI_DUPLICATE, "ABI notes");
        duplicates(Solo5.MFT1, Rule.MANIFEST_DUPLICATE, "manifests");
        var abi = Solo5.abi(elf);
        var manifest = Solo5.manifest(elf);
        boolean readOnly = target.isEmpty() || !target.get().notesWritable();
        place(abi, readOnly);
        place(manifest, readOnly);
        if (sections.isPresent() && !sections.get().list().isEmpty()) {
            views(abi, Solo5.abiOfSection(elf), "ABI note");
            views(manifest, Solo5.manifestOfSection(elf), "manifest");
        }
        abi(abi);
        new LintManifest(lint).check(manifest, firstManifest());
    }

    /// The note that the tender takes for the manifest.
    private Optional<Note> firstManifest() {
        return regions.stream().filter(r -> !r.notes().isEmpty()).map(r -> r.notes().getFirst())
                .filter(n -> n.is(Solo5.OWNER, Solo5.MFT1)).findFirst();
    }

    private void openBsd() {
        // Off-spec: a region that cannot be read has its own finding, and is no note that says OpenBSD.
        boolean first = !regions.isEmpty() && !regions.getFirst().notes().isEmpty()
                && regions.getFirst().notes().getFirst().is("OpenBSD", 1);
        if (!first) {
            lint.add(Rule.OPENBSD_NOTE, "segments", "the first PT_NOTE does not begin with a note of owner OpenBSD, type 1");
        }
    }

    private void duplicates(int type, Rule rule, String what) {
        var offsets = new TreeSet<Long>();
        Stream.concat(regions.stream(), sectionRegions.stream()).flatMap(r -> r.notes().stream())
                .filter(n -> n.is(Solo5.OWNER, type)).forEach(n -> offsets.add(n.offset()));
        if (offsets.size() > 1) {
            String places = String.join(", ", offsets.stream().limit(4).map(LintSegments::hex).toList());
            lint.add(rule, "file", offsets.size() + " " + what + ", at offsets " + places + (offsets.size() > 4 ? ", …" : ""));
        }
    }

    /// The note's bytes are mapped, read-only, and at the address that its own segment says.
    private void place(Reading<?> reading, boolean readOnly) {
        if (!(reading instanceof Reading.Found<?>(_, var where, var offset, var descriptor))) {
            return;
        }
        if (elf.bytes().get(ValueLayout.JAVA_BYTE, offset + Solo5.HEADER - 2) != 0
                || elf.bytes().get(ValueLayout.JAVA_BYTE, offset + Solo5.HEADER - 1) != 0) {
            lint.add(Rule.NOTE_PADDING, where, "the two bytes after the owner are not zero");
        }
        long size = Solo5.HEADER + descriptor.byteSize();
        Optional<Segment> load = elf.segments().stream()
                .filter(s -> s.is(Segment.PT_LOAD) && covers(s, offset, size)).findFirst();
        if (load.isEmpty()) {
            lint.add(Rule.NOTE_WRITABLE, where, "the note is in no PT_LOAD");
            return;
        }
        if (readOnly && load.get().writable()) {
            lint.add(Rule.NOTE_WRITABLE, where, "the note is in segment " + load.get().index() + ", which is writable");
        }
        long mapped = load.get().virtualAddress() + (offset - load.get().offset());
        Optional<Segment> own = elf.segments().stream().filter(s -> s.is(Segment.PT_NOTE) && s.offset() == offset).findFirst();
        if (own.isPresent() && own.get().virtualAddress() != mapped) {
            lint.add(Rule.NOTE_ADDRESS, where, "says " + LintSegments.hex(own.get().virtualAddress()) + ", is mapped at "
                    + LintSegments.hex(mapped));
        }
    }

    private static boolean covers(Segment s, long offset, long size) {
        return s.offset() >= 0 && offset >= s.offset() && s.fileSize() >= size && offset - s.offset() <= s.fileSize() - size;
    }

    private void views(Reading<?> tender, Reading<?> tools, String what) {
        String a = seen(tender);
        String b = seen(tools);
        if (!a.equals(b)) {
            lint.add(Rule.VIEW_MISMATCH, what, "the tender sees " + a + ", tools see " + b);
        }
    }

    private static String seen(Reading<?> reading) {
        if (reading instanceof Reading.Found<?>(var value, _, var offset, _)) {
            return "one at offset " + LintSegments.hex(offset) + content(value);
        }
        return reading instanceof Reading.Refused<?> ? "one to refuse" : "none";
    }

    private static String content(Object value) {
        return value instanceof Manifest m ? " with " + m.devices().size() + " devices" : "";
    }

    private void abi(Reading<AbiNote> reading) {
        if (reading instanceof Reading.Absent<AbiNote>) {
            lint.add(Rule.ABI_MISSING, "segments", "no PT_NOTE begins with an ABI1 note of Solo5");
        } else if (reading instanceof Reading.Refused<AbiNote>(String reason)) {
            lint.add(shortAbi() ? Rule.ABI_SIZE : Rule.ABI_REFUSED, "ABI note", reason);
        } else if (reading instanceof Reading.Found<AbiNote>(AbiNote abi, String where, _, var descriptor)) {
            if (descriptor.byteSize() != AbiNote.SIZE) {
                lint.add(Rule.ABI_SIZE, where, "the descriptor is " + descriptor.byteSize() + " bytes, not " + AbiNote.SIZE);
            }
            abi(abi, where);
        }
    }

    private boolean shortAbi() {
        return Solo5.ofSegments(elf, Solo5.Kind.ABI) instanceof Reading.Found;
    }

    private void abi(AbiNote abi, String where) {
        if (abi.reserved0() != 0 || abi.reserved1() != 0) {
            lint.add(Rule.ABI_RESERVED, where, "the reserved words are " + abi.reserved0() + " and " + abi.reserved1());
        }
        Optional<Target> target = Target.of(abi.target());
        if (target.isEmpty()) {
            lint.add(Rule.ABI_TARGET_UNKNOWN, where, "target " + abi.target() + " is none of Solo5's (1 to 6)");
        } else if (target.get().abiVersion != 0 && target.get().abiVersion != abi.version()) {
            lint.add(Rule.ABI_VERSION_UNKNOWN, where, "version " + abi.version() + " of " + target.get().word() + ", known is "
                    + target.get().abiVersion);
        }
    }
}
