#!/usr/bin/python3
# SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause
"""Replaces the dynamic bindings of a device in one step, with the kernel's ynl.

    bindings.py YNL SPECIFICATION DEVICE [ADDRESS=MAC...]

YNL: the directory of ynl: tools/net/ynl of the kernel's source
SPECIFICATION: netlink/arp_policy.yaml

The program reads the dynamic bindings of the device, and the generation of the policy. One
transaction on this generation then removes bindings that are not given and adds the others.
If the policy was changed meanwhile, the transaction fails, and the program tries again.
DEVICE need not exist yet; it can also be a glob or "all". Needs CAP_NET_ADMIN.
"""
import errno
import ipaddress
import os
import sys


def load_ynl(directory):
    """Kernels since 6.14 have ynl as a Python package."""
    sys.path.append(directory)
    if os.path.isdir(f"{directory}/pyynl"):
        from pyynl.lib import NlError, YnlFamily
    else:
        from lib import NlError, YnlFamily
    return NlError, YnlFamily


def key(device, address):
    return {"table": "binding", "selector": device, "length": 32,
            "address": int(ipaddress.IPv4Address(address))}


def present(family, device):
    """The dynamic bindings of a device: MAC by address."""
    request = {"selector": device, "tables": ["binding"], "dynamic": True}
    found = {}
    for message in family.dump("entry-get", request):
        entry = message["entry"]
        address = str(ipaddress.IPv4Address(entry["address"]))
        if entry.get("length", 32) == 32 and "lladdr" in entry:
            found[address] = bytes.fromhex(entry["lladdr"].replace(":", ""))
    return found


def changes(device, have, want):
    ops = [{"entry-del": dict(key(device, address), dynamic=True)}
           for address in have if address not in want]
    ops += [{"entry-replace": dict(key(device, address), lladdr=mac, dynamic=True)}
            for address, mac in want.items() if have.get(address) != mac]
    return ops


def sync(family, device, want):
    """Return: the number of changes."""
    generation = family.do("info-get", {})["generation"]
    ops = changes(device, present(family, device), want)
    if ops:
        family.do("transaction-begin", {"transaction": "change", "generation": generation})
        # A message is bounded; the transaction is not.
        for at in range(0, len(ops), 500):
            family.do("transaction-add", {"op": ops[at:at + 500]})
        family.do("transaction-commit", {})
    return len(ops)


def main():
    if len(sys.argv) < 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    nl_error, ynl_family = load_ynl(sys.argv[1])
    family = ynl_family(sys.argv[2], schema="")
    want = {}
    for pair in sys.argv[4:]:
        address, mac = pair.split("=")
        want[address] = bytes.fromhex(mac.replace(":", ""))
    while True:
        try:
            print(sync(family, sys.argv[3], want), "changes")
            return 0
        except nl_error as e:
            if e.error not in (errno.EBUSY, -errno.EBUSY):
                print(e, file=sys.stderr)
                return 1


if __name__ == "__main__":
    sys.exit(main())
