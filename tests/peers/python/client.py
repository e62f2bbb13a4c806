"""A TUF client on the command line around python-tuf, with the options of `repro tuf-client`:

    --metadata-dir D --metadata-url U [--target-name P]... [--target-base-url T] [--target-dir X] init ROOT | refresh | download

Exit 0: done. Exit 1: refused or failed, and standard error says why. A target P lands in X under its percent-encoded name.
"""

import argparse
import os
import shutil
import sys
import time

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--metadata-dir", required=True)
    parser.add_argument("--metadata-url")
    parser.add_argument("--target-name", action="append", default=[])
    parser.add_argument("--target-base-url")
    parser.add_argument("--target-dir")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("init").add_argument("root")
    verbs.add_parser("refresh")
    verbs.add_parser("download")
    verbs.add_parser("measure").add_argument("rounds", type=int)
    args = parser.parse_args()

    if args.verb == "init":
        shutil.copyfile(args.root, os.path.join(args.metadata_dir, "root.json"))
        return
    if args.verb == "measure":
        measure(args)
        return
    # bootstrap=None: the root of `init` is the trust anchor.
    updater = Updater(args.metadata_dir, args.metadata_url, args.target_dir, args.target_base_url, bootstrap=None)
    updater.refresh()
    if args.verb == "download":
        for name in args.target_name:
            info = updater.get_targetinfo(name)
            if info is None:
                sys.exit(f"python-tuf: {name}: not found")
            if updater.find_cached_target(info) is None:
                updater.download_target(info)


def measure(args):
    """For tests/bench: refreshes into an empty folder and then once more, many times in this one process; a line `FIRST AGAIN` in ms for each."""
    for n in range(args.rounds):
        folder = os.path.join(args.metadata_dir, str(n))
        os.mkdir(folder)
        shutil.copyfile(os.path.join(args.metadata_dir, "root.json"), os.path.join(folder, "root.json"))
        took = []
        for _ in range(2):
            start = time.perf_counter()
            Updater(folder, args.metadata_url, bootstrap=None).refresh()
            took.append((time.perf_counter() - start) * 1000)
        print(*took)


if __name__ == "__main__":
    try:
        main()
    except (DownloadError, RepositoryError, OSError) as e:
        sys.exit(f"python-tuf: {type(e).__name__}: {e}")
