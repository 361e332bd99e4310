#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Hides kube-proxy's service addresses on kube-ipvs0; unnumbered veths still work.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 62

host node peer pod
segment lan node:eth0 peer:eth0
link node:veth0 pod:eth0
addr node eth0 10.0.0.1/24
addr peer eth0 10.0.0.2/24
addr pod eth0 10.244.0.5/32
must ip -n node route add 10.244.0.5 dev veth0
must ip -n pod route add 10.0.0.1 dev eth0
must ip -n pod route add default via 10.0.0.1 dev eth0
on_lan=$(mac node eth0)
on_veth=$(mac node veth0)

# As kube-proxy creates it: down, with an address per service.
kube_ipvs0() {
	must ip -n node link add kube-ipvs0 type dummy
	addr node kube-ipvs0 10.96.0.1/32 10.96.0.10/32
}

# The sender address with which the node asks for HOST, when it sends a packet, from SOURCE
# if given.
request_sender() {	# HOST [SOURCE]
	local frames address=10.0.0.2 dev=eth0
	[ "$1" = peer ] || { address=10.244.0.5; dev=veth0; }
	# HOST first: otherwise it would probe its neighbour entry.
	ip -n "$1" neigh flush all
	ip -n node neigh flush all
	frames=$(hears node $dev match "out request" -- \
		ping -q -c 1 -W 1 ${2:+-I "$2"} $address)
	[[ $frames =~ out\ request\ sender\ ([^ ]+) ]] && echo "${BASH_REMATCH[1]}"
}

# Without neighbour entries on either side.
pings() {	# HOST TARGET
	ip -n node neigh flush all
	ip -n pod neigh flush all
	in_host "$1" ping -q -c 1 -W 5 "$2"
}

lan_answers() { is "$(asks peer eth0 "$1")" "$2" "$3"; }	# ADDRESS MAC DESC
pod_answers() { is "$(asks pod eth0 "$1")" "$2" "$3"; }		# ADDRESS MAC DESC

stock() {	# WHEN
	lan_answers 10.96.0.1 "$on_lan" "$1: a service is answered for on eth0"
	pod_answers 10.96.0.1 "$on_veth" "$1: a service is answered for on the veth"
	is "$(request_sender peer 10.96.0.1)" 10.96.0.1 "$1: it is used as sender on eth0"
	is "$(request_sender pod 10.96.0.1)" 10.96.0.1 "$1: it is used as sender on the veth"
}

hidden() {	# WHEN
	lan_answers 10.96.0.1 silence "$1: a service is not answered for on eth0"
	lan_answers 10.96.0.10 silence "$1: another service is not answered for either"
	pod_answers 10.96.0.1 silence "$1: a service is not answered for on the veth"
	is "$(request_sender peer 10.96.0.1)" 10.0.0.1 "$1: it is not used as sender on eth0"
	is "$(request_sender pod 10.96.0.1)" 10.0.0.1 "$1: it is not used as sender on the veth"
}

unnumbered() {	# WHEN
	pod_answers 10.0.0.1 "$on_veth" "$1: the unnumbered veth answers for the node"
	is "$(request_sender pod)" 10.0.0.1 "$1: its requests have the borrowed address"
	run_ok "$1: the pod reaches the node" pings pod 10.0.0.1
	run_ok "$1: the node reaches the pod" pings node 10.244.0.5
	run_ok "$1: the pod reaches the service" pings pod 10.96.0.1
}

policy() { must ctl node "$@"; }

# Stock, and the well-known fix for all devices (strictARP).
kube_ipvs0
stock "stock"
unnumbered "stock"

set_sysctl node net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
lan_answers 10.96.0.1 silence "strictARP: a service is not answered for on eth0"
is "$(request_sender peer 10.96.0.1)" 10.0.0.1 "strictARP: it is not used as sender"
pod_answers 10.0.0.1 silence "strictARP: the pod gets no answer for the node either"
fails_with 1 '100% packet loss' "strictARP: the pod does not reach the node" \
	pings pod 10.0.0.1
