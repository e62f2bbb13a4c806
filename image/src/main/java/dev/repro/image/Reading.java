package dev.repro.image;

import java.lang.foreign.MemorySegment;

/// What one reader of an image finds where it looks for a note of Solo5.
public sealed interface Reading<T> {

    /// @param where the segment or section, for people
    /// @param offset of the note's header in the file
    /// @param descriptor the whole descriptor, leading padding included: a view of the file
    record Found<T>(T value, String where, long offset, MemorySegment descriptor) implements Reading<T> {}

    /// There is no such note: a tender says `No Solo5 manifest found in executable`.
    record Absent<T>() implements Reading<T> {}

    /// The reader would refuse the image.
    ///
    /// @param reason a clause in lower case, no full stop
    record Refused<T>(String reason) implements Reading<T> {}
}
