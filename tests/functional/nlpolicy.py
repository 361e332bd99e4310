#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Speaks to the arp_policy family in raw netlink, as arpctl never would.

    nlpolicy.py JOB [ARGUMENT...]

Jobs act on the network namespace that they run in:
  contract YAML HEADER  the specification, the C header and the policies that
                        the kernel tells of must say the same
  refusals DEV          what must be refused, and change nothing
  interrupted           dumps during which the policy changes
  notices               what the group config is told
  verdicts DEV TARGET SENDER LLADDR
                        what the group verdict is told, while SENDER floods DEV
                        with requests for TARGET
  overrun               a listener of the group verdict with little room, which reads
                        from SIGUSR1 on, and prints "lost N" of each event
  fill FROM TO FORMAT   sets ignore on the selectors FORMAT % FROM..TO - 1;
                        prints each refusal and how many were accepted
  hold                  leaves a dump open until it is killed

The checks print TAP without numbers and plan.
"""
import errno
import re
import signal
import socket
import struct
import sys
import time

SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK = 1, 10
NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 11, 12
REQUEST, MULTI, ACK, DUMP_INTR, DUMP = 1, 2, 4, 0x10, 0x300
ACK_TLVS = 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
ERR_MSG, ERR_OFFS = 1, 2
NESTED = 0x8000
GENL_ID_CTRL, GETFAMILY, GETPOLICY = 0x10, 3, 10
ADMIN, CAN_DO, CAN_DUMP = 0x10, 2, 4



def numbered(names):
    return {name: number for number, name in enumerate(names.split(), 1)}


# Of include/uapi/linux/arp_policy.h; contract() holds them against it.
CMD = numbered(
    "DEV_GET DEV_SET DEV_UNSET DEV_NTF EFFECTIVE_GET STATS_GET STATS_RESET "
    "FLUSH FLUSH_NTF "
    "RULE_GET RULE_ADD RULE_DEL RULE_FLUSH RULE_NTF RULE_DEL_NTF RULE_FLUSH_NTF "
    "BIND_GET BIND_ADD BIND_DEL BIND_FLUSH BIND_NTF BIND_DEL_NTF BIND_FLUSH_NTF "
    "ANNOUNCE VERDICT_NTF EXPLAIN "
    "RESTORE_BEGIN RESTORE_ADD RESTORE_COMMIT RESTORE_ABORT RESTORE_NTF")
A = numbered(
    "SELECTOR FIELDS ORIGINS MASK GENERATION IFINDEX IFNAME IN OUT REASONS PAD "
    "RULE BINDING EVENT ADDRESS FORCE REPLACE QUERY EXPLANATION ENTRIES")
FIELD = numbered(
    "IGNORE ANNOUNCE FILTER HIDDEN PROXY PROXY_DELAY GARP LEARN INSPECT VALIDATE "
    "RATE BURST SOURCE_RATE DEFEND MODE")
RULE = numbered("SELECTOR PREFIX LENGTH FROM ACTION LLADDR ROUTED")
BINDING = numbered("SELECTOR ADDRESS LLADDR")
EVENT = numbered(
    "VERDICT REASON OUT AUDIT REQUEST SENDER TARGET LLADDR FIELD RULE LOST")
ACTION = numbered("PASS DROP HIDE PROXY")
QUERY = numbered("KIND TARGET SENDER LLADDR UNICAST")
KIND = numbered("REQUEST REPLY SEND")
ENTRY = numbered("DEV RULE BINDING")
DEV = numbered("SELECTOR FIELDS")
RESTORES_MAX = 16
VERDICT_DROP, REASON_RULE_DROP = 2, 10
EVENTS_PER_SECOND = 1000


def check(good, what, why=""):
    print("ok" if good else "not ok", "-", what, flush=True)
    if why != "" and not good:
        print("# " + str(why).replace("\n", "\n# "), flush=True)


def equal(got, want, what):
    check(got == want, what, f"got {got}, want {want}")


# Attributes

def attr(kind, payload=b""):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + b"\0" * (-length % 4)


def nest(kind, *inner):
    return attr(kind | NESTED, b"".join(inner))


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def string(kind, text):
    return attr(kind, text.encode() + b"\0")


def flag(kind):
    return attr(kind)


def be32(kind, address):
    return attr(kind, socket.inet_aton(address))


def lladdr(kind, text):
    return attr(kind, bytes.fromhex(text.replace(":", "")))


def parse(data):
    """Attributes in order, as (type, payload)."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            raise ValueError(f"an attribute of {length} bytes")
        found.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def text_of(payload):
    return payload.rstrip(b"\0").decode()


def number(payload):
    return int.from_bytes(payload, sys.byteorder)


def address_of(payload):
    return socket.inet_ntoa(payload)


def lladdr_of(payload):
    return payload.hex(":")


# Messages

class Refused(Exception):
    def __init__(self, code, message, offset):
        super().__init__(f"{errno.errorcode.get(code, code)}: {message}")
        self.errno, self.message, self.offset = code, message, offset


class Message:
    def __init__(self, kind, flags, sequence, payload):
        self.kind, self.flags, self.sequence = kind, flags, sequence
        self.payload = payload
        self.cmd = payload[0] if len(payload) > 1 else 0
        # An acknowledgment holds the head of a request instead.
        self.attrs = dict(parse(payload[4:])) if kind >= GENL_ID_CTRL else {}


def messages(data):
    while len(data) >= 16:
        length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data)
        yield Message(kind, flags, sequence, data[16:length])
        data = data[(length + 3) & ~3:]


def refusal(message):
    """The error of an acknowledgment or of the end of a dump, or None."""
    code = -struct.unpack_from("=i", message.payload)[0]
    if not code:
        return None
    rest = message.payload[20 if message.kind == NLMSG_ERROR else 4:]
    told = dict(parse(rest)) if message.flags & ACK_TLVS else {}
    return Refused(code, text_of(told.get(ERR_MSG, b"")),
                   number(told.get(ERR_OFFS, b"")))


class Netlink:
    def __init__(self, room=None):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        for option in NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK:
            self.socket.setsockopt(SOL_NETLINK, option, 1)
        # The kernel makes the parts of a dump as large as they were read.
        self.size = 4096 if room else 1 << 16
        self.socket.settimeout(20)
        self.sequence = 0
        self.family, self.told = GENL_ID_CTRL, None
        self.told = self.ask(GETFAMILY, string(2, "arp_policy"))[0].attrs
        self.family = number(self.told[1])
        # Not before: on s390x this answer and its ACK need more than the least room.
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)

    def send(self, cmd, attrs=b"", flags=0, family=None):
        self.sequence += 1
        body = struct.pack("=BBH", cmd, 1, 0) + attrs
        self.socket.send(struct.pack(
            "=IHHII", 16 + len(body), family or self.family,
            REQUEST | flags, self.sequence, 0) + body)

    def receive(self):
        return list(messages(self.socket.recv(self.size)))

    def answer(self):
        """All that comes back for what was sent last; raises Refused."""
        got = []
        while True:
            for message in self.receive():
                if message.sequence != self.sequence:
                    continue
                if message.kind in (NLMSG_ERROR, NLMSG_DONE):
                    refused = refusal(message)
                    if refused:
                        raise refused
                    # The end of a dump may be what says that it is none.
                    return got + ([message] if message.flags & DUMP_INTR else [])
                got.append(message)

    def ask(self, cmd, attrs=b"", flags=0, family=None):
        self.send(cmd, attrs, flags | ACK if flags != DUMP else flags, family)
        return self.answer()

    def policy(self):
        """Everything that is set, byte for byte."""
        return [m.payload for cmd in ("DEV_GET", "RULE_GET", "BIND_GET")
                for m in self.ask(CMD[cmd], flags=DUMP)]

    def join(self, name):
        for _, group in parse(self.told[7]):
            group = dict(parse(group))
            if text_of(group[1]) == name:
                self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                                       number(group[2]))

    def notices(self):
        """What the groups were told and nobody has read yet."""
        got = []
        self.socket.setblocking(False)
        try:
            while True:
                got += self.receive()
        except BlockingIOError:
            return got


def selector(name):
    return string(A["SELECTOR"], name)


def dev_set(name, *fields):
    return selector(name) + nest(A["FIELDS"], *fields)


def rule(prefix, action, *more):
    """RULE with an action, or without one, and further attributes of it."""
    address, length = prefix.split("/")
    action = [] if action is None else [u8(RULE["ACTION"], ACTION[action])]
    return nest(A["RULE"], be32(RULE["PREFIX"], address),
                u8(RULE["LENGTH"], int(length)), *action, *more)


