package dev.repro.snapshot.pages;

import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.release.Release;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Repository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// When each snapshot was published, what changed in it and by whose keys: metadata does not say. A file of lines, each a JSON object
/// `{at, snapshot, changes: [{role, version}], releases: ["NAME/VERSION"], by: [key ids], message}`, which only grows. It is for people;
/// nothing is decided by it, so it is not made durable, and a line that a crash cut off is cut away.
final class History implements AutoCloseable {
    private static final String WHERE = "activity.jsonl";
    private static final int MAX_LISTED = 1000; // roles and releases of one line
    private static final int MAX_MESSAGE = 1000; // characters

    private final RandomAccessFile file;
    private final InstantSource clock;
    private final Map<String, Instant> releases = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private long end;
    private long newest;
    private Json.Obj upcoming;

    private record Line(long start, int length) {}

    private History(RandomAccessFile file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    static History open(Path path, InstantSource clock) throws Problem {
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            var history = new History(new RandomAccessFile(path.toFile(), "rw"), clock);
            history.read(path);
            return history;
        } catch (IOException e) {
            throw Problem.storage("cannot be opened: " + e.getMessage()).where(path)
                    .hint("make room there, or let the service write there").because(e);
        }
    }

    private void read(Path path) throws IOException {
        try (var in = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) { // a character is a byte
            for (String line = in.readLine(); line != null && end + line.length() < file.length(); line = in.readLine()) {
                note(line.getBytes(StandardCharsets.ISO_8859_1));
                end += line.length() + 1;
            }
        }
        file.setLength(end);
    }

    private void note(byte[] bytes) {
        Site.Publication line;
        List<String> names;
        try {
            Fields fields = Fields.parse(bytes, WHERE);
            line = publication(fields);
            names = fields.strings("releases");
        } catch (Problem | IllegalArgumentException | DateTimeException spoiled) { // by a power cut: as if it were not there
            return;
        }
        lines.add(new Line(end, bytes.length));
        newest = line.snapshot();
        line.at().ifPresent(at -> names.forEach(release -> releases.putIfAbsent(release, at)));
    }

    /// What is about to be published, or staged until its timestamp comes.
    ///
    /// @param versions of the roles that change
    /// @param targets that are new
    synchronized void upcoming(Map<RoleName, Long> versions, Collection<TargetName> targets, Collection<PublicKey> signers, String message) {
        List<Json.Obj> changes = versions.entrySet().stream().limit(MAX_LISTED)
                .map(v -> Json.object("role", v.getKey().text(), "version", v.getValue())).toList();
        String suffix = "/" + Release.ENVELOPE;
        List<String> fresh = targets.stream().map(t -> t.text()).filter(t -> t.endsWith(suffix))
                .map(t -> t.substring(0, t.length() - suffix.length())).limit(MAX_LISTED).toList();
        upcoming = Json.object("changes", changes, "releases", fresh, "by", signers.stream().map(PublicKey::keyid).sorted().distinct().toList(),
                "message", message.substring(0, Math.min(MAX_MESSAGE, message.length())));
    }

    /// Notes the published snapshot, if it is a new one.
    ///
    /// @param seen whether it is being published now, so that the time is known
    synchronized void published(Repository repository, boolean seen) throws Problem {
        long snapshot = repository.version(RoleName.SNAPSHOT);
        if (snapshot <= newest) {
            return;
        }
        Json.Obj line = Json.object("at", seen ? clock.instant().truncatedTo(ChronoUnit.SECONDS).toString() : null, "snapshot", snapshot);
        boolean ours = upcoming != null && isIn(repository);
        Json.Obj says = ours ? upcoming : Json.object("changes", List.of(), "releases", List.of(), "by", List.of(), "message", "");
        for (var member : says.members().entrySet()) {
            line = line.with(member.getKey(), member.getValue());
        }
        upcoming = null;
        byte[] bytes = (JsonText.compact(line) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            file.seek(end);
            file.write(bytes);
        } catch (IOException e) {
            throw Problem.storage("cannot be written: " + e.getMessage()).where(WHERE).because(e);
        }
        note(Arrays.copyOf(bytes, bytes.length - 1));
        end += bytes.length;
    }

    private boolean isIn(Repository repository) throws Problem {
        for (Fields change : Fields.of(upcoming, WHERE, "$").objects("changes")) {
            if (repository.version(new RoleName(change.string("role"))) != change.integer("version")) {
                return false;
            }
        }
        return true;
    }

    /// When a release was published, if that was noted.
    synchronized Optional<Instant> release(String name, String version) {
        return Optional.ofNullable(releases.get(name + "/" + version));
    }

    /// The newest first.
    synchronized Site.Slice<Site.Publication> slice(int from, int most) throws Problem {
        var out = new ArrayList<Site.Publication>();
        for (int i = lines.size() - 1 - from; i >= 0 && out.size() < most; i--) {
            out.add(publication(read(lines.get(i))));
        }
        return new Site.Slice<>(out, lines.size());
    }

    private Fields read(Line line) throws Problem {
        var bytes = new byte[line.length];
        try {
            file.seek(line.start);
            file.readFully(bytes);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(WHERE).because(e);
        }
        return Fields.parse(bytes, WHERE);
    }

    private static Site.Publication publication(Fields line) throws Problem {
        var changes = new ArrayList<Site.Change>();
        for (Fields change : line.objects("changes")) {
            changes.add(new Site.Change(new RoleName(change.string("role")), change.integer("version")));
        }
        return new Site.Publication(line.optionalString("at").map(Instant::parse), line.integer("snapshot"), changes, line.strings("by"),
                line.string("message"));
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is buffered that closing would have to write
        }
    }
}
