#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A host that speaks for another is not believed: bindings, inspect, validate.
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 68

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

# Which MAC the victim holds for an address.
knows() {	# ADDRESS
	ip -n victim neigh show "$1" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'
}

honest() {
	must ip -n victim neigh replace 10.0.0.2 lladdr "$peer" dev eth0 nud stale
}

# The attacker says that it is 10.0.0.2. When the fence has answered, it was heard.
spoof() {	# request|reply
	arpq attacker ask eth0 10.0.0.1 op "$1" sender 10.0.0.2 fence "$FENCE" >/dev/null
	[ $? != 2 ] || must false
}

# The victim's counters since the last question, without what merely passed.
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
# Or it would soon make sure of the victim, and so remind it of itself.
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
is "$(asks attacker eth0 10.0.0.1)" "$victim" "so is a sender without binding"
is "$(counted)" "" "and none of them is suspected"

policy dev set eth0 inspect strict
is "$(asks attacker eth0 10.0.0.1)" silence "strict: a sender without binding is not"
is "$(counted)" "unbound 2" "counted as unbound, and so is its question to the fence"
is "$(asks peer eth0 10.0.0.1)" "$victim" "strict: the peer still is"
believes request "$peer" "strict: a forgery is one all the same"
is "$(counted)" "spoofed 1, unbound 1" "counted as spoofed"
fails_with 1 "$victim" "strict: duplicate address detection finds the victim" \
	in_host attacker arping -D -c 1 -w 5 -I eth0 10.0.0.1
is "$(counted)" "" "as a probe has no sender"

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
is "$(counted)" "spoofed 1" "but it is counted"
heard() { grep -q "reply 10.0.0.2 is-at $attacker to 10.0.0.1 .*spoofed" "$verdicts"; }
run_ok "and told" poll 10 heard
like "$(grep 'reply' "$verdicts")" 'accept spoofed +field inspect' "as accepted"
kill $monitor
wait $monitor 2>/dev/null

policy dev set eth0 inspect enforce mode audit
believes request "$attacker" "mode audit over enforce: likewise"
is "$(counted)" "spoofed 1" "and counted"
policy dev unset eth0 mode
believes request "$peer" "without it a forgery changes nothing again"

# Selectors: the name, then the glob, then all

speakers() { echo "$(asks peer eth0 10.0.0.1 10.0.0.2) $(asks attacker eth0 10.0.0.1 10.0.0.2)"; }

is "$(speakers)" "$victim silence" "10.0.0.2 is the peer's on all devices"
policy bind add 10.0.0.2 lladdr "$attacker" dev 'eth*'
is "$(speakers)" "silence $victim" "a glob's binding goes before it"
policy bind add 10.0.0.2 lladdr "$peer" dev eth0
is "$(speakers)" "$victim silence" "and the name's before the glob's"
policy bind add 10.0.0.2 lladdr "$attacker" dev eth1
is "$(speakers)" "$victim silence" "another device's has no say"
policy bind del 10.0.0.2 dev eth0
is "$(speakers)" "silence $victim" "without the name's, the glob's holds again"
policy bind flush
is "$(speakers)" "$victim $victim" "with no binding, anybody may be anybody"

leases=$dir/leases
cat >"$leases" <<-END
	4102444800 $peer 10.0.0.2 peer 01:$peer
	4102444800 02:00:00:00:aa:aa 10.0.0.4 * *
END
run_ok "dnsmasq's leases are imported" ctl victim bind import "$leases"
is "$(speakers)" "$victim silence" "a lease says who may speak for the address"
is "$(asks attacker eth0 10.0.0.1 10.0.0.4)" silence "and so does the other"

policy flush
believes request "$attacker" "flush: stock again"

# The payload against the frame

hex_ip() {	# ADDRESS
	local IFS=.
	# shellcheck disable=SC2086
	printf %02x $1
}

all=ff:ff:ff:ff:ff:ff
# Every frame starts from a good one, of the peer to the victim.
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

# What became of a frame.
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
is "$(fate request "$wrong_src")" bad-src-mac "not a request whose sender did not send it"
is "$(fate reply "$wrong_src")" bad-src-mac "nor such a reply"
is "$(fate reply "$wrong_dst")" pass "a reply to another than its target is not its matter"
is "$(fate request sip=255.255.255.255)" pass "nor is broadcast as sender"
honest
send reply "$wrong_src"
is "$(knows 10.0.0.2)" "$peer" "what it drops teaches the victim nothing"

policy dev set eth0 validate dst-mac
is "$(fate reply)" pass "dst-mac: a good reply passes"
is "$(fate reply "$wrong_dst")" bad-dst-mac "not a reply to another than its target"
is "$(fate reply "dst=$all")" bad-dst-mac "nor a reply to all"
is "$(fate request)" pass "a request knows no target yet"
is "$(fate request "$wrong_src")" pass "who sent it is not its matter"

policy dev set eth0 validate ip
is "$(fate request)" pass "ip: a good request passes"
is "$(fate request sip=0.0.0.0)" pass "a probe as well"
is "$(fate reply tip=0.0.0.0)" pass "and the reply to one"
is "$(fate reply sip=0.0.0.0)" bad-ip "not a reply of nobody"
for sip in 255.255.255.255 224.0.0.1 239.1.2.3; do
	is "$(fate request sip=$sip)" bad-ip "nor a request of $sip"
	is "$(fate reply sip=$sip)" bad-ip "nor a reply of it"
	is "$(fate reply tip=$sip)" bad-ip "nor a reply to it"
	is "$(fate request tip=$sip)" pass "a request for it passes, to be ignored by the kernel"
done
is "$(fate request "$wrong_src")" pass "MACs are not its matter"

policy dev set eth0 validate src-mac,dst-mac,ip
is "$(fate request "$wrong_src")/$(fate reply "$wrong_dst")/$(fate reply sip=0.0.0.0)" \
	bad-src-mac/bad-dst-mac/bad-ip "all at once"
is "$(fate request)/$(fate reply)/$(fate request sip=0.0.0.0)" pass/pass/pass \
	"and good ones pass"

policy dev set eth0 validate none
is "$(fate request "$wrong_src")/$(fate reply "$wrong_dst")/$(fate reply sip=0.0.0.0)" \
	pass/pass/pass "none: all pass"
honest
send reply "$wrong_src"
learnt() { [ "$(knows 10.0.0.2)" = "$attacker" ]; }
run_ok "and teach the victim, as stock" poll 5 learnt