def rule_dev(name):
    return string(RULE["SELECTOR"], name)


def binding(address, mac, *more):
    """BINDING to a lladdr, or without one, and further attributes of it."""
    mac = [] if mac is None else [lladdr(BINDING["LLADDR"], mac)]
    return nest(A["BINDING"], be32(BINDING["ADDRESS"], address), *mac, *more)


def query(kind, target, sender, *more):
    return nest(A["QUERY"], u8(QUERY["KIND"], KIND.get(kind, kind)),
                be32(QUERY["TARGET"], target), be32(QUERY["SENDER"], sender), *more)


def entry(kind, whole):
    """A rule or a binding, as rule() and binding() make it, for ENTRIES."""
    return nest(ENTRY[kind], whole[4:])


def dev_entry(name, *fields):
    return nest(ENTRY["DEV"], string(DEV["SELECTOR"], name),
                nest(DEV["FIELDS"], *fields))


def binding_dev(name):
    return string(BINDING["SELECTOR"], name)


def rule_text(payload):
    """A rule of the kernel's, as arpctl would write it."""
    told = dict(parse(payload))
    text = {number: name for name, number in ACTION.items()}[
        number(told.pop(RULE["ACTION"]))]
    text += " " + address_of(told.pop(RULE["PREFIX"]))
    text += f"/{number(told.pop(RULE['LENGTH']))}"
    if told.pop(RULE["FROM"], None) is not None:
        text += " from"
    text += " dev " + text_of(told.pop(RULE["SELECTOR"]))
    if RULE["LLADDR"] in told:
        text += " lladdr " + lladdr_of(told.pop(RULE["LLADDR"]))
    if told.pop(RULE["ROUTED"], None) is not None:
        text += " routed"
    return text + (f" and {told}" if told else "")


def binding_text(payload):
    told = dict(parse(payload))
    text = address_of(told.pop(BINDING["ADDRESS"]))
    text += " lladdr " + lladdr_of(told.pop(BINDING["LLADDR"]))
    text += " dev " + text_of(told.pop(BINDING["SELECTOR"]))
    return text + (f" and {told}" if told else "")


# contract

def header_numbers(path):
    """Enumerators and defined numbers of the C header, by name."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    found = {}
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, flags=re.S):
        value = -1
        for name, given in re.findall(r"(\w+)(?:\s*=\s*([^,]+))?\s*(?:,|$)",
                                      body.strip()):
            value = int(given, 0) if given and given.strip().isdigit() else value + 1
            if not name.startswith("__") and not re.fullmatch(
                    r"ARP_POLICY_(A|CMD|FIELD|RULE|BINDING|EVENT|REASON|QUERY|"
                    r"EXPLANATION|BLOCK|ENTRY|DEV)_MAX", name):
                found[name] = value
    for name, given in re.findall(r"#define\s+(\w+)[ \t]+(\S+)", text):
        found[name] = given.strip('"') if '"' in given else int(given)
    return found


def c_name(text):
    return text.upper().replace("-", "_")


BIG_ENDIAN = ("u32, big-endian",)


class Specification:
    """netlink/arp_policy.yaml, with the defaults of the format filled in."""

    def __init__(self, path):
        import yaml
        with open(path, encoding="utf-8") as file:
            self.tree = yaml.load(file, Loader=getattr(
                yaml, "CSafeLoader", yaml.SafeLoader))
        self.sets, self.enums, self.consts, self.numbers = {}, {}, {}, {}
        for item in self.tree["definitions"]:
            if item["type"] == "const":
                self.consts[item["name"]] = item["value"]
                self.numbers["ARP_POLICY_" + c_name(item["name"])] = item["value"]
                continue
            flags = item["type"] == "flags"
            value = item.get("value-start", 0) - 1
            values = {}
            for entry in item["entries"]:
                if isinstance(entry, str):
                    entry = {"name": entry}
                value = entry.get("value", value + 1)
                values[entry["name"]] = value
            self.enums[item["name"]] = values
            for name, value in values.items():
                self.numbers[c_name(item["enum-name"] + "-" + name)] = \
                    1 << value if flags else value
        for item in self.tree["attribute-sets"]:
            value, attrs = 0, {}
            for entry in item["attributes"]:
                value = entry.get("value", value + 1)
                attrs[entry["name"]] = (value, entry)
                self.numbers[c_name(item["name-prefix"] + entry["name"])] = value
            self.sets[item["name"]] = attrs
        operations, value = self.tree["operations"], 0
        self.operations = {}
        for item in operations["list"]:
            value = item.get("value", value + 1)
            self.numbers[c_name(operations["name-prefix"] + item["name"])] = value
            if "do" in item or "dump" in item:
                self.operations[value] = item

    def number_of(self, value):
        return self.consts.get(value, value)

    def policy(self, entry):
        """An attribute as the kernel should tell of it."""
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
        top = {"u8": 0xff, "u32": 0xffffffff}[entry["type"]]
        if "enum" in entry:
            top = max(self.enums[entry["enum"]].values())
        return (entry["type"], self.number_of(checks.get("min", 0)),
                self.number_of(checks.get("max", top)))

    def attributes(self, name, only=None):
        return {number: self.policy(entry)
                for title, (number, entry) in self.sets[name].items()
                if only is None or title in only}


def as_told(want, told):
    """Attributes as this kernel should tell of them: a policy's form has no word
    for a big-endian number, so the kernel leaves it out or calls it a u32."""
    found = {}
    for kind, policy in want.items():
        if policy == BIG_ENDIAN:
            if kind not in told:
                continue
            policy = ("u32", 0, 0xffffffff)
        elif policy[0] == "nest" and told.get(kind, ("",))[0] == "nest":
            policy = ("nest", as_told(policy[1], told[kind][1]))
        found[kind] = policy
    return found


KERNEL_TYPES = {1: "flag", 2: "u8", 3: "u16", 4: "u32", 5: "u64", 10: "binary",
                11: "unterminated string", 12: "string", 13: "nest"}


def kernel_policies(nl):
    """What CTRL_CMD_GETPOLICY tells: policies by index, indices by command, and
    those of commands that can only be dumped: they are 0 from Linux 6.2 on."""
    policies, commands, dumps = {}, {}, []
    for message in nl.ask(GETPOLICY, struct.pack("=HHHH", 6, 1, nl.family, 0),
                          flags=DUMP, family=GENL_ID_CTRL):
        for cmd, told in parse(message.attrs.get(9, b"")):
            indices = {how: number(index) for how, index in parse(told)}
            if cmd:
                commands[cmd] = indices
            else:
                dumps.append(indices)
        for index, told in parse(message.attrs.get(8, b"")):
            for kind, payload in parse(told):
                policies.setdefault(index, {})[kind] = dict(parse(payload))
    return policies, commands, dumps


def told_policy(policies, index):
    """A policy of the kernel's in the form of Specification.attributes()."""
    found = {}
    for kind, told in policies.get(index, {}).items():
        name = KERNEL_TYPES.get(number(told[1]), number(told[1]))
        if name == "nest":
            found[kind] = (name, told_policy(policies, number(told[8])))
        elif name == "string":
            found[kind] = (name, number(told[7]) if 7 in told else None)
        elif name == "flag":
            found[kind] = (name,)
        elif name == "binary":
            found[kind] = (name, *(number(told[end]) if end in told else None
                                   for end in (6, 7)))
        elif 12 in told:
            found[kind] = (name, "mask", number(told[12]))
        else:
            found[kind] = (name, number(told[4]), number(told[5]))
    return found


