#!/usr/bin/python3
"""plimsolld on line A and line B, live, by each driver: nothing lost, the decisions of a replay of what
the exchange sent, a line lost, both lost and found, the daemon started anew in mid-stream.

usage: two_lines.py BIN_FOLDER   needs root and ip(8); exit 77 where they are missing (skipped)
       two_lines.py --record FOLDER   (itself, beside the exchange: what goes out, a file a line)

What is waited for is waited for by turns with a generous end, never asserted against a clock.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from capture_files import pcap_frames, write_pcap
from live import Failed, Live, run, wait_for

TURN_S, SETTLE_S, TRIES_MAX, ATTEMPTS_MAX = 0.1, 1, 20, 3
STALLED = "does not come round"  # what the daemon logs of a core that was kept from running
SO_RCVBUFFORCE, ETH_P_ALL, PACKET_OUTGOING, ROOM_BYTES = 33, 3, 4, 64 << 20
RATE, SECONDS = 1000, 6  # book updates a second; of feed time
LIVE_MIN = 4             # instruments
PATIENT_S, HASTY_S = 300, 2  # limits of silence: never told, soon told
LINES = "ab"
FRAMES_MIN = 10  # of each channel
BOOKS, CHANNELS, SNAPSHOTS = range(1, 6), 6, 100  # ids; with that of the indices; the snapshots' first
DRIVERS = {"net_af_packet": "pipeline", "net_af_xdp": "inline"}
CONFIG = """\
layout: {layout}
venue: deribit
instruments: 256
policy: policy.yaml
admin_socket: {work}/admin.sock
table: {table}
ports:
"""
# What a decision says; its seq alone counts frames, duplicates too.
SAYS = ("event_ns", "valid_until_ns", "tier", "mode", "source", "im_ppm", "mm_ppm", "clip_max_u6",
        "slice_ms", "reasons")

SAME = {"events": "events", "decisions": "decisions_published", "policy_hash": "policy_hash"}  # replay: live


def record(folder):
    """Writes what leaves by each line's interface, as told by the kernel, once it is told to end."""
    frames = {f"plim-x{line}": ([], []) for line in LINES}
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as packets:
        packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM_BYTES)
        packets.settimeout(0.1)
        (folder / "ready").touch()
        while True:
            try:
                frame, (name, _, kind, *_) = packets.recvfrom(65536)
            except TimeoutError:
                if ended:
                    break
                continue
            if kind == PACKET_OUTGOING and frame[23:24] == b"\x11":
                frames[name][0].append(frame)
                frames[name][1].append(time.time_ns())
    for line in LINES:
        write_pcap(folder / f"{line}.pcap", *frames[f"plim-x{line}"])


