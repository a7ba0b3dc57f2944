#!/usr/bin/python3
"""The simulated exchange on two links: the same frames on both, impaired when it is told to, and one
link down is no matter to the other.

usage: impair_live.py BIN_FOLDER   needs root and ip(8); exit 77 where they are missing (skipped)
       impair_live.py --listen INTERFACE   (itself, in the receiving namespace)

What is waited for is waited for by turns with a generous end, never asserted against a clock.
"""
import hashlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

TURN_S, TURNS_MAX = 0.1, 600
SOURCE_MAC = bytes([0x02, 0x50, 0x4C, 0x00, 0x00, 0x01])
SO_RCVBUFFORCE, ETH_P_ALL, ROOM_BYTES = 33, 3, 64 << 20


class Failed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failed(what)


def wait_for(what, condition):
    for _ in range(TURNS_MAX):
        value = condition()
        if value:
            return value
        time.sleep(TURN_S)
    raise Failed(f"waited in vain: {what}")


def run(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def listen(interface):
    """Prints a hash of each of the exchange's frames, a line a frame."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as packets:
        packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM_BYTES)
        packets.bind((interface, ETH_P_ALL))
        print("ready", flush=True)
        while True:
            try:
                frame = packets.recv(65536)
            except OSError:  # the link went down; it may come back
                continue
            if frame[6:12] == SOURCE_MAC:
                print(hashlib.md5(frame).hexdigest(), flush=True)


class Links:
    """Two links, A and B, between a sending and a receiving namespace."""

    def __init__(self, work):
        self.work = work
        self.send, self.receive = f"plim-is{os.getpid()}", f"plim-ir{os.getpid()}"
        self.names = [(f"pis{line}{os.getpid()}", f"pir{line}{os.getpid()}") for line in "ab"]
        self.listeners = []

    def up(self):
        for space in (self.send, self.receive):
            run("ip", "netns", "add", space)
        for here, there in self.names:
            run("ip", "link", "add", here, "netns", self.send, "type", "veth", "peer", "name", there,
                "netns", self.receive)
            run("ip", "-n", self.send, "link", "set", here, "up")
            run("ip", "-n", self.receive, "link", "set", there, "up")

    def log(self, line):
        return self.work / f"line{line}.log"

    def frames(self, line):
        return self.log(line).read_text().split()[1:]

    def listen(self):
        for line, (_, there) in enumerate(self.names):
            with open(self.log(line), "w") as log:
                self.listeners.append(subprocess.Popen(
                    ["ip", "netns", "exec", self.receive, sys.executable, __file__, "--listen", there],
                    stdout=log))
            wait_for(f"listener on {there}", lambda: self.log(line).read_text() == "ready\n")

    def silence(self):
        for listener in self.listeners:
            listener.kill()
            listener.wait()
        self.listeners = []

    def command(self, binaries, *options):
        (a, _), (b, _) = self.names
        return ["ip", "netns", "exec", self.send, binaries / "plimsoll-exchange", "--interface", a,
                "--interface-b", b, *options]

    def down(self):
        self.silence()
        for space in (self.send, self.receive):
            run("ip", "netns", "del", space, check=False)


def sent(output):
    """Frames sent by line, as the exchange says."""
    return [int(count) for count in re.findall(r"^(\d+) frames, \d+ bytes -> ", output, re.M)]


def received(links, output):
    """Frames received by line, once all that were sent are there; none may be too many."""
    counts = sent(output)
    for line, count in enumerate(counts):
        wait_for(f"{count} frames on line {line}", lambda: len(links.frames(line)) >= count)
        expect(len(links.frames(line)) == count, f"line {line}: more than the {count} frames sent")
    return [links.frames(line) for line in range(len(counts))]


def check_clean(links, binaries):
    links.listen()
    a, b = received(links, run(*links.command(binaries, "--seconds", "2")))
    links.silence()
    expect(len(a) > 1000 and sorted(a) == sorted(b), "the lines differ without any impairment")
    print(f"clean: {len(a)} frames, the same on both lines")


def check_impaired(links, binaries):
    links.listen()
    output = run(*links.command(binaries, "--seconds", "2", "--impair-seed", "5", "--loss-a", "5%",
                                "--duplicate", "5%", "--reorder", "5%", "--delay-b", "2ms",
                                "--jitter", "100us"))
    a, b = received(links, output)
    links.silence()
    rows = {name: [int(a), int(b)] for name, a, b in re.findall(r"^(\w.*?) {2,}(\d+) +(\d+)$", output, re.M)}
    expect([len(a), len(b)] == rows["frames out"], f"not what the table says: {rows}")
    expect(rows["lost alone"][0] > 20 and rows["lost alone"][1] == 0, f"loss: {rows}")
    expect(len(b) - len(set(b)) == rows["copies added"][1], f"copies: {rows}")
    expect(len(set(b)) == rows["frames in"][1], "line B lost frames that it was not told to lose")
    expect(set(a) < set(b), "line A brought what line B did not")
    print(f"impaired: {rows['frames in'][0]} frames, A {len(a)} with {rows['lost alone'][0]} lost, "
          f"B {len(b)}, none lost")


def check_link_down(links, binaries):
    """Line B's link goes down and comes back; line A brings every frame meanwhile."""
    links.listen()
    command = links.command(binaries, "--seconds", "0")
    exchange = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        wait_for("both lines speak", lambda: links.frames(0) and links.frames(1))
        run("ip", "-n", links.send, "link", "set", links.names[1][0], "down")
        before = len(links.frames(0))
        wait_for("line A goes on", lambda: len(links.frames(0)) > before + 200)
        silent = len(links.frames(1))
        run("ip", "-n", links.send, "link", "set", links.names[1][0], "up")
        wait_for("line B is back", lambda: len(links.frames(1)) > silent + 200)
    finally:
        # the exchange itself: ip(8) became it
        exchange.send_signal(signal.SIGTERM)
        output, _ = exchange.communicate(timeout=60)
    expect(exchange.returncode == 0, f"the exchange ended with {exchange.returncode}: {output}")
    lost = int(re.search(r"^(\d+) frames lost: \S+ was down$", output, re.M).group(1))
    count = sent(output)[0]
    wait_for("line A whole", lambda: len(links.frames(0)) == count)
    a, b = links.frames(0), links.frames(1)
    links.silence()
    expect(lost > 0 and set(b) < set(a), "line B brought what line A did not")
    expect(len(a) == len(set(a)), "line A brought a frame twice")
    print(f"link down: A {count} frames, all there; B {len(b)}, {lost} lost while it was down")


def main():
    if sys.argv[1] == "--listen":
        listen(sys.argv[2])
    if os.geteuid() != 0 or subprocess.run(["which", "ip"], capture_output=True).returncode != 0:
        print("*** skipped: needs root and ip(8)")
        return 77
    binaries = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        links = Links(pathlib.Path(folder))
        try:
            links.up()
            check_clean(links, binaries)
            check_impaired(links, binaries)
            check_link_down(links, binaries)
        except Failed as failure:
            print(f"FAILED: {failure}")
            return 1
        finally:
            links.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
