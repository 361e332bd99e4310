#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sends raw netlink messages to the arp_policy family, also ones that arpctl never sends.

    nlpolicy.py JOB [ARGUMENT...]

Jobs act on the network namespace that they run in:
  contract              the kernel's commands and attribute policies are those of
                        the specification (tests/lint/specification has the rest)
  refusals DEV          messages that must be refused and change nothing
  transactions          of both kinds: their order, errors, limits and ends
  interrupted           dumps during which the policy changes
  notices               notifications of the group config
  replies               what a change replies, also with NLM_F_ECHO
  entries               get by key, filtered dumps and flushes
  dynamic               dynamic bindings
  quarters MAX          their limit, with max_bindings=MAX
  info                  counts and limits
  busy COUNT            info during a transaction of COUNT entries
  verdicts DEV TARGET SENDER LLADDR
                        notifications of the group verdict, while SENDER floods DEV
                        with requests for TARGET
  snooping              sockets that snoop DHCP: counts and limits
  snooper [hex]         a listener of the group dhcp, which prints each message, or
                        its bytes
  overrun               a listener of the group verdict with a small buffer, which reads
                        from SIGUSR1 on, and prints "lost N" of each event
  fill FROM TO FORMAT   sets ignore on the selectors FORMAT % FROM..TO - 1;
                        prints each refusal and how many were accepted
  hold                  leaves a dump open until it is killed

