package dev.repro.tests.tuf;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.client.FolderStore;
import dev.repro.tuf.client.Updater;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/// A process whose folder is a small disk: it fills it, tries, makes room, tries again. Ends with 0 if all was as it must be.
final class FullDisk {

    private FullDisk() {}

    @FunctionalInterface
    private interface Step {
        void go() throws Refusal, Problem, IOException;
    }

    /// @param args `client STATE SITES`, or `repository SITE PENS`; the first folder is the small disk
    public static void main(String[] args) throws Exception {
        Path disk = Path.of(args[1]);
        if (args[0].equals("client")) {
            Path sites = Path.of(args[2]);
            Updater.begin(FolderStore.open(disk, System.out::println),
                    Files.readAllBytes(sites.resolve("1/metadata/1.root.json")), Limits.DEFAULT);
            KilledChild.update(disk, disk.resolve("downloads"), sites.resolve("1"));
            trial(disk, () -> KilledChild.update(disk, disk.resolve("downloads"), sites.resolve("2")));
        } else {
            var pairs = new Pairs(disk, Pens.load(Path.of(args[2]))).create(true);
            pairs.publish(0);
            trial(disk, () -> pairs.publish(1));
        }
        System.out.println("as it must be");
    }

    private static void trial(Path disk, Step step) throws Exception {
        Map<String, String> before = contents(disk);
        Path filler = disk.resolve("filler");
        fill(filler);
        try {
            step.go();
            throw new IllegalStateException("there was room");
        } catch (Problem full) {
            if (full.exit() != Problem.Exit.STORAGE || !full.line().contains("No space left on device")) {
                throw new IllegalStateException("not what a full disk is to be called: " + full.line());
            }
        }
        Files.delete(filler);
        Map<String, String> after = contents(disk);
        if (!after.equals(before)) {
            throw new IllegalStateException("before " + before + ", after " + after);
        }
        step.go();
    }

    private static void fill(Path filler) throws IOException {
        try (var channel = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (true) {
                channel.write(java.nio.ByteBuffer.allocate(4096));
            }
        } catch (IOException full) {
            System.out.println("filled: " + full.getMessage());
        }
    }

    // But for locks and what a publisher stages, which is nobody's state.
    private static Map<String, String> contents(Path disk) throws IOException {
        var out = new TreeMap<String, String>();
        for (Path file : Folders.all(disk)) {
            String name = disk.relativize(file).toString();
            if (Files.isRegularFile(file) && !name.startsWith(".repro") && !name.endsWith(".lock")) {
                out.put(name, Digest.of(file).hex());
            }
        }
        return out;
    }
}
