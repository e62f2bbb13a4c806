package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;

/// Runs the processor from one hypercall to the next. Hypercall `n` is a 32-bit write to port 0x500 + n of the address of a structure
/// (Solo5 include/hvt_abi.h). Whatever else stops the processor ends the guest, and is told in one line with the registers.
final class Vcpu {
    private static final int HYPERCALLS = 0x500;
    private static final int EFAULT = 14;

    // linux/kvm.h: struct kvm_run
    private static final int EXIT_REASON = 8;
    private static final int IO_DIRECTION = 32;
    private static final int IO_SIZE = 33;
    private static final int IO_PORT = 34;
    private static final int IO_COUNT = 36;
    private static final int IO_DATA_OFFSET = 40;
    private static final int SUB_ERROR = 32;
    private static final int MMIO_ADDRESS = 32;
    private static final int MMIO_IS_WRITE = 52;

    private static final int EXIT_IO = 2;
    private static final int EXIT_HLT = 5;
    private static final int EXIT_MMIO = 6;
    private static final int EXIT_SHUTDOWN = 8;
    private static final int EXIT_FAIL_ENTRY = 9;
    private static final int EXIT_INTERNAL_ERROR = 17;

    private static final int OUT = 1;

    private final Kvm kvm;
    private final Hypercalls hypercalls;

    Vcpu(Kvm kvm, Hypercalls hypercalls) {
        this.kvm = kvm;
        this.hypercalls = hypercalls;
    }

    /// @return the status with which the guest halted
    /// @throws Problem exit 1: the guest did what no guest may; another: the host failed
    int run() throws Problem {
        while (true) {
            long result = kvm.run();
            if (result < 0) {
                throw result == -EFAULT ? ended("it wrote memory that is read-only, or left its memory")
                        : Problem.environment("KVM cannot go on: " + Sys.text((int) -result) + ": " + kvm.registers());
            }
            MemorySegment stopped = kvm.stopped();
            int reason = stopped.get(ValueLayout.JAVA_INT, EXIT_REASON);
            if (reason != EXIT_IO) {
                throw ended(because(reason, stopped));
            }
            OptionalInt status = hypercalls.call(number(stopped), argument(stopped));
            if (status.isPresent()) {
                return status.getAsInt();
            }
        }
    }

    private int number(MemorySegment stopped) throws Problem {
        int port = stopped.get(ValueLayout.JAVA_SHORT, IO_PORT) & 0xffff;
        if (stopped.get(ValueLayout.JAVA_BYTE, IO_DIRECTION) != OUT || stopped.get(ValueLayout.JAVA_BYTE, IO_SIZE) != 4
                || stopped.get(ValueLayout.JAVA_INT, IO_COUNT) != 1 || port < HYPERCALLS || port > HYPERCALLS + Hypercalls.LAST) {
            throw ended("invalid access to port 0x" + Integer.toHexString(port));
        }
        return port - HYPERCALLS;
    }

    private static long argument(MemorySegment stopped) {
        return stopped.get(ValueLayout.JAVA_INT, stopped.get(ValueLayout.JAVA_LONG, IO_DATA_OFFSET)) & 0xffff_ffffL;
    }

    private static String because(int reason, MemorySegment stopped) {
        return switch (reason) {
            case EXIT_SHUTDOWN -> "triple fault, an exception that it does not handle";
            case EXIT_HLT -> "the processor was halted, and nothing could wake it";
            case EXIT_MMIO -> "it " + (stopped.get(ValueLayout.JAVA_BYTE, MMIO_IS_WRITE) != 0 ? "wrote" : "read") + " at 0x"
                    + Long.toHexString(stopped.get(ValueLayout.JAVA_LONG, MMIO_ADDRESS)) + ", where no memory is that it may use so";
            case EXIT_FAIL_ENTRY -> "the processor refused to start it, reason 0x"
                    + Long.toHexString(stopped.get(ValueLayout.JAVA_LONG, SUB_ERROR));
            case EXIT_INTERNAL_ERROR -> "KVM could not go on, error " + stopped.get(ValueLayout.JAVA_INT, SUB_ERROR);
            default -> "the processor stopped, reason " + reason;
        };
    }

    private Problem ended(String why) throws Problem {
        return Problem.no("guest ended: " + why + ": " + kvm.registers());
    }
}
