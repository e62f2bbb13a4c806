package dev.repro.release;

import dev.repro.attest.Envelope;
import dev.repro.attest.Statement;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.keys.Signer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// A release as a signed statement that stands alone: a DSSE envelope around an in-toto Statement v1 whose subjects are the images by their
/// SHA-256, and whose predicate is the description.
///
/// A description has one statement, byte for byte; a payload that is another way to write it is refused.
public final class ReleaseStatement {
    public static final String PREDICATE_TYPE = "https://repro.dev/release/v1";
    /// Bytes of an envelope of a release: the description in base64, and as many signatures as an envelope can have.
    public static final int MAX_BYTES = 4 << 20;

    private static final String WHERE = Release.ENVELOPE;

    private ReleaseStatement() {}

    /// @throws Problem if a signer does not sign, exit code 3; if there is none, or two have one key, exit code 2
    public static byte[] sign(Release release, List<Signer> signers) throws Problem {
        return Envelope.sign(Statement.PAYLOAD_TYPE, payload(release), signers);
    }

    /// The release that enough of the keys have signed.
    ///
    /// @throws Problem exit code 1: fewer than `threshold` unique keys; 2: not an envelope of a release
    public static Release verify(byte[] envelope, Collection<PublicKey> keys, int threshold) throws Problem {
        Envelope.Verified verified = parse(envelope).verify(keys, threshold);
        return release(verified.payloadType(), verified.payload());
    }

    /// The release that an envelope speaks of, which nobody has vouched for: to know whose keys to ask for, or what to look up.
    ///
    /// @throws Problem exit code 2: not an envelope of a release
    public static Release unverified(byte[] envelope) throws Problem {
        Envelope parsed = parse(envelope);
        return release(parsed.payloadType(), parsed.unverifiedPayload());
    }

    private static Envelope parse(byte[] envelope) throws Problem {
        if (envelope.length > MAX_BYTES) {
            throw Problem.usage("too long for the envelope of a release").where(WHERE).expected("at most " + MAX_BYTES + " bytes")
                    .found(envelope.length + " bytes");
        }
        return Envelope.parse(envelope, WHERE);
    }

    private static Release release(String payloadType, byte[] payload) throws Problem {
        if (!payloadType.equals(Statement.PAYLOAD_TYPE)) {
            throw Problem.usage("the envelope holds something else than an in-toto statement").where(WHERE).expected(Statement.PAYLOAD_TYPE);
        }
        Statement statement = Statement.parse(payload, WHERE);
        if (!statement.predicateType().equals(PREDICATE_TYPE)) {
            throw Problem.usage("the statement is about something else than a release").where(WHERE).expected(PREDICATE_TYPE);
        }
        Release release = Release.parse(statement.predicate());
        if (!Arrays.equals(payload(release), payload)) {
            throw Problem.usage("the statement is not written as the statement of this release is").where(WHERE)
                    .hint("its subjects are not its images, or it is not canonical JSON");
        }
        return release;
    }

    private static byte[] payload(Release release) {
        var subjects = release.images().stream().map(i -> Statement.Subject.of(i.file(), i.sha256())).toList();
        return new Statement(subjects, PREDICATE_TYPE, release.toJson()).bytes();
    }
}
