#!/usr/bin/python3
"""The MoldUDP64 fields of `plimsoll decode` against tshark's own dissector.

usage: decode_tshark.py BIN_FOLDER   exit 77 without tshark or the shared captures (skipped)
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

FIELDS = ("frame.number", "moldudp64.session", "moldudp64.sequence", "moldudp64.count",
          "moldudp64.msglen", "moldudp64.msgdata")


def lines_of(command):
    """The command's output, line by line."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def by_tshark(capture):
    """frame -> session, sequence, count, [length], [first byte of each message]"""
    ports = set(lines_of(["tshark", "-r", capture, "-T", "fields", "-e", "udp.dstport"]))
    command = ["tshark", "-r", capture, "-T", "fields"]
    for port in sorted(ports):
        command += ["-d", f"udp.port=={port},moldudp64"]
    for field in FIELDS:
        command += ["-e", field]
    packets = {}
    for line in lines_of(command):
        frame, session, sequence, count, lengths, data = line.split("\t")
        letters = [chr(int(each[:2], 16)) for each in data.split(",") if each]
        packets[int(frame)] = (session, int(sequence), int(count),
                               [int(length) for length in lengths.split(",") if length], letters)
    return packets


def by_decode(binary, capture):
    """The same from plimsoll decode."""
    packets = {}
    for line in map(json.loads, lines_of([binary, "decode", "--venue", "itch", "--json", capture])):
        if "packet" in line:
            head = line["packet"]
            packets[line["frame"]] = (head["session"], head["sequenceNumber"],
                                      head["messageCount"], [], [])
        elif "message" in line:
            packets[line["frame"]][3].append(line["header"]["messageLength"])
            packets[line["frame"]][4].append(line["type"])
    return packets


def main():
    shared = pathlib.Path(os.environ.get("PLIMSOLL_SHARED", "../shared"))
    captures = sorted((shared / "captures/nasdaq").glob("*/*.pcap"))
    if shutil.which("tshark") is None or not captures:
        print(f"*** skipped: no {'shared data' if not captures else 'tshark'} ({shared})")
        return 77
    messages = 0
    for capture in map(str, captures):
        wanted, got = by_tshark(capture), by_decode(pathlib.Path(sys.argv[1]) / "plimsoll", capture)
        if wanted != got:
            print(f"{capture}: tshark says\n{wanted}\nplimsoll decode says\n{got}")
            return 1
        messages += sum(len(packet[3]) for packet in got.values())
    if messages == 0:
        print("nothing was compared")
        return 1
    print(f"decode_tshark: {len(captures)} captures, {messages} messages, no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
