#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: which filters see forged ARP behind VLAN tags. Linux hosts remove tags of
# VID 0 and learn from what is inside.
# lab: all
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
plan 10
bridge_host
scratch

# What becomes of a forged request: plain, behind a tag of VID 0, behind two, and behind one
# of 802.1ad and one of 802.1Q.
forms() {
	local form
	for form in plain vid0 vid0x2 ad0q0; do forge $form; done | paste -sd ' '
}
seen_by() {	# WHAT EXPECTED
	is "$(forms)" "$2" "$1"
}

nft_filter() {	# FAMILY HOOK MATCH
	in_host node nft -f - <<-END
		table $1 f {
			chain c {
				type filter hook $2
				iifname "to-red" $3 arp saddr ip ${address[green]} drop
			}
		}
	END
}
by_nft() {	# WHAT EXPECTED FAMILY HOOK MATCH
	must nft_filter "${@:3}"
	seen_by "$1" "$2"
	must in_host node nft flush ruleset
}

by_tc() {	# WHAT EXPECTED FILTER…
	must tc -n node filter add dev to-red ingress "${@:3}" action drop
	seen_by "$1" "$2"
	must tc -n node filter del dev to-red ingress
}

seen_by "stock: every form poisons" "poisoned poisoned poisoned poisoned"
by_nft "nft bridge, ether type arp" "unharmed poisoned poisoned poisoned" \
	bridge 'prerouting priority -300;' 'ether type arp'
by_nft "nft netdev, ether type arp" "unharmed poisoned poisoned poisoned" \
	netdev 'ingress device "to-red" priority 0;' 'ether type arp'
by_nft "nft bridge, meta protocol arp" "unharmed unharmed poisoned poisoned" \
	bridge 'prerouting priority -300;' 'meta protocol arp'
if ebtables-legacy -h >/dev/null 2>&1; then
	must in_host node ebtables-legacy -A FORWARD -p ARP -i to-red \
		--arp-ip-src "${address[green]}" -j DROP
	seen_by "ebtables" "unharmed poisoned poisoned poisoned"
	must in_host node ebtables-legacy -F
else
	skip "ebtables" "not here"
fi
must tc -n node qdisc add dev to-red clsact
by_tc "tc flower" "unharmed poisoned poisoned poisoned" \
	protocol arp flower arp_sip "${address[green]}"
# The type is ARP, and the sender's address is green's.
by_tc "tc bpf" "unharmed unharmed poisoned poisoned" protocol all bpf bytecode \
	"6,40 0 0 12,21 0 3 2054,32 0 0 28,21 0 1 $((0x$(hex_ip "${address[green]}"))),6 0 0 4294967295,6 0 0 0,"
if modprobe -q br_netfilter && command -v arptables-legacy >/dev/null; then
	set_sysctl node net.bridge.bridge-nf-call-arptables=1
	must in_host node arptables-legacy -A FORWARD -s "${address[green]}" -j DROP
	seen_by "arptables by br_netfilter" "unharmed poisoned poisoned poisoned"
	must in_host node arptables-legacy -F
	set_sysctl node net.bridge.bridge-nf-call-arptables=0
else
	skip "arptables by br_netfilter" "not here"
fi
must load_module
policy dev set 'to-*' trust off inspect strict
policy bind add "${address[red]}" lladdr "$RED" dev to-red
seen_by "arp_policy" "unharmed unharmed unharmed unharmed"
no_kernel_faults
