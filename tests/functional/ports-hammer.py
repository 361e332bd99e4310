#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""For ports-churn.sh: sends frames on every device of a netns, or watches for them.

    ports-hammer.py send CPU FORGED VALID	until SIGTERM
    ports-hammer.py watch FORGED VALID		until SIGTERM; both counts, now and on SIGUSR1

FORGED and VALID are MACs. Sent are forged requests and replies in every wrapping, and a
request by VALID for 10.0.0.3 from 10.0.0.2. A frame is counted if it holds one of the MACs
anywhere.
"""
import os
import signal
import socket
import struct
import sys
import time

BROADCAST = b"\xff" * 6
ETH_P_ALL = 3
SNAP = "aaaa03000000"

# The bytes between the addresses of a frame and the type of ARP.
WRAPPINGS = ["", "81000000", "81000005", "8100000a", "88a80000", "88a8000a",
             "81000000" * 2, "81000000" * 3, "81000000" * 17, "88a8000081000000",
             "8100000088a80000", "8100000a81000000", "0024" + SNAP,
             "810000000024" + SNAP, "0028" + SNAP + "81000000"]


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def frame(wrapping, mac, op, sender, target):
    return (BROADCAST + mac + bytes.fromhex(wrapping + "0806") +
            struct.pack("!HHBBH", 1, 0x0800, 6, 4, op) +
            mac + socket.inet_aton(sender) + bytes(6) + socket.inet_aton(target))


def packet_socket(protocol):
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))


def send(cpu, forged, valid):
    os.sched_setaffinity(0, {int(cpu)})
    frames = [frame("", mac_bytes(valid), 1, "10.0.0.2", "10.0.0.3")]
    for wrapping in WRAPPINGS:
        frames += [frame(wrapping, mac_bytes(forged), 1, "10.0.0.3", "10.0.0.4"),
                   frame(wrapping, mac_bytes(forged), 2, "10.0.0.77", "10.0.0.3")]
    s = packet_socket(0)
    while True:
        for _, name in socket.if_nameindex():
            if name == "lo":
                continue
            for data in frames:
                try:
                    s.sendto(data, (name, 0))
                except OSError:		# the device is down or has gone
                    break
        time.sleep(0.01)


def watch(forged, valid):
    marks = [mac_bytes(forged), mac_bytes(valid)]
    counts = [0, 0]
    s = packet_socket(ETH_P_ALL)
    s.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)	# SO_RCVBUFFORCE
    signal.signal(signal.SIGUSR1, lambda *_: print(*counts, flush=True))
    print(*counts, flush=True)
    while True:
        data, address = s.recvfrom(2048)
        if address[2] == socket.PACKET_OUTGOING:
            continue
        for i, mark in enumerate(marks):
            if mark in data:
                if i == 0 and counts[0] == 0:
                    print("forged:", address[0], data.hex(), file=sys.stderr, flush=True)
                counts[i] += 1


{"send": send, "watch": watch}[sys.argv[1]](*sys.argv[2:])
