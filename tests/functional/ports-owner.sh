#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports that answer for bound addresses: the effect on the owner and its observers.
# An absent owner is detected, its own probe is not answered, a DHCP client does not decline
# its own address, and gratuitous ARP passes once.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
if [ "${ARP_POLICY_ALL-}" ]; then plan 17; else plan 14; fi
scratch

# Blue is the owner. Red polls quickly, and does not resolve a lost neighbour again.
bridge_host
set_sysctl red net.ipv4.neigh.eth0.retrans_time_ms=100 net.ipv4.neigh.eth0.ucast_solicit=2

# Red polls its neighbour blue: the final state of the entry.
polls() {
	must ip -n red neigh replace "${address[blue]}" lladdr "$BLUE" dev eth0 nud probe
	must poll 10 decided
	ip -n red neigh show "${address[blue]}" dev eth0 | awk '{ print $NF }'
}
decided() { ip -n red neigh show "${address[blue]}" dev eth0 | grep -qE 'REACHABLE|FAILED'; }
# What arping -D reports about blue's address.
detects() {	# HOST
	in_host "$1" arping -q -D -c 1 -w 1 -I eth0 "${address[blue]}"
	case $? in
	0) echo free ;;
	1) echo taken ;;
	*) echo error ;;
	esac
}
# The MAC that answers blue's own probe, as sent before it takes its address.
own_probe() { arpq blue ask eth0 "${address[blue]}" sender 0.0.0.0 timeout 300 | awk '{ print $3 }' | grep . || echo silence; }
owner() { must ip -n blue addr "$1" "${address[blue]}/24" dev eth0; }	# add|del
# Blue announces its address: how many frames green receives, and the MAC that red then has.
announces() {
	local heard
	must ip -n red neigh replace "${address[blue]}" lladdr 02:00:00:00:0f:0f dev eth0 nud stale
	heard=$(hears green eth0 count 99 timeout 300 -- nsenter --net=/run/netns/blue -- \
		arping -q -U -c 1 -w 1 -I eth0 "${address[blue]}")
	echo "$(grep -c "sender 10\.0\.0\.3 $BLUE target 10\.0\.0\.3 " <<<"$heard") $(neigh_mac red "${address[blue]}")"
}

# For comparison: ebtables answers all requests for the address

owner del
is "$(polls) $(own_probe) $(detects green)" "FAILED silence free" \
	"stock: polls and probes detect an absent owner"
owner add
is "$(polls) $(detects green) $(announces)" "REACHABLE taken 1 $BLUE" \
	"stock: polls and probes detect a present owner, and it announces itself"
arpreply=''
if ebtables-legacy -h >/dev/null 2>&1 && in_host node ebtables-legacy -t nat -A PREROUTING -p ARP \
		--arp-op Request --arp-ip-dst "${address[blue]}" -j arpreply --arpreply-mac "$BLUE" 2>/dev/null; then
	arpreply=yes
	owner del
	is "$(polls) $(own_probe)" "REACHABLE $BLUE" \
		"arpreply of ebtables: an absent owner seems present, and its own probe is answered"
	owner add
	is "$(announces)" "0 02:00:00:00:0f:0f" "arpreply of ebtables: the owner's announcement is lost"
	must in_host node ebtables-legacy -t nat -F
else
	skip "arpreply of ebtables: an absent owner seems present" "no ebtables"
	skip "arpreply of ebtables: the owner's announcement is lost" "no ebtables"
fi

# Suppress

must load_module
policy dev set 'to-*' suppress bind
policy bind add "${address[blue]}" lladdr "$BLUE" dev br0
owner del
is "$(polls)" FAILED "suppress: polls of an absent owner are not answered"
is "$(own_probe) $(detects blue)" "silence free" "suppress: the owner's own probe is not answered"
is "$(detects green)" taken "suppress: a probe of another host is answered"
owner add
is "$(polls)" REACHABLE "suppress: a present owner answers polls"
is "$(announces)" "1 $BLUE" "suppress: the owner's announcement passes, once"

# What packet sockets on the port and on the requester's device receive

start node tcpdump -l -nn -e -i to-red arp >"$dir/port" 2>"$dir/port.log"
readers=("$started")
start red tcpdump -l -nn -e -i eth0 arp >"$dir/asker" 2>"$dir/asker.log"
readers+=("$started")
for file in port asker; do must poll 20 grep -q '^listening' "$dir/$file.log"; done
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:99 dev br0
heard=$(hears red eth0 count 2 timeout 2000 -- nsenter --net=/run/netns/red -- \
	arping -q -c 1 -w 5 -I eth0 10.0.0.9)
is "$(awk -F ' ether ' '{ print $1 }' <<<"$heard")" \
	"out request sender 10.0.0.2 $RED target 10.0.0.9 ff:ff:ff:ff:ff:ff
in reply sender 10.0.0.9 02:00:00:00:00:99 target 10.0.0.2 $RED" "arping: the requester's device has both frames"
for file in asker port; do
	must poll 10 grep -q '10.0.0.9 is-at' "$dir/$file"
	is "$(sed -E 's/^[^ ]+ ([^ ]+ > [^ ,]+),.*: (Request who-has [^ ]+|Reply [^,]+).*/\1 \2/' "$dir/$file")" \
		"$RED > ff:ff:ff:ff:ff:ff Request who-has 10.0.0.9
02:00:00:00:00:99 > $RED Reply 10.0.0.9 is-at 02:00:00:00:00:99" "tcpdump on the $file's device sees both frames"
done
stop "${readers[@]}"

# A DHCP client that checks its address

if [ ! "${ARP_POLICY_ALL-}" ]; then
	:
elif ! command -v dnsmasq >/dev/null || ! busybox udhcpc --help >/dev/null 2>&1; then
	for i in 1 2 3; do skip "DHCP $i" "no dnsmasq, or no busybox with udhcpc"; done
else
	serve_dhcp node br0 10.0.0.3,10.0.0.3 "$dir/leases" --no-ping
	# The result of the client's first attempt.
	gets() {
		must ip -n blue addr flush dev eth0
		start blue busybox udhcpc -f -a500 -A 1 -t 20 -i eth0 -s "$ROOT/tests/lib/udhcpc-script" >"$dir/client" 2>&1
		poll 30 grep -qE '^bound|declining' "$dir/client" || diag "$(cat "$dir/client" "$dir/server")"
		grep -oE -m 1 '^bound.*|declining' "$dir/client"
		stop "$started"
	}
	is "$(gets)" "bound 10.0.0.3" "a DHCP client checks its address and takes it"
	is "$(grep -c DHCPDECLINE "$dir/server")" 0 "the server has received no DHCPDECLINE"
	if [ "$arpreply" ]; then
		policy flush
		must in_host node ebtables-legacy -t nat -A PREROUTING -p ARP --arp-op Request \
			--arp-ip-dst "${address[blue]}" -j arpreply --arpreply-mac "$BLUE"
		is "$(gets)" declining "arpreply of ebtables makes it decline its own address"
		must in_host node ebtables-legacy -t nat -F
	else
		skip "arpreply of ebtables makes it decline its own address" "no ebtables"
	fi
	stop "$dnsmasq"
	must ip -n blue addr flush dev eth0
	owner add
fi

policy flush
owner del
is "$(polls) $(detects green)" "FAILED free" "flush: stock again"
no_kernel_faults
