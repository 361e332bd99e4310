#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field notify: automatic gratuitous ARP, for exactly the events that its value selects.
# notify-stock.sh compares "up" with the sysctl.
# lab: timeout 600
# lab: takes 45
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 65

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
elsewhere="10.7.7.7 10.8.8.8 10.8.8.9"

arpctl() { in_host host "$ARPCTL" "$@"; }

# Sets the policy of the next check, one command a line. Cancels pending announcements.
given() {	# COMMAND…
	must arpctl -batch - <<<"flush"$'\n'"$(printf '%s\n' "$@")"
}
change="dev set eth0 notify change"

# Checks which addresses HOST's eth0 receives announcements of while CMD runs. Waits for as
# many as are in WANT, or a short time if there are none.
announces() {	# HOST WANT DESC CMD…
	local host=$1 want=$2 desc=$3 how=(timeout 150)
	shift 3
	[ -z "$want" ] || how=(count "$(wc -w <<<"$want")" timeout 10000)
	is "$(hears "$host" eth0 "${how[@]}" -- "$@" |
		awk '$1 == "in" && $2 == "request" { print $4 == $7 ? $4 : $4 ">" $7 }' |
		sort -u | paste -sd ' ')" "$want" "$desc"
}
by_ip() { announces peer "$1" "$2" ip -n host "${@:3}"; }	# WANT DESC ARGUMENTS…
by_arpctl() { announces peer "$1" "$2" "$WITHIN" host "$ARPCTL" "${@:3}"; }
down_and_up() {	# WANT DESC
	announces peer "$1" "$2" sh -c 'ip -n host link set eth0 down; ip -n host link set eth0 up'
}

# The sysctl has no effect, whatever its value is.
for sysctl in 0 1; do
	set_sysctl host net.ipv4.conf.eth0.arp_notify=$sysctl
	given "dev set eth0 notify off"
	down_and_up '' "arp_notify=$sysctl, off: not when the device comes up"
	by_ip '' "arp_notify=$sysctl, off: not when its MAC changes" link set eth0 address 02:00:00:00:00:7$sysctl
	given "dev set eth0 notify up"
	down_and_up "$own" "arp_notify=$sysctl, up: the device's own addresses"
	by_ip "$own" "arp_notify=$sysctl, up: also when its MAC changes" link set eth0 address 02:00:00:00:00:8$sysctl
	given "$change"
	down_and_up "$own $elsewhere" "arp_notify=$sysctl, change: also the addresses of other devices that it answers for"
	given "$change"
	by_ip "$own $elsewhere" "arp_notify=$sysctl, change: also when its MAC changes" link set eth0 address 02:00:00:00:00:9$sysctl
done
given "dev set eth0 notify off mode audit"
down_and_up "$own" "audit: off suppresses nothing"
given "$change mode audit"
down_and_up "$own" "audit: change announces nothing beyond the sysctl"
given "dev set eth0 notify off"
down_and_up '' "off suppresses the announcements of the sysctl"
is "$(arpctl -j stats show eth0 | jq '.[].reasons["announce-suppressed"]')" 2 "off: suppressed announcements are counted"
set_sysctl host net.ipv4.conf.eth0.arp_notify=0
given "$change mode audit"
down_and_up '' "audit: nothing without the sysctl"

# Merging: the value of all is a minimum, and the order is off, up, change.
given "dev set all notify up" "dev set eth0 notify off" "dev set eth1 notify change"
like "$(arpctl dev effective eth0)" 'notify +up +from all' "all: up is the minimum, off is lower"
like "$(arpctl dev effective eth1)" 'notify +change +from eth1' "all: up is the minimum, change is higher"

# An address is added.
given "$change"
by_ip 10.8.8.10 "an address added on lo is announced on eth0" addr add 10.8.8.10/32 dev lo
given "$change"
by_ip 10.7.7.8 "an address added on a dummy is announced on eth0" addr add 10.7.7.8/32 dev d0
given "$change"
by_ip 10.0.0.9 "an address added on eth0 is announced" addr add 10.0.0.9/24 dev eth0
given "$change"
by_ip '' "not announced: an address that eth0 has already, with another prefix" addr add 10.0.0.9/16 dev eth0
by_ip '' "not announced: an address of eth0 that lo gets as well" addr add 10.0.0.9/32 dev lo
by_ip '' "an address added on eth1 is not announced on eth0" addr add 10.1.0.9/24 dev eth1
given "$change" "dev set eth1 notify change"
announces other 10.1.0.10 "an address added on eth1 is announced on eth1" ip -n host addr add 10.1.0.10/24 dev eth1
given "dev set default notify change"
by_ip '' "a loopback address is not announced" addr add 127.5.5.5/8 dev lo
must ip -n host -batch - <<-END
	addr del 10.0.0.9/32 dev lo
	addr del 10.0.0.9/24 dev eth0
	addr del 10.0.0.9/16 dev eth0
	addr del 10.7.7.8/32 dev d0
	addr del 10.8.8.10/32 dev lo
