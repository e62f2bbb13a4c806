"""Writes a repository for benchmarks with python-tuf: one Ed25519 key a role, consistent snapshot, every target the same BYTES zeros (1024).

    python benchmark.py FOLDER TARGETS [BIN-BITS [BYTES]]      as in: benchmark.py /tmp/r 100000 10

FOLDER as repository.py says, and root.json. Target N is pkgN%1000/N/app.hvt; only targets 0 to 9 are there as files.
"""

import os
import shutil
import sys

from repository import FolderRepository
from tuf.api.metadata import Delegations, SuccinctRoles, TargetFile

FILES = 10


def main():
    folder, count, bits = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    content = bytes(int(sys.argv[4]) if len(sys.argv) > 4 else 1024)
    repository = FolderRepository(folder, "benchmark", compact=True)
    role_of = lambda path: "targets"
    roles = ["targets"]
    if bits:
        key, succinct = repository.key(), SuccinctRoles([], 1, bits, "bin")
        with repository.edit_targets() as targets:
            targets.delegations = Delegations({}, succinct_roles=succinct)
            targets.add_key(key.public_key)
        roles = list(succinct.get_roles())
        role_of = succinct.get_role_for_target
        for role in roles:
            repository.signers[role] = [key]
    hashes = TargetFile.from_data("", content, ["sha256"]).hashes
    listed = {role: repository.open(role).signed.targets for role in roles}
    for n in range(count):
        path = f"pkg{n % 1000}/{n}/app.hvt"
        if n < FILES:
            repository.add(role_of(path), path, content)
        else:
            listed[role_of(path)][path] = TargetFile(len(content), hashes, path)
    repository.publish(*roles)
    shutil.copyfile(os.path.join(repository.metadata, "1.root.json"), os.path.join(folder, "root.json"))


if __name__ == "__main__":
    main()
