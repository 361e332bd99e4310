#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: requests are answered there instead of being flooded, by bindings, fixed
# neighbours and proxy rules; and what must never be answered.
# lab: timeout 600
# lab: takes 150
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
plan 80

bridge_host

# Red sends a request: the MAC that answers, and how many requests another container sees.
# That container is also the fence, so its answer comes last.
scratch
listener=green
addr green eth0 $FENCE/32
asked() {	# TARGET [ARPQ OPTION…]
	local heard
	# shellcheck disable=SC2016
	heard=$(hears $listener eth0 count 99 timeout 200 -- \
		sh -c 'exec "$@" >"$0"' "$dir/answers" \
		"$WITHIN" red "$ARPQ" ask eth0 "$1" fence $FENCE "${@:2}")
	echo "$(awk '{ print $3 }' "$dir/answers" | sort -u | grep . || echo silence)" \
		"$(grep -c "in request .* target $1 " <<<"$heard")"
}

is "$(asked 10.0.0.3)" "$BLUE 1" "stock: a request is flooded"

must load_module
policy bind add 10.0.0.3 lladdr "$BLUE"
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:99
policy dev set to-red suppress bind
like "$(policy dev show to-red)" "suppress bind" "suppress is set"
is "$(asked 10.0.0.3)" "$BLUE 0" "suppress bind: answered, and not flooded"
is "$(counted)" "suppressed 1" "counted as suppressed"
is "$(asked 10.0.0.9)" "02:00:00:00:00:99 0" "suppress bind: answered for an absent owner, too"
is "$(asked 10.0.0.4)" "$GREEN 1" "an address without a binding is flooded"
is "$(asked 10.0.0.1)" "$BR0 1" "an address of the host is flooded"
policy bind add 10.0.0.1 lladdr 02:00:00:00:00:01
is "$(asked 10.0.0.1)" "$BR0 1" "an address of the host is flooded, even with a binding"
policy bind del 10.0.0.1
addr node lo 10.0.0.41/30
policy bind add 10.0.0.42 lladdr 02:00:00:00:00:01
is "$(asked 10.0.0.42)" "$BR0 1" "an address of a prefix that is local to the host is flooded"
policy bind del 10.0.0.42
must ip -n node addr del 10.0.0.41/30 dev lo
is "$(asked 10.0.0.3 sender 0.0.0.0)" "$BLUE 0" "a probe of another host is answered"
is "$(asked 10.0.0.3 smac "$BLUE")" "silence 1" "the owner's own request passes"
is "$(asked 10.0.0.3 sender 10.0.0.3)" "silence 1" "gratuitous ARP passes"
is "$(asked 10.0.0.9 dst "$GREEN")" "silence 1" "a unicast poll passes"
is "$(port_reasons tip=10.0.0.9 src="$RED" sha=03:00:00:00:00:01 sip=10.0.0.2)" pass "a multicast sender passes"
is "$(port_reasons tip=10.0.0.9 sha="$GREEN" sip=10.0.0.2)" pass "a sender MAC that is not the frame's source passes"
is "$(port_reasons tip=10.0.0.9 dst=01:00:5e:00:00:01 sip=10.0.0.2)" suppressed "multicast is answered"
is "$(port_reasons op=0002 tip=10.0.0.9)" pass "a reply passes"
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:99 dev to-red
is "$(asked 10.0.0.9)" "silence 1" "a request for an owner on the same port passes"
policy bind del 10.0.0.9 dev to-red
policy bind add 10.0.0.8/29 lladdr "$RED" dev to-red
is "$(asked 10.0.0.9)" "silence 1" "a request for an owner on the same port passes, also with a binding of a prefix"
policy bind del 10.0.0.8/29 dev to-red
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:98 dev br0
is "$(asked 10.0.0.9)" "02:00:00:00:00:98 0" "a binding of the bridge takes precedence over one of all"
policy bind del 10.0.0.9 dev br0

# explain

