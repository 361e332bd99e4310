#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridges and bonds: policy applies to the host's own ARP, not to what a bridge forwards,
# a bond's monitor sends, or the kernel announces.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 39

VIP=10.99.0.1
BR0=02:42:ac:11:00:01

# Modules loaded by this test, unless they were loaded before.
loaded=()
load() {	# MODULE [PARAMETER…]
	[ ! -e "/sys/module/$1" ] || return 0
	modprobe "$@" 2>/dev/null || return
	loaded=("$1" "${loaded[@]}")
}

unload() {
	local status=0 module
	for module in "${loaded[@]}"; do rmmod "$module" || status=1; done
	loaded=()
	return $status
}
at_exit unload

# A host with docker's bridge: two containers on it, a card and an address on lo.

host node red blue peer
must ip -n node link add name br0 up address $BR0 type bridge stp_state 0 forward_delay 0
addr node br0 172.17.0.1/16
addr node lo $VIP/32
link node:to-red red:eth0
link node:to-blue blue:eth0
link node:eth0 peer:eth0
must ip -n node link set to-red master br0
must ip -n node link set to-blue master br0
must poll 5 forwarding node
addr red eth0 172.17.0.2/16
addr blue eth0 172.17.0.3/16
addr node eth0 192.168.9.1/24
addr peer eth0 192.168.9.2/24
addr blue eth0 $FENCE/32

BLUE=$(mac blue eth0)
ETH0=$(mac node eth0)

# The fence for red is blue: when blue answers, the bridge has passed the request to the
# host. For the peer it is the host's own address on eth0.
answer() {	# HOST TARGET
	local line mac fence=$FENCE
	[ "$1" != peer ] || fence=192.168.9.1
	line=$(arpq "$1" ask eth0 "$2" fence "$fence")
	case $? in
	0) read -r _ _ mac _ <<<"$line"; echo "$mac" ;;
	1) echo silence ;;
	*) echo error ;;
	esac
}

containers_talk() {
	must ip -n red neigh flush dev eth0
	in_host red ping -n -q -c 1 -W 5 172.17.0.3
}

# Stock

run_ok "stock: containers reach each other" containers_talk
is "$(answer red 172.17.0.3)" "$BLUE" "red gets blue's MAC from blue"
is "$(answer red 172.17.0.1)" $BR0 "red gets the host's MAC from the bridge"
is "$(answer red $VIP)" $BR0 "the bridge answers for lo's address as well"
is "$(answer peer 172.17.0.1)" "$ETH0" "eth0 answers for the bridge's address"

# Policy on the bridge

must load_module
must ctl node dev set br0 ignore never
is "$(answer red 172.17.0.1)" silence "ignore never: the host does not answer on the bridge"
run_ok "containers reach each other" containers_talk
must ip -n node neigh flush dev br0
run_ok "the host reaches the containers" in_host node ping -n -q -c 1 -W 5 172.17.0.2
is "$(answer peer 172.17.0.1)" "$ETH0" "eth0 still answers for the bridge's address"
must ctl node flush
is "$(answer red 172.17.0.1)" $BR0 "flush: the host answers again"

must ctl node dev set br0 ignore device
is "$(answer red $VIP)" silence "ignore device: lo's address is not answered for"
is "$(answer red 172.17.0.1)" $BR0 "the bridge answers for its own address"
must ctl node flush

must ctl node dev set lo hidden on
must ctl node dev set br0 hidden on
is "$(answer red $VIP)" silence "hidden: lo's address is not answered for"
is "$(answer red 172.17.0.1)" $BR0 "hidden: the bridge answers for its own address"
is "$(answer peer 172.17.0.1)" silence "hidden: eth0 does not answer for the bridge's address"
run_ok "containers reach each other" containers_talk
must ctl node flush
is "$(answer red $VIP)" $BR0 "flush: lo's address is answered for again"
is "$(answer peer 172.17.0.1)" "$ETH0" "flush: eth0 answers for the bridge's address again"

# Policy on the ports, which the host's ARP does not use

must ctl node dev set 'to-*' ignore never announce strict filter on proxy route
is "$(answer red 172.17.0.1)" $BR0 "policy on a port: the bridge answers"
is "$(answer red $VIP)" $BR0 "policy on a port: the bridge answers for lo's address, too"
run_ok "containers reach each other" containers_talk
must ip -n node neigh flush dev br0
run_ok "the host reaches the containers" in_host node ping -n -q -c 1 -W 5 172.17.0.2
is "$(ctl node -j stats show to-red | jq '[.[] | .in + .out] | add')" 0 \
	"a port counts no ARP of the host"
must ctl node flush

# Policy everywhere

must ctl node dev set all ignore never announce strict hidden on
run_ok "policy everywhere: containers reach each other" containers_talk
if load br_netfilter; then
	run_ok "br_netfilter changes nothing" containers_talk
else
	skip "br_netfilter changes nothing" "no br_netfilter"
