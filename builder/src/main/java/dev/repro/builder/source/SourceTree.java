package dev.repro.builder.source;

import dev.repro.base.Digest;
import dev.repro.base.Problem;
import dev.repro.builder.recipe.RecipePath;
import dev.repro.builder.recipe.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The files that a build starts from: regular files and symbolic links, sorted by the bytes of their paths.
///
/// A tree is sound: paths are relative and without `..`, none lies below a file or link, no link leads out of the tree.
/// Its digest is SHA-256 over one line `MODE SHA256 SIZE PATH\n` for each entry, MODE being 100644, 100755 or 120000, and for a
/// link SHA256 and SIZE those of its text. For a folder without links and executable files that is
/// `find . -type f -printf '%P\n' | LC_ALL=C sort | while read -r p;
/// do echo "100644 $(sha256sum <"$p" | cut -c-64) $(stat -c %s "$p") $p"; done | sha256sum`.
public final class SourceTree {

    /// Entries of a tree, and bytes of all of them.
    static final int MAX_ENTRIES = 500_000;
    static final long MAX_BYTES = 16L << 30;

    public enum Mode {
        FILE("100644"), EXECUTABLE("100755"), LINK("120000");

        /// As git writes it.
        public final String octal;

        Mode(String octal) {
            this.octal = octal;
        }
    }

    /// Where the bytes of an entry come from; can be opened more than once.
    public interface Content {
        InputStream open() throws IOException;
    }

    /// @param size in bytes; for a link, of its text
    public record Entry(String path, Mode mode, Digest sha256, long size, Content content) {}

    private final List<Entry> entries;
    private final long bytes;

    private SourceTree(List<Entry> entries, long bytes) {
        this.entries = entries;
        this.bytes = bytes;
    }

    /// @param where what is blamed, for messages
    /// @throws Problem of exit code 2 where the entries make no sound tree
    static SourceTree of(Collection<Entry> entries, Object where) throws Problem {
        if (entries.size() > MAX_ENTRIES) {
            throw tooMany(where);
        }
        List<Entry> sorted = entries.stream().sorted((a, b) -> Utf8.ORDER.compare(a.path, b.path)).toList();
        long bytes = 0;
        for (Entry entry : sorted) {
            bytes = Math.addExact(bytes, entry.size);
            if (bytes > MAX_BYTES) {
                throw Problem.usage("a source of more than " + (MAX_BYTES >> 30) + " GiB").where(where)
                        .hint("narrow `source.folder`, or `exclude` some");
            }
        }
        checkPaths(sorted, where);
        checkLinks(sorted, where);
        return new SourceTree(sorted, bytes);
    }

    static Problem tooMany(Object where) {
        return Problem.usage("a source of more than " + MAX_ENTRIES + " files").where(where)
                .hint("narrow `source.folder`, or `exclude` some");
    }

    private static void checkPaths(List<Entry> entries, Object where) throws Problem {
        Set<String> paths = new HashSet<>();
        for (Entry entry : entries) {
            Optional<String> bad = RecipePath.refusal(entry.path);
            if (bad.isPresent()) {
                throw Problem.usage("the source has a file that cannot be accepted: " + bad.get()).where(where);
            }
            if (!paths.add(entry.path)) {
                throw Problem.usage("`" + entry.path + "` is in the source already").where(where);
            }
        }
        for (Entry entry : entries) {
            for (String folder : TreeTar.parents(entry.path)) {
                if (paths.contains(folder)) {
                    throw Problem.usage("`" + entry.path + "` cannot be in the source: `" + folder + "` is no folder")
                            .where(where);
                }
            }
        }
    }

    private static void checkLinks(List<Entry> entries, Object where) throws Problem {
        Map<String, String> links = new HashMap<>();
        for (Entry entry : entries) {
            if (entry.mode == Mode.LINK) {
                links.put(entry.path, linkText(entry, where));
            }
        }
        for (var link : links.entrySet()) {
            if (new LinkWalk(links).escapes(link.getKey())) {
                throw Problem.usage("the link `" + link.getKey() + "` leads out of the source, to `"
                        + RecipePath.printable(link.getValue()) + "`")
                        .where(where).hint("`exclude` it, or put what it names into the source");
            }
        }
    }

    private static String linkText(Entry link, Object where) throws Problem {
        try (InputStream in = link.content.open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Problem.storage("the link `" + link.path + "` cannot be read: " + e.getMessage()).where(where).because(e);
        }
    }

    public List<Entry> entries() {
        return entries;
    }

    /// How many files and links.
    public long files() {
        return entries.size();
    }

    /// Of all entries together.
    public long bytes() {
        return bytes;
    }

    public Digest digest() {
        var digest = Digest.sha256();
        for (Entry entry : entries) {
            digest.update((entry.mode.octal + " " + entry.sha256 + " " + entry.size + " " + entry.path + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return Digest.of(digest);
    }

    /// This tree with one file more, a download of the recipe.
    ///
    /// @throws Problem of exit code 2 where the path is taken, 4 where `file` does not have that digest
    public SourceTree with(String path, Digest sha256, Path file) throws Problem {
        try {
            Digest found = Digest.of(file);
            if (!found.equals(sha256)) {
                throw Problem.storage("the file for `" + path + "` has another content").where(file).expected(sha256)
                        .found(found);
            }
            var more = new ArrayList<>(entries);
            more.add(new Entry(path, Mode.FILE, sha256, Files.size(file), () -> Files.newInputStream(file)));
            return of(more, "`[[file]]` " + path);
        } catch (IOException e) {
            throw Problem.storage("the file for `" + path + "` cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    public enum Order { ASCENDING, DESCENDING }

    /// Writes a POSIX tar of this tree; whoever unpacks it creates the entries in this order.
    ///
    /// @param order of the paths; a folder comes right before the first entry that needs it
    /// @param mtime of every entry, in seconds since 1970
    /// @param umask taken off 0777 for folders and executable files, off 0666 for the others
    /// @throws Problem of exit code 4 where a file is not any more what it was when the tree was made
    public void writeTar(OutputStream out, Order order, long mtime, int umask) throws IOException, Problem {
        TreeTar.write(order == Order.ASCENDING ? entries : entries.reversed(), out, mtime, umask);
    }
}