def contract(yaml_path, header_path):
    spec, nl = Specification(yaml_path), Netlink()
    header = header_numbers(header_path)

    ours = {f"ARP_POLICY_{kind}_{name}": value for kind, names in (
        ("CMD", CMD), ("A", A), ("FIELD", FIELD), ("RULE", RULE),
        ("BINDING", BINDING), ("EVENT", EVENT), ("ACTION", ACTION),
        ("QUERY", QUERY), ("KIND", KIND), ("ENTRY", ENTRY), ("DEV", DEV),
        ("RESTORES", {"MAX": RESTORES_MAX}),
        ("VERDICT", {"DROP": VERDICT_DROP}),
        ("REASON", {"RULE_DROP": REASON_RULE_DROP}))
            for name, value in names.items()}
    equal({name: header.get(name) for name in ours}, ours,
          "the numbers of this test are the header's")

    # What the specification has no place for.
    plain = {name: value for name, value in header.items() if name not in (
        "ARP_POLICY_SELECTORS_MAX", "ARP_POLICY_GLOBS_MAX",
        "ARP_POLICY_RULE_GLOBS_MAX",
        "ARP_POLICY_EVENTS_PER_SECOND", "ARP_POLICY_DEFEND_INTERVAL",
        "ARP_POLICY_RESTORES_MAX",
        "ARP_POLICY_FAMILY_NAME", "ARP_POLICY_FAMILY_VERSION",
        "ARP_POLICY_MCGRP_CONFIG", "ARP_POLICY_MCGRP_VERDICT")}
    differ = {name: (plain.get(name), spec.numbers.get(name))
              for name in plain.keys() | spec.numbers.keys()
              if plain.get(name) != spec.numbers.get(name)}
    equal(differ, {}, "header and specification have the same names and numbers")

    equal((text_of(nl.told[2]), number(nl.told[3])),
          (header["ARP_POLICY_FAMILY_NAME"], header["ARP_POLICY_FAMILY_VERSION"]),
          "the family's name and version are the header's")
    equal(spec.tree["name"], header["ARP_POLICY_FAMILY_NAME"],
          "and the specification's")
    groups = [text_of(dict(parse(group))[1]) for _, group in parse(nl.told[7])]
    equal(groups, [header["ARP_POLICY_MCGRP_CONFIG"],
                   header["ARP_POLICY_MCGRP_VERDICT"]],
          "the multicast groups are the header's")
    equal([(group["name"], group["flags"])
           for group in spec.tree["mcast-groups"]["list"]],
          [(name, ["uns-admin-perm"]) for name in groups],
          "and the specification's, which tells the right that they take")
    equal({item["name"]: item["mcgrp"] for item in spec.tree["operations"]["list"]
           if item["name"].endswith("-ntf")},
          {name.lower().replace("_", "-"):
           "verdict" if name == "VERDICT_NTF" else "config"
           for name in CMD if name.endswith("_NTF")},
          "each notification has a group")

    told = {}
    for _, op in parse(nl.told[6]):
        op = dict(parse(op))
        told[number(op[1])] = number(op[2])
    for cmd, item in spec.operations.items():
        can = (CAN_DO if "do" in item else 0) | (CAN_DUMP if "dump" in item else 0)
        flags = ADMIN if "uns-admin-perm" in item["flags"] else 0
        # The kernel adds whether there is a policy, 8.
        equal(told.get(cmd, 0) & ~8, can | flags,
              f"{item['name']}: do, dump and the right that it takes")
    equal(sorted(told), sorted(spec.operations), "there are no other commands")

    policies, commands, dumps = kernel_policies(nl)
    for cmd, item in spec.operations.items():
        if "do" not in item and "dump" in item and dumps:
            commands[cmd] = dumps.pop(0)
        for how, index, what in (("do", 1, "types, lengths, ranges and masks"),
                                 ("dump", 2, "those of its dump")):
            if how not in item:
                continue
            # A dump that takes no attributes refuses those of one object.
            request = item[how].get("request") or item["do"]["request"]
            want = spec.attributes(item["attribute-set"], request["attributes"])
            indices = commands.get(cmd, {})
            if not want and index not in indices:
                check(True, f"{item['name']}: no attributes")
                continue
            got = told_policy(policies, indices.get(index))
            equal(got, as_told(want, got), f"{item['name']}: {what}")


# refusals

MAC = "02:00:00:00:00:05"


class Tester:
    """Sends what must be refused: with a reason, and nothing may change."""

    def __init__(self, dev):
        self.nl, self.dev = Netlink(), dev
        self.prepare()

    def prepare(self):
        ignore = u8(FIELD["IGNORE"], 1)
        for cmd, attrs in (
                ("FLUSH", b""),
                ("DEV_SET", dev_set("all", ignore)),
                ("DEV_SET", dev_set(self.dev, ignore, u32(FIELD["PROXY_DELAY"], 7))),
                ("RULE_ADD", rule("10.0.0.0/8", "PROXY", rule_dev("e*"))),
                ("BIND_ADD", binding("10.0.0.9", MAC, binding_dev("e*")))):
            self.nl.ask(CMD[cmd], attrs)
        self.before = self.nl.policy()

    def accept(self, cmd, attrs=b""):
        """What is close to it and good; refused, it ends the test."""
        self.nl.ask(CMD[cmd], attrs)
        self.prepare()

    def refused(self, what, cmd, attrs, codes=(errno.EINVAL, errno.ERANGE), flags=0,
                silent=False, message=""):
        why = ""
        try:
            self.nl.ask(CMD.get(cmd, cmd), attrs, flags)
            why = "accepted"
        except Refused as no:
            if no.errno not in codes:
                why = f"refused with {no}"
            elif not silent and not no.message and not no.offset:
                why = "neither message nor attribute"
            elif not re.search(message, no.message):
                why = f"message: {no.message}"
        if self.nl.policy() != self.before:
            why += "; the policy changed"
            self.prepare()
        check(not why, f"{cmd}: {what}", why)


BAD_SELECTORS = ("a/b", "a b", "a:b", ".", "..", "e[", "e[]", "e[!]", "e\\", "*/", "* ")


def refusals(dev):
    tester = Tester(dev)
    refused_by_form(tester)
    refused_fields(tester)
    refused_rules(tester)
    refused_bindings(tester)
    refused_dumps(tester)
    refused_devices(tester)
    refused_announcements(tester)
    refused_queries(tester)
    refused_restores(tester)


def refused_by_form(tester):
    refused, dev = tester.refused, tester.dev
    rest = {
        "DEV_SET": nest(A["FIELDS"], u8(FIELD["IGNORE"], 1)),
        "ANNOUNCE": be32(A["ADDRESS"], "10.0.0.1"),
    }
    device = u32(A["IFINDEX"], socket.if_nametoindex(dev))
    # What each command accepts, else its refusals would say nothing; and an
    # attribute that is another command's.
    good = {
        "DEV_GET": (selector("all"), u32(A["MASK"], 2)),
        "DEV_SET": (selector("all") + rest["DEV_SET"], u32(A["MASK"], 2)),
        "DEV_UNSET": (selector("all"), nest(A["FIELDS"])),
        "EFFECTIVE_GET": (string(A["IFNAME"], dev), selector("all")),
        "STATS_GET": (device, selector("all")),
        "STATS_RESET": (b"", selector("all")),
        "FLUSH": (b"", selector("all")),
        "RULE_ADD": (rule("10.0.0.0/8", "HIDE"), binding("10.0.0.9", MAC)),
        "RULE_DEL": (rule("10.0.0.0/8", None, rule_dev("e*")), flag(A["REPLACE"])),
        "RULE_FLUSH": (selector("e*"), u32(A["MASK"], 2)),
        "BIND_ADD": (binding("10.0.0.9", MAC), rule("10.0.0.0/8", "HIDE")),
        "BIND_DEL": (binding("10.0.0.9", None, binding_dev("e*")), flag(A["REPLACE"])),
        "BIND_FLUSH": (selector("e*"), u32(A["MASK"], 2)),
        "ANNOUNCE": (device + rest["ANNOUNCE"], flag(A["REPLACE"])),
        "EXPLAIN": (device + query("REQUEST", "10.0.0.1", "10.0.0.2"), selector("all")),
        # Each of these needs the one before it.
        "RESTORE_BEGIN": (b"", selector("all")),
        "RESTORE_ADD": (nest(A["ENTRIES"], dev_entry("lo", u8(FIELD["IGNORE"], 1))),
                        selector("all")),
        "RESTORE_COMMIT": (b"", selector("all")),
        "RESTORE_ABORT": (b"", selector("all")),
    }
    for cmd, (attrs, foreign) in good.items():
        if cmd == "RESTORE_ABORT":
            tester.nl.ask(CMD["RESTORE_BEGIN"])
        tester.accept(cmd, attrs)
        refused("an attribute that nobody knows", cmd, attrs + u8(99, 1))
        refused("an attribute of another message", cmd, attrs + foreign)
        refused("an attribute of an answer", cmd, attrs + (
            attr(A["IN"], bytes(8)) if cmd == "RESTORE_BEGIN" else
            u32(A["GENERATION"], 1)))
        refused("attribute 0", cmd, attrs + u32(0, 1))
        refused("bytes left over", cmd, attrs + b"\1\0")
        refused("an attribute longer than the message", cmd,
                attrs + struct.pack("=HHI", 200, 1, 0))
    for cmd, (attrs, _) in good.items():
        if not cmd.endswith("_GET"):
            refused("a dump of what is not there", cmd, attrs, (errno.EOPNOTSUPP,),
                    DUMP, silent=True)
    for cmd in "RULE_GET", "BIND_GET":
        refused("no dump", cmd, selector("e*"), (errno.EOPNOTSUPP,), silent=True)
    for cmd in *(cmd for cmd in CMD if cmd.endswith("_NTF")), 0, 200:
        refused("no such command", cmd, b"", (errno.EOPNOTSUPP,), silent=True)


