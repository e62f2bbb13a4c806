package dev.repro.tender.hvt;

import dev.repro.base.Problem;
import dev.repro.tender.os.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The image that whoever started this process left open: memory that nobody can change (memfd_create(2), F_GET_SEALS in fcntl(2)).
final class Inherited {
    private static final int F_GET_SEALS = 1034; // linux/fcntl.h
    private static final int SEAL_SHRINK_GROW_WRITE = 1 | 2 | 4 | 8;
    private static final int SEEK_END = 2;
    private static final int PROT_READ = 1;
    private static final int MAP_PRIVATE = 2;

    private Inherited() {}

    /// @throws Problem exit 2: it is not open, empty, or could still change
    static MemorySegment map(int fd, Arena arena) throws Problem {
        String where = "--fd=" + fd;
        long seals = Sys.call(Sys.FCNTL, fd, F_GET_SEALS, 0);
        if (seals < 0) {
            throw Problem.usage("this is no descriptor of sealed memory: " + Sys.text((int) -seals)).where(where);
        }
        if ((seals & SEAL_SHRINK_GROW_WRITE) != SEAL_SHRINK_GROW_WRITE) {
            throw Problem.usage("this memory can still be changed").where(where).expected("the seals seal, shrink, grow and write")
                    .found("seals 0x" + Long.toHexString(seals));
        }
        long size = Sys.checked(Sys.call(Sys.LSEEK, fd, 0, SEEK_END), "it does not say its size", where);
        if (size == 0) {
            throw Problem.usage("it is empty").where(where);
        }
        long address = Sys.checked(Sys.call(Sys.MMAP, 0, size, PROT_READ, MAP_PRIVATE, fd, 0), "cannot be mapped", where);
        return Sys.at(address, size, arena).asReadOnly();
    }
}
