"""A TUF repository in a folder, written with python-tuf's repository API.

Layout of a state: metadata/ (all files a client may ask for) and targets/. Role names are percent-encoded in file names, as
python-tuf asks for them. Everything expires in 2040. Keys other than RSA follow from the seed; versions start at 1.
"""

import hashlib
import os
from datetime import datetime, timezone
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp, TOP_LEVEL_ROLE_NAMES,
)
from tuf.api.serialization.json import JSONSerializer
from tuf.repository import Repository

EXPIRES = datetime(2040, 1, 1, tzinfo=timezone.utc)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class FolderRepository(Repository):
    """Metadata stays in memory; every new version of a role is written at once."""

    def __init__(self, folder, seed, consistent=True, keytype="ed25519", hashes=False, compact=False):
        self.folder = folder
        self.seed = seed
        self.consistent = consistent
        self.keytype = keytype
        self.hashes = hashes  # lengths and hashes of metadata files in snapshot and timestamp
        self.serializer = JSONSerializer(compact=compact)
        self.roles = {}
        self.signers = {}
        self.old_root_signers = []
        self.infos = {}
        self.snapshot_info_ = MetaFile(1)
        self.keys_made = 0
        os.makedirs(self.metadata)
        os.makedirs(self.targets_dir)
        root = Root(consistent_snapshot=consistent)
        root.version = 0
        self.roles["root"] = Metadata(root)
        with self.edit_root() as root:
            for role in TOP_LEVEL_ROLE_NAMES:
                self.set_keys(root, role, [self.key(keytype)])
        with self.edit_targets():
            pass

    @property
    def metadata(self):
        return os.path.join(self.folder, "metadata")

    @property
    def targets_dir(self):
        return os.path.join(self.folder, "targets")

    # What python-tuf's Repository asks for.

    def open(self, role):
        if role not in self.roles:
            signed = {"snapshot": Snapshot, "timestamp": Timestamp}.get(role, Targets)()
            signed.version = 0
            if role == "snapshot":
                signed.meta.clear()
            self.roles[role] = Metadata(signed)
        return self.roles[role]

    def close(self, role, md):
        md.signed.version += 1
        md.signed.expires = EXPIRES
        self.write(role, md)

    @property
    def targets_infos(self):
        return self.infos

    @property
    def snapshot_info(self):
        return self.snapshot_info_

    # What the kinds of repositories use.

    def key(self, keytype=None):
        """A new signer of this key type."""
        keytype = keytype or self.keytype
        self.keys_made += 1
        secret = hashlib.sha256(f"{self.seed}/{self.keys_made}".encode()).digest()
        if keytype == "ed25519":
            return CryptoSigner(ed25519.Ed25519PrivateKey.from_private_bytes(secret))
        if keytype == "ecdsa":
            return CryptoSigner(ec.derive_private_key(int.from_bytes(secret, "big") % (P256_ORDER - 1) + 1, ec.SECP256R1()))
        return CryptoSigner(rsa.generate_private_key(65537, 2048))

    def set_keys(self, delegator, role, signers, threshold=1):
        """Replaces the keys of a role in root or targets metadata; what it signs from now on carries these."""
        holder = delegator.roles[role] if isinstance(delegator, Root) else delegator.delegations.roles[role]
        if role == "root" and delegator.version > 0:
            self.old_root_signers = self.signers["root"]
        for keyid in list(holder.keyids):
            delegator.revoke_key(keyid, role)
        for signer in signers:
            delegator.add_key(signer.public_key, role)
        holder.threshold = threshold
        self.signers[role] = signers

    def delegate(self, delegator, role, signers, threshold=1):
        """Adds a delegation (a DelegatedRole without keys) and the first version of its metadata."""
        with self.edit_targets(delegator) as targets:
            if targets.delegations is None:
                targets.delegations = Delegations({}, roles={})
            targets.delegations.roles[role.name] = role
            self.set_keys(targets, role.name, signers, threshold)
        if role.name not in self.roles:
            with self.edit_targets(role.name):
                pass

    def add(self, role, path, content, algorithms=("sha256",)):
        """Adds a target to a role's metadata in memory and writes its file; the caller edits the role to publish it.

        Without consistent snapshots there is one file for a path: that of the role that listed it first.
        """
        target = TargetFile.from_data(path, content, list(algorithms))
        taken = any(path in md.signed.targets for r, md in self.roles.items() if r != role and isinstance(md.signed, Targets))
        self.open(role).signed.targets[path] = target
        folder, _, name = path.rpartition("/")
        names = [f"{digest}.{name}" for digest in target.hashes.values()] if self.consistent else [] if taken else [name]
        os.makedirs(os.path.join(self.targets_dir, folder), exist_ok=True)
        for name in names:
            with open(os.path.join(self.targets_dir, folder, name), "wb") as f:
                f.write(content)

    def publish(self, *roles):
        """A new version of these targets roles, then of snapshot and timestamp."""
        for role in roles:
            with self.edit_targets(role):
                pass
        self.do_snapshot()
        self.do_timestamp()

    def write(self, role, md):
        """Signs and writes a role's metadata as it is."""
        md.signatures.clear()
        signers = self.signers[role]
        if role == "root":
            new = {s.public_key.keyid for s in signers}
            signers = signers + [s for s in self.old_root_signers if s.public_key.keyid not in new]
            self.old_root_signers = []
        for signer in signers:
            md.sign(signer, append=True)
        data = md.to_bytes(self.serializer)
        name = quote(role, "") + ".json"
        if role == "root" or (self.consistent and role != "timestamp"):
            name = f"{md.signed.version}.{name}"
        with open(os.path.join(self.metadata, name), "wb") as f:
            f.write(data)
        info = MetaFile(md.signed.version)
        if self.hashes:
            info = MetaFile.from_data(md.signed.version, data, ["sha256", "sha512"])
        if role == "snapshot":
            self.snapshot_info_ = info
        elif role not in ("root", "timestamp"):
            self.infos[role + ".json"] = info
