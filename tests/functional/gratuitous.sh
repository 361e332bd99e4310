#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Gratuitous ARP from the kernel (arp_notify, NETDEV_NOTIFY_PEERS) and from arpctl
# announce: never for an address that is hidden on that device, and never rewritten.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 35

host host peer
link host:eth0 peer:eth0
addr host eth0 10.0.0.1/24 10.0.0.5/24
addr host lo 10.8.8.8/32
addr peer eth0 10.0.0.2/24
set_sysctl host net.ipv4.conf.eth0.arp_notify=1
# An entry in the state probe sends one request at once, and then none during a check.
set_sysctl host net.ipv4.neigh.eth0.retrans_time_ms=3600000
must load_module

# The addresses announced on the peer's DEV while CMD runs; "A>B" is a request for
# B from A.
announced() {	# DEV CMD…
	local dev=$1
	shift
	hears peer "$dev" timeout 700 -- "$@" | awk '$1 == "in" && $2 == "request" {
		print $4 == $7 ? $4 : $4 ">" $7 }' | sort -u | paste -sd ' '
}

down_and_up() {
	announced eth0 sh -c 'ip -n host link set eth0 down; ip -n host link set eth0 up'
}
new_mac() { announced eth0 ip -n host link set eth0 address "$1"; }	# MAC

announcing() {	# ADDRESS ARGUMENTS…
	announced eth0 nsenter --net=/run/netns/host -- "$ARPCTL" announce "$@"
}

# The count of a reason since the reset, or "0".
count_of() {	# REASON DEV
	ctl host -j stats show "$2" | jq ".[].reasons[\"$1\"] // 0"
}

explained() {	# DEV TARGET SENDER
	ctl host -j explain send "$2" from "$3" dev "$1" |
		jq -r '[.verdict, .reason, .answered, .rule.action // .field] | map(tostring) | join(" ")'
}

# arp_notify

is "$(down_and_up)" "10.0.0.1 10.0.0.5" "without policy: announced when the device comes up"
is "$(new_mac 02:00:00:00:00:71)" "10.0.0.1 10.0.0.5" "without policy: announced when the MAC changes"

must ctl host rule add hide 10.0.0.5 dev eth0
is "$(down_and_up)" 10.0.0.1 "what a rule hides is not announced when the device comes up"
is "$(count_of announce-suppressed eth0)" 1 "the suppressed announcement is counted"
is "$(new_mac 02:00:00:00:00:72)" 10.0.0.1 "what a rule hides is not announced when the MAC changes"
is "$(count_of announce-suppressed eth0)" 2 "the second suppressed announcement is counted"
is "$(explained eth0 10.0.0.5 10.0.0.5)" "drop announce-suppressed false hide" "explain says that it is suppressed"
is "$(explained eth0 10.0.0.1 10.0.0.1)" "accept pass true null" "explain says that the other address is announced"
must ctl host dev set eth0 mode audit
is "$(new_mac 02:00:00:00:00:73)" "10.0.0.1 10.0.0.5" "audit suppresses nothing"
is "$(count_of announce-suppressed eth0)" 3 "audit counts"
must ctl host flush

# Also not for an address that the neighbour code is requesting.
must ctl host dev set eth0 announce best
must ip -n host neigh replace 10.0.0.5 lladdr 02:00:00:00:aa:aa nud probe dev eth0
is "$(new_mac 02:00:00:00:00:74)" "10.0.0.1 10.0.0.5" "announce best rewrites no announcement"
must ip -n host neigh replace 10.0.0.5 lladdr 02:00:00:00:aa:aa nud probe dev eth0
like " $(announcing 10.0.0.5 dev eth0) " ' 10\.0\.0\.5 ' \
	"announce best does not rewrite arpctl announce"
must ip -n host neigh flush dev eth0
must ctl host dev set eth0 announce strict
is "$(down_and_up)" "10.0.0.1 10.0.0.5" "strict suppresses no announcement of the device's own addresses"

