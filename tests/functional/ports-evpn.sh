#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports of an EVPN leaf: FRR puts the hosts of the other leaf into the neighbour
# table, and "suppress neigh" answers for them as long as they are there.
# lab: all
# lab: timeout 400
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
frr=/usr/lib/frr
[ -x $frr/bgpd ] || plan skip "no FRR"
plan 25
scratch
chmod 755 "$dir"

# Two leafs with VLAN 10 and VNI 10; a host behind each. The gateways' addresses let the
# leafs learn their own hosts.
host leaf1 leaf2 west east
link leaf1:up0 leaf2:up0
declare -A lladdr=()
leaf() {	# N HOST
	local name=leaf$1
	addr "$name" up0 "192.0.2.$1/24"
	set_sysctl "$name" net.ipv4.ip_forward=1
	must ip -n "$name" link add name br0 up type bridge stp_state 0 forward_delay 0 \
		mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
	must bridge -n "$name" vlan add dev br0 vid 10 self
	must ip -n "$name" link add link br0 name br0.10 up type vlan id 10
	addr "$name" br0.10 "10.0.0.25$1/24"
	must ip -n "$name" link add name vx10 up master br0 type vxlan id 10 dstport 4789 \
		local "192.0.2.$1" nolearning
	must ip -n "$name" link set vx10 type bridge_slave learning off
	must bridge -n "$name" vlan add dev vx10 vid 10 pvid untagged
	link "$name:to-$2" "$2:eth0"
	must ip -n "$name" link set "to-$2" master br0
	must bridge -n "$name" vlan add dev "to-$2" vid 10 pvid untagged
	addr "$2" eth0 "10.0.0.$1/24"
	lladdr[$2]=$(mac "$2" eth0)
	must poll 5 forwarding "$name"
}
leaf 1 west
leaf 2 east

daemon() {	# LEAF PROGRAM OPTION…
	nsenter --net="/run/netns/$1" -- $frr/"$2" -i "$dir/$1/$2.pid" \
		-z "$dir/$1/zserv" --vty_socket "$dir/$1" -A 127.0.0.1 -P 0 "${@:3}" \
		>>"$dir/$1/log" 2>&1 &
	daemons+=($!)
}
daemons=()
frr() {	# N
	local name=leaf$1
	# FRR gives up its rights, and must write here.
	mkdir "$dir/$name"
	chown frr:frr "$dir/$name"
	: >"$dir/$name/zebra.conf"
	cat >"$dir/$name/bgpd.conf" <<-END_OF_FILE
		router bgp 65000
		 bgp router-id 192.0.2.$1
		 no bgp default ipv4-unicast
		 neighbor 192.0.2.$((3 - $1)) remote-as 65000
		 neighbor 192.0.2.$((3 - $1)) timers connect 1
		 address-family l2vpn evpn
		  neighbor 192.0.2.$((3 - $1)) activate
		  advertise-all-vni
		 exit-address-family
	END_OF_FILE
	daemon "$name" zebra -f "$dir/$name/zebra.conf"
	must poll 60 test -S "$dir/$name/zserv"
	daemon "$name" bgpd -f "$dir/$name/bgpd.conf"
}

entry() { ip -n leaf1 neigh show 10.0.0.2 dev br0.10; }
has_entry() { entry | grep -q .; }
lacks_entry() { ! has_entry; }
# The MAC that answers west's request for east, and how many requests enter the tunnel.
asked() {	# [TIMEOUT]
	local tunnelled
	# shellcheck disable=SC2016
	tunnelled=$(hears leaf1 vx10 count 99 timeout 300 -- sh -c 'exec "$@" >"$0"' "$dir/answers" \
		nsenter --net=/run/netns/west -- "$ARPQ" ask eth0 10.0.0.2 first timeout "${1-20000}")
	echo "$(awk '{ print $3 }' "$dir/answers" | sort -u | grep . || echo silence)" \
		"$(grep -c "out request .* target 10\.0\.0\.2 " <<<"$tunnelled")"
}
# East sends, so that its leaf learns and advertises it.
east_sends() { in_host east ping -n -q -c 1 -W 5 10.0.0.252 >/dev/null; }
arrives() { east_sends; has_entry; }
policy() { must ctl leaf1 "$@"; }

