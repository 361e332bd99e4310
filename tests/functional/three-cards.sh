#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Three cards of one host on one segment: each answers only for its own address.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 48

host test1 test2
segment lan test1:eth0 test1:eth1 test1:eth2 test2:eth0
addr test1 eth0 192.168.0.196/24
addr test1 eth1 192.168.95.136/24
addr test1 eth2 192.168.95.137/24
addr test2 eth0 192.168.95.134/24
card0=$(mac test1 eth0)
card1=$(mac test1 eth1)
card2=$(mac test1 eth2)

# The MACs that answer test2's requests for .196, .136 and .137.
answer() {	# MACS MACS MACS WHEN
	is "$(asks test2 eth0 192.168.0.196)" "$1" "$4: answers for .196"
	is "$(asks test2 eth0 192.168.95.136)" "$2" "$4: answers for .136"
	is "$(asks test2 eth0 192.168.95.137)" "$3" "$4: answers for .137"
}

all_three() {	# WHEN
	local all="$card0 $card1 $card2"
	answer "$all" "$all" "$all" "$1"
}

each_its_own() { answer "$card0" "$card1" "$card2" "$1"; }	# WHEN

# The MAC that test2 has for ADDRESS after a ping, starting without neighbour entries.
mac_after_ping() {	# ADDRESS
	local entry
	# test2 twice, as test1 may have probed it meanwhile.
	ip -n test2 neigh flush all
	ip -n test1 neigh flush all
	ip -n test2 neigh flush all
	in_host test2 ping -q -c 1 -W 5 "$1" >/dev/null || echo "no answer from"
	entry=$(ip -n test2 neigh show "$1")
	[[ $entry =~ lladdr\ ([^ ]+) ]] && echo "${BASH_REMATCH[1]}"
}

policy() { must ctl test1 "$@"; }

# "DEV VALUE SELECTOR": the ignore that applies, and where it comes from.
effective() {	# DEV
	ctl test1 -j dev effective "$1" |
		jq -r '.[] | "\(.dev) \(.fields.ignore.value) \(.fields.ignore.selector)"'
}

# The problem, and sysctls that an administrator would try.
all_three "stock"
must ip -n test1 route del 192.168.95.0/24 dev eth1
all_three "stock, eth1's route deleted"

must load_module
for card in eth0 eth1 eth2; do policy dev set $card ignore device; done
each_its_own "ignore device, eth1's route deleted"
must ip -n test1 route prepend 192.168.95.0/24 dev eth1 proto kernel scope link \
	src 192.168.95.136
each_its_own "ignore device"

# The answer to a ping of .137 takes the first route, by eth1.
is "$(mac_after_ping 192.168.95.136)" "$card1" ".136 is answered by eth1"
is "$(mac_after_ping 192.168.95.137)" "$card1" ".137 as well, as eth1 requests with the sender .137"
policy dev set 'eth*' announce best
is "$(mac_after_ping 192.168.95.136)" "$card1" "announce best: .136 is answered by eth1"
is "$(mac_after_ping 192.168.95.137)" "$card2" "announce best: .137 is answered by eth2"
policy flush
all_three "flush"

# "all" is a floor.
policy dev set all ignore 1
policy dev set eth1 ignore 0
is "$(effective eth1)" "eth1 1 all" "all 1, eth1 0: all applies to eth1"
is "$(asks test2 eth0 192.168.95.137)" "$card2" "all 1, eth1 0: eth1 does not answer for .137"
is "$(asks test2 eth0 192.168.95.136 192.168.0.5)" "$card1" \
	"all 1, eth1 0: eth1 answers a sender in another subnet"
policy dev set eth1 ignore 2
is "$(effective eth1)" "eth1 2 eth1" "all 1, eth1 2: eth1 has its own value"
is "$(effective eth2)" "eth2 1 all" "all 1, eth1 2: eth2 has the value of all"
is "$(asks test2 eth0 192.168.95.136)" "$card1" "all 1, eth1 2: eth1 answers a sender in its own subnet"
is "$(asks test2 eth0 192.168.95.136 192.168.0.5)" silence "all 1, eth1 2: eth1 does not answer a sender in another subnet"
is "$(asks test2 eth0 192.168.95.137 192.168.0.5)" "$card2" "all 1, eth1 2: eth2 answers a sender in another subnet"
policy flush

# "default" is none.
policy dev set default ignore device
policy dev set eth2 ignore any
is "$(effective eth2)" "eth2 0 eth2" "default device, eth2 any: eth2 has its own value"
is "$(effective eth1)" "eth1 1 default" "default device, eth2 any: eth1 has the value of default"
answer "$card0 $card2" "$card1 $card2" "$card2" "default device, eth2 any"
policy flush

# Against the sysctls, looser and stricter.
set_sysctl test1 net.ipv4.conf.all.arp_ignore=1
each_its_own "arp_ignore=1"
policy dev set eth1 ignore any
answer "$card0 $card1" "$card1" "$card1 $card2" "arp_ignore=1, eth1 any"
is "$(mac_after_ping 192.168.95.136)" "$card1" "arp_ignore=1, eth1 any: .136 is answered by eth1"
policy flush
is "$(asks test2 eth0 192.168.95.137)" "$card2" "arp_ignore=1, flush: answers for .137"

set_sysctl test1 net.ipv4.conf.all.arp_ignore=8
is "$(asks test2 eth0 192.168.95.137)" silence "arp_ignore=8: answers for .137"
policy dev set 'eth*' ignore device announce best
each_its_own "arp_ignore=8, ignore device"
is "$(mac_after_ping 192.168.95.136)" "$card1" "arp_ignore=8, ignore device: .136 is answered by eth1"
is "$(mac_after_ping 192.168.95.137)" "$card2" "arp_ignore=8, ignore device: .137 is answered by eth2"
must unload_module
is "$(asks test2 eth0 192.168.95.137)" silence "arp_ignore=8, rmmod: answers for .137"
set_sysctl test1 net.ipv4.conf.all.arp_ignore=0
is "$(asks test2 eth0 192.168.95.137)" "$card0 $card1 $card2" "stock again: answers for .137"
