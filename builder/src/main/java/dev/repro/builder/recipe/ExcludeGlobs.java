package dev.repro.builder.recipe;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/// The `exclude` globs of a source folder (the glob syntax of `java.nio.file.FileSystem#getPathMatcher`).
///
/// A glob without `/` is compared with the last name of a path (`*.md` excludes `docs/a.md`), a glob with `/` with the
/// whole path from the source folder (`docs/**`). What lies below an excluded folder is excluded.
public final class ExcludeGlobs {
    private record Glob(PathMatcher matcher, boolean wholePath) {}

    private final List<Glob> globs;

    public ExcludeGlobs(List<String> patterns) {
        globs = patterns.stream().map(pattern -> new Glob(matcher(pattern), pattern.contains("/"))).toList();
    }

    /// Why this is no glob; empty where it is one.
    static Optional<String> refusal(String pattern) {
        if (pattern.isEmpty() || pattern.startsWith("/") || pattern.endsWith("/") || pattern.indexOf('\\') >= 0) {
            return Optional.of("glob `" + RecipePath.printable(pattern)
                    + "` must be relative, without backslash and without `/` at the end");
        }
        try {
            matcher(pattern);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("glob `" + RecipePath.printable(pattern) + "` is malformed: " + e.getDescription());
        }
    }

    /// Whether `path`, or a folder that holds it, is excluded.
    public boolean matches(String path) {
        for (int end = path.indexOf('/'); !globs.isEmpty() && end >= 0; end = path.indexOf('/', end + 1)) {
            if (matchesItself(path.substring(0, end))) {
                return true;
            }
        }
        return matchesItself(path);
    }

    private boolean matchesItself(String path) {
        return globs.stream().anyMatch(glob ->
                glob.matcher.matches(Path.of(glob.wholePath ? path : path.substring(path.lastIndexOf('/') + 1))));
    }

    private static PathMatcher matcher(String pattern) {
        return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    }
}