fi
must ip -n node link set to-red type bridge_slave proxy_arp on
must ip -n node neigh replace 172.17.0.3 lladdr "$BLUE" nud permanent dev br0
set_sysctl blue net.ipv4.conf.eth0.arp_ignore=8
like "$(arpq red ask eth0 172.17.0.3 first timeout 1000)" "is-at $BLUE from" \
	"the bridge may answer on behalf of blue"
must ip -n node link set to-red type bridge_slave proxy_arp off
fails_with 1 '^$' "without the bridge's proxy_arp, nobody answers for blue" arpq red ask eth0 172.17.0.3 timeout 100
set_sysctl blue net.ipv4.conf.eth0.arp_ignore=0

# The kernel's own announcements

gratuitous() {	# MAC
	hears peer eth0 -- ip -n node link set eth0 address "$1" |
		grep -F ' request ' | cut -d ' ' -f 3,4,5,6,7 | sort
}
addr node eth0 192.168.9.7/24
must ctl node flush
set_sysctl node net.ipv4.conf.eth0.arp_notify=1
is "$(gratuitous 02:00:00:00:00:77)" "\
sender 192.168.9.1 02:00:00:00:00:77 target 192.168.9.1
sender 192.168.9.7 02:00:00:00:00:77 target 192.168.9.7" "stock: arp_notify announces each address"
must ctl node dev set all announce strict ignore never hidden on
is "$(gratuitous 02:00:00:00:00:78)" "\
sender 192.168.9.1 02:00:00:00:00:78 target 192.168.9.1
sender 192.168.9.7 02:00:00:00:00:78 target 192.168.9.7" "policy: arp_notify announces each address"

# A bond that monitors its links by ARP to a target

# Creates a link of the bond from two taps: on 5.10, bonding does not notice that a veth
# sends, and considers the active link down.
tap() {	# DEV
	nsenter --net=/run/netns/lan -- socat "TUN,tun-type=tap,iff-no-pi,tun-name=$1" \
		"TUN,tun-type=tap,iff-no-pi,iff-up,tun-name=bonded-$1" &
	must poll 5 ip -n lan link set "bonded-$1" master br0 2>/dev/null
	must ip -n lan link set "$1" netns bonded
}

arp_bond() {
	host bonded target
	segment lan target:eth0
	tap eth0
	tap eth1
	must poll 5 forwarding lan
	addr target eth0 10.50.0.9/24
	must ip -n bonded -batch - <<-END
		link add name bond0 type bond mode active-backup arp_interval 1000 arp_ip_target 10.50.0.9 arp_validate all
		link set eth0 master bond0
		link set eth1 master bond0
		link set bond0 up
		addr add 10.50.0.1/24 dev bond0
		addr add 10.50.0.2/24 dev bond0
		link set bond0 type bond active_slave eth0
	END
	must poll 10 answered
}

answered() { hears bonded eth0 match 'in reply' >/dev/null; }

# Packets on the active link in some rounds, and how often links went down.
monitor() { hears bonded eth0 count 8 timeout 10000 | grep -F ' 10.50.0.9 ' | sort -u; }
down() { in_host bonded grep 'Failure Count' /proc/net/bonding/bond0 | paste -sd ' '; }
link_up() { in_host bonded grep -c 'MII Status: up' /proc/net/bonding/bond0; }
all_up() { [ "$(link_up)" = 3 ]; }

announces() {	# ADDRESS DEV
	hears target eth0 timeout 5000 match "in request sender $1 $BOND0 target $1" -- \
		ip -n bonded link set bond0 type bond active_slave "$2"
}

modprobe -q tun || :
if [ -e /dev/net/tun ] && load bonding max_bonds=0; then
	arp_bond
	BOND0=$(mac bonded bond0)
	stock=$(monitor)
	like "$stock" "out request sender 10\.50\.0\.1 $BOND0 target 10\.50\.0\.9 " \
		"stock: the bond probes its target"
	is "$(link_up)" 3 "the bond and its links are up"
	run_ok "stock: a failover is announced" announces 10.50.0.2 eth1
	must ip -n bonded link set bond0 type bond active_slave eth0
	must poll 20 all_up

	# With these entries, the probes look like requests of the neighbour code.
	must ip -n bonded neigh replace 10.50.0.9 lladdr "$(mac target eth0)" nud permanent dev eth0
	must ip -n bonded neigh replace 10.50.0.2 lladdr 02:00:00:00:aa:aa nud permanent dev bond0
	must ctl bonded dev set all announce strict ignore never
	must ctl bonded dev set bond0 hidden on
	was=$(down)
	is "$(monitor)" "$stock" "announce strict, hidden: the bond probes as before"
	is "$(down)" "$was" "no link goes down"
	is "$(link_up)" 3 "the bond and its links are up"
	run_ok "a failover is announced" announces 10.50.0.2 eth1
	run_ok "eth0 counts the monitor's requests as passed" test \
		"$(ctl bonded -j stats show eth0 | jq '.[].reasons | .pass')" -ge 4
	must ctl bonded flush
else
	for what in asks up failover asks down up failover sees; do
		skip "the bond's $what" "no bonding, or no tap devices"
	done
fi

run_ok "rmmod" unload_module
is "$(answer red 172.17.0.1)" $BR0 "without the module the bridge answers"
