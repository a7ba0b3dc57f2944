#!/usr/bin/python3
"""Counts the instructions of each stage with callgrind and compares them with baseline.json.

usage: tests/latency/gate.py [--binary FILE] [--baseline FILE] [--update] [--json]

Instruction counts repeat exactly on a busy machine, where wall time does not; what they cannot
see (cache misses, mispredicted branches) is plimsoll-bench's. A stage that takes more than 1 %
above its baseline fails. The baseline holds for one toolchain: with another, the counts are
printed and not gated. Exit: 0 within the gate, 1 above it or stale, 2 usage or no valgrind.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

TOLERANCE = 0.01
STAGE_SECONDS_MAX = 120
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Unusable(Exception):
    """Nothing could be counted: a message for people."""


def run(command):
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=STAGE_SECONDS_MAX)
    if "debuginfo reader" in done.stderr:
        raise Unusable("this valgrind cannot read the binary's debug format: build with -gdwarf-4")
    if done.returncode != 0:
        raise Unusable(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def toolchain(binary):
    return {
        "build": run([binary, "--build"]).strip(),
        "valgrind": run(["valgrind", "--version"]).strip(),
        "libc": " ".join(platform.libc_ver()),
    }


def stages_of(binary):
    """[(name, units, unit)] as the program prints them."""
    rows = [line.split("\t") for line in run([binary]).splitlines()]
    return [(name, int(units), unit) for name, units, unit in rows]


def count(binary, stage, folder):
    """Instructions inside the stage's function and below it."""
    out = pathlib.Path(folder) / stage
    run(["valgrind", "--tool=callgrind", "--collect-atstart=no",
         f"--toggle-collect=stage_{stage.replace('.', '_')}", f"--callgrind-out-file={out}",
         binary, stage])
    found = re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)
    if found is None or int(found[1]) == 0:
        raise Unusable(f"callgrind collected nothing in stage_{stage}")
    return int(found[1])


def measure(binary):
    stages = stages_of(binary)
    with tempfile.TemporaryDirectory() as folder:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            counts = list(pool.map(lambda stage: count(binary, stage[0], folder), stages))
    return {name: {"instructions": instructions, "units": units, "unit": unit,
                   "each": round(instructions / units, 2)}
            for (name, units, unit), instructions in zip(stages, counts)}


def judge(name, now, base):
    """(verdict, failed, share) of one stage."""
    if base is None:
        return "not in the baseline: run --update", True, None
    if (now["units"], now["unit"]) != (base["units"], base["unit"]):
        return "other input: run --update", True, None
    share = now["instructions"] / base["instructions"] - 1
    if share > TOLERANCE:
        return "ABOVE the gate", True, share
    if share < -TOLERANCE:
        return "below: run --update to keep it", False, share
    return "ok", False, share


def compare(stages, baseline, gated, as_json):
    failed = False
    if not as_json:
        print(f"{'stage':<16}{'instructions':>14} {'each':<14}{'baseline':>10}{'change':>9}"
              "  verdict")
    for name, now in stages.items():
        base = baseline.get("stages", {}).get(name) if baseline else None
        verdict, bad, share = judge(name, now, base)
        if not gated:
            verdict, bad = "recorded, not gated", False
        failed |= bad
        if as_json:
            print(json.dumps({"name": f"instructions.{name}", "value": now["each"],
                              "unit": f"instructions/{now['unit']}", "n": now["units"],
                              "baseline": base and base["each"], "verdict": verdict}))
            continue
        change = "-" if share is None else f"{100 * share:+.2f} %"
        print(f"{name:<16}{now['each']:>14.2f} {now['unit']:<14}"
              f"{base['each'] if base else 0:>10.2f}{change:>9}  {verdict}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "build/release/bin/plimsoll-stages"))
    parser.add_argument("--baseline", default=str(HERE / "baseline.json"))
    parser.add_argument("--update", action="store_true", help="rewrite the baseline")
    parser.add_argument("--json", action="store_true", help="one JSON object a stage")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.binary).resolve())
    if shutil.which("valgrind") is None:
        raise Unusable("valgrind is not installed")
    if not os.access(binary, os.X_OK):
        raise Unusable(f"no program {options.binary}: build the release preset first")
    tools, stages = toolchain(binary), measure(binary)
    path = pathlib.Path(options.baseline)
    if options.update:
        path.write_text(json.dumps({"toolchain": tools, "stages": stages}, indent=2) + "\n")
        print(f"gate: wrote {path.name} for {tools['build']}")
        return 0
    baseline = json.loads(path.read_text()) if path.exists() else None
    if baseline is None:
        raise Unusable(f"no baseline {path.name}: run --update")
    gated = baseline["toolchain"] == tools
    if not gated and not options.json:
        print(f"gate: other compiler or tools ({tools['build']}, {tools['valgrind']}, "
              f"{tools['libc']}): recorded, not gated")
    return 1 if compare(stages, baseline, gated, options.json) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError, subprocess.TimeoutExpired) as error:
        print(f"gate: {error}", file=sys.stderr)
        sys.exit(2)
