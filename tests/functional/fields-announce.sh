#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field announce behaves as the sysctl arp_announce would, whatever the sysctl is, for
# packets sent and forwarded and for neighbour probes; strict does more.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 26

rich_host
run_command sysctl net/ipv4/ip_forward 1
{ sends; forwards; rechecks; } >"$work/questions"

sysctl_announce() { conf arp_announce="$1" all; }

# The sender address of the host's request, for a question.
sender_of() {	# NAME QUESTION
	said_to "$1" "$2" | sed -nE 's/^\S+ request sender (\S+) .*/\1/p'
}

for level in 0 1 2; do
	sysctl_announce $level
	answers stock-$level
done
differ stock-0 stock-1 "arp_announce=1 makes a difference"
differ stock-1 stock-2 "arp_announce=2 makes another difference"
vip='send 10.8.8.8 10.0.0.70'
is "$(sender_of stock-0 "$vip")" 10.8.8.8 "without arp_announce the host announces the address on lo"
is "$(sender_of stock-2 "$vip")" 10.0.0.1 "with arp_announce=2, the device's own address"
second='send 10.0.0.2 10.0.0.70'
is "$(sender_of stock-1 "$second")" 10.0.0.2 "arp_announce=1 keeps a secondary address"
is "$(sender_of stock-2 "$second")" 10.0.0.1 "arp_announce=2 replaces it"
is "$(sender_of stock-0 'send 10.0.0.1 10.3.0.70')" 10.0.0.1 "a device without an address borrows one"

# Each level over the sysctl's extremes, stricter and looser.
must load_module
for sysctl in 0 2; do
	sysctl_announce $sysctl
	for level in 0 1 2; do
		must ctl host dev set default announce $level
		answers policy
		same stock-$level policy "announce $level over arp_announce=$sysctl"
	done
	must ctl host flush
	answers policy
	same stock-$sysctl policy "flush restores stock"
done

# Device by device.
sysctl_announce 0
conf arp_announce=2 eth0 eth0.5
conf arp_announce=1 eth1 eth4
answers each
differ stock-0 each "each device has its own arp_announce"
policy <<-END
	default announce any
	eth0 announce best
	eth0.5 announce best
	eth1 announce subnet
	eth4 announce subnet
END
conf arp_announce=0 "${devices[@]}"
answers policy
same each policy "each device its own announce, stricter than the sysctls"
conf arp_announce=2 "${devices[@]}"
answers policy
same each policy "each device its own announce, looser than the sysctls"
conf arp_announce=0 "${devices[@]}"
must ctl host flush

# strict: an own address of the outgoing device, or nothing at all. The
# lines are device, target and sender of the requests, whatever caused them.
cat >"$work/want" <<-END
	eth0 10.0.0.60 10.0.0.1
	eth0 10.0.0.70 10.0.0.1
	eth0 10.0.1.70 10.0.1.1
	eth0 10.0.2.70 10.0.2.1
	eth0 10.0.3.70 10.0.2.1
	eth0 10.0.8.2 10.0.8.1
	eth0 10.99.0.7 10.0.2.1
	eth0.5 10.5.0.70 10.5.0.1
	eth1 10.1.0.60 10.1.0.1
	eth1 10.1.0.70 10.1.0.1
	eth2 10.0.0.70 10.0.0.11
	eth4 10.4.0.60 10.4.0.1
	eth4 10.4.0.70 10.4.0.1
END
asked_strictly() {
	sed -nE 's/.* \| (\S+) request sender (\S+) .* target (\S+) .*/\1 \3 \2/p' "$work/strict" |
		sort -u
}
for sysctl in 0 2; do
	sysctl_announce $sysctl
	must ctl host dev set all announce strict
	answers strict
	is "$(asked_strictly)" "$(<"$work/want")" \
		"strict over arp_announce=$sysctl: the sender is the device's own address for the target"
	is "$(answered strict)" "$(($(answered stock-0) - $(grep -c ' eth3 request ' "$work/stock-0")))" \
		"only requests without such an address are suppressed"
	is "$(grep -F 10.3.0.70 "$work/strict" | cut -d '|' -f 2,3 | sort -u)" \
		$' silence | 10.3.0.70 eth3 - incomplete\n silence | 10.3.0.70 eth3 asker probe' \
		"the neighbour entry of a suppressed request still times out"
done
must ctl host flush
answers policy
same stock-2 policy "flush restores stock"
must ctl host dev set all announce 0
must unload_module
answers policy
same stock-2 policy "rmmod restores stock"
