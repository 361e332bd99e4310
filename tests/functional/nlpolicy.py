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
  fill FROM TO FORMAT   sets ignore on the selectors FORMAT % FROM..TO - 1;
                        prints each refusal and how many were accepted
  hold                  leaves a dump open until it is killed

The checks print a line each: "ok" or "not ok", what, why; with tabs between.
"""
import errno
import re
import signal
import socket
import struct
import sys

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

# Of include/uapi/linux/arp_policy.h; contract() holds them against it.
CMD = {name: number for number, name in enumerate(
    "DEV_GET DEV_SET DEV_UNSET DEV_NTF EFFECTIVE_GET STATS_GET STATS_RESET "
    "FLUSH FLUSH_NTF".split(), 1)}
A = {name: number for number, name in enumerate(
    "SELECTOR FIELDS ORIGINS MASK GENERATION IFINDEX IFNAME IN OUT REASONS "
    "PAD".split(), 1)}
FIELD = {name: number for number, name in enumerate(
    "IGNORE ANNOUNCE FILTER HIDDEN PROXY PROXY_DELAY MODE".split(), 1)}


def check(good, what, why=""):
    line = str(why).replace("\n", " ").replace("\t", " ")
    print("ok" if good else "not ok", what, line, sep="\t", flush=True)


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


def parse(data):
    """Attributes in order, as (type, payload)."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def text_of(payload):
    return payload.rstrip(b"\0").decode()


def number(payload):
    return int.from_bytes(payload, sys.byteorder)


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
        self.attrs = dict(parse(payload[4:]))


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
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(20)
        self.sequence = 0
        self.family, self.told = GENL_ID_CTRL, None
        self.told = self.ask(GETFAMILY, string(2, "arp_policy"))[0].attrs
        self.family = number(self.told[1])

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
        return [m.payload for m in self.ask(CMD["DEV_GET"], flags=DUMP)]

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
                    r"ARP_POLICY_(A|CMD|FIELD|REASON)_MAX", name):
                found[name] = value
    for name, given in re.findall(r"#define\s+(\w+)[ \t]+(\S+)", text):
        found[name] = given.strip('"') if '"' in given else int(given)
    return found


def c_name(text):
    return text.upper().replace("-", "_")


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
            if "do" in item:
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


KERNEL_TYPES = {2: "u8", 3: "u16", 4: "u32", 5: "u64", 11: "unterminated string",
                12: "string", 13: "nest"}


def kernel_policies(nl):
    """What CTRL_CMD_GETPOLICY tells: policies by index, indices by command."""
    policies, commands = {}, {}
    for message in nl.ask(GETPOLICY, struct.pack("=HHHH", 6, 1, nl.family, 0),
                          flags=DUMP, family=GENL_ID_CTRL):
        for cmd, told in parse(message.attrs.get(9, b"")):
            commands[cmd] = {how: number(index) for how, index in parse(told)}
        for index, told in parse(message.attrs.get(8, b"")):
            for kind, payload in parse(told):
                policies.setdefault(index, {})[kind] = dict(parse(payload))
    return policies, commands


def told_policy(policies, index):
    """A policy of the kernel's in the form of Specification.attributes()."""
    found = {}
    for kind, told in policies.get(index, {}).items():
        name = KERNEL_TYPES.get(number(told[1]), number(told[1]))
        if name == "nest":
            found[kind] = (name, told_policy(policies, number(told[8])))
        elif name == "string":
            found[kind] = (name, number(told[7]) if 7 in told else None)
        elif 12 in told:
            found[kind] = (name, "mask", number(told[12]))
        else:
            found[kind] = (name, number(told[4]), number(told[5]))
    return found


