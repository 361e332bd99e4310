#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field notify: gratuitous ARP by itself, on exactly the occasions that it names.
# notify-stock.sh compares "up" with the sysctl.
# lab: takes 40
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 61

modprobe dummy numdummies=0
modprobe vrf
scratch
host host peer other
link host:eth0 peer:eth0
link host:eth1 other:eth0
addr host eth0 10.0.0.1/24 10.0.0.5/24
addr host eth1 10.1.0.1/24
addr host lo 10.8.8.8/32 10.8.8.9/32
must ip -n host link add name d0 up type dummy
addr host d0 10.7.7.7/32
must load_module
own="10.0.0.1 10.0.0.5"
visited="10.7.7.7 10.8.8.8 10.8.8.9"

in_ns() { nsenter --net="/run/netns/$1" -- "${@:2}"; }
arpctl() { in_ns host "$ARPCTL" "$@"; }

# The addresses that are announced on HOST's side of a cable while CMD runs and WAIT ms
# after. Then nothing is left to be announced.
announced_on() {	# HOST WAIT CMD…
	local frames
	frames=$(hears "$1" eth0 timeout "$2" -- "${@:3}")
	must arpctl flush
	awk '$1 == "in" && $2 == "request" { print $4 == $7 ? $4 : $4 ">" $7 }' <<<"$frames" |
		sort -u | paste -sd ' '
}
announced() { announced_on peer 150 "$@"; }
do_arpctl() { announced nsenter --net=/run/netns/host -- "$ARPCTL" "$@"; }
do_ip() { announced ip -n host "$@"; }
policy() {	# FIELDS of eth0
	must arpctl dev set eth0 "$@"
}

# The sysctl does not decide, in either direction.
down_and_up='ip -n host link set eth0 down; ip -n host link set eth0 up'
for sysctl in 0 1; do
	set_sysctl host net.ipv4.conf.eth0.arp_notify=$sysctl
	policy notify off
	is "$(announced sh -c "$down_and_up")" '' "arp_notify=$sysctl, off: not when the device comes up"
	policy notify off
	is "$(do_ip link set eth0 address 02:00:00:00:00:7$sysctl)" '' "nor when its MAC changes"
	policy notify up
	is "$(announced sh -c "$down_and_up")" "$own" "up: the device's own addresses"
	policy notify up
	is "$(do_ip link set eth0 address 02:00:00:00:00:8$sysctl)" "$own" "also when its MAC changes"
	policy notify change
	is "$(announced sh -c "$down_and_up")" "$own $visited" "change: and those that it answers for"
	policy notify change
	is "$(do_ip link set eth0 address 02:00:00:00:00:9$sysctl)" "$own $visited" "also when its MAC changes"
done
policy notify off mode audit
is "$(announced sh -c "$down_and_up")" "$own" "audit: off suppresses nothing"
policy notify change mode audit
is "$(announced sh -c "$down_and_up")" "$own" "audit: change announces nothing beyond the sysctl"
set_sysctl host net.ipv4.conf.eth0.arp_notify=0
policy notify change mode audit
is "$(announced sh -c "$down_and_up")" '' "and nothing without it"
policy notify off
set_sysctl host net.ipv4.conf.eth0.arp_notify=1
sh -c "$down_and_up"
is "$(arpctl -j stats show eth0 | jq '.[].reasons["announce-suppressed"]')" 2 "what off suppresses is counted"
set_sysctl host net.ipv4.conf.eth0.arp_notify=0
must arpctl flush

# Values merge: the floor of all, and change over up over off.
must arpctl dev set all notify up
policy notify off
like "$(arpctl dev effective eth0)" 'notify +up +from all' "all: up is a floor over off"
policy notify change
like "$(arpctl dev effective eth0)" 'notify +change +from eth0' "and change is above it"
must arpctl flush

# An address is added, hidden or not.
policy notify change
is "$(do_ip addr add 10.8.8.10/32 dev lo)" 10.8.8.10 "an address added on lo is announced on eth0"
policy notify change
must ip -n host addr del 10.8.8.10/32 dev lo
is "$(do_ip addr add 10.7.7.8/32 dev d0)" 10.7.7.8 "and one on a dummy"
policy notify change
is "$(do_ip addr add 10.0.0.9/24 dev eth0)" 10.0.0.9 "and one on eth0"
policy notify change
is "$(do_ip addr add 10.0.0.9/16 dev eth0)" '' "but not one that eth0 has already, with another prefix"
policy notify change
is "$(do_ip addr add 10.0.0.9/32 dev lo)" '' "nor one that another device has as well"
must ip -n host -batch - <<-END
	addr del 10.0.0.9/32 dev lo
	addr del 10.0.0.9/24 dev eth0
	addr del 10.0.0.9/16 dev eth0
	addr del 10.7.7.8/32 dev d0