def refused_fields(tester):
    refused, nl, dev = tester.refused, tester.nl, tester.dev
    ignore = u8(FIELD["IGNORE"], 1)

    for cmd in "DEV_GET", "DEV_SET", "DEV_UNSET":
        rest = nest(A["FIELDS"], ignore) if cmd == "DEV_SET" else b""
        refused("no selector", cmd, rest, message="selector missing")
        refused("an empty selector", cmd, selector("") + rest)
        refused("a selector of no bytes", cmd, attr(A["SELECTOR"]) + rest)
        refused("a selector without its end", cmd,
                attr(A["SELECTOR"], b"eth0") + rest)
        refused("a selector of 64 characters", cmd, selector("e*" + "x" * 62) + rest)
        refused("a name of 16 characters", cmd, selector("e" * 16) + rest,
                message="15 characters")
        for bad in BAD_SELECTORS:
            refused(f"the selector \"{bad}\"", cmd, selector(bad) + rest,
                    message="glob|name")
    tester.accept("DEV_SET", dev_set("e*" + "x" * 61, ignore))
    refused("nothing is set there", "DEV_GET", selector("nobody"), (errno.ENOENT,),
            message="nothing is set")
    for what, attrs in (("nothing is set there", selector("nobody")),
                        ("the field is not set", selector(dev) +
                         u32(A["MASK"], 1 << FIELD["FILTER"]))):
        refused(what, "DEV_UNSET", attrs, (errno.ENOENT,), message="none of these")
    # Of several fields one that is set will do.
    tester.accept("DEV_UNSET", selector(dev) + u32(
        A["MASK"], 1 << FIELD["FILTER"] | 1 << FIELD["IGNORE"]))

    def set_refused(what, fields, message=""):
        refused(what, "DEV_SET", selector(dev) + fields, message=message)

    set_refused("no fields", b"", "fields missing")
    set_refused("fields with nothing in them", nest(A["FIELDS"]), "fields missing")
    set_refused("fields that are no nest", attr(A["FIELDS"], ignore), "NESTED")
    set_refused("fields of two bytes", attr(A["FIELDS"] | NESTED, b"\1\0"))

    def field_refused(what, *fields, message=""):
        # A good one before them: nothing of the message may be done.
        set_refused(what, nest(A["FIELDS"], u8(FIELD["FILTER"], 1), *fields), message)

    field_refused("field 0", u8(0, 1))
    field_refused("a field too many", u8(len(FIELD) + 1, 1))
    for name, top in (("IGNORE", 8), ("ANNOUNCE", 3), ("FILTER", 1), ("HIDDEN", 1),
                      ("PROXY", 3), ("GARP", 1), ("LEARN", 2), ("INSPECT", 3),
                      ("VALIDATE", 7), ("DEFEND", 1), ("MODE", 1)):
        kind = FIELD[name]
        tester.accept("DEV_SET", dev_set("none", u8(kind, top)))
        field_refused(f"{name} {top + 1}", u8(kind, top + 1))
        field_refused(f"{name} 255", u8(kind, 255))
        field_refused(f"{name} of no bytes", attr(kind))
        field_refused(f"{name} of two bytes", attr(kind, b"\0\0"))
        field_refused(f"{name} of four bytes", u32(kind, 0))
    for level in 4, 5, 6, 7:
        field_refused(f"IGNORE {level}", u8(FIELD["IGNORE"], level),
                      message="0, 1, 2, 3 or 8")
    for name, top in (("PROXY_DELAY", 60000), ("RATE", 1000000), ("BURST", 1000000),
                      ("SOURCE_RATE", 1000000)):
        kind = FIELD[name]
        tester.accept("DEV_SET", dev_set("none", u32(kind, top)))
        field_refused(f"{name} {top + 1}", u32(kind, top + 1))
        field_refused(f"{name} of all bits", u32(kind, 0xffffffff))
        field_refused(f"{name} of one byte", u8(kind, 1))
        field_refused(f"{name} of eight bytes", attr(kind, bytes(8)))

    for cmd in "RULE_FLUSH", "BIND_FLUSH":
        refused("an empty selector", cmd, selector(""))
        refused("a selector without its end", cmd, attr(A["SELECTOR"], b"eth0"))
        refused("a selector of 64 characters", cmd, selector("e*" + "x" * 62))
        refused("the selector default", cmd, selector("default"),
                message="default selects no")
        for bad in *BAD_SELECTORS, "e" * 16:
            refused(f"the selector \"{bad}\"", cmd, selector(bad), message="glob|name")

    for what, mask in (("of no field", 1), ("of nothing", 0), ("of bit 31", 1 << 31),
                       ("of a field too many", 1 << (len(FIELD) + 1))):
        refused("a mask " + what, "DEV_UNSET", selector(dev) + u32(A["MASK"], mask))
    refused("a mask of one byte", "DEV_UNSET", selector(dev) + u8(A["MASK"], 2))
    equal(nl.policy(), tester.before, "and nothing of it has been done")


def refused_nests(tester, cmds, kind, wrap, dev_kind):
    """What is wrong with a nest whatever its inside; wrap puts more into a good one."""
    for cmd in cmds:
        def refused(what, attrs, message=""):
            tester.refused(what, cmd, attrs, message=message)

        refused("nothing", b"", "missing")
        refused("an empty nest", nest(kind), " has no ")
        refused("no nest", attr(kind, wrap()[4:]), "NESTED")
        refused("a nest of two bytes", attr(kind | NESTED, b"\1\0"))
        refused("an attribute in it that nobody knows", wrap(u8(99, 1)))
        refused("attribute 0 in it", wrap(u8(0, 1)))
        refused("bytes left over in it", wrap(b"\1\0"))
        refused("an attribute in it that is longer",
                wrap(struct.pack("=HHI", 200, 1, 0)))
        refused("an empty selector", wrap(string(dev_kind, "")))
        refused("a selector of no bytes", wrap(attr(dev_kind)))
        refused("a selector without its end", wrap(attr(dev_kind, b"eth0")))
        refused("a selector of 64 characters", wrap(string(dev_kind, "e*" + "x" * 62)))
        refused("the selector default", wrap(string(dev_kind, "default")),
                "default selects no")
        for bad in *BAD_SELECTORS, "e" * 16:
            refused(f"the selector \"{bad}\"", wrap(string(dev_kind, bad)), "glob|name")
    tester.refused("REPLACE of one byte", cmds[0], wrap() + u8(A["REPLACE"], 1))


def lengths_refused(tester, cmd, wrap, kind, name, good):
    """Any number of bytes but that of a good attribute."""
    for size in sorted({0, 1, good - 1, good + 1, 2 * good} - {good}):
        tester.refused(f"{name} of {size} bytes", cmd, wrap(attr(kind, bytes(size))))


