package dev.repro.tender.hvt;

import java.lang.foreign.MemorySegment;

/// A device as the guest has it, open.
sealed interface Device extends AutoCloseable permits BlockDevice, NetDevice {

    /// Fills in what the guest is told of it.
    ///
    /// @param properties 16 bytes, zero: `union u` of `struct mft_entry` (Solo5 include/mft_abi.h)
    void describe(MemorySegment properties);

    @Override
    void close();
}
