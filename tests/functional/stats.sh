#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Counters and the tracepoint report what really happened to packets.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 34

# The counters of one of alice's devices.
counts() {	# DEV
	"$ARPCTL" -n alice -j stats show "$1" | jq -Sc '.[] | {in, out, reasons}'
}

seen() {	# DEV
	local n
	read -r _ _ _ n _ < <("$ARPCTL" -n alice stats show "$1")
	echo "$n"
}

# Until all packets are counted: the softirq may lag behind its sender.
settle() {	# DEV IN
	poll 10 eval "[ \$(seen $1) = $2 ]" || { echo "counted: $(seen "$1")"; return 1; }
}

# Exactly COUNT requests.
send() {	# DEV TARGET COUNT [OPTION…]
	arpq bob flood "$1" "$2" count "$3" "${@:4}" >/dev/null
}

listed() { ctl alice -j stats show | jq -c '[.[].dev]'; }

# A request in hexadecimal, up to its operation; and the rest of it.
head=ffffffffffff0200000001000806000108000604
rest=0200000001000a0000020000000000000a000001

# Point-to-point cables, without other senders.
host alice bob
link alice:eth0 bob:eth0
link alice:eth1 bob:eth1
addr alice eth0 10.0.0.1/24
addr alice lo 10.9.9.9/32
must ip -n alice link add name back up type dummy
addr alice back 10.8.0.254/24
addr bob eth0 10.0.0.2/24 10.0.0.11/24 10.0.0.12/24
must ip -n alice route add 10.5.0.0/24 dev eth1
set_sysctl alice net.ipv4.ip_forward=1 net.ipv4.neigh.eth1.mcast_solicit=1 \
	net.ipv4.conf.{all,eth0}.rp_filter=0

must load_module
is "$(listed)" '[]' "without a policy nothing is counted"
must ctl alice dev set eth0 ignore device filter on proxy route announce best
is "$(listed)" '["eth0"]' "with a policy, the devices that it applies to are counted"
fails_with 1 'no policy applies to this device' "other devices are not counted" ctl alice stats show eth1
must ctl alice dev set eth1 announce strict
is "$(counts eth0)" '{"in":0,"out":0,"reasons":{}}' "counters start at zero"

send eth0 10.0.0.1 3			# alice's
send eth0 10.9.9.9 5			# on lo
send eth0 10.8.0.7 7			# behind her
send eth0 10.0.0.77 11			# another host's
send eth0 10.0.0.1 17 sender 10.8.0.9	# whose route leaves by back
arpq bob send eth0 "${head}0009$rest"
arpq bob send eth0 "${head/00010800/00070800}0001$rest"
for target in 11 12; do
	in_host alice ping -q -c 1 -W 1 -I 10.9.9.9 10.0.0.$target >/dev/null
done
# 3 + 5 + 7 + 11 + 17 + 2, and bob's answers to two questions.
run_ok "every packet is counted" settle eth0 47
is "$(counts eth0)" "$(jq -Scn '{in: 47, out: 12, reasons: {
	answered: 3, ignored: 5, proxied: 7, filtered: 17, malformed: 2,
	"announce-rewritten": 2, pass: (11 + 2 + 3 + 7)}}')" \
	"each packet is counted by its reason, sent answers as well"

for n in 1 2; do in_host alice bash -c "echo >/dev/udp/10.5.0.$n/9"; done
poll 5 eval "[ \"\$(counts eth1)\" != '{\"in\":0,\"out\":0,\"reasons\":{}}' ]"
is "$(counts eth1)" '{"in":0,"out":2,"reasons":{"announce-suppressed":2}}' \
	"suppressed requests are counted, too"

must ctl alice dev set back hidden on
send eth0 10.8.0.254 13
run_ok "a policy change keeps the counters" settle eth0 60
is "$(counts eth0 | jq .reasons.hidden)" 13 "requests for a hidden address are counted"
is "$(listed)" "$(ip -n alice -j link show | jq -c '[.[].ifname]')" \
	"once addresses are hidden, policy applies to every device"

