package dev.repro.builder.recipe;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The form of paths in recipes and source trees: relative, `/` between names, no `.` or `..`, nothing that another
/// program could read otherwise.
public final class RecipePath {

    /// Linux `PATH_MAX` and `NAME_MAX`, in bytes.
    static final int MAX_PATH = 4095;
    static final int MAX_NAME = 255;

    private RecipePath() {}

    /// Why `path` cannot be a file of a source tree; empty where it can.
    public static Optional<String> refusal(String path) {
        if (path.isEmpty()) {
            return Optional.of("an empty path is not accepted");
        }
        if (path.startsWith("/")) {
            return Optional.of("absolute path `" + printable(path) + "`");
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
            return Optional.of("path of more than " + MAX_PATH + " bytes");
        }
        for (String name : path.split("/", -1)) {
            Optional<String> bad = refusalOfName(name, path);
            if (bad.isPresent()) {
                return bad;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> refusalOfName(String name, String path) {
        String shown = "`" + printable(path) + "`";
        return Optional.ofNullable(switch (name) {
            case "" -> "empty name in path " + shown;
            case "." -> "`.` in path " + shown;
            case ".." -> "path " + shown + " climbs by `..`";
            case ".git" -> "path " + shown + " is inside `.git`";
            default -> name.chars().anyMatch(c -> c < 0x20 || c == 0x7f) ? "control character in path " + shown
                    : name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME ? null
                    : "a name of more than " + MAX_NAME + " bytes in path " + shown;
        });
    }

    /// As [#refusal], and no backslash: nobody means one in a recipe.
    static Optional<String> refusalInRecipe(String path) {
        return path.indexOf('\\') >= 0 ? Optional.of("backslash in path `" + printable(path) + "`: names are separated by `/`")
                : refusal(path);
    }

    /// As [#refusalInRecipe], but `.` is accepted, and `..` at the front where the path `mayClimb`.
    static Optional<String> refusalOfFolder(String path, boolean mayClimb) {
        String rest = path;
        while (mayClimb && rest.startsWith("../")) {
            rest = rest.substring(3);
        }
        return rest.equals(".") && rest.equals(path) || mayClimb && rest.equals("..") ? Optional.empty() : refusalInRecipe(rest);
    }

    /// Whether the paths are the same or one lies below the other.
    static boolean overlap(String a, String b) {
        return a.equals(b) || a.startsWith(b + "/") || b.startsWith(a + "/");
    }

    /// At most 80 characters, control characters as `?`: for messages.
    public static String printable(String text) {
        var out = new StringBuilder();
        text.codePoints().limit(80).forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return text.codePointCount(0, text.length()) > 80 ? out + "…" : out.toString();
    }
}
