package dev.repro.tuf.repository;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.Limits;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import dev.repro.tuf.TargetName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Changes a repository: each call edits what a role signs, none signs. A file that changes gets the next version once, however
/// many edits it takes, and the lifetime of its kind from now on.
public final class Editor {
    private final Instant now;
    private Proposal draft;

    private Editor(Proposal draft, Instant now) {
        this.draft = draft;
        this.now = now;
    }

    public static Editor of(Repository base, Instant now) throws Problem {
        return new Editor(Proposal.none(base.required()), now);
    }

    /// Goes on with a proposal; files that change once more lose the signatures that they have.
    public static Editor of(Proposal proposal, Instant now) {
        return new Editor(proposal, now);
    }

    /// Holders of a role's keys and how many of them must sign.
    public record Keys(List<KeyHolder> holders, int threshold) {}

    /// The first root and the first, empty targets of a new repository.
    ///
    /// @param keys of root, targets, snapshot and timestamp
    /// @param consistent snapshots (TUF 6.2)
    /// @param toughNames publish targets under the names that tough looks for, too
    public static Editor create(Repository empty, Map<RoleName, Keys> keys, boolean consistent, boolean toughNames, Lifetimes lifetimes,
            Instant now) throws Problem {
        if (!empty.isEmpty()) {
            throw Problem.usage("there is a repository already").hint("name an empty or a new folder");
        }
        var editor = new Editor(Proposal.none(empty), now);
        Json.Obj root = RootEdits.empty(consistent, toughNames, lifetimes, lifetimes.expires(RoleName.ROOT, now));
        for (String role : RootEdits.ROLES) {
            Keys of = keys.get(new RoleName(role));
            root = RootEdits.role(root, role, of.holders(), List.of(), OptionalInt.of(of.threshold()));
        }
        editor.put(RoleName.ROOT, root);
        editor.put(RoleName.TARGETS, TargetsEdits.empty(lifetimes.expires(RoleName.TARGETS, now)));
        return editor;
    }

    /// Adds and removes keys of a role and sets its threshold: in root for a top-level role, in its delegator for a delegated
    /// one. The prefix of bins stands for all of them.
    public Editor keys(RoleName role, List<KeyHolder> add, List<PublicKey> remove, OptionalInt threshold) throws Problem {
        for (PublicKey key : remove) {
            requireKey(role, key);
        }
        if (role.isTopLevel()) {
            put(RoleName.ROOT, RootEdits.role(signed(RoleName.ROOT), role.text(), add, remove, threshold));
            return this;
        }
        Place place = Place.of(draft, role);
        if (!place.bins() && !KeyRotations.of(draft, role).isEmpty()) {
            throw Problem.usage("role " + role + " has rotated its keys itself")
                    .hint("delegate to a new role: what clients know of this one's keys would not fit");
        }
        Json.Obj delegator = signed(place.delegator());
        put(place.delegator(), place.bins() ? TargetsEdits.bins(delegator, add, remove, threshold)
                : TargetsEdits.role(delegator, role.text(), add, remove, threshold));
        return this;
    }

    private void requireKey(RoleName role, PublicKey key) throws Problem {
        Optional<Authority> authority = role.isTopLevel() ? Authorities.of(draft, role)
                : Optional.of(Place.of(draft, role).authority(draft, role));
        if (authority.isEmpty() || authority.get().idOf(key).isEmpty()) {
            throw Problem.usage("key " + key + " is none of role " + role).hint("`repro repo status` lists the keys of each role");
        }
    }

    /// Takes a key from every role that has it.
    ///
    /// @return the roles
    public List<RoleName> removeEverywhere(PublicKey key) throws Problem {
        var out = new ArrayList<RoleName>();
        for (String role : RootEdits.ROLES) {
            if (Authorities.of(draft, new RoleName(role)).orElseThrow().idOf(key).isPresent()) {
                out.add(new RoleName(role));
            }
        }
        Authorities.walk(draft, RoleName.TARGETS, (delegator, delegations) -> {
            Signed.Targets targets = draft.targets(delegator).orElseThrow().unverified();
            delegations.bins().filter(b -> Authority.of(delegator, targets, b.keys()).idOf(key).isPresent())
                    .ifPresent(b -> out.add(new RoleName(b.prefix())));
            delegations.roles().stream().filter(r -> Authority.of(delegator, targets, r.keys()).idOf(key).isPresent())
                    .forEach(r -> out.add(r.name()));
            return true;
        });
        if (out.isEmpty()) {
            throw Problem.usage("no role has key " + key).hint("`repro repo status` lists the keys of each role");
        }
        for (RoleName role : out) {
            keys(role, List.of(), List.of(key), OptionalInt.empty());
        }
        return out;
    }