# With audit, what would have been dropped is counted.
must ctl alice dev set eth0 mode audit
send eth0 10.9.9.9 2
run_ok "audit counts" settle eth0 62
is "$(counts eth0 | jq -c '[.reasons.ignored, .out]')" '[7,14]' \
	"audit: requests that would not be answered are answered and counted"
must ctl alice dev unset eth0 mode

is "$(ctl alice -j stats show eth0 | jq -Sc .)" "$(jq -Scn --argjson index \
	"$(ip -n alice -j link show eth0 | jq '.[].ifindex')" '[{dev: "eth0", ifindex: $index,
	in: 62, out: 14, reasons: {answered: 3, ignored: 7, proxied: 7, filtered: 17, malformed: 2,
	hidden: 13, "announce-rewritten": 2, pass: 25}}]')" "the JSON has these members only"
is "$(ctl alice stats show eth0 | awk '/^ /{ print $1, $2 }' | sort | paste -sd ,)" \
	"announce-rewritten 2,answered 3,filtered 17,hidden 13,ignored 7,malformed 2,pass 25,proxied 7" \
	"the text has the same counters"

# Reset.
must ctl alice stats reset eth0
is "$(counts eth0)" '{"in":0,"out":0,"reasons":{}}' "after reset, a device starts at zero"
is "$(counts eth1 | jq .out)" 2 "after reset of one device, the others keep their counters"
must ctl alice stats reset
is "$(counts eth1)" '{"in":0,"out":0,"reasons":{}}' "the counters of all devices are reset at once"

# A request of the host that no field governs.
must ctl bob dev set eth0 learn any
must ip -n bob neigh flush dev eth0
in_host bob ping -q -c 1 -W 1 10.0.0.1 >/dev/null
is "$(ctl bob -j stats show eth0 | jq -c '.[0] | [.out > 0, .out + .in == .reasons.pass]')" \
	'[true,true]' "requests that no field governs are counted as sent"
must ctl bob dev unset eth0
# Five seconds later alice would probe bob, who would answer in the middle of a flood.
must ip -n alice neigh flush dev eth0
must ip -n bob neigh flush dev eth0

# Floods in which every packet is ignored. The counter of bob's device says how many it has
# sent.
sent() { ip -n bob -s -j link show eth0 | jq '.[].stats64.tx.packets'; }
flood() {
	begun=$(sent)
	must ctl alice stats reset
	start bob "$ARPQ" flood eth0 10.9.9.9 count 1000000000 >/dev/null
}
flows() { poll 20 eval "[ \$(seen eth0) -gt 1000 ]"; }

flood
must flows
must pause "$started"
must poll 20 drained
before=-1
until [ "$before" = "$(seen eth0)" ]; do before=$(seen eth0); done
must ctl alice stats reset eth0
is "$(seen eth0)" 0 "a flood is paused and the counters are reset"
kill -CONT "$started"
must flows
stop "$started"
run_ok "counts before and after add up to the total" settle eth0 $(($(sent) - begun - before))

flood
must flows
for n in {1..5}; do
	must ctl alice stats reset eth1
	must ctl alice dev set default filter on
	must ctl alice dev unset default
done
stop "$started"
run_ok "no count is lost by policy changes and resets of other devices" \
	settle eth0 $(($(sent) - begun))

flood
must flows
for n in {1..10}; do must ctl alice stats reset eth0; done
must flows
stop "$started"
poll 20 drained
# A packet that is being counted may be in one of them and not yet in the other.
is "$(counts eth0 | jq '(.in + .out - (.reasons | add)) | fabs <= 2')" true \
	"reset during a flood: in and out are the sum of the reasons"

# The tracepoint, in a buffer of this test's own.
trace=/sys/kernel/tracing/instances/arp_policy-test
must mkdir $trace
traced() {	# CMD…
	: >$trace/trace
	echo 1 >$trace/events/arp_policy/verdict/enable
	"$@" >/dev/null
	echo 0 >$trace/events/arp_policy/verdict/enable
	sed -n 's/^.* verdict: dev=\([^ ]*\) ifindex=[0-9]* /\1 /p' $trace/trace
}
index=$(ip -n alice -j link show eth0 | jq '.[].ifindex')
is "$(traced send eth0 10.9.9.9 2)" "eth0 bridge=- vlan=0 in request target=10.9.9.9 sender=10.0.0.2 verdict=drop reason=ignored noted=- field=ignore rule=0.0.0.0/0 audit=0
eth0 bridge=- vlan=0 in request target=10.9.9.9 sender=10.0.0.2 verdict=drop reason=ignored noted=- field=ignore rule=0.0.0.0/0 audit=0" \
	"traced: a line for each packet"