The checks print TAP without numbers and plan.
"""
import errno
import os
import pathlib
import re
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from family import BIG_ENDIAN, Header, Specification  # noqa: E402

SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK = 1, 10
NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 11, 12
REQUEST, MULTI, ACK, ECHO, DUMP_INTR, DUMP = 1, 2, 4, 8, 0x10, 0x300
ACK_TLVS = 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
ERR_MSG, ERR_OFFS, ERR_MISS_TYPE = 1, 2, 5
# ERR_MISS_TYPE exists since this version.
MISSES = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= (6, 1)
NESTED = 0x8000
GENL_ID_CTRL, GETFAMILY, GETPOLICY = 0x10, 3, 10
ADMIN, CAN_DO, CAN_DUMP = 0x10, 2, 4


HEADER = Header()
CMD, A, FIELD, ENTRY, OP, DEV, EVENT, QUERY, INFO, DHCP = map(
    HEADER.numbers,
    ("cmd", "attr", "field", "entry", "op", "dev", "event", "query", "info", "dhcp"))
TABLE, ACTION, KIND, TRANSACTION, IGNORE, VERDICT, REASON = map(
    HEADER.numbers,
    ("table", "action", "kind", "transaction", "ignore", "verdict", "reason"))
TRANSACTIONS_MAX = HEADER.number("TRANSACTIONS_MAX")
SNOOPERS_MAX = HEADER.number("SNOOPERS_MAX")
EVENTS_PER_SECOND = HEADER.number("EVENTS_PER_SECOND")
CMD_NAMES = {number: name for name, number in CMD.items()}
RULES = 1 << TABLE["TARGET"] | 1 << TABLE["SENDER"]
BINDINGS = 1 << TABLE["BINDING"]
NEVER = IGNORE["NEVER"]


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
    def __init__(self, code, message, offset, missing):
        super().__init__(f"{errno.errorcode.get(code, code)}: {message}")
        self.errno, self.message, self.offset = code, message, offset
        self.missing = missing


class Message:
    def __init__(self, kind, flags, sequence, portid, payload):
        self.kind, self.flags, self.sequence = kind, flags, sequence
        self.portid = portid
        self.payload = payload
        self.cmd = payload[0] if len(payload) > 1 else 0
        # An acknowledgment holds the head of a request instead.
        self.attrs = dict(parse(payload[4:])) if kind >= GENL_ID_CTRL else {}


def messages(data):
    while len(data) >= 16:
        length, kind, flags, sequence, portid = struct.unpack_from("=IHHII", data)
        yield Message(kind, flags, sequence, portid, data[16:length])
        data = data[(length + 3) & ~3:]


def refusal(message):
    """The error of an acknowledgment or of the end of a dump, or None."""
    code = -struct.unpack_from("=i", message.payload)[0]
    if not code:
        return None
    rest = message.payload[20 if message.kind == NLMSG_ERROR else 4:]
    attrs = dict(parse(rest)) if message.flags & ACK_TLVS else {}
    return Refused(code, text_of(attrs.get(ERR_MSG, b"")),
                   number(attrs.get(ERR_OFFS, b"")), number(attrs.get(ERR_MISS_TYPE, b"")))


class Netlink:
    def __init__(self, room=None):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        self.portid = self.socket.getsockname()[0]
        for option in NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK:
            self.socket.setsockopt(SOL_NETLINK, option, 1)
        # The kernel makes the parts of a dump as large as the buffers they were read with.
        self.size = 4096 if room else 1 << 16
        self.socket.settimeout(20)
        self.sequence = 0
        self.family, self.family_info = GENL_ID_CTRL, None
        self.family_info = self.ask(GETFAMILY, string(2, HEADER.number("FAMILY_NAME")))[0].attrs
        self.family = number(self.family_info[1])
        # Not before: on s390x this answer and its ACK need more than the smallest buffer.
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)

    def request(self, cmd, attrs=b"", flags=0, family=None):
        self.sequence += 1
        body = struct.pack("=BBH", cmd, 1, 0) + attrs
        return struct.pack("=IHHII", 16 + len(body), family or self.family,
                           REQUEST | flags, self.sequence, 0) + body

    def send(self, *args, **keywords):
        self.socket.send(self.request(*args, **keywords))

    def receive(self):
        return list(messages(self.socket.recv(self.size)))

    def receive_rest(self):
        """As receive(); empty if the kernel dropped some, because this process is slow."""
        try:
            return self.receive()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            return []

    def answer(self):
        """All messages in response to the last request; raises Refused."""
        got = []
        while True:
            for message in self.receive():
                if message.sequence != self.sequence:
                    continue
                if message.kind in (NLMSG_ERROR, NLMSG_DONE):
                    refused = refusal(message)
                    if refused:
                        raise refused
                    # The end of a dump may be what says that it was interrupted.
                    return got + ([message] if message.flags & DUMP_INTR else [])
                got.append(message)

    def ask(self, cmd, attrs=b"", flags=0, family=None):
        self.send(cmd, attrs, flags | ACK if flags != DUMP else flags, family)
        return self.answer()

    def policy(self):
        """Everything that is set, byte for byte."""
        return [m.payload for cmd in ("DEV_GET", "ENTRY_GET")
                for m in self.ask(CMD[cmd], flags=DUMP)]

    def generation(self):
        return number(self.ask(CMD["INFO_GET"])[0].attrs[INFO["GENERATION"]])

    def join(self, name):
        for _, group in parse(self.family_info[7]):
            group = dict(parse(group))
            if text_of(group[1]) == name:
                self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                                       number(group[2]))

    def notices(self):
        """Notifications that have not been read yet."""
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


def rule_attrs(prefix, action, *more, sender=False):
    """The attributes of a rule with an action, or without one, and further ones."""
    address, length = prefix.split("/")
    action = [] if action is None else [u32(ENTRY["ACTION"], ACTION[action])]
    return b"".join([u32(ENTRY["TABLE"], TABLE["SENDER" if sender else "TARGET"]),
                     be32(ENTRY["ADDRESS"], address),
                     u32(ENTRY["LENGTH"], int(length)), *action, *more])


def binding_attrs(prefix, mac, *more):
    """The attributes of a binding to a lladdr, to "any", or without either; a prefix
    without a length has no LENGTH."""
    address, _, length = prefix.partition("/")
    length = [u32(ENTRY["LENGTH"], int(length))] if length else []
    if mac == "any":
        mac = [flag(ENTRY["ANY"])]
    else:
        mac = [] if mac is None else [lladdr(ENTRY["LLADDR"], mac)]
    return b"".join([u32(ENTRY["TABLE"], TABLE["BINDING"]),
                     be32(ENTRY["ADDRESS"], address), *length, *mac, *more])


def rule(*args, **keywords):
    return nest(A["ENTRY"], rule_attrs(*args, **keywords))


def binding(*args):
    return nest(A["ENTRY"], binding_attrs(*args))


def entry_dev(name):
    return string(ENTRY["SELECTOR"], name)


DYNAMIC = flag(ENTRY["DYNAMIC"])


def query(kind, target, sender, *more):
    return nest(A["QUERY"], u32(QUERY["KIND"], KIND.get(kind, kind)),
                be32(QUERY["TARGET"], target), be32(QUERY["SENDER"], sender), *more)


def op(kind, inner):
    """A change for TRANSACTION_ADD; inner as by rule_attrs() and similar."""
    return nest(A["OP"], nest(OP[kind], inner))


def dev_attrs(name, *fields, unset=()):
    """A selector, its fields, and the numbers of fields to unset."""
    return b"".join([string(DEV["SELECTOR"], name),
                     nest(DEV["FIELDS"], *fields) if fields else b"",
                     *(u32(DEV["UNSET"], each) for each in unset)])


def begin(kind, generation=None):
    return u32(A["TRANSACTION"], TRANSACTION[kind]) + (
        b"" if generation is None else u32(A["GENERATION"], generation))


def tables(mask):
    return u32(A["TABLES"], mask)


def entry_text(payload):
    """An entry as reported by the kernel, in the form that arpctl prints."""
    attrs = dict(parse(payload))
    table = number(attrs.pop(ENTRY["TABLE"]))
    text = address_of(attrs.pop(ENTRY["ADDRESS"]))
    length = number(attrs.pop(ENTRY["LENGTH"]))
    if table != TABLE["BINDING"] or length != 32:
        text += f"/{length}"
    if ENTRY["ACTION"] in attrs:
        action = number(attrs.pop(ENTRY["ACTION"]))
        text = {number: name for name, number in ACTION.items()}[action] + " " + text
    if table == TABLE["SENDER"]:
        text += " from"
    if ENTRY["LLADDR"] in attrs:
        text += " lladdr " + lladdr_of(attrs.pop(ENTRY["LLADDR"]))
    for name in "ANY", "ROUTED", "DYNAMIC":
        if attrs.pop(ENTRY[name], None) is not None:
            text += " " + name.lower()
    text += " dev " + text_of(attrs.pop(ENTRY["SELECTOR"]))
    return text + (f" and {attrs}" if attrs else "")


# contract

def as_reported(want, reported):
    """Attributes as this kernel should report them. It has no type for big-endian numbers
    in policies, so it leaves them out or reports a u32."""
    found = {}
    for kind, policy in want.items():
        if policy == BIG_ENDIAN:
            if kind not in reported:
                continue
            policy = ("u32", 0, 0xffffffff)
        elif policy[0] == "nest" and reported.get(kind, ("",))[0] == "nest":
            policy = ("nest", as_reported(policy[1], reported[kind][1]))
        found[kind] = policy
    return found


KERNEL_TYPES = {1: "flag", 2: "u8", 3: "u16", 4: "u32", 5: "u64", 10: "binary",
                11: "unterminated string", 12: "string", 13: "nest"}


def kernel_policies(nl):
    """What CTRL_CMD_GETPOLICY reports: policies by index, and indices by command."""
    policies, commands = {}, {}
    for message in nl.ask(GETPOLICY, struct.pack("=HHHH", 6, 1, nl.family, 0),
                          flags=DUMP, family=GENL_ID_CTRL):
        for cmd, nested in parse(message.attrs.get(9, b"")):
            commands[cmd] = {how: number(index) for how, index in parse(nested)}
        for index, nested in parse(message.attrs.get(8, b"")):
            for kind, payload in parse(nested):
                policies.setdefault(index, {})[kind] = dict(parse(payload))
    return policies, commands


def kernel_policy(policies, index):
    """A policy of the kernel in the form of Specification.attributes()."""
    found = {}
    for kind, policy in policies.get(index, {}).items():
        name = KERNEL_TYPES.get(number(policy[1]), number(policy[1]))
        if name == "nest":
            found[kind] = (name, kernel_policy(policies, number(policy[8])))
        elif name == "string":
            found[kind] = (name, number(policy[7]) if 7 in policy else None)
        elif name == "flag":
            found[kind] = (name,)
        elif name == "binary":
            found[kind] = (name, *(number(policy[end]) if end in policy else None
                                   for end in (6, 7)))
        elif 12 in policy:
            found[kind] = (name, "mask", number(policy[12]))
        else:
            found[kind] = (name, number(policy[4]), number(policy[5]))
    return found


def contract():
    spec, nl = Specification(), Netlink()
    equal((text_of(nl.family_info[2]), number(nl.family_info[3])),
          (HEADER.number("FAMILY_NAME"), HEADER.number("FAMILY_VERSION")),
          "the family's name and version are the header's")
    groups = [text_of(dict(parse(group))[1]) for _, group in parse(nl.family_info[7])]
    equal(groups, [HEADER.number(f"MCGRP_{name}") for name in ("CONFIG", "VERDICT", "DHCP")],
          "the multicast groups are the header's")

    reported = {}
    for _, each in parse(nl.family_info[6]):
        each = dict(parse(each))
        reported[number(each[1])] = number(each[2])
    for cmd, item in spec.operations.items():
        can = (CAN_DO if "do" in item else 0) | (CAN_DUMP if "dump" in item else 0)
        flags = ADMIN if "uns-admin-perm" in item["flags"] else 0
        # The kernel adds whether there is a policy, 8.
        equal(reported.get(cmd, 0) & ~8, can | flags,
              f"{item['name']}: do, dump and the capability that it needs")
    equal(sorted(reported), sorted(spec.operations), "there are no other commands")

    policies, commands = kernel_policies(nl)
    for cmd, item in spec.operations.items():
        want = spec.attributes(item["attribute-set"], spec.request(item))
        for how, index, what in (("do", 1, "types, lengths, ranges and masks"),
                                 ("dump", 2, "types, lengths, ranges and masks of its dump")):
            if how not in item:
                continue
            indices = commands.get(cmd, {})
            if not want and index not in indices:
                check(True, f"{item['name']}: no attributes")
                continue
            got = kernel_policy(policies, indices.get(index))
            equal(got, as_reported(want, got), f"{item['name']}: {what}")


# refusals

MAC = "02:00:00:00:00:05"


class Tester:
    """Sends messages that must be refused with a reason, and must not change the policy."""

    def __init__(self, dev):
        self.nl, self.dev = Netlink(), dev
        self.prepare()

    def prepare(self):
        ignore = u32(FIELD["IGNORE"], 1)
        for cmd, attrs in (
                ("FLUSH", b""),
                ("DEV_SET", dev_set("all", ignore)),
                ("DEV_SET", dev_set(self.dev, ignore, u32(FIELD["PROXY_DELAY"], 7))),
                ("ENTRY_ADD", rule("10.0.0.0/8", "PROXY", entry_dev("e*"))),
                ("ENTRY_ADD", binding("10.0.0.9", MAC, entry_dev("e*"))),
                ("ENTRY_ADD", binding("10.0.0.10", MAC, DYNAMIC))):
            self.nl.ask(CMD[cmd], attrs)
        self.before = self.nl.policy()

    def accept(self, cmd, attrs=b""):
        """A similar, valid message; if it is refused, the test ends."""
        self.nl.ask(CMD[cmd], attrs)
        self.prepare()

    def refused(self, what, cmd, attrs, codes=(errno.EINVAL, errno.ERANGE), flags=0,
                silent=False, message="", offset=None):
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
            elif offset is not None and no.offset not in offset:
                why = f"attribute at {no.offset}: {no.message}"
            elif MISSES and re.search("(?<!fields )missing|no table", message) and not no.missing:
                why = f"it does not name what is missing: {no.message}"
        if self.nl.policy() != self.before:
            why += "; the policy changed"
            self.prepare()
        check(not why, f"{cmd}: {what}", why)


BAD_SELECTORS = ("a/b", "a b", "a:b", ".", "..", "e[", "e[]", "e[!]", "e\\", "*/", "* ")
ENTRY_CMDS = "ENTRY_ADD", "ENTRY_DEL", "ENTRY_GET"


def refusals(dev):
    tester = Tester(dev)
    refused_by_form(tester)
    refused_fields(tester)
    refused_nests(tester)
    refused_rules(tester)
    refused_bindings(tester)
    refused_filters(tester)
    refused_dumps(tester)
    refused_devices(tester)
    refused_announcements(tester)
    refused_queries(tester)


def refused_by_form(tester):
    refused, dev = tester.refused, tester.dev
    rest = {
        "DEV_SET": nest(A["FIELDS"], u32(FIELD["IGNORE"], 1)),
        "ANNOUNCE": be32(A["ADDRESS"], "10.0.0.1"),
    }
    device = u32(A["IFINDEX"], socket.if_nametoindex(dev))
    # Attributes that each command accepts, as otherwise its refusals would prove nothing; and
    # an attribute of another command.
    good = {
        "INFO_GET": (b"", selector("all")),
        "DEV_GET": (selector("all"), u32(A["UNSET"], 1)),
        "DEV_SET": (selector("all") + rest["DEV_SET"], flag(A["REPLACE"])),
        "DEV_DEL": (selector("all"), nest(A["FIELDS"])),
        "EFFECTIVE_GET": (string(A["IFNAME"], dev), selector("all")),
        "STATS_GET": (device, selector("all")),
        "STATS_RESET": (b"", selector("all")),
        "FLUSH": (tables(BINDINGS), flag(A["REPLACE"])),
        "ENTRY_GET": (rule("10.0.0.0/8", None, entry_dev("e*")), flag(A["REPLACE"])),
        "ENTRY_ADD": (rule("10.0.0.0/8", "HIDE"), selector("all")),
        "ENTRY_DEL": (rule("10.0.0.0/8", None, entry_dev("e*")), flag(A["REPLACE"])),
        "ANNOUNCE": (device + rest["ANNOUNCE"], flag(A["REPLACE"])),
        "EXPLAIN": (device + query("REQUEST", "10.0.0.1", "10.0.0.2"), selector("all")),
        # Each of these needs the one before it.
        "TRANSACTION_BEGIN": (begin("REPLACE"), selector("all")),
        "TRANSACTION_ADD": (op("DEV_SET", dev_attrs("lo", u32(FIELD["IGNORE"], 1))),
                            selector("all")),
        "TRANSACTION_GET": (b"", u32(A["TRANSACTION"], 1)),
        "TRANSACTION_COMMIT": (b"", selector("all")),
        "TRANSACTION_ABORT": (b"", selector("all")),
    }
    for cmd, (attrs, foreign) in good.items():
        if cmd == "TRANSACTION_ABORT":
            tester.nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
        tester.accept(cmd, attrs)
        refused("an unknown attribute", cmd, attrs + u8(99, 1))
        refused("an attribute of another message", cmd, attrs + foreign)
        refused("an attribute of an answer", cmd, attrs + (
            attr(A["IN"], bytes(8)) if cmd == "TRANSACTION_BEGIN" else
            u32(A["GENERATION"], 1)))
        refused("attribute 0", cmd, attrs + u32(0, 1))
        refused("bytes left over", cmd, attrs + b"\1\0")
        refused("an attribute longer than the message", cmd,
                attrs + struct.pack("=HHI", 200, 1, 0))
    for cmd, (attrs, _) in good.items():
        if cmd not in ("DEV_GET", "EFFECTIVE_GET", "STATS_GET", "ENTRY_GET"):
            refused("a dump that does not exist", cmd, attrs, (errno.EOPNOTSUPP,),
                    DUMP, silent=True)
    for cmd in *(cmd for cmd in CMD if cmd.endswith("_NTF")), 0, 200:
        refused("no such command", cmd, b"", (errno.EOPNOTSUPP,), silent=True)


def refused_fields(tester):
    refused, nl, dev = tester.refused, tester.nl, tester.dev
    ignore = u32(FIELD["IGNORE"], 1)

    for cmd in "DEV_GET", "DEV_SET", "DEV_DEL":
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
    refused("nothing is set there", "DEV_DEL", selector("nobody"), (errno.ENOENT,),
            message="none of these")

    def unset(*names):
        return b"".join(u32(A["UNSET"], FIELD[name]) for name in names)

    for what, attrs in (("nothing is set there", selector("nobody") + unset("IGNORE")),
                        ("the field is not set", selector(dev) + unset("FILTER")),
                        ("several fields are not set", selector(dev) + unset("FILTER", "HIDDEN"))):
        refused(what, "DEV_SET", attrs, (errno.ENOENT,), message="none of these")
    # Of several fields, one that is set is enough.
    tester.accept("DEV_SET", selector(dev) + unset("FILTER", "IGNORE"))
    tester.accept("DEV_SET", dev_set(dev, u32(FIELD["FILTER"], 1)) + unset("IGNORE"))
    tester.accept("DEV_SET", selector(dev) + unset("IGNORE", "IGNORE"))

    def set_refused(what, fields, message=""):
        refused(what, "DEV_SET", selector(dev) + fields, message=message)

    set_refused("no fields", b"", "fields missing")
    set_refused("fields with nothing in them", nest(A["FIELDS"]), "fields missing")
    set_refused("fields that are no nest", attr(A["FIELDS"], ignore), "NESTED")
    set_refused("fields of two bytes", attr(A["FIELDS"] | NESTED, b"\1\0"))
    set_refused("a field set and unset", nest(A["FIELDS"], ignore) + unset("IGNORE"),
                "set and unset")
    for bad in 0, len(FIELD) + 1, 0xffffffff:
        set_refused(f"field {bad} to unset", u32(A["UNSET"], bad))
        set_refused(f"field {bad} to unset, after a good one",
                    unset("IGNORE") + u32(A["UNSET"], bad))
    set_refused("a field to unset of one byte", u8(A["UNSET"], 1))

    def field_refused(what, *fields, message=""):
        # A good one before them: nothing of the message may be done.
        set_refused(what, nest(A["FIELDS"], u32(FIELD["FILTER"], 1), *fields), message)

    field_refused("field 0", u32(0, 1))
    field_refused("an unknown field", u32(len(FIELD) + 1, 1))
    for name, top in (("IGNORE", 4), ("ANNOUNCE", 3), ("FILTER", 1), ("HIDDEN", 1),
                      ("PROXY", 3), ("PROXY_DELAY", 60000), ("GARP", 1), ("LEARN", 2),
                      ("INSPECT", 3), ("VALIDATE", 7), ("RATE", 1000000),
                      ("BURST", 1000000), ("SOURCE_RATE", 1000000), ("DEFEND", 1),
                      ("MODE", 1), ("NOTIFY", 2)):
        kind = FIELD[name]
        tester.accept("DEV_SET", dev_set("none", u32(kind, top)))
        field_refused(f"{name} {top + 1}", u32(kind, top + 1))
        field_refused(f"{name} of all bits", u32(kind, 0xffffffff))
        field_refused(f"{name} of no bytes", attr(kind))
        field_refused(f"{name} of one byte", u8(kind, 1))
        field_refused(f"{name} of eight bytes", attr(kind, bytes(8)))
    equal(nl.policy(), tester.before, "nothing of it was applied")


def refused_nests(tester):
    """Errors in entries of any kind."""
    kind, dev = A["ENTRY"], ENTRY["SELECTOR"]

    def wrap(*more):
        return rule("10.1.0.0/16", "DROP", *more)

    for cmd in ENTRY_CMDS:
        def refused(what, attrs, message=""):
            tester.refused(what, cmd, attrs, message=message)

        refused("nothing", b"", "entry missing")
        refused("an empty nest", nest(kind), "no table")
        refused("no table", nest(kind, be32(ENTRY["ADDRESS"], "10.1.0.1")), "no table")
        refused("an unknown table", nest(kind, u32(ENTRY["TABLE"], len(TABLE)),
                                         be32(ENTRY["ADDRESS"], "10.1.0.1")))
        refused("no nest", attr(kind, wrap()[4:]), "NESTED")
        refused("a nest of two bytes", attr(kind | NESTED, b"\1\0"))
        refused("an unknown attribute in it", wrap(u8(99, 1)))
        refused("attribute 0 in it", wrap(u8(0, 1)))
        refused("bytes left over in it", wrap(b"\1\0"))
        refused("an attribute in it that is longer",
                wrap(struct.pack("=HHI", 200, 1, 0)))
        refused("an empty selector", wrap(entry_dev("")))
        refused("a selector of no bytes", wrap(attr(dev)))
        refused("a selector without its end", wrap(attr(dev, b"eth0")))
        refused("a selector of 64 characters", wrap(entry_dev("e*" + "x" * 62)))
        refused("the selector default", wrap(entry_dev("default")),
                "default selects no")
        for bad in *BAD_SELECTORS, "e" * 16:
            refused(f"the selector \"{bad}\"", wrap(entry_dev(bad)), "glob|name")
    tester.refused("REPLACE of one byte", "ENTRY_ADD", wrap() + u8(A["REPLACE"], 1))


def lengths_refused(tester, cmd, wrap, kind, name, good):
    """Any number of bytes except that of a valid attribute."""
    for size in sorted({0, 1, good - 1, good + 1, 2 * good} - {good}):
        tester.refused(f"{name} of {size} bytes", cmd, wrap(attr(kind, bytes(size))))


def refused_rules(tester):
    refused = tester.refused
    table = u32(ENTRY["TABLE"], TABLE["TARGET"])
    address, length = be32(ENTRY["ADDRESS"], "10.1.0.0"), u32(ENTRY["LENGTH"], 16)
    drop, proxy = (u32(ENTRY["ACTION"], ACTION[name]) for name in ("DROP", "PROXY"))

    def of(*inner):
        return nest(A["ENTRY"], table, *inner)

    for text in "0.0.0.0/0", "128.0.0.0/1", "10.1.2.2/31", "255.255.255.255/32":
        tester.accept("ENTRY_ADD", rule(text, "PASS", sender=True))
    tester.accept("ENTRY_ADD", rule("10.1.0.0/16", "PROXY", lladdr(ENTRY["LLADDR"], MAC),
                                    flag(ENTRY["ROUTED"]), entry_dev("e*" + "x" * 61)))
    # Without a length it is a single address.
    tester.accept("ENTRY_ADD", of(be32(ENTRY["ADDRESS"], "10.1.2.3"), drop))
    for cmd in ENTRY_CMDS:
        refused("no address", cmd, of(length, drop), message="no address")
        for text in "0.0.0.1/0", "192.0.0.0/1", "10.0.0.1/8", "10.1.2.3/31":
            refused(f"the prefix {text}", cmd, rule(text, "DROP"),
                    message="bits set beyond")
        for bits in 33, 64, 255, 0xffffffff:
            refused(f"a length of {bits}", cmd,
                    of(address, u32(ENTRY["LENGTH"], bits), drop))
        for action in 0, 5, 255, 0xffffffff:
            refused(f"action {action}", cmd,
                    of(address, length, u32(ENTRY["ACTION"], action)))
        for action in "HIDE", "PROXY":
            refused(f"{action} of senders", cmd, rule("10.1.0.0/16", action, sender=True),
                    message="pass or drop")
        for what, mac in (("zero", "00:00:00:00:00:00"), ("group", "01:00:5e:00:00:01"),
                          ("broadcast", "ff:ff:ff:ff:ff:ff")):
            refused(f"a {what} lladdr", cmd, rule(
                "10.1.0.0/16", "PROXY", lladdr(ENTRY["LLADDR"], mac)),
                    message="not a unicast")
        for name in "ANY", "DYNAMIC":
            refused(f"{name} of a rule", cmd, rule("10.1.0.0/16", "DROP",
                                                   flag(ENTRY[name])),
                    message="to bindings only")
        for inner, kind, name, good in (
                ((length, drop), ENTRY["ADDRESS"], "an address", 4),
                ((address, drop), ENTRY["LENGTH"], "a length", 4),
                ((address, length), ENTRY["ACTION"], "an action", 4),
                ((address, length, proxy), ENTRY["LLADDR"], "a lladdr", 6)):
            lengths_refused(tester, cmd, lambda more, inner=inner: of(*inner, more),
                            kind, name, good)
        lengths_refused(tester, cmd, lambda more: nest(A["ENTRY"], address, more),
                        ENTRY["TABLE"], "a table", 4)
        refused("ROUTED of one byte", cmd, rule(
            "10.1.0.0/16", "PROXY", u8(ENTRY["ROUTED"], 1)))

    refused("no action", "ENTRY_ADD", of(address, length), message="no action")
    for action in "PASS", "DROP", "HIDE":
        for what, more in (("lladdr", lladdr(ENTRY["LLADDR"], MAC)),
                           ("routed", flag(ENTRY["ROUTED"]))):
            refused(f"{action} with {what}", "ENTRY_ADD",
                    rule("10.1.0.0/16", action, more), message="to proxy rules")
    for action in "PROXY", "DROP":
        refused(f"{action} where there is a rule", "ENTRY_ADD",
                rule("10.0.0.0/8", action, entry_dev("e*")),
                (errno.EEXIST,), message="replace")
    for cmd in "ENTRY_DEL", "ENTRY_GET":
        for what, attrs in (
                ("another prefix", rule("11.0.0.0/8", None, entry_dev("e*"))),
                ("another length", rule("10.0.0.0/9", None, entry_dev("e*"))),
                ("another selector", rule("10.0.0.0/8", None, entry_dev("et*"))),
                ("no selector", rule("10.0.0.0/8", None)),
                ("senders", rule("10.0.0.0/8", None, entry_dev("e*"), sender=True))):
            refused(f"{what}, and there is none", cmd, attrs, (errno.ENOENT,),
                    message="no rule")
        for what, attrs in (
                ("action", rule("10.0.0.0/8", "DROP", entry_dev("e*"))),
                ("lladdr", rule("10.0.0.0/8", None, entry_dev("e*"),
                                lladdr(ENTRY["LLADDR"], MAC))),
                ("routed", rule("10.0.0.0/8", None, entry_dev("e*"),
                                flag(ENTRY["ROUTED"])))):
            refused(f"another {what} than is there", cmd, attrs, (errno.ENOENT,),
                    message="not match exactly")


def refused_bindings(tester):
    refused = tester.refused
    table = u32(ENTRY["TABLE"], TABLE["BINDING"])
    address, mac = be32(ENTRY["ADDRESS"], "10.1.0.1"), lladdr(ENTRY["LLADDR"], MAC)

    def of(*inner):
        return nest(A["ENTRY"], table, *inner)

    for text in ("0.0.0.0/0", "1.0.0.0", "127.0.0.1", "223.255.255.255", "240.0.0.1",
                 "128.0.0.0/1", "10.1.0.0/16", "10.1.0.0/30"):
        tester.accept("ENTRY_ADD", binding(text, MAC))
        tester.accept("ENTRY_ADD", binding(text, "any", DYNAMIC))
    tester.accept("ENTRY_ADD", binding("10.1.0.1", MAC, entry_dev("e*" + "x" * 61)))
    for cmd in ENTRY_CMDS:
        refused("no address", cmd, of(mac), message="no address")
        for text in ("0.0.0.0", "0.0.0.0/8", "224.0.0.1", "239.1.2.3", "224.0.0.0/4",
                     "255.255.255.255"):
            refused(f"the address {text}", cmd, binding(text, MAC), message="not a unicast")
        for text in "10.1.0.1/16", "10.1.0.1/31", "128.0.0.0/0":
            refused(f"the prefix {text}", cmd, binding(text, MAC),
                    message="bits set beyond")
        refused("a length of 33", cmd, binding("10.1.0.1/33", MAC))
        for what, bad in (("zero", "00:00:00:00:00:00"), ("group", "01:00:5e:00:00:01"),
                          ("broadcast", "ff:ff:ff:ff:ff:ff")):
            refused(f"a {what} lladdr", cmd, binding("10.1.0.1", bad),
                    message="not a unicast")
        refused("a lladdr and any", cmd, binding("10.1.0.1", MAC, flag(ENTRY["ANY"])),
                message="not both")
        for what, more in (("action", u32(ENTRY["ACTION"], ACTION["DROP"])),
                           ("routed", flag(ENTRY["ROUTED"]))):
            refused(f"{what} of a binding", cmd, binding("10.1.0.1", MAC, more),
                    message="to rules only")
        for name in "ANY", "DYNAMIC":
            refused(f"{name} of one byte", cmd, of(address, u8(ENTRY[name], 1)))
        lengths_refused(tester, cmd, lambda more: of(more, mac), ENTRY["ADDRESS"],
                        "an address", 4)
        lengths_refused(tester, cmd, lambda more: of(address, more), ENTRY["LLADDR"],
                        "a lladdr", 6)
    refused("no lladdr", "ENTRY_ADD", of(address), message="no lladdr")
    for bound in MAC, "02:00:00:00:00:06", "any":
        refused(f"{bound} where there is a binding", "ENTRY_ADD",
                binding("10.0.0.9", bound, entry_dev("e*")),
                (errno.EEXIST,), message="replace")
    for what, more in (("without", b""), ("with", flag(A["REPLACE"]))):
        refused(f"a dynamic one where there is a static one, {what} REPLACE", "ENTRY_ADD",
                binding("10.0.0.9", MAC, entry_dev("e*"), DYNAMIC) + more,
                (errno.EEXIST,))
    refused("a static one where there is a dynamic one, without REPLACE", "ENTRY_ADD",
            binding("10.0.0.10", MAC), (errno.EEXIST,), message="replace")
    for cmd in "ENTRY_DEL", "ENTRY_GET":
        for what, attrs in (
                ("another address", binding("10.0.0.8", None, entry_dev("e*"))),
                ("another length", binding("10.0.0.8/31", None, entry_dev("e*"))),
                ("another selector", binding("10.0.0.9", None, entry_dev("et*"))),
                ("no selector", binding("10.0.0.9", None))):
            refused(f"{what}, and there is none", cmd, attrs, (errno.ENOENT,),
                    message="no binding")
        for what, bound, more in (("lladdr", "02:00:00:00:00:06", b""), ("any", "any", b""),
                                  ("dynamic", None, DYNAMIC)):
            refused(f"another {what} than is there", cmd,
                    binding("10.0.0.9", bound, entry_dev("e*"), more),
                    (errno.ENOENT,), message="not match exactly")


def refused_filters(tester):
    """Filters of a dump and of a flush."""
    for cmd, flags in (("ENTRY_GET", DUMP), ("FLUSH", 0)):
        def refused(what, attrs, message=""):
            tester.refused(what, cmd, attrs, flags=flags, message=message)

        every = tables(RULES | BINDINGS)
        refused("an empty selector", selector("") + every)
        refused("a selector of no bytes", attr(A["SELECTOR"]) + every)
        refused("a selector without its end", attr(A["SELECTOR"], b"eth0") + every)
        refused("a selector of 64 characters", selector("e*" + "x" * 62) + every)
        refused("the selector default", selector("default") + every, "default selects no")
        for bad in *BAD_SELECTORS, "e" * 16:
            refused(f"the selector \"{bad}\"", selector(bad) + every, "glob|name")
        for mask in 1 << len(TABLE), 0xffffffff:
            refused(f"tables {mask}", tables(mask))
        refused("no table", tables(0), "tables is empty")
        refused("tables of one byte", u8(A["TABLES"], 1))
        refused("DYNAMIC of one byte", tables(BINDINGS) + u8(A["DYNAMIC"], 1))
        for mask in RULES, RULES | BINDINGS, 1 << TABLE["TARGET"]:
            refused(f"dynamic ones of the tables {mask}", tables(mask) +
                    flag(A["DYNAMIC"]), "only bindings are dynamic")
    for what, attrs in (("a selector", selector("e*")), ("dynamic", flag(A["DYNAMIC"]))):
        tester.refused(f"{what} without tables", "FLUSH", attrs, message="tables missing")
    tester.refused("a dump by key", "ENTRY_GET", rule("10.0.0.0/8", None, entry_dev("e*")),
                   flags=DUMP, message="filter")
    key = rule("10.0.0.0/8", None, entry_dev("e*"))
    for what, attrs in (("a selector", selector("e*")), ("tables", tables(RULES)),
                        ("dynamic", flag(A["DYNAMIC"]))):
        tester.refused(f"{what} with a key", "ENTRY_GET", key + attrs, message="by its key")


def refused_dumps(tester):
    refused, nl = tester.refused, tester.nl
    for cmd, attrs in (("DEV_GET", selector("all")),
                       ("EFFECTIVE_GET", string(A["IFNAME"], tester.dev)),
                       ("STATS_GET", string(A["IFNAME"], tester.dev))):
        nl.ask(CMD[cmd], flags=DUMP)
        refused("a dump with an unknown attribute", cmd, u8(99, 1), flags=DUMP)
        refused("a dump of one object", cmd, attrs, flags=DUMP)
    for what, attrs in (("that is unknown", u8(99, 1)),
                        ("of an answer", u32(A["GENERATION"], 1)),
                        ("of another message", string(A["IFNAME"], tester.dev))):
        refused(f"a dump with an attribute {what}", "ENTRY_GET", attrs, flags=DUMP)


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
        refused("an index that does not exist", cmd, u32(A["IFINDEX"], 0x7fffffff) + rest,
                (errno.ENODEV,), message="no such device")
        refused("a name that does not exist", cmd, string(A["IFNAME"], "nobody") + rest,
                (errno.ENODEV,), message="no such device")
    nl.ask(CMD["FLUSH"])
    tester.before = nl.policy()
    for cmd in "STATS_GET", "STATS_RESET":
        refused("a device without policy", cmd, index,
                (errno.ENOENT,), message="no policy applies")
    tester.prepare()


def refused_announcements(tester):
    """On a device with the address 10.0.0.1, where lo has 10.9.9.9."""
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
    refused("an address that the host does not have", index + address("10.0.0.77"),
            unavailable, "not ours")
    for what, cmd, attrs, text in (
            ("a rule hides it", "ENTRY_ADD",
             rule("10.0.0.1/32", "HIDE", entry_dev(tester.dev)), "10.0.0.1"),
            ("its device is hidden", "DEV_SET",
             dev_set("lo", u32(FIELD["HIDDEN"], 1)), "10.9.9.9")):
        nl.ask(CMD[cmd], attrs)
        tester.before = nl.policy()
        refused(f"an own address, {what}", index + address(text),
                unavailable, "hidden")
        nl.ask(CMD["ANNOUNCE"], index + address(text) + force)
        tester.prepare()
    lladdr = attr(A["LLADDR"], b"\0\0\x5e\0\1\7")
    nl.ask(CMD["ANNOUNCE"], index + address("10.0.0.1") + lladdr)
    for size in 0, 5, 7, 32:
        refused(f"an lladdr of {size} bytes",
                index + address("10.0.0.1") + attr(A["LLADDR"], bytes(size)))
    for text in b"\0\0\0\0\0\0", b"\xff\xff\xff\xff\xff\xff", b"\1\0\x5e\0\0\1":
        refused(f"an invalid lladdr, {text.hex(':')}",
                index + address("10.0.0.1") + attr(A["LLADDR"], text),
                message="not a unicast address")
    for dev in "dev0", "lo":
        for more in force, lladdr + force:
            refused("a device without ARP", string(A["IFNAME"], dev) +
                    address("10.0.0.1") + more, (errno.EOPNOTSUPP,), "speaks no ARP")
    nl.ask(CMD["FLUSH"])


def refused_queries(tester):
    index = u32(A["IFINDEX"], socket.if_nametoindex(tester.dev))
    tester.prepare()

    def refused(what, attrs, message=""):
        tester.refused(what, "EXPLAIN", index + attrs, message=message)

    kind, target, sender = (u32(QUERY["KIND"], 1), be32(QUERY["TARGET"], "10.0.0.1"),
                            be32(QUERY["SENDER"], "10.0.0.2"))
    answer = tester.nl.ask(CMD["EXPLAIN"], index + query(
        "REQUEST", "10.0.0.1", "10.0.0.2", lladdr(QUERY["LLADDR"], MAC),
        flag(QUERY["UNICAST"])))[0].attrs
    equal(sorted(answer), sorted(A[name] for name in (
        "IFINDEX", "IFNAME", "EVENT", "EXPLANATION")), "EXPLAIN: the attributes of its answer")
    refused("no query", b"", "query missing")
    for what, inner in (("kind", (target, sender)), ("target", (kind, sender)),
                        ("sender", (kind, target))):
        refused(f"no {what}", nest(A["QUERY"], *inner), "kind, target and sender")
    for bad in 0, 4, 255:
        refused(f"kind {bad}", query(bad, "10.0.0.1", "10.0.0.2"))
    refused("a kind of one byte", nest(A["QUERY"], u8(QUERY["KIND"], 1), target, sender))
    for size in 0, 5, 7, 32, 33:
        refused(f"a lladdr of {size} bytes", query(
            "REQUEST", "10.0.0.1", "10.0.0.2", attr(QUERY["LLADDR"], bytes(size))))
    for what, more in (("a lladdr", lladdr(QUERY["LLADDR"], MAC)),
                       ("unicast", flag(QUERY["UNICAST"]))):
        refused(f"{what} of what is sent", query("SEND", "10.0.0.1", "10.0.0.2", more),
                "received packets only")
    refused("unicast of one byte", query("REPLY", "10.0.0.1", "10.0.0.2",
                                         u8(QUERY["UNICAST"], 1)))
    refused("an unknown attribute", query("REPLY", "10.0.0.1", "10.0.0.2",
                                                    u8(99, 1)))


# transactions

IGNORE_1 = u32(FIELD["IGNORE"], 1)


def dumped(nl, attrs=b""):
    return [entry_text(m.attrs[A["ENTRY"]]) for m in nl.ask(CMD["ENTRY_GET"], attrs, DUMP)]


def selectors_of(nl):
    return [text_of(m.attrs[A["SELECTOR"]]) for m in nl.ask(CMD["DEV_GET"], flags=DUMP)]


def transactions():
    tester = Tester("eth0")
    refused_without(tester)
    refused_ops(tester)
    refused_at_commit(tester)
    replaces(tester)
    changes(tester)
    generations(tester)
    owners(tester)
    tester.nl.ask(CMD["FLUSH"])


def refused_without(tester):
    nl, refused = tester.nl, tester.refused
    for cmd, attrs in (("ADD", op("DEV_SET", dev_attrs("lo", IGNORE_1))), ("GET", b""),
                       ("COMMIT", b""), ("ABORT", b"")):
        refused("none is begun", "TRANSACTION_" + cmd, attrs, (errno.ENOENT,),
                message="begin one first")
    refused("of no kind", "TRANSACTION_BEGIN", b"", message="transaction missing")
    for kind in 0, len(TRANSACTION) + 1, 0xffffffff:
        refused(f"of kind {kind}", "TRANSACTION_BEGIN", u32(A["TRANSACTION"], kind))
    refused("of a kind of one byte", "TRANSACTION_BEGIN", u8(A["TRANSACTION"], 1))
    refused("a generation of one byte", "TRANSACTION_BEGIN",
            begin("CHANGE") + u8(A["GENERATION"], 1))
    for kind in TRANSACTION:
        nl.ask(CMD["TRANSACTION_BEGIN"], begin(kind))
        reply = nl.ask(CMD["TRANSACTION_GET"])[0].attrs
        equal({name: number(reply.pop(A[name])) for name in ("TRANSACTION", "OPS")},
              {"TRANSACTION": TRANSACTION[kind], "OPS": 0}, f"GET: a new one, {kind}")
        equal(reply, {}, "GET: it has no other attributes")
        refused("no change", "TRANSACTION_ADD", b"", message="op missing")
        nl.ask(CMD["TRANSACTION_ABORT"])
        refused("it was dropped", "TRANSACTION_GET", b"", (errno.ENOENT,),
                message="begin one first")


def refused_ops(tester):
    """Errors at ADD: with the attribute's position, and the transaction is dropped."""
    nl, refused = tester.nl, tester.refused
    good = op("DEV_SET", dev_attrs("lo", IGNORE_1))
    add_rule = op("ENTRY_ADD", rule_attrs("10.3.0.0/16", "DROP"))
    missing, exists = (errno.ENOENT,), (errno.EEXIST,)
    both = (
        ("an empty change", nest(A["OP"]), "exactly one"),
        ("two changes in one", nest(A["OP"], good[4:], add_rule[4:]), "exactly one"),
        ("an unknown change", nest(A["OP"], nest(99, IGNORE_1)), ""),
        ("a change 0", nest(A["OP"], nest(0, IGNORE_1)), ""),
        ("a change that is no nest", nest(A["OP"], attr(OP["ENTRY_ADD"], bytes(8))), ""),
        ("an unknown attribute in it",
         op("DEV_SET", dev_attrs("lo", IGNORE_1) + u8(99, 1)), ""),
        ("no selector", op("DEV_SET", nest(DEV["FIELDS"], IGNORE_1)), "selector missing"),
        ("no fields", op("DEV_SET", dev_attrs("lo")), "fields missing"),
        ("ignore 5", op("DEV_SET", dev_attrs("lo", u32(FIELD["IGNORE"], 5))), ""),
        ("a bad glob", op("DEV_SET", dev_attrs("e[", IGNORE_1)), "glob"),
        ("no entry", op("ENTRY_ADD", b""), "no table"),
        ("host bits", op("ENTRY_ADD", rule_attrs("10.0.0.1/8", "DROP")), "bits set beyond"),
        ("no action", op("ENTRY_ADD", rule_attrs("10.0.0.0/8", None)), "no action"),
        ("a binding without lladdr", op("ENTRY_ADD", binding_attrs("10.0.0.1", None)),
         "no lladdr"),
        ("a binding of 0.0.0.0", op("ENTRY_ADD", binding_attrs("0.0.0.0", MAC)),
         "not a unicast"),
    )
    only = {
        "REPLACE": (
            ("dev-del", op("DEV_DEL", dev_attrs("lo")), "dev-set and entry-add only"),
            ("entry-replace", op("ENTRY_REPLACE", rule_attrs("10.0.0.0/8", "DROP")),
             "dev-set and entry-add only"),
            ("entry-del", op("ENTRY_DEL", rule_attrs("10.3.0.0/16", None)),
             "dev-set and entry-add only"),
            ("a field to unset", op("DEV_SET", dev_attrs("lo", unset=[FIELD["IGNORE"]])),
             "nothing to unset"),
            ("a dynamic binding", op("ENTRY_ADD", binding_attrs("10.0.0.1", MAC, DYNAMIC)),
             "no dynamic"),
        ),
        "CHANGE": (
            ("dev-del with fields", op("DEV_DEL", dev_attrs("lo", IGNORE_1)),
             "selector only"),
            ("dev-del with a field to unset",
             op("DEV_DEL", dev_attrs("lo", unset=[FIELD["IGNORE"]])), "selector only"),
            ("a field set and unset",
             op("DEV_SET", dev_attrs("lo", IGNORE_1, unset=[FIELD["IGNORE"]])),
             "set and unset"),
            ("dev-del without a selector", op("DEV_DEL", b""), "selector missing"),
            ("entry-del without a table", op("ENTRY_DEL", b""), "no table"),
        ),
    }
    head = 16 + 4 + len(add_rule)
    for kind, more in only.items():
        for what, attrs, message in both + more:
            nl.ask(CMD["TRANSACTION_BEGIN"], begin(kind))
            nl.ask(CMD["TRANSACTION_ADD"], good)
            refused(f"{kind}: {what}", "TRANSACTION_ADD", add_rule + attrs,
                    message=message, offset=range(head, head + len(attrs)))
            # What the attribute policy refuses has not reached the transaction.
            try:
                nl.ask(CMD["TRANSACTION_ABORT"])
            except Refused as no:
                equal(no.errno, errno.ENOENT, f"{kind}: {what}: the transaction is dropped")
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
    refused("REPLACE: a rule twice", "TRANSACTION_ADD", add_rule + add_rule, exists,
            message="replace", offset=range(head, head + len(add_rule)))
    for cmd in "TRANSACTION_COMMIT", "TRANSACTION_ADD":
        refused("REPLACE: the transaction that was refused a change", cmd, add_rule
                if cmd.endswith("ADD") else b"", missing, message="begin one first")


