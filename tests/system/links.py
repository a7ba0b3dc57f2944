#!/usr/bin/python3
"""plimsolld on two links: groups joined, a link lost and found, line A and line B each on a veth pair
to a network namespace of its own, by every pair of drivers.

usage: links.py BIN_FOLDER   needs root and ip(8); exit 77 where they are missing (skipped)
       links.py --igmp INTERFACE   inside: asks once who listens, prints the groups that are told

What is waited for is waited for by turns with a generous end, never asserted against a clock.
"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

TURN_S, TURNS_MAX = 0.1, 600
CHANNELS = range(1, 8)
OVERRUN = 1000  # link changes: more than a netlink socket holds
SENDER = "10.50.0.1"
CONFIG = """\
layout: {layout}
venue: deribit
instruments: 256
policy: policy.yaml
admin_socket: {work}/admin.sock
table: {table}
ports:
"""
DRIVERS = [("net_af_packet", "net_af_packet"), ("net_af_xdp", "net_af_xdp"),
           ("net_af_packet", "net_af_xdp")]


class Failed(Exception):
    pass


def wait_for(what, condition):
    """Calls the condition until it gives something true; returns that."""
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
    return done


def group_of(channel):
    return f"239.111.111.{channel}"


class Network:
    """The daemon's namespace with interfaces a and b, and one for each line's exchange."""

    def __init__(self, binaries, work, drivers, layout):
        pid = os.getpid()
        self.binaries, self.work, self.drivers = binaries, work, drivers
        self.home = f"plim-d{pid}"
        self.far = {"a": f"plim-xa{pid}", "b": f"plim-xb{pid}"}
        self.table = f"links{pid}"
        self.children = {}
        ports = [f"  - {{driver: {driver}, interface: plim-{line}, line: {line.upper()}, groups: [" +
                 ", ".join(self.entry(line, channel, port) for channel in CHANNELS for port in (6100, 6101)) +
                 "]}\n" for line, driver in zip("ab", drivers)]
        (work / "config.yaml").write_text(
            CONFIG.format(layout=layout, table=self.table, work=work) + "".join(ports))
        (work / "policy.yaml").write_text(
            (pathlib.Path(__file__).parents[2] / "deploy/policy.yaml").read_text())

    @staticmethod
    def entry(line, channel, port):
        source = f", source: {SENDER}" if line == "b" else ""
        return f"{{group: {group_of(channel)}, port: {port}{source}}}"

    def up(self):
        for space in (self.home, *self.far.values()):
            run("ip", "netns", "add", space)
        for line in "ab":
            self.make_pair(line)

    def make_pair(self, line):
        run("ip", "link", "add", "plim-x", "netns", self.far[line], "type", "veth", "peer", "name",
            f"plim-{line}", "netns", self.home)
        self.set_far(line, "up")
        self.set_home(line, "up")

    def set_home(self, line, state):
        run("ip", "-n", self.home, "link", "set", f"plim-{line}", state)

    def set_far(self, line, state):
        run("ip", "-n", self.far[line], "link", "set", "plim-x", state)

    def start(self, space, name, *arguments):
        log = open(self.work / f"{name}.log", "a")
        child = subprocess.Popen(["ip", "netns", "exec", space, self.binaries / name, *arguments],
                                 stdout=log, stderr=log)
        self.children[space] = child
        return child

    def start_exchange(self, line):
        self.stop(self.far[line])
        self.start(self.far[line], "plimsoll-exchange", "--interface", "plim-x", "--seconds", "0")

    def stop(self, space):
        child = self.children.pop(space, None)
        if child is not None:
            child.kill()
            child.wait()

    def ask(self):
        return run(self.binaries / "plimsoll", "status", "--socket", self.work / "admin.sock", "--json",
                   check=False)

    def answers(self):
        return self.ask().returncode in (0, 5)

    def status(self):
        shown = self.ask()
        if shown.returncode not in (0, 5):  # 5: degraded, which is an answer
            raise Failed(f"status: exit {shown.returncode}: {shown.stdout}")
        status = json.loads(shown.stdout)
        if status["degraded"] != (shown.returncode == 5):
            raise Failed(f"exit {shown.returncode}, degraded {status['degraded']}")
        return status

    def port(self, line):
        return self.status()["ports"]["ab".index(line)]

    def proc(self, name):
        return run("ip", "netns", "exec", self.home, "cat", f"/proc/net/{name}").stdout

    def log(self):
        return (self.work / "plimsolld.log").read_text()

    def close(self):
        for space in list(self.children):
            self.stop(space)
        for space in (self.home, *self.far.values()):
            run("ip", "netns", "del", space, check=False)
        # a daemon that was killed leaves its table
        pathlib.Path(f"/dev/shm/plimsoll-{self.table}").unlink(missing_ok=True)


def joined(network, interface):
    """The groups of an interface, from /proc/net/igmp: a head, then a line each, bytes reversed."""
    groups, inside = set(), False
    for line in network.proc("igmp").splitlines()[1:]:
        words = line.split()
        if not line.startswith("\t"):
            inside = words[1] == interface
        elif inside:
            groups.add(socket.inet_ntoa(struct.pack("=I", int(words[0], 16))))
    return groups


def filtered(network, interface):
    """The (group, sender) pairs that an interface asks for, from /proc/net/mcfilter."""
    rows = [line.split() for line in network.proc("mcfilter").splitlines()[1:]]
    told = {(row[2], row[3]) for row in rows if row[1] == interface and int(row[4]) > 0}
    as_text = lambda word: socket.inet_ntoa(struct.pack("!I", int(word, 16)))
    return {(as_text(group), as_text(sender)) for group, sender in told}


def check_groups(network):
    wanted = {group_of(channel) for channel in CHANNELS}
    for line in "ab":
        if not wanted <= joined(network, f"plim-{line}"):
            raise Failed(f"plim-{line} lacks groups: {network.proc('igmp')}")
    if filtered(network, "plim-b") != {(group, SENDER) for group in wanted}:
        raise Failed(f"source-specific groups: {network.proc('mcfilter')}")
    if filtered(network, "plim-a"):
        raise Failed(f"plim-a asks for senders: {network.proc('mcfilter')}")


def check_answers(network):
    """A router that asks is told, although the interfaces have no address and frames go elsewhere."""
    wanted = {group_of(channel) for channel in CHANNELS}
    for line in "ab":
        told = run("ip", "netns", "exec", network.far[line], sys.executable, __file__, "--igmp", "plim-x")
        if not wanted <= set(told.stdout.split()):
            raise Failed(f"line {line}: asked by IGMP, told only {told.stdout.split()}")


def check_flow(network, line):
    before = network.port(line)["received"]
    wait_for(f"frames on line {line}", lambda: network.port(line)["received"] > before + 20)


def row_11_lost_link(network, line, lose, find):
    """One line's link goes and comes back; the other goes on."""
    changes = network.port(line)["link_changes"]
    other = "b" if line == "a" else "a"
    lose()
    wait_for(f"line {line} down", lambda: network.port(line)["link"] == "down")
    status = network.status()
    if not status["degraded"] or network.port(other)["link"] != "up":
        raise Failed(f"link down, but: degraded {status['degraded']}, ports {status['ports']}")
    text = run(network.binaries / "plimsoll", "status", "--socket", network.work / "admin.sock",
               check=False).stdout
    if "link lost" not in text:
        raise Failed(f"the text does not tell: {text}")
    check_flow(network, other)
    find()
    wait_for(f"line {line} up", lambda: network.port(line)["link"] == "up")
    check_flow(network, line)
    if network.port(line)["link_changes"] != changes + 2:
        raise Failed(f"{network.port(line)['link_changes']} changes, not {changes + 2}")
    check_groups(network)