def contract(yaml_path, header_path):
    spec, nl = Specification(yaml_path), Netlink()
    header = header_numbers(header_path)

    ours = {"ARP_POLICY_CMD_" + name: value for name, value in CMD.items()}
    ours.update({"ARP_POLICY_A_" + name: value for name, value in A.items()})
    ours.update({"ARP_POLICY_FIELD_" + name: value for name, value in FIELD.items()})
    equal({name: header.get(name) for name in ours}, ours,
          "the numbers of this test are the header's")

    # What the specification has no place for.
    plain = {name: value for name, value in header.items() if name not in (
        "ARP_POLICY_SELECTORS_MAX", "ARP_POLICY_GLOBS_MAX",
        "ARP_POLICY_FAMILY_NAME", "ARP_POLICY_FAMILY_VERSION",
        "ARP_POLICY_MCGRP_CONFIG")}
    differ = {name: (plain.get(name), spec.numbers.get(name))
              for name in plain.keys() | spec.numbers.keys()
              if plain.get(name) != spec.numbers.get(name)}
    equal(differ, {}, "header and specification have the same names and numbers")

    equal((text_of(nl.told[2]), number(nl.told[3])),
          (header["ARP_POLICY_FAMILY_NAME"], header["ARP_POLICY_FAMILY_VERSION"]),
          "the family's name and version are the header's")
    equal(spec.tree["name"], header["ARP_POLICY_FAMILY_NAME"],
          "and the specification's")
    equal([text_of(dict(parse(group))[1]) for _, group in parse(nl.told[7])],
          [group["name"] for group in spec.tree["mcast-groups"]["list"]],
          "the multicast groups are those of the specification")

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

    policies, commands = kernel_policies(nl)
    for cmd, item in spec.operations.items():
        want = spec.attributes(item["attribute-set"],
                               item["do"]["request"]["attributes"])
        how = commands.get(cmd, {})
        got = told_policy(policies, how.get(1))
        if not want and not how:
            check(True, f"{item['name']}: no attributes")
        else:
            equal(got, want, f"{item['name']}: types, lengths, ranges and masks")
        if "dump" in item:
            check(2 in how, f"{item['name']}: its dump is checked as well", how)


# refusals

