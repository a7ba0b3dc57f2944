#!/usr/bin/python3
"""plimsolld without its privileges: traffic flows, the operator is answered, the end is an orderly
one; and what each driver takes to start.

usage: privileges.py BIN_FOLDER   needs root, ip(8), setpriv(1) and setcap(8); exit 77 without

Started as root with `user`; started by an ordinary user from a binary with file capabilities, those
of docs/operator.md and, to show that they are the least, each left out in turn.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from live import Failed, Live, check_freeze, check_moving, run, wait_for

USER = 65534
DRIVERS = {
    "net_pcap": ["cap_net_raw"],
    "net_af_packet": ["cap_net_raw", "cap_net_admin"],
    "net_af_xdp": ["cap_net_raw", "cap_net_admin", "cap_ipc_lock", "cap_sys_admin"],
}
CONFIG = """\
venue: deribit
layout: {layout}
policy: policy.yaml
admin_socket: {work}/admin.sock
table: {table}
ports: [{{driver: {driver}, interface: plim-d}}]
"""


class Place(Live):
    """A folder that is the ordinary user's, two namespaces, and a service manager's socket."""

    def __init__(self, binaries, work, layout, driver, more=""):
        super().__init__(binaries, work, layout)
        config = CONFIG.format(driver=driver, layout=layout, work=work, table=self.table)
        (work / "config.yaml").write_text(config + more)
        os.chmod(work, 0o755)
        os.chown(work, USER, USER)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(work / "notify"))
        os.chmod(work / "notify", 0o777)
        self.manager.settimeout(60)
        os.environ["NOTIFY_SOCKET"] = str(work / "notify")

    def start_daemon(self, *prefix, binary=None):
        log = open(self.work / "plimsolld.log", "w")
        command = ["ip", "netns", "exec", self.spaces[1], *prefix, binary or self.binaries / "plimsolld",
                   "--config", self.work / "config.yaml"]
        child = subprocess.Popen(command, stdout=log, stderr=log)
        self.children.append(child)
        return child

    def said(self):
        return (self.work / "plimsolld.log").read_text()

    def ended(self, child):
        return child.wait(timeout=60)

    def expect_state(self, state):
        got = self.manager.recv(64).decode()
        if got != state:
            raise Failed(f"the service manager heard {got}, not {state}")

    def left_behind(self):
        left = [path.name for path in self.work.glob("*.sock")]
        left += [path.name for path in pathlib.Path("/dev/shm").glob(f"plimsoll-{self.table}")]
        shown = run("ip", "-n", self.spaces[1], "-d", "link", "show", "plim-d").stdout
        if "xdp" in shown or "promiscuity 0" not in shown:
            left.append(shown)
        return left

    def expect_nothing_left(self):
        if self.left_behind():
            raise Failed(f"left behind: {self.left_behind()}")

    def close(self):
        super().close()
        self.manager.close()
        del os.environ["NOTIFY_SOCKET"]


def field(status, name):
    return re.search(rf"^{name}:[ \t]*(.*?)[ \t]*$", status, re.M).group(1)


def check_threads(pid, user, bounded=True):
    """What the kernel shows of every thread; returns their names."""
    names = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text()
        names.append(field(status, "Name"))
        shown = {name: int(field(status, name), 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
        if bounded:
            shown["CapBnd"] = int(field(status, "CapBnd"), 16)
        if any(shown.values()):
            raise Failed(f"thread {names[-1]} has capabilities: {shown}")
        if (field(status, "NoNewPrivs"), field(status, "Seccomp")) != ("1", "2"):
            raise Failed(f"thread {names[-1]} has no filter:\n{status}")
        if set(field(status, "Uid").split()) != {str(user)}:
            raise Failed(f"thread {names[-1]} is uid {field(status, 'Uid')}")
        if user != 0 and (set(field(status, "Gid").split()) != {str(user)} or field(status, "Groups")):
            raise Failed(f"thread {names[-1]}: gid {field(status, 'Gid')}, {field(status, 'Groups')}")
    return sorted(names)


def check_link(place):
    """The drivers' own reaction to an interface that goes down comes after the drop, too."""
    run("ip", "-n", place.spaces[1], "link", "set", "plim-d", "down")
    wait_for("every instrument silent",
             lambda: all("silent" in row["reasons"] for row in place.rows().values()))
    run("ip", "-n", place.spaces[1], "link", "set", "plim-d", "up")
    check_moving(place)


def check_session(place, daemon, user, end, bounded=True, more=None):
    place.expect_state("READY=1")
    threads = check_threads(daemon.pid, user, bounded)
    place.start(place.spaces[0], "plimsoll-exchange", "--interface", "plim-x", "--seconds", "0")
    check_moving(place)
    check_freeze(place)
    place.operate("policy", "show")
    if more:
        more(place)
    check_threads(daemon.pid, user, bounded)  # those made since
    if end == "quit":
        place.operate("quit")
    else:
        daemon.send_signal(end)
    if end != signal.SIGKILL:
        if place.ended(daemon) != 0:
            raise Failed(f"ended with {daemon.returncode}")
        place.expect_state("STOPPING=1")
        place.expect_nothing_left()
    print(f"  {len(threads)} threads without privileges: {', '.join(threads)}")


