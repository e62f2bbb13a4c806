package dev.repro.snapshot.client;

import dev.repro.base.Fields;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.client.Remote;
import dev.repro.tuf.client.TrustedSnapshot;
import dev.repro.tuf.repository.Publication;
import dev.repro.tuf.repository.Store;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A repository elsewhere, for who builds on it and does not write it. Its root, timestamp and snapshot are those that the client
/// here has verified; every other file is fetched, or the client's own, and is held to that snapshot by who reads it.
final class MirrorStore implements Store {
    private static final Pattern VERSIONED = Pattern.compile("metadata/([1-9][0-9]{0,17})\\.(.+)");
    private static final int NO_VERSION = -1;

    private final dev.repro.tuf.client.Store own;
    private final TrustedSnapshot trusted;
    private final Remote remote;

    /// @param own the client's files
    /// @param trusted what it has come to
    /// @param remote the repository's metadata
    MirrorStore(dev.repro.tuf.client.Store own, TrustedSnapshot trusted, Remote remote) {
        this.own = own;
        this.trusted = trusted;
        this.remote = remote;
    }

    @Override
    public boolean has(String path) throws Problem {
        Matcher m = VERSIONED.matcher(path);
        if (m.matches() && m.group(2).equals(RoleName.ROOT.file())) {
            return Long.parseLong(m.group(1)) <= trusted.root().root().get().version();
        }
        return path.startsWith("metadata/") && read(path).isPresent();
    }

    @Override
    public Optional<byte[]> read(String path) throws Problem {
        if (!path.startsWith("metadata/")) {
            return Optional.empty();
        }
        String file = path.substring("metadata/".length());
        Matcher m = VERSIONED.matcher(path);
        String name = m.matches() ? m.group(2) : file;
        long version = m.matches() ? Long.parseLong(m.group(1)) : NO_VERSION;
        if (name.equals(RoleName.TIMESTAMP.file())) {
            return Optional.of(trusted.timestamp().timestamp().bytes());
        }
        if (name.equals(RoleName.SNAPSHOT.file())) {
            return Optional.of(trusted.snapshot().bytes());
        }
        if (name.equals(RoleName.ROOT.file())) {
            return root(version, file);
        }
        Optional<byte[]> mine = own.read(name, Limits.DEFAULT.targetsBytes());
        return mine.isPresent() && (version == NO_VERSION || version(mine.get(), name) == version) ? mine
                : remote.get(file, Limits.DEFAULT.targetsBytes());
    }

    private Optional<byte[]> root(long version, String file) throws Problem {
        if (version == trusted.root().root().get().version()) {
            return Optional.of(trusted.root().root().bytes());
        }
        Optional<byte[]> mine = own.read("roots/" + RoleName.ROOT.file(version), Limits.DEFAULT.rootBytes());
        return mine.isPresent() ? mine : remote.get(file, Limits.DEFAULT.rootBytes());
    }

    private static long version(byte[] file, String name) throws Problem {
        return Fields.parse(file, name).object("signed").integer("version");
    }

    @Override
    public void publish(Publication publication) {
        throw new IllegalStateException("a mirror publishes nothing");
    }

    @Override
    public void close() {
        // nothing is open
    }
}
