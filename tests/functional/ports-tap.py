#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""For ports-change.sh: sends frames by a tap device, as a virtual machine does.

    ports-tap.py DEV FIFO

Reads lines "FRAME AT VALUE" from FIFO: a frame in hex, and two bytes that a checksum which
is to be filled in at AT will be. Prints "sent" for each, or "refused" if the kernel does not
take it.
"""
import fcntl
import os
import struct
import sys

NEEDS_CSUM = 1
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 2, 0x1000, 0x4000


def ones_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def with_checksum(frame, at, value):
    """The frame, padded so that a checksum from AT on, stored there, is VALUE."""
    frame += bytes(58 - len(frame)) if len(frame) < 58 else bytes(len(frame) % 2)
    rest = ones_sum(frame[at:])
    pad = (0xFFFF - value - rest) % 0xFFFF
    return struct.pack("<BBHHHH", NEEDS_CSUM, 0, 0, 0, at, 0) + frame + struct.pack("!H", pad)


def main():
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(),
                                            IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
    for line in open(sys.argv[2], encoding="ascii"):
        frame, at, value = line.split()
        try:
            os.write(tap, with_checksum(bytes.fromhex(frame), int(at), int(value, 16)))
            print("sent", flush=True)
        except OSError:
            print("refused", flush=True)


main()
