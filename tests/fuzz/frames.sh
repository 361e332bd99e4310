#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Valid, slightly broken and very broken ARP frames, against every kind of policy.
# lab: timeout 180 7200
# lab: takes 50
#
#   tests/fuzz/frames.sh [COUNT [SEED]]
#
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
number=${1:-120000}
[ ! "${ARP_POLICY_SOAK-}" ] || number=${1:-10000000}
seed=${2:-${ARP_POLICY_SEED:-$(od -An -N 4 -t u4 /dev/urandom | tr -d ' ')}}
plan 11

# Built into some kernels.
modprobe -q tun || :
must [ -e /dev/net/tun ]

# alice is the target; frames.c uses her addresses. bob is
# where packet sockets send from, carol is a well-behaved neighbour.
host alice bob carol
link alice:eth0 bob:eth0
link alice:eth1 carol:eth0
link alice:eth2 bob:eth1
must ip -n alice -batch - <<-END
	tuntap add dev tap0 mode tap
	tuntap add dev tap1 mode tap
	tuntap add dev tap2 mode tap
	link set tap0 up
	link set tap1 up
	link set tap2 up mtu 9000
	link add link eth0 name eth0.5 up type vlan id 5
	link add link tap0 name tap0.5 up type vlan id 5
	link add name br0 up type bridge
	tuntap add dev tap3 mode tap
	tuntap add dev tap4 mode tap
	link set tap2 master br0
	link set tap3 up master br0
	link add name br1 up type bridge vlan_filtering 1
	link set tap4 up master br1
	link add link br1 name br1.5 up type vlan id 5
	link add link eth0 name mac0 up type macvlan mode bridge
	link add name dummy0 up type dummy
	addr add 10.0.0.1/24 dev eth0
	addr add 10.0.0.2/24 dev eth0
	addr add 10.0.1.1/24 dev tap0
	addr add 10.0.2.1/24 dev tap1
	addr add 10.0.3.1/24 dev br0
	addr add 10.0.4.1/24 dev eth0.5
	addr add 10.0.5.1/24 dev tap0.5
	addr add 10.0.6.1/24 dev mac0
	addr add 10.0.7.1/24 dev dummy0
	addr add 10.9.9.9/32 dev lo
	addr add 10.77.0.1/24 dev eth1
	route add 10.0.8.0/24 dev eth2
END
addr carol eth0 10.77.0.2/24
set_sysctl alice net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.tap0.arp_accept=1
must load_module

# Every field on some device, every action, both kinds of table, audit and enforce.
set -f
while read -r command; do
	# shellcheck disable=SC2086
	must ctl alice $command
done <<-'END'
	dev set lo hidden on
	dev set dummy0 hidden on
	dev set eth0 ignore device announce strict filter off garp accept learn solicited
	dev set eth0 validate src-mac,dst-mac,ip inspect enforce defend on
	dev set tap0 ignore any announce best filter on proxy route,pvlan proxy-delay 5
	dev set tap0 inspect audit defend on learn any
	dev set tap1 ignore subnet announce subnet proxy off garp drop learn none
	dev set tap1 rate 1000000 burst 1000 source-rate 2
	dev set br0 ignore global filter on inspect strict validate ip
	dev set eth0.5 ignore never announce any mode audit validate src-mac inspect strict
	dev set tap0.5 ignore device defend on garp drop mode enforce
	dev set m* proxy route proxy-delay 0 announce strict
	dev set eth2 announce strict
	dev set default learn any
	dev set tap3 trust off inspect enforce validate src-mac,ip garp drop suppress bind defend on
	dev set tap4 suppress bind,neigh
	rule add proxy 10.9.128.0/18 dev tap3
	rule add hide 10.0.3.7 dev tap3
	rule add drop 10.0.3.12/30 from dev tap3
	bind add 10.0.3.6 lladdr any dev br0
	bind add 10.0.3.0/30 lladdr 02:00:00:00:00:07 dev tap3
	bind add 10.0.4.5 lladdr 02:00:00:00:00:05 dev br1.5
	rule add hide 10.0.0.2
	rule add drop 10.9.0.0/16 dev tap0
	rule add pass 10.9.9.0/24 dev tap0
	rule add proxy 10.9.0.0/17
	rule add proxy 10.9.128.0/17 lladdr 02:00:00:00:00:99
	rule add proxy 10.9.200.0/24 routed
	rule add hide 10.9.8.7 dev t*
	rule add drop 10.0.3.8/29 from dev br0
	rule add pass 10.0.3.9 from dev br0
	rule add drop 0.0.0.0/0 from dev mac0
	rule add pass 0.0.0.0/1 from dev mac0
	bind add 10.0.0.5 lladdr 02:00:00:00:00:05
	bind add 10.0.0.6 lladdr 02:00:00:00:00:06 dev eth0
	bind add 10.0.1.5 lladdr 02:00:00:00:00:05 dev tap*
	bind add 10.0.3.5 lladdr 02:00:00:00:00:05 dev br0
	bind add 10.77.0.2 lladdr 02:00:00:00:02:00
