#!/usr/bin/python3
"""The receive and the engine core at work: no system call, no allocation.

usage: quiet_core.py BIN_FOLDER COUNT_MALLOC_SO   needs root, ip(8) and strace(1); exit 77 without

Both are counted from outside, over FRAMES frames at least, of a daemon that has given up its
privileges: system calls by strace on the worker threads alone, calls of the allocator by a preloaded
library that counts them a thread. What a core calls without frames (sched_yield) is told apart by its
name. Under AF_XDP the driver itself wakes the kernel: that number is printed, and not judged.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from live import Failed, Live, wait_for

FRAMES = 10000
SPEED = "100"  # times the exchange's own pace
IDLE = {"sched_yield"}
DRIVER = {"recvfrom"}  # net_af_xdp: the wake-up its socket asks for
CONFIG = """\
venue: deribit
layout: {layout}
policy: policy.yaml
admin_socket: {work}/admin.sock
table: {table}
ports: [{{driver: {driver}, interface: plim-d}}]
"""
WORKER = re.compile(r"(rte|lcore)-worker-\d+")


def packets(live):
    return json.loads(live.operate("status", check=False).stdout)["packets"]


def workers(pid):
    """The worker threads of a daemon: id by name."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        if WORKER.fullmatch(name):
            found[name] = int(task.name)
    return found


def attach(live, thread):
    """strace on one thread, once it has hold of it."""
    said = live.work / f"strace{thread}.log"
    child = subprocess.Popen(["strace", "-o", live.work / f"calls.{thread}", "-p", str(thread)],
                             stderr=open(said, "w"))
    live.children.append(child)
    wait_for("strace is there", lambda: "attached" in said.read_text())
    return child


def calls_of(live, thread):
    """Finished calls by name. The call a thread was in when strace came is not of the time watched."""
    lines = (live.work / f"calls.{thread}").read_text().splitlines()
    return collections.Counter(m.group(1) for m in (re.match(r"(\w+)\(", line) for line in lines) if m)


def allocations(live):
    counts = (live.work / "counts").read_bytes()
    return {thread: calls for thread, calls in struct.iter_unpack("QQ", counts) if thread != 0}


def watch(live, driver, threads, exchange):
    """Lets FRAMES frames pass twice: once with strace on the workers, once without."""
    before, first = allocations(live), packets(live)
    wait_for("frames pass", lambda: packets(live) >= first + FRAMES)
    after, last = allocations(live), packets(live)
    for name, thread in threads.items():
        made = after.get(thread, 0) - before.get(thread, 0)
        print(f"  {name}: {made} calls of the allocator in {last - first} frames")
        if made != 0:
            raise Failed(f"{name} allocates")
    watchers, first = [attach(live, thread) for thread in threads.values()], packets(live)
    wait_for("frames pass, watched", lambda: packets(live) >= first + FRAMES)
    frames = packets(live) - first
    exchange.kill()  # without frames they yield: a watcher that sees nothing would be blind
    wait_for("idle calls seen",
             lambda: all(calls_of(live, thread)["sched_yield"] for thread in threads.values()))
    for watcher in watchers:
        watcher.terminate()
        watcher.wait()
    for name, thread in threads.items():
        calls = calls_of(live, thread)
        at_work = {call: n for call, n in calls.items() if call not in IDLE}
        print(f"  {name}: {sum(at_work.values())} system calls in {frames} frames {at_work}; "
              f"idle: {calls['sched_yield']} sched_yield")
        if set(at_work) - (DRIVER if driver == "net_af_xdp" else set()):
            raise Failed(f"{name} makes system calls: {at_work}")


def check(live, driver, layout):
    config = CONFIG.format(driver=driver, layout=layout, work=live.work, table=live.table)
    (live.work / "config.yaml").write_text(config)
    (live.work / "counts").touch()
    os.environ.update(LD_PRELOAD=sys.argv[2], PLIMSOLL_COUNTS=str(live.work / "counts"))
    daemon = live.start(live.spaces[1], "plimsolld", "--config", live.work / "config.yaml")
    for name in ("LD_PRELOAD", "PLIMSOLL_COUNTS"):
        del os.environ[name]
    wait_for("the daemon answers", lambda: live.operate("status", check=False).returncode in (0, 5))
    exchange = live.start(live.spaces[0], "plimsoll-exchange", "--interface", "plim-x",
                          "--seconds", "0", "--speed", SPEED)
    wait_for("the feed is there", lambda: packets(live) > 1000)  # what is made once is made
    threads = workers(daemon.pid)
    if len(threads) != (2 if layout == "pipeline" else 1) or daemon.pid not in allocations(live):
        raise Failed(f"workers {threads}, counted {allocations(live)}")
    watch(live, driver, threads, exchange)
    live.operate("quit")
    if daemon.wait(timeout=60) != 0:
        raise Failed(f"the daemon ended with {daemon.returncode}")


def main():
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "strace"))):
        print("*** skipped: needs root, ip(8) and strace(1)")
        return 77
    binaries = pathlib.Path(sys.argv[1]).resolve()
    for driver in ("net_af_packet", "net_af_xdp"):
        for layout in ("pipeline", "inline"):
            with tempfile.TemporaryDirectory() as folder:
                live = Live(binaries, pathlib.Path(folder), layout)
                try:
                    print(f"--- {driver}, {layout}")
                    live.network_up()
                    check(live, driver, layout)
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
