package dev.repro.builder;

import dev.repro.base.Durable;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.builder.files.FolderLock;
import dev.repro.builder.files.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/// Both builds of a check, kept to be looked at: `A/` and `B/`, each with the outputs, `NAME.build.json` and `NAME.build.log`.
final class Kept {

    private Kept() {}

    /// Where the builds of that project are kept when the user names no folder; each check replaces the one before.
    static Path usual(Workshop workshop, Project project) {
        return workshop.cache().resolve("checks").resolve(project.recipe().name() + "-" + project.lock().identity().hex().substring(0, 12));
    }

    static void keep(Workshop workshop, Project project, Pair pair, Path folder) throws IOException, Problem, InterruptedException {
        for (BuildResult result : List.of(pair.a(), pair.b())) {
            keep(workshop, project, result, folder.resolve(result.side()));
        }
    }

    /// @return the log
    private static Path keep(Workshop workshop, Project project, BuildResult result, Path side) throws IOException, Problem, InterruptedException {
        Trees.delete(side);
        Files.createDirectories(side);
        String name = project.recipe().name();
        Path log = Files.copy(result.log(), side.resolve(name + ".build.log"), StandardCopyOption.REPLACE_EXISTING);
        if (result instanceof BuildResult.Built built) {
            for (var output : built.outputs().entrySet()) {
                Path file = side.resolve(output.getKey());
                Files.createDirectories(file.getParent());
                Files.copy(output.getValue(), file, StandardCopyOption.REPLACE_EXISTING);
            }
            byte[] record = JsonText.pretty(BuildRecord.of(workshop, project, built).toJson()).getBytes(StandardCharsets.UTF_8);
            Durable.write(side.resolve(name + ".build.json"), record);
        }
        return log;
    }

    /// Keeps a build that failed, at the usual place.
    ///
    /// @return its log
    static Path keep(Workshop workshop, Project project, BuildResult.Failed failed) throws IOException, Problem, InterruptedException {
        Path folder = usual(workshop, project);
        try (var _ = FolderLock.on(folder.getParent())) { // another run of the same recipe may end now, too
            return keep(workshop, project, failed, folder.resolve(failed.side()));
        }
    }

    /// Keeps the builds where the user wants them, or in the cache when there is something to look at.
    ///
    /// @return where they are, or null
    static Path keepIfWanted(Workshop workshop, Project project, Pair pair, Optional<Path> wanted, Level level) throws IOException, Problem, InterruptedException {
        if (wanted.isPresent()) {
            keep(workshop, project, pair, wanted.get());
            return wanted.get();
        }
        if (level == Level.BITWISE) {
            return null;
        }
        Path folder = usual(workshop, project);
        try (var _ = FolderLock.on(folder.getParent())) {
            keep(workshop, project, pair, folder);
        }
        return folder;
    }

    /// Refuses to replace folders `A` and `B` of the user that are no kept builds of this project.
    static void refuseForeign(Project project, Path folder) throws Problem, IOException, InterruptedException {
        for (String name : List.of("A", "B")) {
            Path side = folder.resolve(name);
            if (Files.exists(side, LinkOption.NOFOLLOW_LINKS) && !Files.exists(side.resolve(project.recipe().name() + ".build.log")) && !empty(side)) {
                throw Problem.usage("--keep would replace it, and it is no kept build of `" + project.recipe().name() + "`").where(side)
                        .hint("name a folder that is new or empty");
            }
        }
    }

    private static boolean empty(Path folder) throws IOException, Problem, InterruptedException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
