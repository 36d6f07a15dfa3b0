"""lan.py - a local network of made hosts: one bridge, and namespaces on it.

Each host has its own network, mounts and host name, its own /run with its own D-Bus
system bus and, where asked, its own avahi-daemon. Hosts have link-local IPv6
addresses, IPv4 addresses 10.77.NIC.HOST/24, or both; no default route, no internet.

    with Lan(2, avahi={0, 1}) as lan:
        one, two = lan.hosts
        one.run(["ping", "-c1", two.ipv4])

Only inside a lab (lab.enter), as root of it.
"""

import collections
import itertools
import os
import signal
import socket
import struct
import subprocess
import threading
import time

import lab

_serial = itertools.count(1)

_HOST_SCRIPT = r"""
set -e
hostname "$NAME"
run=/run/lab/hosts/$TAG
mkdir "$run"
mount -t tmpfs -o mode=755 tmpfs "$run"
mkdir "$run/lab" "$run/dbus" "$run/avahi-daemon" "$run/lock"
mount --bind /run/lab "$run/lab"
mount --rbind "$run" /run
set_ipv6() { for file in /proc/sys/net/ipv6/conf/*/"$1"; do echo "$2" >"$file"; done; }
set_ipv6 accept_dad 0
[ "$IPV6" = yes ] || set_ipv6 disable_ipv6 1
ip link set lo up
echo ready
exec cat
"""

