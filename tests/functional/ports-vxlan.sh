#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: two bridges with a VXLAN tunnel between them, and two VLANs with the same
# addresses in both. Requests for bound addresses are answered on the port, by the bindings
# of its own VLAN, and do not cross the tunnel.
# lab: takes 40
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
if [ "${ARP_POLICY_ALL-}" ]; then plan 25; else plan 13; fi
scratch

# Each leaf has a host in VLAN 10 and one in VLAN 20: west10 is 10.0.0.2 in VLAN 10.
host leaf1 leaf2 west10 west20 east10 east20
link leaf1:up0 leaf2:up0
addr leaf1 up0 192.0.2.1/24
addr leaf2 up0 192.0.2.2/24
must ip -n leaf1 neigh replace 192.0.2.2 lladdr "$(mac leaf2 up0)" nud permanent dev up0
must ip -n leaf2 neigh replace 192.0.2.1 lladdr "$(mac leaf1 up0)" nud permanent dev up0
leaf() {	# NAME HOST…
	local vlan
	must ip -n "$1" link add name br0 up type bridge stp_state 0 forward_delay 0 \
		mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
	for vlan in 10 20; do
		must bridge -n "$1" vlan add dev br0 vid $vlan self
		must ip -n "$1" link add link br0 name br0.$vlan up type vlan id $vlan
		link "$1:to-$2$vlan" "$2$vlan:eth0"
		must ip -n "$1" link set "to-$2$vlan" master br0
		must bridge -n "$1" vlan add dev "to-$2$vlan" vid $vlan pvid untagged
		addr "$2$vlan" eth0 "$3/24"
		set_sysctl "$2$vlan" net.ipv4.neigh.eth0.locktime=0
	done
}
leaf leaf1 west 10.0.0.2
leaf leaf2 east 10.0.0.3
declare -A lladdr=()
for name in west10 west20 east10 east20; do lladdr[$name]=$(mac $name eth0); done

