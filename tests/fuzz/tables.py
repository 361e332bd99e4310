#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Generates netlink.c's tables of the commands and their attributes from the
specification of the family.

    tables.py netlink/arp_policy.yaml
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "lib"))
from family import Specification, c_name  # noqa: E402

# An attribute that is not always present is in N of 8 messages; by its name, with or
# without the name of its set. Default for flags and fields: 2.
OFTEN = {"policy selector": 7, "dev-attrs selector": 7, "entry-attrs selector": 5,
         "policy address": 7, "action": 7, "entry-attrs lladdr": 7, "unset": 1,
         "ifindex": 4, "ifname": 4, "query-attrs lladdr": 2, "routed": 1,
         "generation": 1, "tables": 7, "policy dynamic": 1, "any": 7,
         "length": 7}
# Relative frequency of commands (default 2), so that there is much to dump.
WEIGHTS = {"dev-set": 8, "entry-get": 6, "entry-add": 20, "entry-del": 8,
           "explain": 8, "transaction-begin": 6, "transaction-add": 16,
           "transaction-commit": 30, "transaction-abort": 10, "transaction-get": 10,
           "info-get": 10}
# Attributes whose values netlink.c chooses.
KINDS = {"selector": "SELECTOR", "ifname": "IFNAME", "ifindex": "IFINDEX",
         "length": "LENGTH", "entry-attrs address": "PREFIX"}
# How often attributes are repeated at most, and in one of how many messages.
TIMES = {"op": 5, "unset": 2}


def kind_of(where, name, entry):
    kind = KINDS.get(f"{where} {name}", KINDS.get(name))
    if kind:
        return kind
    if entry.get("display-hint") == "mac":
        return "MAC"
    return "BE32" if "byte-order" in entry else entry["type"].upper()


class Tables:
    def __init__(self, spec):
        self.spec, self.done = spec, set()

    def bounds(self, entry):
        if entry["type"] != "u32" or "byte-order" in entry:
            return 0, 0
        least, most = self.spec.policy(entry)[1:]
        if least == "mask":
            return 0, most
        # Without bounds it is a counter.
        return (least, most) if most < 0xffffffff else (0, 3)

    def row(self, where, name):
        _, entry = self.spec.sets[where][name]
        least, most = self.bounds(entry)
        nested = entry.get("nested-attributes")
        nest = f"{c_name(nested).lower()}_set" if nested else "NULL"
        often = OFTEN.get(f"{where} {name}", OFTEN.get(
            name, 2 if where == "fields" or entry["type"] == "flag" else 8))
        times = TIMES[name] if entry.get("multi-attr") else 1
        return (f"\t{{ {kind_of(where, name, entry)}, "
                f"{c_name(self.spec.prefix(where) + name)}, "
                f"{least}, {most}, {nest}, {often}, {times} }},")

    def table(self, title, where, names):
        """The attributes of a set, those that they nest before them."""
        for name in names:
            nested = self.spec.sets[where][name][1].get("nested-attributes")
            if nested and nested not in self.done:
                self.done.add(nested)
                self.table(f"{nested}_set", nested, self.spec.sets[nested])
        print(f"static const struct attr_kind {c_name(title).lower()}[] = {{")
        for name in names:
            print(self.row(where, name))
        print("\t{}\n};\n")

    def arguments(self, item, how):
        """The table of a request's attributes, or NULL."""
        if how not in item:
            return "NULL"
        title = f"{item['name']}-{how}"
        names = item[how].get("request", {}).get("attributes", [])
        self.table(title, item["attribute-set"], names)
        return c_name(title).lower()

    def commands(self):
        prefix, rows = self.spec.tree["operations"]["name-prefix"], []
        for item in self.spec.operations.values():
            rows.append(f"\t[{c_name(prefix + item['name'])}] = "
                        f"{{ {self.arguments(item, 'do')}, {self.arguments(item, 'dump')}, "
                        f"{WEIGHTS.get(item['name'], 2)} }},")
        print("static const struct command_kind commands[ARP_POLICY_CMD_MAX + 1] = {",
              *rows, "};", sep="\n")


print("/* Made by tests/fuzz/tables.py. */")
Tables(Specification(sys.argv[1])).commands()
