#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Own and hidden addresses by L3 domain: hidden and defend with the same addresses in
# several VRFs, and while addresses, VRFs, names and MACs change.
# lab: timeout 600
# lab: takes 50
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 47

scratch
modprobe dummy numdummies=0
modprobe vrf
host alice bob carol
segment lan alice:eth0 bob:eth0
addr bob eth0 10.0.0.2/24
alice=$(mac alice eth0)

# The fence is not reachable from a VRF, so silence is detected by timeout.
answer() {	# TARGET [SENDER]
	arpq bob ask eth0 "$1" ${2:+sender "$2"} timeout 200 | awk '{ print $3 }' | sort -u
}

count_of() {	# REASON [DEV]
	ctl alice -j stats show "${2-eth0}" | jq ".[].reasons[\"$1\"] // 0"
}

claims() {	# ADDRESS [MAC]
	arpq bob ask eth0 10.0.0.201 sender "$1" ${2:+smac "$2"} timeout 50 >/dev/null
	:
}

# Two tenants, with the same addresses
must ip -n alice -batch - <<-END
	link add name red up type vrf table 10
	link add name blue up type vrf table 20
	link add name r1 up type dummy
	link add name b2 up type dummy
	link set r1 master red
	link set b2 master blue
	link set eth0 master blue
	addr add 10.0.0.1/24 dev eth0
	addr add 10.0.0.2/24 dev r1
	addr add 10.0.0.99/32 dev r1
	addr add 10.0.0.99/32 dev b2
	addr add 10.0.0.98/32 dev r1
END
must poll 5 forwarding lan

must load_module
must ctl alice dev set all defend on
resolves() {
	ip -n alice neigh flush all
	ip -n bob neigh flush all
	in_host bob ping -q -c 1 -W 5 10.0.0.1
}
run_ok "defend: a host may use an address that is own only in another VRF" resolves
is "$(count_of conflict)" 0 "defend: an address of another VRF is no conflict"
claims 10.0.0.98
is "$(count_of conflict)" 0 "a claim of an address that only another VRF has is no conflict"
claims 10.0.0.1
is "$(count_of conflict)" 1 "an own address of this VRF is defended"
claims 10.0.0.99
is "$(count_of conflict)" 2 "an own address on another device of this VRF is defended"
must ctl alice dev set b2 hidden on
claims 10.0.0.99
is "$(count_of conflict)" 2 "a hidden address is not defended"
must ctl alice flush

is "$(answer 10.0.0.99)" "$alice" "stock: an address of the VRF is answered for"
must ctl alice dev set r1 hidden on
is "$(answer 10.0.0.99)" "$alice" "hidden in another VRF, it is still answered for"
is "$(count_of hidden)" 0 "hidden in another VRF, it is not counted as hidden"
must ctl alice dev set b2 hidden on
is "$(answer 10.0.0.99)" "" "hidden in this VRF, it is not answered for"
is "$(count_of hidden)" 1 "hidden in this VRF, it is counted as hidden"
like "$(ctl alice explain request 10.0.0.99 from 10.0.0.2 dev eth0)" 'b2' "explain names the device of this VRF"
must ctl alice dev unset r1 hidden
is "$(answer 10.0.0.99)" "" "hidden in this VRF only, it is not answered for"

# An address known only from a route, in a VRF
must ip -n alice route add local 10.0.0.96/32 dev b2 table 20
is "$(answer 10.0.0.96)" "" "an address routed to a hidden device of the VRF is hidden"
must ctl alice dev unset b2 hidden
must ctl alice dev set r1 hidden on
is "$(answer 10.0.0.96)" "$alice" "an address routed to a device that is not hidden is answered for"
must ip -n alice route del local 10.0.0.96/32 dev b2 table 20

