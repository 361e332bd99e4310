#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Once the kernel has found an address local, requests for it are answered without a route
# lookup. Changes of that and checks of the sender apply at once. Replies, which the module
# handles itself here, update neighbour entries as the kernel would.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
scratch
plan 5

host box peer
segment lan box:eth0 peer:eth0
addr peer eth0 10.70.0.2/24
addr box eth0 10.70.0.1/24 10.70.0.5/24
must ip -n box link add name other up type dummy

asked() { echo "$1: $(asks peer eth0 "$2" "${@:3}")"; }

# Two requests, of which the first looks up the route.
twice() { asked "$@" >/dev/null; asked "$@"; }

neighbour() { ip -n box neigh show 10.70.0.9 dev eth0; }

# Sends a unicast and a broadcast reply, and prints the sender's neighbour entry after each.
reply() {	# WHAT MAC
	local dst
	for dst in "$(mac box eth0)" ff:ff:ff:ff:ff:ff; do
		arpq peer ask eth0 10.70.0.1 op reply sender 10.70.0.9 smac "$2" dst "$dst" \
			tha "$(mac box eth0)" fence "$FENCE" >/dev/null || :
		echo "$1, to $dst: $(neighbour)"
	done
}

scenario() {
	local sender
	must ip -n box neigh flush dev eth0
	twice "an own address" 10.70.0.1
	twice "the second one" 10.70.0.5
	addr box other 10.80.0.1/24
	twice "that of another device" 10.80.0.1
	for sender in 10.80.0.1 10.70.0.5 127.0.0.5 224.0.0.1 255.255.255.255 0.1.2.3 0.0.0.0 \
		10.70.0.1 10.99.0.9; do
		asked "from $sender" 10.70.0.1 $sender
	done
	must ip -n box addr del 10.80.0.1/24 dev other
	asked "from an address that was deleted" 10.70.0.1 10.80.0.1
	asked "for a deleted address" 10.80.0.1
	addr box other 10.80.0.1/24
	asked "from an address that was added again" 10.70.0.1 10.80.0.1
	twice "for an address that was added again" 10.80.0.1
	must ip -n box link set other down
	asked "its device is down" 10.80.0.1
	must ip -n box link set other up
	twice "and up" 10.80.0.1
	set_sysctl box net.ipv4.conf.eth0.rp_filter=1
	asked "rp_filter" 10.70.0.1 10.99.0.9
	set_sysctl box net.ipv4.conf.eth0.rp_filter=0
	asked "no rp_filter" 10.70.0.1 10.99.0.9
	must ip -n box route del table local local 10.80.0.1 dev other
	asked "its local route is deleted" 10.80.0.1
	must ip -n box route del table local local 10.70.0.5 dev eth0
	asked "that of the device's second address" 10.70.0.5
	must ip -n box addr flush dev other
	must ip -n box addr del 10.70.0.5/24 dev eth0
	addr box eth0 10.70.0.5/24
	twice "the second one again" 10.70.0.5
	must ip -n box neigh flush dev eth0
}

# The neighbour entries after replies, for each arp_accept.
replies() {
	local accept
	for accept in 0 1; do
		set_sysctl box net.ipv4.conf.eth0.arp_accept=$accept \
			net.ipv4.neigh.eth0.locktime=0
		must ip -n box neigh flush dev eth0
		reply "arp_accept=$accept, unknown" 02:00:00:00:00:99
		must ip -n box neigh replace 10.70.0.9 dev eth0 nud failed
		reply "failed" 02:00:00:00:00:99
		must ip -n box neigh replace 10.70.0.9 lladdr 02:00:00:00:00:98 dev eth0 nud stale
		reply "another MAC" 02:00:00:00:00:99
		must ip -n box neigh replace 10.70.0.9 lladdr 02:00:00:00:00:98 dev eth0 nud permanent
		reply "permanent" 02:00:00:00:00:99
		must ip -n box neigh del 10.70.0.9 dev eth0
	done
}

stock=$(scenario)
learned=$(replies)
like "$stock" "$(mac box eth0)" "the stock kernel answers"
like "$learned" "lladdr 02:00:00:00:00:99" "the stock kernel learns from replies"
must load_module
must ctl box dev set eth0 learn any announce any inspect enforce
is "$(scenario)" "$stock" "policy that accepts all changes no answer"
is "$(replies)" "$learned" "policy that accepts all learns the same from replies"
must ctl box dev set eth0 ignore any
is "$(scenario)" "$stock" "\"ignore any\" changes no answer"
