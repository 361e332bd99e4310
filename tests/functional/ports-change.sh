#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: what was judged is what other hosts receive. A virtual machine can leave a
# checksum to be filled in later, anywhere in a frame. A frame can be in pages of a process.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
modprobe -q tun || plan skip "needs tap devices"
plan 10

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
sent() { wc -l <"$dir/tap"; }
sent_after() { [ "$(sent)" -gt "$1" ]; }
by_tap() {	# AT VALUE [NAME=VALUE…]
	local before
	before=$(sent)
	must ip -n blue neigh replace "${address[green]}" lladdr "$GREEN" dev eth0 nud stale
	ctl node stats reset 2>/dev/null
	echo "$(frame red "${@:3}") $1 $2" >&8
	must poll 30 sent_after "$before"
	fence green
	if [ "$(tail -n 1 "$dir/tap")" = sent ]; then believes; else echo refused; fi
}

must ip -n node tuntap add dev to-tap mode tap vnet_hdr
must ip -n node link set to-tap up master br0
mkfifo "$dir/frames"
exec 8<>"$dir/frames"
start node /usr/bin/python3 "$ROOT/tests/functional/ports-tap.py" to-tap "$dir/frames" >"$dir/tap"
machine=$started
must poll 30 forwarding node
is "$(by_tap $TAGGED_TYPE 0806 form=vid0x2 ip=88b5)" poisoned \
	"stock: a checksum turns anything into ARP"

must load_module
policy dev set 'to-*' trust off inspect strict
policy bind add 10.0.0.2 lladdr "$RED" dev to-red
policy bind add 10.0.0.2 lladdr "$RED" dev to-tap
is "$(by_tap $SIP $GREEN_SIP sip=10.0.0.2) $(counted_on to-tap)" "unharmed malformed 1" \
	"no poison by a checksum in place of the sender's address"
is "$(by_tap $TAGGED_TYPE 0806 form=vid0x2 ip=88b5) $(counted_on to-tap)" \
	"unharmed malformed 1" "no poison by a checksum that becomes the type behind two tags"
for ip in 88b5 0800 86dd; do
	result=$(by_tap $TYPE 0806 ip=$ip)
	what="no poison by a checksum that becomes the type of a frame of type $ip"
	# Linux 7.3 takes no checksum in the Ethernet header.
	if [ "$result" = refused ]; then skip "$what" "this kernel refuses it"
	else is "$result $(counted_on to-tap)" "unharmed malformed 1" "$what"; fi
done

# Datagrams with a checksum that the sender left out

received() { grep -qs datagram "$dir/datagram"; }
datagrams() {
	start blue timeout 60 /usr/bin/python3 -c "import socket
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
must ip -n node link del to-tap

# A frame out of a tunnel, in a page that its sender changes while it waits for blue's port

modprobe -q -a vxlan sch_netem || bail "no vxlan or netem"
link node:under red:under
addr node under 10.9.0.1/24
addr red under 10.9.0.2/24
must ip -n node link add name vx0 up master br0 type vxlan id 7 local 10.9.0.1 dstport 4789
# What is sent to blue waits until it is released; in a kernel without plug, two seconds.
plug=''
if modprobe -q sch_plug; then
	plug=yes
	must tc -n node qdisc add dev to-blue root plug
else
	must tc -n node qdisc add dev to-blue root netem delay 2s
fi
to_blue() {	# block|release_indefinite
	[ ! "$plug" ] || must tc -n node qdisc change dev to-blue root plug "$1"
}
must poll 30 forwarding node

queued() { [ "$(tc -s -j -n node qdisc show dev to-blue | jq '.[0].qlen')" -gt 0 ]; }

# Sends a frame that becomes ARP behind two tags while it waits. Prints what blue believes then.
becomes_arp() {
	local sender
	to_blue block
	must ip -n blue neigh replace "${address[green]}" lladdr "$GREEN" dev eth0 nud stale
	start red /usr/bin/python3 "$ROOT/tests/functional/ports-pages.py" 10.9.0.1 7 \
		"$(frame red form=vid0x2 ip=88b5)" $TAGGED_TYPE 0806 <&9 >"$dir/pages"
	sender=$started
	must poll 30 queued
	echo >&9
	must wait "$sender"
	to_blue release_indefinite
	fence blue
	believes
}
mkfifo "$dir/change"
exec 9<>"$dir/change"
stock=$(becomes_arp)
policy dev set vx0 trust off inspect strict
if [ "$stock" = poisoned ]; then
	is "$(becomes_arp)" unharmed "a tunnelled frame cannot be changed after it was judged"
else
	# Linux 6.1 does; newer ones do not.
	skip "a tunnelled frame cannot be changed" "this kernel copies what sendfile() sends"
fi
no_kernel_faults