class TwoLines(Live):
    """One exchange and one daemon, each in a namespace of its own, with two links between them."""

    def __init__(self, binaries, work, driver, silence_s):
        super().__init__(binaries, work, DRIVERS[driver])
        ports = "".join(f"  - {{driver: {driver}, interface: plim-d{line}, line: {line.upper()}}}\n"
                        for line in LINES)
        (work / "config.yaml").write_text(
            CONFIG.format(layout=DRIVERS[driver], table=self.table, work=work) + ports)
        policy = (pathlib.Path(__file__).parents[2] / "deploy/policy.yaml").read_text()
        # a busy machine may keep a line waiting; what waits is not to be given up
        (work / "policy.yaml").write_text(policy.replace(
            "silence: 5 s", f"silence: {silence_s} s\n  gap_wait: 1 s").replace(
                "rearm: 2 s", "rearm: 200 ms"))

    def network_up(self):
        x, d = self.spaces
        for space in self.spaces:
            run("ip", "netns", "add", space)
            # frames of the kernel's own would only be in the way
            run("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1",
                check=False)
        for line in LINES:
            run("ip", "link", "add", f"plim-x{line}", "netns", x, "type", "veth", "peer", "name",
                f"plim-d{line}", "netns", d)
            run("ip", "-n", x, "link", "set", f"plim-x{line}", "up")
            self.set_link(line, "up")

    def set_link(self, line, state):
        """The daemon's end: the exchange's own only loses its carrier."""
        run("ip", "-n", self.spaces[1], "link", "set", f"plim-d{line}", state)

    def start_daemon(self):
        daemon = self.start(self.spaces[1], "plimsolld", "--config", self.work / "config.yaml")
        wait_for("the daemon answers", lambda: self.operate("status", check=False).returncode in (0, 5))
        return daemon

    def start_exchange(self, seconds):
        return self.start(self.spaces[0], "plimsoll-exchange", "--interface", "plim-xa", "--interface-b",
                          "plim-xb", "--seconds", str(seconds), "--rate", str(RATE), "--snapshot-cycle",
                          "2", "--scenario", "calm")

    def ask(self, verb):
        """A verb's answer. On a machine that is busy elsewhere none may come in time (3, 7): ask again."""
        for _ in range(TRIES_MAX):
            shown = self.operate(verb, check=False)
            if shown.returncode in (0, 5):  # 5: degraded, which is an answer
                return json.loads(shown.stdout)
            if shown.returncode not in (3, 7):
                break
        raise Failed(f"{verb}: exit {shown.returncode}: {shown.stdout}{shown.stderr}")

    def watched(self):
        """The channels that are never silent for long: all but those of snapshots. None until all speak."""
        rows = [row for row in self.ask("feeds")["rows"] if row["channel"] < SNAPSHOTS]
        return sorted(rows, key=lambda row: row["channel"]) if len(rows) >= CHANNELS else None

    def heard(self, line):
        """Frames that came by a line, by channel."""
        return [row["lines"][line]["packets"] for row in self.watched() or ()]

    def end(self, daemon):
        self.operate("quit")
        if daemon.wait(timeout=60) != 0:
            raise Failed(f"the daemon ended with {daemon.returncode}")

    def sent(self):
        """Frames that the exchange sent, as it says at its end. By a signal it may end between the lines."""
        text = (self.work / "plimsoll-exchange.log").read_text()
        a, b = map(int, re.findall(r"^(\d+) frames, \d+ bytes -> ", text, re.M))
        if abs(a - b) > 1:
            raise Failed(f"the exchange sent {a} frames by A, {b} by B")
        return max(a, b)

    def record(self):
        child = subprocess.Popen(["ip", "netns", "exec", self.spaces[0], sys.executable, __file__,
                                  "--record", self.work])
        self.children.append(child)
        wait_for("what is sent is recorded", (self.work / "ready").exists)
        return child


def check_ledger(answer):
    if answer["packets"] != answer["decoded"] + sum(answer["dropped"].values()):
        raise Failed(f"the ledger does not close: {answer}")


def whole(two):
    """The feeds, once each frame that was sent has come by one line at least; nothing may be amiss."""
    count = two.sent()
    wait_for(f"{count} frames taken", lambda: two.ask("feeds")["decoded"] >= count)
    feeds, status = two.ask("feeds"), two.ask("status")
    check_ledger(feeds)
    wrong = {name: feeds[name] for name in ("gaps", "units_lost", "late", "restarts", "silences", "held")
             if feeds[name] != 0}
    if feeds["decoded"] != count or set(feeds["dropped"]) - {"duplicate"} or wrong:
        raise Failed(f"{count} frames sent, decoded {feeds['decoded']}, {feeds['dropped']}, {wrong}")
    if any(row["state"] != "normal" for row in feeds["rows"]) or status["decisions_dropped"] != 0:
        raise Failed(f"not as it should be: {feeds['rows']}, {status}")
    return feeds


def spoken(decision):
    return json.dumps([decision[key] for key in SAYS])


def look(two, seen):
    """Adds what the table says now, to be compared with the replay; nothing may be stale."""
    for name, row in two.rows().items():
        if row["view"]["state"] == "stale" or {"silent", "gap", "stale"} & set(row["reasons"]):
            raise Failed(f"{name} is stale: {row}")
        seen.setdefault(name, {})[spoken(row)] = None


