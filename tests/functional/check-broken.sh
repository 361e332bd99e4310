#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Broken hosts, most of them out of public reports: check or explain names the cause, and
# the command that it prints cures it.
# lab: timeout 600
# lab: takes 40
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=check.inc
. "$(dirname "$0")/check.inc"
plan 109
must load_module

# A plain host and its neighbour; each fault is undone before the next.
host h c
link h:eth0 c:eth0
addr h eth0 10.0.0.1/24
addr c eth0 10.0.0.9/24
H=$(mac h eth0)
answered() { is "$(asks c eth0 10.0.0.1)" "$H" "$1: answered"; }
# The fault leaves h unanswered, and the cure of its finding restores the answer.
cures_silence() {	# DESC "ID DEV SEVERITY" CAUSE
	is "$(asks c eth0 10.0.0.1)" silence "$1: not answered"
	cures h "$2" "$3" "$1"
	answered "$1"
}
clean h "the host before"
answered "the host before"

set_sysctl h net.ipv4.conf.eth0.arp_ignore=8
cures_silence "arp_ignore 8" "silence eth0 error" 'does not answer for 10\.0\.0\.1: sysctl eth0\.arp_ignore=8'
set_sysctl h net.ipv4.conf.eth0.arp_ignore=0

must ip -n h link set eth0 arp off
cures_silence "NOARP" "silence eth0 error" 'NOARP'

must ctl h dev set eth0 ignore never
cures_silence "ignore never" "silence eth0 error" 'ignore of eth0'
must ctl h flush

must ctl h rule add hide 10.0.0.0/24
cures_silence "hide over the own subnet" "silence eth0 error" 'the rule "hide 10\.0\.0\.0/24 dev all" covers it'
is "$(ctl h rule show | wc -l)" 2 "the rule stays, with an exception"
must ctl h flush

must ctl h rule add drop 10.0.0.0/8 from
cures_silence "a wide rule for senders" "silence eth0 error" 'the rule "drop 10\.0\.0\.0/8 from dev all" covers the whole subnet'
must ctl h flush
must ctl h rule add drop 10.0.0.9/32 from
must ctl h rule add hide 10.0.0.1 dev eth0
clean h "rules for single addresses are considered intended"
must ctl h flush

must ctl h dev set eth0 inspect strict
cures_silence "strict without bindings" "strict eth0 error" 'inspect strict of eth0, and no binding applies'
must ctl h dev set eth0 inspect strict
must ctl h bind add 10.7.0.1 lladdr 02:00:00:00:00:77
cures h "silence eth0 error" 'inspect strict, and no binding for any neighbour' "strict with bindings of another subnet"
must ctl h dev set eth0 inspect strict
must ctl h bind add 10.0.0.9 lladdr "$(mac c eth0)"
clean h "strict with a binding"
must ctl h flush

must ctl h dev set all rate 1
arpq c flood eth0 10.0.0.1 count 50 >/dev/null
is "$(ctl h -j stats show eth0 | jq '.[].reasons["rate-limit"] > 20')" true "a rate of 1: most are dropped"
cures h "rate eth0 warning" '1 ARP packet a second .* rate of all' "a rate of 1"
answered "a rate of 100"
must ctl h flush

# Qubes 9990: arp_ignore 2, and a gateway without a subnet
host qubes vm
link qubes:vif1 vm:eth0
addr qubes vif1 10.137.0.1/32
must ip -n qubes route add 10.137.0.20/32 dev vif1
addr vm eth0 10.137.0.20/32
set_sysctl qubes net.ipv4.conf.all.arp_ignore=2
is "$(asks vm eth0 10.137.0.1 10.137.0.20)" silence "Qubes: no answer"
cures qubes "silence vif1 error" 'all\.arp_ignore=2, and the asker is not in' "Qubes"
is "$(asks vm eth0 10.137.0.1 10.137.0.20)" "$(mac qubes vif1)" "Qubes: answered"