_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen>
<auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow own="*"/>
<allow send_type="method_call"/><allow send_type="signal"/><allow send_requested_reply="true"/>
<allow receive_type="method_call"/><allow receive_type="signal"/>
<allow receive_requested_reply="true"/></policy></busconfig>
"""

_AVAHI_CONFIG = """[server]
host-name={name}
use-ipv4={ipv4}
use-ipv6={ipv6}
enable-dbus=yes
[publish]
publish-hinfo=no
publish-workstation=no
[rlimits]
"""


def _ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True)


def wait_until(true, timeout, what):
    """Polls true() until it is; for what has no event to wait for."""
    end = time.monotonic() + timeout
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.02)


class Lan:
    """hosts made hosts on nics bridges. avahi: indices of the hosts with a daemon."""

    def __init__(self, hosts, ipv4=True, ipv6=True, avahi=(), nics=1):
        self.ipv4, self.ipv6, self.nics = ipv4, ipv6, nics
        self.serial = next(_serial)
        self.ended_well = False
        self.hosts = []
        for nic in range(nics):
            _ip("link", "add", self.bridge(nic), "type", "bridge", "mcast_snooping", 0)
            _ip("link", "set", self.bridge(nic), "up")
        for index in range(hosts):
            self.hosts.append(Host(self, index))
        for index in avahi:
            self.hosts[index].start_daemons()

    def bridge(self, nic=0):
        return f"br{self.serial}n{nic}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.ended_well = kind is None
        self.close()

    def close(self):
        for host in self.hosts:
            host.close()
        for nic in range(self.nics):
            _ip("link", "del", self.bridge(nic))

    def attend(self, address="10.77.0.250", nic=0):
        """This program itself is on the network, at that address."""
        _ip("addr", "add", address + "/24", "dev", self.bridge(nic))

    def block(self, one, other):
        """From now on neither host hears the other; everybody else hears both."""
        one.deafen(other, True)
        other.deafen(one, True)

    def unblock(self, one, other):
        one.deafen(other, False)
        other.deafen(one, False)

    def capture(self, nic=0):
        """with lan.capture() as c: …; afterwards c.frames holds every frame on the wire."""
        return Capture(self.bridge(nic))


class Host:
    def __init__(self, lan, index):
        self.lan, self.index = lan, index
        self.name = f"host{index + 1}"
        self.ipv4 = self.address(0) if lan.ipv4 else None
        self._tag = f"{lan.serial}-{index}"
        self._processes, self._daemons = [], {}
        self._deaf_to, self._loss = set(), 0
        self._hold()
        for nic in range(lan.nics):
            self._plug(nic)

    def address(self, nic):
        return f"10.77.{nic}.{self.index + 1}"

    def mac(self, nic):
        return f"02:00:00:00:{nic:02x}:{self.index + 1:02x}"

    def port(self, nic=0):
        """The bridge's end of our cable."""
        return f"p{self.lan.serial}h{self.index}n{nic}"

    def _hold(self):
        """A process that keeps the namespaces alive until its stdin closes."""
        env = dict(os.environ, NAME=self.name, TAG=self._tag,
                   IPV6="yes" if self.lan.ipv6 else "no")
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--propagation", "unchanged",
             "sh", "-c", _HOST_SCRIPT], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._holder.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{self.name} could not be made")

    def _plug(self, nic):
        eth = f"eth{nic}"
        _ip("link", "add", self.port(nic), "type", "veth", "peer", "name", eth,
            "address", self.mac(nic), "netns", self._holder.pid)
        _ip("link", "set", self.port(nic), "master", self.lan.bridge(nic), "up")
        if self.lan.ipv4:
            self.run(["ip", "addr", "add", self.address(nic) + "/24", "brd", "+", "dev", eth])
        self.run(["ip", "link", "set", eth, "up"])

    # Processes on the host

    def enter(self, command):
        """The command that runs command here, by exec: it keeps its process id."""
        return ["nsenter", "-t", str(self._holder.pid), "--net", "--mount", "--uts", "--root",
                "--wd", "--", *command]

    def popen(self, command, **options):
        """subprocess.Popen on this host."""
        process = subprocess.Popen(self.enter(command), **options)
        self._processes.append(process)
        return process

    def run(self, command, check=True, timeout=60, stdin=None, **options):
        """Runs command to its end; CompletedProcess with stdout and stderr as text."""
        process = self.popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                             **options)
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{self.name}: {command} takes over {timeout} s: "
                                 f"{out}{err}") from None
        self._processes.remove(process)
        if check and process.returncode != 0:
            raise AssertionError(f"{self.name}: {command} ended with {process.returncode}: "
                                 f"{out}{err}")
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def path(self, path):
        """The host's file as this program can open it."""
        return f"/proc/{self._holder.pid}/root{path}"

    def close(self):
        for process in self._processes:
            process.kill()
            process.wait()
        for nic in range(self.lan.nics):
            _ip("link", "del", self.port(nic))  # both ends, while the other one still exists
        self._holder.stdin.close()
        self._holder.wait()

    # D-Bus and Avahi

    def start_daemons(self):
        self.start_bus()
        self.start_avahi()

    def start_bus(self):
        config = f"{lab.SCRATCH}/hosts/{self._tag}.bus.conf"
        with open(config, "w", encoding="ascii") as file:
            file.write(_BUS_CONFIG)
        self._start("dbus-daemon", ["dbus-daemon", "--config-file=" + config, "--nofork",
                                    "--nopidfile"], "/run/dbus/system_bus_socket")

    def start_avahi(self):
        config = f"{lab.SCRATCH}/hosts/{self._tag}.avahi.conf"
        with open(config, "w", encoding="ascii") as file:
            file.write(_AVAHI_CONFIG.format(name=self.name,
                                            ipv4="yes" if self.lan.ipv4 else "no",
                                            ipv6="yes" if self.lan.ipv6 else "no"))
        self._start("avahi-daemon", ["avahi-daemon", "--no-drop-root", "--no-chroot",
                                     "--no-rlimits", "-f", config], "/run/avahi-daemon/socket")

    def _start(self, name, command, sock):
        """Starts a daemon and waits for its socket."""
        with open(f"{lab.SCRATCH}/hosts/{self._tag}.{name}.log", "ab") as log:
            self._daemons[name] = self.popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log)
        wait_until(lambda: self._is_up(name, sock), 10, f"{self.name}: {name} listens")

    def _is_up(self, name, sock):
        if self._daemons[name].poll() is not None:
            with open(f"{lab.SCRATCH}/hosts/{self._tag}.{name}.log", encoding="utf-8") as log:
                raise RuntimeError(f"{self.name}: {name} ended: {log.read()}")
        return os.path.exists(self.path(sock))

    def kill_daemon(self, name="avahi-daemon", number=signal.SIGTERM):
        daemon = self._daemons.pop(name)
        daemon.send_signal(number)
        daemon.wait(10)
        self._processes.remove(daemon)
        for left in ("/run/avahi-daemon/socket", "/run/avahi-daemon/pid"):
            if name == "avahi-daemon" and os.path.exists(self.path(left)):
                os.unlink(self.path(left))  # what SIGKILL leaves behind

    # The cable

    def cut(self, nic=0):
        """The switch stops forwarding; the host itself notices nothing."""
        _ip("link", "set", self.port(nic), "nomaster")

    def unplug(self, nic=0):
        """The host's interface loses its carrier."""
        _ip("link", "set", self.port(nic), "down")

    def heal(self, nic=0):
        _ip("link", "set", self.port(nic), "master", self.lan.bridge(nic), "up")

    def drop(self, percent):
        """Loses that share, 0 to 99, of the frames which arrive here."""
        self._loss = percent
        self._filter()

    def deafen(self, other, deaf):
        """From now on we do not hear the other, who still hears us; half of Lan.block."""
        (self._deaf_to.add if deaf else self._deaf_to.discard)(other)
        self._filter()

    def narrow(self, kbit, nic=0):
        """So many thousand bits a second, to us and from us."""
        shape = f"root tbf rate {kbit}kbit burst 3000 latency 1s".split()
        self.run(["tc", "qdisc", "add", "dev", f"eth{nic}", *shape])
        subprocess.run(["tc", "qdisc", "add", "dev", self.port(nic), *shape], check=True)

    def splice(self, nic=0):
        """Cuts the cable in two: between the returned interfaces, here outside, nothing passes
        but what somebody carries (packet_relay.py). heal() does not know of it."""
        self.cut(nic)
        far, near = f"r{self.port(nic)}", f"s{self.port(nic)}"
        _ip("link", "add", far, "type", "veth", "peer", "name", near)
        _ip("link", "set", far, "master", self.lan.bridge(nic), "up")
        _ip("link", "set", near, "up")
        return self.port(nic), near

    def limit_mtu(self, bytes_, nic=0):
        """The largest packet of our cable; under 1280 there is no IPv6."""
        self.run(["ip", "link", "set", f"eth{nic}", "mtu", str(bytes_)])
        _ip("link", "set", self.port(nic), "mtu", bytes_)

    def renumber_ipv4(self, address, nic=0):
        """As another DHCP lease does: the old address goes, the new one comes."""
        eth = f"eth{nic}"
        self.run(["ip", "-4", "addr", "flush", "dev", eth])
        self.run(["ip", "addr", "add", address + "/24", "brd", "+", "dev", eth])
        self.ipv4 = address if nic == 0 else self.ipv4

    def renumber_ipv6(self, address, nic=0):
        """The link-local address goes, another one comes."""
        eth = f"eth{nic}"
        self.run(["ip", "-6", "addr", "flush", "dev", eth, "scope", "link"])
        self.run(["ip", "-6", "addr", "add", address + "/64", "dev", eth, "scope", "link"])

    def _filter(self):
        text = "table netdev lab\ndelete table netdev lab\ntable netdev lab {\n"
        for nic in range(self.lan.nics):
            text += f"chain eth{nic} {{\n"
            text += f"type filter hook ingress device eth{nic} priority 0; policy accept;\n"
            for other in self._deaf_to:
                text += f"ether saddr {other.mac(nic)} drop\n"
            if self._loss:
                text += f"numgen random mod 100 < {self._loss} drop\n"
            text += "}\n"
        self.run(["nft", "-f", "-"], stdin=text + "}\n")