def check_replay(two, recorder, seen):
    """All that was seen in the table is in the replay, the last of each instrument is its last, and there
    are as many decisions."""
    recorder.terminate()
    recorder.wait(timeout=60)
    files = {line: two.work / f"{line}.pcap" for line in LINES}
    distinct = {frame for path in files.values() for frame in pcap_frames(path)}
    if len(distinct) != two.sent():
        raise Failed(f"{two.sent()} frames sent, {len(distinct)} recorded")
    replayed = json.loads(run(
        two.binaries / "plimsoll", "replay", "--policy", two.work / "policy.yaml", "--a", files["a"], "--b",
        files["b"], "--decisions", two.work / "decisions", "--json").stdout)
    wait_for(f"{replayed['decisions']} decisions as replayed",
             lambda: two.ask("status")["decisions_published"] >= replayed["decisions"])
    look(two, seen)
    status = two.ask("status")
    wrong = {name: (status[live], replayed[name]) for name, live in SAME.items()
             if status[live] != replayed[name]}
    if wrong or replayed["gaps"] != 0:
        raise Failed(f"(live, replayed): {wrong}; the replay has {replayed['gaps']} gaps")
    made, last = {}, {}
    for line in (two.work / "decisions").read_text().splitlines():
        decision = json.loads(line)
        last[decision["name"]] = spoken(decision)
        made.setdefault(decision["name"], set()).add(last[decision["name"]])
    if {name: list(rows)[-1] for name, rows in seen.items()} != last:
        raise Failed(f"the last decisions differ: {[(n, list(r)[-1], last.get(n)) for n, r in seen.items()]}")
    foreign = [row for name, rows in seen.items() for row in rows if row not in made[name]]
    if foreign:
        raise Failed(f"decisions that no replay makes: {foreign}")
    print(f"  replay of what was sent: {replayed['decisions']} decisions as live, the last of "
          f"{len(last)} instruments and {sum(map(len, seen.values()))} seen meanwhile the same")


def check_paced(two):
    """A run of a few seconds: nothing lost, line B all duplicates."""
    daemon, recorder, seen = two.start_daemon(), two.record(), {}
    exchange = two.start_exchange(SECONDS)
    while exchange.poll() is None:
        look(two, seen)
        time.sleep(TURN_S)
    feeds = whole(two)
    a, b = (sum(row["lines"][line]["packets"] for row in feeds["rows"]) for line in (0, 1))
    if not a == b == feeds["decoded"] == feeds["duplicates"]:
        raise Failed(f"A {a}, B {b}, decoded {feeds['decoded']}, duplicates {feeds['duplicates']}")
    print(f"  paced: {a / SECONDS:.0f} packets/s on each line, 0 of {a + b} lost; "
          f"{feeds['decoded']} decoded, {feeds['duplicates']} duplicates")
    check_replay(two, recorder, seen)
    lively = {name for name, row in two.rows().items() if row["view"]["state"] == "live"}
    if len(lively) < LIVE_MIN:
        raise Failed(f"only {lively} live")
    two.end(daemon)
    return lively


def settled(two, line):
    """What came by a line, once no more does. The counters are some four times a second old."""
    before = two.heard(line)
    time.sleep(SETTLE_S)
    return before if two.heard(line) == before else None


def check_line_down(two):
    """Each line down in turn: the other goes on for it."""
    daemon, recorder, seen = two.start_daemon(), two.record(), {}
    exchange = two.start_exchange(0)
    wait_for("every channel speaks", lambda: two.heard(0) and two.heard(1))
    for line, name in enumerate(LINES):
        two.set_link(name, "down")
        wait_for("its link is down", lambda: two.ask("status")["ports"][line]["link"] == "down")
        before, _ = wait_for(f"line {name} speaks no more", lambda: settled(two, line))
        other = two.heard(1 - line)
        wait_for("the other line goes on", lambda: look(two, seen) or all(
            now >= was + FRAMES_MIN for now, was in zip(two.heard(1 - line), other)))
        if two.heard(line) != before:
            raise Failed(f"line {name} is down and speaks: {before}, {two.heard(line)}")
        meanwhile = sum(two.heard(1 - line)) - sum(other)
        two.set_link(name, "up")
        wait_for(f"line {name} speaks", lambda: look(two, seen) or all(
            now > was for now, was in zip(two.heard(line), before)))
        port = two.ask("status")["ports"][line]
        print(f"  line {name.upper()} down: {meanwhile} frames by the other, none by it; link changes "
              f"{port['link_changes']}, now {port['link']}")
    exchange.terminate()
    if exchange.wait(timeout=60) != 0:
        raise Failed(f"the exchange ended with {exchange.returncode}")
    feeds = whole(two)
    holes = sum(row["holes"] for row in feeds["rows"])
    print(f"  each line down in turn: {feeds['decoded']} decoded, {feeds['duplicates']} duplicates, "
          f"{holes} holes filled, 0 lost")
    check_replay(two, recorder, seen)
    two.end(daemon)


def is_live(two, lively):
    rows = two.rows()
    return lively <= set(rows) and all(rows[name]["view"]["state"] == "live" for name in lively)


