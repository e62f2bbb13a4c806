package dev.repro.builder.toolchain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Follows names inside one folder as a process does whose root that folder is: an absolute link starts at the folder again,
/// a link that climbs above it is refused. No name leads out of it.
final class InRoot {

    /// As Linux: MAXSYMLINKS.
    private static final int MAX_LINKS = 40;

    private final Path root;

    InRoot(Path root) {
        this.root = root;
    }

    /// A name that leads nowhere inside the root; the message says why.
    static final class EscapeException extends Exception {
        private static final long serialVersionUID = 1;

        EscapeException(String why) {
            super(why);
        }
    }

    /// The file that `name` means, all links followed; empty where there is none.
    Optional<Path> find(String name) {
        try {
            return Optional.ofNullable(walk(name, true, false)).filter(p -> Files.exists(p, LinkOption.NOFOLLOW_LINKS));
        } catch (EscapeException | IOException _) {
            return Optional.empty(); // a dangling or hostile link is no file
        }
    }

    /// Where `name` itself lies, the links of its parents followed; its parents are made where they are missing.
    Path place(String name) throws EscapeException, IOException {
        return walk(name, false, true);
    }

    /// Like [#place], without making anything; null where a parent is missing.
    Path look(String name) throws EscapeException, IOException {
        return walk(name, false, false);
    }

    private Path walk(String name, boolean followLast, boolean make) throws EscapeException, IOException {
        Deque<String> todo = new ArrayDeque<>();
        push(todo, name);
        Path at = root;
        int links = 0;
        while (!todo.isEmpty()) {
            String part = todo.pop();
            if (part.equals("..")) {
                if (at.equals(root)) {
                    throw new EscapeException("leaves the root");
                }
                at = at.getParent();
                continue;
            }
            Path next = at.resolve(part);
            boolean last = todo.isEmpty();
            if (Files.isSymbolicLink(next) && (!last || followLast)) {
                if (++links > MAX_LINKS) {
                    throw new EscapeException("goes through more than " + MAX_LINKS + " links");
                }
                String target = Files.readSymbolicLink(next).toString();
                push(todo, target);
                at = target.startsWith("/") ? root : at;
                continue;
            }
            if (!last && !Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                    throw new EscapeException("goes through a file that is no folder");
                }
                if (!make) {
                    return null;
                }
                Files.createDirectory(next);
            }
            at = next;
        }
        return at;
    }

    /// The parts of `path` to the front of `todo`.
    private static void push(Deque<String> todo, String path) {
        String[] parts = path.split("/");
        for (int i = parts.length - 1; i >= 0; i--) {
            if (!parts[i].isEmpty() && !parts[i].equals(".")) {
                todo.push(parts[i]);
            }
        }
    }
}
