#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# With policy, arp-scan finds only real hosts in a segment.
# lab: all
# lab: timeout 300
# lab: takes 50
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v arp-scan >/dev/null || plan skip "no arp-scan"

VIP=10.0.0.100

host scanner gateway bob carol
segment lan scanner:eth0 gateway:eth0 bob:eth0 carol:eth0
link gateway:eth1 carol:eth1
addr scanner eth0 10.0.0.9/24
addr gateway eth0 10.0.0.1/24
addr bob eth0 10.0.0.2/24
addr carol eth0 10.0.0.3/24
addr bob lo $VIP/32
addr carol lo $VIP/32
GATEWAY=$(mac gateway eth0) BOB=$(mac bob eth0) CAROL=$(mac carol eth0)

# The gateway has a route to all other networks, and its proxy ARP answers at once.
addr gateway eth1 10.9.0.1/24
must ip -n gateway route add default via 10.9.0.2 dev eth1
set_sysctl gateway net.ipv4.ip_forward=1 net.ipv4.conf.eth0.proxy_arp=1 \
	net.ipv4.neigh.eth0.proxy_delay=0

# "ADDRESS MAC" of each answer, in order; an address twice if two answer for it.
scan() {	# PREFIX
	in_host scanner arp-scan --interface=eth0 --plain --quiet --retry=2 "$1" |
		sed -E 's/\s+/ /; s/ \(DUP.*//' | sort -u -V
}
# "COUNT MAC" for each MAC, of the last scan.
found=''
by_mac() {
	awk 'NF { n[$2]++ } END { for (mac in n) print n[mac], mac }' <<<"$found" | sort -k 2
}
addresses() { cut -d ' ' -f 1 <<<"$found" | sort -u | grep -c .; }

# The problem

found=$(scan 10.1.0.0/24)
is "$(by_mac)" "256 $GATEWAY" "stock: a proxying gateway answers for all of another network"
is "$(addresses)" 256 "the gateway answers once for each address"
hosts="10.0.0.1 $GATEWAY
10.0.0.2 $BOB
10.0.0.3 $CAROL"
found=$(scan 10.0.0.0/24)
is "$found" "$hosts
$VIP $BOB
$VIP $CAROL" "stock: the virtual address is found twice among three hosts"

# The fix

must load_module
must ctl gateway dev set eth0 proxy off
found=$(scan 10.1.0.0/24)
is "$(by_mac)" "" "proxy off: nothing of the other network is found"
must ctl carol rule add hide $VIP dev eth0
is "$(scan 10.0.0.0/24)" "$hosts
$VIP $BOB" "hide: the virtual address is found once, real hosts as before"
must ctl bob dev set lo hidden on
must ctl gateway dev set eth0 ignore device
is "$(scan 10.0.0.0/24)" "$hosts" "hidden by both, it is not found"

# A proxy limited to a prefix

must ctl gateway rule add proxy 10.1.0.64/26 dev eth0
must ctl gateway rule add hide 10.1.0.80/28 dev eth0
must ctl gateway rule add proxy 10.1.0.85 lladdr "$BOB" dev eth0
found=$(scan 10.1.0.0/24)
is "$(by_mac)" "48 $GATEWAY
1 $BOB" "a proxy rule answers for its prefix only, except hidden addresses"
is "$(head -n 1 <<<"$found"), $(grep " $BOB" <<<"$found"), $(tail -n 1 <<<"$found")" \
	"10.1.0.64 $GATEWAY, 10.1.0.85 $BOB, 10.1.0.127 $GATEWAY" "from the prefix's first address to its last"

# Back to stock

for name in gateway bob carol; do must ctl $name flush; done
found=$(scan 10.1.0.0/24)
is "$(by_mac)" "256 $GATEWAY" "flush: the gateway answers for all of the other network again"
is "$(scan 10.0.0.96/28)" "$VIP $BOB
$VIP $CAROL" "flush: the virtual address is found twice again"
plan