    /// Delegates a name-space to a new role, whose first, empty file becomes part of the proposal: a client that meets a
    /// delegation without a file gives up its search.
    ///
    /// @param paths patterns; empty if prefixes are given
    /// @param hashPrefixes of the SHA-256 of a target's name, hexadecimal
    public Editor delegate(RoleName delegator, String name, List<String> paths, List<String> hashPrefixes, boolean terminating, Keys keys)
            throws Problem {
        RoleName role = Layout.role(name);
        if (role.isTopLevel() || draft.lists(role) || Authorities.delegator(draft, role).isPresent()) {
            throw Problem.usage("there is a role of that name").found(name).hint("a role's name is used once: what clients know of it would not fit");
        }
        if (paths.isEmpty() == hashPrefixes.isEmpty()) {
            throw Problem.usage("a delegation has either paths or hash prefixes").where(name);
        }
        Json.Obj covers = paths.isEmpty() ? Json.object("path_hash_prefixes", hashPrefixes) : Json.object("paths", paths);
        put(delegator, TargetsEdits.delegate(signed(delegator), name, covers, terminating, keys.holders(), keys.threshold()));
        put(role, TargetsEdits.empty(lifetimes().expires(role, now)));
        return this;
    }

    /// Delegates everything to `2^bits` bins (TAP 15), all with the same keys, and makes their first files.
    public Editor delegateBins(RoleName delegator, int bits, String prefix, Keys keys) throws Problem {
        Layout.role(prefix);
        if (bits < 1 || bits > 20) {
            throw Problem.usage("a number of bins is a power of two").expected("2 to 1048576").found("2^" + bits);
        }
        put(delegator, TargetsEdits.delegateBins(signed(delegator), bits, prefix, keys.holders(), keys.threshold()));
        Delegations.Bins bins = draft.targets(delegator).orElseThrow().unverified().delegations().orElseThrow().bins()
                .orElseThrow();
        var files = new LinkedHashMap<RoleName, Json.Obj>();
        for (long i = 0; i < bins.count(); i++) {
            RoleName bin = bins.bin(i);
            if (draft.lists(bin)) {
                throw Problem.usage("there is a role of that name").found(bin).hint("choose another prefix");
            }
            files.put(bin, TargetsEdits.empty(lifetimes().expires(bin, now)));
        }
        put(files);
        return this;
    }

    /// Ends a delegation. The role's file stays listed until the next change of snapshot's keys, as clients demand (TUF 5.5.5).
    public Editor undelegate(RoleName role) throws Problem {
        Place place = Place.of(draft, role);
        if (place.bins()) {
            throw Problem.usage("bins are not taken away: their targets would be nowhere").found(role);
        }
        put(place.delegator(), TargetsEdits.undelegate(signed(place.delegator()), role.text()));
        return this;
    }

    /// Adds and removes keys of a delegated role and sets its threshold, as [#keys], but by its own holders (TAP 8): nobody who
    /// delegates to it has to sign.
    ///
    /// @param dual as for [#rotate(RoleName, Keys, boolean)]
    public Editor rotate(RoleName role, List<KeyHolder> add, List<PublicKey> remove, OptionalInt threshold, boolean dual) throws Problem {
        rotateFile(role, 1);
        KeyRotations.checkAlive(draft, role);
        Authority now = Authorities.signing(draft, role).getLast();
        var holders = new ArrayList<KeyHolder>();
        for (KeyId id : now.role().keyids()) {
            PublicKey key = Optional.ofNullable(now.keys().get(id)).flatMap(Key::usable).orElseThrow(
                    () -> Problem.usage("role " + role + " has a key of a kind unknown here, which cannot be handed on").found(id));
            if (!remove.contains(key)) {
                holders.add(new KeyHolder(key, now.owners().getOrDefault(id, "")));
            }
        }
        for (PublicKey key : remove) {
            if (now.idOf(key).isEmpty()) {
                throw Problem.usage("key " + key + " is none of role " + role).hint("`repro repo status` lists the keys of each role");
            }
        }
        holders.addAll(add);
        return rotate(role, new Keys(holders, threshold.orElse(now.role().threshold())), dual);
    }

