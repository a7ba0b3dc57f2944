#!/usr/bin/python3
"""The layer check must pass on the tree and fail on every violation injected into a copy of it."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECK = ROOT / "tests/check/layers.py"

# file that gets the line, the line, what the complaint must name
VIOLATIONS = [
    ("engine/base/ring.h", '#include "dataplane/port/port.h"', "engine/base may not use dataplane/port"),
    ("engine/book/book.c", "#include <rte_mbuf.h>", "engine/book may not use <rte_mbuf.h>"),
    ("engine/risk/margin.c", '#include "engine/govern/govern.h"', "engine/risk may not use engine/govern"),
    ("dataplane/venue/venue.c", '#include "engine/step/step.h"', "dataplane/venue may not use engine/step"),
    ("dataplane/feed/feed.c", "#include <liburing.h>", "dataplane/feed may not use <liburing.h>"),
    ("engine/step/step.c", "#include <cblas.h>", "engine/step may not use <cblas.h>"),
    ("control/publish/json.c", '#include "tests/harness/harness.h"', "control/publish may not use tests"),
    ("engine/base/arena.c", '#include "check.h"', "is not written from the root"),
    ("engine/base/arena.c", "#include <openssl/evp.h>", "is in no table"),
]


def run(root):
    """The check's exit code and output."""
    done = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)
    return done.returncode, done.stdout


def main():
    code, output = run(ROOT)
    if code != 0:
        print(output)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "tree"
        for top in ("engine", "dataplane", "control", "tests"):
            shutil.copytree(ROOT / top, copy / top, ignore=shutil.ignore_patterns("__pycache__"))
        for name, line, wanted in VIOLATIONS:
            path = copy / name
            before = path.read_text()
            path.write_text(line + "\n" + before)
            code, output = run(copy)
            path.write_text(before)
            if code != 1 or wanted not in output:
                print(f"not caught: {line} in {name}; the check said: {output}")
                return 1
    print(f"layers: the tree passes, {len(VIOLATIONS)} injected violations are caught")
    return 0


if __name__ == "__main__":
    sys.exit(main())