def refused_rules(tester):
    refused = tester.refused
    prefix, length = be32(RULE["PREFIX"], "10.1.0.0"), u8(RULE["LENGTH"], 16)
    drop, proxy = (u8(RULE["ACTION"], ACTION[name]) for name in ("DROP", "PROXY"))
    source = flag(RULE["FROM"])

    def of(*inner):
        return nest(A["RULE"], *inner)

    def whole(*more):
        return rule("10.1.0.0/16", "DROP", *more)

    for text in "0.0.0.0/0", "128.0.0.0/1", "10.1.2.2/31", "255.255.255.255/32":
        tester.accept("RULE_ADD", rule(text, "PASS", source))
    tester.accept("RULE_ADD", rule("10.1.0.0/16", "PROXY", lladdr(RULE["LLADDR"], MAC),
                                   flag(RULE["ROUTED"]), rule_dev("e*" + "x" * 61)))
    cmds = "RULE_ADD", "RULE_DEL"
    refused_nests(tester, cmds, A["RULE"], whole, RULE["SELECTOR"])
    for cmd in cmds:
        refused("no prefix", cmd, of(length, drop), message="no prefix")
        refused("no length", cmd, of(prefix, drop), message="no prefix length")
        for text in "0.0.0.1/0", "192.0.0.0/1", "10.0.0.1/8", "10.1.2.3/31":
            refused(f"the prefix {text}", cmd, rule(text, "DROP"),
                    message="bits set beyond")
        for bits in 33, 64, 255:
            refused(f"a length of {bits}", cmd, of(prefix, u8(RULE["LENGTH"], bits), drop))
        for action in 0, 5, 255:
            refused(f"action {action}", cmd,
                    of(prefix, length, u8(RULE["ACTION"], action)))
        for action in "HIDE", "PROXY":
            refused(f"{action} of senders", cmd, rule("10.1.0.0/16", action, source),
                    message="pass or drop")
        for what, mac in (("zero", "00:00:00:00:00:00"), ("group", "01:00:5e:00:00:01"),
                          ("broadcast", "ff:ff:ff:ff:ff:ff")):
            refused(f"a {what} lladdr", cmd, rule(
                "10.1.0.0/16", "PROXY", lladdr(RULE["LLADDR"], mac)),
                    message="not a unicast")
        for inner, kind, name, good in (
                ((length, drop), RULE["PREFIX"], "a prefix", 4),
                ((prefix, drop), RULE["LENGTH"], "a length", 1),
                ((prefix, length), RULE["ACTION"], "an action", 1),
                ((prefix, length, proxy), RULE["LLADDR"], "a lladdr", 6)):
            lengths_refused(tester, cmd, lambda more, inner=inner: of(*inner, more),
                            kind, name, good)
        for name in "FROM", "ROUTED":
            refused(f"{name} of one byte", cmd, rule(
                "10.1.0.0/16", "PASS" if name == "FROM" else "PROXY", u8(RULE[name], 1)))

    refused("no action", "RULE_ADD", of(prefix, length), message="no action")
    for action in "PASS", "DROP", "HIDE":
        for what, more in (("lladdr", lladdr(RULE["LLADDR"], MAC)),
                           ("routed", flag(RULE["ROUTED"]))):
            refused(f"{action} with {what}", "RULE_ADD",
                    rule("10.1.0.0/16", action, more), message="to proxy rules")
    for action in "PROXY", "DROP":
        refused(f"{action} where there is a rule", "RULE_ADD",
                rule("10.0.0.0/8", action, rule_dev("e*")),
                (errno.EEXIST,), message="replace")
    for what, attrs in (
            ("another prefix", rule("11.0.0.0/8", None, rule_dev("e*"))),
            ("another length", rule("10.0.0.0/9", None, rule_dev("e*"))),
            ("another selector", rule("10.0.0.0/8", None, rule_dev("et*"))),
            ("no selector", rule("10.0.0.0/8", None)),
            ("senders", rule("10.0.0.0/8", None, rule_dev("e*"), source))):
        refused(f"{what}, and there is none", "RULE_DEL", attrs, (errno.ENOENT,),
                message="no rule")
    for what, attrs in (
            ("action", rule("10.0.0.0/8", "DROP", rule_dev("e*"))),
            ("lladdr", rule("10.0.0.0/8", None, rule_dev("e*"),
                            lladdr(RULE["LLADDR"], MAC))),
            ("routed", rule("10.0.0.0/8", None, rule_dev("e*"), flag(RULE["ROUTED"])))):
        refused(f"another {what} than is there", "RULE_DEL", attrs, (errno.ENOENT,),
                message="not match exactly")


def refused_bindings(tester):
    refused = tester.refused
    address, mac = be32(BINDING["ADDRESS"], "10.1.0.1"), lladdr(BINDING["LLADDR"], MAC)

    def of(*inner):
        return nest(A["BINDING"], *inner)

    def whole(*more):
        return binding("10.1.0.1", MAC, *more)

    for text in "0.0.0.1", "127.0.0.1", "223.255.255.255", "240.0.0.1":
        tester.accept("BIND_ADD", binding(text, MAC))
    tester.accept("BIND_ADD", whole(binding_dev("e*" + "x" * 61)))
    cmds = "BIND_ADD", "BIND_DEL"
    refused_nests(tester, cmds, A["BINDING"], whole, BINDING["SELECTOR"])
    for cmd in cmds:
        refused("no address", cmd, of(mac), message="no address")
        for text in "0.0.0.0", "224.0.0.1", "239.1.2.3", "255.255.255.255":
            refused(f"the address {text}", cmd, binding(text, MAC), message="not a unicast")
        for what, bad in (("zero", "00:00:00:00:00:00"), ("group", "01:00:5e:00:00:01"),
                          ("broadcast", "ff:ff:ff:ff:ff:ff")):
            refused(f"a {what} lladdr", cmd, binding("10.1.0.1", bad),
                    message="not a unicast")
        lengths_refused(tester, cmd, lambda more: of(more, mac), BINDING["ADDRESS"],
                        "an address", 4)
        lengths_refused(tester, cmd, lambda more: of(address, more), BINDING["LLADDR"],
                        "a lladdr", 6)
    refused("no lladdr", "BIND_ADD", of(address), message="no lladdr")
    for bound in MAC, "02:00:00:00:00:06":
        refused(f"{bound} where there is a binding", "BIND_ADD",
                binding("10.0.0.9", bound, binding_dev("e*")),
                (errno.EEXIST,), message="replace")
    for what, attrs in (
            ("another address", binding("10.0.0.8", None, binding_dev("e*"))),
            ("another selector", binding("10.0.0.9", None, binding_dev("et*"))),
            ("no selector", binding("10.0.0.9", None))):
        refused(f"{what}, and there is none", "BIND_DEL", attrs, (errno.ENOENT,),
                message="no binding")
    refused("another lladdr than is there", "BIND_DEL",
            binding("10.0.0.9", "02:00:00:00:00:06", binding_dev("e*")),
            (errno.ENOENT,), message="not match exactly")


def refused_dumps(tester):
    refused, nl = tester.refused, tester.nl
    for cmd, attrs in (("DEV_GET", selector("all")),
                       ("EFFECTIVE_GET", string(A["IFNAME"], tester.dev)),
                       ("STATS_GET", string(A["IFNAME"], tester.dev))):
        nl.ask(CMD[cmd], flags=DUMP)
        refused("a dump with an attribute that nobody knows", cmd, u8(99, 1), flags=DUMP)
        refused("a dump of one object", cmd, attrs, flags=DUMP)

    # Of rules and bindings a selector's may be chosen.
    nl.ask(CMD["RULE_ADD"], rule("10.2.0.0/16", "HIDE", rule_dev(tester.dev)))
    nl.ask(CMD["BIND_ADD"], binding("10.0.0.9", MAC, binding_dev(tester.dev)))
    tester.before = nl.policy()
    for cmd, kind, text, want in (
            ("RULE_GET", "RULE", rule_text,
             ["PROXY 10.0.0.0/8 dev e*", f"HIDE 10.2.0.0/16 dev {tester.dev}"]),
            ("BIND_GET", "BINDING", binding_text,
             [f"10.0.0.9 lladdr {MAC} dev {dev}" for dev in ("e*", tester.dev)])):
        def dumped(attrs=b""):
            return [text(m.attrs[A[kind]]) for m in nl.ask(CMD[cmd], attrs, DUMP)]

        equal(dumped(), want, f"{cmd}: all of them")
        equal(dumped(selector("e*")), want[:1], f"{cmd}: those of a selector")
        equal(dumped(selector(tester.dev)), want[1:], f"{cmd}: those of another")
        equal(dumped(selector("all")), [], f"{cmd}: those of one that has none")
        refused("a dump with an attribute that nobody knows", cmd, u8(99, 1), flags=DUMP)
        refused("a dump with an attribute of an answer", cmd,
                u32(A["GENERATION"], 1), flags=DUMP)
        refused("a dump with one of another message", cmd,
                string(A["IFNAME"], tester.dev), flags=DUMP)
        refused("a dump of an empty selector", cmd, selector(""), flags=DUMP)
        refused("a dump of a selector of no bytes", cmd, attr(A["SELECTOR"]), flags=DUMP)
        refused("a dump of a selector of 64 characters", cmd,
                selector("e*" + "x" * 62), flags=DUMP)
        for bad in "a/b", "e[", "e" * 16:
            refused(f"a dump of the selector \"{bad}\"", cmd, selector(bad),
                    flags=DUMP, message="glob|name")
    tester.prepare()


