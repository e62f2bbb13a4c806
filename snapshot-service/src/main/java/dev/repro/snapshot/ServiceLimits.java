package dev.repro.snapshot;

import java.time.Duration;

/// Everything that the service bounds, in one place. Sizes are in bytes.
///
/// @param submissionBytes of the body of a submission or request; Base64 makes files a third longer
/// @param submissionFiles roles in one submission
/// @param bodiesBytes of all bodies that are in memory at once; who comes later waits
/// @param blobBytes of one file
/// @param uploadsBytes of all files that were uploaded and not published yet
/// @param uploadTime for which a file may be uploaded after its submission was checked, and is kept
/// @param bytesPerSecond the least that a body must make on average after `grace`: the answer to slow senders and half bodies
/// @param grace before the floor counts
/// @param headTime for the head of a request
/// @param requestTime for the head of a request and its body, whatever they do; a longer upload goes on with the next request
/// @param answerTime that a submission waits for its publication
/// @param queue submissions that wait at once
/// @param batch submissions published together at most
/// @param connections at once
/// @param connectionsPerAddress requests that one address has under way at once
/// @param writesPerMinute requests that change something, of one address
/// @param submissionsPerMinute of one key
/// @param uploadBytesPerHour of one key
/// @param requests of authors that wait for maintainers
/// @param requestBytes of the body of one
/// @param margin for which a file must still be good when it is published
public record ServiceLimits(int submissionBytes, int submissionFiles, long bodiesBytes, long blobBytes, long uploadsBytes, Duration uploadTime,
        long bytesPerSecond, Duration grace, Duration headTime, Duration requestTime, Duration answerTime, int queue, int batch, int connections,
        int connectionsPerAddress, int writesPerMinute, int submissionsPerMinute, long uploadBytesPerHour, int requests, int requestBytes,
        Duration margin) {

    public static final ServiceLimits DEFAULT = new ServiceLimits(48_000_000, 1_000, 256_000_000, 2_000_000_000L, 20_000_000_000L,
            Duration.ofHours(1), 1_024, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(20), 2_000, 500,
            4_000, 200, 600, 60, 10_000_000_000L, 1_000, 2_000_000, Duration.ofHours(24));

    /// For a service whose authors are all trusted, such as a test or a bench: no limits on rates.
    public ServiceLimits withoutRates() {
        return new ServiceLimits(submissionBytes, submissionFiles, bodiesBytes, blobBytes, uploadsBytes, uploadTime, bytesPerSecond, grace,
                headTime, requestTime, answerTime, queue, batch, connections, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE,
                Long.MAX_VALUE, requests, requestBytes, margin);
    }

    /// With other times for slow senders and for answers, for tests of them.
    ServiceLimits withTimes(Duration itsGrace, Duration itsAnswerTime) {
        return new ServiceLimits(submissionBytes, submissionFiles, bodiesBytes, blobBytes, uploadsBytes, uploadTime, bytesPerSecond, itsGrace,
                headTime, requestTime, itsAnswerTime, queue, batch, connections, connectionsPerAddress, writesPerMinute, submissionsPerMinute,
                uploadBytesPerHour, requests, requestBytes, margin);
    }

    /// With other sizes, for tests of them.
    ServiceLimits withSizes(int itsSubmissionBytes, long itsBlobBytes) {
        return new ServiceLimits(itsSubmissionBytes, submissionFiles, bodiesBytes, itsBlobBytes, uploadsBytes, uploadTime, bytesPerSecond,
                grace, headTime, requestTime, answerTime, queue, batch, connections, connectionsPerAddress, writesPerMinute, submissionsPerMinute,
                uploadBytesPerHour, requests, requestBytes, margin);
    }

    /// With other rates, for tests of them.
    ServiceLimits withRates(int itsWritesPerMinute, int itsSubmissionsPerMinute) {
        return new ServiceLimits(submissionBytes, submissionFiles, bodiesBytes, blobBytes, uploadsBytes, uploadTime, bytesPerSecond, grace,
                headTime, requestTime, answerTime, queue, batch, connections, connectionsPerAddress, itsWritesPerMinute, itsSubmissionsPerMinute,
                uploadBytesPerHour, requests, requestBytes, margin);
    }
}
