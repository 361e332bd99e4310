#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Both ends of a veth pair in one host, where accept_local and rp_filter decide.
#
# The sender of a request is then one of the host's own addresses, which the kernel takes
# for forged. Neither sysctl is about ARP, so policy overrides neither.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 31

host box
link box:veth0 box:veth1
addr box veth0 10.70.2.10/24
addr box veth1 10.70.2.11/24
must ip -n box link add name other up type dummy
addr box other 10.80.0.1/24

sysctls() {	# ACCEPT_LOCAL RP_FILTER
	local dev keys=()
	for dev in veth0 veth1; do
		keys+=("net.ipv4.conf.$dev.accept_local=$1" "net.ipv4.conf.$dev.rp_filter=$2")
	done
	set_sysctl box net.ipv4.conf.all.{accept_local,rp_filter}=0 "${keys[@]}"
}

other_end() {
	if arpq box ask veth0 10.70.2.11 first timeout 300 >/dev/null; then echo answers
	else echo "is silent"; fi
}

truth_table() {	# WHEN
	local accept_local rp_filter want
	while read -r accept_local rp_filter want; do
		sysctls "$accept_local" "$rp_filter"
		is "$(other_end)" "$want" \
			"$1: accept_local=$accept_local rp_filter=$rp_filter: $want"
	done <<-END
		0 0 is silent
		0 1 is silent
		0 2 is silent
		1 0 answers
		1 1 is silent
		1 2 answers
	END
}

ping_it() {
	must ip -n box neigh flush dev veth0
	in_host box ping -n -q -c 1 -W 1 -I veth0 10.70.2.11
}

# Stock

truth_table "stock"
sysctls 0 0
fails_with 1 '100% packet loss' "stock: no ping by default" ping_it
like "$(in_host box arping -c 1 -w 1 -I veth0 10.70.2.11)" 'Received 0 response' \
	"stock: no arping by default"
sysctls 1 0
run_ok "stock: a ping with accept_local=1 and rp_filter=0" ping_it
like "$(in_host box arping -c 1 -w 5 -I veth0 10.70.2.11)" \
	'reply from 10\.70\.2\.11 \[02:00:00:00:00:01\]' "stock: an arping with accept_local=1 and rp_filter=0"

# Policy elsewhere: nothing changes

must load_module
must ctl box dev set other ignore never announce strict filter on hidden on proxy route
truth_table "policy on another device"
sysctls 0 0
fails_with 1 '100% packet loss' "policy on another device: no ping by default" ping_it
sysctls 1 0
run_ok "policy on another device: a ping with accept_local" ping_it

# Policy on this pair: sysctls that are not about ARP stay in effect

must ctl box dev set 'veth*' ignore any filter off announce strict
must ctl box stats reset
truth_table "ignore any"
is "$(ctl box -j stats show veth1 | jq -c '[.[] | .in, .reasons.answered]')" "[6,2]" \
	"policy answers requests that the kernel does not take for forged"
sysctls 0 0
fails_with 1 '100% packet loss' "ignore any: no ping by default" ping_it
sysctls 1 0
run_ok "ignore any: a ping with accept_local" ping_it

must ctl box dev set veth1 ignore never
is "$(other_end)" "is silent" "ignore never applies where the sysctls would allow the answer"

must ctl box flush
is "$(other_end)" answers "flush: stock again"
run_ok "rmmod" unload_module
is "$(other_end)" answers "rmmod: stock again"