frr 1
frr 2
run_ok "FRR advertises east: its neighbour entry is on the other leaf" poll 60 arrives ||
	diag "$(tail -n 20 "$dir"/leaf*/log)"
like "$(entry)" "lladdr ${lladdr[east]} extern_learn  *NOARP  *proto zebra" "FRR makes it noarp"
is "$(asked)" "${lladdr[east]} 1" "stock: a request for east still enters the tunnel"

must load_module
policy dev set 'to-*' suppress neigh
is "$(asked)" "${lladdr[east]} 0" "suppress neigh: it is answered on the port"
is "$(ctl leaf1 -j stats show to-west | jq -c '.[].reasons.suppressed')" 1 "suppress neigh: it is counted"
must ip -n west neigh flush dev eth0
run_ok "west reaches east" in_host west ping -n -q -c 1 -W 5 10.0.0.2
is "$(ip -n west neigh show 10.0.0.2 | sed -n 's/.* lladdr \([^ ]*\).*/\1/p')" "${lladdr[east]}" \
	"west has east's MAC"
is "$(in_host west arping -q -D -c 1 -w 2 -I eth0 10.0.0.2; echo $?)" 1 \
	"a probe finds that the address is taken"

# A forged announcement by west: its own leaf keeps the entry, but east's leaf accepts it and
# withdraws east.

forges() { must arpq west send eth0 "ffffffffffff${lladdr[west]//:/}08060001080006040001${lladdr[west]//:/}0a000002ffffffffffff0a000002"; }
forges
run_ok "stock: west claims east's address, and FRR withdraws it" poll 10 lacks_entry
run_ok "FRR advertises east again once it sends" poll 30 arrives
policy dev set to-west trust off inspect strict
policy bind add 10.0.0.1 lladdr "${lladdr[west]}" dev to-west
forges
poll 3 lacks_entry && diag "$(entry)"
like "$(entry)" "lladdr ${lladdr[east]} extern_learn" "inspected, the claim has no effect"
is "$(ctl leaf1 -j stats show to-west | jq -c '.[].reasons.unbound')" 1 "inspected, the claim is counted as unbound"
is "$(asked)" "${lladdr[east]} 0" "inspected, east is still answered for"

# Another MAC: FRR updates the entry, and the answer follows

must ip -n east link set eth0 address 02:00:00:00:0e:02
lladdr[east]=02:00:00:00:0e:02
announced() { east_sends; entry | grep -q "lladdr 02:00:00:00:0e:02"; }
run_ok "east gets another MAC: FRR changes the entry" poll 30 announced
is "$(asked)" "02:00:00:00:0e:02 0" "east gets another MAC: it is in the answer"

# Withdrawn

must ip -n leaf2 link set to-east down
run_ok "east's link goes down: FRR withdraws it" poll 30 lacks_entry
is "$(asked 1000)" "silence 1" "a request for it is flooded again"
must ip -n leaf2 link set to-east up
must poll 5 forwarding leaf2
run_ok "east's link is up: FRR advertises it" poll 30 arrives
is "$(asked)" "02:00:00:00:0e:02 0" "east's link is up: it is answered for"

# Neighbours and bindings

policy dev set to-west suppress bind
is "$(asked)" "02:00:00:00:0e:02 1" "suppress bind alone does not answer for neighbours"
policy dev set to-west suppress bind,neigh
policy bind add 10.0.0.2 lladdr 02:00:00:00:0e:99 dev br0.10
is "$(asked)" "02:00:00:00:0e:99 0" "bind,neigh: a binding takes precedence over a neighbour"
policy bind del 10.0.0.2 dev br0.10
is "$(asked)" "02:00:00:00:0e:02 0" "bind,neigh: without a binding, the neighbour"
policy flush
is "$(asked)" "02:00:00:00:0e:02 1" "flush: a request enters the tunnel"
stop "${daemons[@]}"
run_ok "without FRR there is no entry" poll 20 lacks_entry
no_kernel_faults