END
policy notify change
is "$(do_ip addr add 10.1.0.9/24 dev eth1)" '' "one on eth1 is not announced on eth0"
must arpctl dev set eth1 notify change
is "$(announced_on other 150 ip -n host addr add 10.1.0.10/24 dev eth1)" 10.1.0.10 "but on eth1"
must arpctl dev set default notify change
is "$(do_ip addr add 127.5.5.5/8 dev lo)" '' "a loopback address is not announced"
policy notify up
is "$(do_ip addr add 10.8.8.11/32 dev lo)" '' "up does not announce an address that is added"
policy notify change ignore device
is "$(do_ip addr add 10.8.8.12/32 dev lo)" '' "ignore device: none of lo"
policy notify change announce strict
is "$(do_ip addr add 10.8.8.13/32 dev lo)" '' "announce strict: none of lo"
policy notify change
must arpctl dev set lo hidden on
is "$(do_ip addr add 10.8.8.14/32 dev lo)" '' "nor a hidden one"
policy notify change
must arpctl rule add hide 10.8.8.15
is "$(do_ip addr add 10.8.8.15/32 dev lo)" '' "by field or by rule"
set_sysctl host net.ipv4.conf.eth0.arp_ignore=8
policy notify change
is "$(do_ip addr add 10.8.8.16/32 dev lo)" '' "nor one that the sysctl arp_ignore keeps from being answered"
set_sysctl host net.ipv4.conf.eth0.arp_ignore=0
for i in 10 11 12 13 14 15 16; do ip -n host addr del 10.8.8.$i/32 dev lo 2>/dev/null; done

# hidden, hide.
hide() {	# FIELDS or rules of the policy before
	policy notify change
	must arpctl "$@"
}
hide dev set lo hidden on
is "$(do_arpctl dev set lo hidden off)" "10.8.8.8 10.8.8.9" "hidden off: the device's addresses"
hide dev set lo hidden on
is "$(do_arpctl dev unset lo)" "10.8.8.8 10.8.8.9" "also if it is unset"
hide dev set eth1 hidden on
is "$(do_arpctl dev set eth1 hidden off)" '' "not those of a device that speaks ARP itself"
hide rule add hide 10.8.8.8 dev 'eth*'
is "$(do_arpctl rule del hide 10.8.8.8 dev 'eth*')" 10.8.8.8 "a hide rule is removed: the address"
hide rule add hide 10.8.0.0/16
must arpctl rule add hide 10.8.8.9 dev eth0
is "$(do_arpctl rule del hide 10.8.0.0/16)" 10.8.8.8 "not if another rule hides it"
hide rule add hide 10.8.8.8 dev eth1
is "$(do_arpctl rule del hide 10.8.8.8 dev eth1)" '' "not if it was hidden on another device"
hide rule add hide 10.8.8.8
is "$(do_arpctl rule replace pass 10.8.8.8)" 10.8.8.8 "a hide rule is replaced"
hide rule add drop 10.8.8.8
is "$(do_arpctl rule del drop 10.8.8.8)" '' "another rule is none of the occasions"
hide rule add hide 10.8.8.0/24 dev eth0
is "$(do_arpctl rule flush)" "10.8.8.8 10.8.8.9" "rules are flushed"
hide dev set eth0 ignore device
is "$(do_arpctl dev set eth0 ignore any)" '' "ignore is none of the occasions"

# apply, restore.
say() { printf '%s\n' "$@" >"$dir/policy"; }
hide dev set d0 hidden on
must arpctl rule add hide 10.8.8.9
say "dev unset d0 hidden" "rule del hide 10.8.8.9" "rule add hide 10.8.8.8"
is "$(do_arpctl apply "$dir/policy")" "10.7.7.7 10.8.8.9" "apply: what is answered for from now on"
hide dev set lo hidden on
say "dev set eth0 notify change" "rule add hide 10.8.8.9"
is "$(do_arpctl restore "$dir/policy")" 10.8.8.8 "restore: the same"
hide dev set lo hidden on
say "dev set lo hidden on" "dev set eth0 notify change"
is "$(do_arpctl restore "$dir/policy")" '' "the same policy again: nothing"
must arpctl dev set eth0 ignore device
say "dev set eth0 notify change ignore any"
is "$(do_arpctl restore "$dir/policy")" "10.7.7.7 10.8.8.8 10.8.8.9" "restore also if notify is new"
say "bind add 10.0.0.2 lladdr 02:00:00:00:01:00"
hide dev set d0 hidden on
is "$(do_arpctl apply "$dir/policy")" '' "bindings announce nothing"