def refusals(dev):
    nl = Netlink()
    index = socket.if_nametoindex(dev)
    ignore = u8(FIELD["IGNORE"], 1)

    def prepare():
        nl.ask(CMD["FLUSH"])
        nl.ask(CMD["DEV_SET"], dev_set("all", ignore))
        nl.ask(CMD["DEV_SET"], dev_set(dev, ignore, u32(FIELD["PROXY_DELAY"], 7)))
        return nl.policy()

    before = prepare()

    def refused(what, cmd, attrs, codes=(errno.EINVAL, errno.ERANGE), flags=0,
                silent=False, message=""):
        nonlocal before
        why = ""
        try:
            nl.ask(CMD.get(cmd, cmd), attrs, flags)
            why = "accepted"
        except Refused as no:
            if no.errno not in codes:
                why = f"refused with {no}"
            elif not silent and not no.message and not no.offset:
                why = "neither message nor attribute"
            elif not re.search(message, no.message):
                why = f"message: {no.message}"
        after = nl.policy()
        if after != before:
            why += "; the policy changed"
            before = prepare()
        check(not why, f"{cmd}: {what}", why)

    # What each command accepts: else its refusals would say nothing.
    good = {
        "DEV_GET": selector("all"),
        "DEV_SET": dev_set("all", ignore),
        "DEV_UNSET": selector("nobody"),
        "EFFECTIVE_GET": string(A["IFNAME"], dev),
        "STATS_GET": u32(A["IFINDEX"], index),
        "STATS_RESET": b"",
        "FLUSH": b"",
    }
    for cmd, attrs in good.items():
        if cmd != "FLUSH":
            nl.ask(CMD[cmd], attrs)
        refused("an attribute that nobody knows", cmd, attrs + u8(99, 1))
        refused("an attribute of another message", cmd, attrs + u32(A["GENERATION"], 1))
        refused("attribute 0", cmd, attrs + u32(0, 1))
        refused("bytes left over", cmd, attrs + b"\1\0")
        refused("an attribute longer than the message", cmd,
                attrs + struct.pack("=HHI", 200, 1, 0))
    for cmd in "DEV_GET", "EFFECTIVE_GET", "STATS_GET":
        nl.ask(CMD[cmd], flags=DUMP)
        refused("a dump with an attribute that nobody knows", cmd, u8(99, 1), flags=DUMP)
        refused("a dump of one object", cmd, good[cmd], flags=DUMP)
    for cmd in "DEV_SET", "DEV_UNSET", "STATS_RESET", "FLUSH":
        refused("a dump of what is not there", cmd, good[cmd], (errno.EOPNOTSUPP,),
                DUMP, silent=True)
    for cmd in "DEV_NTF", "FLUSH_NTF", 0, 200:
        refused("no such command", cmd, b"", (errno.EOPNOTSUPP,), silent=True)

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
        for bad in "a/b", "a b", "a:b", ".", "..", "e[", "e[]", "e[!]", "e\\", "*/", "* ":
            refused(f"the selector \"{bad}\"", cmd, selector(bad) + rest,
                    message="glob|name")
    longest = "e*" + "x" * 61
    nl.ask(CMD["DEV_SET"], dev_set(longest, ignore))
    nl.ask(CMD["DEV_UNSET"], selector(longest))
    before = nl.policy()
    refused("nothing is set there", "DEV_GET", selector("nobody"), (errno.ENOENT,))

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
                      ("PROXY", 3), ("MODE", 1)):
        kind = FIELD[name]
        nl.ask(CMD["DEV_SET"], dev_set("none", u8(kind, top)))
        nl.ask(CMD["DEV_UNSET"], selector("none"))
        before = nl.policy()
        field_refused(f"{name} {top + 1}", u8(kind, top + 1))
        field_refused(f"{name} 255", u8(kind, 255))
        field_refused(f"{name} of no bytes", attr(kind))
        field_refused(f"{name} of two bytes", attr(kind, b"\0\0"))
        field_refused(f"{name} of four bytes", u32(kind, 0))
    for level in 4, 5, 6, 7:
        field_refused(f"IGNORE {level}", u8(FIELD["IGNORE"], level),
                      message="0, 1, 2, 3 or 8")
    delay = FIELD["PROXY_DELAY"]
    nl.ask(CMD["DEV_SET"], dev_set("none", u32(delay, 60000)))
    nl.ask(CMD["DEV_UNSET"], selector("none"))
    before = nl.policy()
    field_refused("PROXY_DELAY 60001", u32(delay, 60001))
    field_refused("PROXY_DELAY of one byte", u8(delay, 1))
    field_refused("PROXY_DELAY of eight bytes", attr(delay, bytes(8)))

    for what, mask in (("of no field", 1), ("of a field too many", 1 << 8),
                       ("of nothing", 0), ("of bit 31", 1 << 31)):
        refused("a mask " + what, "DEV_UNSET", selector(dev) + u32(A["MASK"], mask))
    refused("a mask of one byte", "DEV_UNSET", selector(dev) + u8(A["MASK"], 2))

    for cmd in "EFFECTIVE_GET", "STATS_GET", "STATS_RESET":
        if cmd != "STATS_RESET":
            refused("no device", cmd, b"", message="device missing")
        refused("a device twice", cmd, good["STATS_GET"] + good["EFFECTIVE_GET"],
                message="not both")
        refused("index 0", cmd, u32(A["IFINDEX"], 0))
        refused("a negative index", cmd, u32(A["IFINDEX"], 1 << 31))
        refused("an index of one byte", cmd, u8(A["IFINDEX"], 1))
        refused("a name of 16 characters", cmd, string(A["IFNAME"], "e" * 16))
        refused("a name without its end", cmd, attr(A["IFNAME"], b"eth0"))
        refused("an index that nobody has", cmd, u32(A["IFINDEX"], 0x7fffffff),
                (errno.ENODEV,), message="no such device")
        refused("a name that nobody has", cmd, string(A["IFNAME"], "nobody"),
                (errno.ENODEV,), message="no such device")
    nl.ask(CMD["FLUSH"])
    before = nl.policy()
    refused("a device that no policy reaches", "STATS_GET", good["STATS_GET"],
            (errno.ENOENT,), message="no policy reaches")
    refused("a device that no policy reaches", "STATS_RESET", good["STATS_GET"],
            (errno.ENOENT,), message="no policy reaches")


# interrupted