def refused_devices(tester):
    refused, nl = tester.refused, tester.nl
    index = u32(A["IFINDEX"], socket.if_nametoindex(tester.dev))
    name = string(A["IFNAME"], tester.dev)
    for cmd in "EFFECTIVE_GET", "STATS_GET", "STATS_RESET", "ANNOUNCE":
        rest = be32(A["ADDRESS"], "10.0.0.1") if cmd == "ANNOUNCE" else b""
        if cmd != "STATS_RESET":
            refused("no device", cmd, rest, message="device missing")
        refused("a device twice", cmd, index + name + rest, message="not both")
        refused("index 0", cmd, u32(A["IFINDEX"], 0) + rest)
        refused("a negative index", cmd, u32(A["IFINDEX"], 1 << 31) + rest)
        refused("an index of one byte", cmd, u8(A["IFINDEX"], 1) + rest)
        refused("a name of 16 characters", cmd, string(A["IFNAME"], "e" * 16) + rest)
        refused("a name without its end", cmd, attr(A["IFNAME"], b"eth0") + rest)
        refused("an index that nobody has", cmd, u32(A["IFINDEX"], 0x7fffffff) + rest,
                (errno.ENODEV,), message="no such device")
        refused("a name that nobody has", cmd, string(A["IFNAME"], "nobody") + rest,
                (errno.ENODEV,), message="no such device")
    nl.ask(CMD["FLUSH"])
    tester.before = nl.policy()
    for cmd in "STATS_GET", "STATS_RESET":
        refused("a device that no policy reaches", cmd, index,
                (errno.ENOENT,), message="no policy applies")
    tester.prepare()


def refused_announcements(tester):
    """On a device with the address 10.0.0.1, where 10.9.9.9 lives on lo."""
    nl, index = tester.nl, u32(A["IFINDEX"], socket.if_nametoindex(tester.dev))
    force = flag(A["FORCE"])

    def refused(what, attrs, codes=(errno.EINVAL, errno.ERANGE), message=""):
        tester.refused(what, "ANNOUNCE", attrs, codes, message=message)

    def address(text):
        return be32(A["ADDRESS"], text)

    unavailable = errno.EADDRNOTAVAIL,
    for text in "10.0.0.1", "10.9.9.9":
        nl.ask(CMD["ANNOUNCE"], index + address(text))
    nl.ask(CMD["ANNOUNCE"], index + address("10.0.0.77") + force)
    refused("no address", index, message="address missing")
    for size in 0, 3, 5, 8:
        refused(f"an address of {size} bytes", index + attr(A["ADDRESS"], bytes(size)))
    refused("FORCE of one byte", index + address("10.0.0.77") + u8(A["FORCE"], 1))
    for text in "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255":
        refused(f"{text}, by force", index + address(text) + force,
                message="cannot be announced")
    refused("an address that is not ours", index + address("10.0.0.77"),
            unavailable, "not ours")
    for what, cmd, attrs, text in (
            ("a rule hides it", "RULE_ADD",
             rule("10.0.0.1/32", "HIDE", rule_dev(tester.dev)), "10.0.0.1"),
            ("its device is hidden", "DEV_SET",
             dev_set("lo", u8(FIELD["HIDDEN"], 1)), "10.9.9.9")):
        nl.ask(CMD[cmd], attrs)
        tester.before = nl.policy()
        refused(f"an address of ours, {what}", index + address(text),
                unavailable, "hidden")
        nl.ask(CMD["ANNOUNCE"], index + address(text) + force)
        tester.prepare()
    # Dummies do no ARP, and this one is down as well.
    refused("a device that does no ARP", string(A["IFNAME"], "dev0") +
            address("10.0.0.1"), (errno.ENETDOWN,), "down or does no ARP")
    nl.ask(CMD["FLUSH"])


def refused_queries(tester):
    index = u32(A["IFINDEX"], socket.if_nametoindex(tester.dev))
    tester.prepare()

    def refused(what, attrs, message=""):
        tester.refused(what, "EXPLAIN", index + attrs, message=message)

    kind, target, sender = (u8(QUERY["KIND"], 1), be32(QUERY["TARGET"], "10.0.0.1"),
                            be32(QUERY["SENDER"], "10.0.0.2"))
    answer = tester.nl.ask(CMD["EXPLAIN"], index + query(
        "REQUEST", "10.0.0.1", "10.0.0.2", lladdr(QUERY["LLADDR"], MAC),
        flag(QUERY["UNICAST"])))[0].attrs
    equal(sorted(answer), sorted(A[name] for name in (
        "IFINDEX", "IFNAME", "EVENT", "EXPLANATION")), "EXPLAIN: what it answers with")
    refused("no query", b"", "query missing")
    for what, inner in (("kind", (target, sender)), ("target", (kind, sender)),
                        ("sender", (kind, target))):
        refused(f"no {what}", nest(A["QUERY"], *inner), "kind, target and sender")
    for bad in 0, 4, 255:
        refused(f"kind {bad}", query(bad, "10.0.0.1", "10.0.0.2"))
    for size in 0, 5, 7, 32, 33:
        refused(f"a lladdr of {size} bytes", query(
            "REQUEST", "10.0.0.1", "10.0.0.2", attr(QUERY["LLADDR"], bytes(size))))
    for what, more in (("a lladdr", lladdr(QUERY["LLADDR"], MAC)),
                       ("unicast", flag(QUERY["UNICAST"]))):
        refused(f"{what} of what is sent", query("SEND", "10.0.0.1", "10.0.0.2", more),
                "received packets only")
    refused("unicast of one byte", query("REPLY", "10.0.0.1", "10.0.0.2",
                                         u8(QUERY["UNICAST"], 1)))
    refused("an attribute that nobody knows", query("REPLY", "10.0.0.1", "10.0.0.2",
                                                    u8(99, 1)))


def refused_restores(tester):
    nl, refused = tester.nl, tester.refused
    ignore = u8(FIELD["IGNORE"], 1)
    gone = errno.ENOENT,

    def entries(*inner):
        return nest(A["ENTRIES"], *inner)

    for cmd, attrs in (("RESTORE_ADD", entries(dev_entry("lo", ignore))),
                       ("RESTORE_COMMIT", b""), ("RESTORE_ABORT", b"")):
        refused("none is begun", cmd, attrs, gone, message="begin one first")
    good = entry("RULE", rule("10.3.0.0/16", "DROP"))
    for what, attrs, codes, message in (
            ("no entries", b"", (errno.EINVAL,), "entries missing"),
            ("an entry that nobody knows", entries(nest(99, ignore)), (errno.EINVAL,), ""),
            ("an entry that is no nest", entries(attr(ENTRY["RULE"], bytes(8))),
             (errno.EINVAL,), ""),
            ("no selector", entries(nest(ENTRY["DEV"], nest(DEV["FIELDS"], ignore))),
             (errno.EINVAL,), "selector missing"),
            ("no fields", entries(nest(ENTRY["DEV"], string(DEV["SELECTOR"], "lo"))),
             (errno.EINVAL,), "fields missing"),
            ("ignore 4", entries(dev_entry("lo", u8(FIELD["IGNORE"], 4))),
             (errno.EINVAL,), "4 to 7"),
            ("a bad glob", entries(dev_entry("e[", ignore)), (errno.EINVAL,), "glob"),
            ("host bits", entries(good, entry("RULE", rule("10.0.0.1/8", "DROP"))),
             (errno.EINVAL,), "bits set beyond"),
            ("a rule twice", entries(good, good), (errno.EEXIST,), "replace"),
            ("a binding without lladdr", entries(entry("BINDING", binding("10.0.0.1", None))),
             (errno.EINVAL,), "no lladdr"),
            ("a binding of nobody", entries(entry("BINDING", binding("0.0.0.0", MAC))),
             (errno.EINVAL,), "not a unicast")):
        nl.ask(CMD["RESTORE_BEGIN"])
        nl.ask(CMD["RESTORE_ADD"], entries(dev_entry("dev1", ignore)))
        refused(what, "RESTORE_ADD", attrs, codes, message=message)
    refused("what was refused an entry", "RESTORE_COMMIT", b"",
            gone, message="begin one first")

    # Two at once do not mix, and each replaces all there was.
    others = [Netlink() for _ in range(2)]
    for n, other in enumerate(others):
        other.ask(CMD["RESTORE_BEGIN"])
        other.ask(CMD["RESTORE_ADD"], entries(dev_entry(f"dev{n}", ignore)))
    for n, other in enumerate(others):
        other.ask(CMD["RESTORE_ADD"], entries(
            entry("RULE", rule(f"10.{n}.0.0/16", "HIDE", rule_dev(f"dev{n}"))),
            entry("BINDING", binding(f"10.0.0.{n + 1}", MAC))))
    equal(nl.policy(), tester.before, "RESTORE_ADD: the policy is as it was")
    for n, other in enumerate(others):
        other.ask(CMD["RESTORE_COMMIT"])
        equal(([rule_text(m.attrs[A["RULE"]]) for m in nl.ask(CMD["RULE_GET"], flags=DUMP)],
               [text_of(m.attrs[A["SELECTOR"]]) for m in nl.ask(CMD["DEV_GET"], flags=DUMP)],
               len(nl.ask(CMD["BIND_GET"], flags=DUMP))),
              ([f"HIDE 10.{n}.0.0/16 dev dev{n}"], [f"dev{n}"], 1),
              f"RESTORE_COMMIT: all of socket {n}'s and nothing else")
    tester.before = nl.policy()

    # One that was read before the policy changed.
    before = number(nl.ask(CMD["DEV_GET"], flags=DUMP)[0].attrs[A["GENERATION"]])
    for generation, codes in ((before, None), (before, (errno.EBUSY,))):
        nl.ask(CMD["RESTORE_BEGIN"], u32(A["GENERATION"], generation))
        nl.ask(CMD["RESTORE_ADD"], entries(dev_entry("all", ignore)))
        if not codes:
            nl.ask(CMD["RESTORE_COMMIT"])
            tester.before = nl.policy()
        else:
            refused("the policy was changed meanwhile", "RESTORE_COMMIT", b"", codes,
                    message="changed since")
    nl.ask(CMD["RESTORE_ABORT"])
    nl.ask(CMD["RESTORE_BEGIN"])
    nl.ask(CMD["RESTORE_COMMIT"])
    equal(nl.policy(), [], "RESTORE_COMMIT: of nothing: nothing is left")
    tester.before = []

    # What is being made goes with its socket.
    others += [Netlink() for _ in range(RESTORES_MAX - len(others))]
    for _ in range(2):
        for other in others:
            other.ask(CMD["RESTORE_BEGIN"])
        refused(f"{RESTORES_MAX} are under way", "RESTORE_BEGIN", b"", (errno.EBUSY,),
                message="in progress")
        for other in others:
            other.socket.close()
        nl.ask(CMD["RESTORE_BEGIN"])
        nl.ask(CMD["RESTORE_ABORT"])
        others = [Netlink() for _ in range(RESTORES_MAX)]
    check(True, "RESTORE_BEGIN: closed sockets make room")
    tester.prepare()


