package dev.repro.snapshot.client;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.release.Release;
import dev.repro.release.Withdrawn;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.RoleKeys;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import dev.repro.tuf.repository.Authority;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import dev.repro.tuf.repository.KeyRing;
import dev.repro.tuf.repository.Proposal;
import dev.repro.tuf.repository.Repository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/// Who may sign a package's releases: drafts of what its authors do themselves (rotate, revoke: TAP 8, TAP 20) and of what they ask
/// the maintainers for (claim, transfer).
public final class Rights {
    private static final String EXPIRES = "expires";

    private final Repository repository;
    private final KeyRing keys;
    private final Instant now;

    /// @param repository refreshed just now
    public Rights(Repository repository, KeyRing keys, Instant now) {
        this.repository = repository;
        this.keys = keys;
        this.now = now;
    }

    /// A draft of a claim: the name's first, empty file, signed by those who are to own it.
    ///
    /// @throws Problem exit code 1: the name is taken
    public Draft claim(String name, Editor.Keys owners, Path folder) throws Problem {
        requireName(name);
        RoleName taken = owner(name);
        if (!taken.equals(RoleName.TARGETS) || repository.lists(new RoleName(name))) {
            throw Problem.no("name-taken: " + name + " has an owner").where(name).expected("a name that nobody has claimed")
                    .found(taken.equals(RoleName.TARGETS) ? "a role that has ended" : "role " + taken + ", signed by " + holders(taken))
                    .hint("choose another name; if its owner is gone for good, `repro transfer " + name + "` asks the maintainers");
        }
        Draft.requireFree(folder);
        return request(granted(repository, now, Draft.Kind.CLAIM, name, new RoleName(name), owners), Draft.Kind.CLAIM, name,
                new RoleName(name), folder);
    }

    /// A draft of a transfer: the same targets as now, signed by those who ask for the name.
    public Draft transfer(String name, Editor.Keys owners, Path folder) throws Problem {
        requireName(name);
        RoleName old = owner(name);
        if (old.equals(RoleName.TARGETS)) {
            throw Problem.no("nobody owns the name").where(name).hint("`repro claim " + name + "` asks for it");
        }
        Draft.requireFree(folder);
        RoleName role = repository.rotations(old) == 0 ? old : next(name);
        return request(granted(repository, now, Draft.Kind.TRANSFER, name, role, owners), Draft.Kind.TRANSFER, name, role, folder);
    }

    private static void requireName(String name) throws Problem {
        if (!Release.isName(name)) {
            throw Problem.usage("not a name of a package").expected("1 to 64 of a-z, 0-9, `_`, `-`, and not a top-level role's").found(name);
        }
    }

    private RoleName owner(String name) throws Problem {
        return owner(repository, name);
    }

    private static RoleName owner(Repository repository, String name) throws Problem {
        return repository.route(new TargetName(name + "/0/" + Release.ENVELOPE));
    }

    private String holders(RoleName role) throws Problem {
        return String.join(", ", repository.authorities(role).getLast().holders());
    }

    // A role that has rotated its keys itself cannot be delegated anew (TAP 8): NAME.2, NAME.3, …
    private RoleName next(String name) {
        int number = 2;
        while (repository.lists(new RoleName(name + "." + number))) {
            number++;
        }
        return new RoleName(name + "." + number);
    }

    private Draft request(Proposal proposal, Draft.Kind kind, String name, RoleName role, Path folder) throws Problem {
        return Draft.write(folder, Draft.sign(proposal, List.of(role), keys), Optional.of(new Draft.Asked(kind, name, role)), now);
    }

    /// What the repository would be if a request were granted.
    static Proposal granted(Repository repository, Instant now, Draft.Kind kind, String name, RoleName role, Editor.Keys owners) throws Problem {
        Editor editor = Editor.of(repository, now);
        List<String> paths = List.of(name + "/*/*");
        if (kind == Draft.Kind.CLAIM) {
            return editor.delegate(RoleName.TARGETS, role.text(), paths, List.of(), false, owners).proposal();
        }
        RoleName old = owner(repository, name);
        if (old.equals(role)) {
            List<PublicKey> gone = new ArrayList<>(delegated(repository, role));
            gone.removeAll(owners.holders().stream().map(KeyHolder::key).toList());
            return editor.keys(role, owners.holders(), gone, OptionalInt.of(owners.threshold())).proposal();
        }
        Proposal moved = editor.undelegate(old).delegate(RoleName.TARGETS, role.text(), paths, List.of(), false, owners).proposal();
        return withTargets(moved, role, repository.targets(old).orElseThrow().unverified());
    }

