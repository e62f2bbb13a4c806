package dev.repro.image;

import dev.repro.base.Json;
import java.lang.foreign.MemorySegment;

/// The content of an ABI1 note: four u32 (`struct abi1_info` of Solo5's include/elf_abi.h), each here as its unsigned value.
public record AbiNote(long target, long version, long reserved0, long reserved1) {

    /// Bytes of the descriptor.
    static final int SIZE = 16;

    static AbiNote decode(MemorySegment descriptor, long base) throws MalformedElf {
        var in = new Cursor(descriptor, base, "the ABI note");
        return new AbiNote(in.u32(), in.u32(), in.u32(), in.u32());
    }

    /// `hvt`, …, or `unknown`, as `solo5-elftool query-abi` spells it.
    public String targetName() {
        return Target.of(target).map(Target::word).orElse("unknown");
    }

    /// The value that `solo5-elftool query-abi` prints.
    public Json.Obj toJson() {
        return Json.object("type", "solo5.abi", "target", targetName(), "version", version);
    }

    /// The text that `solo5-elftool query-abi` prints, byte for byte.
    public String text() {
        return "{\n  \"type\": \"solo5.abi\",\n  \"target\": \"" + targetName() + "\",\n  \"version\": " + version + "\n}\n";
    }
}
