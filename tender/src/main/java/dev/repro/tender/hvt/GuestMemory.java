package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import java.lang.foreign.MemorySegment;

/// The guest's memory as a hypercall may touch it: what the guest itself may read or write, and nothing else. So no call makes the tender read
/// beyond the memory, or write what the guest must not.
final class GuestMemory {
    private final MemorySegment bytes;
    private final MemoryMap map;

    GuestMemory(MemorySegment bytes, MemoryMap map) {
        this.bytes = bytes;
        this.map = map;
    }

    /// @param address unsigned, from the guest
    /// @param length unsigned, from the guest
    /// @param what the call, for the message
    /// @throws Problem exit 1: the guest may not do that itself
    MemorySegment readable(long address, long length, String what) throws Problem {
        return slice(address, length, MemoryMap.READ, "read", what);
    }

    MemorySegment writable(long address, long length, String what) throws Problem {
        return slice(address, length, MemoryMap.READ | MemoryMap.WRITE, "write", what);
    }

    private MemorySegment slice(long address, long length, int access, String verb, String what) throws Problem {
        if (!map.allows(address, length, access)) {
            throw Problem.no("guest ended: " + what + " gave " + Long.toUnsignedString(length) + " bytes at 0x" + Long.toHexString(address)
                    + ", which it may not " + verb);
        }
        return bytes.asSlice(address, length);
    }
}
