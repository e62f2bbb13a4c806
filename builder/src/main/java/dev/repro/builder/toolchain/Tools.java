package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Looks which compilers and their like a root has, for the lock.
final class Tools {
    private static final List<String> NAMES = List.of("ar", "as", "c++", "cargo", "cc", "clang", "cmake", "dune", "go", "ld",
            "ld.lld",
            "make", "meson", "nasm", "ninja", "objcopy", "ocamlfind", "ocamlopt", "opam", "perl", "python3", "rustc", "sh");

    /// Of a version, in characters.
    private static final int MAX_VERSION = 200;

    private Tools() {}

    static Map<String, Tool> of(PreparedRoot root, Runner runner) throws Problem, InterruptedException {
        var out = new TreeMap<String, Tool>();
        for (String name : NAMES) {
            String program = root.program(name).orElse(null);
            if (program != null) {
                Path file = root.file(program).orElseThrow();
                out.put(name, new Tool(root.inside(file), digest(file), version(root, program, runner)));
            }
        }
        return out;
    }

    private static String version(PreparedRoot root, String program, Runner runner) throws Problem, InterruptedException {
        var argv = List.of(program, program.endsWith("/go") ? "version" : "--version");
        var output = runner.run(root.tree(), argv, null);
        String first = output.text().lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
        if (output.exitCode() != 0 || first.isEmpty()) {
            return null;
        }
        return first.length() > MAX_VERSION ? first.substring(0, MAX_VERSION) : first;
    }

    private static Digest digest(Path file) throws Problem {
        try {
            return Digest.of(file);
        } catch (IOException e) {
            throw Why.storage("cannot read a tool", file, e);
        }
    }
}
