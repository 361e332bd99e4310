#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: what was judged is what other hosts receive. A virtual machine can leave a
# checksum to be filled in later, anywhere in a frame.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
modprobe -q tun || plan skip "needs tap devices"
plan 9

bridge_host
scratch
# Without this, checksums are left out up to blue, which ignores them.
must ip netns exec node ethtool -K to-blue tx off >/dev/null

# Where things are in a frame.
TYPE=12 SIP=30 TAGGED_TYPE=20
GREEN_SIP=0004

# Blue believes that green is at its own MAC, until red has sent.
believes() {
	case $(neigh_mac blue "${address[green]}") in
	"$GREEN") echo unharmed ;;
	"$RED") echo poisoned ;;
	*) echo unknown ;;
	esac
}

# A virtual machine on a tap sends in red's name, so that green's MAC is not known there.
sent() { grep -c sent "$dir/tap"; }
sent_after() { [ "$(sent)" -gt "$1" ]; }
by_tap() {	# AT VALUE [NAME=VALUE…]
	local before
	before=$(sent)
	must ip -n blue neigh replace "${address[green]}" lladdr "$GREEN" dev eth0 nud stale
	ctl node stats reset 2>/dev/null
	echo "$(frame red "${@:3}") $1 $2" >&8
	must poll 30 sent_after "$before"
	fence green
	believes
}

must ip -n node tuntap add dev to-tap mode tap vnet_hdr
must ip -n node link set to-tap up master br0
mkfifo "$dir/frames"
exec 8<>"$dir/frames"
start node /usr/bin/python3 "$ROOT/tests/functional/ports-tap.py" to-tap "$dir/frames" >"$dir/tap"
machine=$started
must poll 30 forwarding node
is "$(by_tap $TYPE 0806 ip=88b5)" poisoned "stock: a checksum turns anything into ARP"

must load_module
policy dev set 'to-*' trust off inspect strict
policy bind add 10.0.0.2 lladdr "$RED" dev to-red
policy bind add 10.0.0.2 lladdr "$RED" dev to-tap
is "$(by_tap $SIP $GREEN_SIP sip=10.0.0.2) $(counted_on to-tap)" "unharmed malformed 1" \
	"no poison by a checksum in place of the sender's address"
for ip in 88b5 0800 86dd; do
	is "$(by_tap $TYPE 0806 ip=$ip) $(counted_on to-tap)" "unharmed malformed 1" \
		"nor by one that becomes the type of a frame of type $ip"
done
is "$(by_tap $TAGGED_TYPE 0806 form=vid0x2 ip=88b5) $(counted_on to-tap)" \
	"unharmed malformed 1" "nor the type behind two tags"

# Datagrams with a checksum that the sender left out

received() { grep -qs datagram "$dir/datagram"; }
datagrams() {
	start blue timeout 20 /usr/bin/python3 -c "import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 7777))
print('bound', flush=True)
print(s.recv(99).decode(), flush=True)" >"$dir/datagram"
	poll 30 grep -q bound "$dir/datagram" &&
		in_host red /usr/bin/python3 -c "import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'datagram', ('10.0.0.3', 7777))" &&
		poll 10 received
}
policy bind add 10.0.0.3 lladdr "$BLUE" dev to-blue
run_ok "datagrams pass, whose checksum the bridge fills in" datagrams
is "$(counted)" "" "and nothing is dropped"
stop "$machine"
no_kernel_faults