like "$(cat $trace/trace)" " verdict: dev=eth0 ifindex=$index bridge=- vlan=0 in " "traced: the device's index"
is "$(traced send eth0 10.8.0.7 1)" "eth0 bridge=- vlan=0 in request target=10.8.0.7 sender=10.0.0.2 verdict=reply reason=proxied noted=- field=proxy rule=0.0.0.0/0 audit=0
eth0 bridge=- vlan=0 out reply target=10.0.0.2 sender=10.8.0.7 verdict=accept reason=pass noted=- field=- rule=0.0.0.0/0 audit=0" \
	"traced: the answer"
is "$(traced send eth0 10.0.0.1 1 sender 10.8.0.9)" \
	"eth0 bridge=- vlan=0 in request target=10.0.0.1 sender=10.8.0.9 verdict=drop reason=filtered noted=- field=filter rule=0.0.0.0/0 audit=0" \
	"traced: filtered"
is "$(traced send eth0 10.8.0.254 1)" \
	"eth0 bridge=- vlan=0 in request target=10.8.0.254 sender=10.0.0.2 verdict=drop reason=hidden noted=- field=hidden rule=0.0.0.0/0 audit=0" \
	"traced: hidden"
is "$(traced arpq bob send eth0 "${head}0009$rest")" \
	"eth0 bridge=- vlan=0 in - target=0.0.0.0 sender=0.0.0.0 verdict=drop reason=malformed noted=- field=- rule=0.0.0.0/0 audit=0" \
	"traced: malformed, neither request nor reply, without addresses"
is "$(traced in_host alice bash -c 'echo >/dev/udp/10.5.0.3/9')" \
	"eth1 bridge=- vlan=0 out request target=10.5.0.3 sender=10.9.9.9 verdict=drop reason=announce-suppressed noted=- field=announce rule=0.0.0.0/0 audit=0" \
	"traced: suppressed"
must ctl alice rule add hide 10.9.9.0/24 dev 'e*'
is "$(traced send eth0 10.9.9.9 1)" \
	"eth0 bridge=- vlan=0 in request target=10.9.9.9 sender=10.0.0.2 verdict=drop reason=hidden noted=- field=- rule=10.9.9.0/24 audit=0" \
	"traced: a rule"
must ctl alice rule flush
# The kernel's tracepoint of dropped packets, which dropwatch uses. 2054 is ARP.
: >$trace/trace
echo 1 >$trace/events/skb/kfree_skb/enable
send eth0 10.9.9.9 1 >/dev/null
echo 0 >$trace/events/skb/kfree_skb/enable
like "$(cat $trace/trace)" 'kfree_skb: .*protocol=2054' "the kernel's own tracepoint shows dropped packets"
must ctl alice bind add 10.0.0.2 lladdr 02:00:00:00:00:99
must ctl alice dev set eth0 inspect audit
is "$(traced send eth0 10.9.9.9 1)" \
	"eth0 bridge=- vlan=0 in request target=10.9.9.9 sender=10.0.0.2 verdict=drop reason=ignored noted=spoofed field=ignore rule=0.0.0.0/0 audit=0" \
	"traced: what inspection only audits"
must ctl alice dev unset eth0 inspect
must ctl alice dev set eth0 mode audit
is "$(traced send eth0 10.9.9.9 1 | head -n 1)" \
	"eth0 bridge=- vlan=0 in request target=10.9.9.9 sender=10.0.0.2 verdict=drop reason=ignored noted=- field=ignore rule=0.0.0.0/0 audit=1" \
	"traced: audit"
must rmdir $trace

must ctl alice flush
is "$(listed)" '[]' "after flush, nothing is counted"