# Devices move between VRFs
must ip -n alice addr del 10.0.0.2/24 dev r1
must ip -n alice link set r1 master blue
is "$(answer 10.0.0.98)" "" "a hidden device that joins the VRF hides its addresses there"
is "$(answer 10.0.0.99)" "" "it also hides an address that is on two devices of the VRF"
must ip -n alice link set r1 nomaster
is "$(answer 10.0.0.99)" "$alice" "a device that leaves the VRF no longer hides them there"
must ip -n alice link set b2 nomaster
must ip -n alice link set eth0 nomaster
must poll 5 forwarding lan
is "$(answer 10.0.0.98)" "" "without a VRF: the addresses of a hidden device are hidden"
is "$(answer 10.0.0.99)" "" "without a VRF: an address that another device has, too, is hidden"
must ip -n alice addr add 10.0.0.99/32 dev eth0
is "$(answer 10.0.0.99)" "$alice" "without a VRF: an address of the receiving device is not hidden"
must ip -n alice addr del 10.0.0.99/32 dev eth0

# The same address twice on a device
must ip -n alice addr add 10.0.0.98/31 dev r1
must ip -n alice addr del 10.0.0.98/32 dev r1
is "$(answer 10.0.0.98)" "" "an address is hidden until its last prefix goes"
must ip -n alice addr del 10.0.0.98/31 dev r1
must ip -n alice addr add 10.0.0.98/32 dev b2
is "$(answer 10.0.0.98)" "$alice" "after that it is no longer hidden"

# Secondary addresses
for promote in 1 0; do
	set_sysctl alice net.ipv4.conf.r1.promote_secondaries=$promote \
		net.ipv4.conf.all.promote_secondaries=$promote
	for last in 1 2 3; do must ip -n alice addr add 10.0.0.4$last/29 dev r1; done
	must ip -n alice addr del 10.0.0.41/29 dev r1
	is "$(answer 10.0.0.42)" "" "promote_secondaries=$promote: the next address is not answered for"
	must ip -n alice addr add 10.0.0.42/32 dev b2
	[ $promote = 0 ] || is "$(answer 10.0.0.42)" "" "promote_secondaries=$promote: hidden although another device has it, too"
	must ip -n alice addr flush dev r1
	is "$(answer 10.0.0.42)" "$alice" "promote_secondaries=$promote: no longer hidden when it is deleted"
	must ip -n alice addr del 10.0.0.42/32 dev b2
done

# A device may lose IPv4, its name, or its netns
must ip -n alice addr add 10.0.0.97/32 dev r1
must ip -n alice link set r1 mtu 60
must ip -n alice addr add 10.0.0.97/32 dev b2
is "$(answer 10.0.0.97)" "$alice" "a device with an MTU too small for IPv4 hides nothing"
must ip -n alice link set r1 mtu 1500
must ip -n alice addr add 10.0.0.97/32 dev r1
is "$(answer 10.0.0.97)" "" "with a larger MTU and the address, it hides it again"
must ip -n alice link set r1 down
is "$(answer 10.0.0.97)" "" "an address stays hidden while the device is down"
must ip -n alice link set r1 name s1
is "$(answer 10.0.0.97)" "$alice" "renamed, the device hides nothing"
must ip -n alice link set s1 name r1
is "$(answer 10.0.0.97)" "" "renamed back, the device hides its address"
must ip -n alice link set r1 netns carol
is "$(answer 10.0.0.97)" "$alice" "in another netns, the device hides nothing"
must ip -n carol link set r1 netns alice
must ip -n alice link set r1 up
must ip -n alice addr add 10.0.0.97/32 dev r1
is "$(answer 10.0.0.97)" "" "moved back, the device hides its address"
must ctl alice flush
is "$(answer 10.0.0.97)" "$alice" "flush: stock again"
must ctl alice dev set r1 hidden on
is "$(answer 10.0.0.97)" "" "a new policy hides existing addresses"
must ctl alice flush

