#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Rules: answer for a gateway address of no device; answer, drop or hide by address.
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 87
scratch

GW=169.254.1.1
A=02:00:5e:00:00:0a B=02:00:5e:00:00:0b C=02:00:5e:00:00:0c D=02:00:5e:00:00:0d

rule() { must ctl node rule "$@"; }

# A pod on its own link, with a gateway address that no host has.
pod() {	# NAME DEV ADDRESS
	link "node:$2" "$1:eth0"
	addr "$1" eth0 "$3/32"
	must ip -n "$1" -batch - <<-END
		route add $GW dev eth0 scope link
		route add default via $GW
	END
	must ip -n node route add "$3" dev "$2"
}

host node pod1 pod2 alice
addr node lo 10.0.0.1/32

# Calico's gateway

pod pod1 cali1 10.65.0.2
set_sysctl node net.ipv4.ip_forward=1 net.ipv4.conf.cali1.proxy_arp=1 \
	net.ipv4.neigh.cali1.proxy_delay=0
is "$(asks pod1 eth0 $GW)" silence "stock: without a default route, proxy_arp=1 does not answer"
fails_with 1 '100% packet loss' "stock: the pod reaches nobody" \
	in_host pod1 ping -q -c 1 -W 1 10.0.0.1
must ip -n node route add default dev lo
is "$(asks pod1 eth0 $GW 10.65.0.2)" "$(mac node cali1)" \
	"stock: with a default route, proxy_arp=1 answers"
is "$(neigh_mac node 10.65.0.2 cali1)" "$(mac pod1 eth0)" "stock: the sender is learned"
set_sysctl node net.ipv4.neigh.cali1.proxy_delay=360000
is "$(asks pod1 eth0 $GW)" silence "stock: with proxy_delay there is no answer at once"
must ip -n node route del default
must ip -n node neigh flush dev cali1
must ip -n pod1 neigh flush dev eth0

must load_module
set_sysctl node net.ipv4.ip_forward=0 net.ipv4.conf.cali1.proxy_arp=0
is "$(asks pod1 eth0 $GW)" silence "the module changes nothing by itself"
rule add proxy $GW dev 'cali*'
is "$(asks pod1 eth0 $GW 10.65.0.2)" "$(mac node cali1)" \
	"a rule answers: no route, no forwarding, no delay"
is "$(neigh_mac node 10.65.0.2 cali1)" '' "the sender is not learned, as in the stock kernel"
must ip -n node route add default dev lo
set_sysctl node net.ipv4.ip_forward=1 net.ipv4.conf.cali1.rp_filter=1
is "$(asks pod1 eth0 $GW 10.65.0.2)" "$(mac node cali1)" "with a route and forwarding it answers, too"
is "$(neigh_mac node 10.65.0.2 cali1)" "$(mac pod1 eth0)" "the sender becomes a neighbour, as with proxy_arp"
is "$(asks pod1 eth0 $GW 10.66.0.2)" "$(mac node cali1)" "a sender that is routed elsewhere is answered"
is "$(neigh_mac node 10.66.0.2 cali1)" '' "a sender that is routed elsewhere is not learned"
must ip -n node route del default
set_sysctl node net.ipv4.ip_forward=0 net.ipv4.conf.cali1.rp_filter=0
run_ok "the pod reaches the node" in_host pod1 ping -q -c 1 -W 5 10.0.0.1
pod pod2 cali2 10.65.0.3
is "$(asks pod2 eth0 $GW)" "$(mac node cali2)" "the rule applies to a device created later"
is "$(asks pod1 eth0 169.254.1.2)" silence "the rule answers for no other address"
rule flush
is "$(asks pod1 eth0 $GW)" silence "after flush nobody answers"
is "$(ctl node rule show)" '' "after flush no rule is listed"

# What a rule for 0.0.0.0/0 answers, and what it must not

segment lan alice:eth0 node:eth0
addr alice eth0 10.1.0.2/24
addr node eth0 10.1.0.1/24
NODE=$(mac node eth0)

