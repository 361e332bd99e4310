#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# README.md's recipes for a host's own interfaces, as they are printed there, do what they promise.
# lab: takes 30
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
plan 42

VIP=192.168.1.100
leases=/var/lib/misc/dnsmasq.leases

host node peer standby pod guest
segment lan node:eth0 node:eth1 peer:eth0 standby:eth0
addr node eth0 192.168.1.11/24
addr node eth1 192.168.1.12/24
addr node lo $VIP/32
addr peer eth0 192.168.1.2/24
addr standby eth0 192.168.1.13/24
ETH0=$(mac node eth0) ETH1=$(mac node eth1) STANDBY=$(mac standby eth0)
# Without locktime, the last packet always updates the neighbour entry.
for name in node peer; do set_sysctl $name net.ipv4.neigh.eth0.locktime=0; done

flush() { must ctl node flush; }
counts() {	# DEV REASON
	ctl node -j stats show "$1" | jq ".[].reasons[\"$2\"] // 0"
}
peer_follows() { [ "$(neigh_mac peer $VIP)" = "$STANDBY" ]; }

must load_module

# LVS and the dry run

is "$(asks peer eth0 $VIP)" "$ETH0 $ETH1" "LVS, stock: the real server answers for the VIP"
follows node "LVS real server"
is "$(asks peer eth0 $VIP)" silence "LVS: the real server does not answer for the VIP"
follows node "Dry run"
is "$(asks peer eth0 $VIP)" "$ETH0 $ETH1" "dry run: the real server still answers"
is "$(counts eth0 hidden)" 2 "dry run: requests that it would not answer are counted"
flush

# kube-proxy

link node:veth0 pod:eth0
addr pod eth0 10.244.0.5/32
must ip -n node route add 10.244.0.5 dev veth0
must ip -n pod route add 192.168.1.11 dev eth0
must ip -n node link add kube-ipvs0 type dummy
addr node kube-ipvs0 10.96.0.1/32
is "$(asks peer eth0 10.96.0.1)" "$ETH0 $ETH1" "kube-proxy, stock: a service is answered for"
set_sysctl node net.ipv4.conf.all.arp_ignore=1
is "$(asks pod eth0 192.168.1.11)" silence "strictARP breaks unnumbered veths"
set_sysctl node net.ipv4.conf.all.arp_ignore=0
follows node "kube-proxy in IPVS mode"
is "$(asks peer eth0 10.96.0.1)" silence "kube-proxy: a service is not answered for"
is "$(asks pod eth0 192.168.1.11)" "$(mac node veth0)" "kube-proxy: unnumbered veths work"
flush

# Calico

must ip -n node link set veth0 down
must ip -n node link set veth0 name cali1 up
CALI=$(mac node cali1)
is "$(asks pod eth0 169.254.1.1)" silence "Calico, stock: nobody answers for the gateway"
follows node "Calico**: the pods"
is "$(asks pod eth0 169.254.1.1)" "$CALI" "Calico: the node answers for the gateway, without a route and forwarding"
is "$(asks pod eth0 192.168.1.2)" silence "Calico: the node answers for no other address"
flush
follows node "Calico with a route"
is "$(asks pod eth0 192.168.1.2)" silence "Calico with a route: it needs forwarding"
set_sysctl node net.ipv4.ip_forward=1
is "$(asks pod eth0 169.254.1.1)" silence "Calico with a route: it needs a route"
must ip -n node route add default via 192.168.1.2
is "$(asks pod eth0 169.254.1.1) $(asks pod eth0 192.168.1.2)" "$CALI $CALI" "Calico with a route: with both it answers"
set_sysctl node net.ipv4.ip_forward=0
flush

# Several cards

is "$(asks peer eth0 192.168.1.11)" "$ETH0 $ETH1" "several cards, stock: each answers for all"
follows node "Several cards in one subnet"
is "$(asks peer eth0 192.168.1.11) $(asks peer eth0 192.168.1.12)" "$ETH0 $ETH1" "several cards: each answers for its own address"
must ip -n node neigh flush dev eth0
frames=$(hears node eth0 match "out request" -- ping -q -c 1 -W 1 -I 192.168.1.12 192.168.1.2)
unlike "$frames" "out request sender 192\.168\.1\.12" "several cards: each sends requests with its own address"
must ip -n node link set eth1 down
flush

# Failover

addr standby lo $VIP/32
is "$(asks peer eth0 $VIP)" "$ETH0 $STANDBY" "failover, stock: both answer"
follows standby "Failover** of an address"
is "$(asks peer eth0 $VIP)" "$ETH0" "failover: only the active one answers"
must in_host peer ping -q -c 1 -W 5 $VIP
is "$(neigh_mac peer $VIP)" "$ETH0" "failover: the neighbour has its MAC"
must ctl node rule add hide $VIP
follows standby "Failover**, to take it over"
poll 5 peer_follows
result $? "failover: neighbours are updated" "$(neigh_mac peer $VIP)"
is "$(asks peer eth0 $VIP)" "$STANDBY" "failover: only the other one answers"
must ip -n standby addr del $VIP/32 dev lo
flush

# Protect the host: the standby claims to be the peer

poison() {	# ADDRESS: the node's neighbour entry after a forged reply
	must ip -n node neigh replace 192.168.1.2 lladdr "$(mac peer eth0)" dev eth0 nud stale
	arpq standby ask eth0 192.168.1.11 sender "$1" op reply tha "$ETH0" dst "$ETH0" fence $FENCE
	neigh_mac node 192.168.1.2
}
is "$(poison 192.168.1.2)" "$STANDBY" "protect, stock: an unsolicited reply changes the neighbour table"
follows node "Protect the host"
is "$(poison 192.168.1.2)" "$(mac peer eth0)" "protect: an unsolicited reply changes nothing"
poison 192.168.1.11 >/dev/null
is "$(counts eth0 unsolicited) $(counts eth0 conflict)" "1 1" "protect: a claim of the host's address is dropped"
flush

# Hosting

must ip -n node link del cali1
link node:vm1 guest:eth0
addr node vm1 10.50.0.1/24
addr guest eth0 10.50.0.7/24
is "$(asks guest eth0 10.50.0.1 10.50.0.8)" "$(mac node vm1)" "hosting, stock: a customer may use any address"
[ ! -e $leases ] || bail "$leases exists"
at_exit rm -f $leases
must mkdir -p "${leases%/*}"
echo "$(($(date +%s) + 3600)) $(mac guest eth0) 10.50.0.7 guest *" >$leases
follows node "Hosting"
is "$(asks guest eth0 10.50.0.1 10.50.0.7)" "$(mac node vm1)" "hosting: a customer may use the leased address"
is "$(asks guest eth0 10.50.0.1 10.50.0.8)" silence "hosting: a customer may use no other address"
is "$(counts vm1 unbound)" 1 "hosting: another address is counted as unbound"
arpq guest flood eth0 10.50.0.1 count 200 sender 10.50.0.7 >/dev/null
run_ok "hosting: a flood is limited" test "$(counts vm1 source-rate)" -ge 100
rm $leases
: >$leases
fails_with 2 'no lease at all' "hosting: an empty lease file changes nothing" \
	follow node "$(recipe Hosting | head -n 1)"
no_kernel_faults
