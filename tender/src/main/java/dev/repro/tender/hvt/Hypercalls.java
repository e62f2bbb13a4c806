package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/// What a guest can ask for (Solo5 include/hvt_abi.h). Each call gives the address of a structure: numbers in, numbers out, little-endian.
///
/// | n | call | structure |
/// | --- | --- | --- |
/// | 1 | walltime | out u64 nanoseconds since 1970 |
/// | 2 | puts | u64 address, u64 length |
/// | 3 | poll | u64 nanoseconds, out u64 set of ready handles, out i32 how many |
/// | 4, 5 | block write, block read | u64 handle, u64 offset, u64 address, u64 length, out i32 result |
/// | 6 | net write | u64 handle, u64 address, u64 length, out i32 result |
/// | 7 | net read | u64 handle, u64 address, u64 length (out: of the packet), out i32 result |
/// | 8 | halt | u64 cookie, i32 exit status |
///
/// A handle is an index in the manifest. Results: 0 done, 1 nothing there, 2 invalid, 3 failed (Solo5 include/solo5.h). An address that is not
/// the guest's to use so ends the guest.
final class Hypercalls {
    static final int LAST = 8;

    static final int OK = 0;
    static final int AGAIN = 1;
    static final int INVALID = 2;
    static final int FAILED = 3;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    /// What the console is given at once, in bytes.
    private static final long PIECE = 1 << 20;
    /// How long to wait where the console takes nothing, in nanoseconds.
    private static final long FULL = 1_000_000;
    /// `HVT_HALT_COOKIE_MAX`
    private static final int COOKIE = 512;

    private final GuestMemory memory;
    private final Map<Integer, Device> devices;
    private final Poll poll;
    private final WritableByteChannel console;
    private final InstantSource clock;

    Hypercalls(GuestMemory memory, Map<Integer, Device> devices, Poll poll, WritableByteChannel console, InstantSource clock) {
        this.memory = memory;
        this.devices = devices;
        this.poll = poll;
        this.console = console;
        this.clock = clock;
    }

    /// @param number of the call, 0 to [#LAST]
    /// @return the exit status, where the guest halts
    OptionalInt call(int number, long address) throws Problem {
        switch (number) {
            case 1 -> walltime(memory.writable(address, 8, "walltime"));
            case 2 -> puts(memory.readable(address, 16, "puts"));
            case 3 -> poll(memory.writable(address, 20, "poll"));
            case 4 -> blockWrite(memory.writable(address, 36, "block write"));
            case 5 -> blockRead(memory.writable(address, 36, "block read"));
            case 6 -> netWrite(memory.writable(address, 28, "net write"));
            case 7 -> netRead(memory.writable(address, 28, "net read"));
            case 8 -> {
                return OptionalInt.of(halt(memory.readable(address, 12, "halt")));
            }
            default -> throw Problem.no("guest ended: hypercall " + number + " does not exist");
        }
        return OptionalInt.empty();
    }

    private void walltime(MemorySegment call) {
        Instant now = clock.instant();
        call.set(U64, 0, now.getEpochSecond() * 1_000_000_000L + now.getNano());
    }

    private void puts(MemorySegment call) throws Problem {
        MemorySegment text = memory.readable(call.get(U64, 0), call.get(U64, 8), "puts");
        try {
            for (long at = 0; at < text.byteSize(); at += PIECE) {
                ByteBuffer piece = text.asSlice(at, Math.min(PIECE, text.byteSize() - at)).asByteBuffer();
                while (piece.hasRemaining()) {
                    if (console.write(piece) == 0) {
                        LockSupport.parkNanos(FULL); // a pipe that does not block, and whose reader is slow
                    }
                }
            }
        } catch (IOException e) {
            throw Problem.storage("guest ended: its console cannot be written: " + e.getMessage()).because(e);
        }
    }

    private void poll(MemorySegment call) {
        long ready = poll.await(call.get(U64, 0));
        call.set(U64, 8, ready);
        call.set(U32, 16, Long.bitCount(ready));
    }

    private void blockWrite(MemorySegment call) throws Problem {
        BlockDevice device = device(call, BlockDevice.class);
        long offset = call.get(U64, 8);
        long length = call.get(U64, 24);
        call.set(U32, 32, device == null || !device.holds(offset, length) ? INVALID
                : device.readOnly() ? FAILED
                : device.write(offset, memory.readable(call.get(U64, 16), length, "block write")));
    }

    private void blockRead(MemorySegment call) throws Problem {
        BlockDevice device = device(call, BlockDevice.class);
        long offset = call.get(U64, 8);
        long length = call.get(U64, 24);
        call.set(U32, 32, device == null || !device.holds(offset, length) ? INVALID
                : device.read(offset, memory.writable(call.get(U64, 16), length, "block read")));
    }

    private void netWrite(MemorySegment call) throws Problem {
        NetDevice device = device(call, NetDevice.class);
        if (device == null) {
            call.set(U32, 24, INVALID);
            return;
        }
        device.write(memory.readable(call.get(U64, 8), call.get(U64, 16), "net write"));
        call.set(U32, 24, OK);
    }

    private void netRead(MemorySegment call) throws Problem {
        NetDevice device = device(call, NetDevice.class);
        if (device == null) {
            call.set(U32, 24, INVALID);
            return;
        }
        long length = device.read(memory.writable(call.get(U64, 8), call.get(U64, 16), "net read"));
        if (length > 0) {
            call.set(U64, 16, length);
        }
        call.set(U32, 24, length > 0 ? OK : AGAIN);
    }

    private int halt(MemorySegment call) throws Problem {
        long cookie = call.get(U64, 0);
        if (cookie != 0) {
            memory.readable(cookie, COOKIE, "halt");
        }
        return call.get(U32, 8);
    }

    /// The device of the handle that a call begins with; null where the guest has none such.
    private <T extends Device> T device(MemorySegment call, Class<T> kind) {
        long handle = call.get(U64, 0);
        Device device = handle >= 0 && handle < Integer.MAX_VALUE ? devices.get((int) handle) : null;
        return kind.isInstance(device) ? kind.cast(device) : null;
    }
}
