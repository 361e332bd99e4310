#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Generates netlink.c's tables of the commands and their attributes from the
specification of the family.

    tables.py netlink/arp_policy.yaml
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "functional"))
from nlpolicy import Specification, c_name  # noqa: E402

# An attribute that is not always present is in N of 8 messages; by its name, with or
# without the name of its set. Default for flags and fields: 2.
OFTEN = {"policy selector": 7, "rule selector": 5, "binding selector": 5,
         "policy address": 7, "action": 7, "binding lladdr": 7, "mask": 4,
         "ifindex": 4, "ifname": 4, "query lladdr": 2, "rule lladdr": 1, "routed": 1,
         "generation": 1}
# Relative frequency of commands (default 2), so that there is much to dump.
WEIGHTS = {"dev-set": 8, "rule-add": 10, "rule-del": 5, "bind-add": 10, "bind-del": 5,
           "explain": 8, "restore-begin": 5, "restore-add": 12, "restore-commit": 30,
           "restore-abort": 10}
# Attributes whose values netlink.c chooses.
KINDS = ("selector", "ifname", "ifindex", "prefix", "length")


def kind_of(name, entry):
    if name in KINDS:
        return name.upper()
    if entry.get("display-hint") == "mac":
        return "MAC"
    return "BE32" if "byte-order" in entry else entry["type"].upper()


class Tables:
    def __init__(self, spec):
        self.spec, self.done = spec, set()

    def bounds(self, entry):
        if entry["type"] not in ("u8", "u32") or "byte-order" in entry:
            return 0, 0
        least, most = self.spec.policy(entry)[1:]
        if least == "mask":
            return 0, most
        # Without bounds it is a counter.
        return (least, most) if most < 0xffffffff else (0, 3)

    def row(self, where, name, prefix):
        _, entry = self.spec.sets[where][name]
        least, most = self.bounds(entry)
        nested = entry.get("nested-attributes")
        nest = f"{nested}_set" if nested else "NULL"
        often = OFTEN.get(f"{where} {name}", OFTEN.get(
            name, 2 if where == "fields" or entry["type"] == "flag" else 8))
        times = 9 if entry.get("multi-attr") else 1
        return (f"\t{{ {kind_of(name, entry)}, {c_name(prefix + name)}, "
                f"{least}, {most}, {nest}, {often}, {times} }},")

    def table(self, title, where, names):
        """The attributes of a set, those that they nest before them."""
        prefix = next(item["name-prefix"] for item in self.spec.tree["attribute-sets"]
                      if item["name"] == where)
        for name in names:
            nested = self.spec.sets[where][name][1].get("nested-attributes")
            if nested and nested not in self.done:
                self.done.add(nested)
                self.table(f"{nested}_set", nested, self.spec.sets[nested])
        print(f"static const struct attr_kind {c_name(title).lower()}[] = {{")
        for name in names:
            print(self.row(where, name, prefix))
        print("\t{}\n};\n")

    def commands(self):
        prefix, rows = self.spec.tree["operations"]["name-prefix"], []
        for item in self.spec.operations.values():
            request = item.get("do", item.get("dump"))["request"]
            self.table(f"{item['name']}-args", item["attribute-set"], request["attributes"])
            rows.append(f"\t[{c_name(prefix + item['name'])}] = "
                        f"{{ {c_name(item['name']).lower()}_args, "
                        f"{WEIGHTS.get(item['name'], 2)}, {int('dump' in item)} }},")
        print("static const struct command_kind commands[ARP_POLICY_CMD_MAX + 1] = {",
              *rows, "};", sep="\n")


print("/* Made by tests/fuzz/tables.py. */")
Tables(Specification(sys.argv[1])).commands()