# arpctl announce

fails_with 1 'not this device.s own and announce is strict there: use force' \
	"strict: an address of another device is not announced" ctl host announce 10.8.8.8 dev eth0
is "$(announcing 10.8.8.8 dev eth0 force)" 10.8.8.8 \
	"strict: with force it is announced"
must ctl host flush
must ctl host dev set lo hidden on
fails_with 1 'hidden on this device' "hidden: an address of another device is not announced" \
	ctl host announce 10.8.8.8 dev eth0
is "$(announcing 10.8.8.8 dev eth0 force)" 10.8.8.8 \
	"hidden: with force it is announced"
is "$(count_of announce-suppressed eth0)" 0 "force is not counted as suppressed"
must ctl host flush

# With a virtual MAC; on devices without ARP

must ctl peer dev set eth0 validate src-mac
set_sysctl peer net.ipv4.conf.eth0.arp_accept=1
is "$(announcing 10.0.0.1 dev eth0 lladdr 00:00:5e:00:01:07)" 10.0.0.1 "lladdr: it is announced"
is "$(ip -n peer neigh show 10.0.0.1 | awk '{ print $5 }')" 00:00:5e:00:01:07 "lladdr: the announcement has this MAC"
is "$(ctl peer -j stats show eth0 | jq '.[].reasons["bad-src-mac"] // 0')" 0 "lladdr: the frame's source is this MAC, too"
must ctl peer flush
fails_with 1 'lladdr is not a unicast address' "a group MAC is refused" \
	ctl host announce 10.0.0.1 dev eth0 lladdr 01:00:5e:00:00:01
modprobe dummy numdummies=0
must ip -n host link add name none up arp off type dummy
fails_with 1 'device speaks no ARP: announce the address on the device' "lo is refused" \
	ctl host announce 10.8.8.8 dev lo
fails_with 1 'device speaks no ARP' "a NOARP device is refused, even with force" ctl host announce 10.0.0.1 dev none force
must ip -n host link set eth0 down
fails_with 1 'device is down' "a device that is down is refused" ctl host announce 10.0.0.1 dev eth0
must ip -n host link set eth0 up

# Defence

claimed() {	# ADDRESS
	announced eth0 nsenter --net=/run/netns/peer -- "$ARPQ" ask eth0 "$1" sender "$1" timeout 100
}
must ctl host dev set eth0 defend on announce strict
is "$(claimed 10.8.8.8)" '' "strict: an address of another device is not defended with an announcement"
is "$(count_of conflict eth0) $(count_of announce-suppressed eth0)" "1 1" "strict: the claim is dropped as a conflict"
is "$(claimed 10.0.0.1)" 10.0.0.1 "strict: the device's own address is defended"
must ctl host flush

# NETDEV_NOTIFY_PEERS, whatever arp_notify is

failover() { announced "$1" ip -n host link set bond0 type bond active_slave "$1"; }	# DEV

if bond host peer 10.7.0.1/24 10.7.0.2/24; then
	is "$(failover s1)" "10.7.0.1 10.7.0.2" "without policy: a bond fails over"
	is "$(failover s0)" "10.7.0.1 10.7.0.2" "without policy: a bond fails back"
	must ctl host rule add hide 10.7.0.2 dev bond0
	is "$(failover s1)" 10.7.0.1 "what a rule hides is not announced"
	is "$(failover s0)" 10.7.0.1 "what a rule hides is not announced when the bond fails back"
	is "$(count_of announce-suppressed bond0)" 2 "both suppressed announcements are counted"
	is "$(explained bond0 10.7.0.2 10.7.0.2)" "drop announce-suppressed false hide" "explain predicts the suppression"
	must ctl host flush
	is "$(failover s1)" "10.7.0.1 10.7.0.2" "flush restores stock"
	must ip -n host link del bond0
else
	for what in over back hidden back counted explained flushed; do
		skip "the bond's failover: $what" "no bonding"
	done
fi