def refused_at_commit(tester):
    """Errors of a CHANGE that depend on the policy: with the number of the change."""
    nl, refused = tester.nl, tester.refused
    good = op("DEV_SET", dev_attrs("lo", IGNORE_1))
    rule_e, missing, exists = entry_dev("e*"), (errno.ENOENT,), (errno.EEXIST,)
    for what, attrs, codes, message in (
            ("a rule that exists",
             op("ENTRY_ADD", rule_attrs("10.0.0.0/8", "DROP", rule_e)), exists, "replace"),
            ("a binding that exists",
             op("ENTRY_ADD", binding_attrs("10.0.0.9", MAC, rule_e)), exists, "replace"),
            ("a dynamic binding for a static one",
             op("ENTRY_REPLACE", binding_attrs("10.0.0.9", MAC, rule_e, DYNAMIC)),
             exists, ""),
            ("a rule that is missing", op("ENTRY_DEL", rule_attrs("10.0.0.0/9", None)),
             missing, "no rule"),
            ("a binding that is missing", op("ENTRY_DEL", binding_attrs("10.0.0.8", None)),
             missing, "no binding"),
            ("a rule with another action",
             op("ENTRY_DEL", rule_attrs("10.0.0.0/8", "DROP", rule_e)), missing,
             "not match exactly"),
            ("a selector with nothing set", op("DEV_DEL", dev_attrs("nobody")), missing,
             "none of these"),
            ("a field that is not set",
             op("DEV_SET", dev_attrs("all", unset=[FIELD["FILTER"]])), missing,
             "none of these"),
            ("a rule that the transaction added already",
             op("ENTRY_ADD", rule_attrs("10.5.0.0/16", "HIDE")), exists, "replace"),
            ("a rule that the transaction deleted already",
             op("ENTRY_DEL", rule_attrs("10.4.0.0/16", None)), missing, "no rule")):
        nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
        # Two changes before it in another message, and two in the same.
        nl.ask(CMD["TRANSACTION_ADD"],
               op("ENTRY_ADD", rule_attrs("10.5.0.0/16", "DROP")) +
               op("ENTRY_ADD", rule_attrs("10.4.0.0/16", "DROP")))
        nl.ask(CMD["TRANSACTION_ADD"], op("ENTRY_DEL", rule_attrs("10.4.0.0/16", None)) +
               good + attrs + good)
        refused(what, "TRANSACTION_COMMIT", b"", codes, message=message)
        reply = nl.ask(CMD["TRANSACTION_GET"])[0].attrs
        equal({name: number(reply.get(A[name], b"")) for name in ("OPS", "FAILED")},
              {"OPS": 6, "FAILED": 4}, f"{what}: GET has the number of the change")
        for cmd, more in (("COMMIT", b""), ("ADD", good)):
            refused(f"it was refused: {what}", "TRANSACTION_" + cmd, more,
                    message="begin another")
        nl.ask(CMD["TRANSACTION_ABORT"])


