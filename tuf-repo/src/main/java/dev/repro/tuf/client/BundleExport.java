package dev.repro.tuf.client;

import dev.repro.base.Durable;
import dev.repro.base.Problem;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes a [Bundle] of what a client has: all roots that it went through, the metadata on the way to the targets, the targets.
public final class BundleExport {
    private final Repository repository;
    private final Store store;
    private final Limits limits;
    private final BundleWriter writer = new BundleWriter();
    private final List<TargetName> targets = new ArrayList<>();

    /// @param repository brought up to date
    /// @param store the client's own files that it was brought up to date with
    public BundleExport(Repository repository, Store store, Limits limits) {
        this.repository = repository;
        this.store = store;
        this.limits = limits;
    }

    /// Puts a target in.
    ///
    /// @param file with its bytes, which stay until [#write]
    public void add(Found found, Path file) throws Refusal, Problem {
        boolean consistent = found.role().snapshot().root().root().get().consistentSnapshot();
        String hash = found.file().prefix().orElseThrow(() -> Refusal.of(Refusal.Rule.NO_KNOWN_HASH, found.name()));
        writer.target(found.name().url(consistent ? hash : ""), file);
        targets.add(found.name());
    }

    /// @param out replaced as a whole, or left as it was
    /// @throws Problem exit code 4
    public void write(Path out) throws Problem {
        writer.manifest(targets);
        roots();
        for (var file : repository.files().entrySet()) {
            writer.metadata(file.getKey(), file.getValue());
        }
        try {
            Path folder = out.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path beside = Files.createTempFile(folder, "." + out.getFileName() + ".", ".new");
            try {
                try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                    writer.writeTo(Channels.newOutputStream(channel));
                    channel.force(true);
                }
                Durable.move(beside, out);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw Problem.storage("could not write the bundle").where(out).because(e);
        }
    }

    // Back to the one that this client began with; who begins with an older one cannot use the bundle.
    private void roots() throws Problem {
        for (long version = repository.snapshot().root().root().get().version(); version > 0; version--) {
            Optional<byte[]> root = store.read(Updater.ROOTS + RoleName.ROOT.file(version), limits.rootBytes());
            if (root.isEmpty()) {
                return;
            }
            writer.metadata(RoleName.ROOT.file(version), root.get());
        }
    }
}
