#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Address conflict detection and DHCP work with any policy; leases are imported as bindings.
# lab: timeout 400
# lab: all
# lab: takes 90
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
needs_dhcp

host server owner client spoofer
segment lan server:eth0 owner:eth0 client:eth0 spoofer:eth0
addr server eth0 10.0.0.1/24
addr owner eth0 10.0.0.50/24
addr owner lo 10.0.0.70/32
SERVER=$(mac server eth0) OWNER=$(mac owner eth0)
CLIENT=$(mac client eth0) SPOOFER=$(mac spoofer eth0)
# Without locktime, the last packet always updates the neighbour entry.
set_sysctl server net.ipv4.neigh.eth0.locktime=0

# What arping -D reports about an address.
detects() {	# ADDRESS
	in_host client arping -q -D -c 2 -w 2 -I eth0 "$1"
	case $? in
	0) echo unique ;;
	1) echo duplicate ;;
	*) echo error ;;
	esac
}
probes() { asks client eth0 "$1" 0.0.0.0; }	# ADDRESS

scratch

serve() { serve_dhcp server eth0 "$1" "$dir/leases" --dhcp-sequential-ip "${@:2}"; }	# RANGE [OPTION…]
stop_serving() {
	stop $dnsmasq
	rm -f "$dir/leases"
}
# Starts a DHCP client that does not give up, and checks that its address is free.
start_client() {
	nsenter --net=/run/netns/client -- busybox udhcpc -f -a1000 -A 2 -i eth0 \
		-s "$ROOT/tests/lib/udhcpc-script" >"$dir/client" 2>&1 &
	udhcpc=$!
}
said() { [ "$(grep -cE "$2" "$dir/client")" -ge "$1" ]; }	# HOW OFTEN REGEX
stop_client() {
	stop $udhcpc
	must ip -n client addr flush dev eth0
}
# The result of the first offer: "bound ADDRESS" or "declining".
gets() {
	start_client
	poll 60 said 1 '^bound|declining'
	grep -oE -m 1 '^bound.*|declining' "$dir/client"
	stop_client
}

# The problem

is "$(detects 10.0.0.70)" duplicate "stock: a host's loopback address counts as taken in the segment"
set_sysctl owner net.ipv4.conf.all.arp_ignore=8
is "$(detects 10.0.0.50)" unique "stock: under arp_ignore=8 a host's address looks free"
serve 10.0.0.50,10.0.0.50 --no-ping
is "$(gets)" "bound 10.0.0.50" "stock: DHCP leases this address to another host"

# Probes under policy

must load_module
must ctl owner dev set eth0 ignore device
is "$(detects 10.0.0.70)" unique "ignore device: the loopback address looks free"
is "$(detects 10.0.0.50)" duplicate "the host's own address counts as taken, in spite of the sysctl"
is "$(gets)" declining "a DHCP client declines the address that is taken"
stop_serving
set_sysctl owner net.ipv4.conf.all.arp_ignore=0

# The server proxies for the whole subnet.
must ctl server rule add proxy 10.0.0.0/24 dev eth0
is "$(asks client eth0 10.0.0.77 10.0.0.66)" "$SERVER" "a proxy rule for the subnet answers requests"
is "$(probes 10.0.0.77)" silence "a proxy rule for the subnet answers no probes"
is "$(detects 10.0.0.77)" unique "an address that nobody has is free"

must ctl owner bind add 10.0.0.1 lladdr "$SERVER"
fields=("ignore device announce strict" "inspect strict" "validate src-mac,dst-mac,ip" "learn solicited"
	"garp drop" "source-rate 50" "defend on" "filter on")
for field in "${fields[@]}"; do
	# shellcheck disable=SC2086
	must ctl owner dev set eth0 $field
	is "$(probes 10.0.0.50)" "$OWNER" "$field: the owner alone answers a probe"
	must ctl owner dev unset eth0
done
# All together from here on, on both.
for name in server owner; do
	must ctl $name dev set eth0 ignore device announce strict inspect strict learn solicited \
		validate src-mac,dst-mac,ip garp drop source-rate 50 defend on proxy off filter on
done
is "$(detects 10.0.0.50)" duplicate "all of these: a used address is detected"
is "$(detects 10.0.0.77)" unique "all of these: an unused address is free"
is "$(ctl owner -j stats show eth0 | jq '.[].reasons | .conflict // 0, .spoofed // 0, .unbound // 0' | paste -sd ' ')" \
	"0 0 0" "a probe is no conflict, not spoofed, and needs no binding"

# DHCP under policy

# The server detects the owner by ping if policy accepts the owner's answer.
# Its neighbour entry may still have the MAC of the client that the stock kernels misled.
must ip -n server neigh flush dev eth0
must ctl server bind add 10.0.0.50 lladdr "$OWNER"
serve 10.0.0.50,10.0.0.60
start_client
poll 60 said 1 '^bound|declining' || diag "$(cat "$dir/client" "$dir/server")"
is "$(ip -n client -4 -o addr show dev eth0 | awk '{ print $4 }')" 10.0.0.51/24 \
	"the client gets the first free address"
