"""Writes repositories with python-tuf, for other clients to read.

    python write.py FOLDER SEED [KIND…]      all kinds if none is named

FOLDER/KIND/1, FOLDER/KIND/2, … are states of one repository, each whole (see repository.py), in the order of publication.
FOLDER/KIND/root.json is the root a client trusts at first. FOLDER/KIND/expected.json says what it must find in each state:
[{"present": {target path: content}, "absent": [target path]}].
"""

import json
import os
import shutil
import sys

from repository import FolderRepository
from tuf.api.metadata import DelegatedRole, Delegations, SuccinctRoles


class Writer:
    def __init__(self, folder, seed, **options):
        self.folder = folder
        self.work = os.path.join(folder, "work")
        self.repository = FolderRepository(self.work, seed, **options)
        self.expected = []
        shutil.copyfile(os.path.join(self.work, "metadata", "1.root.json"), os.path.join(folder, "root.json"))

    def state(self, present, absent=("not/there.txt",)):
        """Keeps what is published now as the next state."""
        self.expected.append({"present": present, "absent": list(absent)})
        shutil.copytree(self.work, os.path.join(self.folder, str(len(self.expected))))

    def done(self):
        shutil.rmtree(self.work)
        with open(os.path.join(self.folder, "expected.json"), "w") as f:
            json.dump(self.expected, f, indent=1)


def flat(w, algorithms=("sha256",)):
    present = {"a.txt": "one", "dir/sub/b.bin": "two" * 1000, "empty": ""}
    for path, content in present.items():
        w.repository.add("targets", path, content.encode(), algorithms)
    w.repository.publish("targets")
    w.state(present)
    present = {**present, "a.txt": "one, changed", "c.txt": "three"}
    for path, content in present.items():
        w.repository.add("targets", path, content.encode(), algorithms)
    w.repository.publish("targets")
    w.state(present)


def names(w):
    """Target paths that need escaping in URLs, and a role name with a slash."""
    r = w.repository
    present = {"with space.txt": "1", "100%.txt": "2", "what?.txt": "3", "a#b.txt": "4", "a+b.txt": "5"}
    present["umlaut-\u00e4\u4e2d.txt"] = "6"
    for path, content in present.items():
        r.add("targets", path, content.encode())
    r.delegate("targets", DelegatedRole("team/one", [], 1, False, paths=["team/*"]), [r.key()])
    r.add("team/one", "team/x.txt", b"x")
    r.publish("targets", "team/one")
    w.state({**present, "team/x.txt": "x"})


def delegations(w):
    """Order, terminating roles, two levels, a role reached over two ways, a cycle, a threshold of 2."""
    r = w.repository
    pair = [r.key("ed25519"), r.key("ecdsa"), r.key("ed25519")]
    r.delegate("targets", DelegatedRole("first", [], 1, False, paths=["a/*", "both/*"]), pair, 2)
    r.delegate("targets", DelegatedRole("second", [], 1, True, paths=["b/*", "both/*", "end/*"]), [r.key()])
    r.delegate("targets", DelegatedRole("third", [], 1, False, paths=["end/*", "c/*"]), [r.key()])
    shared = [r.key()]
    r.delegate("first", DelegatedRole("deep", [], 1, False, paths=["a/deep-*"]), shared)
    r.delegate("third", DelegatedRole("deep", [], 1, False, paths=["c/?.txt"]), shared)
    r.delegate("deep", DelegatedRole("first", [], 1, False, paths=["a/*"]), pair, 2)
    for role, path, content in [
        ("first", "a/1.txt", "first"), ("first", "both/x", "the first wins"), ("second", "both/x", "the second loses"),
        ("second", "b/1.txt", "second"), ("third", "end/z", "hidden behind a terminating role"), ("third", "c/long.txt", "third"),
        ("deep", "a/deep-1", "deep over first"), ("deep", "c/q.txt", "deep over third"),
        ("first", "b/stolen", "not delegated to first"), ("deep", "c/qq.txt", "does not match"), ("targets", "top.txt", "top"),
    ]:
        r.add(role, path, content.encode())
    r.publish("targets", "first", "second", "third", "deep")
    w.state(
        {"a/1.txt": "first", "both/x": "the first wins", "b/1.txt": "second", "c/long.txt": "third",
         "a/deep-1": "deep over first", "c/q.txt": "deep over third", "top.txt": "top"},
        ["end/z", "b/stolen", "c/qq.txt", "a/none", "a/x/y", "elsewhere"],
    )
    # The keys of `second` change, and `third` takes over a path: only the delegator needs a new version for the former.
    with r.edit_targets() as targets:
        r.set_keys(targets, "second", [r.key("ecdsa")])
    r.add("third", "c/new.txt", b"new")
    r.publish("second", "third")
    w.state({"b/1.txt": "second", "c/new.txt": "new", "a/deep-1": "deep over first"}, ["end/z"])


def hash_prefixes(w):
    r = w.repository
    for n in range(4):
        digits = [f"{x:x}" for x in range(4 * n, 4 * n + 4)]
        r.delegate("targets", DelegatedRole(f"part{n}", [], 1, True, path_hash_prefixes=digits), [r.key()])
    present = {f"file{n}.txt": f"content {n}" for n in range(12)}
    for path, content in present.items():
        for role in r.open("targets").signed.delegations.get_roles_for_target(path):
            r.add(role[0], path, content.encode())
    r.publish("part0", "part1", "part2", "part3")
    w.state(present)