explained() {	# WORD…
	ctl node -j explain "$@" | jq -r '[.verdict, .reason, .lladdr, .vlan, .bridge.action,
		.bridge.port, .next.dev, .next.lladdr] | map(select(. != null) | tostring) | join(" ")'
}
is "$(explained request 10.0.0.3 from 10.0.0.2 dev to-red)" "reply suppressed $BLUE" \
	"explain: answered"
is "$(explained request 10.0.0.4 from 10.0.0.2 dev to-red)" "accept pass flood br0" \
	"explain: flooded, and received by the host"
is "$(explained request 10.0.0.4 from 10.0.0.2 dev to-red unicast)" "accept pass forward to-green" \
	"explain: forwarded to the port of its destination"
for name in red green; do must bridge -n node link set dev to-$name isolated on; done
is "$(explained request 10.0.0.4 from 10.0.0.2 dev to-red unicast)" "accept pass drop" \
	"explain: not forwarded from one isolated port to another"
for name in red green; do must bridge -n node link set dev to-$name isolated off; done
must ip -n node neigh replace 10.0.0.2 lladdr "$RED" dev br0
back() { explained request 10.0.0.2 from 10.0.0.7 dev to-red unicast; }
hairpin=$(back)
must bridge -n node link set dev to-red hairpin on
hairpin+=/$(back)
must bridge -n node link set dev to-red isolated on
hairpin+=/$(back)
must bridge -n node link set dev to-red isolated off hairpin off
is "$hairpin" "accept pass drop/accept pass forward to-red/accept pass drop" \
	"explain: forwarded to the same port in hairpin mode only, and not if it is isolated"
is "$(explained request 10.0.0.1 from 10.0.0.2 dev to-red unicast)" "accept pass host br0 $BR0" \
	"explain: for the host, which answers"

like "$(ctl node explain request 10.0.0.3 from 10.0.0.2 dev to-red)" \
	"by +suppress of to-red, binding 10\.0\.0\.3 lladdr $BLUE dev all" "explain names the binding"
is "$(ctl node -j explain request 10.0.0.3 from 10.0.0.2 dev to-red | jq -c '[.field, .selector, .rule, .binding.lladdr]')" \
	"[\"suppress\",\"to-red\",null,\"$BLUE\"]" "explain names the binding in JSON"

# Events

start node "$ARPCTL" -j monitor verdict >"$dir/events"
monitor=$started
reported() {	# REASON NAME=VALUE…
	send red "${@:2}"
	grep -q "\"reason\": *\"$1\"" "$dir/events"
}
must poll 10 reported suppressed tip=10.0.0.3 sip=10.0.0.2
is "$(jq -r 'select(.reason == "suppressed") | [.op, .bridge, .field, .binding.address, .binding.lladdr,
	.binding.selector] | join(" ")' "$dir/events" | sort -u)" \
	"request br0 suppress 10.0.0.3 $BLUE all" "an event names the binding that answered"
policy dev set to-red trust off inspect enforce
must poll 10 reported spoofed sip=10.0.0.3
is "$(jq -r 'select(.reason == "spoofed") | [.op, .field, .bridge] | join(" ")' "$dir/events" | sort -u)" \
	"request inspect br0" "an event reports a spoofed sender"
policy dev unset to-red inspect
policy rule add drop 10.0.0.66 from dev to-red
must poll 10 reported rule-drop op=0008 sip=10.0.0.66
is "$(jq -r 'select(.reason == "rule-drop").op' "$dir/events" | sort -u)" op-8 \
	"an event names an operation that is neither request nor reply"
stop "$monitor"
policy rule flush
policy dev unset to-red trust

# With a packet socket on the port, the frame is not modified

policy stats reset
heard=$(hears node to-red count 99 timeout 200 -- "$WITHIN" red \
	"$ARPQ" ask eth0 10.0.0.9 first timeout 5000)
like "$heard" "in request sender 10\.0\.0\.2 $RED target 10\.0\.0\.9 " \
	"a reader on the port sees the request as it was"
is "$(counted)" "suppressed 1" "a request that a reader sees is answered"

# Modes and trust

