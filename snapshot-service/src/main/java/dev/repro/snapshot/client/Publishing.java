package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Blob;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Sends a draft to the service, and sees for itself that it is published. A second run goes on where the first stopped: what the
/// service has of a file it is not sent again, and what is published is not published twice.
public final class Publishing {
    private static final int ROUNDS = 4;
    private static final int NOT_ANNOUNCED = 404;

    private final ServiceClient service;
    private final Trust trust;
    private final Instant now;
    private final Consumer<String> progress;

    public Publishing(ServiceClient service, Trust trust, Instant now, Consumer<String> progress) {
        this.service = service;
        this.trust = trust;
        this.now = now;
        this.progress = progress;
    }

    /// @param versions of the roles that are published now
    /// @param sent how many files were sent
    /// @param releases `NAME VERSION` of those that came
    public record Outcome(Map<String, Long> versions, int sent, List<String> releases) {

        /// `repro.published.v1`
        public Json.Obj toJson() {
            return Json.object("schema", "repro.published.v1", "published", ServiceClient.json(versions), "sent", sent, "releases", releases);
        }
    }

    /// @throws Declined what the service does not take; nothing of it is published
    /// @throws Refusal what the service shows afterwards is not trusted
    /// @throws Problem exit code 1 if signatures are missing; 4 if it did not get there
    public Outcome publish(Draft draft) throws Declined, Refusal, Problem, InterruptedException {
        List<Proposal.Missing> missing = draft.missing();
        if (!missing.isEmpty()) {
            throw Problem.no(missing.getFirst().line()).where(draft.folder())
                    .hint("give each of them a copy of the folder, to run `repro sign --release` on");
        }
        Map<RoleName, byte[]> files = files(draft);
        int sent = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            progress.accept("handing in " + String.join(", ", files.keySet().stream().map(RoleName::text).toList()));
            switch (service.submit(files, message(draft))) {
                case ServiceClient.Published published -> {
                    checkPublished(files);
                    var outcome = new Outcome(published.versions(), sent, releases(draft.proposal()));
                    draft.published(outcome.toJson(), now);
                    return outcome;
                }
                case ServiceClient.Incomplete incomplete -> sent += upload(draft, incomplete.missing());
            }
        }
        throw Problem.storage("the service still lacks files that were sent " + ROUNDS + " times").where(service.service())
                .hint("run the command again; if it stays so, tell who runs the service");
    }

    private static Map<RoleName, byte[]> files(Draft draft) {
        var files = new LinkedHashMap<RoleName, byte[]>();
        draft.roles().forEach(role -> files.put(role, draft.proposal().bytes(role)));
        return files;
    }

    private static String message(Draft draft) throws Problem {
        List<String> releases = releases(draft.proposal());
        return releases.isEmpty() ? String.join(", ", draft.roles().stream().map(RoleName::text).toList()) : String.join(", ", releases);
    }

    private int upload(Draft draft, Map<Digest, Long> missing) throws Declined, Problem, InterruptedException {
        var blobs = new LinkedHashMap<Digest, Map.Entry<TargetName, Blob>>();
        draft.proposal().blobs().entrySet().forEach(blob -> blobs.put(blob.getValue().digest(), blob));
        for (Digest digest : missing.keySet()) {
            Map.Entry<TargetName, Blob> blob = blobs.get(digest);
            if (blob == null) {
                throw Problem.no("the service lacks a file that is not part of this release").where(draft.folder()).found("sha256 " + digest)
                        .hint("delete the folder and sign anew");
            }
            try {
                new Uploads(service, progress).send(blob.getKey().text(), blob.getValue());
            } catch (Declined e) {
                if (e.status() == NOT_ANNOUNCED) {
                    break; // the service was started anew, and hears of these files once more in the next round
                }
                throw e;
            }
        }
        return missing.size();
    }

    /// The service's word is not enough: what a client sees must be what was sent.
    private void checkPublished(Map<RoleName, byte[]> files) throws Refusal, Problem {
        trust.refresh(now);
        Repository repository = trust.repository();
        for (var file : files.entrySet()) {
            Metadata<?> there = RotateFile.parse(file.getKey()).isPresent()
                    ? repository.rotation(RotateFile.parse(file.getKey()).get()).orElse(null) : repository.targets(file.getKey()).orElse(null);
            long version = Publishing.version(file.getValue(), file.getKey());
            if (there == null || there.unverified().version() < version
                    || there.unverified().version() == version && !Arrays.equals(there.bytes(), file.getValue())) {
                throw Problem.no("the service says that it is published, and shows something else").where(file.getKey())
                        .expected("version " + version + ", sha256 " + Digest.of(file.getValue()))
                        .found(there == null ? "nothing" : "version " + there.unverified().version() + ", sha256 " + Digest.of(there.bytes()))
                        .hint("tell who runs the service; nothing more is to be done here");
            }
        }
    }

    private static long version(byte[] file, RoleName role) throws Problem {
        return dev.repro.base.Fields.parse(file, role.text()).object("signed").integer("version");
    }

    /// The releases whose files a proposal brings.
    static List<String> releases(Proposal proposal) {
        return proposal.blobs().keySet().stream().map(t -> t.text().split("/", -1)).filter(p -> p.length == 3)
                .map(p -> p[0] + " " + p[1]).distinct().toList();
    }

    /// The one folder in a place that is to be published.
    ///
    /// @throws Problem exit code 2 if there is none, or more than one
    public static Path only(Path place) throws Problem {
        var found = new ArrayList<Path>();
        try (var files = Files.list(place)) {
            files.filter(f -> Draft.exists(f) && f.getFileName().toString().contains(".")).sorted().forEach(found::add);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(place).because(e);
        }
        List<Path> open = found.stream().filter(f -> !Draft.isPublished(f)).toList();
        if (open.size() == 1) {
            return open.getFirst();
        }
        throw Problem.usage(open.isEmpty() ? found.isEmpty() ? "there is no release here" : "every release here is published"
                : "which one is to be published?").where(place)
                .expected("a folder that `repro sign` made" + (open.isEmpty() ? "" : ": " + String.join(", ",
                open.stream().map(f -> f.getFileName().toString()).toList())))
                .hint(open.isEmpty() ? "`repro sign IMAGE --version V` makes one" : "name it: repro publish FOLDER");
    }
}
