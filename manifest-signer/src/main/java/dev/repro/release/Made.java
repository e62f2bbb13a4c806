package dev.repro.release;

import dev.repro.image.Lint;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A release that was made of files of this machine.
///
/// @param files of the release, each by the name of its target; the envelope is not there yet
/// @param warnings of lint, by file
/// @param notes what was looked for and is not part of the release, and why: clauses in lower case, no full stop
public record Made(Release release, SortedMap<TargetName, Path> files, SortedMap<String, List<Lint.Finding>> warnings, List<String> notes) {

    public Made {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        warnings = Collections.unmodifiableSortedMap(new TreeMap<>(warnings));
        notes = List.copyOf(notes);
    }
}