# The metadata address of a virtual machine, and arp_ignore 1 for kube-proxy
addr qubes lo 169.254.169.254/32
set_sysctl qubes net.ipv4.conf.all.arp_ignore=1
must ctl qubes flush
is "$(asks vm eth0 169.254.169.254 10.137.0.20)" silence "metadata: no answer"
is "$(ctl qubes -j explain request 169.254.169.254 from 10.137.0.20 dev vif1 | jq -r .kernel.blocked_by)" \
	arp_ignore "metadata: explain names the cause"
must ctl qubes dev set vif1 ignore any
is "$(asks vm eth0 169.254.169.254 10.137.0.20)" "$(mac qubes vif1)" "metadata: answered"

# Two cards in one subnet. xcat: arp_filter
host two peer
segment lan two:eth0 two:eth1 peer:eth0
addr two eth0 10.1.0.1/24
addr two eth1 10.1.0.2/24
addr peer eth0 10.1.0.9/24
ETH0=$(mac two eth0) ETH1=$(mac two eth1)
set_sysctl two net.ipv4.conf.all.arp_filter=1
is "$(asks peer eth0 10.1.0.1) / $(asks peer eth0 10.1.0.2)" "$ETH0 / $ETH0" "arp_filter: eth0 answers for both"
cures two "silence eth1 error" 'all\.arp_filter=1, and the route back to 10\.1\.0\.[39] leaves by eth0' "arp_filter, the silent card"
cures two "flux eth0 warning" '10\.1\.0\.2 of eth1: .* filter does not stop' "arp_filter, the other"
is "$(asks peer eth0 10.1.0.1) / $(asks peer eth0 10.1.0.2)" "$ETH0 / $ETH1" "arp_filter: each for its own"
set_sysctl two net.ipv4.conf.all.arp_filter=0
must ctl two flush

set_sysctl two net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.arp_ignore=1 net.ipv4.conf.eth1.arp_ignore=1
is "$(asks peer eth0 10.1.0.2)" silence "rp_filter: no answer"
cures two "silence eth1 error" 'all\.rp_filter=1, and the route back .* leaves by eth0' "rp_filter"
is "$(asks peer eth0 10.1.0.2)" "$ETH1" "rp_filter: answered"
set_sysctl two net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0 \
	net.ipv4.conf.eth0.arp_ignore=0 net.ipv4.conf.eth1.arp_ignore=0

# GRNET: proxy_arp on a card whose subnet is reached through the other one
set_sysctl two net.ipv4.ip_forward=1 net.ipv4.conf.eth1.proxy_arp=1 net.ipv4.neigh.eth1.proxy_delay=0
is "$(asks peer eth0 10.1.0.77)" "$ETH1" "rogue proxy: it answers for an unused address"
cures two "proxy-onlink eth1 error" 'on behalf of every neighbour in 10\.1\.0\.0/24: proxy_arp' "rogue proxy"
is "$(asks peer eth0 10.1.0.77)" silence "rogue proxy: cured"
set_sysctl two net.ipv4.ip_forward=0

# Two subnets on one segment: detected once a neighbour was seen on both devices
must ip -n two addr flush dev eth1
addr two eth1 10.2.0.1/24
asks peer eth0 10.2.0.1 >/dev/null
in_host two ping -q -c 1 -W 2 10.1.0.9 >/dev/null
is "$(asks peer eth0 10.2.0.1)" "$ETH0 $ETH1" "two subnets: both cards answer"
cures two "flux eth0 warning" '10\.2\.0\.1 of eth1: both devices are on one segment' "two subnets, one card"
cures two "flux eth1 warning" '10\.1\.0\.1 of eth0: both devices are on one segment' "two subnets, the other"
is "$(asks peer eth0 10.2.0.1)" "$ETH1" "two subnets: only the right card"
must ctl two flush