def replaces(tester):
    """Two at a time do not mix, and each replaces everything except dynamic bindings."""
    nl, others = tester.nl, [Netlink() for _ in range(2)]
    for n, other in enumerate(others):
        other.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
        other.ask(CMD["TRANSACTION_ADD"], op("DEV_SET", dev_attrs(f"dev{n}", IGNORE_1)))
    for n, other in enumerate(others):
        other.ask(CMD["TRANSACTION_ADD"],
                  op("ENTRY_ADD", rule_attrs(f"10.{n}.0.0/16", "HIDE",
                                             entry_dev(f"dev{n}"))) +
                  op("ENTRY_ADD", binding_attrs(f"10.0.0.{n + 1}", MAC)))
    equal(nl.policy(), tester.before, "REPLACE: nothing is changed before COMMIT")
    for n, other in enumerate(others):
        other.ask(CMD["TRANSACTION_COMMIT"])
        equal((dumped(nl), selectors_of(nl)),
              ([f"10.0.0.{n + 1} lladdr {MAC} dev all",
                f"10.0.0.10 lladdr {MAC} dynamic dev all",
                f"HIDE 10.{n}.0.0/16 dev dev{n}"], [f"dev{n}"]),
              f"REPLACE: the policy of socket {n}, and dynamic bindings stay")
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
    nl.ask(CMD["TRANSACTION_ADD"], op("ENTRY_ADD", binding_attrs("10.0.0.10", "any")))
    nl.ask(CMD["TRANSACTION_COMMIT"])
    equal(dumped(nl), ["10.0.0.10 any dev all"],
          "REPLACE: a static binding takes the place of a dynamic one")
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
    nl.ask(CMD["TRANSACTION_COMMIT"])
    equal(nl.policy(), [], "REPLACE: an empty one leaves nothing")
    tester.prepare()


