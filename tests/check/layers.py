#!/usr/bin/python3
"""Checks that every include points the way the design allows (docs/architecture.md).

usage: layers.py [ROOT]   exit 1 when an include breaks a rule, with a line for each

Two tables: which folder may include which, and which folder may use which external header. A
folder not named in FOLDERS may not exist; a header not named in EXTERNAL must be the C library's.
"""
import pathlib
import re
import sys

ENGINE = ["engine/base", "engine/book", "engine/impact", "engine/risk", "engine/govern", "engine/step"]
DATAPLANE = ["dataplane/port", "dataplane/line", "dataplane/venue", "dataplane/feed"]
CONTROL = ["control/admin", "control/publish", "control/daemon", "control/cli"]

# folder -> folders it may include, besides itself
FOLDERS = {
    "engine/base": [],
    "engine/book": ["engine/base"],
    "engine/impact": ["engine/base", "engine/book"],
    "engine/risk": ["engine/base", "engine/book"],
    "engine/govern": ["engine/base"],
    "engine/step": ENGINE,
    "dataplane/port": ["engine/base"],
    "dataplane/line": ["engine/base"],
    "dataplane/venue": ["engine/base"],
    "dataplane/feed": ["engine/base", "dataplane/line", "dataplane/venue"],
    "control/publish": ["engine/base"],
    "control/admin": ["engine/base"],
    "control/daemon": ENGINE + DATAPLANE + ["control/admin", "control/publish"],
    "control/cli": ["engine/base", "dataplane/venue", "control/admin", "control/publish", "control/daemon"],
    "tests": ENGINE + DATAPLANE + CONTROL + ["tests"],
}

# header pattern -> folders that may use it (tests may use all)
EXTERNAL = {
    r"rte_.*": ["dataplane/port", "engine/step"],
    r"pcap(/.*)?\.h": ["dataplane/port"],
    r"(zlib|zstd)\.h": ["dataplane/port"],
    r"liburing.*": ["control/admin", "control/daemon"],
    r"bpf/.*": ["dataplane/port"],
    r"yaml\.h": ["control/daemon"],
    r"seccomp\.h|sys/capability\.h": ["control/daemon"],
    r"jansson\.h": ["control/admin", "control/publish", "control/cli", "control/daemon"],
    r"xxhash\.h": ["engine/base", "dataplane/venue", "control/publish", "control/daemon"],
    r"cblas\.h|openblas.*": [],
    r"cmocka\.h": [],
}

C_LIBRARY = re.compile(
    r"(std\w+|string|errno|inttypes|limits|signal|time|math|setjmp|ctype|unistd|fcntl|sched|poll|"
    r"pthread|semaphore|getopt|pwd|grp|dirent|ftw|spawn|fnmatch|locale|termios|syslog|endian|assert|float|"
    r"ifaddrs|net/[\w/]+|netinet/[\w/]+|arpa/[\w/]+|linux/[\w/]+|sys/[\w/]+|immintrin|x86intrin|"
    r"cpuid)\.h"
)
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def folder_of(path):
    """The module a file belongs to: its first two folders, or 'tests'."""
    parts = path.split("/")
    return "tests" if parts[0] == "tests" else "/".join(parts[:2])


def complaint(folder, quote, header):
    """Why the include is not allowed, or None."""
    if quote == '"':
        target = folder_of(header)
        if target not in FOLDERS:
            return f'"{header}" is not written from the root'
        if target == folder or target in FOLDERS[folder]:
            return None
        return f'{folder} may not use {target} ("{header}")'
    for pattern, allowed in EXTERNAL.items():
        if re.fullmatch(pattern, header):
            return None if folder in allowed or folder == "tests" else f"{folder} may not use <{header}>"
    return None if C_LIBRARY.fullmatch(header) else f"<{header}> is in no table of this script"


def check(root):
    """All complaints of a tree, one string each."""
    complaints = []
    for top in ("engine", "dataplane", "control", "hw", "tests"):
        for path in sorted((root / top).rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            folder = folder_of(name)
            if folder not in FOLDERS:
                complaints.append(f"{name}: no rule for folder {folder}")
                continue
            for quote, header in INCLUDE.findall(path.read_text()):
                why = complaint(folder, quote, header)
                if why:
                    complaints.append(f"{name}: {why}")
    return complaints


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    complaints = check(root)
    print("\n".join(complaints) if complaints else "layers: every include points the right way")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
