#!/usr/bin/python3
"""plimsoll capture, live: frames sent over two veth pairs, the daemon at their other ends, and the
files that the operator gets of them.

usage: capture.py BIN_FOLDER   needs root and ip(8); exit 77 where they are missing (skipped)

What is waited for is waited for by turns with a generous end, never asserted against a clock. The
files are read by a walk over their blocks (capture_files), and by tshark where it is installed.
"""
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from capture_files import Failed, check_sums, pcap_frames, read_pcapng, write_pcap

TURN_S, TURNS_MAX, TRIES_MAX = 0.1, 600, 20
FEED_SECONDS = 15
SENDER = pathlib.Path(__file__).with_name("capture_files.py")
CONFIG = """\
profile: embedded
layout: {layout}
venue: deribit
instruments: 256
policy: policy.yaml
admin_socket: {work}/admin.sock
table: {table}
ports:
  - {{driver: net_af_packet, interface: {a}, line: A}}
  - {{driver: net_af_packet, interface: {b}, line: B}}
"""
JUNK = [  # what a port may also see, and the name each is dropped under
    ("not_ipv4", bytes(12) + b"\x08\x06" + bytes(46)),
    ("not_udp", bytes(12) + b"\x08\x00" + b"\x45\x00\x00\x2e" + bytes(5) + b"\x06" + bytes(36)),
    ("runt", bytes(12) + b"\x08\x00" + b"\x45"),
]


def wait_for(what, condition):
    for _ in range(TURNS_MAX):
        value = condition()
        if value:
            return value
        time.sleep(TURN_S)
    raise Failed(f"waited in vain: {what}")


def run(*command, check=True):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