def changes(tester):
    """Each change sees the ones before it; packets and the generation see only the whole."""
    nl, generation = tester.nl, tester.nl.generation()
    e = entry_dev("e*")
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE", generation))
    reply = nl.ask(CMD["TRANSACTION_GET"])[0].attrs
    equal(number(reply[A["GENERATION"]]), generation, "CHANGE: GET has the generation")
    for attrs in (
            op("ENTRY_ADD", rule_attrs("10.7.0.0/16", "DROP", entry_dev("new*"))) +
            op("ENTRY_REPLACE", rule_attrs("10.7.0.0/16", "PASS", entry_dev("new*"))),
            op("ENTRY_DEL", rule_attrs("10.0.0.0/8", "PROXY", e)) +
            op("ENTRY_ADD", rule_attrs("10.0.0.0/8", "HIDE", e)),
            op("ENTRY_ADD", binding_attrs("10.1.0.0/16", "any", DYNAMIC)) +
            op("ENTRY_REPLACE", binding_attrs("10.0.0.10", MAC)),
            op("ENTRY_ADD", binding_attrs("10.6.0.6", MAC)) +
            op("ENTRY_DEL", binding_attrs("10.6.0.6", MAC)),
            op("DEV_SET", dev_attrs("new*", IGNORE_1, u32(FIELD["FILTER"], 1))) +
            op("DEV_SET", dev_attrs("new*", u32(FIELD["GARP"], 1),
                                    unset=[FIELD["IGNORE"]])) +
            op("DEV_DEL", dev_attrs("all"))):
        nl.ask(CMD["TRANSACTION_ADD"], attrs)
    equal(nl.policy(), tester.before, "CHANGE: nothing is changed before COMMIT")
    equal(number(nl.ask(CMD["TRANSACTION_GET"])[0].attrs[A["OPS"]]), 11,
          "CHANGE: GET has the number of changes")
    nl.ask(CMD["TRANSACTION_COMMIT"])
    equal(dumped(nl), [f"10.0.0.10 lladdr {MAC} dev all", "10.1.0.0/16 any dynamic dev all",
                       "PASS 10.7.0.0/16 dev new*", "HIDE 10.0.0.0/8 dev e*",
                       f"10.0.0.9 lladdr {MAC} dev e*"], "CHANGE: the entries afterwards")
    equal({text_of(m.attrs[A["SELECTOR"]]):
           {kind: number(value) for kind, value in parse(m.attrs[A["FIELDS"]])}
           for m in nl.ask(CMD["DEV_GET"], flags=DUMP)},
          {tester.dev: {FIELD["IGNORE"]: 1, FIELD["PROXY_DELAY"]: 7},
           "new*": {FIELD["FILTER"]: 1, FIELD["GARP"]: 1}}, "CHANGE: the fields afterwards")
    equal(nl.generation(), generation + 1, "CHANGE: the generation has increased by one")

    # No change; changes without an effect; changes of dynamic bindings only.
    generation = nl.generation()
    for what, attrs in (
            ("none", b""),
            ("that change nothing", op("ENTRY_REPLACE", rule_attrs("10.0.0.0/8", "HIDE", e)) +
             op("DEV_SET", dev_attrs("new*", u32(FIELD["FILTER"], 1)))),
            ("to dynamic bindings", op("ENTRY_ADD", binding_attrs("10.8.0.8", MAC, DYNAMIC)) +
             op("ENTRY_DEL", binding_attrs("10.1.0.0/16", "any")))):
        nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
        if attrs:
            nl.ask(CMD["TRANSACTION_ADD"], attrs)
        nl.ask(CMD["TRANSACTION_COMMIT"])
        equal(nl.generation(), generation, f"CHANGE: changes {what} leave the generation")

    # Two at a time are applied one after the other.
    others = [Netlink() for _ in range(2)]
    for n, other in enumerate(others):
        other.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
        other.ask(CMD["TRANSACTION_ADD"],
                  op("ENTRY_REPLACE", rule_attrs("10.9.0.0/16", "DROP")) +
                  op("ENTRY_ADD", rule_attrs(f"10.9.{n}.0/24", "PASS")))
    nl.ask(CMD["ENTRY_ADD"], rule("10.9.2.0/24", "PASS"))
    for other in others:
        other.ask(CMD["TRANSACTION_COMMIT"])
    equal([text for text in dumped(nl, selector("all") + tables(RULES)) if " 10.9." in text],
          ["DROP 10.9.0.0/16 dev all"] + [f"PASS 10.9.{n}.0/24 dev all" for n in range(3)],
          "CHANGE: the changes of two sockets, and one by a command between them")
    tester.prepare()


def generations(tester):
    """A transaction based on a policy that has changed since it was read."""
    nl, refused = tester.nl, tester.refused
    for kind in TRANSACTION:
        before = nl.generation()
        nl.ask(CMD["TRANSACTION_BEGIN"], begin(kind, before))
        nl.ask(CMD["TRANSACTION_ADD"], op("DEV_SET", dev_attrs(kind.lower(), IGNORE_1)))
        nl.ask(CMD["TRANSACTION_COMMIT"])
        equal(nl.generation(), before + 1, f"{kind}: on the current generation")
        tester.before = nl.policy()
        nl.ask(CMD["TRANSACTION_BEGIN"], begin(kind, before))
        nl.ask(CMD["TRANSACTION_ADD"], op("DEV_SET", dev_attrs("lo", IGNORE_1)))
        refused(f"{kind}: the policy was changed meanwhile", "TRANSACTION_COMMIT", b"",
                (errno.EBUSY,), message="changed since")
        reply = nl.ask(CMD["TRANSACTION_GET"])[0].attrs
        equal((A["FAILED"] in reply, number(reply[A["GENERATION"]])), (False, before),
              f"{kind}: no change is reported as failed")
        nl.ask(CMD["TRANSACTION_ABORT"])
    # Dynamic bindings do not change the generation.
    before = nl.generation()
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE", before))
    nl.ask(CMD["ENTRY_ADD"], binding("10.8.0.1", MAC, DYNAMIC))
    nl.ask(CMD["TRANSACTION_COMMIT"])
    check(True, "CHANGE: dynamic bindings may change meanwhile")
    tester.prepare()


def owners(tester):
    """A socket has one transaction at a time, which ends with the socket."""
    nl, refused = tester.nl, tester.refused
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
    nl.ask(CMD["TRANSACTION_ADD"], op("DEV_SET", dev_attrs("first", IGNORE_1)))
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
    nl.ask(CMD["TRANSACTION_ADD"], op("DEV_SET", dev_attrs("second", IGNORE_1)))
    stranger = Netlink()
    for cmd in "GET", "COMMIT", "ABORT":
        try:
            stranger.ask(CMD["TRANSACTION_" + cmd])
            check(False, f"{cmd}: another socket's transaction")
        except Refused as no:
            equal(no.errno, errno.ENOENT, f"{cmd}: another socket has none")
    nl.ask(CMD["TRANSACTION_COMMIT"])
    equal(selectors_of(nl), ["all", tester.dev, "second"],
          "a second BEGIN drops the first transaction")
    tester.prepare()
    others = [Netlink() for _ in range(TRANSACTIONS_MAX)]
    for _ in range(2):
        for n, other in enumerate(others):
            other.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE" if n % 2 else "REPLACE"))
        equal(number(nl.ask(CMD["INFO_GET"])[0].attrs[INFO["TRANSACTIONS"]]),
              TRANSACTIONS_MAX, "INFO_GET has the number of transactions")
        refused(f"{TRANSACTIONS_MAX} are under way", "TRANSACTION_BEGIN", begin("CHANGE"),
                (errno.EBUSY,), message="in progress")
        # The socket's own transaction is replaced.
        others[0].ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
        for other in others:
            other.socket.close()
        nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
        nl.ask(CMD["TRANSACTION_ABORT"])
        others = [Netlink() for _ in range(TRANSACTIONS_MAX)]
    equal(number(nl.ask(CMD["INFO_GET"])[0].attrs[INFO["TRANSACTIONS"]]), 0,
          "BEGIN: closed sockets free their transactions")


# interrupted

def interrupted():
    nl = Netlink()
    for n in range(300):
        nl.ask(CMD["DEV_SET"], dev_set(f"dev{n}", u32(FIELD["IGNORE"], 1)))
        dev = entry_dev("all" if n % 2 else "dev*")
        nl.ask(CMD["ENTRY_ADD"], rule(f"10.{n // 200}.{n % 200}.0/24", "HIDE", dev))
        nl.ask(CMD["ENTRY_ADD"], binding(f"10.0.{n // 200}.{n % 200}", MAC, dev,
                                         DYNAMIC if n % 3 else b""))
    nl.ask(CMD["DEV_SET"], dev_set("default", u32(FIELD["ANNOUNCE"], 2)))

    change = ("DEV_SET", dev_set("default", u32(FIELD["FILTER"], 1)))
    undo = ("DEV_SET", selector("default") + u32(A["UNSET"], FIELD["FILTER"]))
    add = ("ENTRY_ADD", rule("11.0.0.0/8", "DROP")), ("ENTRY_DEL", rule("11.0.0.0/8", None))
    learn = (("ENTRY_ADD", binding("11.0.0.1", MAC, DYNAMIC)),
             ("ENTRY_DEL", binding("11.0.0.1", None)))
    for what, cmd, attrs, both in (
            ("selectors", "DEV_GET", b"", (change, undo)),
            ("effective values", "EFFECTIVE_GET", b"", (change, undo)),
            ("counters", "STATS_GET", b"", (change, undo)),
            ("entries", "ENTRY_GET", b"", add),
            ("rules", "ENTRY_GET", tables(RULES), add),
            ("bindings", "ENTRY_GET", tables(BINDINGS), learn),
            ("dynamic bindings", "ENTRY_GET", flag(A["DYNAMIC"]), learn),
            ("a selector's entries", "ENTRY_GET", selector("dev*"), add)):
        # With the smallest buffer, a dump takes several parts.
        reader = Netlink(room=1)
        whole = reader.ask(CMD[cmd], attrs, DUMP)
        check(len(whole) > 100 and not any(m.flags & DUMP_INTR for m in whole),
              f"{what}: an undisturbed dump is complete", len(whole))
        equal(len({m.payload for m in whole}), len(whole), f"{what}: each object is dumped once")

        reader.send(CMD[cmd], attrs, DUMP)
        begun = reader.receive()
        for done, more in both:
            nl.ask(CMD[done], more)
        rest = reader.answer()
        check(begun[-1].kind != NLMSG_DONE and
              not any(m.flags & DUMP_INTR for m in begun) and
              any(m.flags & DUMP_INTR for m in rest),
              f"{what}: a dump during which the policy changes is marked",
              f"{len(begun)} before, {len(rest)} after")

    # The dump's current position may be deleted.
    for cmd, attrs, flush in (("ENTRY_GET", tables(RULES), tables(RULES)),
                              ("ENTRY_GET", flag(A["DYNAMIC"]),
                               tables(BINDINGS) + flag(A["DYNAMIC"])),
                              ("ENTRY_GET", b"", tables(RULES | BINDINGS)),
                              ("DEV_GET", b"", b"")):
        if cmd == "ENTRY_GET":
            for n in range(300):
                nl.ask(CMD["ENTRY_ADD"], binding(f"10.1.{n // 200}.{n % 200}", MAC) +
                       flag(A["REPLACE"]))
        reader = Netlink(room=1)
        whole = len(reader.ask(CMD[cmd], attrs, DUMP))
        reader.send(CMD[cmd], attrs, DUMP)
        begun = reader.receive()
        nl.ask(CMD["FLUSH"], flush)
        rest = reader.answer()
        # Another part may be in the socket already.
        check(begun[-1].kind != NLMSG_DONE and len(begun) + len(rest) < whole - 20 and
              rest[-1].flags & DUMP_INTR,
              f"{cmd}: a dump of what is deleted meanwhile ends and is marked",
              f"{len(begun)} before, {len(rest)} after, of {whole}")


# notices and replies

def content(attrs):
    """The attributes of a notification except its generation."""
    parts = []
    for kind, payload in attrs.items():
        if kind == A["SELECTOR"]:
            parts.append(text_of(payload))
        elif kind == A["FIELDS"]:
            parts.append({field: number(value) for field, value in parse(payload)})
        elif kind == A["ENTRY"]:
            parts.append(entry_text(payload))
        elif kind in (A["TABLES"], A["TRANSACTION"], A["OPS"]):
            parts.append((kind, number(payload)))
        elif kind == A["DYNAMIC"]:
            parts.append("dynamic")
        elif kind != A["GENERATION"]:
            parts.append((kind, payload))
    return parts