asked() { asks alice eth0 "$@"; }

is "$(asked 8.8.8.8)" silence "stock: nobody answers for 8.8.8.8"
rule add proxy 0.0.0.0/0 dev eth0
is "$(asked 8.8.8.8)" "$NODE" "a rule for 0.0.0.0/0 answers for any address"
is "$(asked 8.8.8.8 0.0.0.0)" silence "it answers no duplicate address probe"
is "$(asked 10.1.0.2 10.1.0.2)" silence "it answers no gratuitous ARP"
is "$(asked 10.1.0.1 0.0.0.0)" "$NODE" "a probe of its own address is answered by the kernel"
for target in 224.0.0.5 239.1.2.3 255.255.255.255 10.1.0.255 127.0.0.1 127.1.2.3; do
	is "$(asked $target)" silence "it answers no request for $target"
done
is "$(arpq alice ask eth0 8.8.8.8 dst "$NODE" fence $FENCE | wc -l)" 1 \
	"a unicast request is answered"

rule add pass 10.1.0.0/24 dev eth0
rule add drop 10.2.0.0/16 dev eth0
rule add drop 10.1.0.1 dev eth0
is "$(asked 10.1.0.77)" silence "pass is an exception"
is "$(asked 10.2.0.1)" silence "drop is an exception"
is "$(asked 10.1.0.1)" silence "drop applies to own addresses, too"
rule del drop 10.1.0.1 dev eth0
is "$(asked 10.1.0.1)" "$NODE" "pass leaves own addresses to the kernel"
rule replace proxy 10.2.0.0/16 dev eth0 lladdr $A
is "$(asked 10.2.0.1)" "$A" "replace takes effect at once, and lladdr answers with that MAC"
rule del proxy 10.2.0.0/16 dev eth0
is "$(asked 10.2.0.1)" "$NODE" "after del the shorter prefix applies"
rule del proxy 0.0.0.0/0 dev eth0
is "$(asked 8.8.8.8)" silence "after del of the last rule nobody answers"
rule flush

# Which of several rules applies

rule add proxy 10.4.0.0/24 lladdr $A
rule add proxy 10.4.0.0/16 dev eth0 lladdr $B
is "$(asked 10.4.0.1)" $A "the longest prefix wins, even on a wider selector"
is "$(asked 10.4.1.1)" $B "outside of it, the shorter one applies"
rule add proxy 10.4.0.0/24 dev 'e*' lladdr $B
is "$(asked 10.4.0.1)" $B "at equal length a glob wins over all"
rule add proxy 10.4.0.0/24 dev 'eth*' lladdr $C
is "$(asked 10.4.0.1)" $C "a glob with more literal characters wins over one with fewer"
rule add proxy 10.4.0.0/24 dev eth0 lladdr $D
is "$(asked 10.4.0.1)" $D "a name wins over all globs"
is "$(arpq alice ask eth0 10.4.0.1 fence $FENCE | wc -l)" 1 "several matching rules give one answer"
rule del proxy 10.4.0.0/24 dev eth0
is "$(asked 10.4.0.1)" $C "after del the next one applies"
rule flush

# A flush of one selector

listed() { ctl node "$1" show | paste -sd '|'; }
rule add proxy 10.4.0.0/24 dev eth0 lladdr $A
rule add drop 10.4.9.0/24 from dev eth0
rule add proxy 10.4.0.0/16 dev 'eth*' lladdr $B
rule add proxy 10.4.0.0/16 dev 'e*' lladdr $C
rule add proxy 10.0.0.0/8 lladdr $D
must ctl node bind add 10.4.0.9 lladdr $D dev eth0
must ctl node bind add 10.4.0.9 lladdr $C dev 'eth*'
before=$(listed rule)
rule flush dev eth1
rule flush dev 'eth?'
rule flush dev cali1
is "$(listed rule)" "$before" "rule flush dev on a selector without rules succeeds and changes nothing"
rule flush dev eth0
is "$(listed rule)" "proxy 10.0.0.0/8 dev all lladdr $D|proxy 10.4.0.0/16 dev eth* lladdr $B|proxy 10.4.0.0/16 dev e* lladdr $C" \
	"rule flush dev eth0 removes its target and sender rules and no glob's"
