#!/usr/bin/python3
"""Every edge case of a feed that a venue can show has a test named after it: case_NN_...

Prints the table of cases, venues and how many tests there are; exits 1 when a place is empty.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"

# What each case is about, and where it must be shown: a venue's decoder, or what is under all of
# them: feed (lines and frames), book (the engine's books).
CASES = {
    1: ("duplicates", ["feed"]),
    2: ("packetisation differs", ["feed"]),
    3: ("reorder, holes, waiting", ["feed"]),
    4: ("gap on both lines", ["feed"]),
    5: ("heartbeats, silence", ["feed"]),
    6: ("restart, late packets", ["feed"]),
    7: ("numbers that wrap", ["feed"]),
    8: ("snapshot join", ["feed", "book", "cme", "starbase"]),
    9: ("torn snapshots", ["feed", "book", "cme", "starbase"]),
    10: ("a gap during recovery", ["feed", "book", "cme", "starbase"]),
    11: ("event boundary", ["deribit", "cme", "itch", "deep", "starbase"]),
    12: ("crossed books, halts", ["book", "cme", "itch", "deep", "starbase"]),
    13: ("SBE extension", ["deribit", "cme", "starbase"]),
    14: ("one version, two lengths", ["starbase"]),
    15: ("lengths that lie", ["feed", "deribit", "cme", "itch", "deep", "starbase"]),
    16: ("level arithmetic", ["book", "cme"]),
    17: ("ITCH order life", ["book", "itch"]),
    18: ("Starbase order life", ["book", "starbase"]),
    19: ("numerics", ["book", "deribit", "cme", "itch", "deep", "starbase"]),
    20: ("reference data races", ["feed", "deribit", "cme", "itch", "deep", "starbase"]),
}

# The test programs of each place.
PLACES = {
    "feed": ["dataplane/line/test_*.c", "dataplane/feed/test_*.c"],
    "book": ["engine/*/test_*.c"],
    **{venue: [f"dataplane/venue/test_{venue}*.c"]
       for venue in ("deribit", "cme", "itch", "deep", "starbase")},
}


def tests_of(place):
    """The case tests that a place's programs run."""
    names = []
    for path in [path for pattern in PLACES[place] for path in sorted(UNIT.glob(pattern))]:
        names += re.findall(r"(?:TEST|ASKING|cmocka_unit_test\w*)\(\s*(case_\d\d_\w+)",
                            path.read_text())
    return names


def main():
    found = {place: tests_of(place) for place in PLACES}
    missing = 0
    print(f"{'case':4}  {'about':26}" + "".join(f"{place:>10}" for place in PLACES))
    for case, (about, places) in CASES.items():
        row = f"{case:4}  {about:26}"
        for place in PLACES:
            count = sum(name.startswith(f"case_{case:02}_") for name in found[place])
            wanted = place in places
            missing += wanted and count == 0
            row += f"{'MISSING' if wanted and count == 0 else count or '-':>10}"
        print(row)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