policy dev set to-red mode audit
is "$(asked 10.0.0.3)" "$BLUE 1" "audit: flooded"
is "$(counted)" "suppressed 1" "audit: counted"
policy dev unset to-red mode
policy dev set to-red trust on
is "$(asked 10.0.0.9)" "silence 1" "trust on: flooded"
is "$(counted)" "" "trust on: not counted"
policy dev set to-red trust off inspect enforce
is "$(asked 10.0.0.3)" "$BLUE 0" "trust off: inspected and answered"
is "$(asked 10.0.0.9 sender 10.0.0.3)" "silence 0" "trust off: a forged sender is not answered"
policy dev set to-red inspect off
policy dev unset to-red trust
is "$(port_reasons form=vid0 tip=10.0.0.9 sip=10.0.0.2)" suppressed "a request with a priority tag is answered"
like "$(arpq red ask eth0 10.0.0.9 vlan 0 first timeout 5000)" "is-at 02:00:00:00:00:99" "the answer has the priority tag"
is "$(port_reasons form=vid0x2 tip=10.0.0.9 sip=10.0.0.2)" "" "without trust off, two tags pass"

# Neighbour entries that received ARP cannot change

policy dev set to-red suppress neigh
must ip -n node neigh replace 10.0.0.20 lladdr 02:00:00:00:00:20 nud permanent dev br0
must ip -n node neigh replace 10.0.0.21 lladdr 02:00:00:00:00:21 nud noarp dev br0
must ip -n node neigh replace 10.0.0.22 lladdr 02:00:00:00:00:22 nud reachable extern_learn dev br0
is "$(asked 10.0.0.20)" "02:00:00:00:00:20 0" "suppress neigh: a permanent neighbour"
is "$(asked 10.0.0.21)" "02:00:00:00:00:21 0" "suppress neigh: a noarp neighbour"
is "$(asked 10.0.0.22)" "silence 1" "suppress neigh: not a neighbour that ARP can change"
is "$(asked 10.0.0.9)" "silence 1" "suppress neigh: not a binding"
policy dev set to-red suppress bind,neigh
is "$(asked 10.0.0.9) $(asked 10.0.0.21)" "02:00:00:00:00:99 0 02:00:00:00:00:21 0" "suppress bind,neigh: both"
must ip -n node neigh del 10.0.0.20 dev br0
is "$(asked 10.0.0.20)" "silence 1" "flooded again without the neighbour"
policy dev unset to-red suppress

# Proxy rules

policy dev set to-red trust off
policy rule add proxy 10.0.0.30 lladdr 02:00:00:00:00:30 dev to-red
policy rule add proxy 10.0.0.31 dev 'to-*'
policy rule add proxy 10.0.0.32
is "$(asked 10.0.0.30)" "02:00:00:00:00:30 0" "a proxy rule answers on the port"
is "$(asked 10.0.0.31)" "$BR0 0" "a proxy rule without a MAC answers with the bridge's"
is "$(asked 10.0.0.32)" "$BR0 1" "a proxy rule of all answers on the bridge only"
is "$(asked 10.0.0.30 sender 0.0.0.0)" "silence 1" "a proxy rule does not answer a probe"
is "$(port_reasons tip=10.0.0.30 sip=10.0.0.2)" proxied "an answer by a proxy rule is counted as proxied"
policy rule flush

# Requests that the bridge would not forward

policy dev set to-red suppress bind trust off
policy rule add proxy 10.0.0.30 lladdr 02:00:00:00:00:30 dev to-red
if ip -n node link set to-red type bridge_slave locked on 2>/dev/null; then
	is "$(port_reasons tip=10.0.0.9 sip=10.0.0.2) $(port_reasons tip=10.0.0.30 sip=10.0.0.2)" "pass pass" \
		"a locked port is not answered, by a binding or a rule"
	must ip -n node link set to-red type bridge_slave locked off
else
	skip "a locked port is not answered, by a binding or a rule" "no locked ports"
