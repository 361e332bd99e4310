#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A request has the sender that policy requires even if its neighbour entry is updated or
# deleted on another CPU while the request is sent.
# lab: vm
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
ARPRACE=${ARPRACE:-$ROOT/build/arprace}
# Requests for each case. Before the fix, at least one in 200 was wrong: this many requests
# miss that in one of 1,800 runs.
requests=1500
[ ! "${ARP_POLICY_ALL-}" ] || requests=3000
[ "$(nproc)" -gt 1 ] || plan skip "needs two processors"
plan 12

host host peer
link host:eth0 peer:eth0
addr host eth0 10.0.0.1/24 10.0.0.2/24
addr host lo 10.8.8.8/32
must load_module

race() {	# DESC WANTED SOURCE delete|forge SYSCTL SELECTOR FIELD VALUE
	local desc=$1 wanted=$2 source=$3 how=$4 sysctl=$5 heard
	shift 5
	set_sysctl host net.ipv4.conf.all.arp_announce="$sysctl"
	must ctl host dev set "$@"
	heard=$(in_host host "$ARPRACE" peer eth0 "$source" 10.0.0.10 "$how" $requests)
	is "$heard" "$wanted $requests" "$desc, $how"
	must ctl host flush
	ip -n host neigh flush dev eth0
}

for how in delete forge; do
	race "hidden" 10.0.0.1 10.8.8.8 $how 0 lo hidden on
	race "strict" 10.0.0.1 10.8.8.8 $how 0 eth0 announce strict
done
race "any over arp_announce=0" 10.8.8.8 10.8.8.8 delete 0 eth0 announce any
race "any over arp_announce=1" 10.8.8.8 10.8.8.8 delete 1 eth0 announce any
for how in delete forge; do
	race "any over arp_announce=2" 10.8.8.8 10.8.8.8 $how 2 eth0 announce any
done
race "subnet over arp_announce=0" 10.0.0.1 10.8.8.8 delete 0 eth0 announce subnet
race "subnet over arp_announce=2" 10.0.0.2 10.0.0.2 delete 2 eth0 announce subnet
for how in delete forge; do
	race "best over arp_announce=0" 10.0.0.1 10.0.0.2 $how 0 eth0 announce best
done
