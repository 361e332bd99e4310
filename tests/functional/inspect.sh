#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Forged senders are rejected: bindings, inspect, validate.
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 75

host victim peer attacker
segment lan victim:eth0 peer:eth0 attacker:eth0
addr victim eth0 10.0.0.1/24
addr peer eth0 10.0.0.2/24
addr attacker eth0 10.0.0.3/24
victim=$(mac victim eth0)
peer=$(mac peer eth0)
attacker=$(mac attacker eth0)
# The last word counts, however soon after the one before.
set_sysctl victim net.ipv4.neigh.eth0.locktime=0

policy() { must ctl victim "$@"; }

# The victim's neighbour entry for an address.
knows() {	# ADDRESS
	ip -n victim neigh show "$1" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'
}

honest() {
	must ip -n victim neigh replace 10.0.0.2 lladdr "$peer" dev eth0 nud stale
}

# The attacker claims 10.0.0.2. The victim has processed it when the fence answers.
spoof() {	# request|reply
	arpq attacker ask eth0 10.0.0.1 op "$1" sender 10.0.0.2 fence "$FENCE" >/dev/null
	[ $? != 2 ] || must false
}

# The victim's counters since the last call, without pass.
counted() {
	ctl victim -j stats show eth0 | jq -r '.[].reasons | del(.pass) |
		to_entries | map("\(.key) \(.value)") | join(", ")'
	must ctl victim stats reset
}

believes() {	# request|reply MAC DESC
	honest
	spoof "$1"
	is "$(knows 10.0.0.2)" "$2" "$3"
}

# Stock

must in_host victim ping -q -c 1 -W 5 10.0.0.2 >/dev/null
# Otherwise the peer would soon probe the victim, which would learn it again.
must ip -n peer neigh flush dev eth0
is "$(knows 10.0.0.2)" "$peer" "the victim knows its peer"
believes request "$attacker" "stock: a forged request takes the peer's place"
believes reply "$attacker" "stock: a forged reply as well"

# Bindings

must load_module
policy bind add 10.0.0.2 lladdr "$peer"
believes reply "$attacker" "a binding alone changes nothing"
policy dev set eth0 inspect enforce
believes request "$peer" "enforce: a forged request changes nothing"
believes reply "$peer" "nor does a forged reply"
is "$(asks attacker eth0 10.0.0.1 10.0.0.2)" silence "and the forger gets no answer"
is "$(counted)" "spoofed 3" "counted as spoofed"
is "$(asks peer eth0 10.0.0.1)" "$victim" "the peer is answered"
is "$(asks attacker eth0 10.0.0.1)" "$victim" "a sender without a binding is answered, too"
is "$(counted)" "" "none of them is counted as spoofed"

policy dev set eth0 inspect strict
is "$(asks attacker eth0 10.0.0.1)" silence "strict: a sender without a binding is not answered"
is "$(counted)" "unbound 2" "counted as unbound, for both of its requests"
is "$(asks peer eth0 10.0.0.1)" "$victim" "strict: the peer is still answered"
believes request "$peer" "strict: a forgery is one all the same"
is "$(counted)" "spoofed 1, unbound 1" "counted as spoofed"
fails_with 1 "$victim" "strict: duplicate address detection finds the victim" \
	in_host attacker arping -D -c 1 -w 5 -I eth0 10.0.0.1
is "$(counted)" "" "a probe has no sender to check"

# Prefixes and any

policy bind add 10.0.0.0/24 lladdr "$attacker"
is "$(asks attacker eth0 10.0.0.1)" "$victim" "strict: a binding of a prefix lets its holder use each address in it"
is "$(asks peer eth0 10.0.0.1 10.0.0.9)" silence "and nobody else"
believes request "$peer" "the longer prefix wins: the peer's address is still the peer's alone"
policy bind add 10.0.0.8/29 lladdr any
is "$(asks peer eth0 10.0.0.1 10.0.0.9)/$(asks attacker eth0 10.0.0.1 10.0.0.9)" "$victim/$victim" \
	"any: every host may use the address"
policy bind replace 10.0.0.2 lladdr any
believes request "$attacker" "also an address that was bound"
policy bind replace 10.0.0.2 lladdr "$peer" dev eth0 dynamic
believes request "$peer" "a dynamic binding counts as a static one does"
policy bind replace 10.0.0.2 lladdr "$peer"
policy bind del 10.0.0.2 dev eth0
policy bind del 10.0.0.0/24
policy bind del 10.0.0.8/29
is "$(asks attacker eth0 10.0.0.1)" silence "deleted: without a binding again"
policy stats reset

# Audit

scratch
verdicts=$dir/verdicts
nsenter --net=/run/netns/victim -- "$ARPCTL" monitor verdict >"$verdicts" &
monitor=$!
told() { spoof request; grep -q spoofed "$verdicts"; }

policy dev set eth0 inspect audit
must poll 10 told
policy stats reset
believes reply "$attacker" "inspect audit: a forgery takes the peer's place"
is "$(counted)" "spoofed 1" "audit counts it"
heard() { grep -q "reply 10.0.0.2 is-at $attacker to 10.0.0.1 .*spoofed" "$verdicts"; }
run_ok "and reports it" poll 10 heard
like "$(grep 'reply' "$verdicts")" 'accept spoofed +field inspect' "as accepted"
kill $monitor
wait $monitor 2>/dev/null

policy dev set eth0 inspect enforce mode audit
believes request "$attacker" "mode audit over enforce: likewise"
is "$(counted)" "spoofed 1" "and counted"
policy dev unset eth0 mode
believes request "$peer" "without it a forgery changes nothing again"

# Selectors: name before glob before all

