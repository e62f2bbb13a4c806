package dev.repro.cli;

import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.client.Bundle;
import dev.repro.tuf.client.BundleExport;
import dev.repro.tuf.client.BundleImport;
import dev.repro.tuf.client.Downloads;
import dev.repro.tuf.client.Found;
import dev.repro.tuf.client.Repository;
import dev.repro.tuf.client.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// `repro tuf-client export` and `import`: part of a repository in one file, for a place without a network.
final class TufBundle {

    /// What was put into a bundle, or brought out of it.
    record Item(Found found, Downloads.Download download) {}

    /// @param items in the order of the names asked for, or of the bundle
    record Imported(Repository repository, List<Item> items) {}

    private TufBundle() {}

    interface Source {
        Downloads.Download fetch(Found found, Path folder) throws Refusal, Problem;
    }

    /// @param folder where targets are kept; empty: they go when the bundle is written
    static List<Item> write(Repository repository, Store store, List<String> names, Source source, Optional<Path> folder,
            Path file)
            throws Refusal, Problem {
        Path work = folder.isPresent() ? folder.get() : workFolder(file);
        try {
            var items = new ArrayList<Item>();
            var export = new BundleExport(repository, store, Limits.DEFAULT);
            for (String name : names) {
                Found found = repository.find(new TargetName(name));
                var item = new Item(found, source.fetch(found, work));
                export.add(found, item.download.file());
                items.add(item);
            }
            export.write(file);
            return items;
        } finally {
            if (folder.isEmpty()) {
                delete(work);
            }
        }
    }

    // Beside the bundle: as much room is needed there anyway.
    private static Path workFolder(Path file) throws Problem {
        try {
            Path parent = file.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, ".export-");
        } catch (IOException e) {
            throw Problem.storage("cannot be written").where(file).because(e);
        }
    }

    private static void delete(Path folder) throws Problem {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw Problem.storage("cannot be deleted").where(folder).because(e);
        }
    }

    /// @param names empty: all that the bundle was made to carry
    /// @param folder where targets go; empty: only metadata is brought up to date, and the targets' names are looked up
    static Imported read(Path file, Store store, List<String> names, Optional<Path> folder, Instant now, Duration most)
            throws Refusal, Problem {
        try (Bundle bundle = Bundle.open(file)) {
            BundleImport in = BundleImport.begin(bundle, store, Limits.DEFAULT, now, most);
            var items = new ArrayList<Item>();
            for (TargetName name : names.isEmpty() ? bundle.targets() : names.stream().map(TargetName::new).toList()) {
                Found found = in.repository().find(name);
                if (folder.isPresent()) {
                    items.add(new Item(found, in.fetch(found, folder.get())));
                }
            }
            return new Imported(in.repository(), items);
        }
    }

    /// `90s`, `15m`, `12h` or `30d`.
    static Duration age(String text) throws Problem {
        if (!text.matches("[0-9]{1,6}[smhd]")) {
            throw Problem.usage("not an age").where("--max-age").expected("30d, 12h, 15m or 90s").found(text);
        }
        long n = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 'd' -> Duration.ofDays(n);
            case 'h' -> Duration.ofHours(n);
            case 'm' -> Duration.ofMinutes(n);
            default -> Duration.ofSeconds(n);
        };
    }
}