# Devices. A port of a bridge forwards only a while after its carrier is there.
policy notify change
must ip -n host link set d0 down
is "$(do_ip link set d0 up)" 10.7.7.7 "a dummy comes up: its addresses"
segment lan host:eth2 peer:eth2
addr host eth2 10.2.0.1/24
must arpctl dev set eth2 notify change
must ip -n lan link set host-eth2 down
no_carrier() { ip -n host link show eth2 | grep -q NO-CARRIER; }
must poll 5 no_carrier
frames=$(hears peer eth2 timeout 2600 -- ip -n lan link set host-eth2 up)
is "$(awk '$1 == "in" && $2 == "request" { print $4 }' <<<"$frames" | sort -u | paste -sd ' ')" \
	"10.2.0.1 $visited" "the carrier comes up: its own and those that it answers for"
must arpctl flush
must ip -n host link add name red up type vrf table 10
policy notify change
is "$(do_ip link set d0 master red)" '' "a dummy leaves for another VRF"
policy notify change
is "$(do_ip link set d0 nomaster)" 10.7.7.7 "and comes back"
must ip -n host link set d0 master red
policy notify change
is "$(do_ip link set eth0 master red)" "$own 10.7.7.7" "a device changes its VRF"
must ip -n host link del red
policy notify change
is "$(do_ip link set d0 up alias changed)" '' "other changes of a device are none of the occasions"

# Twice.
policy notify change
start=$(date +%s%N)
frames=$(hears peer eth0 count 2 timeout 10000 -- ip -n host addr add 10.8.8.20/32 dev lo)
result $(($(date +%s%N) - start < 2000000000)) "an address is announced twice, at least two seconds apart" "$frames"
is "$(awk '{ print $2, $3, $4, $5, $6, $7 }' <<<"$frames" | sort -u)" \
	"request sender 10.8.8.20 $(mac host eth0) target 10.8.8.20" "in the same way"
is "$(hears peer eth0 timeout 2500 -- true)" '' "and then no more"
must arpctl flush

# NETDEV_NOTIFY_PEERS, whatever notify is.
ready() { [ "$(in_host host grep -c 'MII Status: up' /proc/net/bonding/bond0)" = 3 ]; }
if modprobe -q bonding max_bonds=0; then
	link host:s0 peer:s0
	link host:s1 peer:s1
	must ip -n host -batch - <<-END
		link add name bond0 type bond mode active-backup miimon 50
		link set s0 down
		link set s1 down
		link set s0 master bond0
		link set s1 master bond0
		link set bond0 up
		addr add 10.9.0.1/24 dev bond0
		link set bond0 type bond active_slave s0
	END
	must poll 10 ready
	must arpctl dev set all notify off
	frames=$(hears peer s1 timeout 700 -- ip -n host link set bond0 type bond active_slave s1)
	is "$(awk '$1 == "in" { print $4, $7 }' <<<"$frames" | sort -u)" "10.9.0.1 10.9.0.1" \
		"off: a bond announces its failover"
	is "$(arpctl -j stats show bond0 | jq '.[].reasons["announce-suppressed"] // 0')" 0 "nothing is suppressed"
	must arpctl flush
	must ip -n host link del bond0
else
	skip "off: a bond announces its failover" "no bonding"
	skip "nothing is suppressed" "no bonding"
fi

# In the midst of it: the device goes, its netns goes, the module goes.
many() {	# HOST NET
	printf "addr add $2.%d/32 dev lo\n" {1..250} | ip -n "$1" -batch -
}
must arpctl dev set default notify change
many host 10.88.1
must ip -n host link del eth1
run_ok "a device is removed while it announces" ip -n other link show lo
host gone
link gone:eth0 other:eth2
must in_ns gone "$ARPCTL" dev set default notify change
many gone 10.88.2
must ip netns del gone
unset 'namespaces[-1]'
many host 10.88.3
run_ok "the module is removed while it announces" rmmod arp_policy
no_kernel_faults
