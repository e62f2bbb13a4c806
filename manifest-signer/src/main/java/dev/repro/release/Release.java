package dev.repro.release;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.TargetName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The description of a release (`repro.release.v1`): an ordered set of images that belong together, and what was read from each of them.
/// It is all or nothing: its [#digest] stands beside every file of it, so that files of two releases cannot be mixed.
///
/// @param name of the package; it begins the names of the targets
/// @param version compared as SemVer where it is SemVer ([Versions])
/// @param images 1 to [#MAX_FILES], in the order of their launch
/// @param lock of the build
/// @param records of builds, `NAME.build.json`
/// @param seeds declared random seeds of the build, by name
public record Release(String name, String version, List<ReleaseImage> images, Optional<ReleaseFile> lock, List<ReleaseFile> records,
        SortedMap<String, String> seeds) {

    public static final String SCHEMA = "repro.release.v1";
    /// Images, and likewise build records.
    public static final int MAX_FILES = 64;
    public static final int MAX_SEEDS = 64;
    /// Bytes of a description as canonical JSON.
    public static final int MAX_BYTES = 256 << 10;
    /// The target that holds the envelope.
    public static final String ENVELOPE = "release.json";

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z][0-9A-Za-z.+_~-]{0,63}");
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}");
    private static final Set<String> TOP_LEVEL = Set.of("root", "targets", "snapshot", "timestamp");

    /// @throws IllegalArgumentException a member is not what [#parse] would accept
    public Release {
        images = List.copyOf(images);
        records = List.copyOf(records);
        seeds = Collections.unmodifiableSortedMap(new TreeMap<>(seeds));
        check(isName(name), "the name `" + name + "` is not one");
        check(isVersion(version), "the version `" + version + "` is not one");
        check(!images.isEmpty() && images.size() <= MAX_FILES && records.size() <= MAX_FILES && seeds.size() <= MAX_SEEDS,
                "a release has 1 to " + MAX_FILES + " images, and at most as many build records and seeds");
        Set<String> files = new HashSet<>(Set.of(ENVELOPE));
        images.forEach(i -> check(files.add(i.file()), "two files have the name " + i.file()));
        lock.ifPresent(l -> check(files.add(l.file()), "two files have the name " + l.file()));
        records.forEach(r -> check(files.add(r.file()), "two files have the name " + r.file()));
    }

    /// What a file of a release is.
    public enum Role {
        IMAGE, LOCK, RECORD;

        /// `image`, …
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// One file of a release.
    ///
    /// @param index among those of its role, from 0
    public record Item(Role role, int index, String file, Digest sha256) {}

    /// Reads a description strictly: a member that is unknown, missing or out of bounds is refused.
    ///
    /// @throws Problem exit code 2
    public static Release parse(Json description) throws Problem {
        return ReleaseReader.read(description);
    }

    public Json.Obj toJson() {
        return Json.object("schema", SCHEMA, "name", name, "version", version, "images", images.stream().map(ReleaseImage::toJson).toList(),
                "lock", lock.map(ReleaseFile::toJson).orElse(null), "records", records.stream().map(ReleaseFile::toJson).toList(),
                "seeds", Json.of(seeds));
    }

    /// SHA-256 of the canonical JSON: the identity of the release.
    public Digest digest() {
        return Digest.of(JsonText.canonical(toJson()));
    }

    /// All files but the envelope: images in their order, lock, records.
    public List<Item> files() {
        var out = new ArrayList<Item>();
        for (int i = 0; i < images.size(); i++) {
            out.add(new Item(Role.IMAGE, i, images.get(i).file(), images.get(i).sha256()));
        }
        lock.ifPresent(l -> out.add(new Item(Role.LOCK, 0, l.file(), l.sha256())));
        for (int i = 0; i < records.size(); i++) {
            out.add(new Item(Role.RECORD, i, records.get(i).file(), records.get(i).sha256()));
        }
        return out;
    }

    /// `NAME/VERSION/FILE`
    public TargetName target(String file) {
        return new TargetName(name + "/" + version + "/" + file);
    }

    /// The image of that digest, if it is of this release.
    public Optional<ReleaseImage> image(Digest sha256) {
        return images.stream().filter(i -> i.sha256().equals(sha256)).findFirst();
    }

    /// 1 to 64 of a-z, 0-9, `_`, `-`, the first a letter or digit: so that none looks like another in upper case, and none like a role `NAME.2`.
    public static boolean isName(String text) {
        return NAME.matcher(text).matches() && !TOP_LEVEL.contains(text);
    }

    /// 1 to 64 of letters, digits, `.`, `+`, `_`, `~`, `-`, the first a letter or digit.
    public static boolean isVersion(String text) {
        return VERSION.matcher(text).matches();
    }

    /// 1 to 128 of letters, digits, `.`, `_`, `+`, `-`, the first a letter, digit or `_`.
    public static boolean isFile(String text) {
        return FILE.matcher(text).matches();
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /// `hello 1.0.0`
    @Override
    public String toString() {
        return name + " " + version;
    }
}
