package dev.repro.tender;

import dev.repro.attest.Envelope;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import dev.repro.release.Release;
import dev.repro.release.Versions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/// Of each package the newest release that this host has launched, and which older ones the operator permits all the same.
final class Marks {
    static final String PERMISSION_TYPE = "application/vnd.repro.permission+json";
    private static final String MARK = "repro.launched.v1";
    private static final String PERMISSION = "repro.permission.v1";

    private final State state;

    Marks(State state) {
        this.state = state;
    }

    private Path mark(String name) {
        return state.launched().resolve(name + ".json");
    }

    private Path permission(String name, String version) {
        return state.memory().resolve("permitted-" + name + "@" + version + ".dsse");
    }

    /// @param operator whose permission counts
    /// @throws Denied `release-rollback`, `release-replaced`
    void check(Release release, List<PublicKey> operator, Instant now) throws Denied, Problem {
        Optional<Fields> before = Memory.read(mark(release.name()), MARK);
        if (before.isEmpty()) {
            return;
        }
        String newest = before.get().string("version");
        int order = Versions.ORDER.compare(release.version(), newest);
        if (order == 0 && !before.get().digest("release").equals(release.digest())) {
            throw new Denied(Denied.Rule.RELEASE_REPLACED, release.toString()).expected("release " + before.get().digest("release"))
                    .found("release " + release.digest()).hint("a version never changes: ask its author for one of another number");
        }
        if (order < 0 && !permitted(release, operator, now)) {
            throw new Denied(Denied.Rule.RELEASE_ROLLBACK, release.toString()).expected(release.name() + " " + newest + " or newer").found(release.version())
                    .hint("to go back, the operator permits it: repro policy permit " + release.name() + "@" + release.version() + " --key OPERATOR.pem");
        }
    }

    /// Keeps the newest. When this returns it is on the disk.
    void launched(Release release) throws Problem {
        Optional<Fields> before = Memory.read(mark(release.name()), MARK);
        if (before.isPresent() && Versions.ORDER.compare(before.get().string("version"), release.version()) >= 0) {
            return;
        }
        Memory.write(mark(release.name()), Json.object("schema", MARK, "name", release.name(), "version", release.version(), "release", release.digest()));
    }

    private boolean permitted(Release release, List<PublicKey> operator, Instant now) throws Problem {
        Path file = permission(release.name(), release.version());
        Optional<byte[]> envelope = Memory.bytes(file);
        if (envelope.isEmpty() || operator.isEmpty()) {
            return false;
        }
        try {
            Envelope.Verified verified = Envelope.parse(envelope.get(), file.toString()).verify(operator, 1);
            Fields said = Fields.parse(verified.payload(), file.toString());
            return verified.payloadType().equals(PERMISSION_TYPE) && said.string("schema").equals(PERMISSION) && said.string("name").equals(release.name())
                    && said.string("version").equals(release.version()) && now.isBefore(Instant.parse(said.string("expires")));
        } catch (DateTimeParseException e) {
            throw Problem.usage("not a time").where(file).because(e);
        } catch (Problem e) {
            if (e.exit() == Problem.Exit.NO) {
                return false;
            }
            throw e;
        }
    }

    /// Writes the operator's permission to launch one older release.
    Path permit(String name, String version, Duration span, Signer operator, Instant now) throws Problem {
        byte[] said = JsonText.canonical(Json.object("schema", PERMISSION, "name", name, "version", version, "expires", now.plus(span).toString()));
        Path file = permission(name, version);
        Memory.write(file, Envelope.sign(PERMISSION_TYPE, said, List.of(operator)));
        return file;
    }

    /// The newest version that was launched.
    Optional<String> newest(String name) throws Problem {
        Optional<Fields> before = Memory.read(mark(name), MARK);
        return before.isEmpty() ? Optional.empty() : Optional.of(before.get().string("version"));
    }
}