def notices():
    nl, listener, stranger = Netlink(), Netlink(), Netlink()
    listener.join("config")
    stranger.join("verdict")
    ignore, announce = u32(FIELD["IGNORE"], NEVER), u32(FIELD["ANNOUNCE"], 2)
    generation, asked = None, nl.sequence

    def expect(what, want, cmd, attrs=b"", code=0, same=False):
        """same: the change does not increase the generation."""
        nonlocal generation, asked
        got, refused = [], 0
        try:
            nl.ask(CMD[cmd], attrs)
        except Refused as no:
            refused = no.errno
        for message in listener.notices():
            got.append((CMD_NAMES[message.cmd], *content(message.attrs)))
            now = number(message.attrs[A["GENERATION"]])
            if generation is not None and now != generation + (not same):
                got.append(("generation", generation, now))
            generation = now
            if message.portid != nl.portid or not asked < message.sequence <= nl.sequence:
                got.append(("of", message.portid, message.sequence))
            asked = message.sequence
        asked = nl.sequence
        equal((got, refused), (want, code), what)

    def unset(name, field):
        return selector(name) + u32(A["UNSET"], FIELD[field])

    expect("a new selector", [("DEV_NTF", "e*", {1: NEVER})],
           "DEV_SET", dev_set("e*", ignore))
    expect("another field: all fields that are set", [("DEV_NTF", "e*", {1: NEVER, 2: 2})],
           "DEV_SET", dev_set("e*", announce))
    expect("the same fields again: nothing", [], "DEV_SET", dev_set("e*", ignore, announce))
    expect("a field is unset: the remaining fields", [("DEV_NTF", "e*", {2: 2})],
           "DEV_SET", unset("e*", "IGNORE"))
    expect("a field that is not set is unset: nothing", [],
           "DEV_SET", unset("e*", "IGNORE"), errno.ENOENT)
    expect("a field is set and another unset: one notification", [("DEV_NTF", "e*", {1: NEVER})],
           "DEV_SET", dev_set("e*", ignore) + u32(A["UNSET"], FIELD["ANNOUNCE"]))
    expect("the last field is unset: no fields", [("DEV_NTF", "e*")],
           "DEV_SET", unset("e*", "IGNORE"))
    expect("a selector that does not exist is deleted: nothing", [],
           "DEV_DEL", selector("e*"), errno.ENOENT)
    expect("a transaction begins: nothing", [], "TRANSACTION_BEGIN", begin("REPLACE"))
    expect("a change is added: nothing", [], "TRANSACTION_ADD",
           op("DEV_SET", dev_attrs("e*", ignore)) + op("DEV_SET", dev_attrs("x*", ignore)))
    expect("a REPLACE is committed: one notification",
           [("TRANSACTION_NTF", (A["TRANSACTION"], 1), (A["OPS"], 2))], "TRANSACTION_COMMIT")
    expect("a CHANGE begins: nothing", [], "TRANSACTION_BEGIN", begin("CHANGE"))
    expect("a change is added: nothing", [], "TRANSACTION_ADD", op("DEV_DEL", dev_attrs("x*")))
    expect("a CHANGE is committed: one notification",
           [("TRANSACTION_NTF", (A["TRANSACTION"], 2), (A["OPS"], 1))], "TRANSACTION_COMMIT")
    expect("a transaction without changes begins: nothing", [],
           "TRANSACTION_BEGIN", begin("CHANGE"))
    expect("a transaction without changes is committed: nothing", [], "TRANSACTION_COMMIT")
    expect("another transaction begins: nothing", [], "TRANSACTION_BEGIN", begin("REPLACE"))
    expect("a transaction is aborted: nothing", [], "TRANSACTION_ABORT")
    expect("a selector is deleted: no fields", [("DEV_NTF", "e*")], "DEV_DEL", selector("e*"))
    expect("a refusal: nothing", [], "DEV_SET", dev_set("e*", u32(FIELD["IGNORE"], 5)),
           errno.ERANGE)
    for attrs in b"", tables(RULES), tables(BINDINGS), tables(BINDINGS) + flag(A["DYNAMIC"]):
        expect("a flush of nothing: nothing", [], "FLUSH", attrs)
    for name in "all", "default", "lo":
        nl.send(CMD["DEV_SET"], dev_set(name, ignore))
    expect("several changes: notifications in their order",
           [("DEV_NTF", name, {1: NEVER}) for name in ("all", "default", "lo")] +
           [("DEV_NTF", "all")], "DEV_DEL", selector("all"))
    expect("a flush: one notification", [("FLUSH_NTF",)], "FLUSH")
    equal(nl.policy(), [], "a flush leaves nothing")
    expect("after a flush the generation increases", [("DEV_NTF", "lo", {1: NEVER})],
           "DEV_SET", dev_set("lo", ignore))

    replace, net, e = flag(A["REPLACE"]), "10.1.0.0/16", entry_dev("e*")
    expect("a new rule", [("ENTRY_ADD_NTF", f"DROP {net} dev all")],
           "ENTRY_ADD", rule(net, "DROP"))
    expect("the same rule again: nothing", [], "ENTRY_ADD", rule(net, "DROP"), errno.EEXIST)
    expect("the same rule again with REPLACE: nothing", [],
           "ENTRY_ADD", rule(net, "DROP") + replace)
    expect("a rule for senders is another one", [("ENTRY_ADD_NTF", f"PASS {net} from dev all")],
           "ENTRY_ADD", rule(net, "PASS", sender=True))
    expect("a rule of another selector, with all attributes",
           [("ENTRY_ADD_NTF", f"PROXY {net} lladdr {MAC} routed dev e*")], "ENTRY_ADD",
           rule(net, "PROXY", e, lladdr(ENTRY["LLADDR"], MAC), flag(ENTRY["ROUTED"])))
    expect("a rule is replaced: the new one", [("ENTRY_ADD_NTF", f"HIDE {net} dev e*")],
           "ENTRY_ADD", rule(net, "HIDE", e) + replace)
    expect("a rule is added with REPLACE",
           [("ENTRY_ADD_NTF", "PROXY 0.0.0.0/0 dev e*")],
           "ENTRY_ADD", rule("0.0.0.0/0", "PROXY", e) + replace)
    expect("a rule is deleted", [("ENTRY_DEL_NTF", f"HIDE {net} dev e*")],
           "ENTRY_DEL", rule(net, None, e))
    expect("the same rule is deleted again: nothing", [],
           "ENTRY_DEL", rule(net, None, e), errno.ENOENT)
    expect("deletion of a rule with another action: nothing", [],
           "ENTRY_DEL", rule(net, "HIDE"), errno.ENOENT)
    expect("a rule is deleted by all its attributes",
           [("ENTRY_DEL_NTF", f"PASS {net} from dev all")],
           "ENTRY_DEL", rule(net, "PASS", sender=True))

    other = "02:00:00:00:00:06"
    expect("a new binding", [("ENTRY_ADD_NTF", f"10.0.0.9 lladdr {MAC} dev all")],
           "ENTRY_ADD", binding("10.0.0.9", MAC))
    expect("the same binding again: nothing", [],
           "ENTRY_ADD", binding("10.0.0.9", MAC), errno.EEXIST)
    expect("a binding of another selector is another one",
           [("ENTRY_ADD_NTF", f"10.0.0.9 lladdr {MAC} dev lo")],
           "ENTRY_ADD", binding("10.0.0.9", MAC, entry_dev("lo")))
    expect("a binding of a prefix, for any lladdr", [("ENTRY_ADD_NTF", "10.0.0.8/29 any dev all")],
           "ENTRY_ADD", binding("10.0.0.8/29", "any"))
    expect("a binding is replaced: the new one",
           [("ENTRY_ADD_NTF", f"10.0.0.9 lladdr {other} dev all")],
           "ENTRY_ADD", binding("10.0.0.9", other) + replace)
    expect("deletion of a binding with another lladdr: nothing", [],
           "ENTRY_DEL", binding("10.0.0.9", MAC), errno.ENOENT)
    expect("a binding is deleted", [("ENTRY_DEL_NTF", f"10.0.0.9 lladdr {other} dev all")],
           "ENTRY_DEL", binding("10.0.0.9", None))
    expect("a binding of a prefix is deleted", [("ENTRY_DEL_NTF", "10.0.0.8/29 any dev all")],
           "ENTRY_DEL", binding("10.0.0.8/29", None))

    rules, bindings = (A["TABLES"], RULES), (A["TABLES"], BINDINGS)
    nl.send(CMD["ENTRY_ADD"], rule(net, "DROP", entry_dev("lo")))
    expect("a flush of a selector without rules: nothing",
           [("ENTRY_ADD_NTF", f"DROP {net} dev lo")], "FLUSH", selector("l*") + tables(RULES))
    expect("a flush of one selector's rules: its name and the tables",
           [("FLUSH_NTF", "lo", rules)], "FLUSH", selector("lo") + tables(RULES))
    expect("the same flush again: nothing", [], "FLUSH", selector("lo") + tables(RULES))
    nl.send(CMD["ENTRY_ADD"], binding("10.0.0.7", MAC))
    expect("a flush of one selector's bindings: its name and the tables",
           [("ENTRY_ADD_NTF", f"10.0.0.7 lladdr {MAC} dev all"),
            ("FLUSH_NTF", "all", bindings)], "FLUSH", selector("all") + tables(BINDINGS))
    expect("a flush of all rules", [("FLUSH_NTF", rules)], "FLUSH", tables(RULES))
    expect("a flush of rules again: nothing", [], "FLUSH", tables(RULES))
    expect("a flush of all bindings", [("FLUSH_NTF", bindings)], "FLUSH", tables(BINDINGS))
    expect("a flush of bindings again: nothing", [], "FLUSH", tables(BINDINGS))
    expect("fields are not flushed with entries", [("DEV_NTF", "lo", {1: NEVER, 2: 2})],
           "DEV_SET", dev_set("lo", announce))
    nl.send(CMD["ENTRY_ADD"], rule(net, "DROP"))
    nl.send(CMD["ENTRY_ADD"], binding("10.0.0.9", MAC))
    expect("a flush of everything: one notification",
           [("ENTRY_ADD_NTF", f"DROP {net} dev all"),
            ("ENTRY_ADD_NTF", f"10.0.0.9 lladdr {MAC} dev all"), ("FLUSH_NTF",)], "FLUSH")
    equal(nl.policy(), [], "a flush of everything leaves nothing")

    expect("a dynamic binding", [("ENTRY_ADD_NTF", f"10.0.0.9 lladdr {MAC} dynamic dev all")],
           "ENTRY_ADD", binding("10.0.0.9", MAC, DYNAMIC), same=True)
    expect("a dynamic binding is replaced by another",
           [("ENTRY_ADD_NTF", "10.0.0.9 any dynamic dev all")],
           "ENTRY_ADD", binding("10.0.0.9", "any", DYNAMIC) + replace, same=True)
    expect("a dynamic binding is deleted", [("ENTRY_DEL_NTF", "10.0.0.9 any dynamic dev all")],
           "ENTRY_DEL", binding("10.0.0.9", None), same=True)
    expect("another dynamic binding", [("ENTRY_ADD_NTF", "10.0.0.9 any dynamic dev all")],
           "ENTRY_ADD", binding("10.0.0.9", "any", DYNAMIC), same=True)
    expect("a flush of dynamic bindings", [("FLUSH_NTF", bindings, "dynamic")],
           "FLUSH", tables(BINDINGS) + flag(A["DYNAMIC"]), same=True)
    equal(stranger.notices(), [], "the group verdict has received none of this")


def replies():
    nl, listener = Netlink(), Netlink()
    listener.join("config")
    nl.join("config")
    for flags, how in (0, ""), (ECHO, ", with NLM_F_ECHO"):
        replies_of(nl, listener, flags, how)
    replies_at_once()
    replies_without_room()