def as_root(place, end):
    check_session(place, place.start_daemon(), USER, end, more=check_link if end == "quit" else None)


def root_without_user(place):
    os.chown(place.work, 0, 0)
    check_session(place, place.start_daemon(), 0, "quit")


def killed(place):
    """The XDP program goes with the process, however it goes; the next start takes the rest over."""
    daemon = place.start_daemon()
    check_session(place, daemon, USER, signal.SIGKILL)
    if place.ended(daemon) != -signal.SIGKILL:
        raise Failed(f"ended with {daemon.returncode}")
    wait_for("the XDP program gone", lambda: not [x for x in place.left_behind() if "xdp" in x])
    again = place.start_daemon()
    place.expect_state("READY=1")
    place.operate("quit")
    if place.ended(again) != 0:
        raise Failed("the second start did not end well")
    place.expect_nothing_left()


def with_bpf_folder(place):
    """Where the kernel's bpf folder is mounted, as systemd does, nothing stays in it."""
    mount = """mount -t bpf bpf /sys/fs/bpf; "$@"; code=$?
               find /sys/fs/bpf -mindepth 1 -not -name '*.debug'; exit $code"""  # those: the kernel's
    daemon = place.start_daemon("sh", "-c", mount, "sh")
    place.expect_state("READY=1")
    place.start(place.spaces[0], "plimsoll-exchange", "--interface", "plim-x", "--seconds", "0")
    check_moving(place)
    place.operate("quit")
    if place.ended(daemon) != 0 or "/sys/fs/bpf" in place.said():
        raise Failed("something stayed in /sys/fs/bpf")
    place.expect_nothing_left()


def binary_with(place, capabilities):
    binary = place.work / "plimsolld"
    shutil.copy(place.binaries / "plimsolld", binary)
    if capabilities:
        run("setcap", ",".join(capabilities) + "+ep", binary)
    return binary


def as_user(place, driver):
    """File capabilities: the least suffice, and each is needed."""
    prefix = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]
    needed = DRIVERS[driver]
    check_session(place, place.start_daemon(*prefix, binary=binary_with(place, needed)), USER, "quit",
                  bounded=False)
    for missing in needed:
        binary = binary_with(place, [c for c in needed if c != missing])
        daemon = place.start_daemon(*prefix, binary=binary)
        if place.ended(daemon) != 1 or missing not in place.said():
            raise Failed(f"without {missing}: exit {daemon.returncode}, {place.said()}")
        place.expect_nothing_left()
    print(f"  {driver}: {', '.join(needed)} suffice, and each is needed")


def refused(place):
    """What cannot be given up, or not be cleaned up after, is a start that fails with one line."""
    other = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "--"]
    for prefix, owner, wanted in (
            (other, USER, f"uid 65533 cannot become uid {USER}"),
            ([], 0, "could not remove the admin socket at the end")):
        os.chown(place.work, owner, owner)
        daemon = place.start_daemon(*prefix)
        if place.ended(daemon) != 1 or wanted not in place.said() or place.said().count("\n") != 1:
            raise Failed(f"exit {daemon.returncode}: {place.said()}")
        print(f"  {place.said().strip()}")
        for left in place.work.glob("*.sock"):
            left.unlink()


def cases():
    user = f"user: {USER}\ngroup: {USER}\n"
    for driver in DRIVERS:
        for layout in ("pipeline", "inline"):
            end = "quit" if layout == "pipeline" else signal.SIGTERM
            yield f"root to uid {USER}", driver, layout, user, lambda place, end=end: as_root(place, end)
    yield "root, no user named", "net_af_packet", "pipeline", "", root_without_user
    yield "killed", "net_af_xdp", "pipeline", user, killed
    yield "with /sys/fs/bpf", "net_af_xdp", "inline", user, with_bpf_folder
    for driver in DRIVERS:
        yield f"uid {USER}", driver, "inline", "", lambda place, driver=driver: as_user(place, driver)
    yield "refused", "net_af_packet", "inline", user, refused


def main():
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "setpriv", "setcap"))):
        print("*** skipped: needs root, ip(8), setpriv(1) and setcap(8)")
        return 77
    binaries = pathlib.Path(sys.argv[1]).resolve()
    for title, driver, layout, more, check in cases():
        with tempfile.TemporaryDirectory() as folder:
            place = Place(binaries, pathlib.Path(folder), layout, driver, more)
            try:
                print(f"--- {title}, {driver}, {layout}")
                place.network_up()
                check(place)
            except (Failed, KeyError, OSError) as failure:
                print(f"FAILED: {failure!r}")
                for log in place.work.glob("*.log"):
                    print(f"--- {log.name}\n{log.read_text()}")
                return 1
            finally:
                place.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
