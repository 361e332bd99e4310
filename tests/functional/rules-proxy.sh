#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Proxy rules: never answer the host's own requests; delayed answers; answers sent are counted.
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 42

host node alice
segment lan node:eth0 node:eth1 alice:eth0
addr node eth0 10.0.0.1/24
addr node eth1 192.168.77.1/24
addr alice eth0 10.0.0.2/24
set_sysctl node net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth{0,1}.rp_filter=0
E0=$(mac node eth0)
E1=$(mac node eth1)
A=02:00:5e:00:00:0a

rule() { must ctl node rule "$@"; }
policy() { must ctl node "$@"; }
# A reason's count of what came in, or "0", since the reset. What goes out counts
# as pass.
count_of() {
	ctl node -j stats show eth0 |
		jq --arg r "$1" '.[] | (.reasons[$r] // 0) - (if $r == "pass" then .out else 0 end)'
}

must load_module

# The host receives its own requests

rule add proxy 10.0.0.64/26
is "$(asks alice eth0 10.0.0.77)" "$E0 $E1" "both devices answer another host"
is "$(asks node eth0 10.0.0.77 10.0.0.1)" silence "the host's own request is not answered"
fails_with 1 '100% packet loss' "the host does not reach itself by a proxied address" \
	in_host node ping -q -c 1 -W 1 10.0.0.77
is "$(neigh_mac node 10.0.0.77 eth0)$(neigh_mac node 10.0.0.1 eth1)" '' "the host learns no neighbour from its own request"
is "$(asks node eth1 10.0.0.77 10.0.0.1)" silence "a request with another device's address as sender is not answered"
is "$(ctl node -j explain request 10.0.0.77 from 10.0.0.1 dev eth1 |
	jq -r '"\(.verdict) \(.answered)"')" "accept false" "explain agrees that it is not answered"
set_sysctl node net.ipv4.conf.eth1.accept_local=1
is "$(asks node eth0 10.0.0.77 10.0.0.1)" "$E1" "with accept_local it is answered"
set_sysctl node net.ipv4.conf.eth1.accept_local=0

# An own address that is also the broadcast address of an older own prefix

addr node eth0 10.2.0.6/30
addr node eth1 10.2.0.7/24
is "$(asks node eth1 10.0.0.77 10.2.0.7)" silence \
	"a request from an own address that is also a broadcast one is not answered"
is "$(ctl node -j explain request 10.0.0.77 from 10.2.0.7 dev eth0 |
	jq -r '"\(.verdict) \(.answered)"')" "accept false" "explain agrees that such a request is not answered"
is "$(ctl node -j explain request 10.0.0.1 from 10.2.0.7 dev eth0 | jq -r .kernel.blocked_by)" \
	accept_local "explain: the kernel does not answer such a request because of accept_local"
set_sysctl node net.ipv4.conf.eth0.accept_local=1
is "$(asks node eth1 10.0.0.77 10.2.0.7)" "$E0" "with accept_local it is answered"
set_sysctl node net.ipv4.conf.eth0.accept_local=0
run_ok "such an address can be announced" ctl node announce 10.2.0.7 dev eth1
fails_with 1 'not ours' "another broadcast address cannot be announced" ctl node announce 10.2.0.255 dev eth1
# No device has this address, but it is local.
must ip -n node route add local 10.9.0.0/24 dev lo
is "$(asks node eth1 10.0.0.77 10.9.0.9)" silence \
	"a request from an address that only a local route has is not answered"
must ip -n node route del local 10.9.0.0/24 dev lo
must ip -n node addr del 10.2.0.6/30 dev eth0

must ip -n node link del eth1
must ip -n node neigh flush dev eth0

# A delayed answer is decided again

# Commands must be faster than the delay, also in an emulated machine.
longest=3000
[ ! "${ARP_POLICY_OTHER_ROOT-}" ] || longest=9000
rule flush
policy dev set eth0 proxy-delay $longest
rule add proxy 10.0.0.77 dev eth0

# Counts the answers to twenty requests, by MAC: those that arrive while CMD runs and until
# all would have arrived.
answers_to() {	# CMD…
	hears alice eth0 timeout $((longest + 300)) -- "$@" |
		sed -n 's/^in reply .*sender 10\.0\.0\.77 \([^ ]*\).*/\1/p' |
		sort | uniq -c | awk '{ print $1, $2 }' | paste -sd ' '
}
twenty=("$ARPQ" ask eth0 10.0.0.77 count 20 timeout 20)
all() {
	policy stats reset
	answers_to "${twenty[@]}"
}
late() {	# CMD…
	policy stats reset
	in_host alice "${twenty[@]}" >/dev/null
	must "$@"
	answers_to true
}

is "$(all)" "20 $E0" "twenty answers are delayed"
is "$(count_of proxied)" 20 "delayed answers are counted when they are sent"
is "$(late rule del proxy 10.0.0.77 dev eth0)" '' "a deleted rule answers no more"
run_ok "only sent answers are counted" test "$(count_of proxied)" -lt 20
is "$(($(count_of proxied) + $(count_of pass)))" 20 "the other requests are counted as dropped"
rule add proxy 10.0.0.77 dev eth0
is "$(late rule replace hide 10.0.0.77 dev eth0)" '' "a rule that is replaced by hide answers no more"
is "$(($(count_of proxied) + $(count_of hidden)))" 20 "the requests are then counted as hidden"
rule replace proxy 10.0.0.77 dev eth0
# The first answer afterwards; a flush drops the others.
policy dev set eth0 proxy-delay 20000
in_host alice "${twenty[@]}" >/dev/null
rule replace proxy 10.0.0.77 dev eth0 lladdr $A
like "$(hears alice eth0 timeout 30000 match 'in reply sender 10.0.0.77' | tail -n 1)" \
	"sender 10\.0\.0\.77 $A" "a replaced rule answers with its new MAC"