fi
is "$(port_reasons tip=10.0.0.9 sip=10.0.0.2) $(port_reasons tip=10.0.0.30 sip=10.0.0.2)" "suppressed proxied" \
	"a port that is not locked is answered by both"
must ip -n node link set to-red type bridge_slave isolated on
is "$(port_reasons tip=10.0.0.9 sip=10.0.0.2) $(port_reasons tip=10.0.0.30 sip=10.0.0.2)" "pass proxied" \
	"an isolated port is only answered by a rule"
must ip -n node link set to-red type bridge_slave isolated off

# Red's requests do not come back from a port that does not forward: no fence.
reasons() { ctl node -j stats show to-red | jq -r '.[].reasons | keys | join(" ")'; }
ends_as() {	# REASON FRAME
	must ctl node stats reset
	must arpq red send eth0 "$2"
	poll 10 received && [ "$(reasons)" = "$1" ]
}
received() { [ "$(reasons)" ]; }
request=$(frame red tip=10.0.0.9 sip=10.0.0.2)
must bridge -n node link set dev to-red state learning
run_ok "a port that is learning is not answered" poll 5 ends_as pass "$request"
run_ok "a port that is learning is not answered by a rule either" ends_as pass "$(frame red tip=10.0.0.30 sip=10.0.0.2)"
policy flush
policy dev set to-red suppress bind trust off
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:99
run_ok "a port that is learning is not answered after a policy change either" ends_as pass "$request"
is "$(explained request 10.0.0.9 from 10.0.0.2 dev to-red)" "accept pass drop" \
	"explain: the bridge drops it"
must bridge -n node link set dev to-red state forwarding
run_ok "a port is answered once it forwards" poll 5 ends_as suppressed "$request"
policy flush

# VLANs: red and blue are access ports of VLAN 10, green one of VLAN 20

green_sent() { [ "$(ctl node -j stats show to-green | jq '.[].in')" -ge "$1" ]; }

must ip -n node link set br0 type bridge vlan_filtering 1
for name in red blue green; do must bridge -n node vlan del dev to-$name vid 1; done
must bridge -n node vlan add dev to-red vid 10 pvid untagged
must bridge -n node vlan add dev to-blue vid 10 pvid untagged
must bridge -n node vlan add dev to-green vid 20 pvid untagged
must bridge -n node vlan add dev br0 vid 10 self
must ip -n node addr flush dev br0
must ip -n node link add link br0 name br0.10 up type vlan id 10
addr node br0.10 10.0.0.1/24
fence_on br0.10
must poll 5 forwarding node
fence red || must fence red

is "$(forge vid0)/$(forge ad0)/$(forge ad0q0)" poisoned/poisoned/poisoned \
	"stock: access ports do not prevent poisoning"
listener=blue
must ip -n green addr del $FENCE/32 dev eth0
addr blue eth0 $FENCE/32
policy dev set 'to-*' trust off inspect enforce
policy bind add 10.0.0.4 lladdr "$GREEN" dev br0.10
policy bind add 10.0.0.4 lladdr 02:00:00:00:00:44 dev br0
for form in plain vid0 vid10; do
	is "$(forge $form) $(counted)" "unharmed spoofed 1" "spoofed in the form $form, by the VLAN's binding"
done
is "$(forge ad0) $(counted)" "unharmed encapsulated 1" "a tag of another protocol is encapsulated"
is "$(forge ad0q0) $(counted)" "unharmed encapsulated 1" "two tags of different protocols are encapsulated"
policy dev set to-red suppress bind
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:99 dev br0.10
is "$(asked 10.0.0.9)" "02:00:00:00:00:99 0" "suppress answers by the VLAN's bindings"
policy bind add 10.0.0.9 lladdr 02:00:00:00:00:98
is "$(port_reasons form=vid10 tip=10.0.0.9 sip=10.0.0.2) $(port_reasons form=vid20 tip=10.0.0.9 sip=10.0.0.2)" \
	"suppressed pass" "suppress does not answer in a VLAN that is not the port's"
