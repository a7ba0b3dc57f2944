#!/usr/bin/python3
"""Every fault of the lines that can befall a feed has a test named after its row in the fault
matrix: row_NN_...

Prints the rows and their tests; exits 1 when a row has none.
"""
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]

ROWS = {
    1: "packet lost on line A alone",
    2: "packet lost on A and B",
    3: "reordered within the window",
    4: "reordered beyond the window",
    5: "duplicate",
    6: "bits flipped, no checksum",
    7: "truncated, runt, jumbo, VLAN, IP options, fragment",
    8: "sequence reset, session change",
    9: "sequence jump and wrap",
    10: "silence",
    11: "link down and up",
    12: "burst over the ring's capacity",
    13: "no packet buffers",
    14: "core that stalls",
}

C_TEST = re.compile(r"cmocka_unit_test\w*\(\s*(row_(\d\d)_\w+)|\bTEST\(\s*(row_(\d\d)_\w+)")
SCRIPT_TEST = re.compile(r"^def (row_(\d\d)_\w+)\(", re.MULTILINE)


def tests():
    """(row, name, file) of each test."""
    for path in sorted(TESTS.rglob("test_*.c")):
        for match in C_TEST.finditer(path.read_text()):
            name = match[1] or match[3]
            yield int(name[4:6]), name, path.relative_to(TESTS)
    for path in sorted((TESTS / "system").glob("*.py")):
        for match in SCRIPT_TEST.finditer(path.read_text()):
            yield int(match[2]), match[1], path.relative_to(TESTS)


def main():
    found = list(tests())
    missing = 0
    for row, about in ROWS.items():
        mine = [(name, path) for number, name, path in found if number == row]
        missing += not mine
        print(f"{row:3}  {about}" + ("" if mine else "  MISSING"))
        for name, path in mine:
            print(f"       {name[7:]}  ({path})")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
