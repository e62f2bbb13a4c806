package dev.repro.builder.recipe;

import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks at the files of a folder and guesses what project it is; the first guess that fits is taken.
final class Guesses {

    /// Of a build file that is looked into, in bytes.
    private static final int MAX_READ = 1 << 20;

    private static final List<String> MAKEFILES = List.of("GNUmakefile", "makefile", "Makefile");

    /// The endings of unikernel images, hvt first because every Solo5 has it.
    private static final List<String> IMAGE_ENDINGS = List.of(".hvt", ".spt", ".virtio", ".xen", ".muen", ".genode");

    private final Path folder;

    private Guesses(Path folder) {
        this.folder = folder;
    }

    static Guess of(Path folder) throws Problem {
        try {
            return new Guesses(folder).guess();
        } catch (IOException e) {
            throw Problem.storage("the folder cannot be read: " + e.getMessage()).where(folder).because(e);
        }
    }

    private Guess guess() throws IOException {
        Optional<String> makefile = MAKEFILES.stream().filter(this::has).findFirst();
        if (has("configure.sh") && text("configure.sh").toLowerCase(Locale.ROOT).contains("solo5") && makefile.isPresent()) {
            return solo5(makefile.get());
        }
        if (has("config.ml") && text("config.ml").toLowerCase(Locale.ROOT).contains("mirage")) {
            return mirage("config.ml names mirage");
        }
        Optional<String> opam = ending(".opam");
        if (opam.isPresent() && text(opam.get()).contains("x-mirage-")) {
            return mirage(opam.get() + " has x-mirage fields");
        }
        Optional<String> unikraft = unikraftSign(makefile);
        if (unikraft.isPresent()) {
            return unikraft(unikraft.get());
        }
        if (has("manifest.json") && makefile.isPresent()) {
            return make(makefile.get(), "a Solo5 application", "manifest.json and " + makefile.get() + " are there", ".hvt");
        }
        if (has("configure") || has("configure.ac")) {
            return configure();
        }
        if (makefile.isPresent()) {
            return make(makefile.get(), "a project with a makefile", makefile.get() + " is there", "");
        }
        return has("CMakeLists.txt") ? cmake() : skeleton();
    }

    private Guess solo5(String makefile) throws IOException {
        String header = after(text(makefile), "VERSION_H :=").filter(Guesses::isPlain).orElse("include/version.h");
        return new Guess("Solo5 itself", List.of("configure.sh names Solo5",
                        "its version comes from git, which the build does not have: the command writes " + header + ".distrib"),
                List.of("gcc", "libc6-dev", "libseccomp-dev", "linux-libc-dev", "make", "pkg-config"),
                List.of("the version that the images show: of a git source what `git describe` says; of a folder, write it for `unknown`"),
                """
                version=${REPRO_SOURCE_DESCRIBE:-unknown}
                echo "#define SOLO5_VERSION \\"$version\\"" > %s.distrib
                ./configure.sh
                make
                """.formatted(header),
                Stream.of("hvt", "spt", "virtio", "muen", "xen").map(target -> image("tests/test_hello/test_hello." + target)).toList());
    }

    private Guess mirage(String why) throws IOException {
        String name = mirageName().orElse(Init.name(folder));
        return new Guess("a MirageOS unikernel", List.of(why, "the name of the image is " + name + ", CHECK it"),
                List.of("gcc", "libc6-dev", "make", "ocaml", "ocaml-dune", "opam"),
                List.of("run `mirage configure -t hvt && make depends` before, and let duniverse/ be part of the source",
                        "if Debian is too old for your mirage, an OCI image of your opam switch can be the toolchain"),
                "dune build --root . dist", List.of(image("dist/" + name + ".hvt")));
    }

    /// `register "name"` in config.ml.
    private Optional<String> mirageName() throws IOException {
        if (!has("config.ml")) {
            return Optional.empty();
        }
        return after(text("config.ml"), "register ").map(rest -> rest.split("\"", -1)).filter(parts -> parts.length > 2)
                .map(parts -> parts[1]).filter(name -> isPlain(name) && !name.contains("/"));
    }

    private Optional<String> unikraftSign(Optional<String> makefile) throws IOException {
        for (String name : List.of("Kraftfile", "kraft.yaml", "kraft.yml", "Makefile.uk", "Config.uk")) {
            if (has(name)) {
                return Optional.of(name + " is there");
            }
        }
        return makefile.isPresent() && text(makefile.get()).contains("UK_ROOT") ? Optional.of(makefile.get() + " names UK_ROOT")
                : Optional.empty();
    }