# Loopback addresses and own MACs are never conflicts
segment lan alice:eth1
must ctl alice dev set eth0 defend on
claims 127.0.0.1
is "$(count_of conflict)" 0 "a claim of 127.0.0.1 is no conflict"
addr alice eth1 10.0.0.11/24
own=$(mac alice eth1)
claims 10.0.0.11 "$own"
is "$(count_of conflict)" 0 "a claim with an own MAC is no conflict"
must ip -n alice link set eth1 address 02:00:00:00:0a:0a
claims 10.0.0.11 "$own"
is "$(count_of conflict)" 1 "a claim with a former MAC is a conflict"
claims 10.0.0.11 02:00:00:00:0a:0a
is "$(count_of conflict)" 1 "a claim with the new MAC is no conflict"
must ip -n alice link add link eth0 name mac0 address 02:00:00:00:0b:0b type macvlan
claims 10.0.0.11 02:00:00:00:0b:0b
is "$(count_of conflict)" 1 "a claim with the MAC of a new device is no conflict"
must ip -n alice link del mac0
claims 10.0.0.11 02:00:00:00:0b:0b
is "$(count_of conflict)" 2 "a claim with the MAC of a deleted device is a conflict"
must ip -n alice addr flush dev eth1
must ctl alice flush

# A bond that is deleted notifies of a new MAC after it is unregistered. If that were
# recorded, it would affect the next device with its ifindex.

modprobe bonding
must ip -n alice -batch - <<-END
	link add name bond9 type bond
	link add name slave9 type dummy
	link set slave9 master bond9
END
must ctl alice dev set d9 hidden on
index=$(ip -n alice -j link show bond9 | jq '.[].ifindex')
must ip -n alice -batch - <<-END
	link del bond9
	link del slave9
	link add name d9 index $index up type dummy
	addr add 10.0.0.89/32 dev d9
END
is "$(answer 10.0.0.89)" "" "a hidden device with the ifindex of a deleted bond is hidden"
must ip -n alice link del d9
must ctl alice dev unset d9

# During requests, on two processors: a hidden address never leaks

must ctl alice dev set 'h*' hidden on
churn() {	# SECONDS
	local end=$((SECONDS + $1))
	while [ $SECONDS -lt $end ]; do
		ip -n alice -batch - <<-END || return
			link add name h0 up type dummy
			addr add 10.0.0.90/24 dev h0 noprefixroute
			addr add 10.0.0.91/24 dev h0 noprefixroute
			addr del 10.0.0.90/24 dev h0
			addr add 10.0.0.90/32 dev h0
		END
		# With one processor, this is when it is requested.
		sleep 0.05
		ip -n alice -batch - <<-END || return
			link set h0 down
			link set h0 name h1
			link set h1 up
			link set h1 master red
			link set h1 nomaster
			link set h1 master blue
			link set h1 master red
			link set h1 nomaster
			link set h1 netns carol
		END
		ip -n carol -batch - <<-END || return
			addr add 10.0.0.90/32 dev h1
			link set h1 up netns alice
		END
		ip -n alice -batch - <<-END || return
			addr add 10.0.0.90/32 dev h1
			link set h1 up
			link del h1
		END
		ctl alice dev set 'h*' hidden on ignore device || return
		ctl alice dev unset 'h*' ignore || return
		ctl alice rule add hide 10.99.0.0/16 || return
		ctl alice rule del hide 10.99.0.0/16 || return
	done
}
request_all() {
	while :; do
		arpq bob flood eth0 10.0.0.90 count 2000 >/dev/null
		ip -n alice neigh flush dev eth0
		in_host alice ping -c 1 -W 0.01 -I 10.0.0.90 10.0.0.77
	done >/dev/null 2>&1
}
begun=$(date +%s)
request_all &
requester=$!
start bob "$ARPQ" listen eth0 match "sender 10.0.0.90 $alice" timeout 600000 >"$dir/leak" 2>/dev/null
listener=$started
churn 20
is $? 0 "addresses, VRFs, netns, names and policies change for $(($(date +%s) - begun)) s"
stop "$requester"
stop "$listener"
is "$(grep -c "sender 10.0.0.90 $alice" "$dir/leak")" 0 "a hidden address was never answered for"
asked=$(count_of hidden)
run_ok "it was requested $asked times" [ "$asked" -gt 100 ]
