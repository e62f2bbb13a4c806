package dev.repro.tender.daemon;

import dev.repro.tender.os.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The one word in a tender's environment that tells whose it is: a daemon that is killed between a start and its note of it finds it by that.
///
/// It is `REPRO_GUEST=ID/INDEX FOLDER`: another daemon of this user, with another folder, may have a guest of the same id.
final class Tags {
    private static final String NAME = "REPRO_GUEST=";
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final String end;

    /// @param folder where this daemon notes what runs
    Tags(Path folder) {
        this.end = " " + folder.toAbsolutePath().normalize();
    }

    /// All of the environment of a tender.
    List<String> environment(String id, int index) {
        return List.of(PATH, "LC_ALL=C.UTF-8", NAME + id + "/" + index + end);
    }

    /// The numbers of all processes of this user that are marked for this folder, by `ID/INDEX`.
    Map<String, Integer> running() {
        var out = new HashMap<String, Integer>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String mark = mark(process);
                if (mark.endsWith(end)) {
                    out.put(mark.substring(0, mark.length() - end.length()), Integer.parseInt(process.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("no /proc", e);
        }
        return out;
    }

    /// Others cannot be looked into, or have ended meanwhile.
    private static String mark(Path process) {
        try {
            if ((int) Files.getAttribute(process, "unix:uid") != Sys.euid()) {
                return "";
            }
            for (String word : Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1).split("\0")) {
                if (word.startsWith(NAME)) {
                    return word.substring(NAME.length());
                }
            }
            return "";
        } catch (IOException e) {
            return "";
        }
    }
}