    /// Hands a delegated role to other keys, by its own holders (TAP 8).
    ///
    /// @param dual whether the role's metadata is signed by the delegation's keys too from now on, for clients that know of no
    ///     rotations
    public Editor rotate(RoleName role, Keys to, boolean dual) throws Problem {
        int number = KeyRotations.of(draft, role).size() + 1;
        if (number > Limits.DEFAULT.keyRotations()) {
            throw Problem.usage("role " + role + " has rotated its keys " + (number - 1) + " times, and no more are allowed")
                    .hint("delegate to a new role");
        }
        return rotation(role, number, KeyRotations.rotation(rotateFile(role, number), to, dual));
    }

    /// Ends a delegated role, by its own holders (TAP 20): for good, under this name.
    ///
    /// @param number of a rotation that is published already, whose place the revocation takes; its signers are those of that
    ///     rotation. Empty: the next one, signed by the present keys
    public Editor revoke(RoleName role, OptionalInt number) throws Problem {
        int count = KeyRotations.of(draft, role).size();
        int at = number.orElse(count + 1);
        if (at < 1 || at > count + 1) {
            throw Problem.usage("role " + role + " has no such rotation").expected("1 to " + (count + 1)).found(at);
        }
        return rotation(role, at, KeyRotations.revocation(rotateFile(role, at)));
    }

    private RotateFile rotateFile(RoleName role, int number) throws Problem {
        Place place = Place.of(draft, role);
        Optional<String> flaw = RotateFile.problem(role);
        if (place.bins() || flaw.isPresent()) {
            throw Problem.usage("role " + role + " cannot rotate its keys itself")
                    .found(place.bins() ? "a bin" : "its name " + flaw.get());
        }
        return new RotateFile(role, number);
    }

    private Editor rotation(RoleName role, int number, Json.Obj signed) throws Problem {
        KeyRotations.checkAlive(draft, role);
        var parts = new LinkedHashMap<>(draft.parts());
        parts.put(new RotateFile(role, number).entry(), Envelope.unsigned(signed));
        var after = new Proposal(draft.base(), parts, draft.blobs());
        KeyRotations.check(after, new RotateFile(role, number));
        draft = after;
        return this;
    }

    /// Lets a target of these paths be trusted only if several roles say the same of it (TAP 3), by clients that know of
    /// agreements.
    ///
    /// @param roles two or more that the delegator delegates to, in order of precedence; no key may be of two of them
    /// @param least how many must agree
    public Editor agree(RoleName delegator, String name, List<String> paths, List<RoleName> roles, int least) throws Problem {
        Set<PublicKey> seen = new HashSet<>();
        for (RoleName role : roles) {
            for (Authority authority : Authorities.signing(draft, role)) {
                Set<PublicKey> own = authority.usable();
                if (own.stream().anyMatch(seen::contains)) {
                    throw Problem.usage("two roles that are to agree share a key").found(role)
                            .hint("one person's word would count twice: give each role its own keys");
                }
            }
            Authorities.signing(draft, role).forEach(a -> seen.addAll(a.usable()));
        }
        put(delegator, TargetsEdits.agree(signed(delegator), name, paths, roles, least));
        draft.targets(delegator);
        return this;
    }

    /// Takes an agreement away.
    public Editor disagree(RoleName delegator, String name) throws Problem {
        put(delegator, TargetsEdits.disagree(signed(delegator), name));
        return this;
    }

    /// What a role will say of a target.
    ///
    /// @param blob the file
    /// @param custom member `custom`, an object without members for none
    public record Addition(Blob blob, Json.Obj custom) {
        Json.Obj toJson() {
            Json.Obj out = Json.object("length", blob.length(), "hashes", Json.object("sha256", blob.digest()));
            return custom.members().isEmpty() ? out : out.with("custom", custom);
        }
    }

    /// Adds targets or replaces them, each in the role that covers it, or all in one role.
    public Editor add(Map<TargetName, Addition> additions, Optional<RoleName> role) throws Problem {
        var byRole = new LinkedHashMap<RoleName, Map<String, Json.Obj>>();
        var blobs = new TreeMap<>(draft.blobs());
        for (var addition : additions.entrySet()) {
            TargetName target = Layout.target(addition.getKey().text());
            RoleName owner = owner(target, role);
            if (role.isPresent() && !Authorities.mayList(draft, owner, target)) {
                throw Problem.usage("role " + owner + " is not delegated this name").found(target)
                        .hint("`repro repo status` lists what each role may sign");
            }
            byRole.computeIfAbsent(owner, _ -> new LinkedHashMap<>()).put(target.text(), addition.getValue().toJson());
            blobs.put(target, addition.getValue().blob());
        }
        var changed = new LinkedHashMap<RoleName, Json.Obj>();
        for (var one : byRole.entrySet()) {
            changed.put(one.getKey(), TargetsEdits.put(signed(one.getKey()), one.getValue()));
        }
        put(changed);
        draft = new Proposal(draft.base(), draft.parts(), blobs);
        return this;
    }