def bins(w):
    r = w.repository
    key = r.key()
    succinct = SuccinctRoles([], 1, 4, "bin")
    with r.edit_targets() as targets:
        targets.delegations = Delegations({}, succinct_roles=succinct)
        targets.add_key(key.public_key)
    for role in succinct.get_roles():
        r.signers[role] = [key]
    present = {f"package{n}/image.hvt": f"content {n}" for n in range(20)}
    for path, content in present.items():
        r.add(succinct.get_role_for_target(path), path, content.encode())
    r.publish(*succinct.get_roles())
    w.state(present)
    r.add(succinct.get_role_for_target("package0/image.hvt"), "package0/image.hvt", b"changed")
    r.publish(succinct.get_role_for_target("package0/image.hvt"))
    w.state({**present, "package0/image.hvt": "changed"})


def thresholds(w):
    """Root and targets 2 of 3, signed by all, then by two."""
    r = w.repository
    root_keys, targets_keys = [r.key(), r.key("ecdsa"), r.key()], [r.key(), r.key(), r.key("ecdsa")]
    with r.edit_root() as root:
        r.set_keys(root, "root", root_keys, 2)
        r.set_keys(root, "targets", targets_keys, 2)
    r.add("targets", "a.txt", b"signed by three")
    r.publish("targets")
    w.state({"a.txt": "signed by three"})
    r.signers["targets"] = targets_keys[1:]
    r.signers["root"] = root_keys[:2]
    with r.edit_root():
        pass
    r.add("targets", "a.txt", b"signed by two")
    r.publish("targets")
    w.state({"a.txt": "signed by two"})


def rotations(w):
    """Each top-level key is replaced, one root version a role, with other key types; then versions fall back after a
    fast-forward attack."""
    r = w.repository
    r.add("targets", "a.txt", b"1")
    r.publish("targets")
    w.state({"a.txt": "1"})
    for n, role in enumerate(["timestamp", "targets", "root", "snapshot"], start=2):
        with r.edit_root() as root:
            r.set_keys(root, role, [r.key("ecdsa"), r.key("ed25519")], 1)
        r.add("targets", "a.txt", str(n).encode())
        with r.edit_targets():
            pass
        r.do_snapshot(force=True)
        r.do_timestamp(force=True)
        w.state({"a.txt": str(n)})
    # An attacker published version 10^6; new keys for timestamp and snapshot let clients go back.
    for role in ["timestamp", "snapshot"]:
        r.open(role).signed.version = 10**6 - 1
    r.do_snapshot(force=True)
    r.do_timestamp(force=True)
    w.state({"a.txt": "5"})
    with r.edit_root() as root:
        for role in ["timestamp", "snapshot"]:
            r.set_keys(root, role, [r.key()])
    r.roles["snapshot"].signed.version = 20
    r.roles["timestamp"].signed.version = 20
    with r.edit_snapshot():
        pass
    r.roles["timestamp"].signed.snapshot_meta = r.snapshot_info
    with r.edit_timestamp():
        pass
    w.state({"a.txt": "5"})


def extras(w):
    """Fields nobody knows, in every place where the format allows them."""
    r = w.repository
    extra = {"x-note": {"nested": [1, True, None, "text \" \\ \u00e4 \U0001f600"]}}
    with r.edit_root() as root:
        root.unrecognized_fields.update(extra)
        root.roles["targets"].unrecognized_fields.update(extra)
        next(iter(root.keys.values())).unrecognized_fields.update(extra)
    r.add("targets", "a.txt", b"a")
    targets = r.open("targets").signed
    targets.unrecognized_fields.update(extra)
    targets.targets["a.txt"].unrecognized_fields.update({"custom": extra, **extra})
    r.delegate("targets", DelegatedRole("d", [], 1, False, paths=["d/*"], unrecognized_fields=dict(extra)), [r.key()])
    r.add("d", "d/x", b"x")
    r.open("snapshot").signed.unrecognized_fields.update(extra)
    r.open("timestamp").signed.unrecognized_fields.update(extra)
    r.publish("targets", "d")
    for role in r.roles.values():
        role.unrecognized_fields.update(extra)
    r.publish("targets")
    w.state({"a.txt": "a", "d/x": "x"})


KINDS = {
    "flat": (flat, {}),
    "flat-not-consistent": (flat, {"consistent": False}),
    "flat-sha512": (lambda w: flat(w, ("sha512",)), {}),
    "flat-hashes": (lambda w: flat(w, ("sha256", "sha512")), {"hashes": True}),
    "flat-rsa": (flat, {"keytype": "rsa"}),
    "flat-ecdsa": (flat, {"keytype": "ecdsa"}),
    "names": (names, {}),
    "delegations": (delegations, {}),
    "delegations-hashes-not-consistent": (delegations, {"consistent": False, "hashes": True}),
    "hash-prefixes": (hash_prefixes, {}),
    "bins": (bins, {"hashes": True}),
    "thresholds": (thresholds, {}),
    "rotations": (rotations, {}),
    "extras": (extras, {}),
}


def main():
    folder, seed, *kinds = sys.argv[1:]
    for kind in kinds or KINDS:
        build, options = KINDS[kind]
        os.makedirs(os.path.join(folder, kind))
        writer = Writer(os.path.join(folder, kind), seed, **options)
        build(writer)
        writer.done()


if __name__ == "__main__":
    main()