def replies_of(nl, listener, flags, how):
    """A change: one reply with the command, before the acknowledgment."""
    ignore, net, replace = u32(FIELD["IGNORE"], 1), "10.1.0.0/16", flag(A["REPLACE"])

    def reply(what, cmd, attrs, want, notice):
        """The reply, and the number of notifications; with ECHO the sender gets none."""
        what += how
        nl.send(CMD[cmd], attrs, flags | ACK)
        got = [m for m in nl.answer() if m.kind == nl.family]
        own = [m for m in got if m.cmd != CMD[cmd]]
        got = [m for m in got if m.cmd == CMD[cmd]]
        heard = listener.notices()
        equal([(cmd, *content(m.attrs)) for m in got], [(cmd, *want)], what)
        good = all((m.portid, m.sequence) == (nl.portid, nl.sequence) for m in got + heard)
        generation = {number(m.attrs[A["GENERATION"]]) for m in got + heard}
        equal((good, len(heard), generation, [m.payload for m in own], nl.notices()),
              (True, notice, {nl.generation()}, [] if flags else [m.payload for m in heard],
               []), f"{what}: its port and sequence number, {notice} notices")

    reply("DEV_SET: all fields that are set", "DEV_SET", dev_set("e*", ignore),
          ("e*", {1: 1}), 1)
    reply("DEV_SET without a change", "DEV_SET", dev_set("e*", ignore), ("e*", {1: 1}), 0)
    reply("DEV_SET that unsets", "DEV_SET",
          dev_set("e*", u32(FIELD["FILTER"], 1)) + u32(A["UNSET"], FIELD["IGNORE"]),
          ("e*", {3: 1}), 1)
    reply("DEV_DEL", "DEV_DEL", selector("e*"), ("e*",), 1)
    reply("ENTRY_ADD: the new entry", "ENTRY_ADD", rule(net, "DROP"), (f"DROP {net} dev all",), 1)
    reply("ENTRY_ADD that replaces", "ENTRY_ADD", rule(net, "HIDE") + replace,
          (f"HIDE {net} dev all",), 1)
    reply("ENTRY_ADD without a change", "ENTRY_ADD", rule(net, "HIDE") + replace,
          (f"HIDE {net} dev all",), 0)
    reply("ENTRY_ADD without a length", "ENTRY_ADD", binding("10.0.0.9", "any"),
          ("10.0.0.9 any dev all",), 1)
    reply("ENTRY_ADD of a dynamic binding", "ENTRY_ADD", binding("10.0.0.8", MAC, DYNAMIC),
          (f"10.0.0.8 lladdr {MAC} dynamic dev all",), 1)
    reply("ENTRY_DEL: the deleted entry", "ENTRY_DEL", rule(net, None),
          (f"HIDE {net} dev all",), 1)
    reply("FLUSH of some", "FLUSH", tables(BINDINGS), ((A["TABLES"], BINDINGS),), 1)
    reply("FLUSH of no entries", "FLUSH", tables(BINDINGS), ((A["TABLES"], BINDINGS),), 0)
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
    nl.ask(CMD["TRANSACTION_ADD"], op("ENTRY_ADD", rule_attrs(net, "DROP")))
    reply("TRANSACTION_COMMIT", "TRANSACTION_COMMIT", b"",
          ((A["TRANSACTION"], 2), (A["OPS"], 1)), 1)
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
    reply("TRANSACTION_COMMIT without changes", "TRANSACTION_COMMIT", b"",
          ((A["TRANSACTION"], 2), (A["OPS"], 0)), 0)
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
    reply("TRANSACTION_COMMIT that replaces", "TRANSACTION_COMMIT", b"",
          ((A["TRANSACTION"], 1), (A["OPS"], 0)), 1)
    reply("FLUSH of nothing", "FLUSH", b"", (), 0)

    # If refused, there is only the error.
    nl.ask(CMD["ENTRY_ADD"], rule("10.2.0.0/16", "DROP"))
    nl.notices()
    for cmd, attrs in (("DEV_DEL", selector("e*")), ("ENTRY_DEL", rule(net, None)),
                       ("ENTRY_ADD", rule("10.2.0.0/16", "DROP"))):
        nl.send(CMD[cmd], attrs, flags | ACK)
        got = [m for m in nl.receive() if m.sequence == nl.sequence]
        equal([m.kind for m in got], [NLMSG_ERROR], f"{cmd}: refused, no reply{how}")
    # The reply does not depend on the acknowledgment.
    nl.send(CMD["ENTRY_ADD"], rule(net, "DROP"), flags)
    equal([CMD_NAMES[m.cmd] for m in nl.notices()],
          ["ENTRY_ADD"] if flags else ["ENTRY_ADD_NTF", "ENTRY_ADD"],
          f"ENTRY_ADD without NLM_F_ACK: the reply alone{how}")
    nl.ask(CMD["FLUSH"])
    nl.notices()
    listener.notices()


def replies_at_once():
    """Commands in one datagram: each is answered, in their order."""
    nl, add = Netlink(), ("ENTRY_ADD", rule("10.1.0.0/16", "DROP"))
    dev = dev_set("e*", u32(FIELD["IGNORE"], 1))
    nl.socket.send(b"".join(
        nl.request(CMD[cmd], attrs, ACK)
        for cmd, attrs in (add, add, ("DEV_SET", dev), ("FLUSH", b""))))
    got = [refusal(m) if m.kind == NLMSG_ERROR else CMD_NAMES[m.cmd] for m in nl.notices()]
    equal([errno.errorcode[m.errno] if isinstance(m, Refused) else m for m in got],
          ["ENTRY_ADD", None, "EEXIST", "DEV_SET", None, "FLUSH", None],
          "commands in one datagram are answered one by one")


def replies_without_room():
    """The reply is lost, the change is not."""
    nl, other, lost = Netlink(room=1), Netlink(), None
    for i in range(50):
        nl.send(CMD["ENTRY_ADD"], rule(f"10.{i}.0.0/16", "DROP"), ACK)
    equal(len(other.ask(CMD["ENTRY_GET"], flags=DUMP)), 50,
          "a change is made without room for its reply")
    try:
        nl.receive()
    except OSError as error:
        lost = error.errno
    equal(lost, errno.ENOBUFS, "and the socket gets ENOBUFS")
    nl.notices()
    nl.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    equal([m.cmd for m in nl.ask(CMD["ENTRY_DEL"], rule("10.7.0.0/16", None))],
          [CMD["ENTRY_DEL"]], "and then replies again")
    other.ask(CMD["FLUSH"])


# entries

def entries():
    nl = Netlink()
    everything = [
        ("DROP 10.0.0.0/8 dev all", rule("10.0.0.0/8", "DROP")),
        ("PASS 10.0.0.0/8 from dev all", rule("10.0.0.0/8", "PASS", sender=True)),
        ("0.0.0.0/0 any dev all", binding("0.0.0.0/0", "any")),
        (f"10.0.0.9 lladdr {MAC} dev all", binding("10.0.0.9", MAC)),
        (f"10.0.1.0/24 lladdr {MAC} dynamic dev all", binding("10.0.1.0/24", MAC, DYNAMIC)),
        (f"PROXY 10.0.0.0/8 lladdr {MAC} routed dev e*",
         rule("10.0.0.0/8", "PROXY", entry_dev("e*"), lladdr(ENTRY["LLADDR"], MAC),
              flag(ENTRY["ROUTED"]))),
        ("10.0.0.8/29 any dynamic dev e*", binding("10.0.0.8/29", "any", entry_dev("e*"),
                                                    DYNAMIC)),
        (f"10.0.0.9 lladdr {MAC} dev e*", binding("10.0.0.9", MAC, entry_dev("e*"))),
        ("HIDE 10.0.0.0/8 dev lo", rule("10.0.0.0/8", "HIDE", entry_dev("lo"))),
    ]
    texts = [text for text, _ in everything]

    def fill_all():
        for _, attrs in everything:
            nl.ask(CMD["ENTRY_ADD"], attrs)

    fill_all()
    for text, attrs in everything:
        reply = nl.ask(CMD["ENTRY_GET"], attrs)
        equal(([entry_text(m.attrs[A["ENTRY"]]) for m in reply],
               {number(m.attrs[A["GENERATION"]]) for m in reply}),
              ([text], {nl.generation()}), f"ENTRY_GET: {text}")
    # By the key only.
    key = nl.ask(CMD["ENTRY_GET"], binding("10.0.0.8/29", None, entry_dev("e*")))[0]
    equal(entry_text(key.attrs[A["ENTRY"]]), "10.0.0.8/29 any dynamic dev e*",
          "ENTRY_GET: by its key")

    def kinds(want):
        return [text for text in texts if want(text)]

    def is_rule(text):
        return text[0].isupper()

    bind_only, dynamic = tables(BINDINGS), flag(A["DYNAMIC"])
    filters = [
        ("all", b"", texts),
        ("rules", tables(RULES), kinds(is_rule)),
        ("rules for targets", tables(1 << TABLE["TARGET"]),
         kinds(lambda text: is_rule(text) and " from " not in text)),
        ("rules for senders", tables(1 << TABLE["SENDER"]),
         kinds(lambda text: " from " in text)),
        ("bindings", bind_only, kinds(lambda text: not is_rule(text))),
        ("of a selector", selector("e*"), kinds(lambda text: text.endswith(" e*"))),
        ("rules of a selector", selector("e*") + tables(RULES),
         kinds(lambda text: is_rule(text) and text.endswith(" e*"))),
        ("of all devices", selector("all"), kinds(lambda text: text.endswith(" all"))),
        ("of a selector without entries", selector("eth*"), []),
        ("dynamic", dynamic, kinds(lambda text: " dynamic " in text)),
        ("dynamic bindings", dynamic + bind_only, kinds(lambda text: " dynamic " in text)),
        ("dynamic entries of a selector", dynamic + selector("e*"),
         kinds(lambda text: " dynamic dev e*" in text)),
    ]
    for what, attrs, want in filters:
        equal(dumped(nl, attrs), want, f"ENTRY_GET: {what}")
    for what, attrs, want in filters:
        if A["TABLES"] not in dict(parse(attrs)):
            continue
        nl.ask(CMD["FLUSH"], attrs)
        equal(dumped(nl), [text for text in texts if text not in want],
              f"FLUSH: {what}")
        nl.ask(CMD["FLUSH"])
        fill_all()
    # A flush of entries leaves the fields, a flush of everything does not.
    nl.ask(CMD["DEV_SET"], dev_set("e*", IGNORE_1))
    nl.ask(CMD["FLUSH"], tables(RULES | BINDINGS))
    equal((dumped(nl), selectors_of(nl)), ([], ["e*"]), "FLUSH: entries, not fields")
    nl.ask(CMD["FLUSH"])
    equal(selectors_of(nl), [], "FLUSH: the whole policy")


# dynamic bindings

def dynamic():
    nl, replace = Netlink(), flag(A["REPLACE"])
    nl.ask(CMD["FLUSH"])
    generation = nl.generation()

    def step(what, cmd, attrs, want, grows, code=0):
        nonlocal generation
        refused = 0
        try:
            nl.ask(CMD[cmd], attrs)
        except Refused as no:
            refused = no.errno
        now = nl.generation()
        equal((dumped(nl), now - generation, refused), (want, grows, code), what)
        generation = now

    fixed = f"10.0.0.9 lladdr {MAC} dev all"
    learned = f"10.0.0.9 lladdr {MAC} dynamic dev all"
    step("a dynamic binding: the generation stays", "ENTRY_ADD",
         binding("10.0.0.9", MAC, DYNAMIC), [learned], 0)
    step("the dynamic binding again: refused", "ENTRY_ADD", binding("10.0.0.9", MAC, DYNAMIC),
         [learned], 0, errno.EEXIST)
    step("a dynamic binding with REPLACE", "ENTRY_ADD",
         binding("10.0.0.9", "any", DYNAMIC) + replace, ["10.0.0.9 any dynamic dev all"], 0)
    step("a static binding over a dynamic one: refused", "ENTRY_ADD", binding("10.0.0.9", MAC),
         ["10.0.0.9 any dynamic dev all"], 0, errno.EEXIST)
    step("a static binding with REPLACE: the generation increases", "ENTRY_ADD",
         binding("10.0.0.9", MAC) + replace, [fixed], 1)
    for what, more in ("", b""), (" with REPLACE", replace):
        step(f"a dynamic binding over a static one{what}: refused", "ENTRY_ADD",
             binding("10.0.0.9", MAC, DYNAMIC) + more, [fixed], 0, errno.EEXIST)
    step("deletion of a static binding as a dynamic one: refused", "ENTRY_DEL",
         binding("10.0.0.9", None, DYNAMIC), [fixed], 0, errno.ENOENT)
    step("another dynamic binding", "ENTRY_ADD", binding("10.0.0.8", MAC, DYNAMIC),
         [f"10.0.0.8 lladdr {MAC} dynamic dev all", fixed], 0)
    step("a flush of dynamic bindings: the generation stays", "FLUSH",
         tables(BINDINGS) + flag(A["DYNAMIC"]), [fixed], 0)
    step("a flush of static bindings", "FLUSH", tables(BINDINGS), [], 1)
    step("a dynamic binding of a glob", "ENTRY_ADD",
         binding("10.0.0.8", MAC, DYNAMIC, entry_dev("e*")),
         [f"10.0.0.8 lladdr {MAC} dynamic dev e*"], 0)
    step("a dynamic binding of a glob is deleted", "ENTRY_DEL",
         binding("10.0.0.8", MAC, DYNAMIC, entry_dev("e*")), [], 0)


