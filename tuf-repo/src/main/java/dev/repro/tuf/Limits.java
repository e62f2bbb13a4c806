package dev.repro.tuf;

import java.time.Duration;

/// Everything that a client bounds, in one place. Sizes are in bytes and hold while reading, not after it.
///
/// @param rootBytes W of TUF 5.3.3
/// @param timestampBytes X of TUF 5.4.1
/// @param snapshotBytes where the timestamp states no length
/// @param targetsBytes of any targets role, where the snapshot states no length
/// @param rotateBytes of one key rotation (TAP 8)
/// @param rootRotations Y of TUF 5.3.3: new roots in one refresh
/// @param keyRotations of one role since the last snapshot key (TAP 8)
/// @param delegations roles visited in one search (TUF 5.6.7.1)
/// @param connect until a connection stands
/// @param metadataTime for one metadata file, whatever the server does
/// @param bytesPerSecond the least that a download must make on average after `grace`: the answer to slow retrieval
/// @param grace before the floor counts
public record Limits(int rootBytes, int timestampBytes, int snapshotBytes, int targetsBytes, int rotateBytes, int rootRotations,
        int keyRotations, int delegations, Duration connect, Duration metadataTime, long bytesPerSecond, Duration grace) {

    /// As python-tuf, go-tuf and tuf-js have them where they have them, so that one repository suits all. Snapshot and targets are roomier:
    /// what another client could not read, `repro repo check` tells.
    public static final Limits DEFAULT = new Limits(512_000, 16_384, 16_000_000, 32_000_000, 65_536, 256,
            64, 32, Duration.ofSeconds(10), Duration.ofSeconds(60), 1_024, Duration.ofSeconds(5));
}