# interrupted

def interrupted():
    nl = Netlink()
    for n in range(300):
        nl.send(CMD["DEV_SET"], dev_set(f"dev{n}", u8(FIELD["IGNORE"], 1)))
        dev = "all" if n % 2 else "dev*"
        nl.send(CMD["RULE_ADD"], rule(f"10.{n // 200}.{n % 200}.0/24", "HIDE",
                                      rule_dev(dev)))
        nl.send(CMD["BIND_ADD"], binding(f"10.0.{n // 200}.{n % 200}", MAC,
                                         binding_dev(dev)))
    nl.ask(CMD["DEV_SET"], dev_set("default", u8(FIELD["ANNOUNCE"], 2)))

    change = ("DEV_SET", dev_set("default", u8(FIELD["FILTER"], 1)))
    undo = ("DEV_UNSET", selector("default") + u32(A["MASK"], 1 << FIELD["FILTER"]))
    changes = {
        "DEV_GET": (change, undo), "EFFECTIVE_GET": (change, undo),
        "STATS_GET": (change, undo),
        "RULE_GET": (("RULE_ADD", rule("11.0.0.0/8", "DROP")),
                     ("RULE_DEL", rule("11.0.0.0/8", None))),
        "BIND_GET": (("BIND_ADD", binding("11.0.0.1", MAC)),
                     ("BIND_DEL", binding("11.0.0.1", None))),
    }
    for cmd, both in changes.items():
        # The smallest buffer there is: what it cannot hold is made later.
        reader = Netlink(room=1)
        whole = reader.ask(CMD[cmd], flags=DUMP)
        check(len(whole) > 100 and not any(m.flags & DUMP_INTR for m in whole),
              f"{cmd}: a dump in peace is whole", len(whole))
        equal(len({m.payload for m in whole}), len(whole), f"{cmd}: each is there once")

        reader.send(CMD[cmd], flags=DUMP)
        begun = reader.receive()
        for done, attrs in both:
            nl.ask(CMD[done], attrs)
        rest = reader.answer()
        check(begun[-1].kind != NLMSG_DONE and
              not any(m.flags & DUMP_INTR for m in begun) and
              any(m.flags & DUMP_INTR for m in rest),
              f"{cmd}: a dump during which the policy changes says so",
              f"{len(begun)} before, {len(rest)} after")

    # Where a dump stands may go.
    for cmd, flush in (("RULE_GET", "RULE_FLUSH"), ("BIND_GET", "BIND_FLUSH"),
                       ("DEV_GET", "FLUSH")):
        reader = Netlink(room=1)
        reader.send(CMD[cmd], flags=DUMP)
        begun = reader.receive()
        nl.ask(CMD[flush])
        rest = reader.answer()
        # Another part may be on its way.
        check(begun[-1].kind != NLMSG_DONE and len(begun) + len(rest) < 250 and
              rest[-1].flags & DUMP_INTR,
              f"{cmd}: a dump of what goes meanwhile ends, and says so",
              f"{len(begun)} before, {len(rest)} after")


# notices