    private static List<PublicKey> delegated(Repository repository, RoleName role) throws Problem {
        Delegations all = repository.targets(RoleName.TARGETS).orElseThrow().unverified().delegations().orElseThrow();
        RoleKeys keys = all.keysOf(role).orElseThrow(() -> Problem.no("the maintainers do not delegate to this role themselves").where(role)
                .hint("ask the role that delegates to it"));
        return keys.keyids().stream().map(all.keys()::get).filter(Objects::nonNull).flatMap(k -> k.usable().stream()).toList();
    }

    // The new role says what the old one said, so that no release goes.
    private static Proposal withTargets(Proposal proposal, RoleName role, Signed.Targets old) throws Problem {
        var files = new LinkedHashMap<RoleName, byte[]>();
        for (RoleName part : proposal.roles()) {
            files.put(part, proposal.bytes(part));
        }
        Json.Obj signed = proposal.targets(role).orElseThrow().unverified().json().with("targets", old.json().members().get("targets"));
        Json withdrawn = old.json().members().get(Withdrawn.MEMBER);
        signed = withdrawn == null ? signed : signed.with(Withdrawn.MEMBER, withdrawn);
        files.put(role, JsonText.compact(Json.object("signatures", List.of(), "signed", signed)).getBytes(StandardCharsets.UTF_8));
        return Proposal.of(proposal.base(), files);
    }

    /// What a person compares before maintainers sign: SHA-256 over what of `targets` is to be signed, but for when it expires.
    static Digest digest(Signed.Targets targets) {
        return Digest.of(JsonText.canonical(targets.json().without(EXPIRES)));
    }

    /// A draft of a rotation of one's own key in a role (TAP 8). It is signed by the old and the new key.
    ///
    /// @param to the new key; it must be at hand too
    /// @param dual whether the old key goes on signing, for clients that know nothing of rotations
    public Draft rotate(RoleName role, List<PublicKey> mine, KeyHolder to, boolean dual, Path folder) throws Problem {
        Draft.requireFree(folder);
        PublicKey old = mine(role, mine);
        Proposal proposal = Editor.of(repository, now).rotate(role, List.of(to), List.of(old), OptionalInt.empty(), dual).proposal();
        return Draft.write(folder, Draft.sign(proposal, proposal.roles(), keys), Optional.empty(), now);
    }

    /// A draft of a role's end by its own keys (TAP 20).
    public Draft revoke(RoleName role, Path folder) throws Problem {
        Draft.requireFree(folder);
        Proposal proposal = Editor.of(repository, now).revoke(role, OptionalInt.empty()).proposal();
        return Draft.write(folder, Draft.sign(proposal, proposal.roles(), keys), Optional.empty(), now);
    }

    /// The role that may publish a package's releases.
    ///
    /// @throws Problem exit code 1: nobody has it, or it is revoked
    public RoleName role(String name) throws Problem {
        requireName(name);
        RoleName role = owner(name);
        if (role.equals(RoleName.TARGETS)) {
            throw Problem.no("nobody owns the name").where(name).hint("`repro claim " + name + "` asks for it");
        }
        repository.authorities(role);
        return role;
    }

    /// The one of somebody's keys that a role has now.
    public PublicKey mine(RoleName role, List<PublicKey> mine) throws Problem {
        Authority last = repository.authorities(role).getLast();
        return mine.reversed().stream().filter(last.usable()::contains).findFirst()
                .orElseThrow(() -> Problem.no("none of your keys may sign role " + role).expected(String.join(", ", last.holders()))
                .hint("`repro author show` lists your keys"));
    }
}
