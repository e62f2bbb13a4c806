package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;

/// Asks everything of an image that this module can be asked. Whatever the bytes: what does not hold is told by [MalformedElf],
/// and any other exception is a fault that the caller sees.
final class Exercise {
    private static final com.sun.management.ThreadMXBean MEMORY =
            (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();

    private Exercise() {}

    static void all(MemorySegment bytes) {
        Image.describe(bytes).toJson();
        Image.describe(bytes).marks().forEach(Mark::summary);
        Lint.check(bytes, OptionalLong.empty());
        Lint.check(bytes, OptionalLong.of(2 << 20));
        try {
            ElfFile elf = ElfFile.parse(bytes);
            elf.header().format();
            elf.segments().forEach(s -> tried(() -> elf.bytes(s)));
            Sections sections = elf.sections();
            sections.list().forEach(s -> tried(() -> sections.bytes(s)));
            tried(() -> symbols(sections));
        } catch (MalformedElf e) {
            told(e);
        }
    }

    /// The bytes that [#all] takes of the heap.
    static long allocated(MemorySegment bytes) {
        long before = MEMORY.getCurrentThreadAllocatedBytes();
        all(bytes);
        return MEMORY.getCurrentThreadAllocatedBytes() - before;
    }

    private interface Attempt {
        void run() throws MalformedElf;
    }

    private static void tried(Attempt attempt) {
        try {
            attempt.run();
        } catch (MalformedElf e) {
            told(e);
        }
    }

    private static void symbols(Sections sections) throws MalformedElf {
        Symbols symbols = sections.symbols();
        for (Section section : sections.list().subList(0, Math.min(64, sections.list().size()))) {
            symbols.at(section, section.size() / 2);
            symbols.at(section.address());
            Optional<Section> found = sections.atOffset(section.offset());
            if (found.isPresent() && !found.get().holds(section.offset())) {
                throw new AssertionError("section " + found.get() + " does not hold " + section.offset());
            }
        }
    }

    private static void told(MalformedElf e) {
        if (e.what().isEmpty() || e.expected().isEmpty() || e.found().isEmpty()) {
            throw new AssertionError("a refusal that does not say why", e);
        }
    }
}