# WireGuard peers, or containers, inside the subnet of the LAN
must ip -n h link add name wg0 up type dummy
must ip -n h route add 10.0.0.200 dev wg0
is "$(asks c eth0 10.0.0.200)" silence "a peer inside the LAN: no answer"
cures h "proxy-missing eth0 warning" 'on behalf of 10\.0\.0\.200: routed to wg0' "a peer inside the LAN"
is "$(asks c eth0 10.0.0.200)" "$H" "a peer inside the LAN: answered"
like "$cure" '^ip netns exec h sysctl -w net\.ipv4\.conf\.eth0\.forwarding=1 && arpctl -n h rule add proxy 10\.0\.0\.200 dev eth0$' \
	"the cure enables forwarding on this device only"
must ctl h flush
must ip -n h neigh add proxy 10.0.0.200 dev eth0
clean h "a peer inside the LAN with ip neigh add proxy"
must ip -n h link del wg0
must ip -n h neigh del proxy 10.0.0.200 dev eth0

# antrea: an egress address on a dummy, and kube-proxy's strictARP
must ip -n h link add name egress0 up type dummy
addr h egress0 10.0.0.50/32
set_sysctl h net.ipv4.conf.all.arp_ignore=1
is "$(asks c eth0 10.0.0.50)" silence "egress: no answer"
is "$(ctl h -j explain request 10.0.0.50 from 10.0.0.9 dev eth0 | jq -r .kernel.blocked_by)" arp_ignore \
	"egress: explain names the cause"
must ctl h rule add proxy 10.0.0.50 dev eth0
is "$(asks c eth0 10.0.0.50)" "$H" "egress: answered by a rule"
must ip -n h link del egress0
set_sysctl h net.ipv4.conf.all.arp_ignore=0
must ctl h flush

# docker's macvlan shim, keepalived's use_vmac without its sysctls
must ip -n h link add link eth0 name shim up type macvlan mode bridge
addr h shim 10.0.0.2/32
is "$(asks c eth0 10.0.0.2 | wc -w)" 2 "macvlan: two answer"
cures h "flux eth0 warning" '10\.0\.0\.2 of shim: both devices are on one segment' "macvlan, the card"
cures h "flux shim warning" '10\.0\.0\.1 of eth0: both devices are on one segment' "macvlan itself"
is "$(asks c eth0 10.0.0.2)" "$(mac h shim)" "macvlan: one answers"
must ip -n h link del shim
must ctl h flush

# An address of 32 bits on a VLAN of the card
must ip -n h link add link eth0 name eth0.7 up type vlan id 7
addr h eth0.7 10.0.0.7/32
is "$(asks c eth0 10.0.0.7)" "$H" "an address of a VLAN: answered outside of it"
cures h "flux eth0 warning" '10\.0\.0\.7 of eth0\.7, whose neighbours are in a VLAN' "an address of a VLAN"
is "$(asks c eth0 10.0.0.7)" silence "an address of a VLAN: no longer"
must ip -n h link del eth0.7
must ctl h flush

# An anycast gateway on a macvlan over the bridge; a cable into that bridge
host leaf pod
must ip -n leaf link add name br0 up type bridge
link leaf:port0 pod:eth0
must ip -n leaf link set port0 master br0
addr leaf br0 10.3.0.2/24
addr pod eth0 10.3.0.9/24
must ip -n leaf link add link br0 name gw0 up address 00:00:5e:00:01:01 type macvlan mode private
addr leaf gw0 10.3.0.1/32
must poll 5 forwarding leaf
is "$(asks pod eth0 10.3.0.1 | wc -w)" 2 "anycast gateway: two answer"
cures leaf "flux br0 warning" '10\.3\.0\.1 of gw0: both devices are on one segment' "anycast gateway"
is "$(asks pod eth0 10.3.0.1)" 00:00:5e:00:01:01 "anycast gateway: one answers"
must ip -n leaf link del gw0
must ctl leaf flush
must ip -n leaf link add name cable up type veth peer name plug
must ip -n leaf link set plug up master br0
addr leaf cable 10.4.0.1/24
must poll 5 forwarding leaf
is "$(asks pod eth0 10.4.0.1 10.3.0.9 | wc -w)" 2 "a device in the host's own bridge: two answer"
cures leaf "flux br0 warning" '10\.4\.0\.1 of cable: both devices are on one segment' "a device in the host's own bridge"
is "$(asks pod eth0 10.4.0.1 10.4.0.9)" "$(mac leaf cable)" "a device in the host's own bridge: one answers"
must ip -n leaf link del cable
must ctl leaf flush

