#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""For ports-change.sh: sends a frame through a VXLAN tunnel, and then changes it.

    ports-pages.py ADDRESS VNI FRAME AT BYTES

FRAME and BYTES are hex. The kernel does not copy what sendfile() sends: the datagram refers
to the file's page. Prints "sent"; after a line on standard input, the frame in that page has
BYTES at AT, and "changed" is printed.
"""
import mmap
import os
import socket
import struct
import sys

VXLAN_PORT = 4789


def main():
    to, vni, frame, at, replacement = sys.argv[1:]
    header = struct.pack("!II", 1 << 27, int(vni) << 8)
    datagram = header + bytes.fromhex(frame)
    replacement = bytes.fromhex(replacement)
    at = len(header) + int(at)

    file = os.memfd_create("frame")
    os.write(file, datagram)
    page = mmap.mmap(file, len(datagram))
    tunnel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    tunnel.connect((to, VXLAN_PORT))
    os.sendfile(tunnel.fileno(), file, 0, len(datagram))
    print("sent", flush=True)
    sys.stdin.readline()
    page[at:at + len(replacement)] = replacement
    print("changed", flush=True)


main()
