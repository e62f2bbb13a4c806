package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What the tender tells the guest before it starts, from 0x10000 on: `struct hvt_boot_info` (Solo5 include/hvt_abi.h), a copy of the manifest in
/// which the devices are filled in, the command line.
///
/// | offset | what |
/// | --- | --- |
/// | 0 | u64 bytes of memory |
/// | 8 | u64 end of the image |
/// | 16 | u64 cycles of the processor's counter in a second |
/// | 24 | u64 address of the command line, which ends in a NUL |
/// | 32 | u64 address of the manifest |
/// | 40 | u32 features offered: 0, no ring; u32 features taken; u64 address of the ring: 0 |
///
/// Off-spec: the private field of a device, where solo5-hvt shows the guest its own file descriptor, stays 0.
final class BootInfo {
    static final long ADDRESS = MemoryMap.INPUT;
    /// Bytes, the final NUL included (`HVT_CMDLINE_SIZE`).
    static final int COMMAND_LINE = 8192;

    private static final int SIZE = 56;
    /// Of `struct mft` before the entries, and of an entry (Solo5 include/mft_abi.h).
    private static final int MFT_HEADER = 8;
    private static final int ENTRY = 104;
    private static final int PROPERTIES = 72;
    private static final int ATTACHED = 96;

    private BootInfo() {}

    /// The command line as bytes, as far as a guest can be given it.
    ///
    /// @throws Problem exit 2: more than 8,191 bytes, or a NUL in them
    static byte[] commandLine(String text) throws Problem {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= COMMAND_LINE) {
            throw Problem.usage("the guest's command line is too long").expected("at most " + (COMMAND_LINE - 1) + " bytes").found(bytes.length);
        }
        if (text.indexOf('\0') >= 0) {
            throw Problem.usage("the guest's command line contains a NUL");
        }
        return bytes;
    }

    /// @param devices by index in the manifest
    static void write(MemorySegment memory, Loader image, long cyclesPerSecond, byte[] commandLine, Map<Integer, Device> devices) {
        MemorySegment manifest = image.manifestBytes();
        long manifestAt = ADDRESS + SIZE;
        long commandLineAt = manifestAt + manifest.byteSize();
        long[] words = {memory.byteSize(), image.end(), cyclesPerSecond, commandLineAt, manifestAt};
        for (int i = 0; i < words.length; i++) {
            memory.set(ValueLayout.JAVA_LONG, ADDRESS + 8 * i, words[i]);
        }
        memory.asSlice(manifestAt, manifest.byteSize()).copyFrom(manifest);
        devices.forEach((index, device) -> {
            MemorySegment entry = memory.asSlice(manifestAt + MFT_HEADER + (long) index * ENTRY, ENTRY);
            device.describe(entry.asSlice(PROPERTIES, 16));
            entry.set(ValueLayout.JAVA_BYTE, ATTACHED, (byte) 1);
        });
        memory.asSlice(commandLineAt, commandLine.length).copyFrom(MemorySegment.ofArray(commandLine));
    }
}
