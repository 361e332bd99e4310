#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# DHCP messages for netlink listeners during floods: messages of other ports and of the
# server are not lost, and losses are counted.
#
# In its machine an instruction takes a nanosecond, so the rate of a flood does not depend on
# how busy the host is.
# lab: all
# lab: own-vm --icount
# lab: timeout 600
# lab: takes 40
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=dhcpframe.inc
. "$(dirname "$0")/dhcpframe.inc"
plan 7

bridge_host
scratch
must load_module
frame_senders green
start node /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" snooper >>"$dir/heard"
must poll 20 grep -q listens "$dir/heard"

# One program sends all frames, on each port in turn.
for i in {1..12}; do link "node:p$i" "red:f$i"; done
link node:p13 red:quiet
link node:p14 red:server
# It would share the meter of p1 if meters were selected by some bits of the index.
index=$(($(ip -n node -j link show p1 | jq ".[].ifindex") + 64))
must ip -n node link add name p15 index $index type veth peer name other netns red
must ip -n node link set p15 up
must ip -n red link set other up
for i in {1..15}; do must ip -n node link set "p$i" master br0; done
must poll 5 forwarding node
policy dev set default trust off
policy dev set p14 trust on
cat >"$dir/flood" <<'END'
import errno
import importlib.machinery
import socket
import sys
import time

sys.dont_write_bytecode = True
lib = importlib.machinery.SourceFileLoader("dhcpframe", sys.argv[1]).load_module()

class Port:
    def __init__(self, dev):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((dev, 0))
        self.mac = self.socket.getsockname()[4].hex(":")

    def send(self, frame):
        while True:
            try:
                return self.socket.send(frame)
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                time.sleep(0.0001)

    def frame(self, kind, **named):
        return lib.frame(kind, **{"src": self.mac, **named})

ports = [Port(f"f{i}") for i in range(1, 13)]
quiet, server, other = Port("quiet"), Port("server"), Port("other")

if sys.argv[2] == "ports":
    flood = [(port, port.frame("discover", xid="f100d000")) for port in ports]
    for i in range(250):
        for port, frame in flood:
            port.send(frame)
        if i >= 200 and i % 5 == 0:
            quiet.send(quiet.frame("discover", xid="0001c1e0"))
elif sys.argv[2] == "slot":
    frame = ports[0].frame("discover", xid="f100d000")
    for i in range(400):
        ports[0].send(frame)
    frame = other.frame("discover", xid="0001c1e1")
    for i in range(5):
        other.send(frame)
else:
    forged = server.frame("ack", chaddr="02:00:00:00:99:99", xid="f100d000", yiaddr="10.0.0.66")
    for i in range(5):
        xid = f"0001c2e{i}"
        quiet.send(quiet.frame("request", xid=xid))
        for j in range(1500):
            server.send(forged)
        server.send(server.frame("ack", chaddr=quiet.mac, xid=xid, yiaddr="10.0.0.9"))
END
flooded() {	# HOW: stores what was reported in $dir/handed
	must in_host red /usr/bin/python3 "$dir/flood" "$ROOT/tests/lib/dhcpframe" "$1"
	dhcp green discover xid=e0e0e0e0
	poll 60 grep -q e0e0e0e0 "$dir/heard" || diag "$(tail -n 5 "$dir/heard")"
	grep -v 'listens\|e0e0e0e0' "$dir/heard" >"$dir/handed"
	: >"$dir/heard"
}
handed() { grep -cE "$1" "$dir/handed"; }	# REGEX
lost() { ctl node stats prometheus | sed -n "s/^arp_policy_dhcp_lost_total{reason=\"\(.*\)\"} /\1 /p"; }

must ctl node stats reset
flooded ports
is "$(handed '^p13 .* 0001c1e0$')" 10 "a flood on twelve ports does not drop messages of another port"
is "$(lost | grep -v '^port' | awk '{ print $1, 3010 - $2 }')" "untrusted $(handed .)" \
	"dropped messages are counted"
must ctl node stats reset
is "$(lost)" "" "stats reset resets these counters"
flooded slot
is "$(handed '^p15 .* 0001c1e1$')" 5 "a flood on a port whose index is 64 less does not drop them either"
is "$(lost | awk '{ print $1, 405 - $2 }')" "port $(handed .)" "messages dropped by the limit of their own port are counted separately"
must ctl node stats reset
flooded acks
is "$(handed '^p14 .* trusted .* 0001c2e[0-4]$') $(lost | awk '{ print $1, 7510 - $2 }')" \
	"5 trusted $(handed .)" "a flood of server messages does not drop those that clients wait for"
stop "$started"
no_kernel_faults
