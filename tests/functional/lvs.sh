#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# LVS direct routing: real servers do not answer for the VIP that they hold.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

vip=192.168.1.100
modprobe -q -a ip_vs ip_vs_rr || plan skip "this kernel has no ip_vs"
plan 23

host client director rs1 rs2
segment lan client:eth0 director:eth0 rs1:eth0 rs2:eth0
addr client eth0 192.168.1.10/24
addr director eth0 192.168.1.1/24 $vip/32
addr rs1 eth0 192.168.1.11/24
addr rs2 eth0 192.168.1.12/24
at_director=$(mac director eth0)
at_rs1=$(mac rs1 eth0)
at_rs2=$(mac rs2 eth0)

# No host has a neighbour entry.
forget() {
	local name
	for name in client director rs1 rs2; do ip -n $name neigh flush all; done
}

# The sender address with which SERVER asks for the client, when it sends a packet from
# the VIP.
request_sender() {	# SERVER
	local frames
	# The client first: otherwise it would probe its neighbour entry.
	ip -n client neigh flush all
	ip -n "$1" neigh flush all
	frames=$(hears "$1" eth0 match "out request" -- \
		ping -q -c 1 -W 1 -I $vip 192.168.1.10)
	[[ $frames =~ out\ request\ sender\ ([^ ]+) ]] && echo "${BASH_REMATCH[1]}"
}

stock() {	# WHEN
	is "$(asks client eth0 $vip)" "$at_director $at_rs1 $at_rs2" \
		"$1: director and servers answer for the VIP"
	is "$(request_sender rs1)" $vip "$1: rs1 uses the VIP as sender"
	is "$(request_sender rs2)" $vip "$1: rs2 as well"
}

cured() {	# HOW
	local seen
	is "$(asks client eth0 $vip)" "$at_director" \
		"$1: only the director answers for the VIP"
	is "$(asks client eth0 192.168.1.11)" "$at_rs1" "$1: rs1 answers for itself"

	# All ARP that the client receives, and what the servers send it.
	forget
	seen=$(hears client eth0 timeout 200 -- sh -c \
		"for i in 1 2 3 4; do nc -d -w 20 $vip 80; done >&3" 3>&1)
	is "$(grep '^rs' <<<"$seen" | sort | paste -sd ' ')" "rs1 rs1 rs2 rs2" \
		"$1: both servers serve the client"
	is "$(grep -o "sender $vip [^ ]*" <<<"$seen" | sort -u)" \
		"sender $vip $at_director" "$1: only the director uses the VIP as sender"
	is "$(ip -n client neigh show $vip | grep -o '02:[0-9a-f:]*')" "$at_director" \
		"$1: the client sends to the director"
	is "$(request_sender rs1)" 192.168.1.11 "$1: rs1 uses its own address as sender"
	is "$(request_sender rs2)" 192.168.1.12 "$1: rs2 as well"
}

servers() { must ctl rs1 "$@"; must ctl rs2 "$@"; }

# LVS: each server returns its name.
must in_host director ipvsadm -A -t $vip:80 -s rr
for server in 1 2; do
	must in_host director ipvsadm -a -t $vip:80 -r 192.168.1.1$server -g
	addr rs$server lo $vip/32
	nsenter --net=/run/netns/rs$server -- busybox nc -ll -p 80 -e echo rs$server &
	must poll 20 in_host client nc -z 192.168.1.1$server 80
done

stock "stock"
must load_module

servers dev set eth0 ignore 1 announce 2
cured "ignore 1 announce 2"
servers flush
stock "flush"

servers dev set lo hidden on
cured "lo hidden"
must unload_module
stock "rmmod"
