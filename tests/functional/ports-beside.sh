#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A policy for the ports of docker0, on a host that also has a network card, a pod of
# Calico's kind and services of kube-proxy's: nothing changes there.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
plan 8

# docker0 is ports.inc's br0, with its three containers.
bridge_host
host peer pod
link node:eth0 peer:eth0
link node:cali1 pod:eth0 ee:ee:ee:ee:ee:ee
addr node eth0 192.168.1.1/24
addr peer eth0 192.168.1.2/24
set_sysctl node net.ipv4.ip_forward=1
must ip -n node route add default via 192.168.1.2
must ip -n node link add kube-ipvs0 type dummy
addr node kube-ipvs0 10.96.0.1/32
must ip -n pod -batch - <<-END
	addr add 10.10.10.10/24 dev eth0 noprefixroute
	route add 169.254.1.1 dev eth0 scope link
	route add default via 169.254.1.1 dev eth0
END
must ip -n node route add 10.10.10.10 dev cali1 scope link
must ip -n peer route add 10.10.10.10 via 192.168.1.1
set_sysctl node net.ipv4.conf.cali1.proxy_arp=1 net.ipv4.neigh.cali1.proxy_delay=0 \
	net.ipv4.neigh.eth0.locktime=0 net.ipv4.neigh.cali1.locktime=0
set_sysctl peer net.ipv4.neigh.eth0.locktime=0

# The MAC that answers HOST. The fence is another address, which is always answered.
answer() {	# HOST TARGET [ARPQ OPTION…]
	arpq "$1" ask eth0 "$2" fence 10.0.0.1 "${@:3}" | awk '{ print $3 }' | grep . || echo silence
}
# The sender of the node's request for the peer when a service sends to it.
request_sender() {
	local frames
	must ip -n node neigh flush dev eth0
	frames=$(hears node eth0 match "out request" -- ping -q -c 1 -W 1 -I 10.96.0.1 192.168.1.2)
	[[ $frames =~ out\ request\ sender\ ([^ ]+) ]] && echo "${BASH_REMATCH[1]}"
}
# The peer sends ARP behind tags of VID 0: the MAC that the node then has for it.
tagged() {	# TAGS
	must ip -n node neigh replace 192.168.1.10 lladdr 02:00:00:00:0f:0f dev eth0 nud stale
	must arpq peer send eth0 "ffffffffffff020000000f0a$1 08060001080006040001 020000000f0a c0a8010a 000000000000 c0a80101"
	answer peer 192.168.1.1 >/dev/null
	neigh_mac node 192.168.1.10
}
# How the other devices handle ARP.
others() {
	echo "service $(answer peer 10.96.0.1), own $(answer peer 192.168.1.1), foreign $(answer peer 192.168.1.77)"
	echo "forged $(answer peer 192.168.1.1 sender 192.168.1.9 smac 02:00:00:00:0f:09)"
	echo "gateway $(answer pod 169.254.1.1), container $(answer pod 10.0.0.2), itself $(answer pod 10.10.10.10)"
	echo "sender $(request_sender), tagged $(tagged 81000000) $(tagged 8100000081000000)"
	must ip -n node neigh flush dev eth0
	must ip -n pod neigh flush dev eth0
	in_host pod ping -n -q -c 1 -W 5 192.168.1.2 >/dev/null && echo "pod reaches peer"
	in_host peer ping -n -q -c 1 -W 5 10.10.10.10 >/dev/null && echo "peer reaches pod"
}
counts() { ctl node -j stats show "$1" | jq -c '.[].reasons | del(.pass)'; }

stock=$(others)
diag "$stock"
is "$(forge vid0)" poisoned "stock: one container poisons another"
must load_module

# Every port is untrusted
policy dev set default trust off suppress bind
policy dev set 'to-*' inspect strict
for name in red blue green; do
	policy bind add "${address[$name]}" lladdr "${lladdr[$name]}" dev to-$name
done
policy stats reset
is "$(others)" "$stock" "other devices behave as before"
is "$(counts eth0) $(counts cali1) $(counts kube-ipvs0)" "{} {} {}" "other devices count only passed packets"
is "$(forge vid0)" unharmed "with a policy for docker0, no container poisons another"
run_ok "containers reach each other" reaches red blue
policy rule add hide 10.96.0.0/16 dev 'to-*'
policy rule add drop 192.168.1.1 dev 'to-*'
is "$(others)" "$stock" "rules for the ports do not apply elsewhere"
policy flush
is "$(others)/$(forge vid0)" "$stock/poisoned" "flush: stock again"
no_kernel_faults