def interrupted():
    nl = Netlink()
    for n in range(300):
        nl.send(CMD["DEV_SET"], dev_set(f"dev{n}", u8(FIELD["IGNORE"], 1)))
    nl.ask(CMD["DEV_SET"], dev_set("default", u8(FIELD["ANNOUNCE"], 2)))

    for cmd in "DEV_GET", "EFFECTIVE_GET", "STATS_GET":
        # The smallest buffer there is: what it cannot hold is made later.
        reader = Netlink(room=1)
        whole = reader.ask(CMD[cmd], flags=DUMP)
        check(len(whole) > 100 and not any(m.flags & DUMP_INTR for m in whole),
              f"{cmd}: a dump in peace is whole", len(whole))

        reader.send(CMD[cmd], flags=DUMP)
        begun = reader.receive()
        nl.ask(CMD["DEV_SET"], dev_set("default", u8(FIELD["FILTER"], 1)))
        nl.ask(CMD["DEV_UNSET"], selector("default") + u32(A["MASK"], 1 << FIELD["FILTER"]))
        rest = reader.answer()
        check(begun[-1].kind != NLMSG_DONE and
              not any(m.flags & DUMP_INTR for m in begun) and
              any(m.flags & DUMP_INTR for m in rest),
              f"{cmd}: a dump during which the policy changes says so",
              f"{len(begun)} before, {len(rest)} after")
    nl.ask(CMD["FLUSH"])


# notices

def notices():
    nl, listener = Netlink(), Netlink()
    listener.join("config")
    ignore, announce = u8(FIELD["IGNORE"], 8), u8(FIELD["ANNOUNCE"], 2)
    generation = None

    def told(what, want, cmd, attrs=b""):
        nonlocal generation
        nl.ask(CMD[cmd], attrs)
        got = []
        for message in listener.notices():
            name = {number: name for name, number in CMD.items()}[message.cmd]
            fields = message.attrs.get(A["FIELDS"])
            fields = None if fields is None else {
                kind: number(value) for kind, value in parse(fields)}
            got.append((name, text_of(message.attrs.get(A["SELECTOR"], b"")), fields))
            now = number(message.attrs[A["GENERATION"]])
            if generation is not None and now != generation + 1:
                got.append(("generation", generation, now))
            generation = now
        equal(got, want, what)

    told("a new selector is told", [("DEV_NTF", "e*", {1: 8})],
         "DEV_SET", dev_set("e*", ignore))
    told("another field: all that is set now", [("DEV_NTF", "e*", {1: 8, 2: 2})],
         "DEV_SET", dev_set("e*", announce))
    told("the same again: nothing", [], "DEV_SET", dev_set("e*", ignore, announce))
    told("a refusal: nothing", [("DEV_NTF", "e*", {2: 2})],
         "DEV_UNSET", selector("e*") + u32(A["MASK"], 1 << 1))
    told("a field unset that was not set: nothing", [],
         "DEV_UNSET", selector("e*") + u32(A["MASK"], 1 << 1))
    told("the last field unset: no fields", [("DEV_NTF", "e*", None)],
         "DEV_UNSET", selector("e*") + u32(A["MASK"], 1 << 2))
    told("a selector unset that is not there: nothing", [],
         "DEV_UNSET", selector("e*"))
    told("a flush of nothing: nothing", [], "FLUSH")
    for name in "all", "default", "lo":
        nl.send(CMD["DEV_SET"], dev_set(name, ignore))
    told("several: in their order",
         [("DEV_NTF", name, {1: 8}) for name in ("all", "default", "lo")] +
         [("DEV_NTF", "all", None)], "DEV_UNSET", selector("all"))
    told("a flush is told once", [("FLUSH_NTF", "", None)], "FLUSH")
    equal(nl.policy(), [], "and it leaves nothing")
    told("afterwards the generation goes on", [("DEV_NTF", "lo", {1: 8})],
         "DEV_SET", dev_set("lo", ignore))
    nl.ask(CMD["FLUSH"])


# Odd jobs for other tests

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
        contract, refusals, interrupted, notices, fill, hold)}
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
