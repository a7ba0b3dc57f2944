#!/usr/bin/python3
"""The field tables of `plimsoll decode` against the layout files computed from the schemas.

usage: decode_layout.py BIN_FOLDER   exit 77 without the shared layouts (skipped)

Every row of a layout file must stand in the tables at its offset and with its size; the tables may
have more only where they serve a later schema version.
"""
import csv
import json
import os
import pathlib
import re
import subprocess
import sys


def wire_rows(path):
    """The layout file: (template, message) -> group or "" -> {field: (offset, size)}, and blocks."""
    tables, blocks = {}, {}
    with open(path, encoding="utf-8") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            if row["kind"] == "composite":
                continue
            message, _, group = row["message"].partition(".")
            key = (int(row["templateId"]), message)
            table = tables.setdefault(key, {"": {}})
            if row["kind"] == "group":
                table[row["field"]] = {}
            elif row["kind"] == "field" and int(row["size"]) > 0:
                table[group][row["field"]] = (int(row["offset"]), int(row["size"]),
                                              int(row["sinceVersion"] or 0))
            elif row["kind"] == "end" and not group:
                blocks[key] = int(row["blockLength"] or row["offset"])
    return tables, blocks


def our_rows(binary, venue):
    """Our tables: a list of (template, message, block, group or "" -> {field: (offset, size)})."""
    messages = []
    output = subprocess.run([binary, "decode", "--layouts", "--venue", venue], check=True,
                            capture_output=True, text=True).stdout
    for row in map(json.loads, output.splitlines()):
        if "header" in row:
            continue
        group = row.get("group", "")
        if "field" not in row and "group" not in row:
            messages.append((row["template"], row["message"], row["block"], {"": {}}))
        elif "field" not in row:
            messages[-1][3][group] = {}
        else:
            place = (row["offset"], row["size"], row["since"])
            assert row["field"] not in messages[-1][3][group], row
            messages[-1][3][group][row["field"]] = place
    return messages


def compare(binary, venue, path, version):
    """The complaints, and how many fields were compared."""
    complaints, fields = [], 0
    tables, blocks = wire_rows(path)
    ours = our_rows(binary, venue)
    for key, wanted in tables.items():
        found = [row for row in ours if row[:2] == key and (version or row[2] == blocks[key])]
        if len(found) != 1:
            complaints.append(f"{key}: {len(found)} tables")
            continue
        got = found[0][3]
        # beyond the file's version: fields and groups that came later
        known = {group: {name: place for name, place in rows.items()
                         if version is None or place[2] <= version}
                 for group, rows in got.items() if group in wanted}
        later = [group for group in got if group not in wanted]
        if known != wanted or later:
            complaints.append(f"{key}: wanted {wanted}, got {got}")
        fields += sum(len(rows) for rows in wanted.values())
    return complaints, fields


def joined_rows(path):
    """The layout files written by hand: the unit, and name, offset, size of each joined field."""
    with open(path, encoding="utf-8") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            names = row["field"].replace("=A then ", "").replace(" currency", "").split("/")
            offsets = (row["offset"] or "").split("/")
            sizes = (row["size"] or "").replace(" each", "").split("/")
            sizes = sizes * len(names) if len(sizes) == 1 else sizes
            if not all(re.fullmatch(r"\d+", each) for each in offsets + sizes):
                continue # a variable part, or another row's fields again
            if row["field"].endswith(" currency"):
                names = [name + "Currency" for name in names]
            if not len(names) == len(offsets) == len(sizes):
                raise ValueError(f"{path}: {row}")
            yield row["unit"], list(zip(names, map(int, offsets), map(int, sizes)))


def units_of(unit):
    """What of our tables a unit of such a file names: headers, letters or templates."""
    headers = {"mold.downstream": "packet", "iextp": "packet", "frame": "packet",
               "mold.block": "message", "block": "message", "messageHeader": "message"}
    if unit in headers:
        return [("header", headers[unit])]
    templates = re.findall(r" (\d{4})\b", unit)
    letters = re.findall(r"(?:^|/ )(\w)\(\d+\)", unit)
    return [("template", int(each)) for each in templates] + [("type", each) for each in letters]


def compare_joined(binary, venue, path):
    """As compare."""
    output = subprocess.run([binary, "decode", "--layouts", "--venue", venue], check=True,
                            capture_output=True, text=True).stdout
    ours = {(kind, row[kind], "group" in row, row["field"], row["offset"], row["size"])
            for row in map(json.loads, output.splitlines()) if "field" in row
            for kind in ("header", "template", "type") if kind in row}
    complaints, fields = [], 0
    for unit, rows in joined_rows(path):
        for kind, which in units_of(unit):
            wanted = {(kind, which, " group" in unit, *row) for row in rows}
            complaints += [f"not in the tables: {row}" for row in sorted(wanted - ours)]
            fields += len(rows)
    return complaints, fields


def main():
    wire = pathlib.Path(os.environ.get("PLIMSOLL_SHARED", "../shared")) / "wire"
    binary = pathlib.Path(sys.argv[1]) / "plimsoll"
    files = (("cme", "layout-cme-mdp3-v9.csv", 9), ("cme", "layout-cme-mdp3-v13.csv", 13),
             ("starbase", "layout-deribit-starbase-md-v1.0.csv", None),
             ("starbase", "layout-deribit-starbase-md-v1.0-20260807.csv", None))
    if not (wire / files[0][1]).is_file():
        print(f"*** skipped: no shared data ({wire})")
        return 77
    joined = (("deribit", "layout-deribit-multicast-v1.6.csv"),
              ("itch", "layout-moldudp64-itch5.csv"), ("deep", "layout-iextp-deep.csv"))
    results = [(name, compare(binary, venue, wire / name, version))
               for venue, name, version in files]
    results += [(name, compare_joined(binary, venue, wire / name)) for venue, name in joined]
    for name, (complaints, fields) in results:
        print("\n".join([*complaints, f"decode_layout: {name}: {fields} fields compared"]))
    return int(any(complaints or fields == 0 for _, (complaints, fields) in results))


if __name__ == "__main__":
    sys.exit(main())