speakers() { echo "$(asks peer eth0 10.0.0.1 10.0.0.2) $(asks attacker eth0 10.0.0.1 10.0.0.2)"; }

is "$(speakers)" "$victim silence" "10.0.0.2 is the peer's on all devices"
policy bind add 10.0.0.2 lladdr "$attacker" dev 'eth*'
is "$(speakers)" "silence $victim" "a binding of a glob goes before one of all"
policy bind add 10.0.0.2 lladdr "$peer" dev eth0
is "$(speakers)" "$victim silence" "a binding of the name goes before the glob's"
policy bind add 10.0.0.2 lladdr "$attacker" dev eth1
is "$(speakers)" "$victim silence" "a binding of another device does not matter"
policy bind del 10.0.0.2 dev eth0
is "$(speakers)" "silence $victim" "without the name's binding, the glob's applies again"
policy bind flush
is "$(speakers)" "$victim $victim" "without bindings every sender is accepted"

leases=$dir/leases
cat >"$leases" <<-END
	4102444800 $peer 10.0.0.2 peer 01:$peer
	4102444800 02:00:00:00:aa:aa 10.0.0.4 * *
END
run_ok "dnsmasq's leases are imported" ctl victim bind import "$leases"
is "$(speakers)" "$victim silence" "the lease's MAC may use the address"
is "$(asks attacker eth0 10.0.0.1 10.0.0.4)" silence "so does the other lease"

policy flush
believes request "$attacker" "flush: stock again"

# validate: the payload against the frame

hex_ip() {	# ADDRESS
	local IFS=.
	# shellcheck disable=SC2086
	printf %02x $1
}

all=ff:ff:ff:ff:ff:ff
# Every frame is a variation of a good one from the peer to the victim.
# SRC and DST are the frame's, SHA SIP THA TIP the payload's.
send() {	# request|reply [NAME=VALUE…]
	local op=0001 src=$peer dst=$all sha=$peer sip=10.0.0.2
	local tha=00:00:00:00:00:00 tip=10.0.0.1
	if [ "$1" = reply ]; then op=0002 dst=$victim tha=$victim; fi
	shift
	[ $# = 0 ] || local "$@"
	arpq peer send eth0 "${dst//:/}" "${src//:/}" 0806 0001 0800 0604 $op \
		"${sha//:/}" "$(hex_ip "$sip")" "${tha//:/}" "$(hex_ip "$tip")"
}

seen() { [ "$(ctl victim -j stats show eth0 | jq '.[].in')" -gt 0 ]; }

# What happened to a frame.
fate() {	# FRAME…
	must ctl victim stats reset
	send "$@"
	poll 5 seen || echo lost
	# The victim may have answered, which counts as well.
	ctl victim -j stats show eth0 | jq -r '.[].reasons | keys | join(" ")'
}

wrong_src="sha=$attacker"
wrong_dst="tha=$attacker"

policy dev set eth0 validate src-mac
is "$(fate request)" pass "src-mac: a good request passes"
is "$(fate reply)" pass "and a good reply"
is "$(fate request "$wrong_src")" bad-src-mac "not a request whose sender MAC differs from the frame's"
is "$(fate reply "$wrong_src")" bad-src-mac "nor a reply of that kind"
is "$(fate reply "$wrong_dst")" pass "a reply sent to another MAC than its target passes"
is "$(fate request sip=255.255.255.255)" pass "nor broadcast as the sender MAC"
honest
send reply "$wrong_src"
is "$(knows 10.0.0.2)" "$peer" "dropped packets change no neighbour entry"

policy dev set eth0 validate dst-mac
is "$(fate reply)" pass "dst-mac: a good reply passes"
is "$(fate reply "$wrong_dst")" bad-dst-mac "not a reply sent to another MAC than its target"
is "$(fate reply "dst=$all")" bad-dst-mac "nor a broadcast reply"
is "$(fate request)" pass "a request passes, its target MAC is unknown"
is "$(fate request "$wrong_src")" pass "the source MAC is not checked"

policy dev set eth0 validate ip
is "$(fate request)" pass "ip: a good request passes"
is "$(fate request sip=0.0.0.0)" pass "a probe as well"
is "$(fate reply tip=0.0.0.0)" pass "and the reply to a probe"
is "$(fate reply sip=0.0.0.0)" bad-ip "not a reply from 0.0.0.0"
for sip in 255.255.255.255 224.0.0.1 239.1.2.3; do
	is "$(fate request sip=$sip)" bad-ip "nor a request of $sip"
	is "$(fate reply sip=$sip)" bad-ip "nor a reply of it"
	is "$(fate reply tip=$sip)" bad-ip "nor a reply to it"
	is "$(fate request tip=$sip)" pass "a request for it passes and the kernel ignores it"
done
is "$(fate request "$wrong_src")" pass "MACs are not checked"

policy dev set eth0 validate src-mac,dst-mac,ip
is "$(fate request "$wrong_src")/$(fate reply "$wrong_dst")/$(fate reply sip=0.0.0.0)" \
	bad-src-mac/bad-dst-mac/bad-ip "all three together drop each of them"
is "$(fate request)/$(fate reply)/$(fate request sip=0.0.0.0)" pass/pass/pass \
	"and good packets pass"

policy dev set eth0 validate none
is "$(fate request "$wrong_src")/$(fate reply "$wrong_dst")/$(fate reply sip=0.0.0.0)" \
	pass/pass/pass "none: all pass"
honest
send reply "$wrong_src"
learnt() { [ "$(knows 10.0.0.2)" = "$attacker" ]; }
run_ok "and update the neighbour table as without policy" poll 5 learnt

