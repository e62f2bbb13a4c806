package dev.repro.cli;

import dev.repro.base.Durable;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.Quantity;
import dev.repro.image.ElfFile;
import dev.repro.image.Image;
import dev.repro.image.Lint;
import dev.repro.image.MalformedElf;
import dev.repro.image.ManifestSource;
import dev.repro.image.Mark;
import dev.repro.image.Reading;
import dev.repro.image.Solo5;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "manifest", description = "Show, check and write what an image says about itself.", synopsisHeading = "usage: ", descriptionHeading = "%n",
        commandListHeading = "%nverbs:%n", optionListHeading = "%noptions:%n", synopsisSubcommandLabel = "VERB",
        subcommands = {ManifestCommand.Show.class, ManifestCommand.Lints.class, ManifestCommand.Generate.class},
        footer = {"", "example: repro manifest show examples/hello/hello.hvt"})
final class ManifestCommand extends Commands.Verb {

    /// Bytes of an image that is looked at; more is no unikernel.
    private static final long MAX_IMAGE = 1L << 28;
    private static final String OTHERS = "without --manifest and --abi, any file is described";

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing verb: show, lint or generate");
    }

    private static MemorySegment read(Path file, Path shown) throws Problem {
        try {
            if (Files.isDirectory(file)) {
                throw Problem.usage("a folder is no image").where(shown).hint("name the image in it");
            }
            long size = Files.size(file);
            if (size > MAX_IMAGE) {
                throw Problem.usage("too large for an image").where(shown).expected("at most " + MAX_IMAGE + " bytes").found(size + " bytes");
            }
            return MemorySegment.ofArray(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw Problem.usage("there is no such file").where(shown).hint("name a file, for example one that `repro build` made").because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(shown).because(e);
        }
    }

    @Command(name = "show", description = "Describe images: format, target, devices.", synopsisHeading = "usage: ", descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro manifest show --manifest app.hvt"})
    static final class Show extends Commands.Verb {

        @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "any file")
        List<Path> images;

        @Option(names = "--manifest", description = "only the manifest, as `solo5-elftool query-manifest` prints it")
        boolean manifest;

        @Option(names = "--abi", description = "only the ABI, as `solo5-elftool query-abi` prints it")
        boolean abi;

        @Override
        public Integer call() throws Exception {
            if (json && (manifest && abi || (manifest || abi) && images.size() > 1)) {
                throw Problem.usage("more than one JSON object would be printed").where("--json")
                        .hint("ask for --manifest or --abi of one image, or leave out --json");
            }
            var voice = voice();
            var answers = new ArrayList<Json>();
            for (Path shown : images) {
                MemorySegment bytes = read(path(shown), shown);
                if (manifest || abi) {
                    query(bytes, shown);
                    continue;
                }
                Image image = Image.describe(bytes);
                voice.say(String.format("%-10s %s, %,d bytes", shown.getFileName(), image.format(), image.size()));
                for (Mark mark : image.marks()) {
                    voice.say(String.format("%-10s %s", "", mark.summary()));
                }
                answers.add(image.toJson().with("image", shown.toString()));
            }
            if (!answers.isEmpty()) {
                voice.answer(answers.size() == 1 ? answers.getFirst() : Json.object("schema", "repro.images.v1", "images", answers));
            }
            return 0;
        }

        private void query(MemorySegment bytes, Path shown) throws Problem {
            try {
                ElfFile elf = ElfFile.parse(bytes);
                var out = commands().streams.out();
                if (manifest) {
                    out.print(found(Solo5.manifest(elf), "manifest", shown).text());
                }
                if (abi) {
                    out.print(found(Solo5.abi(elf), "ABI note", shown).text());
                }
            } catch (MalformedElf e) {
                throw Problem.usage("not an image of Solo5: " + e.getMessage()).where(shown).hint(OTHERS).because(e);
            }
        }

        private static <T> T found(Reading<T> reading, String what, Path shown) throws Problem {
            return switch (reading) {
                case Reading.Found<T> found -> found.value();
                case Reading.Absent<T> _ -> throw Problem.usage("there is no Solo5 " + what + " in it").where(shown).hint(OTHERS);
                case Reading.Refused<T>(String reason) -> throw Problem.usage("its Solo5 " + what + " is refused: " + reason).where(shown).hint("`repro manifest lint` says all that is wrong with it");
            };
        }
    }

    @Command(name = "lint", description = "Report what is wrong with images (docs/lint.md).", synopsisHeading = "usage: ", descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro manifest lint --memory 64MiB app.hvt"})
    static final class Lints extends Commands.Verb {

        @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "any file")
        List<Path> images;

        @Option(names = "--strict", description = "warnings count as errors")
        boolean strict;

        @Option(names = "--memory", paramLabel = "SIZE", description = "guest memory that the image must fit into, as in 64MiB")
        String memory;

        @Override
        public Integer call() throws Exception {
            var voice = voice();
            OptionalLong bytes = memory == null ? OptionalLong.empty() : Quantity.size(memory);
            if (memory != null && bytes.isEmpty()) {
                throw Problem.usage("not a size").where("--memory").expected(Quantity.SIZE_FORM).found(memory);
            }
            boolean clean = true;
            var answers = new ArrayList<Json>();
            for (Path shown : images) {
                var findings = Lint.check(read(path(shown), shown), bytes);
                findings.forEach(f -> voice.say(shown + ": " + f));
                boolean good = Lint.errors(findings) == 0 && (findings.isEmpty() || !strict);
                if (findings.isEmpty()) {
                    voice.say(shown + ": lint clean");
                }
                clean &= good;
                answers.add(Lint.toJson(findings).with("image", shown.toString()));
            }
            voice.answer(answers.size() == 1 ? answers.getFirst() : Json.object("schema", "repro.lints.v1", "images", answers));
            return clean ? 0 : 1;
        }
    }

    @Command(name = "generate", description = "Write the manifest note of a manifest.json, as C source or as an object.", synopsisHeading = "usage: ", descriptionHeading = "%n",
            parameterListHeading = "%n", optionListHeading = "%noptions:%n", footer = {"", "example: repro manifest generate manifest.json manifest.c"})
    static final class Generate extends Commands.Verb {
        private static final int X86_64 = 62; // EM_X86_64

        @Parameters(index = "0", paramLabel = "MANIFEST.JSON", description = "devices; - reads stdin")
        Path source;

        @Parameters(index = "1", paramLabel = "OUTPUT", description = "ends in .c or .o; - writes C to stdout")
        Path output;

        @Override
        public Integer call() throws Exception {
            String name = output.toString();
            if (json && name.equals("-")) {
                throw Problem.usage("C source and JSON cannot both go to stdout").where("--json").hint("name a file to write");
            }
            boolean stdin = source.toString().equals("-");
            byte[] text = stdin ? System.in.readAllBytes() : read(path(source), source).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            var manifest = ManifestSource.parse(text, stdin ? "stdin" : source.toString());
            if (name.equals("-")) {
                commands().streams.out().print(manifest.toC());
            } else if (name.endsWith(".c")) {
                Durable.write(path(output), manifest.toC().getBytes(StandardCharsets.UTF_8));
            } else if (name.endsWith(".o")) {
                Durable.write(path(output), manifest.toObject(X86_64));
            } else {
                throw Problem.usage("what to write is told by the ending").where(output).expected(".c or .o");
            }
            voice().answer(Json.object("schema", "repro.generated.v1", "output", name, "manifest", manifest.manifest().toJson()));
            return 0;
        }
    }
}