def check_overrun(network):
    """More happens than the kernel keeps for a daemon that does not read; the end of it is found."""
    daemon = daemon_pid(network)
    os.kill(daemon, signal.SIGSTOP)
    noise = "link add plim-n type bridge\n" + "link set plim-n up\nlink set plim-n down\n" * OVERRUN
    batch = network.work / "noise"
    batch.write_text(noise + "link del plim-n\n")
    run("ip", "-n", network.home, "-batch", batch)
    network.set_home("a", "down")
    os.kill(daemon, signal.SIGCONT)
    wait_for("the lost change is found", lambda: network.port("a")["link"] == "down")
    network.set_home("a", "up")
    wait_for("up again", lambda: network.port("a")["link"] == "up")


def daemon_pid(network):
    return network.children[network.home].pid  # ip netns exec becomes the daemon


def check_gone(network, line):
    run("ip", "-n", network.home, "link", "del", f"plim-{line}")
    wait_for("interface gone", lambda: network.port(line)["link"] == "gone")
    network.make_pair(line)
    wait_for("its return is told", lambda: f"plim-{line} (line {line.upper()}): there again" in network.log())
    if network.port(line)["link"] != "gone":
        raise Failed("another interface of the name is taken for the one that is gone")


def check_session(network):
    daemon = network.start(network.home, "plimsolld", "--config", network.work / "config.yaml")
    wait_for("the daemon answers", network.answers)
    check_groups(network)
    for line in "ab":
        network.start_exchange(line)
        check_flow(network, line)
    check_answers(network)
    for line in "ab":
        row_11_lost_link(network, line, lambda: network.set_home(line, "down"),
                        lambda: network.set_home(line, "up"))
        # of the sender, by the far end of its pair
        row_11_lost_link(network, line, lambda: network.set_far(line, "down"),
                        lambda: (network.set_far(line, "up"), network.start_exchange(line)))
        told = f"plim-{line} (line {line.upper()}): link down; its channels go on by line"
        if network.log().count(told) != 2:
            raise Failed(f"'{told}' should be logged twice: {network.log()}")
    check_answers(network)
    check_overrun(network)
    check_gone(network, "b")
    status = network.status()
    if status["packets"] != status["decoded"] + sum(status["dropped"].values()):
        raise Failed(f"the ledger does not close: {status}")
    print(json.dumps(status["ports"]))
    run(network.binaries / "plimsoll", "quit", "--socket", network.work / "admin.sock")
    if daemon.wait(timeout=60) != 0:
        raise Failed(f"the daemon ended with {daemon.returncode}")
    if joined(network, "plim-a") != {"224.0.0.1"}:
        raise Failed(f"groups were not left: {network.proc('igmp')}")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ask_by_igmp(interface):
    """Sends an IGMPv3 general query and prints the groups of the reports that come."""
    mine = b"\x02\0\0\0\0\x09"
    query = struct.pack("!BBH4sBBH", 0x11, 5, 0, bytes(4), 2, 60, 0)
    query = query[:2] + struct.pack("!H", checksum(query)) + query[4:]
    header = struct.pack("!BBHHHBBH4s4s", 0x46, 0xC0, 24 + len(query), 0, 0, 1, 2, 0,
                         socket.inet_aton("10.50.0.254"), socket.inet_aton("224.0.0.1")) + b"\x94\x04\0\0"
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((interface, 0))
    wire.settimeout(0.1)
    wire.send(b"\x01\0\x5e\0\0\x01" + mine + b"\x08\0" + header + query)
    groups, end = set(), time.monotonic() + 10
    while time.monotonic() < end and len(groups) < len(CHANNELS):
        try:
            frame = wire.recv(4096)
        except TimeoutError:
            continue
        igmp = 14 + (frame[14] & 15) * 4
        if frame[12:14] != b"\x08\0" or frame[23] != 2 or frame[igmp] != 0x22:
            continue
        at = igmp + 8
        for _ in range(struct.unpack_from("!H", frame, igmp + 6)[0]):
            kind, aux, sources = struct.unpack_from("!BBH", frame, at)
            groups.add(socket.inet_ntoa(frame[at + 4:at + 8]))
            at += 8 + 4 * (sources + aux)
    print("\n".join(groups))


def main():
    if sys.argv[1] == "--igmp":
        ask_by_igmp(sys.argv[2])
        return 0
    if os.geteuid() != 0 or subprocess.run(["which", "ip"], capture_output=True).returncode != 0:
        print("*** skipped: needs root and ip(8)")
        return 77
    binaries = pathlib.Path(sys.argv[1]).resolve()
    for number, drivers in enumerate(DRIVERS):
        layout = ("inline", "pipeline")[number % 2]
        with tempfile.TemporaryDirectory() as folder:
            network = Network(binaries, pathlib.Path(folder), drivers, layout)
            try:
                print(f"--- {drivers[0]} and {drivers[1]}, layout {layout}")
                network.up()
                check_session(network)
            except (Failed, KeyError) as failure:
                print(f"FAILED: {failure!r}")
                for log in network.work.glob("*.log"):
                    print(f"--- {log.name}\n{log.read_text()}")
                return 1
            finally:
                network.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
