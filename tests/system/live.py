#!/usr/bin/python3
"""plimsolld live: the simulated exchange in one network namespace, the daemon on the other end of a
veth pair, the operator beside it.

usage: live.py BIN_FOLDER   needs root and ip(8); exit 77 where they are missing (skipped)

What is waited for is waited for by turns with a generous end, never asserted against a clock.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

TURN_S, TURNS_MAX = 0.1, 600
SILENCE_S = 1
CONFIG = """\
profile: embedded
layout: {layout}
venue: deribit
instruments: 256
policy: policy.yaml
admin_socket: {work}/admin.sock
table: {table}
ports:
  - {{driver: net_af_packet, interface: plim-d, line: A}}
"""


class Failed(Exception):
    pass


def wait_for(what, condition):
    """Calls the condition until it gives something true; returns that and how long it took."""
    begun = time.monotonic()
    for _ in range(TURNS_MAX):
        value = condition()
        if value:
            return value, time.monotonic() - begun
        time.sleep(TURN_S)
    raise Failed(f"waited in vain: {what}")


def run(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


class Live:
    """One daemon and one exchange, each in a namespace of its own."""

    def __init__(self, binaries, work, layout):
        self.binaries, self.work = binaries, work
        self.spaces = [f"plim-x{os.getpid()}", f"plim-d{os.getpid()}"]
        self.table = f"live{os.getpid()}"
        self.children = []
        (work / "config.yaml").write_text(CONFIG.format(layout=layout, table=self.table, work=work))
        policy = (pathlib.Path(__file__).parents[2] / "deploy/policy.yaml").read_text()
        policy = policy.replace("silence: 5 s", f"silence: {SILENCE_S} s").replace(
            "rearm: 2 s", "rearm: 200 ms")
        (work / "policy.yaml").write_text(policy)

    def network_up(self):
        x, d = self.spaces
        for space in self.spaces:
            run("ip", "netns", "add", space)
        run("ip", "link", "add", "plim-x", "netns", x, "type", "veth", "peer", "name", "plim-d",
            "netns", d)
        run("ip", "-n", x, "link", "set", "plim-x", "up")
        run("ip", "-n", d, "link", "set", "plim-d", "up")

    def start(self, space, name, *arguments):
        log = open(self.work / f"{name}.log", "w")
        child = subprocess.Popen(["ip", "netns", "exec", space, self.binaries / name, *arguments],
                                 stdout=log, stderr=log)
        self.children.append(child)
        return child

    def operate(self, *verb, check=True):
        socket = ["--socket", self.work / "admin.sock"] if verb[0] != "table" else []
        table = ["--table", self.table] if verb[0] == "table" else []
        return run(self.binaries / "plimsoll", *verb, *socket, *table, "--json", check=check)

    def rows(self):
        """The decision table by instrument name."""
        shown = self.operate("table", check=False)
        if shown.returncode not in (0, 5):  # 5: degraded, which is an answer
            raise Failed(f"table: exit {shown.returncode}: {shown.stderr}")
        rows = json.loads(shown.stdout)["rows"]
        return {row["name"]: row for row in rows if row["name"]}

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        for space in self.spaces:
            run("ip", "netns", "del", space, check=False)
        # a daemon that was killed leaves its table
        pathlib.Path(f"/dev/shm/plimsoll-{self.table}").unlink(missing_ok=True)


def check_session(live):
    daemon = live.start(live.spaces[1], "plimsolld", "--config", live.work / "config.yaml")
    wait_for("the daemon answers", lambda: live.operate("status", check=False).returncode in (0, 5))
    exchange = live.start(live.spaces[0], "plimsoll-exchange", "--interface", "plim-x", "--seconds", "0")
    check_moving(live)
    check_freeze(live)
    check_mode(live)
    check_silence(live, exchange)
    status = json.loads(live.operate("status", check=False).stdout)
    if status["packets"] != status["decoded"] + sum(status["dropped"].values()):
        raise Failed(f"the ledger does not close: {status}")
    print(f"ledger: {status['packets']} packets = {status['decoded']} decoded + {status['dropped']}")
    live.operate("quit")
    if daemon.wait(timeout=60) != 0:
        raise Failed(f"the daemon ended with {daemon.returncode}")
    for verb in ("status", "table"):
        code = live.operate(verb, check=False).returncode
        if code != 3:
            raise Failed(f"{verb} without a daemon: exit {code}, not 3")


def check_moving(live):
    def lively():
        rows = live.rows()
        return rows if sum(row["view"]["state"] == "live" for row in rows.values()) >= 4 else None

    before, _ = wait_for("four instruments live", lively)
    after, took = wait_for("decisions move", lambda: moved(before, live.rows()))
    print(f"table moves: {after} of {len(before)} instruments decided anew within {took:.1f} s")


def moved(before, after):
    return sum(after[name]["seq"] > row["seq"] for name, row in before.items() if name in after)


def check_freeze(live):
    live.operate("freeze", "BTC-PERPETUAL")
    row, _ = wait_for("BTC-PERPETUAL frozen",
                      lambda: next((r for n, r in live.rows().items()
                                    if n == "BTC-PERPETUAL" and "frozen" in r["reasons"]), None))
    if (row["source"], row["im_ppm"], row["mm_ppm"]) != ("static", 200000, 120000):
        raise Failed(f"frozen, but not at its static limits: {row}")
    before = live.rows()
    wait_for("the others go on", lambda: moved({k: v for k, v in before.items() if "ETH" in k}, live.rows()))
    print("freeze holds BTC-PERPETUAL at 20 % / 12 %, the others go on")
    live.operate("thaw", "BTC-PERPETUAL")
    wait_for("BTC-PERPETUAL live again", lambda: live.rows()["BTC-PERPETUAL"]["source"] == "ewma")
    if live.operate("freeze", "NO-SUCH-THING", check=False).returncode != 1:
        raise Failed("freezing what does not exist did not fail")


def check_mode(live):
    live.operate("mode", "static")
    wait_for("all static by mode",
             lambda: all("mode" in row["reasons"] for row in live.rows().values()))
    live.operate("mode", "autonomous")
    wait_for("live by mode", lambda: any(row["source"] == "ewma" for row in live.rows().values()))
    print("mode static reaches every instrument, autonomous lets the model speak again")


def check_silence(live, exchange):
    exchange.send_signal(signal.SIGKILL)
    exchange.wait()
    rows, took = wait_for("every instrument silent",
                          lambda: (lambda r: r if all("silent" in x["reasons"] for x in r.values())
                                   else None)(live.rows()))
    if any(row["source"] != "static" for row in rows.values()):
        raise Failed("a silent instrument is not at its static limits")
    print(f"exchange killed: all {len(rows)} instruments silent and static after {took:.1f} s "
          f"(limit {SILENCE_S} s)")


def main():
    if os.geteuid() != 0 or subprocess.run(["which", "ip"], capture_output=True).returncode != 0:
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
            except (Failed, KeyError) as failure:
                print(f"FAILED: {failure!r}")
                for log in live.work.glob("*.log"):
                    print(f"--- {log.name}\n{log.read_text()}")
                return 1
            finally:
                live.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