# A device for each VNI.
two_tunnels() {
	local name vlan n
	for name in leaf1 leaf2; do
		n=${name#leaf}
		for vlan in 10 20; do
			must ip -n $name link add name vx$vlan up master br0 type vxlan id $vlan \
				dstport 4789 local "192.0.2.$n" remote "192.0.2.$((3 - n))"
			must bridge -n $name vlan add dev vx$vlan vid $vlan pvid untagged
		done
	done
}

# One device for both: the bridge translates between VLAN and VNI.
one_tunnel() {
	local name vlan n
	for name in leaf1 leaf2; do
		n=${name#leaf}
		must ip -n $name link del vx10
		must ip -n $name link del vx20
		must ip -n $name link add name vx0 up master br0 type vxlan external dstport 4789 \
			local "192.0.2.$n"
		must ip -n $name link set vx0 type bridge_slave vlan_tunnel on
		for vlan in 10 20; do
			must bridge -n $name vlan add dev vx0 vid $vlan
			must bridge -n $name vlan add dev vx0 vid $vlan tunnel_info id $vlan
			must bridge -n $name fdb append 00:00:00:00:00:00 dev vx0 \
				dst "192.0.2.$((3 - n))" src_vni $vlan
		done
	done
}

# What leaf1 sends to leaf2. A ping between them marks the end of a check.
start leaf1 tcpdump -l -nn -i up0 'src 192.0.2.1 and (udp port 4789 or icmp)' \
	>"$dir/wire" 2>"$dir/tcpdump"
capture=$started
must poll 20 grep -q '^listening' "$dir/tcpdump"
# Each ping has its own size. mark is called in subshells, so the size is in a file.
echo 100 >"$dir/mark"
mark() {
	local size=$(($(<"$dir/mark") + 1))
	echo $size >"$dir/mark"
	in_host leaf1 ping -n -q -c 1 -W 5 -s $size 192.0.2.2 >/dev/null
	must poll 10 grep -q "192.0.2.2: ICMP echo .* length $((size + 8))\$" "$dir/wire"
}
crossed() {	# the requests since the mark before: VNI and target
	local size
	must mark
	size=$(<"$dir/mark")
	awk -v from="length $((size + 7))" '
		/192[.]0[.]2[.]1 > 192[.]0[.]2[.]2: ICMP echo/ { on = index($0, from) }
		match($0, /vni [0-9]+/) { vni = substr($0, RSTART + 4, RLENGTH - 4) }
		on && match($0, /Request who-has [0-9.]+/) {
			print vni ":" substr($0, RSTART + 16, RLENGTH - 16) }' "$dir/wire" |
		sort | uniq -c | awk '{ print $2 "*" $1 }' | paste -sd ' '
}

# The MAC that answers HOST, and the requests that cross the tunnel meanwhile.
asked() {	# HOST TARGET [ARPQ OPTION…]
	local answers
	answers=$(arpq "$1" ask eth0 "$2" first timeout 5000 "${@:3}" | awk '{ print $3 }')
	echo "${answers:-silence} $(crossed)"
}
reaches() {	# HOST ADDRESS
	must ip -n "$1" neigh flush dev eth0
	in_host "$1" ping -n -q -c 1 -W 5 "$2" >/dev/null && neigh_mac "$1" "$2"
}
policy() { must ctl leaf1 "$@"; }
counted() {	# PORT
	ctl leaf1 -j stats show "$1" | jq -r '.[].reasons | del(.pass) | to_entries |
		map("\(.key) \(.value)") | join(", ")'
	policy stats reset
}

scenario() {	# FORM
	is "$(asked west10 10.0.0.3)" "${lladdr[east10]} 10:10.0.0.3*1" "$1, stock: a request crosses the tunnel"
	is "$(asked west20 10.0.0.3)" "${lladdr[east20]} 20:10.0.0.3*1" "$1, stock: a request in the other VLAN crosses it, too"

	must load_module
	policy dev set 'to-*' suppress bind
	policy bind add 10.0.0.3 lladdr "${lladdr[east10]}" dev br0.10
	policy bind add 10.0.0.3 lladdr "${lladdr[east20]}" dev br0.20
	policy bind add 10.0.0.9 lladdr 02:00:00:00:20:09 dev br0.20
	is "$(asked west10 10.0.0.3)" "${lladdr[east10]} " "$1: a request for a bound address does not cross it"
	is "$(asked west20 10.0.0.3)" "${lladdr[east20]} " "$1: each VLAN has its own binding"
	is "$(reaches west10 10.0.0.3) $(reaches west20 10.0.0.3) $(crossed)" \
		"${lladdr[east10]} ${lladdr[east20]} " "$1: each VLAN reaches its own host without a request in the tunnel"
	is "$(counted to-west10)/$(counted to-west20)" "suppressed 2/" "$1: counted on the port"
	addr east10 eth0 10.0.0.4/24
	addr east10 eth0 10.0.0.9/24
	is "$(asked west10 10.0.0.4)" "${lladdr[east10]} 10:10.0.0.4*1" "$1: a request for an unbound address crosses it"
	is "$(asked west10 10.0.0.9)" "${lladdr[east10]} 10:10.0.0.9*1" "$1: so does one for an address that is bound in another VLAN"
	is "$(asked west20 10.0.0.9)" "02:00:00:00:20:09 " "$1: that address is answered in its own VLAN"
	is "$(asked west10 10.0.0.3 dst "${lladdr[east10]}")" "${lladdr[east10]} 10:10.0.0.3*1" \
		"$1: a unicast poll reaches the owner"
	must ip -n east10 addr del 10.0.0.4/24 dev eth0
	must ip -n east10 addr del 10.0.0.9/24 dev eth0

	# The tunnel's end as an untrusted port: hosts of the other leaf are inspected by VLAN.
	policy dev set 'vx*' trust off inspect enforce
	policy bind add 10.0.0.7 lladdr 02:00:00:00:10:07 dev br0.10
	must ip -n west10 neigh replace 10.0.0.7 lladdr 02:00:00:00:10:07 nud stale dev eth0
	must ip -n west20 neigh replace 10.0.0.7 lladdr 02:00:00:00:10:07 nud stale dev eth0
	for vlan in 10 20; do
		arpq east$vlan ask eth0 10.0.0.2 sender 10.0.0.7 first timeout 300 >/dev/null
	done
	is "$(neigh_mac west10 10.0.0.7) $(neigh_mac west20 10.0.0.7)" "02:00:00:00:10:07 ${lladdr[east20]}" \
		"$1: a forged sender is refused by the bindings of its VLAN"
	policy flush
	is "$(asked west10 10.0.0.3)" "${lladdr[east10]} 10:10.0.0.3*1" "$1, flush: a request crosses the tunnel"
	must unload_module
}

two_tunnels
must poll 5 forwarding leaf1
must poll 5 forwarding leaf2
mark
scenario "two tunnels"
if [ "${ARP_POLICY_ALL-}" ]; then
	one_tunnel
	must poll 5 forwarding leaf1
	must poll 5 forwarding leaf2
	mark
	scenario "one tunnel"
fi
stop "$capture"
no_kernel_faults