is "$(asked 10.4.0.1)" $B "the glob's rule now applies"
is "$(listed bind)" "10.4.0.9 lladdr $C dev eth*|10.4.0.9 lladdr $D dev eth0" "rule flush dev eth0 removes no binding"
rule flush dev 'eth*'
is "$(listed rule)" "proxy 10.0.0.0/8 dev all lladdr $D|proxy 10.4.0.0/16 dev e* lladdr $C" \
	"on a glob: its own rules, not those of another glob for the same devices"
is "$(asked 10.4.0.1)" $C "the other glob's rule now applies"
must ctl node bind flush dev eth0
is "$(listed bind)" "10.4.0.9 lladdr $C dev eth*" "bind flush dev removes one selector's bindings"
rule flush dev all
is "$(listed rule)" "proxy 10.4.0.0/16 dev e* lladdr $C" "dev all: only the rules for all devices"
is "$(listed bind)" "10.4.0.9 lladdr $C dev eth*" "rule flush dev all removes no binding"
fails_with 2 'default selects no rule' "dev default is refused" ctl node rule flush dev default
must ctl node bind flush dev 'eth*'
rule flush dev 'e*'
is "$(listed rule)$(listed bind) $(asked 10.4.0.1)" ' silence' "after the last flush no rule is left"
must ctl node dev set eth0 defend on
rule add proxy 10.4.0.0/24 dev eth0 lladdr $A
rule flush dev eth0
is "$(ctl node save | grep -v '^#')" 'dev set eth0 defend on' "rule flush removes no fields"
must ctl node dev unset eth0
is "$(ctl node save | grep -v '^#')" '' "after unset nothing is left"

# A packet that met only one of the two rules would be dropped.
printf 'rule add pass 10.1.0.1 dev eth0\nrule add drop 10.1.0.0/24 dev eth0\nrule flush dev eth0\n%.0s' {1..2000} \
	>"$dir/flush"
ctl node -b "$dir/flush" &
flushing=$!
silent=0 seen=0
while kill -0 $flushing 2>/dev/null; do
	seen=$((seen + 1))
	[ "$(asked 10.1.0.1)" = "$NODE" ] || silent=$((silent + 1))
done
wait $flushing
is $?,$silent 0,0 "a packet sees all of the rules or none ($seen requests)"
rule flush

# Lengths that end in the upper half of a 64-bit map

# These lengths end at the fifth of the six bits of a node, in the part of its map that a
# 32-bit word does not reach.
for prefix in 88.0.0.0/5 90.160.0.0/11 90.170.0.0/17 90.170.84.0/23 90.170.85.168/29; do
	printf -v lladdr '02:00:5e:00:01:%02d' "${prefix#*/}"
	rule add proxy $prefix dev eth0 lladdr "$lladdr"
done
is "$(asked 90.170.85.170)" 02:00:5e:00:01:29 "nested prefixes: /29 decides"
is "$(asked 90.170.85.1)" 02:00:5e:00:01:23 "nested prefixes: /23 decides"
is "$(asked 90.170.100.1)" 02:00:5e:00:01:17 "nested prefixes: /17 decides"
is "$(asked 90.180.0.1)" 02:00:5e:00:01:11 "nested prefixes: /11 decides"
is "$(asked 91.0.0.1)" 02:00:5e:00:01:05 "nested prefixes: /5 decides"
is "$(asked 96.0.0.1)" silence "nested prefixes: outside of them, none"
rule del proxy 90.170.85.168/29 dev eth0
is "$(asked 90.170.85.170)" 02:00:5e:00:01:23 "nested prefixes: after del the next shorter one decides"
rule flush