    /// Takes a target from the role that lists it. Its file stays, for clients that are still on the snapshot before.
    public Editor remove(TargetName target, Optional<RoleName> role) throws Problem {
        RoleName owner = owner(target, role);
        if (draft.targets(owner).filter(m -> m.unverified().targets().containsKey(target)).isEmpty()) {
            throw Problem.usage("role " + owner + " lists no such target").found(target).hint("name its role with --role");
        }
        put(owner, TargetsEdits.remove(signed(owner), target.text()));
        var blobs = new TreeMap<>(draft.blobs());
        blobs.remove(target);
        draft = new Proposal(draft.base(), draft.parts(), blobs);
        return this;
    }

    /// The role that a target is in: the one that is said, or the one that its name is delegated to.
    public RoleName owner(TargetName target, Optional<RoleName> role) throws Problem {
        return role.isPresent() ? role.get() : Authorities.route(draft, target);
    }

    /// Changes members of what a targets role signs that TUF does not know.
    public Editor change(RoleName role, UnaryOperator<Json.Obj> edit) throws Problem {
        put(role, edit.apply(signed(role)));
        return this;
    }

    /// A new version of a role's file that says the same for longer.
    public Editor renew(RoleName role) throws Problem {
        if (role.equals(RoleName.SNAPSHOT) || role.equals(RoleName.TIMESTAMP)) {
            throw Problem.usage(role + " is made anew with every publication")
                    .hint("`repro repo snapshot` and `repro repo timestamp` do only that");
        }
        put(role, signed(role));
        return this;
    }

    /// Changes how long files signed from now on are good for.
    ///
    /// @param times by kind of role, as people write them: `timestamp` to `1d`
    public Editor lifetimes(Map<String, String> times) throws Problem {
        Json.Obj root = signed(RoleName.ROOT);
        put(RoleName.ROOT, root.with(Lifetimes.MEMBER, Lifetimes.of(root).with(times).toJson()));
        return this;
    }

    /// All that was changed, and a new version of every role whose present file would not be valid any more under its changed
    /// keys.
    public Proposal proposal() throws Problem {
        for (RoleName role : Orphans.of(draft)) {
            put(role, signed(role));
        }
        return draft;
    }

    private Lifetimes lifetimes() throws Problem {
        return Lifetimes.of(draft.root().orElseThrow().unverified().json());
    }

    private Json.Obj signed(RoleName role) throws Problem {
        if (role.equals(RoleName.ROOT)) {
            return draft.root().orElseThrow().unverified().json();
        }
        return draft.targets(role).orElseThrow(() -> Problem.usage("there is no such role").found(role).hint("`repro repo status` lists them"))
                .unverified().json();
    }

    private void put(RoleName role, Json.Obj signed) throws Problem {
        put(Map.of(role, signed));
    }

    private void put(Map<RoleName, Json.Obj> changed) throws Problem {
        var parts = new LinkedHashMap<>(draft.parts());
        for (var one : changed.entrySet()) {
            parts.put(one.getKey(), next(one.getKey(), one.getValue()));
        }
        var after = new Proposal(draft.base(), parts, draft.blobs());
        if (changed.containsKey(RoleName.ROOT)) {
            parts.get(RoleName.ROOT).read(dev.repro.tuf.MetadataType.ROOT, RoleName.ROOT);
        }
        draft = after;
    }

    private Envelope next(RoleName role, Json.Obj signed) throws Problem {
        long before = draft.before(role).map(Metadata::unverified).map(Signed::version).orElse(0L);
        Lifetimes lifetimes = role.equals(RoleName.ROOT) ? Lifetimes.of(signed) : lifetimes();
        Envelope drafted = draft.parts().get(role);
        String expires = drafted == null ? lifetimes.expires(role, now)
                : ((Json.Str) drafted.signed().members().get("expires")).value();
        Envelope next = Envelope.unsigned(Edits.bumped(signed, before + 1, expires));
        return drafted != null && next.signsSameAs(drafted) ? drafted : next;
    }
}