END
adds() {	# WANT DESC
	by_ip "$1" "$2" addr add 10.8.8.11/32 dev lo
	must ip -n host addr del 10.8.8.11/32 dev lo
}
given "dev set eth0 notify up"
adds '' "up does not announce an address that is added"
given "$change ignore device"
adds '' "ignore device: no address of lo"
given "$change announce strict"
adds '' "announce strict: no address of lo"
given "$change" "dev set lo hidden on"
adds '' "no address that the field hides"
given "$change" "rule add hide 10.8.8.11"
adds '' "no address that a rule hides"
set_sysctl host net.ipv4.conf.eth0.arp_ignore=8
given "$change"
adds '' "no address that the sysctl arp_ignore leaves unanswered"
set_sysctl host net.ipv4.conf.eth0.arp_ignore=0

# hidden, hide.
given "$change" "dev set lo hidden on"
by_arpctl "10.8.8.8 10.8.8.9" "hidden off: the device's addresses" dev set lo hidden off
given "$change" "dev set lo hidden on"
by_arpctl "10.8.8.8 10.8.8.9" "hidden is unset: the device's addresses" dev unset lo
given "$change" "dev set eth1 hidden on"
by_arpctl '' "hidden off: not the addresses of a device that has ARP itself" dev set eth1 hidden off
given "$change" "rule add hide 10.8.8.8 dev eth*"
by_arpctl 10.8.8.8 "a hide rule is removed: the address" rule del hide 10.8.8.8 dev 'eth*'
given "$change" "rule add hide 10.8.0.0/16" "rule add hide 10.8.8.9 dev eth0"
by_arpctl 10.8.8.8 "a hide rule is removed: not what another rule hides" rule del hide 10.8.0.0/16
given "$change" "rule add hide 10.8.8.8 dev eth1"
by_arpctl '' "a hide rule is removed: not if it was for another device" rule del hide 10.8.8.8 dev eth1
given "$change" "rule add hide 10.8.8.8"
by_arpctl 10.8.8.8 "a hide rule is replaced: the address" rule replace pass 10.8.8.8
given "$change" "rule add drop 10.8.8.8"
by_arpctl '' "a rule that does not hide is removed: nothing" rule del drop 10.8.8.8
given "$change" "rule add hide 10.8.8.0/24 dev eth0"
by_arpctl "10.8.8.8 10.8.8.9" "rules are flushed: the hidden addresses" rule flush
given "$change ignore device"
by_arpctl '' "ignore is changed: nothing" dev set eth0 ignore any

# apply, restore.
write_policy() { printf '%s\n' "$@" >"$dir/policy"; }
given "$change" "dev set d0 hidden on" "rule add hide 10.8.8.9"
write_policy "dev unset d0 hidden" "rule del hide 10.8.8.9" "rule add hide 10.8.8.8"
by_arpctl "10.7.7.7 10.8.8.9" "apply: the addresses that are newly answered for" apply "$dir/policy"
given "$change" "dev set lo hidden on"
write_policy "$change" "rule add hide 10.8.8.9"
by_arpctl 10.8.8.8 "restore: the addresses that are newly answered for" restore "$dir/policy"
given "$change" "dev set lo hidden on"
write_policy "dev set lo hidden on" "$change"
by_arpctl '' "restore of the same policy: nothing" restore "$dir/policy"
given "dev set eth0 ignore device"
write_policy "$change ignore any"
by_arpctl "$elsewhere" "restore: also if notify is new" restore "$dir/policy"
given "$change" "dev set d0 hidden on"
write_policy "bind add 10.0.0.2 lladdr 02:00:00:00:01:00"
by_arpctl '' "bindings announce nothing" apply "$dir/policy"

# Devices. A port of a bridge forwards only a while after its carrier is there.
given "$change"
must ip -n host link set d0 down
by_ip 10.7.7.7 "a dummy comes up: its addresses" link set d0 up
given "$change"
by_ip '' "a device's alias is changed: nothing" link set d0 up alias changed
segment lan host:eth2 peer:eth2
addr host eth2 10.2.0.1/24
given "dev set eth2 notify change"
must ip -n lan link set host-eth2 down
no_carrier() { ip -n host link show eth2 | grep -q NO-CARRIER; }
must poll 5 no_carrier
frames=$(hears peer eth2 count 4 timeout 10000 -- ip -n lan link set host-eth2 up)
is "$(awk '$1 == "in" && $2 == "request" { print $4 }' <<<"$frames" | sort -u | paste -sd ' ')" \
	"10.2.0.1 $elsewhere" "the carrier comes up: its own addresses and those that it answers for"