# routed

must ip -n node -batch - <<-END
	link add name up0 up type dummy
	route add 10.8.0.0/16 dev up0
	route add 10.8.1.0/24 dev eth0
	route add unreachable 10.8.2.0/24
END
rule add proxy 10.0.0.0/8 routed dev eth0
is "$(asked 10.8.0.1)" silence "routed does not answer without forwarding"
set_sysctl node net.ipv4.ip_forward=1
is "$(asked 10.8.0.1)" "$NODE" "routed answers where the route leaves by another device"
is "$(asked 10.8.1.1)" silence "routed does not answer where the route leaves by the same device"
is "$(asked 10.8.2.1)" silence "routed does not answer for an unreachable route"
is "$(asked 10.9.0.1)" silence "routed does not answer without a route"
rule replace proxy 10.0.0.0/8 dev eth0
is "$(asked 10.8.1.1) $(asked 10.8.2.1) $(asked 10.9.0.1)" "$NODE $NODE $NODE" \
	"without routed, all are answered"
rule flush

# Senders

rule add drop 10.1.0.0/24 from dev eth0
is "$(asked 10.1.0.1 10.1.0.66)" silence "a sender is dropped"
is "$(neigh_mac node 10.1.0.66 eth0)" '' "a dropped sender is not learned"
is "$(asked 10.1.0.1 10.2.0.66)" "$NODE" "other senders are answered"
rule add pass 10.1.0.66 from dev eth0
is "$(asked 10.1.0.1 10.1.0.66)" "$NODE" "pass exempts one sender"
is "$(asked 10.1.0.1 10.1.0.67)" silence "pass exempts no other sender"
rule add drop 10.1.0.1 dev eth0
is "$(asked 10.1.0.1 10.1.0.66)" silence "pass from applies to senders only"
rule flush

# A VLAN

must ip -n node link add link eth0 name eth0.7 up type vlan id 7
rule add proxy 10.7.0.1 dev eth0.7
like "$(arpq alice ask eth0 10.7.0.1 vlan 7 first)" "$NODE" "an answer is sent on the VLAN of the request"
is "$(asked 10.7.0.1)" silence "no answer is sent outside of the VLAN"
rule flush

# Devices that disappear and come back

rule add proxy 10.6.0.1 dev late0
segment lan node:late0
is "$(asked 10.6.0.1)" "$(mac node late0)" "a rule applies once its device exists"
rename() {	# FROM TO
	must ip -n node link set "$1" down
	must ip -n node link set "$1" name "$2" up
	must poll 5 forwarding lan
}
rename late0 other0
is "$(asked 10.6.0.1)" silence "it no longer applies after the device is renamed"
rename other0 late0
is "$(asked 10.6.0.1)" "$(mac node late0)" "it applies again after the device is renamed back"
must ip -n node link del late0
is "$(asked 10.6.0.1)" silence "a deleted device does not answer"
segment lan node:late0
is "$(asked 10.6.0.1)" "$(mac node late0)" "a device that is created again answers"

must ip -n node link del late0
rule flush

# Counters

rule add proxy 10.3.0.0/16 dev eth0
rule add drop 10.3.1.0/24 dev eth0
rule add hide 10.1.0.1 dev eth0
must ctl node stats reset
for target in 10.3.0.1 10.3.0.2 10.3.0.3 10.3.1.1 10.3.1.2 10.1.0.1; do
	asked $target >/dev/null
done
stats=$(ctl node -j stats show eth0)
like "$stats" '"proxied": *3[,} ]' "answers are counted as proxied"
like "$stats" '"rule-drop": *2[,} ]' "dropped requests are counted as rule-drop"
like "$stats" '"hidden": *1[,} ]' "requests for hidden addresses are counted as hidden"

must unload_module
is "$(asked 10.3.0.1) $(asked 10.1.0.1)" "silence $NODE" "without the module, all is stock"
