package dev.repro.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Processes of this machine, by what stands in their arguments.
final class Processes {

    private Processes() {}

    /// `PID: arguments` of all that have the text in them, this process excepted.
    static List<String> with(String text) throws IOException {
        var out = new ArrayList<String>();
        try (var list = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : list) {
                String arguments = arguments(process);
                if (arguments.contains(text) && !process.endsWith(Long.toString(ProcessHandle.current().pid()))) {
                    out.add(process.getFileName() + ": " + arguments);
                }
            }
        }
        return out;
    }

    private static String arguments(Path process) {
        try {
            return new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8).replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }
}