    private Guess unikraft(String why) {
        return new Guess("a Unikraft application",
                List.of(why, "the name of the image depends on platform and architecture, CHECK it"),
                List.of("bison", "flex", "gcc", "libc6-dev", "make", "python3"),
                List.of("Unikraft and its libraries must be part of the source, and .config be made: the build has no network",
                        "HOSTUTC keeps the time of the build out of the image"),
                "make HOSTUTC=\"$(date -Iseconds -u -d @$SOURCE_DATE_EPOCH)\"",
                List.of(image("build/" + Init.name(folder) + "_qemu-x86_64")));
    }

    private Guess make(String makefile, String project, String why, String ending) throws IOException {
        List<String> images = images(text(makefile));
        var lines = new ArrayList<>(List.of(why));
        List<Recipe.Output> outputs = images.stream().map(Guesses::image).toList();
        if (outputs.isEmpty()) {
            String path = Init.name(folder) + ending;
            lines.add("no image is named in " + makefile + "; the output " + path + " is a guess, CHECK it");
            outputs = List.of(ending.isEmpty() ? new Recipe.Output(path, Recipe.Kind.FILE) : image(path));
        } else {
            lines.add(makefile + " names " + String.join(", ", images));
        }
        return new Guess(project, lines, List.of("gcc", "libc6-dev", "make"), List.of("the target"), "make", outputs);
    }

    private Guess configure() {
        boolean made = has("configure");
        var packages = new ArrayList<>(made ? List.<String>of() : List.of("autoconf", "automake", "libtool", "pkg-config"));
        packages.addAll(List.of("gcc", "libc6-dev", "make"));
        return new Guess("a project with a configure script", List.of(made ? "configure is there" : "configure.ac is there",
                        "the output is a guess, CHECK it"),
                packages, List.of("options of configure, and the target"), (made ? "" : "autoreconf -fi\n") + "./configure\nmake\n",
                List.of(new Recipe.Output(Init.name(folder), Recipe.Kind.FILE)));
    }

    private Guess cmake() {
        return new Guess("a CMake project", List.of("CMakeLists.txt is there", "the output is a guess, CHECK it"),
                List.of("cmake", "g++", "gcc", "libc6-dev", "make"), List.of("options of cmake"),
                """
                cmake -S . -B build -DCMAKE_BUILD_TYPE=Release
                cmake --build build
                """, List.of(new Recipe.Output("build/" + Init.name(folder), Recipe.Kind.FILE)));
    }

    private Guess skeleton() {
        return new Guess("an unknown project", List.of("no build file was recognised, so everything in it is to be filled in"),
                List.of("gcc", "libc6-dev"), List.of("put the command that builds here"),
                "cc -O2 -o %1$s %1$s.c".formatted(Init.name(folder)),
                List.of(new Recipe.Output(Init.name(folder), Recipe.Kind.FILE)));
    }

    /// The plain words of a makefile that end like an image, at most four.
    private static List<String> images(String makefile) {
        return Stream.of(makefile.split("[\\s:;=\"'(),]+"))
                .filter(word -> IMAGE_ENDINGS.stream().anyMatch(e -> word.endsWith(e) && word.length() > e.length()))
                .filter(Guesses::isPlain).distinct().limit(4).toList();
    }

    /// A path that needs no quotes anywhere.
    private static boolean isPlain(String path) {
        return path.chars().allMatch(c -> c < 0x80 && Character.isLetterOrDigit(c) || "._-/".indexOf(c) >= 0)
                && RecipePath.refusalInRecipe(path).isEmpty();
    }

    private static Recipe.Output image(String path) {
        return new Recipe.Output(path, Recipe.Kind.IMAGE);
    }

    /// The rest of the first line that holds `mark`, from there on.
    private static Optional<String> after(String text, String mark) {
        return text.lines().filter(line -> line.contains(mark))
                .map(line -> line.substring(line.indexOf(mark) + mark.length()).strip())
                .findFirst();
    }

    private boolean has(String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    private Optional<String> ending(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending)).sorted().findFirst();
        }
    }

    private String text(String name) throws IOException {
        try (var in = Files.newInputStream(folder.resolve(name))) {
            return new String(in.readNBytes(MAX_READ), StandardCharsets.ISO_8859_1);
        }
    }
}