def notices():
    nl, listener, stranger = Netlink(), Netlink(), Netlink()
    listener.join("config")
    stranger.join("verdict")
    ignore, announce = u8(FIELD["IGNORE"], 8), u8(FIELD["ANNOUNCE"], 2)
    generation = None

    def content(attrs):
        """What a notice tells besides its generation."""
        told = []
        for kind, payload in attrs.items():
            if kind == A["SELECTOR"]:
                told.append(text_of(payload))
            elif kind == A["FIELDS"]:
                told.append({field: number(value) for field, value in parse(payload)})
            elif kind == A["RULE"]:
                told.append(rule_text(payload))
            elif kind == A["BINDING"]:
                told.append(binding_text(payload))
            elif kind != A["GENERATION"]:
                told.append((kind, payload))
        return told

    def told(what, want, cmd, attrs=b"", code=0):
        nonlocal generation
        got, refused = [], 0
        try:
            nl.ask(CMD[cmd], attrs)
        except Refused as no:
            refused = no.errno
        for message in listener.notices():
            name = {number: name for name, number in CMD.items()}[message.cmd]
            got.append((name, *content(message.attrs)))
            now = number(message.attrs[A["GENERATION"]])
            if generation is not None and now != generation + 1:
                got.append(("generation", generation, now))
            generation = now
        equal((got, refused), (want, code), what)

    told("a new selector is told", [("DEV_NTF", "e*", {1: 8})],
         "DEV_SET", dev_set("e*", ignore))
    told("another field: all that is set now", [("DEV_NTF", "e*", {1: 8, 2: 2})],
         "DEV_SET", dev_set("e*", announce))
    told("the same again: nothing", [], "DEV_SET", dev_set("e*", ignore, announce))
    told("a field unset: what is left", [("DEV_NTF", "e*", {2: 2})],
         "DEV_UNSET", selector("e*") + u32(A["MASK"], 1 << 1))
    told("a field unset that was not set: nothing", [],
         "DEV_UNSET", selector("e*") + u32(A["MASK"], 1 << 1), errno.ENOENT)
    told("the last field unset: no fields", [("DEV_NTF", "e*")],
         "DEV_UNSET", selector("e*") + u32(A["MASK"], 1 << 2))
    told("a selector unset that is not there: nothing", [],
         "DEV_UNSET", selector("e*"), errno.ENOENT)
    told("a restore that begins: nothing", [], "RESTORE_BEGIN")
    told("what it adds: nothing", [], "RESTORE_ADD", nest(
        A["ENTRIES"], dev_entry("e*", ignore)))
    told("its commit: that all may be another", [("RESTORE_NTF",)], "RESTORE_COMMIT")
    told("the first as before", [("DEV_NTF", "e*")], "DEV_UNSET", selector("e*"))
    told("a refusal: nothing", [], "DEV_SET", dev_set("e*", u8(FIELD["IGNORE"], 4)),
         errno.EINVAL)
    for cmd in "FLUSH", "RULE_FLUSH", "BIND_FLUSH":
        told(f"{cmd} of nothing: nothing", [], cmd)
    for name in "all", "default", "lo":
        nl.send(CMD["DEV_SET"], dev_set(name, ignore))
    told("several: in their order",
         [("DEV_NTF", name, {1: 8}) for name in ("all", "default", "lo")] +
         [("DEV_NTF", "all")], "DEV_UNSET", selector("all"))
    told("a flush is told once", [("FLUSH_NTF",)], "FLUSH")
    equal(nl.policy(), [], "and it leaves nothing")
    told("afterwards the generation goes on", [("DEV_NTF", "lo", {1: 8})],
         "DEV_SET", dev_set("lo", ignore))

    replace, net = flag(A["REPLACE"]), "10.1.0.0/16"
    mac = lladdr(RULE["LLADDR"], MAC)
    told("a new rule is told", [("RULE_NTF", f"DROP {net} dev all")],
         "RULE_ADD", rule(net, "DROP"))
    told("the same again: nothing", [], "RULE_ADD", rule(net, "DROP"), errno.EEXIST)
    told("one for senders is another", [("RULE_NTF", f"PASS {net} from dev all")],
         "RULE_ADD", rule(net, "PASS", flag(RULE["FROM"])))
    told("so is another selector's, with all that is in it",
         [("RULE_NTF", f"PROXY {net} dev e* lladdr {MAC} routed")],
         "RULE_ADD", rule(net, "PROXY", rule_dev("e*"), mac, flag(RULE["ROUTED"])))
    told("replaced: what it is now", [("RULE_NTF", f"HIDE {net} dev e*")],
         "RULE_ADD", rule(net, "HIDE", rule_dev("e*")) + replace)
    told("replaced that was not there: as a new one",
         [("RULE_NTF", "PROXY 0.0.0.0/0 dev e*")],
         "RULE_ADD", rule("0.0.0.0/0", "PROXY", rule_dev("e*")) + replace)
    told("deleted: what it was", [("RULE_DEL_NTF", f"HIDE {net} dev e*")],
         "RULE_DEL", rule(net, None, rule_dev("e*")))
    told("again: nothing", [], "RULE_DEL", rule(net, None, rule_dev("e*")), errno.ENOENT)
    told("deleted that says something else: nothing", [],
         "RULE_DEL", rule(net, "HIDE"), errno.ENOENT)
    told("by all that it says", [("RULE_DEL_NTF", f"PASS {net} from dev all")],
         "RULE_DEL", rule(net, "PASS", flag(RULE["FROM"])))

    other = "02:00:00:00:00:06"
    told("a new binding is told", [("BIND_NTF", f"10.0.0.9 lladdr {MAC} dev all")],
         "BIND_ADD", binding("10.0.0.9", MAC))
    told("the same again: nothing", [],
         "BIND_ADD", binding("10.0.0.9", MAC), errno.EEXIST)
    told("another selector's is another", [("BIND_NTF", f"10.0.0.9 lladdr {MAC} dev lo")],
         "BIND_ADD", binding("10.0.0.9", MAC, binding_dev("lo")))
    told("replaced: what it is now", [("BIND_NTF", f"10.0.0.9 lladdr {other} dev all")],
         "BIND_ADD", binding("10.0.0.9", other) + replace)
    told("deleted that says something else: nothing", [],
         "BIND_DEL", binding("10.0.0.9", MAC), errno.ENOENT)
    told("deleted: what it was", [("BIND_DEL_NTF", f"10.0.0.9 lladdr {other} dev all")],
         "BIND_DEL", binding("10.0.0.9", None))

    nl.send(CMD["RULE_ADD"], rule(net, "DROP", rule_dev("lo")))
    told("a selector without rules flushed: nothing",
         [("RULE_NTF", f"DROP {net} dev lo")], "RULE_FLUSH", selector("l*"))
    told("one selector's rules flushed: its name", [("RULE_FLUSH_NTF", "lo")],
         "RULE_FLUSH", selector("lo"))
    told("again: nothing", [], "RULE_FLUSH", selector("lo"))
    nl.send(CMD["BIND_ADD"], binding("10.0.0.7", MAC))
    told("one selector's bindings, likewise",
         [("BIND_NTF", f"10.0.0.7 lladdr {MAC} dev all"), ("BIND_FLUSH_NTF", "all")],
         "BIND_FLUSH", selector("all"))
    told("all rules flushed", [("RULE_FLUSH_NTF",)], "RULE_FLUSH")
    told("again: nothing", [], "RULE_FLUSH")
    told("all bindings", [("BIND_FLUSH_NTF",)], "BIND_FLUSH")
    told("again: nothing", [], "BIND_FLUSH")
    told("the fields are there still", [("DEV_NTF", "lo", {1: 8, 2: 2})],
         "DEV_SET", dev_set("lo", announce))
    nl.send(CMD["RULE_ADD"], rule(net, "DROP"))
    nl.send(CMD["BIND_ADD"], binding("10.0.0.9", MAC))
    told("a flush takes them all, and is told once",
         [("RULE_NTF", f"DROP {net} dev all"),
          ("BIND_NTF", f"10.0.0.9 lladdr {MAC} dev all"), ("FLUSH_NTF",)], "FLUSH")
    equal(nl.policy(), [], "and nothing is left")
    equal(stranger.notices(), [], "the group verdict has heard nothing of it")


# verdicts

def verdicts(dev, target, sender, mac):
    nl, listener, stranger = Netlink(), Netlink(), Netlink()
    listener.join("verdict")
    # A thousand a second: more than fits into it while others have their turn.
    listener.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)	# SO_RCVBUFFORCE
    nl.ask(CMD["RULE_ADD"], rule(f"{target}/32", "DROP", rule_dev("e*")))
    stranger.join("config")
    events, lost = [], []
    # In a slow kernel the flood is none, and all of it is told.
    begun = time.monotonic()
    while not lost and time.monotonic() < begun + 20:
        for message in listener.receive():
            told = dict(parse(message.attrs.pop(A["EVENT"])))
            if EVENT["LOST"] in told:
                lost.append(number(told.pop(EVENT["LOST"])))
            events.append((message.cmd, message.attrs, told))
    cmd, attrs, told = events[0]
    equal(cmd, CMD["VERDICT_NTF"], "a decision is told")
    equal(attrs, {A["IFINDEX"]: struct.pack("=I", socket.if_nametoindex(dev)),
                  A["IFNAME"]: dev.encode() + b"\0"}, "with its device")
    equal(rule_text(told.pop(EVENT["RULE"], b"")), f"DROP {target}/32 dev e*",
          "the rule that made it")
    equal(told, {EVENT["VERDICT"]: bytes([VERDICT_DROP]),
                 EVENT["REASON"]: bytes([REASON_RULE_DROP]), EVENT["REQUEST"]: b"",
                 EVENT["SENDER"]: socket.inet_aton(sender),
                 EVENT["TARGET"]: socket.inet_aton(target),
                 EVENT["LLADDR"]: bytes.fromhex(mac.replace(":", ""))},
          "the packet, and no more")
    rules = {told.pop(EVENT["RULE"], None) for _, _, told in events[1:]}
    check(len(rules) == 1 and all(event == events[0] for event in events[1:]),
          "and so is each of many")
    slow = not lost and len(events) < 20 * EVENTS_PER_SECOND
    check(slow or (lost and lost[0] > 0),
          "one that says how many were left out before it", lost or len(events))
    equal(stranger.notices(), [], "the group config hears nothing of it")
    nl.ask(CMD["FLUSH"])


# Odd jobs for other tests

def overrun():
    listener = Netlink()
    listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.socket.settimeout(None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    listener.join("verdict")
    print("joined", flush=True)
    signal.sigwait([signal.SIGUSR1])
    while True:
        try:
            received = listener.receive()
        except OSError as e:
            if e.errno != errno.ENOBUFS:
                raise
            continue
        for message in received:
            told = dict(parse(message.attrs[A["EVENT"]]))
            print("lost", number(told[EVENT["LOST"]]) if EVENT["LOST"] in told else 0,
                  flush=True)


def fill(first, end, form):
    nl, sent, refused = Netlink(), 0, 0
    field = nest(A["FIELDS"], u8(FIELD["IGNORE"], 1))
    names = [form % n for n in range(int(first), int(end))]
    for at in range(0, len(names), 256):
        batch = b""
        for name in names[at:at + 256]:
            nl.sequence += 1
            body = struct.pack("=BBH", CMD["DEV_SET"], 1, 0) + selector(name) + field
            batch += struct.pack("=IHHII", 16 + len(body), nl.family, REQUEST,
                                 nl.sequence, 0) + body
            sent += 1
        # The kernel tells of refusals only; they are there when send() ends.
        nl.socket.send(batch)
        for message in nl.notices():
            no = refusal(message)
            refused += 1
            if refused == 1:
                print(no)
        nl.socket.setblocking(True)
    print("accepted", sent - refused, "refused", refused)


def hold():
    nl = Netlink(room=1)
    nl.send(CMD["DEV_GET"], flags=DUMP)
    print("held", flush=True)
    signal.pause()


def main():
    jobs = {job.__name__: job for job in (
        contract, refusals, interrupted, notices, verdicts, overrun, fill, hold)}
    if len(sys.argv) < 2 or sys.argv[1] not in jobs:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        jobs[sys.argv[1]](*sys.argv[2:])
    except Refused as no:
        check(False, sys.argv[1], f"the kernel refused a good message: {no}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
