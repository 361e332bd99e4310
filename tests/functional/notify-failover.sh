#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Failover by one command: clients follow within 100 ms. An instruction takes a nanosecond
# in this machine, so the figures do not depend on how busy the host is.
# lab: vm --icount --mem 2048
# lab: all
# lab: timeout 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 6
scratch
bound=100
rounds=3
vip=10.0.0.100

host client a b
segment lan client:eth0 a:eth0 b:eth0
addr client eth0 10.0.0.1/24
addr a eth0 10.0.0.2/24
addr b eth0 10.0.0.3/24
for name in a b; do addr $name lo $vip/32; done
at_a=$(mac a eth0) at_b=$(mac b eth0)
must load_module

# The clock also runs while a program is read from this host's files. So two programs that
# already run record the change of the policy and that of the client's neighbour entry, and
# the command's CPU time is added.
start client ip -ts monitor neigh >>"$dir/neigh"
start b "$ARPCTL" -j monitor config >>"$dir/policy"
# Changes until the monitor listens.
listens() {
	ctl b dev set eth0 mode audit
	ctl b dev set eth0 mode enforce
	test -s "$dir/policy"
}
must poll 20 listens
sends_to() { ip -n client neigh show $vip | grep -q "$1"; }	# MAC
followed() { grep -q "$vip .*$at_b" "$dir/neigh"; }

# The client sends to a, then b takes over by a command. Sets "took" to milliseconds, or to
# "never".
takes_over() {	# CMD…
	local changed arrived used TIMEFORMAT='%U %S'
	ip -n client neigh flush all
	in_host client ping -q -n -c 1 -W 1 $vip >/dev/null
	sends_to "$at_a" || { took="no start"; return; }
	: >"$dir/neigh"
	: >"$dir/policy"
	used=$({ time "$@" >/dev/null 2>&1; } 2>&1)
	poll 2 followed || { took=never; return; }
	changed=$(jq -r 'select(.event == "rule-del").time' "$dir/policy" | head -n 1)
	arrived=$(sed -n "s/^\[\(.*\)\] $vip .*$at_b.*/\1/p" "$dir/neigh" | head -n 1)
	took=$(awk -v from="$(date -d "$changed" +%s.%N)" -v to="$(date -d "$arrived" +%s.%N)" \
		-v used="$used" 'BEGIN { split(used, cpu, " "); printf "%d", (to - from + cpu[1] + cpu[2]) * 1000 }')
}
# The longest of some takeovers.
longest() {	# CMD…
	most=''
	for _ in $(seq $rounds); do
		must ctl b rule add hide $vip dev eth0
		takes_over "$@"
		ctl b rule del hide $vip dev eth0 2>/dev/null
		case $took in *[!0-9]*) most=$took; return ;; esac
		[ "${most:-0}" -gt "$took" ] || most=$took
	done
}
within() {	# DESC
	case $most in
	*[!0-9]*|'') not_ok "$1" "$most" ;;
	*) result $((most >= bound)) "$1"; diag "at most $most ms" ;;
	esac
}

longest ctl b rule del hide $vip dev eth0
is "$most" never "without notify, the client does not follow"

must ctl b dev set eth0 notify change
longest ctl b rule del hide $vip dev eth0
within "notify change: one command, and the client follows within $bound ms"

start client ping -q -n -i 0.01 $vip >/dev/null
longest ctl b rule del hide $vip dev eth0
within "the same while it sends"
stop "$started"

# Not announced, as notify is off: a second has room for 200 announcements.
must ctl b dev set eth0 notify off
for i in $(seq 1000); do echo "addr add 10.9.$((i / 250)).$((i % 250 + 1))/32 dev lo"; done |
	ip -n b -batch -
for i in $(seq 10000); do echo "rule add hide 10.8.$((i / 250)).$((i % 250 + 1)) dev eth0"; done |
	ctl b apply -
must ctl b dev set eth0 notify change
longest ctl b rule del hide $vip dev eth0
within "the same with 10,000 rules and 1,000 more addresses"
must ctl b rule flush

must ctl b dev set eth0 notify off
recipe() { ctl b rule del hide $vip dev eth0; ctl b announce $vip dev eth0; }
longest recipe
within "without notify, with a second command that announces"
no_kernel_faults