class Live:
    """One daemon with two lines, and the other ends of both."""

    def __init__(self, binaries, work, layout):
        pid = os.getpid()
        self.binaries, self.work, self.layout = binaries, work, layout
        self.spaces = [f"plim-cx{pid}", f"plim-cd{pid}"]
        self.outer, self.inner = [f"xa{pid}", f"xb{pid}"], [f"da{pid}", f"db{pid}"]
        self.table = f"capture{pid}"
        self.children = []
        (work / "config.yaml").write_text(CONFIG.format(
            layout=layout, table=self.table, work=work, a=self.inner[0], b=self.inner[1]))
        shutil.copy(pathlib.Path(__file__).parents[2] / "deploy/policy.yaml", work / "policy.yaml")

    def network_up(self):
        x, d = self.spaces
        for space in self.spaces:
            run("ip", "netns", "add", space)
            # frames of the kernel's own would only be in the way
            run("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1",
                check=False)
        for outer, inner in zip(self.outer, self.inner):
            run("ip", "link", "add", outer, "netns", x, "type", "veth", "peer", "name", inner, "netns", d)
            run("ip", "-n", x, "link", "set", outer, "up")
            run("ip", "-n", d, "link", "set", inner, "up")

    def start(self, name, *command):
        log = open(self.work / f"{name}.log", "w")
        child = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log)
        self.children.append(child)
        return child

    def start_daemon(self):
        daemon = self.start("plimsolld", "ip", "netns", "exec", self.spaces[1],
                            self.binaries / "plimsolld", "--config", self.work / "config.yaml")
        wait_for("the daemon answers", lambda: self.operate(
            "status", check=False, patient=False).returncode in (0, 5))
        return daemon

    def send(self, line, path):
        """Sends a file's frames from the other end of a line; waits until they are sent."""
        run("ip", "netns", "exec", self.spaces[0], sys.executable, SENDER, self.outer[line], path)

    def start_exchange(self):
        return self.start("exchange", "ip", "netns", "exec", self.spaces[0],
                          self.binaries / "plimsoll-exchange", "--interface", self.outer[0],
                          "--seconds", "0")

    def operate(self, *verb, check=True, patient=True):
        """A verb's outcome. On a machine that is busy elsewhere the daemon's main thread may not run
        for seconds: no answer in time (3, 7) is asked for again."""
        where = ["--table", self.table] if verb[0] == "table" else ["--socket", self.work / "admin.sock"]
        for _ in range(TRIES_MAX if patient else 1):
            done = run(self.binaries / "plimsoll", *verb, *where, "--json", check=False)
            if done.returncode not in (3, 7):
                break
        if check and done.returncode != 0:
            raise Failed(f"{verb}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def status(self):
        shown = self.operate("status", check=False)
        if shown.returncode not in (0, 5):  # 5: degraded, which is an answer
            raise Failed(f"status: exit {shown.returncode}: {shown.stdout}{shown.stderr}")
        return json.loads(shown.stdout)

    def decisions(self):
        return self.status()["decisions_published"]

    def start_capture(self, name, *options):
        """Starts the tool in the background and waits until the daemon captures."""
        for _ in range(TRIES_MAX):
            child = self.start(name, self.binaries / "plimsoll", "capture", "--socket",
                               self.work / "admin.sock", "--json", *options, self.work / name)
            wait_for(f"{name} is captured",
                     lambda: child.poll() is not None or self.status()["capture"]["on"])
            if child.poll() not in (3, 7):  # see operate
                break
        return child

    def end_capture(self, child, name):
        """Ctrl-C; returns what the tool said and the file."""
        child.send_signal(signal.SIGINT)
        code = child.wait(timeout=60)
        text = (self.work / f"{name}.log").read_text()
        if code != 0:
            raise Failed(f"{name}: exit {code}: {text}")
        return json.loads(text), read_pcapng(self.work / name)

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        for space in self.spaces:
            run("ip", "netns", "del", space, check=False)
        # a daemon that was killed leaves its table
        pathlib.Path(f"/dev/shm/plimsoll-{self.table}").unlink(missing_ok=True)


def is_subsequence(some, of):
    rest = iter(of)
    return all(any(frame == other for other in rest) for frame in some)


def settled(live):
    """Packets taken in, once no more come."""
    before = live.status()["packets"]
    time.sleep(3 * TURN_S)
    after = live.status()["packets"]
    return after if before == after else None


def check_exact(live):
    """A feed on line A, junk, and the same feed again on line B: each frame that came in is in the
    file, as it was sent, with the reason it was dropped for; the daemon's ledger says the same."""
    feed = live.work / "feed.pcap"
    run(live.binaries / "plimsoll-exchange", "--out", feed, "--seconds", FEED_SECONDS, "--seed", "7",
        "--rate", "200")
    write_pcap(live.work / "junk.pcap", [frame for _, frame in JUNK])
    sent = pcap_frames(feed)
    before = live.status()
    child = live.start_capture("all.pcapng")
    for line, path in ((0, feed), (0, live.work / "junk.pcap"), (1, feed)):
        live.send(line, path)
        wait_for("the last frame is in", lambda: settled(live))  # else a full ring loses the next
    said, file = live.end_capture(child, "all.pcapng")
    after = live.status()
    if check_sums(file) != 0 or said["lost"] != 0 or said["ended_by"] != "interrupted":
        raise Failed(f"frames lost from a capture that had all the time there is: {said}")
    if file.interfaces != list(zip(live.inner, ("line A", "line B"))):
        raise Failed(f"interfaces {file.interfaces}")
    lines = [[frame for frame in file.frames if frame.interface == line] for line in (0, 1)]
    junk = [frame for _, frame in JUNK]
    for line, frames in enumerate(lines):
        if not is_subsequence([f.data for f in frames if f.data not in junk], sent):
            raise Failed(f"line {'AB'[line]}: a captured frame is not one that was sent")
    for name, data in JUNK:
        padded = [f.reason for f in file.frames if f.data == data]
        if padded != [f"dropped: {name}"]:
            raise Failed(f"junk that is {name} is in the file as {padded}")
    reasons = collections.Counter(frame.reason for frame in file.frames)
    ledger = collections.Counter({f"dropped: {name}": count - before["dropped"].get(name, 0)
                                  for name, count in after["dropped"].items()})
    ledger[""] = after["decoded"] - before["decoded"]
    if reasons != ledger:
        raise Failed(f"the file says {reasons}, the ledger {ledger}")
    again = collections.Counter(frame.reason for frame in lines[1])
    whole = len(lines[0]) == len(sent) + len(JUNK)  # else line B may fill what A's socket lost
    if whole and set(again) - {"dropped: duplicate", "dropped: late"}:
        raise Failed(f"the same feed again is not all duplicate or late: {again}")
    if len(file.frames) < len(sent):
        raise Failed(f"not half of the frames arrived: {len(file.frames)} of twice {len(sent)}")
    if len(file.frames) != said["frames"] or after["packets"] - before["packets"] != said["received"]:
        raise Failed(f"the tool said {said}")
    print(f"exact: {len(sent)} frames twice and {len(junk)} of junk sent, {len(file.frames)} captured: "
          f"{dict(reasons)}")
    return sent, lines


def check_replay(live, sent, lines):
    def replay(name):
        return json.loads(run(live.binaries / "plimsoll", "replay", live.work / name, "--json").stdout)

    whole = replay("all.pcapng")
    if whole["decisions"] == 0:
        raise Failed(f"the capture replayed makes no decisions: {whole}")
    print(f"replay of the capture: {whole['packets']} packets, {whole['decisions']} decisions")
    # played as one line, the second sending looks like a restart; line A alone is what was sent
    write_pcap(live.work / "a.pcap", [f.data for f in lines[0]], [f.stamp for f in lines[0]])
    captured, clean = replay("a.pcap"), replay("feed.pcap")
    if len(lines[0]) - len(JUNK) != len(sent):
        print("the kernel lost some of line A, so the digests are not compared")
    elif clean["digest"] != captured["digest"]:
        raise Failed(f"digest of what was sent {clean['digest']}, captured {captured['digest']}")
    else:
        print(f"line A of it has the digest of what was sent: {clean['digest']}")


def check_tshark(live):
    if shutil.which("tshark") is None:
        print("*** no tshark: the file is not read by it")
        return
    shown = run("tshark", "-r", live.work / "all.pcapng", "-T", "fields", "-E", "separator=/t", "-e",
                "frame.interface_name", "-e", "frame.comment", "-e", "frame.len").stdout.splitlines()
    file = read_pcapng(live.work / "all.pcapng")
    want = [f"{file.interfaces[f.interface][0]}\t{f.reason}\t{f.size}" for f in file.frames]
    if shown != want:
        raise Failed("tshark reads something else: " + repr(
            next((a, b) for a, b in zip(shown + [None], want + [None]) if a != b)))
    print(f"tshark reads the same {len(want)} frames, interfaces and reasons")


def moves(live):
    before = live.decisions()
    wait_for("decisions go on", lambda: live.decisions() > before)


def check_options(live):
    out = live.work / "some.pcapng"
    said = json.loads(live.operate("capture", "--frames", "25", "--line", "A", "--snap", "60", out).stdout)
    file = read_pcapng(out)
    check_sums(file)
    if (said["frames"], said["ended_by"], len(file.frames), len(file.interfaces)) != (25, "frames", 25, 1):
        raise Failed(f"25 frames of line A: {said}")
    if any(len(frame.data) > 60 for frame in file.frames) or all(f.size <= 60 for f in file.frames):
        raise Failed("--snap 60 does not hold")
    said = json.loads(live.operate("capture", "--seconds", "1", out).stdout)
    if said["ended_by"] != "seconds" or said["frames"] == 0 or check_sums(read_pcapng(out)) != 0:
        raise Failed(f"--seconds 1: {said}")
    child = live.start_capture("drops.pcapng", "--drops", "--frames", len(JUNK))
    live.send(0, live.work / "junk.pcap")
    child.wait(timeout=60)
    file = read_pcapng(live.work / "drops.pcapng")
    check_sums(file)
    if [frame.reason for frame in file.frames] != [f"dropped: {name}" for name, _ in JUNK]:
        raise Failed(f"--drops: {[frame.reason for frame in file.frames]}")
    for wrong in (["--snap", "0", out], ["--line", "C", out], ["--frames", "x", out], [], [out, out]):
        code = live.operate("capture", *wrong, check=False).returncode
        if code != 2:
            raise Failed(f"capture {wrong}: exit {code}, not 2")
    if live.operate("capture", "/nonexistent/x", check=False).returncode != 1:
        raise Failed("a file that cannot be made did not fail")
    wait_for("no capture is on", lambda: not live.status()["capture"]["on"])
    print("options hold; wrong ones are refused")


def check_kill(live):
    child = live.start_capture("killed.pcapng")
    second = live.operate("capture", live.work / "second.pcapng", check=False)
    if second.returncode != 1 or json.loads(second.stdout)["status"] != "busy":
        raise Failed(f"a second capture: exit {second.returncode}: {second.stdout}")
    if (live.work / "second.pcapng").exists():
        raise Failed("the capture that was refused left a file")
    moves(live)
    child.kill()
    child.wait()
    wait_for("the daemon sees it", lambda: not live.status()["capture"]["on"])
    moves(live)
    data = read_pcapng(live.work / "killed.pcapng")
    print(f"tool killed: {len(data.frames)} frames are in its file, decisions go on")


def check_stuck(live):
    """The tool stopped: socket and ring fill up, and the capture alone loses frames."""
    big = bytes(12) + b"\x08\x06" + bytes(1400)
    write_pcap(live.work / "big.pcap", [big] * 1000)
    child = live.start_capture("stuck.pcapng")
    child.send_signal(signal.SIGSTOP)
    turns = 0
    while live.status()["capture"]["lost"] < 100:
        live.send(1, live.work / "big.pcap")
        turns += 1
        if turns > 100:
            raise Failed(f"100000 frames do not fill the ring: {live.status()['capture']}")
    moves(live)
    before = live.status()
    live.send(1, live.work / "big.pcap")
    after = live.status()
    if after["capture"]["lost"] <= before["capture"]["lost"]:
        raise Failed("a stuck capture loses nothing?")
    if after["packets"] != after["decoded"] + sum(after["dropped"].values()):
        raise Failed("the ledger does not close")
    child.send_signal(signal.SIGCONT)
    wait_for("the tool has caught up", lambda: live.status()["capture"]["frames"] >
             before["capture"]["frames"])
    said, file = live.end_capture(child, "stuck.pcapng")
    lost = check_sums(file)
    if lost != said["lost"] or lost < 100 or said["received"] != len(file.frames) + lost:
        raise Failed(f"stuck: {lost} lost by the file, the tool said {said}")
    print(f"tool stopped: {len(file.frames)} frames in the file, {lost} lost from it; decisions go on")


def check_quit(live, daemon):
    child = live.start_capture("last.pcapng")
    moves(live)
    live.operate("quit")
    if daemon.wait(timeout=60) != 0 or child.wait(timeout=60) != 0:
        raise Failed(f"quit: daemon {daemon.returncode}, tool {child.returncode}")
    said = json.loads((live.work / "last.pcapng.log").read_text())
    check_sums(read_pcapng(live.work / "last.pcapng"))
    if said["ended_by"] != "daemon" or said["frames"] == 0:
        raise Failed(f"the daemon ended, and the tool said {said}")
    if live.operate("capture", live.work / "none", check=False, patient=False).returncode != 3:
        raise Failed("capture without a daemon: not exit 3")
    print(f"daemon ended: the file is whole, {said['frames']} frames")


def check_murder(live):
    """The daemon killed: the tool says so, and the file holds whole blocks."""
    daemon = live.start_daemon()
    live.start_exchange()
    child = live.start_capture("orphan.pcapng")
    wait_for("frames", lambda: live.status()["capture"]["frames"] > 10)
    pid = live.status()["pid"]
    os.kill(pid, signal.SIGKILL)
    daemon.wait()
    if child.wait(timeout=60) != 3:
        raise Failed(f"daemon killed: the tool ended with {child.returncode}, not 3")
    print(f"daemon killed: {len(read_pcapng(live.work / 'orphan.pcapng').frames)} frames, exit 3")


def check_session(live):
    daemon = live.start_daemon()
    sent, lines = check_exact(live)
    check_replay(live, sent, lines)
    check_tshark(live)
    exchange = live.start_exchange()
    wait_for("instruments are live", lambda: live.status()["states"]["live"] >= 4)
    check_options(live)
    check_kill(live)
    check_stuck(live)
    check_quit(live, daemon)
    exchange.kill()
    exchange.wait()
    check_murder(live)


def main():
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("*** skipped: needs root and ip(8)")
        return 77
    binaries = pathlib.Path(sys.argv[1]).resolve()
    for layout in ("pipeline", "inline"):
        with tempfile.TemporaryDirectory() as folder:
            live = Live(binaries, pathlib.Path(folder), layout)
            try:
                print(f"--- layout {layout}")
                live.network_up()
                check_session(live)
            except (Failed, KeyError, subprocess.TimeoutExpired) as failure:
                print(f"FAILED: {failure!r}")
                for log in live.work.glob("*.log"):
                    print(f"--- {log.name}\n{log.read_text()}")
                return 1
            finally:
                live.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