def quarters(most):
    """With max_bindings=MOST."""
    nl, most = Netlink(), int(most)
    room = most * 3 // 4

    def add(n, *more):
        try:
            nl.ask(CMD["ENTRY_ADD"], binding(f"10.0.{n >> 8}.{(n & 255)}", MAC, *more))
            return 0
        except Refused as no:
            return no.errno, no.message

    def counts():
        reply = nl.ask(CMD["INFO_GET"])[0].attrs
        return [number(reply[INFO[name]]) for name in
                ("BINDINGS", "BINDINGS_MAX", "DYNAMIC", "DYNAMIC_MAX")]

    equal([add(n, DYNAMIC) for n in range(1, room + 1)], [0] * room,
          "three quarters may be dynamic")
    no = add(room + 1, DYNAMIC)
    check(no and no[0] == errno.ENOSPC and "three quarters" in no[1], "no more may be dynamic", no)
    equal(counts(), [room, most, room, room], "INFO_GET has these counts and limits")
    equal([add(n) for n in range(room + 1, most + 1)], [0] * (most - room),
          "the rest may be static")
    no = add(most + 1)
    check(no and no[0] == errno.ENOSPC and "max_bindings" in no[1], "no more may be static", no)
    # The same limits apply to a transaction.
    for what, kind, attrs in (
            ("dynamic", "CHANGE", (DYNAMIC,)), ("static", "CHANGE", ())):
        nl.ask(CMD["TRANSACTION_BEGIN"], begin(kind))
        nl.ask(CMD["TRANSACTION_ADD"],
               op("ENTRY_DEL", binding_attrs(f"10.0.0.{most}", None)) +
               op("ENTRY_ADD", binding_attrs("10.1.0.1", MAC)) +
               op("ENTRY_ADD", binding_attrs("10.1.0.2", MAC, *attrs)))
        try:
            nl.ask(CMD["TRANSACTION_COMMIT"])
            check(False, f"{kind}: too many {what} ones")
        except Refused as no:
            failed = number(nl.ask(CMD["TRANSACTION_GET"])[0].attrs.get(A["FAILED"], b""))
            equal((no.errno, failed), (errno.ENOSPC, 2), f"{kind}: one {what} binding too many")
    # All dynamic bindings stay, so there is room only for the rest.
    static = most - room
    for count, code in ((static, 0), (static + 1, errno.ENOSPC)):
        nl.ask(CMD["TRANSACTION_BEGIN"], begin("REPLACE"))
        refused = 0
        try:
            nl.ask(CMD["TRANSACTION_ADD"], b"".join(
                op("ENTRY_ADD", binding_attrs(f"10.2.0.{n + 1}", MAC)) for n in range(count)))
            nl.ask(CMD["TRANSACTION_COMMIT"])
        except Refused as no:
            refused = no.errno
        equal(refused, code, f"REPLACE: {count} beside {room} dynamic ones")
    equal(counts()[0], most, "the refused REPLACE has changed nothing")
    nl.ask(CMD["FLUSH"])


# info

def info():
    nl = Netlink()
    nl.ask(CMD["FLUSH"])
    reply = nl.ask(CMD["INFO_GET"])[0].attrs
    equal(sorted(reply), sorted(INFO.values()), "INFO_GET: every attribute")
    with open("/sys/module/arp_policy/version", encoding="utf-8") as file:
        equal(text_of(reply[INFO["VERSION"]]), file.read().strip(),
              "INFO_GET: the module's version")

    def numbers(prefix=""):
        attrs = nl.ask(CMD["INFO_GET"])[0].attrs
        return {name: number(attrs[INFO[name]]) for name in (
            "SELECTORS", "GLOBS", "ENTRY_GLOBS", "RULES", "BINDINGS", "DYNAMIC",
            "TRANSACTIONS", "SNOOPERS") if name.startswith(prefix)}

    def parameter(name):
        with open(f"/sys/module/arp_policy/parameters/{name}", encoding="utf-8") as file:
            return int(file.read())

    most = parameter("max_bindings")
    equal({name: number(reply[INFO[name + "_MAX"]]) for name in (
        "SELECTORS", "GLOBS", "ENTRY_GLOBS", "RULES", "BINDINGS", "DYNAMIC", "TRANSACTIONS",
        "SNOOPERS")},
          {"SELECTORS": HEADER.number("SELECTORS_MAX"),
           "GLOBS": HEADER.number("GLOBS_MAX"),
           "ENTRY_GLOBS": HEADER.number("ENTRY_GLOBS_MAX"),
           "RULES": parameter("max_rules"), "BINDINGS": most, "DYNAMIC": most // 4 * 3,
           "TRANSACTIONS": TRANSACTIONS_MAX, "SNOOPERS": SNOOPERS_MAX}, "INFO_GET: the limits")
    want = dict.fromkeys(("SELECTORS", "GLOBS", "ENTRY_GLOBS", "RULES", "BINDINGS",
                          "DYNAMIC", "TRANSACTIONS", "SNOOPERS"), 0)
    equal(numbers(), want, "INFO_GET: the counts without policy")
    for cmd, attrs, more in (
            ("DEV_SET", dev_set("eth0", IGNORE_1), ("SELECTORS",)),
            ("DEV_SET", dev_set("e*", IGNORE_1), ("SELECTORS", "GLOBS")),
            ("ENTRY_ADD", rule("10.0.0.0/8", "DROP", entry_dev("e*")),
             ("RULES", "ENTRY_GLOBS")),
            ("ENTRY_ADD", rule("10.0.0.0/8", "DROP", entry_dev("e*"), sender=True),
             ("RULES",)),
            ("ENTRY_ADD", binding("10.0.0.0/8", MAC, entry_dev("x*")),
             ("BINDINGS", "SELECTORS", "GLOBS", "ENTRY_GLOBS")),
            ("ENTRY_ADD", binding("10.0.0.1", MAC, entry_dev("e*"), DYNAMIC),
             ("BINDINGS", "DYNAMIC")),
            ("TRANSACTION_BEGIN", begin("CHANGE"), ("TRANSACTIONS",))):
        nl.ask(CMD[cmd], attrs)
        for name in more:
            want[name] += 1
        equal(numbers(), want, f"{cmd}: one more of {', '.join(more)}")
    before = nl.generation()
    nl.ask(CMD["FLUSH"])
    nl.ask(CMD["TRANSACTION_ABORT"])
    equal((numbers(), nl.generation()), (dict.fromkeys(want, 0), before + 1),
          "INFO_GET: after a flush all counts are zero, and the generation has increased")


def busy(count):
    """INFO_GET is answered during a transaction."""
    nl, count = Netlink(), int(count)
    nl.ask(CMD["TRANSACTION_BEGIN"], begin("CHANGE"))
    for at in range(0, count, 500):
        nl.ask(CMD["TRANSACTION_ADD"], b"".join(
            op("ENTRY_ADD", binding_attrs(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", MAC))
            for n in range(at + 1, at + 501)))
    result, report = os.pipe()
    asker, child = Netlink(), os.fork()
    if not child:
        begun = time.monotonic()
        nl.ask(CMD["TRANSACTION_COMMIT"])
        os.write(report, struct.pack("dd", begun, time.monotonic()))
        os._exit(0)
    answers = []
    while not os.waitpid(child, os.WNOHANG)[0]:
        asked = time.monotonic()
        asker.ask(CMD["INFO_GET"])
        answers.append((asked, time.monotonic()))
    begun, ended = struct.unpack("dd", os.read(result, 16))
    # An answer that waited for the transaction would have come at its end.
    margin = (ended - begun) / 10
    within = [each for each in answers
              if each[0] > begun + margin and each[1] < ended - margin]
    check(within, "INFO_GET is answered during a transaction",
          f"{len(answers)} answers, the transaction took {ended - begun:.3f} s")
    equal(number(asker.ask(CMD["INFO_GET"])[0].attrs[INFO["BINDINGS"]]), count,
          "INFO_GET has the transaction's result afterwards")
    nl.ask(CMD["FLUSH"])


# verdicts

def verdicts(dev, target, sender, mac):
    nl, listener, stranger = Netlink(), Netlink(), Netlink()
    listener.join("verdict")
    # A thousand a second, as long as the loop below. A slow machine may read fewer.
    listener.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 25)	# SO_RCVBUFFORCE
    nl.ask(CMD["ENTRY_ADD"], rule(f"{target}/32", "DROP", entry_dev("e*")))
    stranger.join("config")
    events, lost = [], []
    # In a slow kernel the flood is too slow to lose any notification.
    begun = time.monotonic()
    while not lost and time.monotonic() < begun + 20:
        for message in listener.receive_rest():
            event = dict(parse(message.attrs.pop(A["EVENT"])))
            if EVENT["LOST"] in event:
                lost.append(number(event.pop(EVENT["LOST"])))
            events.append((message.cmd, message.attrs, event))
    cmd, attrs, event = events[0]
    equal(cmd, CMD["VERDICT_NTF"], "a decision is reported")
    equal(attrs, {A["IFINDEX"]: struct.pack("=I", socket.if_nametoindex(dev)),
                  A["IFNAME"]: dev.encode() + b"\0"}, "the notification has its device")
    equal(entry_text(event.pop(EVENT["ENTRY"], b"")), f"DROP {target}/32 dev e*",
          "the notification has the rule that decided")
    equal(event, {EVENT["VERDICT"]: struct.pack("=I", VERDICT["DROP"]),
                 EVENT["REASON"]: struct.pack("=I", REASON["RULE_DROP"]),
                 EVENT["REQUEST"]: b"",
                 EVENT["SENDER"]: socket.inet_aton(sender),
                 EVENT["TARGET"]: socket.inet_aton(target),
                 EVENT["LLADDR"]: bytes.fromhex(mac.replace(":", ""))},
          "the notification has the packet, and no other attributes")
    rules = {event.pop(EVENT["ENTRY"], None) for _, _, event in events[1:]}
    check(len(rules) == 1 and all(each == events[0] for each in events[1:]),
          "all other notifications are the same")
    slow = not lost and len(events) < 20 * EVENTS_PER_SECOND
    check(slow or (lost and lost[0] > 0),
          "a notification has the number of those lost before it", lost or len(events))
    equal(stranger.notices(), [], "the group config receives none of this")
    nl.ask(CMD["FLUSH"])


# snooping

def snooping():
    nl = Netlink()

    def snoopers():
        return number(nl.ask(CMD["INFO_GET"])[0].attrs[INFO["SNOOPERS"]])

    for _ in range(2):
        sockets = [Netlink() for _ in range(SNOOPERS_MAX)]
        for each in sockets:
            each.ask(CMD["SNOOP"])
        equal(snoopers(), SNOOPERS_MAX, "INFO_GET counts sockets that snoop")
        try:
            nl.ask(CMD["SNOOP"])
            check(False, "SNOOP: one socket too many")
        except Refused as no:
            equal(no.errno, errno.EBUSY, "SNOOP: one socket too many is refused")
        sockets[0].ask(CMD["SNOOP"])
        equal(snoopers(), SNOOPERS_MAX, "a socket that snoops twice counts once")
        sockets.pop().socket.close()
        equal(snoopers(), SNOOPERS_MAX - 1, "a closed socket frees its place")
        nl.ask(CMD["SNOOP"])
        for each in sockets:
            each.socket.close()
        equal(snoopers(), 1, "closing the others does not affect an open socket")
        nl.socket.close()
        nl = Netlink()
        equal(snoopers(), 0, "after the last socket is closed, none snoops")


# Helpers for other tests

def dhcp_text(message):
    """The attributes of a notification, and the DHCP message's length and transaction."""
    attrs = dict(parse(message.attrs[A["DHCP"]]))
    words = [text_of(message.attrs[A["IFNAME"]])]
    if socket.if_nametoindex(words[0]) != number(message.attrs[A["IFINDEX"]]):
        words.append("WRONG INDEX")
    for name in "BRIDGE", "SEGMENT":
        if DHCP[name] in attrs:
            words.append(f"{name.lower()} {text_of(attrs[DHCP[name]])}")
    for name in "VLAN", "LOST":
        if DHCP[name] in attrs:
            words.append(f"{name.lower()} {number(attrs[DHCP[name]])}")
    words += [name.lower() for name in ("TRUSTED", "CLIENT", "LOCKED") if DHCP[name] in attrs]
    payload = attrs[DHCP["MESSAGE"]]
    words += [attrs[DHCP["LLADDR"]].hex(":"), socket.inet_ntoa(attrs[DHCP["SENDER"]]),
              str(len(payload)), payload[4:8].hex()]
    return " ".join(words)


def snooper(form=""):
    nl = Netlink()
    nl.join("dhcp")
    nl.ask(CMD["SNOOP"])
    nl.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)	# SO_RCVBUFFORCE
    nl.socket.settimeout(None)
    print("listens", flush=True)
    while True:
        for message in nl.receive():
            if form == "hex":
                print(dict(parse(message.attrs[A["DHCP"]]))[DHCP["MESSAGE"]].hex(), flush=True)
            else:
                print(dhcp_text(message), flush=True)


def overrun():
    listener = Netlink()
    listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.socket.settimeout(None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    listener.join("verdict")
    print("joined", flush=True)
    signal.sigwait([signal.SIGUSR1])
    while True:
        for message in listener.receive_rest():
            event = dict(parse(message.attrs[A["EVENT"]]))
            print("lost", number(event[EVENT["LOST"]]) if EVENT["LOST"] in event else 0,
                  flush=True)


def fill(first, end, form):
    nl, sent, refused = Netlink(), 0, 0
    field = nest(A["FIELDS"], u32(FIELD["IGNORE"], 1))
    names = [form % n for n in range(int(first), int(end))]
    for at in range(0, len(names), 256):
        batch = b""
        for name in names[at:at + 256]:
            nl.sequence += 1
            body = struct.pack("=BBH", CMD["DEV_SET"], 1, 0) + selector(name) + field
            batch += struct.pack("=IHHII", 16 + len(body), nl.family, REQUEST,
                                 nl.sequence, 0) + body
            sent += 1
        # The kernel replies before send() returns.
        nl.socket.send(batch)
        for message in nl.notices():
            if message.kind != NLMSG_ERROR:
                continue
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
        contract, refusals, transactions, interrupted, notices, replies, entries, dynamic,
        quarters, info, busy, verdicts, snooping, snooper, overrun, fill, hold)}
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
