# SPDX-License-Identifier: GPL-2.0-only
"""The family's names and numbers, for tests: the C header and the specification.

Nothing in here needs the module. Only Specification needs PyYAML.
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = ROOT / "include/uapi/linux/arp_policy.h"
SPECIFICATION = ROOT / "netlink/arp_policy.yaml"
S32_MAX = 0x7fffffff


def c_name(text):
    return text.upper().replace("-", "_")


class Header:
    """Enumerators by the tag of their enum, and defined numbers and strings."""

    def __init__(self, path=HEADER):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        self.enums = {tag: self.enumerators(body) for tag, body in
                      re.findall(r"enum (\w+) \{(.*?)\}", text, flags=re.S)}
        self.defines = {}
        for name, given in re.findall(r"#define\s+(\w+)[ \t]+(\S+)", text):
            self.defines[name] = given.strip('"') if '"' in given else int(given)

    @staticmethod
    def enumerators(body):
        found, value = {}, -1
        for name, given in re.findall(r"(\w+)(?:\s*=\s*([^,]+))?\s*(?:,|$)", body.strip()):
            # The end of an enum: __X_MAX, and X_MAX which is computed from it.
            if name.startswith("__") or (given and "__" in given):
                continue
            value = int(given, 0) if given else value + 1
            found[name] = value
        return found

    def numbers(self, name):
        """An enum by its name without prefix; its enumerators likewise."""
        prefix = "ARP_POLICY_A_" if name == "attr" else f"ARP_POLICY_{name.upper()}_"
        return {each[len(prefix):]: value
                for each, value in self.enums["arp_policy_" + name].items()}

    def number(self, name):
        return self.defines["ARP_POLICY_" + name]


BIG_ENDIAN = ("u32, big-endian",)


class Specification:
    """netlink/arp_policy.yaml, with the defaults of the format filled in."""

    def __init__(self, path=SPECIFICATION):
        import yaml
        with open(path, encoding="utf-8") as file:
            self.tree = yaml.load(file, Loader=getattr(
                yaml, "CSafeLoader", yaml.SafeLoader))
        self.name = c_name(self.tree["name"])
        self.sets, self.enums, self.consts, self.operations = {}, {}, {}, {}
        # As C: enums by their tag, and constants.
        self.c_enums, self.c_consts = {}, {}
        for item in self.tree["definitions"]:
            self.add_definition(item)
        for item in self.tree["attribute-sets"]:
            self.add_set(item)
        self.add_operations(self.tree["operations"])

    def add_c_enum(self, tag, names):
        self.c_enums[tag.replace("-", "_")] = names

    def add_definition(self, item):
        name = f"{self.name}_{c_name(item['name'])}"
        if item["type"] == "const":
            self.consts[item["name"]] = item["value"]
            self.c_consts[name] = item["value"]
            return
        value = item.get("value-start", 0) - 1
        values = {}
        for entry in item["entries"]:
            if isinstance(entry, str):
                entry = {"name": entry}
            value = entry.get("value", value + 1)
            values[entry["name"]] = value
        self.enums[item["name"]] = values
        self.add_c_enum(item.get("enum-name", name.lower()), {
            f"{name}_{c_name(entry)}": 1 << value if item["type"] == "flags" else value
            for entry, value in values.items()})

    def add_set(self, item):
        value, attrs = 0, {}
        for entry in item["attributes"]:
            value = entry.get("value", value + 1)
            attrs[entry["name"]] = (value, entry)
        self.sets[item["name"]] = attrs
        if "enum-name" in item:
            self.add_c_enum(item["enum-name"], {
                c_name(item["name-prefix"] + name): value
                for name, (value, _) in attrs.items()})

    def add_operations(self, operations):
        value, names = 0, {}
        for item in operations["list"]:
            value = item.get("value", value + 1)
            names[c_name(operations["name-prefix"] + item["name"])] = value
            if "do" in item or "dump" in item:
                self.operations[value] = item
        self.add_c_enum(operations["enum-name"], names)

    def prefix(self, where):
        return next(item["name-prefix"] for item in self.tree["attribute-sets"]
                    if item["name"] == where)

    def request(self, item):
        """The names of the attributes that a command's policy has: do's and dump's."""
        named = [name for how in ("do", "dump")
                 for name in item.get(how, {}).get("request", {}).get("attributes", [])]
        return [name for name in self.sets[item["attribute-set"]] if name in named]

    def number_of(self, value):
        return S32_MAX if value == "s32-max" else self.consts.get(value, value)

    def policy(self, entry):
        """An attribute as the kernel should describe it."""
        checks = entry.get("checks", {})
        if entry["type"] == "string":
            return ("string", self.number_of(checks.get("max-len")))
        if entry["type"] == "nest":
            return ("nest", self.attributes(entry["nested-attributes"]))
        if entry["type"] == "flag":
            return ("flag",)
        if entry["type"] == "binary":
            if "max-len" in checks:
                return ("binary", None, checks["max-len"])
            return ("binary", checks["exact-len"], checks["exact-len"])
        if entry.get("byte-order") == "big-endian":
            return BIG_ENDIAN
        if entry.get("enum-as-flags"):
            mask = sum(1 << bit for bit in self.enums[entry["enum"]].values())
            return (entry["type"], "mask", mask)
        least, most = 0, 0xffffffff
        if "enum" in entry:
            values = self.enums[entry["enum"]].values()
            least, most = min(values), max(values)
        return (entry["type"], self.number_of(checks.get("min", least)),
                self.number_of(checks.get("max", most)))

    def attributes(self, name, only=None):
        return {number: self.policy(entry)
                for title, (number, entry) in self.sets[name].items()
                if only is None or title in only}