class Capture:
    """Every frame that crosses a bridge, read in a thread."""

    _SOL_PACKET, _ADD_MEMBERSHIP, _STATISTICS, _PROMISCUOUS = 263, 1, 6, 1
    _ALL = 3  # ETH_P_ALL

    def __init__(self, interface):
        self.frames, self.lost = [], 0
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(self._ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self._socket.bind((interface, self._ALL))
        index = socket.if_nametoindex(interface)
        everything = struct.pack("iHH8s", index, self._PROMISCUOUS, 0, b"")
        self._socket.setsockopt(self._SOL_PACKET, self._ADD_MEMBERSHIP, everything)
        self._socket.settimeout(0.2)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        _, self.lost = struct.unpack("II", self._socket.getsockopt(self._SOL_PACKET,
                                                                   self._STATISTICS, 8))
        self._socket.close()

    def _read(self):
        while True:
            try:
                self.frames.append(self._socket.recv(1 << 17))
            except TimeoutError:
                if self._ended.is_set():
                    return

    def where(self, bytes_):
        """Indices of the frames that contain the bytes."""
        return [index for index, frame in enumerate(self.frames) if bytes_ in frame]

    def streams(self):
        """What TCP carried, direction by direction, in the order of the wire: a needle that two
        segments share is found as well."""
        carried = collections.defaultdict(bytearray)
        for frame in self.frames:
            kind = struct.unpack_from("!H", frame, 12)[0]
            if kind == 0x0800:
                start, protocol, ends = 14 + (frame[14] & 15) * 4, frame[23], frame[26:34]
                end = 14 + struct.unpack_from("!H", frame, 16)[0]
            elif kind == 0x86DD:
                start, protocol, ends = 54, frame[20], frame[22:54]
                end = 54 + struct.unpack_from("!H", frame, 18)[0]
            else:
                continue
            if protocol == 6:
                payload = start + (frame[start + 12] >> 4) * 4
                carried[ends + frame[start:start + 4]] += frame[payload:end]
        return list(carried.values())