# An address on a port of a bridge
must ip -n leaf addr flush dev br0
addr leaf port0 10.3.0.2/24
set_sysctl leaf net.ipv4.conf.br0.arp_ignore=1
is "$(asks pod eth0 10.3.0.2)" silence "an address on a port: no answer"
cures leaf "port-address port0 warning" '10\.3\.0\.2 is on a port of br0' "an address on a port"
is "$(asks pod eth0 10.3.0.2)" "$(mac leaf br0)" "an address on a port: answered"

# kata: the address of a virtual machine is also on the port that leads out of its sandbox
host kata guest outside
link kata:eth0 outside:eth0
link kata:tap0 guest:eth0
must ip -n kata link add name kata0 up type bridge stp_state 0 forward_delay 0
must ip -n kata link set eth0 master kata0
must ip -n kata link set tap0 master kata0
must poll 5 forwarding kata
addr kata eth0 10.6.0.5/24
addr guest eth0 10.6.0.5/24
addr outside eth0 10.6.0.9/24
is "$(asks outside eth0 10.6.0.5 | wc -w)" 2 "kata: the sandbox answers, too"
like "$(findings kata | grep '^port-address eth0 warning')" '10\.6\.0\.5 is on a port of kata0' "kata: the cause"
is "$(ctl kata -j explain request 10.6.0.5 from 10.6.0.9 dev eth0 | jq -c '[.bridge.action, .next.dev, .next.answered, .next.lladdr]')" \
	"[\"flood\",\"kata0\",true,\"$(mac kata kata0)\"]" "kata: explain names who answers"
must ctl kata rule add hide 10.6.0.5
is "$(asks outside eth0 10.6.0.5)" "$(mac guest eth0)" "kata: with a rule, only the virtual machine answers"
is "$(ctl kata -j explain request 10.6.0.5 from 10.6.0.9 dev eth0 | jq -c '[.next.answered, .next.reason]')" '[false,"hidden"]' \
	"kata: explain agrees"

# A VRF whose rule is missing
host router site
link router:eth0 site:eth0
must ip -n router link add name blue up type vrf table 10
must ip -n router link set eth0 master blue
addr router eth0 10.5.0.1/24
addr site eth0 10.5.0.9/24
clean router "a VRF"
must ip -n router rule del pref 1000
is "$(asks site eth0 10.5.0.1)" silence "a VRF without its rule: no answer"
cures router "silence eth0 error" 'VRF blue .* rule l3mdev' "a VRF without its rule"
is "$(asks site eth0 10.5.0.1)" "$(mac router eth0)" "a VRF without its rule: answered"

# Without the module, the kernel's routes and sysctls are enough.
must unload_module
set_sysctl h net.ipv4.conf.eth0.arp_ignore=8
cures h "silence eth0 error" 'sysctl eth0\.arp_ignore=8' "without the module"
link h:eth1 c:eth1
addr h eth1 10.0.0.5/24
set_sysctl h net.ipv4.conf.eth0.arp_ignore=1 net.ipv4.conf.eth1.arp_ignore=1 net.ipv4.conf.all.rp_filter=1
cures h "silence eth1 error" 'all\.rp_filter=1, and the route back to .* leaves by eth0' "rp_filter without the module"
is "$(module_loaded && echo loaded)" "" "check has not loaded the module"
no_kernel_faults
