#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compares notify off and up with the sysctl arp_notify, byte for byte.

    notify_stock.py ARPCTL HOSTS SEED

Runs in the network namespace "wire", at the other ends of the cables of "host". Makes
random hosts: devices, addresses of every kind, values of arp_notify for all and each
device. On each host all devices go down and up, and then get other MACs: once without
policy, then with the equivalent policy and other sysctls. All frames that arrive on each
cable must be the same, those of a device in the same order. Prints TAP without numbers.
"""
import json
import random
import select
import socket
import subprocess
import sys
import time

ARPCTL = sys.argv[1]
CABLES = ["eth0", "eth1", "eth2"]
# How long to wait for frames that are missing, and for frames that should not come.
PATIENCE, AFTERWARDS = 10, 0.05


def run(*words, **how):
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE, **how).stdout


def batch(lines):
    run("ip", "-n", "host", "-batch", "-", input="\n".join(lines) + "\n")


def in_host(*words, **how):
    return run("nsenter", "--net=/run/netns/host", *words, **how)


class Host:
    """The devices on and above the cables, and their values of arp_notify."""

    def __init__(self, rng):
        self.rng = rng
        self.make, self.remove, self.addrs = [], [], []
        self.devices = list(CABLES)
        self.add("vlan5", "link add link eth0 name vlan5 type vlan id 5")
        self.add("mac1", "link add link eth1 name mac1 type macvlan mode bridge")
        self.add("br0", "link add name br0 type bridge stp_state 0 forward_delay 0")
        if "br0" in self.devices:
            self.make.append("link set eth2 up master br0")
        if rng.random() < 0.3:
            self.make.append("link set eth1 arp off")
            self.remove.append("link set eth1 arp on")
        self.addresses()
        # 2 means the same as 1.
        self.sysctl = {dev: rng.choice([0, 0, 1, 1, 2]) for dev in self.devices}
        self.sysctl["all"] = rng.choice([0, 0, 0, 1])

    def add(self, name, command):
        if self.rng.random() < 0.7:
            self.devices.append(name)
            self.make.append(command)
            self.remove.append(f"link del {name}")

    def addresses(self):
        for n, dev in enumerate(self.devices):
            for _ in range(self.rng.randrange(5)):
                net = self.rng.randrange(3)
                own = f"10.{n}.{net}.{self.rng.randrange(1, 5)}"
                kind = self.rng.choice(["/24", "/24", "/32", "/16", f" peer 10.{n}.9.9/32"])
                scope = self.rng.choice(["", "", " scope link", " scope host"])
                self.addrs.append(f"addr replace {own}{kind} dev {dev}{scope}")
        self.addrs.append("addr replace 10.88.0.1/32 dev lo")

    def up(self):
        return [f"link set {dev} up" for dev in self.devices]

    def down(self):
        """Not the port of the bridge: it takes a while to forward."""
        return [f"link set {dev} down" for dev in self.devices
                if dev != "eth2" or "br0" not in self.devices]

    def forwards(self):
        return "br0" not in self.devices or "forwarding" in run(
            "bridge", "-n", "host", "link", "show", "dev", "eth2")

    def macs(self, last):
        return [f"link set {dev} address 02:00:00:77:{n:02x}:{last:02x}"
                for n, dev in enumerate(self.devices) if dev != "mac1"]

    def policy(self):
        """The policy that is equivalent to the sysctls."""
        words = {0: "off", 1: "up", 2: "up"}
        lines = [f"dev set {dev} notify {words[value]}\n"
                 for dev, value in self.sysctl.items() if dev != "all" or value]
        return "".join(lines)


def set_sysctls(values):
    in_host("sysctl", "-q", "-w", *(f"net.ipv4.conf.{dev}.arp_notify={value}"
                                    for dev, value in values.items()))


class Wire:
    def __init__(self):
        self.sockets = {}
        for dev in CABLES:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            sock.bind((dev, 3))
            self.sockets[sock] = dev

    def clear(self):
        self.read({dev: 0 for dev in CABLES}, 0)

    def read(self, want, patience):
        """The ARP frames of each cable, at least as many as wanted if they come in time."""
        frames = {dev: [] for dev in CABLES}
        end = time.monotonic() + patience
        while True:
            missing = any(len(frames[dev]) < want[dev] for dev in CABLES)
            wait = end - time.monotonic() if missing else AFTERWARDS
            ready = select.select(list(self.sockets), [], [], max(wait, 0))[0]
            if not ready:
                return {dev: by_device(frames[dev]) for dev in CABLES}
            for sock in ready:
                frame = sock.recv(2000)
                if b"\x08\x06\x00\x01\x08\x00" in frame[12:22]:
                    frames[self.sockets[sock]].append(frame.hex())


def by_device(frames):
    """The frames of each device, which has a source MAC of its own."""
    return sorted(frames, key=lambda frame: frame[12:24])


def events(host, wire, want, last):
    """The frames received while the host's devices go down and up and get other MACs."""
    heard = []
    # The bridge's MAC follows that of its port: the same before each round.
    batch(host.macs(0xff) + host.up())
    while not host.forwards():
        time.sleep(0.02)
    batch(host.down())
    for n, commands in enumerate((host.up(), host.macs(last))):
        wire.clear()
        batch(commands)
        heard.append(wire.read(want[n] if want else {dev: 0 for dev in CABLES}, PATIENCE))
    return heard


def compare(number, rng):
    host, wire = Host(rng), Wire()
    batch(host.make)
    # The kernel refuses some of them, for example two scopes in one subnet.
    subprocess.run(("ip", "-n", "host", "-force", "-batch", "-"), check=False, text=True,
                   input="\n".join(host.addrs) + "\n", stderr=subprocess.DEVNULL)
    try:
        set_sysctls(host.sysctl)
        stock = events(host, wire, None, number & 0x7f)
        set_sysctls({dev: rng.choice([0, 1]) for dev in host.sysctl})
        in_host(ARPCTL, "restore", "-", input=host.policy())
        want = [{dev: len(heard[dev]) for dev in CABLES} for heard in stock]
        policy = events(host, wire, want, number & 0x7f)
        in_host(ARPCTL, "flush")
    finally:
        set_sysctls({dev: 0 for dev in host.sysctl})
        batch([f"link set {dev} down" for dev in CABLES] +
              [f"addr flush dev {dev}" for dev in CABLES] + host.remove)
    return host, stock, policy


def main():
    hosts, rng = int(sys.argv[2]), random.Random(int(sys.argv[3]))
    frames = silent = 0
    for number in range(hosts):
        host, stock, policy = compare(number, rng)
        count = sum(len(heard[dev]) for heard in stock for dev in CABLES)
        frames += count
        silent += not count
        if stock != policy:
            print(f"not ok - host {number}")
            print("#", json.dumps({"sysctls": host.sysctl, "made by": host.make + host.addrs,
                                   "stock": stock, "policy": policy}))
            sys.exit(1)
    print(f"ok - off and up announce what the sysctl does, on {hosts} hosts")
    print(f"# {frames} frames; nothing on {silent} hosts")
    print("ok - frames were announced" if frames > hosts else
          f"not ok - only {frames} frames")


main()
