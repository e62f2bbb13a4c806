package dev.repro.tender.hvt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The processor's state at the guest's first instruction, as KVM takes it: 64-bit mode, ring 0, paging on, interrupts off, no interrupt table
/// (Solo5 tenders/hvt/hvt_cpu_x86_64.h). Structures are those of linux asm/kvm.h for x86-64.
///
/// Off-spec: EFER.NXE is set, which hvt leaves out; without it pages cannot be kept from being executed.
final class Registers {
    /// Bytes of `struct kvm_regs` and `struct kvm_sregs`.
    static final int SIZE = 144;
    static final int SYSTEM_SIZE = 312;

    static final int RSP = 48;
    static final int RIP = 128;
    static final int RFLAGS = 136;
    static final int CR2 = 232;

    private static final int RDI = 40;

    private static final int SEGMENT = 24;
    private static final int CS = 0;
    private static final int DS = 1;
    private static final int SS = 5;
    private static final int TR = 6;
    private static final int LDT = 7;
    private static final int GDT = 192;
    private static final int CR0 = 224;
    private static final int CR3 = 240;
    private static final int CR4 = 248;
    private static final int EFER = 264;

    private static final long PROTECTED_NUMERIC_WRITE_PROTECT_PAGING = 1 | 1 << 5 | 1 << 16 | 1L << 31;
    private static final long PAE_FXSR_XMM = 1 << 5 | 1 << 9 | 1 << 10;
    private static final long LONG_MODE_ENABLED_ACTIVE_NX = 1 << 8 | 1 << 10 | 1 << 11;

    private Registers() {}

    /// @param regs [#SIZE] bytes, zero
    /// @param size of the guest's memory: the stack begins at its end, as a function finds it that was called (System V ABI: rsp + 8 is a
    ///     multiple of 16)
    static void start(MemorySegment regs, long entry, long size) {
        regs.set(ValueLayout.JAVA_LONG, RIP, entry);
        regs.set(ValueLayout.JAVA_LONG, RSP, size - 8);
        regs.set(ValueLayout.JAVA_LONG, RDI, BootInfo.ADDRESS);
        regs.set(ValueLayout.JAVA_LONG, RFLAGS, 2);
    }

    /// @param sregs [#SYSTEM_SIZE] bytes, zero
    static void startSystem(MemorySegment sregs) {
        segment(sregs, CS, 0xffff_ffff, 8, 9, true, false, true);
        for (int i = DS; i <= SS; i++) {
            segment(sregs, i, 0xffff_ffff, 16, 3, true, true, false);
        }
        segment(sregs, TR, 0, 0, 11, false, false, false);
        sregs.set(ValueLayout.JAVA_BYTE, LDT * SEGMENT + 22, (byte) 1); // unusable
        sregs.set(ValueLayout.JAVA_LONG, GDT, PageTables.GDT);
        sregs.set(ValueLayout.JAVA_SHORT, GDT + 8, (short) (3 * 8 - 1));
        sregs.set(ValueLayout.JAVA_LONG, CR0, PROTECTED_NUMERIC_WRITE_PROTECT_PAGING);
        sregs.set(ValueLayout.JAVA_LONG, CR3, PageTables.PML4);
        sregs.set(ValueLayout.JAVA_LONG, CR4, PAE_FXSR_XMM);
        sregs.set(ValueLayout.JAVA_LONG, EFER, LONG_MODE_ENABLED_ACTIVE_NX);
    }

    /// `struct kvm_segment`: base u64, limit u32, selector u16, then bytes: type, present, dpl, db, s, l, g, avl, unusable, padding.
    ///
    /// @param ordinary code or data (s, g); else the processor's own
    private static void segment(MemorySegment sregs, int index, int limit, int selector, int type, boolean ordinary, boolean wide32, boolean wide64) {
        MemorySegment s = sregs.asSlice((long) index * SEGMENT, SEGMENT);
        s.set(ValueLayout.JAVA_INT, 8, limit);
        s.set(ValueLayout.JAVA_SHORT, 12, (short) selector);
        s.set(ValueLayout.JAVA_BYTE, 14, (byte) type);
        s.set(ValueLayout.JAVA_BYTE, 15, (byte) 1);
        s.set(ValueLayout.JAVA_BYTE, 17, (byte) (wide32 ? 1 : 0));
        s.set(ValueLayout.JAVA_BYTE, 18, (byte) (ordinary ? 1 : 0));
        s.set(ValueLayout.JAVA_BYTE, 19, (byte) (wide64 ? 1 : 0));
        s.set(ValueLayout.JAVA_BYTE, 20, (byte) (ordinary ? 1 : 0));
    }
}
