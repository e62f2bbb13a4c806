package dev.repro.tuf;

import dev.repro.base.Digest;
import java.util.Optional;

/// The name of a key rotation (TAP 8; docs/pouf.md): the Nth of a delegated role.
///
/// @param number from 1 to 999,999,999
public record RotateFile(RoleName role, int number) implements Comparable<RotateFile> {

    /// Bytes of a role's name, percent-encoded, if the role is to rotate its keys: so that `HASH.ROLE.rotate.N.json` fits in a
    /// file name.
    public static final int MAX_ENCODED = 160;

    private static final String FOLDER = "rotate/";
    private static final String INFIX = ".rotate.";
    private static final String SUFFIX = ".json";

    public RotateFile {
        if (number < 1 || number > 999_999_999) {
            throw new IllegalArgumentException("not the number of a key rotation: " + number);
        }
    }

    /// Reads an entry of a snapshot. Everything before the last `.rotate.` is the role, so that no two rotations share a name.
    ///
    /// @param entry the entry without `.json`
    /// @return empty if it is no key rotation but a role
    public static Optional<RotateFile> parse(RoleName entry) {
        String text = entry.text();
        if (!text.startsWith(FOLDER)) {
            return Optional.empty();
        }
        int infix = text.lastIndexOf(INFIX);
        if (infix <= FOLDER.length()) {
            return Optional.empty();
        }
        String number = text.substring(infix + INFIX.length());
        if (!number.matches("[1-9][0-9]{0,8}")) {
            return Optional.empty();
        }
        return Optional.of(new RotateFile(new RoleName(text.substring(FOLDER.length(), infix)), Integer.parseInt(number)));
    }

    /// What is wrong with a role's name for one that rotates its keys, or empty.
    public static Optional<String> problem(RoleName role) {
        if (role.isTopLevel()) {
            return Optional.of("is the name of a top-level role, whose keys root says");
        }
        return PercentEncoding.encode(role.text()).length() > MAX_ENCODED
                ? Optional.of("has more than " + MAX_ENCODED + " bytes, percent-encoded") : Optional.empty();
    }

    /// The entry of the snapshot, as a role's name is one: `rotate/hello.rotate.1`; listed with `.json` after it.
    public RoleName entry() {
        return new RoleName(FOLDER + role.text() + INFIX + number);
    }

    /// Where the file lies, relative to the metadata: `rotate/HASH.hello.rotate.1.json`. The hash stands in the name because a
    /// revocation may replace a rotation of the same number, and a client that reads an older snapshot must still find the older
    /// file.
    ///
    /// @param sha256 of the file; empty in a repository without consistent snapshots
    public String path(Optional<Digest> sha256) {
        return FOLDER + sha256.map(d -> d.hex() + ".").orElse("") + PercentEncoding.encode(role.text()) + INFIX + number + SUFFIX;
    }

    @Override
    public int compareTo(RotateFile other) {
        int byRole = role.compareTo(other.role);
        return byRole != 0 ? byRole : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return FOLDER + role + INFIX + number + SUFFIX;
    }
}
