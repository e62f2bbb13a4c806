package dev.repro.tests.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A terminal session that a document tells, and a shell in which it is done again.
///
/// Its ```` ```console ```` blocks are the session. A line that begins with `$ ` is a command (`> ` goes on with it); the lines below it are what
/// it prints, on stdout and stderr. `…` stands for any text in its line, and alone on a line for any lines.
final class Session implements AutoCloseable {
    /// Runs what it reads up to a NUL, and ends the output with one. `$?` of a command is the status of the one before.
    private static final String LOOP = "s=0; while IFS= read -r -d '' command; do (exit $s); eval \"$command\" < /dev/null; s=$?; printf '\\0'; done";

    /// @param line of the document, from 1
    record Step(int line, String command, List<String> expected) {

        boolean isPrinted(String text) {
            var pattern = new StringBuilder();
            for (String line : expected) {
                pattern.append(line.equals("…") ? "(?:.*\n)*" : quote(line) + "\n");
            }
            return Pattern.matches(pattern.toString(), text);
        }

        private static String quote(String line) {
            var out = new StringBuilder();
            for (String part : line.split("…", -1)) {
                out.append(out.isEmpty() ? "" : ".*").append(Pattern.quote(part));
            }
            return out.toString();
        }
    }

    private final Process shell;

    /// @param env added to this process's
    Session(Path folder, Map<String, String> env) throws IOException {
        var builder = new ProcessBuilder("bash", "--noprofile", "--norc", "-c", LOOP).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(env);
        shell = builder.start();
    }

    static List<Step> read(Path document) throws IOException {
        var steps = new ArrayList<Step>();
        boolean inside = false;
        int number = 0;
        for (String line : Files.readAllLines(document)) {
            number++;
            if (line.startsWith("```")) {
                inside = line.equals("```console");
            } else if (inside && line.startsWith("$ ")) {
                steps.add(new Step(number, line.substring(2), new ArrayList<>()));
            } else if (inside && line.startsWith("> ") && steps.getLast().expected.isEmpty()) {
                Step begun = steps.removeLast();
                steps.add(new Step(begun.line, begun.command + "\n" + line.substring(2), begun.expected));
            } else if (inside) {
                steps.getLast().expected.add(line);
            }
        }
        return steps;
    }

    /// @return what it printed, each line with its end
    String run(String command) throws IOException {
        shell.getOutputStream().write((command + "\0").getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().flush();
        var out = new java.io.ByteArrayOutputStream();
        for (int b = shell.getInputStream().read(); b > 0; b = shell.getInputStream().read()) {
            out.write(b);
        }
        String text = out.toString(StandardCharsets.UTF_8).replace("\r", "");
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> started = shell.descendants().toList();
        shell.destroy();
        started.forEach(ProcessHandle::destroy);
        shell.getInputStream().close();
    }
}