set_sysctl node net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0

# Policy for kube-ipvs0 only: before the device exists and after.
must load_module
must ip -n node link del kube-ipvs0
policy dev set kube-ipvs0 hidden on
kube_ipvs0
hidden "set before"
lan_answers 10.0.0.1 "$on_lan" "set before: the node answers on eth0"
unnumbered "set before"
policy flush
stock "flush"
policy dev set kube-ipvs0 hidden on
hidden "set after"

# Services come and go.
addr node kube-ipvs0 10.96.0.20/32
lan_answers 10.96.0.20 silence "a new service is not answered for"
must ip -n node addr del 10.96.0.20/32 dev kube-ipvs0
addr node eth0 10.96.0.20/32
lan_answers 10.96.0.20 "$on_lan" "moved to eth0, it is answered for"
pod_answers 10.96.0.20 "$on_veth" "moved to eth0, it is answered for on the veth"
addr node kube-ipvs0 10.96.0.20/32
lan_answers 10.96.0.20 "$on_lan" "on both, eth0 answers"
pod_answers 10.96.0.20 silence "on both, the veth does not answer"
is "$(request_sender peer 10.96.0.20)" 10.96.0.20 "on both, it is used as sender on eth0"
is "$(request_sender pod 10.96.0.20)" 10.0.0.1 "on both, it is not used as sender on the veth"
addr node eth0 10.96.0.10/32
lan_answers 10.96.0.10 "$on_lan" "on both in the other order, eth0 answers"
pod_answers 10.96.0.10 silence "on both in the other order, the veth does not answer"
must ip -n node addr del 10.96.0.10/32 dev eth0
lan_answers 10.96.0.10 silence "deleted from eth0, it is no longer answered for"
must ip -n node addr del 10.96.0.20/32 dev kube-ipvs0
pod_answers 10.96.0.20 "$on_veth" "deleted from kube-ipvs0, the veth answers again"

# So many that a longer hash of the host's addresses is made, which has the older ones, too.
must ip -n node -batch - < <(for i in {1..2000}; do
	echo "addr add 10.97.$((i / 250)).$((i % 250 + 1))/32 dev kube-ipvs0"
done)
lan_answers 10.96.0.1 silence "2,000 more: a service is silent"
lan_answers 10.97.8.1 silence "2,000 more: and the last one"
pod_answers 10.0.0.1 "$on_veth" "2,000 more: the unnumbered veth answers for the node"
must ip -n node addr del 10.97.0.2/32 dev kube-ipvs0
addr node eth0 10.97.0.2/32
pod_answers 10.97.0.2 "$on_veth" "2,000 more: and for one that was moved to eth0"
must ip -n node addr del 10.97.0.2/32 dev eth0
pod_answers 10.97.0.2 silence "2,000 more: not any longer when it is gone"

# Policy belongs to the name.
must ip -n node link set kube-ipvs0 name ipvs1
lan_answers 10.96.0.1 "$on_lan" "renamed, its services are answered for"
must ip -n node link set ipvs1 name kube-ipvs0
lan_answers 10.96.0.1 silence "renamed back, they are not answered for"
policy flush
must ip -n node link del kube-ipvs0

# lo comes first when the veth borrows an address.
addr node lo 10.96.0.1/32
is "$(request_sender pod)" 10.96.0.1 "stock: the veth borrows the service from lo"
lan_answers 10.96.0.1 "$on_lan" "stock: eth0 answers for it"
policy dev set lo hidden on
lan_answers 10.96.0.1 silence "lo hidden: it is not answered for on eth0"
pod_answers 10.96.0.1 silence "lo hidden: it is not answered for on the veth"
unnumbered "lo hidden"
must unload_module
is "$(request_sender pod)" 10.96.0.1 "rmmod: the veth borrows the service again"
lan_answers 10.96.0.1 "$on_lan" "rmmod: eth0 answers for it"