END
set +f
policy() {
	for what in "dev show" "dev effective" "rule show" "bind show"; do
		# shellcheck disable=SC2086
		ctl alice -j $what
	done
}
before=$(policy)
scratch
start alice "$ARPCTL" monitor >"$dir/heard"
monitor=$started
must poll 20 monitored alice

diag "seed $seed, again: tests/fuzz/frames.sh $number $seed"
in_host alice "$ROOT/build/fuzz-frames" "$seed" "$number" tap:tap0 frags:tap1 vnet:tap2 \
	raw:bob:eth0 dgram:bob:eth0 tap:tap3 frags:tap4 \
	ask:10.0.0.0 ask:10.0.1.0 ask:10.0.3.0 ask:10.0.5.0 ask:10.0.8.0 \
	>"$dir/said" 2>"$dir/wrong"
is "$?" 0 "$number frames are sent"
diag "$(cat "$dir/said" "$dir/wrong")"
like "$(cat "$dir/said")" "^sent $number," "the sender counts all of them"

# Counts summed over all of alice's devices.
ctl alice -j stats show >"$dir/stats"
reason() { jq "[.[].reasons[\"$1\"] // 0] | add" "$dir/stats"; }
diag "$(jq -c 'map(.reasons) | reduce .[] as $r ({}; reduce ($r | to_entries[]) as $e
	(.; .[$e.key] += $e.value))' "$dir/stats")"
never=''
for name in pass answered proxied malformed source-rate bad-src-mac bad-dst-mac bad-ip \
	rule-drop spoofed unbound conflict gratuitous unsolicited hidden ignored filtered \
	announce-rewritten announce-suppressed suppressed encapsulated; do
	[ "$(reason $name)" -gt 0 ] || never+=" $name"
done
is "$never" '' "every reason was counted, except a device's rate"
# With inspect audit, a packet is counted under a second reason.
is "$(jq -c '[.[] | select(.dev != "tap0") |
	select((.in + .out) != ([.reasons[]] | add // 0)) | .dev]' "$dir/stats")" '[]' \
	"each packet has one reason"
run_ok "arpctl monitor reported them" [ -s "$dir/heard" ]
run_ok "arpctl monitor still runs" kill -0 "$monitor"
stop "$monitor"
is "$(policy)" "$before" "the policy is unchanged"

is "$(asks carol eth0 10.77.0.1 10.77.0.2)" "$(mac alice eth1)" "a well-behaved neighbour is answered"
is "$(asks carol eth0 10.0.7.1 10.77.0.2)" silence "a hidden address stays unanswered"
run_ok "alice reaches that neighbour" in_host alice ping -q -c 1 -W 5 10.77.0.2
must unload_module
no_kernel_faults
