package dev.repro.tuf.check;

import dev.repro.base.Problem;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.MetadataType;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The chain of roots: all there, each signed by its own keys and by those of the one before (TUF 5.3).
final class RootsCheck {
    /// Roots that are read; no client takes more than 1,024 at once.
    static final int MAX_ROOTS = 4096;
    private static final Pattern NAME = Pattern.compile("([1-9][0-9]{0,14})\\.root\\.json");

    private final Source source;
    private final MetaReader reader;
    private final KeysCheck keys;
    private final Findings findings;
    private final Seen seen;

    RootsCheck(Source source, MetaReader reader, KeysCheck keys, Findings findings, Seen seen) {
        this.source = source;
        this.reader = reader;
        this.keys = keys;
        this.findings = findings;
        this.seen = seen;
    }

    /// @param first and
    /// @param last version that is there in a row
    /// @param root the last one, which says how the rest is to be read
    record Chain(long first, long last, Signed.Root root) {}

    Optional<Chain> check(Optional<Metadata<Signed.Root>> trusted) throws Problem, IOException {
        TreeSet<Long> versions = versions(trusted);
        Optional<Chain> chain = versions.isEmpty() ? unversioned() : chain(versions);
        if (chain.isPresent()) {
            current(chain.get());
            if (trusted.isPresent()) {
                trusted(trusted.get(), versions);
            }
        }
        return chain;
    }

    private TreeSet<Long> versions(Optional<Metadata<Signed.Root>> trusted) throws Problem, IOException {
        var out = new TreeSet<Long>();
        try (var files = source.files().orElse(null)) {
            if (files != null) {
                files.map(NAME::matcher).filter(Matcher::matches).forEach(m -> out.add(Long.valueOf(m.group(1))));
            } else {
                long from = present(1) || trusted.isEmpty() ? 1 : trusted.get().unverified().version();
                for (long version = from; out.size() <= MAX_ROOTS && present(version); version++) {
                    out.add(version);
                }
            }
        }
        if (out.size() > MAX_ROOTS) {
            findings.add(Rule.NOT_CHECKED, out.first() + ".root.json", "more than " + MAX_ROOTS
                    + " roots: only the first are looked at");
            return new TreeSet<>(out.stream().limit(MAX_ROOTS).toList());
        }
        return out;
    }

    private boolean present(long version) throws Problem {
        return !(source.read(RoleName.ROOT.file(version), MetaReader.MAX_BYTES) instanceof Source.Answer.Absent);
    }

    /// A folder with nothing but `root.json`: no client can follow it, but the rest can be looked at.
    private Optional<Chain> unversioned() throws Problem {
        reader.fail(RoleName.ROOT, Rule.FILE_MISSING, "1.root.json", "is not there, nor is any other VERSION.root.json");
        if (source.read("root.json", MetaReader.MAX_BYTES) instanceof Source.Answer.Bytes(byte[] bytes)) {
            return read("root.json", bytes, OptionalLong.empty(), true)
                    .map(m -> new Chain(m.unverified().version(), m.unverified().version(), m.unverified()));
        }
        return Optional.empty();
    }

    private Optional<Chain> chain(TreeSet<Long> versions) throws Problem {
        if (versions.first() != 1) {
            findings.add(Rule.ROOT_FIRST, RoleName.ROOT.file(versions.first()), "is the first that is there");
        }
        Chain chain = null;
        for (long version : versions) {
            String file = RoleName.ROOT.file(version);
            if (chain == null && version != versions.last() && isLost(version, file)) {
                continue;
            }
            if (chain != null && version != chain.last + 1) {
                reader.fail(RoleName.ROOT, Rule.ROOT_GAP, RoleName.ROOT.file(chain.last + 1), "is not there, " + file + " is");
                break;
            }
            Optional<byte[]> bytes = reader.bytes(RoleName.ROOT, file);
            Optional<Metadata<Signed.Root>> read = bytes.isPresent()
                    ? read(file, bytes.get(), OptionalLong.of(version), version == versions.last()) : Optional.empty();
            if (read.isEmpty()) {
                break; // every client stops here
            }
            if (chain != null) {
                follows(read.get(), file, chain.root);
            }
            chain = new Chain(chain == null ? version : chain.first, version, read.get().unverified());
        }
        if (chain != null) {
            seen.rotations(chain.last - chain.first, RoleName.ROOT.file(chain.last));
        }
        return Optional.ofNullable(chain);
    }

