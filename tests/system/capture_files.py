#!/usr/bin/python3
"""Captures as capture.py reads, writes and sends them: by the formats' descriptions, no library.

usage: capture_files.py INTERFACE FILE   sends the frames of a pcap file, in order and not too fast
"""
import collections
import pathlib
import socket
import struct
import sys
import time

PACE_FRAMES, PACE_S = 8, 0.004


class Failed(Exception):
    pass


def pcap_frames(path):
    data = path.read_bytes()
    at, frames = 24, []
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        frames.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return frames


def write_pcap(path, frames, stamps=None):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for index, frame in enumerate(frames):
            stamp = divmod(stamps[index], 10**9) if stamps else (0, 0)
            file.write(struct.pack("<IIII", *stamp, len(frame), len(frame)) + frame)


Frame = collections.namedtuple("Frame", "interface stamp data size reason lost")
File = collections.namedtuple("File", "application interfaces frames ends")


def options_of(data, at, end):
    found = {}
    while at < end:
        code, size = struct.unpack_from("<HH", data, at)
        if code == 0:
            break
        found[code] = data[at + 4:at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
    return found


def number(options, code):
    return struct.unpack("<Q", options[code])[0] if code in options else 0


def read_pcapng(path):
    """A whole file by its blocks; anything odd fails."""
    data = path.read_bytes()
    at, application, interfaces, frames, ends = 0, "", [], [], {}
    while at < len(data):
        kind, total = struct.unpack_from("<II", data, at)
        if total % 4 != 0 or struct.unpack_from("<I", data, at + total - 4)[0] != total:
            raise Failed(f"{path}: a damaged block at {at}")
        end = at + total - 4
        if kind == 0x0A0D0D0A:
            application = options_of(data, at + 24, end)[4].decode()
        elif kind == 1:
            options = options_of(data, at + 16, end)
            if options[9] != b"\x09":
                raise Failed(f"{path}: stamps are not in nanoseconds")
            interfaces.append((options[2].decode(), options[3].decode()))
        elif kind == 6:
            interface, high, low, kept, size = struct.unpack_from("<IIIII", data, at + 8)
            options = options_of(data, at + 28 + (kept + 3) // 4 * 4, end)
            frames.append(Frame(interface, high << 32 | low, data[at + 28:at + 28 + kept], size,
                                options.get(1, b"").decode(), number(options, 4)))
        elif kind == 5:
            options = options_of(data, at + 20, end)
            ends[struct.unpack_from("<I", data, at + 8)[0]] = {
                name: number(options, code) for name, code in
                (("received", 4), ("lost", 5), ("accepted", 6), ("delivered", 8))}
        else:
            raise Failed(f"{path}: block of an unknown type {kind}")
        at += total
    return File(application, interfaces, frames, ends)


def check_sums(file):
    """What each interface's end says, against its frames. Returns what was lost."""
    if len(file.ends) != len(file.interfaces):
        raise Failed(f"{len(file.interfaces)} interfaces, {len(file.ends)} of them ended")
    for interface, end in file.ends.items():
        frames = [frame for frame in file.frames if frame.interface == interface]
        if end["delivered"] != len(frames) or end["accepted"] != len(frames) + end["lost"]:
            raise Failed(f"interface {interface}: {len(frames)} frames, but {end}")
        if sum(frame.lost for frame in frames) > end["lost"] or end["received"] < end["accepted"]:
            raise Failed(f"interface {interface}: losses do not add up: {end}")
        if any(a.stamp > b.stamp for a, b in zip(frames, frames[1:])):
            raise Failed(f"interface {interface}: stamps step back")
    return sum(end["lost"] for end in file.ends.values())


def send(interface, path):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((interface, 0))
    for number_sent, frame in enumerate(pcap_frames(path)):
        out.send(frame)
        if number_sent % PACE_FRAMES == 0:
            time.sleep(PACE_S)


if __name__ == "__main__":
    send(sys.argv[1], pathlib.Path(sys.argv[2]))
