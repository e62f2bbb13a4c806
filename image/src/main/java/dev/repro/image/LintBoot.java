package dev.repro.image;

import java.util.Optional;

/// What boots an image other than a Solo5 tender: multiboot, Xen, Unikraft's records.
final class LintBoot {
    private final Lint lint;
    private final ElfFile elf;
    private final Image image;

    LintBoot(Lint lint, ElfFile elf, Image image) {
        this.lint = lint;
        this.elf = elf;
        this.image = image;
    }

    void check(Optional<Target> target) {
        Optional<Multiboot> header = image.mark(Mark.Multiboot1.class).map(Mark.Multiboot1::header).filter(Multiboot::addresses);
        if (target.isPresent() && target.get() == Target.VIRTIO && header.isEmpty()) {
            lint.add(Rule.MULTIBOOT_MISSING, "file", "no multiboot header with addresses in the first 8192 bytes");
        }
        if (target.isPresent() && target.get() == Target.XEN && image.mark(Mark.XenPvh.class).isEmpty()) {
            lint.add(Rule.PVH_MISSING, "segments", "no note of owner Xen, type 0x12");
        }
        header.ifPresent(this::multiboot);
        for (Mark mark : image.marks()) {
            if (mark instanceof Mark.Broken(_, String reason)) {
                lint.add(Rule.LIBINFO_MALFORMED, "section " + LibInfo.SECTION, reason);
            } else if (mark instanceof Mark.Unikraft unikraft) {
                unikraft.libraries().forEach(this::libInfo);
            }
        }
    }

    private void multiboot(Multiboot m) {
        long start = m.fileStart();
        long size = elf.bytes().byteSize();
        long length = m.loadEnd() == 0 ? size - start : m.loadEnd() - m.load();
        if (start < 0 || start > size || length < 0 || length > size - start) {
            range("loads " + LintSegments.hex(length) + " bytes from offset " + start + ", the file has " + size);
            return;
        }
        if (m.entry() < m.load() || m.entry() - m.load() >= length) {
            range("enters at " + LintSegments.hex(m.entry()) + ", which it does not load");
        }
        if (m.bssEnd() != 0 && m.bssEnd() < m.load() + length) {
            range("ends its zeroed rest at " + LintSegments.hex(m.bssEnd()) + ", before what it loads");
        }
        if (image.mark(Mark.Solo5.class).isPresent()) {
            views(m, start, length);
        }
    }

    private void range(String message) {
        lint.add(Rule.MULTIBOOT_RANGE, "multiboot header", message);
    }

    private void views(Multiboot m, long start, long length) {
        for (Segment s : elf.segments()) {
            if (s.is(Segment.PT_LOAD) && s.fileSize() != 0) {
                boolean same = s.virtualAddress() - m.load() == s.offset() - start && s.offset() >= start
                        && s.fileSize() >= 0 && s.fileSize() <= length && s.offset() - start <= length - s.fileSize();
                if (!same) {
                    lint.add(Rule.MULTIBOOT_VIEW, "segment " + s.index(), "the multiboot header maps other bytes at "
                            + LintSegments.hex(s.virtualAddress()));
                }
            }
        }
    }

    private void libInfo(LibInfo info) {
        for (LibInfo.Entry entry : info.entries()) {
            Optional<Rule> rule = switch (entry.type()) {
                case LibInfo.COMPILEDATE -> Optional.of(Rule.LIBINFO_DATE);
                case LibInfo.COMPILEDBY -> Optional.of(Rule.LIBINFO_BUILDER);
                case LibInfo.UKCONFIGGZ -> Optional.of(Rule.LIBINFO_CONFIG);
                default -> Optional.empty();
            };
            rule.ifPresent(r -> lint.add(r, "offset " + LintSegments.hex(entry.offset()), entry.name() + " of "
                    + (info.name().isEmpty() ? "the image" : "library " + LintSegments.quote(info.name())) + " is "
                    + LintSegments.quote(entry.text())));
        }
    }
}
