#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# LVS by rules: two servers hide the virtual address that both have, and take it over.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 34

VIP=192.168.1.100
CLIENT=192.168.1.2

host client rs1 rs2
segment lan client:eth0 rs1:eth0 rs2:eth0
link rs1:mgmt0 client:mgmt0
addr client eth0 $CLIENT/24
addr rs1 eth0 192.168.1.11/24
addr rs2 eth0 192.168.1.12/24
addr rs1 lo $VIP/32
addr rs2 lo $VIP/32
RS1=$(mac rs1 eth0) RS2=$(mac rs2 eth0)
# A neighbour entry of the client stays until ARP changes it.
set_sysctl client net.ipv4.neigh.eth0.base_reachable_time_ms=3600000 \
	net.ipv4.neigh.eth0.delay_first_probe_time=3600

vip() { asks client eth0 $VIP; }
known_mac() { neigh_mac client $VIP eth0; }
knows_rs1() { [ "$(known_mac)" = "$RS1" ]; }
# What HOST's eth0 sends while it talks to the client from the virtual address.
talks() {	# HOST
	must ip -n "$1" neigh flush dev eth0
	hears "$1" eth0 timeout 200 -- ping -q -c 1 -W 1 -I $VIP $CLIENT | grep '^out request'
}
# The announcements that arrive at the client while CMD runs.
announced() {	# CMD…
	hears client eth0 timeout 300 -- "$@" | grep "^in request sender $VIP "
}
announcing() {	# ARGUMENTS…
	announced "$WITHIN" rs1 "$ARPCTL" announce "$@"
}

# The problem

is "$(vip)" "$RS1 $RS2" "stock: both servers answer for the virtual address"
like "$(talks rs1)" "sender $VIP $RS1 target $CLIENT " "stock: a server uses it as sender"

# The fix

must load_module
for server in rs1 rs2; do
	run_ok "$server hides it" ctl $server rule add hide $VIP dev 'eth*'
done
is "$(vip)" silence "no server answers for the virtual address"
is "$(asks client eth0 192.168.1.11) $(asks client eth0 192.168.1.12)" "$RS1 $RS2" \
	"the servers answer for their own addresses"
is "$(asks client mgmt0 $VIP)" "$(mac rs1 mgmt0)" "the virtual address is answered for on other devices"
sent=$(talks rs1)
like "$sent" "sender 192\.168\.1\.11 $RS1 target $CLIENT " "a server requests with its own address"
unlike "$sent" "sender $VIP " "a server never requests with the hidden address"
like "$(ctl rs1 -j stats show eth0)" '"hidden": *[1-9].*"announce-rewritten": *[1-9]' \
	"hidden requests and rewritten ones are counted"
must ip -n rs1 addr del 192.168.1.11/24 dev eth0
must ip -n rs1 route add 192.168.1.0/24 dev eth0
is "$(talks rs1)" '' "without another address it sends no request"
like "$(ctl rs1 -j stats show eth0)" '"announce-suppressed": *[1-9]' "the suppressed request is counted"
must ip -n rs1 route del 192.168.1.0/24 dev eth0
addr rs1 eth0 192.168.1.11/24

# Refused announcements

fails_with 1 'address is hidden on this device: .*use force' "a hidden address is not announced" \
	ctl rs1 announce $VIP dev eth0
fails_with 1 'address is not ours: .*use force' "an address of another host is not announced" \
	ctl rs1 announce 192.168.1.99 dev eth0
for address in 0.0.0.0 127.0.0.1 224.0.0.1 255.255.255.255; do
	fails_with 1 'address cannot be announced' "$address is not announced, even with force" \
		ctl rs1 announce $address dev eth0 force
done
fails_with 1 nosuch0 "a device that does not exist is refused" ctl rs1 announce $VIP dev nosuch0
is "$(announcing 192.168.1.99 dev eth0 2>/dev/null; announcing $VIP dev eth0 2>/dev/null)" '' "refused announcements send nothing"
like "$(announcing $VIP dev eth0 force)" "sender $VIP $RS1 target $VIP .*> ff:ff:ff:ff:ff:ff" \
	"with force the hidden address is announced"
is "$(vip)" silence "the announced address is still not answered for"
must ip -n rs1 link set mgmt0 down
fails_with 1 'device is down' "a device that is down announces nothing" \
	ctl rs1 announce $VIP dev mgmt0 force

# Failing over

must ip -n client neigh flush dev eth0
must ctl rs2 rule del hide $VIP dev 'eth*'
run_ok "the client reaches the virtual address" in_host client ping -q -c 1 -W 5 $VIP
is "$(known_mac)" "$RS2" "the client has the MAC of the server that does not hide it"
must ip -n rs2 link set eth0 down
fails_with 1 '100% packet loss' "that server fails" in_host client ping -q -c 1 -W 1 $VIP
must ctl rs1 rule del hide $VIP dev 'eth*'
is "$(known_mac)" "$RS2" "the other server's rule is deleted: the client still has the old MAC"
must ctl rs1 announce $VIP dev eth0
run_ok "after its announcement the client has the new MAC within a second" poll 1 knows_rs1
run_ok "the client reaches the new server" in_host client ping -q -c 1 -W 5 $VIP

# Several announcements

begun=${EPOCHREALTIME/./}
is "$(announcing $VIP dev eth0 count 3 interval 150 | wc -l)" 3 "count 3 sends three announcements"
took=$((${EPOCHREALTIME/./} - begun))
run_ok "the announcements are interval apart" test $took -ge 300000

# Back to stock

must ip -n rs2 link set eth0 up
must poll 5 forwarding lan
must ctl rs2 rule add hide $VIP dev 'eth*'
is "$(vip)" "$RS1" "one server answers"
must ctl rs2 flush
is "$(vip)" "$RS1 $RS2" "after flush both servers answer"
must unload_module
like "$(talks rs2)" "sender $VIP $RS2 target $CLIENT " "without the module, all is stock"