must ip -n host link add name red up type vrf table 10
given "$change"
by_ip '' "a dummy moves to another VRF: nothing" link set d0 master red
by_ip 10.7.7.7 "a dummy moves back: its addresses" link set d0 nomaster
must ip -n host link set d0 master red
given "$change"
by_ip "$own 10.7.7.7" "a device moves to the dummy's VRF: its own addresses and the dummy's" link set eth0 master red
must ip -n host link del red

# Twice.
given "$change"
start=$(date +%s%N)
frames=$(hears peer eth0 count 2 timeout 20000 -- ip -n host addr add 10.8.8.20/32 dev lo)
result $(($(date +%s%N) - start < 2000000000)) "an address is announced twice, at least two seconds apart" "$frames"
is "$(awk '{ print $2, $3, $4, $5, $6, $7 }' <<<"$frames" | sort -u)" \
	"request sender 10.8.8.20 $(mac host eth0) target 10.8.8.20" "both announcements are the same"
given "$change" "rule add hide 10.8.8.8"
by_arpctl 10.8.8.8 "a hide rule is removed: the address is announced" rule del hide 10.8.8.8
must arpctl rule add hide 10.8.8.8
is "$(hears peer eth0 timeout 2400 -- true)" '' "it is hidden before the second announcement: there is none"

# NETDEV_NOTIFY_PEERS, whatever notify is.
if bond host peer 10.9.0.1/24; then
	given "dev set all notify off"
	frames=$(hears peer s1 count 1 timeout 10000 -- ip -n host link set bond0 type bond active_slave s1)
	is "$(awk '$1 == "in" { print $4, $7 }' <<<"$frames")" "10.9.0.1 10.9.0.1" \
		"off: a bond announces its failover"
	is "$(arpctl -j stats show bond0 | jq '.[].reasons["announce-suppressed"] // 0')" 0 "nothing is suppressed"
	must ip -n host link del bond0
else
	skip "off: a bond announces its failover" "no bonding"
	skip "nothing is suppressed" "no bonding"
fi

# More changes than the queue of the work item holds. To keep it from running, only realtime
# processes run meanwhile; each change has 200 addresses to check, all of them hidden. With one
# processor, they run as long as they need. With several, the busy ones must let others run.
starve() {	# CMD…
	local cpu busy=() share status=0
	share=$(sysctl -n kernel.sched_rt_runtime_us)
	[ "$(nproc)" -gt 1 ] || must sysctl -q -w kernel.sched_rt_runtime_us=-1
	for ((cpu = 1; cpu < $(nproc); cpu++)); do
		chrt -f 10 taskset -c $cpu sh -c 'while :; do :; done' &
		busy+=($!)
	done
	chrt -f 20 taskset -c 0 "$@" || status=$?
	[ ${#busy[@]} = 0 ] || kill "${busy[@]}"
	sysctl -q -w kernel.sched_rt_runtime_us="$share"
	return $status
}
for ((i = 1; i <= 200; i++)); do
	echo "addr add 10.89.0.$i/32 dev lo"
done >"$dir/hidden"
for ((i = 0; i < 1600; i++)); do
	printf 'link set eth0 address 02:00:00:01:%02x:%02x\n' $((i >> 8)) $((i & 255))
done >"$dir/changes"
given "$change" "dev set lo hidden on"
must ip -n host -batch "$dir/hidden"
must arpctl stats reset
must starve ip -n host -batch "$dir/changes"
is "$(arpctl -j stats show eth0 | jq '.[].reasons["announce-suppressed"] > 0')" true \
	"changes that did not fit into the queue are counted"
must arpctl flush
must ip -n host addr flush dev lo to 10.89.0.0/16

# The device, its netns and the module are removed during announcements.
many() {	# HOST NET
	printf "addr add $2.%d/32 dev lo\n" {1..100} | ip -n "$1" -batch -
}
given "dev set default notify change"
many host 10.88.1
must ip -n host link del eth1
run_ok "a device is removed while it announces" ip -n other link show lo
host gone
link gone:eth0 other:eth2

# A change of a device is announced on it, however many devices there are.
must modprobe 8021q
vlans() { seq 260 | sed "s|.*|$1|" | ip -n gone -batch -; }
must vlans 'link add link eth0 name v& type vlan id &'
must vlans 'link set v& up'
must in_host gone "$ARPCTL" dev set 'v*' notify change
must vlans 'addr add 10.6.0.1/32 dev v&'
all_announced() {
	[ "$(in_host gone "$ARPCTL" -j stats show | jq '[.[] | select(.out > 0)] | length')" = 260 ]
}
run_ok "an address is added to each of many devices" poll 20 all_announced

must ctl gone dev set default notify change
many gone 10.88.2
must ip netns del gone
unset 'namespaces[-1]'
many host 10.88.3
run_ok "the module is removed while it announces" rmmod arp_policy
no_kernel_faults
