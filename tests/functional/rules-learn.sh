#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Answering by a proxy rule learns the same neighbours as the kernel's proxy ARP, no more.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 17

rich_host
# A gateway has a route to everywhere.
must ip -n host route add default via 10.1.0.60 dev eth1

# Senders that the kernel accepts and rejects: forged, own, martian.
{
	requests "${others[@]}" 10.0.0.1 10.0.0.2 10.1.0.1 10.99.0.7
	for target in 10.0.0.60 10.1.0.60 10.3.0.60 10.50.0.1 10.200.0.1 10.0.0.1; do
		for dev in eth0 eth1 eth2 eth3; do
			for sender in 20.0.0.1 20.0.0.2 0.1.2.3 10.0.0.255 240.0.0.5 \
				255.255.255.255 224.0.0.5 127.0.0.5 10.9.0.1; do
				echo "ask $dev $target $sender"
			done
			echo "ask $dev $target 20.0.0.3 known stale old"
			# Whether it is overridden must not depend on the time: see rich_host.
			old=old
			[ $dev != eth0 ] || old=''
			echo "ask $dev $target 20.0.0.4 known reachable${old:+ $old}"
			echo "ask $dev $target 20.0.0.5 known failed"
			echo "ask $dev $target 20.0.0.6 unicast"
		done
	done
} >"$work/questions"

# The neighbour table after each question.
learns() {	# NAME
	answers all
	awk -F ' [|] ' '{ print $1 " | " $3 }' "$work/all" >"$work/$1"
}

# Every sysctl that matters.
states=()
for forward in 1 0; do
	for rp_filter in 0 1 2; do
		for more in '' arp_accept=1 arp_accept=2 proxy_arp_pvlan=1; do
			[ "$rp_filter" = 1 ] || [ ! "$more" ] || continue
			states+=("$forward $rp_filter $more")
		done
	done
done

set_state() {	# FORWARD RP_FILTER MORE
	run_command sysctl net/ipv4/ip_forward "$1"
	conf rp_filter="$2" "${devices[@]}" all
	conf arp_accept=0 "${devices[@]}"
	conf proxy_arp_pvlan=0 "${devices[@]}"
	conf proxy_arp=1 "${devices[@]}"
	[ ! "${3-}" ] || conf "$3" "${devices[@]}"
}

for state in "${states[@]}"; do
	# shellcheck disable=SC2086
	set_state $state
	learns "stock-${state// /-}"
done
set_state 1 0
learns any
set_state 1 1
learns filtered
differ any filtered "rp_filter makes a difference"
is "$(grep -c '^ask eth0 10.1.0.60 20.0.0.1 .*20\.0\.0\.1 eth0 asker' "$work/any")" 1 \
	"stock proxy ARP learns any sender without rp_filter"
is "$(grep -c '^ask eth0 10.1.0.60 20.0.0.1 .*20\.0\.0\.1 eth0 asker' "$work/filtered")" 0 \
	"with rp_filter it learns no sender that is routed elsewhere"

must load_module
must ctl host rule add proxy 0.0.0.0/0
for state in "${states[@]}"; do
	# shellcheck disable=SC2086
	set_state $state
	learns rule
	same "stock-${state// /-}" rule \
		"a rule learns what proxy_arp does: forwarding, rp_filter, and more: $state"
done

# Also with proxy_arp off, and no fewer than without a rule.
set_state 0 1
conf proxy_arp=0 "${devices[@]}"
learns ruled
is "$(grep -v '^ask eth1 10.0.0.1 ' "$work/ruled" | grep -c ' 20\.0\.0\.[126] eth. asker')" 0 \
	"without proxy_arp and forwarding, no forged sender is learned"
must ctl host flush
conf accept_local=1 eth0
set_state 1 0
learns stock
must ctl host rule add proxy 0.0.0.0/0
learns rule
same stock rule "with accept_local a rule learns what proxy_arp does"
conf accept_local=0 eth0
must unload_module
