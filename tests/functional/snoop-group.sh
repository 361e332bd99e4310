#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# DHCP on bridge ports is reported to the netlink group "dhcp": which frames, from which
# ports, and limits. The hook exists only while a socket snoops.
# lab: timeout 600
# lab: takes 15
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=dhcpframe.inc
. "$(dirname "$0")/dhcpframe.inc"

bridge_host
scratch
must ip -n node link set to-red mtu 2000
must ip -n red link set eth0 mtu 2000
must load_module
frame_senders red blue green

snoop() {	# HOST FILE, which may be emptied meanwhile
	start "$1" /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" snooper >>"$2"
	snooper=$started
	must poll 20 grep -q listens "$2"
}

# What was reported since the last call; a frame from green marks its end.
heard() {
	dhcp green discover xid=e0e0e0e0
	poll 10 grep -q e0e0e0e0 "$dir/heard" || diag "$(<"$dir/heard")"
	grep -v 'listens\|e0e0e0e0' "$dir/heard" | paste -sd ,
	: >"$dir/heard"
}

# Without a listener

is "$(ctl node -j stats show | jq length)" 0 "there is no policy at the start"
dhcp red discover
snoop node "$dir/heard"
is "$(heard)" "" "what was sent before is not reported"

# Which frames

head="to-red bridge br0 segment br0"
dhcp red discover
is "$(heard)" "$head $RED 0.0.0.0 244 01020304" "a client's message"
dhcp red request xid=0a0b0c0d lease=60 saddr=10.0.0.2 daddr=10.0.0.4 dst="$GREEN"
is "$(heard)" "$head $RED 10.0.0.2 250 0a0b0c0d" "a client's unicast message"
dhcp red ack yiaddr=10.0.0.9 server=10.0.0.2
is "$(heard)" "$head client $RED 10.0.0.2 250 01020304" "a server's message from a port without trust"
policy dev set to-red trust on
dhcp red ack yiaddr=10.0.0.9 server=10.0.0.2
is "$(heard)" "$head trusted client $RED 10.0.0.2 250 01020304" "a server's message from a port with trust on is marked"
dhcp red discover
is "$(heard)" "" "a client's message on a trusted port is not reported"
policy dev set to-red trust off
dhcp red offer
is "$(heard)" "$head client $RED 0.0.0.0 244 01020304" "a server's message after trust off is not marked"

for form in tag=81000000 tag=88a80000 ipopt=94040000 pad=1472; do
	length=244
	[ "$form" != pad=1472 ] || length=1472
	dhcp red discover $form
	is "$(heard)" "$head $RED 0.0.0.0 $length 01020304" "$form"
done
dhcp red discover tag=8100000a
is "$(heard)" "to-red bridge br0 vlan 10 $RED 0.0.0.0 244 01020304" "a VLAN without a device: no segment"
must ip -n node link add link br0 name br0.10 up type vlan id 10
dhcp red discover tag=8100000a
is "$(heard)" "to-red bridge br0 segment br0.10 vlan 10 $RED 0.0.0.0 244 01020304" "a VLAN with a device: that is the segment"

# Malformed, fragmented, something else
for form in frag=8192 frag=1 frag=8193 cut=239 pad=1473 iplen=271 iplen=400 vihl=68 vihl=101 udplen=7 udplen=253 \
	proto=6 dport=69 tag=8100000081000000; do
	dhcp red discover "$form"
done
is "$(heard)" "" "fragments, malformed messages and other protocols are not reported"

# VLAN filtering

must ip -n node link set br0 type bridge vlan_filtering 1
dhcp red discover
is "$(heard)" "to-red bridge br0 segment br0 vlan 1 $RED 0.0.0.0 244 01020304" "VLAN filtering: the PVID"
dhcp red discover tag=8100000a
dhcp red discover tag=88a80000
is "$(heard)" "" "VLAN filtering: nothing of a VLAN that is not the port's"
must ip -n node link set br0 type bridge vlan_filtering 0

# What the bridge discards

if ip -n node link set to-red type bridge_slave locked on 2>/dev/null; then
	dhcp red discover
	is "$(heard)" "$head locked $RED 0.0.0.0 244 01020304" "a locked port: the FDB decides"
	must ip -n node link set to-red type bridge_slave locked off
else
	skip "a locked port: the FDB decides" "no locked ports"
fi
policy dev set to-red trust off
must bridge -n node link set dev to-red state learning
learning_heard() { dhcp red discover; [ ! "$(heard)" ]; }
run_ok "a port that is learning: nothing is reported" poll 5 learning_heard
must bridge -n node link set dev to-red state forwarding
must poll 5 forwarding node
must ip -n node link set br0 type bridge vlan_filtering 1
policy dev set to-red trust on
dhcp red ack tag=8100000a
if grep -qw br_vlan_get_info_rcu /proc/kallsyms; then
	is "$(heard)" "" "nothing from a trusted port in a VLAN that is not the port's"
else
	heard >/dev/null
	skip "nothing from a trusted port in a VLAN that is not the port's" "not known on this kernel"
fi
policy dev set to-red trust off
must ip -n node link set br0 type bridge vlan_filtering 0

# Limits

for _ in {1..8}; do
	dhcp red discover xid=f100d000
done
is "$(heard | tr , '\n' | grep -c f100d000)" 8 "eight at once are reported"
dhcp red discover times=1000
dhcp blue discover xid=b1b1b1b1
poll 10 grep -q b1b1b1b1 "$dir/heard"
got=$(grep -c 01020304 "$dir/heard")
run_ok "a flood is limited per port: $got of 1000" test "$got" -ge 250 -a "$got" -lt 990
like "$(tail -n 1 "$dir/heard")" '^to-blue .* b1b1b1b1$' "another port's message gets through"
run_ok "messages say how many were lost before" grep -q ' lost [1-9]' "$dir/heard"
: >"$dir/heard"

# The end

stop "$snooper"
is "$(ctl node -j dev show | jq -c '[.[].selector]')" '["to-red"]' "when the snooper ends, the policy stays"
policy dev set to-red inspect strict
is "$(port_reasons sip=10.0.0.9)" unbound "ARP is inspected without a snooper"
snoop node "$dir/heard"
is "$(port_reasons sip=10.0.0.9)" unbound "ARP is inspected with a snooper"
policy flush
dhcp red discover
is "$(heard)" "$head $RED 0.0.0.0 244 01020304" "the policy is flushed: the snooper still receives"
must ip -n node link del br0
add_bridge node br0 to-red to-green
must ip -n node link set br0 address $BR0
must poll 5 forwarding node
dhcp red discover
is "$(heard)" "$head $RED 0.0.0.0 244 01020304" "the snooper receives from a new bridge"
run_ok "the module can be unloaded while a socket snoops" rmmod arp_policy
stop "$snooper"
must load_module
no_kernel_faults
plan "$count"