def mended(two):
    """The feeds, once snapshots told everything anew of each channel that has them; else None."""
    feeds = two.ask("feeds")
    rows = [row for row in feeds["rows"] if row["channel"] in BOOKS]
    whole = [row for row in rows if row["state"] == "normal" and row["gaps_by_snapshot"] != 0]
    return feeds if len(whole) == len(BOOKS) and feeds["channels_silent"] == 0 else None


def check_both_down(two, lively):
    daemon = two.start_daemon()
    two.start_exchange(0)
    wait_for("the instruments are live", lambda: is_live(two, lively))
    two.set_link("a", "down")
    _, took = wait_for("line A is silent and no channel", lambda: is_live(two, lively) and all(
        row["lines"][0]["silent"] and not row["silent"] for row in two.watched()))
    print(f"  line A down: silent after {took:.1f} s (limit {HASTY_S} s), no channel is")
    two.set_link("b", "down")

    def silent():
        rows = two.rows().values()
        return all("silent" in row["reasons"] and row["source"] == "static" and
                   row["view"]["state"] == "stale" for row in rows)

    _, took = wait_for("every instrument stale", silent)
    print(f"  line B down, too: all stale and static after {took:.1f} s (limit {HASTY_S} s)")
    for name in LINES:
        two.set_link(name, "up")
    _, took = wait_for("the instruments are live again", lambda: is_live(two, lively))
    feeds, more = wait_for("the channels are whole", lambda: mended(two))
    if any(row["gaps"] == 0 for row in feeds["rows"]) or daemon.poll() is not None:
        raise Failed(f"both lines were down, and there was no gap: {feeds}")
    check_ledger(feeds)
    print(f"  both up: {len(lively)} instruments live again after {took:.1f} s, the channels whole after "
          f"{took + more:.1f} s; {feeds['gaps']} gaps, {feeds['units_lost']} packets lost")
    return daemon


def check_restart(two, daemon, lively):
    daemon.terminate()
    if daemon.wait(timeout=60) != 0:
        raise Failed(f"the daemon ended with {daemon.returncode}")
    daemon = two.start_daemon()
    _, took = wait_for("the instruments are live", lambda: is_live(two, lively))
    feeds, more = wait_for("the channels are whole", lambda: mended(two))
    status = two.ask("status")
    books = status["snapshot_checks"][0] == status["snapshot_checks"][1] and status["chain_breaks"] == 0
    if feeds["gaps"] != 0 or not books:
        raise Failed(f"{feeds['gaps']} gaps, or the books are not the venue's: {status}")
    check_ledger(feeds)
    print(f"  started anew in mid-stream: {len(lively)} instruments live after {took:.1f} s, the channels "
          f"whole by a snapshot after {took + more:.1f} s; {feeds['gaps']} gaps")
    two.end(daemon)


def main():
    if sys.argv[1] == "--record":
        record(pathlib.Path(sys.argv[2]))
        return 0
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("*** skipped: needs root and ip(8)")
        return 77
    binaries = pathlib.Path(sys.argv[1]).resolve()
    for driver in DRIVERS:
        print(f"--- {driver}, layout {DRIVERS[driver]}", flush=True)
        lively = set()

        def hasty(two):
            check_restart(two, check_both_down(two, lively), lively)

        for silence_s, check in ((PATIENT_S, lambda two: lively.update(check_paced(two))),
                                 (PATIENT_S, check_line_down), (HASTY_S, hasty)):
            if not holds(binaries, driver, silence_s, check):
                return 1
    return 0


def holds(binaries, driver, silence_s, check):
    """Whether a check holds. Where the machine kept the daemon's cores from running, it is made again."""
    for _ in range(ATTEMPTS_MAX):
        failure, logs = failure_of(binaries, driver, silence_s, check)
        if failure is None:
            return True
        stalled = STALLED in logs
        print(f"{'a core was kept from running, again' if stalled else 'FAILED'}: {failure!r}\n{logs}")
        if not stalled:
            break
    return False


def failure_of(binaries, driver, silence_s, check):
    """Makes a check in namespaces of its own; returns what failed, or None, and all that was logged."""
    with tempfile.TemporaryDirectory() as folder:
        two = TwoLines(binaries, pathlib.Path(folder), driver, silence_s)
        failure = None
        try:
            two.network_up()
            check(two)
        except (Failed, KeyError, subprocess.TimeoutExpired) as failed:
            failure = failed
        finally:
            two.close()
        return failure, "".join(f"--- {log.name}\n{log.read_text()}" for log in two.work.glob("*.log"))


if __name__ == "__main__":
    sys.exit(main())