policy rule add proxy 10.0.0.30 lladdr 02:00:00:00:00:30 dev to-red
is "$(port_reasons form=vid10 tip=10.0.0.30 sip=10.0.0.2) $(port_reasons form=vid20 tip=10.0.0.30 sip=10.0.0.2)" \
	"proxied pass" "a proxy rule does not answer there either"
policy rule flush

# In VLAN 20 the host has no device: only bindings without a device apply.
policy dev set to-green suppress bind
policy bind add 10.0.0.8 lladdr 02:00:00:00:00:88 dev br0
policy stats reset
for tip in 10.0.0.9 10.0.0.8; do
	must arpq green send eth0 "$(frame green tip=$tip sip=10.0.0.4)"
done
run_ok "green's requests are counted" poll 5 green_sent 2
is "$(counted_on to-green)" "suppressed 1" \
	"in a VLAN without a device, only bindings of all answer"
is "$(explained request 10.0.0.9 from 10.0.0.2 dev to-red)" \
	"reply suppressed 02:00:00:00:00:99 10" "explain: the VLAN of an access port"
is "$(explained request 10.0.0.9 from 10.0.0.2 dev to-red vlan 20)" "accept pass 20 drop" \
	"explain: a VLAN that is not the port's"
must bridge -n node vlan del dev br0 vid 10 self
is "$(explained request 10.0.0.1 from 10.0.0.2 dev to-red)/$(explained request 10.0.0.1 from 10.0.0.2 dev to-red unicast)" \
	"accept pass 10 flood/accept pass 10 flood" "explain: a VLAN that is not the bridge's own"
is "$(asked 10.0.0.1)" "silence 1" "the host does not receive that, and does not answer"
must bridge -n node vlan add dev br0 vid 10 self

# Red claims an address of the host in green's VLAN, which the bridge drops.
if grep -qw br_vlan_get_info_rcu /proc/kallsyms; then
	must ip -n node link add link br0 name br0.20 up type vlan id 20
	addr node br0.20 10.0.20.1/24
	policy dev set to-red inspect off defend on
	is "$(port_reasons form=vid20 sip=10.0.20.1 tip=10.0.20.1)" pass \
		"defend: no announcement into a VLAN that is not the port's"
	is "$(port_reasons form=vid10 sip=10.0.0.1 tip=10.0.0.1)" conflict "defend: an announcement into the port's VLAN"
	must ip -n node link del br0.20
else
	skip "defend: no announcement into a VLAN that is not the port's" "not known on this kernel"
	skip "defend: an announcement into the port's VLAN" "not known on this kernel"
fi

# MST: each VLAN has its own state, and the module also sees frames of blocked VLANs.
mst_on() {
	in_host node /usr/bin/python3 - <<-END
		import socket, struct, sys
		def attr(kind, data):
		    return struct.pack("HH", 4 + len(data), kind) + data + b"\\0" * (-len(data) % 4)
		option = attr(46, struct.pack("II", 4, 4))	# IFLA_BR_MULTI_BOOLOPT
		info = attr(18 | 0x8000, attr(1, b"bridge") + attr(2 | 0x8000, option))
		body = struct.pack("BxHiII", 0, 0, socket.if_nametoindex("br0"), 0, 0) + info
		s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		s.send(struct.pack("IHHII", 16 + len(body), 16, 5, 1, 0) + body)
		sys.exit(struct.unpack_from("i", s.recv(4096), 16)[0] != 0)
	END
}
for dev in to-red to-blue; do must bridge -n node vlan del dev $dev vid 10; done
must bridge -n node vlan del dev br0 vid 10 self
must bridge -n node vlan del dev br0 vid 1 self
must bridge -n node vlan del dev to-green vid 20
if grep -qw br_mst_enabled /proc/kallsyms && mst_on; then
	must bridge -n node vlan add dev to-red vid 10 pvid untagged
	must bridge -n node link set dev to-red state blocking
	run_ok "MST: a VLAN that may be blocked is not answered" ends_as pass "$request"
else
	skip "MST: a VLAN that may be blocked is not answered" "no MST"
fi
no_kernel_faults
