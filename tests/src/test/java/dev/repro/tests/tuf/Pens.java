package dev.repro.tests.tuf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The keys of a repository that other processes publish into, in files.
record Pens(Map<String, Pen> all) {
    private static final List<String> NAMES = List.of("root", "targets", "snapshot", "timestamp");

    static Pens make(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name : NAMES) {
            Pen.make().store(folder, name);
        }
        return load(folder);
    }

    static Pens load(Path folder) throws IOException {
        var all = new LinkedHashMap<String, Pen>();
        for (String name : NAMES) {
            all.put(name, Pen.load(folder, name));
        }
        return new Pens(all);
    }

    Pen get(String role) {
        return all.get(role);
    }
}
