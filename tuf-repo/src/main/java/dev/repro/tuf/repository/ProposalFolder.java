package dev.repro.tuf.repository;

import dev.repro.base.Digest;
import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A [Proposal] as plain files, to be carried to machines that share nothing else:
///
/// ```
/// proposal.json            which files change, which targets come with it (schema repro.proposal.v1)
/// metadata/N.ROLE.json     the changed files, with the signatures so far
/// base/metadata/…          the present files of the repository that the change is judged by, and every root
/// targets/SHA256           the new targets
/// transcript.jsonl         who did what, when
/// ```
public final class ProposalFolder {
    private static final String INDEX = "proposal.json";
    private static final String SCHEMA = "repro.proposal.v1";

    private ProposalFolder() {}

    public static boolean exists(Path folder) {
        return Files.exists(folder.resolve(INDEX));
    }

    /// Writes a proposal, or writes it anew: the index last, then what it does not name any more is deleted.
    ///
    /// @return the same proposal, its targets' files in the folder
    public static Proposal write(Path folder, Proposal proposal) throws Problem {
        try {
            Difference.of(proposal);
            proposal.missing(); // whoever reviews and signs must find all that these two have read
            for (var file : proposal.base().filesRead().entrySet()) {
                Durable.write(folder.resolve("base").resolve(file.getKey()), file.getValue());
            }
            var blobs = new TreeMap<TargetName, Blob>();
            for (var blob : proposal.blobs().entrySet()) {
                blobs.put(blob.getKey(), copy(folder, blob.getValue()));
            }
            Set<Path> named = new LinkedHashSet<>();
            var files = new ArrayList<Json.Obj>();
            for (var part : proposal.parts().entrySet()) {
                String name = "metadata/" + part.getKey().file(Edits.integer(part.getValue().signed(), "version"));
                named.add(folder.resolve(name));
                files.add(Json.object("role", part.getKey().text(), "file", name));
                Durable.write(folder.resolve(name), part.getValue().bytes());
            }
            Json.Obj index = Json.object("schema", SCHEMA, "base", proposal.base().base().map(Digest::hex).orElse(null), "files",
                    files, "targets", blobs.entrySet().stream()
                    .map(b -> Json.object("name", b.getKey().text(), "length", b.getValue().length(), "sha256",
                    b.getValue().digest())).toList());
            Durable.write(folder.resolve(INDEX), JsonText.pretty(index).getBytes(StandardCharsets.UTF_8));
            blobs.values().forEach(b -> named.add(b.file()));
            deleteOthers(folder.resolve("metadata"), named);
            deleteOthers(folder.resolve("targets"), named);
            return new Proposal(proposal.base(), proposal.parts(), blobs);
        } catch (IOException e) {
            throw Problem.storage("the proposal cannot be written: " + e.getMessage()).where(folder).because(e);
        }
    }

    private static Blob copy(Path folder, Blob blob) throws IOException {
        Path file = folder.resolve("targets").resolve(blob.digest().hex());
        if (!Files.exists(file)) {
            Durable.copy(blob.file(), file);
        }
        return new Blob(file, blob.length(), blob.digest());
    }

    private static void deleteOthers(Path folder, Set<Path> named) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!named.contains(file)) {
                    Files.delete(file);
                }
            }
        }
    }

    /// Reads a proposal over the files of the repository that it carries.
    public static Proposal read(Path folder) throws Problem {
        return read(folder, Repository.read(DirectoryStore.open(folder.resolve("base"))));
    }

    /// Reads a proposal over a repository.
    ///
    /// @throws Problem if one of the files that it changes is another there
    public static Proposal readOnto(Path folder, Repository now) throws Problem {
        return read(folder).onto(now);
    }

    private static Proposal read(Path folder, Repository base) throws Problem {
        Fields index = Fields.parse(bytes(folder.resolve(INDEX)), folder.resolve(INDEX).toString());
        if (!index.string("schema").equals(SCHEMA)) {
            throw Problem.usage("not a proposal").where(folder.resolve(INDEX)).expected(SCHEMA).found(index.string("schema"));
        }
        Optional<Digest> stated = index.has("base") ? Optional.of(index.digest("base")) : Optional.empty();
        if (!stated.equals(base.base())) {
            throw Problem.usage("the files in `base` are not those that the proposal was made for").where(folder)
                    .hint("copy the whole folder again");
        }
        var parts = new LinkedHashMap<RoleName, Envelope>();
        for (Fields file : index.objects("files")) {
            var role = role(file.string("role"), folder);
            parts.put(role, part(folder, role, file.string("file")));
        }
        var blobs = new TreeMap<TargetName, Blob>();
        for (Fields target : index.objects("targets")) {
            Digest digest = target.digest("sha256");
            blobs.put(Layout.target(target.string("name")),
                    new Blob(folder.resolve("targets").resolve(digest.hex()), target.integer("length"), digest));
        }
        return new Proposal(base, parts, blobs);
    }

    private static RoleName role(String text, Path folder) throws Problem {
        try {
            return new RoleName(text);
        } catch (IllegalArgumentException e) {
            throw Problem.usage(e.getMessage()).where(folder.resolve(INDEX)).because(e);
        }
    }

    private static Envelope part(Path folder, RoleName role, String name) throws Problem {
        Path file = folder.resolve("metadata").resolve(Path.of(name).getFileName());
        MetadataType<?> type = role.equals(RoleName.ROOT) ? MetadataType.ROOT
                : RotateFile.parse(role).isPresent() ? MetadataType.ROTATE : MetadataType.TARGETS;
        if (role.equals(RoleName.SNAPSHOT) || role.equals(RoleName.TIMESTAMP)) {
            throw Problem.usage("a proposal has no " + role).where(file);
        }
        return Envelope.of(Repository.parse(type, role, bytes(file)));
    }

    private static byte[] bytes(Path file) throws Problem {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw Problem.usage("there is no such file").where(file).hint("name the folder of a proposal, whole").because(e);
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    /// Checks that the proposal is for the repository that a signer knows: the roots that it carries lead, each signed by the
    /// threshold of the one before (TUF 5.3), from a root that the signer trusts.
    public static void checkAgainst(Proposal proposal, Path trustedRoot) throws Problem {
        Metadata<Signed.Root> trusted = Repository.parse(MetadataType.ROOT, RoleName.ROOT, bytes(trustedRoot));
        Metadata<Signed.Root> base = proposal.base().root()
                .orElseThrow(() -> Problem.no("the proposal is for a new repository").where(trustedRoot)
                .hint("compare its digest with the other signers'"));
        long last = base.unverified().version();
        if (trusted.unverified().version() > last) {
            throw Problem.no("the proposal is for an older root than the one that you trust")
                    .expected(trusted.unverified().version()).found(last);
        }
        Authority.of(trusted.unverified(), RoleName.ROOT).verified(trusted);
        for (long version = trusted.unverified().version() + 1; version <= last; version++) {
            Metadata<Signed.Root> next = Repository.parse(MetadataType.ROOT, RoleName.ROOT, proposal.base().store()
                    .read(Layout.metadata(RoleName.ROOT, version, true)).orElseThrow());
            Authority.of(trusted.unverified(), RoleName.ROOT).verified(next);
            Authority.of(next.unverified(), RoleName.ROOT).verified(next);
            trusted = next;
        }
        if (!Arrays.equals(trusted.bytes(), base.bytes())) {
            throw Problem.no("the proposal is for another repository than the one that you trust").where(trustedRoot);
        }
    }
}
