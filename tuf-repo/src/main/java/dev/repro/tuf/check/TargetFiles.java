package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.TargetFile;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The files of the targets themselves: there under every name under which a client may ask, with the bytes that are listed.
final class TargetFiles {
    private static final Pattern HASHED = Pattern.compile("[0-9a-f]{64,128}\\..+", Pattern.DOTALL);

    private final Source source;
    private final boolean consistent;
    private final Findings findings;
    private final Seen seen;

    /// @param consistent whether names begin with a hash (TUF 5.7.3)
    TargetFiles(Source source, boolean consistent, Findings findings, Seen seen) {
        this.source = source;
        this.consistent = consistent;
        this.findings = findings;
        this.seen = seen;
    }

    /// @param name one that no folder is left with
    void check(TargetName name, TargetFile target, String where) throws Problem {
        if (!consistent) {
            if (!bytes(name.text(), target, where)) {
                findings.add(Rule.TARGET_MISSING, where, name + " is not there");
            }
            return;
        }
        for (var hash : target.hashes().entrySet()) {
            if (!hash.getValue().matches("[0-9a-f]{64,128}")) {
                continue; // never the name of a file; `hash-unknown` if there is no other
            }
            hashed(name, target, where, hash.getKey(), hash.getValue());
        }
    }

    private void hashed(TargetName name, TargetFile target, String where, String algorithm, String hash) throws Problem {
        int slash = name.text().lastIndexOf('/') + 1;
        boolean inside = bytes(name.text().substring(0, slash) + hash + "." + name.text().substring(slash), target, where);
        boolean front = slash > 0 ? bytes(hash + "." + name.text(), target, where) : inside;
        if (!inside) {
            findings.add(Rule.TARGET_MISSING, where, "is not there under its " + algorithm
                    + (front ? ", but as HASH.FOLDER/NAME" : ""));
            seen.use(Feature.NAME_NOT_INSIDE, where);
        }
        if (!front) {
            if (inside) {
                findings.add(Rule.TARGET_ONE_NAME, where, "is not there as HASH.FOLDER/NAME");
            }
            seen.use(Feature.NAME_NOT_IN_FRONT, where);
        }
    }

    /// @return whether the file is there
    private boolean bytes(String path, TargetFile target, String where) throws Problem {
        Optional<InputStream> file = source.open(path);
        if (file.isEmpty()) {
            return false;
        }
        try (InputStream in = file.get()) {
            compare(in, target, where);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(source.place() + "/" + Finding.printable(path))
                    .because(e);
        }
        return true;
    }

    private void compare(InputStream in, TargetFile target, String where) throws IOException {
        Map<String, MessageDigest> digests = new LinkedHashMap<>();
        target.hashes().keySet().forEach(algorithm -> MetaReader.digest(algorithm)
                .ifPresent(digest -> digests.put(algorithm, digest)));
        var buffer = new byte[1 << 16];
        long length = 0;
        for (int n = in.read(buffer); n >= 0 && length <= target.length(); n = in.read(buffer)) {
            for (MessageDigest digest : digests.values()) {
                digest.update(buffer, 0, n);
            }
            length += n;
        }
        if (length != target.length()) {
            findings.add(Rule.TARGET_BYTES, where, "has " + (length > target.length() ? "more than " : "")
                    + Math.min(length, target.length()) + " bytes, "
                    + target.length() + " are listed");
            return;
        }
        digests.forEach((algorithm, digest) -> {
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(target.hashes().get(algorithm))) {
                findings.add(Rule.TARGET_BYTES, where, "has " + algorithm + " " + found);
            }
        });
    }

    /// Files that no role lists. Older contents of a target that is still listed are none: clients may be reading them.
    void leftovers(NameTable names) throws IOException {
        try (Stream<String> files = source.files().orElse(null)) {
            if (files == null || names.isFull()) {
                return;
            }
            files.filter(path -> names(path).stream().noneMatch(names::contains))
                    .forEach(path -> findings.add(Rule.TARGET_LEFTOVER, path, "is listed by no role"));
        }
    }

    /// The targets of which a file may be a copy.
    private List<String> names(String path) {
        if (!consistent) {
            return List.of(path);
        }
        var out = new ArrayList<String>();
        int slash = path.lastIndexOf('/') + 1;
        String last = path.substring(slash);
        if (HASHED.matcher(last).matches()) {
            out.add(path.substring(0, slash) + last.substring(last.indexOf('.') + 1));
        }
        if (HASHED.matcher(path).matches()) {
            out.add(path.substring(path.indexOf('.') + 1));
        }
        return out;
    }
}