    /// A root at the beginning that no client of today reads: nobody can mend it, as it was published and must stay.
    private boolean isLost(long version, String file) throws Problem {
        var apart = new Findings();
        var scratch = new MetaReader(source, apart, new Seen());
        Optional<byte[]> bytes = scratch.bytes(RoleName.ROOT, file);
        Optional<Metadata<Signed.Root>> read = bytes.isEmpty() ? Optional.empty()
                : scratch.parse(MetadataType.ROOT, RoleName.ROOT, file, bytes.get(), Optional.empty(), OptionalLong.of(version));
        if (read.isPresent()) {
            Signed.Root root = read.get().unverified();
            RoleKeys own = root.roles().get(RoleName.ROOT);
            if (keys.signers(read.get(), own, root.keys()).size() >= own.threshold()) {
                return false;
            }
        }
        findings.add(Rule.ROOT_LOST, file, read.isPresent() ? "too few of its signatures verify"
                : apart.list().getFirst().message());
        return true;
    }

    private Optional<Metadata<Signed.Root>> read(String file, byte[] bytes, OptionalLong version, boolean last) {
        seen.size(Seen.Size.ROOT, bytes.length, false, file);
        Optional<Metadata<Signed.Root>> read = reader.parse(MetadataType.ROOT, RoleName.ROOT, file, bytes, Optional.empty(),
                version);
        read.ifPresent(root -> keys.signed(root, file, root.unverified().roles().get(RoleName.ROOT), root.unverified().keys(),
                last ? KeysCheck.Others.EXPECTED : KeysCheck.Others.PAST));
        return read;
    }

    // TUF 5.3.4: the threshold of the root before
    private void follows(Metadata<Signed.Root> next, String file, Signed.Root before) {
        RoleKeys old = before.roles().get(RoleName.ROOT);
        int good = keys.signers(next, old, before.keys()).size();
        if (good < old.threshold()) {
            reader.fail(RoleName.ROOT, Rule.ROOT_CHAIN, file, good + " good signatures by keys of version " + before.version()
                    + ", its threshold is " + old.threshold());
        }
    }

    private void current(Chain chain) {
        String file = RoleName.ROOT.file(chain.last);
        keys.listed(file, chain.root.keys(), chain.root.roles());
        keys.root(file, chain.root);
        if (!chain.root.consistentSnapshot()) {
            findings.add(Rule.CONSISTENT_SNAPSHOT_OFF, file, "consistent_snapshot is not true");
            seen.use(Feature.PLAIN_NAMES, file);
        }
        if (!chain.root.json().members().containsKey("consistent_snapshot")) {
            seen.use(Feature.CONSISTENT_ABSENT, file);
        }
    }

    private void trusted(Metadata<Signed.Root> trusted, TreeSet<Long> versions) throws Problem {
        long version = trusted.unverified().version();
        boolean same = versions.contains(version);
        String file = RoleName.ROOT.file(same ? version : version + 1);
        if (!(source.read(file, MetaReader.MAX_BYTES) instanceof Source.Answer.Bytes(byte[] bytes))) {
            reader.fail(RoleName.ROOT, Rule.ROOT_UNTRUSTED, file, "is not there; the trusted root is version " + version);
            return;
        }
        try {
            Metadata<Signed.Root> there = Metadata.parse(MetadataType.ROOT, RoleName.ROOT, bytes);
            RoleKeys old = trusted.unverified().roles().get(RoleName.ROOT);
            if (same && !there.unverified().json().equals(trusted.unverified().json())) {
                reader.fail(RoleName.ROOT, Rule.ROOT_UNTRUSTED, file,
                        "says something else than the trusted root of the same version");
            } else if (!same && keys.signers(there, old, trusted.unverified().keys()).size() < old.threshold()) {
                reader.fail(RoleName.ROOT, Rule.ROOT_UNTRUSTED, file, "is not signed by the trusted root, version " + version);
            }
        } catch (Refusal e) {
            return; // a finding already, when the chain was read
        }
    }
}