policy flush
policy dev set eth0 proxy-delay $longest
rule add proxy 10.0.0.77 dev eth0
is "$(late rule add drop 10.0.0.2 from dev eth0)" '' \
	"a sender that is dropped by then is not answered"
rule del drop 10.0.0.2 from dev eth0
is "$(late policy dev set eth0 mode audit)" '' "audit: nothing is answered"
is "$(count_of proxied)" 20 "audit: the answers are counted"
policy dev unset eth0 mode
is "$(late policy flush)" '' "after a flush nothing is answered"
policy dev set eth0 proxy-delay $longest
rule add proxy 10.0.0.77 dev eth0
is "$(late ip -n node link set eth0 down)" '' "nothing is answered from a device that is down"
is "$(($(count_of proxied) + $(count_of pass)))" 20 "each request to a device that is down is counted"
must ip -n node link set eth0 up
must poll 5 forwarding lan

# The new verdict applies: by then, the sender's address is an own one.
policy dev set eth0 defend on
policy stats reset
in_host alice "${twenty[@]}" >/dev/null
is "$(hears alice eth0 timeout $((longest + 300)) -- ip -n node addr add 10.0.0.2/32 dev eth0 |
	grep -c "^in request .*sender 10\.0\.0\.2 $E0")" 1 \
	"an own address that a delayed request claims is defended, once"
run_ok "the conflict is counted" test "$(count_of conflict)" -gt 0
is "$(($(count_of proxied) + $(count_of conflict)))" 20 "each request is counted once"
must ip -n node addr del 10.0.0.2/32 dev eth0
policy dev unset eth0 defend

# Delayed requests were rate-limited on arrival.
policy dev set eth0 rate 1 burst 20
is "$(all)" "20 $E0" "a delayed answer takes no second token"
is "$(count_of rate-limit) $(count_of proxied)" "0 20" "delayed answers are within the rate"
policy dev unset eth0 rate burst

# The delayed requests of a deleted device are dropped.
segment lan node:gone0
rule add proxy 10.0.0.78 dev gone0
policy dev set gone0 proxy-delay 60000
arpq alice ask eth0 10.0.0.78 count 20 timeout 20 >/dev/null
run_ok "a device with delayed answers can be deleted" ip -n node link del gone0

# As many as fit into the queue

policy dev set eth0 proxy-delay 60000
policy stats reset
must arpq alice flood eth0 10.0.0.77 count 100 >/dev/null
dropped() {
	answered=$(count_of proxied)
	[ "$(count_of pass)" = 36 ]
}
poll 10 dropped
result $? "of a hundred delayed requests, 36 do not fit in the queue"
run_ok "waiting requests are not counted as answered" test "$answered" -le 10
policy dev unset eth0 proxy-delay
policy flush

# Neighbour table full: not even an own address is answered for, as in the kernel.

policy dev set eth0 ignore any
policy stats reset
keep=$(sysctl -n net.ipv4.neigh.default.gc_thresh{1,2,3} | paste -sd ' ')
read -r t1 t2 t3 <<<"$keep"
fill() {
	local n
	for n in {1..40}; do
		echo "neigh replace 10.0.0.$((100 + n)) lladdr 02:00:5e:00:01:$((n + 10)) dev eth0 nud stale"
	done | ip -n node -force -batch - 2>/dev/null
}
must sysctl -q -w net.ipv4.neigh.default.gc_thresh1=0 net.ipv4.neigh.default.gc_thresh2=8 \
	net.ipv4.neigh.default.gc_thresh3=16
fill
# Without a fence, which the node would count as well.
ask() { arpq alice ask eth0 10.0.0.1 sender 10.0.0.3 timeout 500 | awk '{ print $3 }'; }
is "$(ask)" '' "an answer without a neighbour entry is not sent"
is "$(count_of answered) $(count_of pass)" "0 1" "an answer that is not sent is not counted"
must sysctl -q -w net.ipv4.neigh.default.gc_thresh1="$t1" net.ipv4.neigh.default.gc_thresh2="$t2" \
	net.ipv4.neigh.default.gc_thresh3="$t3"
is "$(ask)" "$E0" "with room in the table it is sent"
is "$(count_of answered) $(count_of pass)" "1 1" "the sent answer is counted"

# How many requests wait

# 64 on a device, and 1024 in a netns. Those that are refused count as pass; those
# that wait count when they are due, which some are by now.
policy flush
policy dev set default proxy-delay 60000
rule add proxy 10.0.0.88
for i in {1..24}; do link "node:v$i" "alice:v$i"; done
in_host alice "$BASH" -c "for i in {1..24}; do
	$ARPQ flood v\$i 10.0.0.88 sender 10.0.0.2 count 64
done" >/dev/null
refused=$(ctl node -j stats show | jq 'map(select(.dev | startswith("v")) |
	(.reasons.pass // 0) - .out) | add')
diag "$refused of 1536 refused"
run_ok "at most 1024 requests wait in a netns" \
	[ "$refused" -gt 256 -a "$refused" -le 512 ]

must unload_module
is "$(asks alice eth0 10.0.0.77)" silence "without the module, all is stock"
