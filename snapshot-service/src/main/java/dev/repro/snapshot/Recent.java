package dev.repro.snapshot;

import dev.repro.base.Digest;
import java.util.LinkedHashMap;
import java.util.Map;

/// Submissions that were read, and whose signatures were verified, a short while ago: they come again once their files are here.
final class Recent {
    private static final int MOST = 1_000;
    private static final int SMALL = 200_000; // bytes of metadata; larger ones are read again

    private final Map<Digest, Submission> all = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Submission> eldest) {
            return size() > MOST;
        }
    };

    /// @param body of the request
    synchronized void put(Digest body, Submission submission) {
        if (submission.files().roles().stream().mapToLong(role -> submission.files().bytes(role).length).sum() <= SMALL) {
            all.put(body, submission);
        }
    }

    /// @return null if it is not known
    synchronized Submission remove(Digest body) {
        return all.remove(body);
    }
}
