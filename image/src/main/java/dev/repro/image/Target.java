package dev.repro.image;

import java.util.Locale;
import java.util.Optional;

/// What a Solo5 image is built for (`enum abi_target` of Solo5's include/elf_abi.h).
public enum Target {
    HVT(1, 2),
    SPT(2, 2),
    VIRTIO(3, 1),
    MUEN(4, 4),
    GENODE(5, 0),
    XEN(6, 1);

    /// The number in the note.
    public final int number;

    /// The ABI version of Solo5 0.12; 0 where no tender is left that would say.
    public final int abiVersion;

    Target(int number, int abiVersion) {
        this.number = number;
        this.abiVersion = abiVersion;
    }

    public static Optional<Target> of(long number) {
        return number >= 1 && number <= values().length ? Optional.of(values()[(int) number - 1]) : Optional.empty();
    }

    /// As `solo5-elftool` spells it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether a Solo5 tender loads the image by its segments (tenders/common/elf.c). The others are loaded by QEMU, Xen or
    /// Muen's own tools.
    boolean loadedByTender() {
        return this == HVT || this == SPT;
    }

    /// Whether Solo5's linker script puts the notes into memory that the guest may write (bindings/solo5_virtio.lds,
    /// solo5_xen.lds).
    boolean notesWritable() {
        return this == VIRTIO || this == XEN;
    }
}