unlike "$(<"$dir/client")" declining "the server's ping found the used address before it was offered"

# Leases become bindings

reaches() { in_host client ping -q -c 1 -W 2 10.0.0.1; }
known_mac() { neigh_mac server 10.0.0.51 eth0; }
answer() { asks "$1" eth0 10.0.0.1 10.0.0.51; }	# HOST
forget() {
	must ip -n server neigh flush dev eth0
	must ip -n client neigh flush dev eth0
}

forget
fails_with 1 '100% packet loss' "inspect strict: without a binding the client does not reach the server" \
	reaches
run_ok "the server's leases are imported" ctl server bind import "$dir/leases"
like "$(ctl server bind show)" "10\.0\.0\.51 lladdr $CLIENT" "the client has a binding"
forget
run_ok "with a binding the client reaches the server" reaches
is "$(known_mac)" "$CLIENT" "the server has the client's MAC"
is "$(answer client)" "$SERVER" "the client is answered"
is "$(answer spoofer)" silence "another host with the client's address is not answered"
is "$(known_mac)" "$CLIENT" "the server does not learn the other host's MAC"
like "$(ctl server -j stats show eth0)" '"spoofed": *[1-9]' "its packets are counted as spoofed"
must ip -n client neigh flush dev eth0
kill -USR1 $udhcpc
run_ok "the lease is renewed" poll 60 said 1 '^renew 10\.0\.0\.51'

# Leases of Kea, whose cleanup moves them to files beside the one it writes

kea=$dir/kea-leases4.csv
kea() {	# SUFFIX [ADDRESS MAC LIFETIME]…
	local file=$kea$1
	shift
	echo address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context >"$file"
	while [ $# -gt 0 ]; do
		echo "10.31.0.$1,02:00:5e:00:61:$2,,$3,$(($(date +%s) + 7200)),1,0,0,,0," >>"$file"
		shift 3
	done
}
imports() {	# WANTED DESC
	must ctl server bind flush dev kea0
	said=$(ctl server bind import "$kea" dev kea0 2>&1)
	is "$said: $(ctl server bind show dev kea0 | sed 's/^10.31.0.\([0-9]*\) .*:\(..\) dev.*/\1-\2/' | paste -sd ' ')" \
		"imported $1" "$2"
}
kea '' 100 01 0 102 03 7200
kea .2 100 01 7200 101 02 7200
imports "2, skipped 1: 101-02 102-03" "after a cleanup: FILE.2, then FILE; released leases are skipped"
kea .1 101 04 7200 103 05 7200
imports "3, skipped 1: 101-04 102-03 103-05" "during a cleanup: FILE.2, FILE.1, then FILE"
kea .completed 101 04 7200 104 06 7200
imports "3, skipped 1: 101-04 102-03 104-06" "at its end: FILE.completed instead of FILE.2 and FILE.1"
kea .output 105 07 7200
imports "3, skipped 1: 101-04 102-03 104-06" "unfinished files are not read"
rm "$kea"
imports "2, skipped 0: 101-04 104-06" "before Kea creates the new FILE, the others are read"
rm "$kea."*
kea ''
like "$(ctl server bind import "$kea" 2>&1)" "^arpctl: warning: $kea holds no lease
imported 0, skipped 0$" "a file without leases is reported"

# While the files are renamed, a lease that is always in one of them is never missed.
kea '' 100 01 7200
(
	while :; do
		mv "$kea" "$kea.1"
		kea ''
		mv "$kea.1" "$kea.completed"
		mv "$kea.completed" "$kea.2"
		mv "$kea.2" "$kea"
	done
) &
cleanup=$!
missed=0
for _ in {1..30}; do
	must ctl server bind flush dev kea0
	ctl server bind import "$kea" dev kea0 >"$dir/said" 2>&1 || diag "$(<"$dir/said")"
	[ -n "$(ctl server bind show dev kea0)" ] || missed=$((missed + 1))
done
stop $cleanup
is $missed 0 "no import misses a lease while the files are renamed"

# Hosts of ISC dhcpd

cat >"$dir/dhcpd.leases" <<-END
	group { host printer { hardware ethernet $CLIENT; fixed-address 10.31.0.200; } }
	host scanner { hardware ethernet $CLIENT; fixed-address scanner.example.org; }
END
run_ok "a host's fixed address is imported" ctl server bind import "$dir/dhcpd.leases" dev isc0
like "$(ctl server bind show dev isc0)" "^10\.31\.0\.200 +lladdr $CLIENT dev isc0\$" "a host's fixed address is bound"
sed -i /printer/d "$dir/dhcpd.leases"
fails_with 1 "dhcpd\.leases:1: warning: .scanner\.example\.org. is not understood" \
	"a file with nothing understood is an error" ctl server bind import "$dir/dhcpd.leases" dev isc0

# Back to stock

must ctl server flush
is "$(answer spoofer)" "$SERVER" "flush: anybody with the client's address is answered"
is "$(known_mac)" "$SPOOFER" "flush: the server learns the spoofer's MAC"
stop_client
stop_serving
plan
