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
# Without locktime, the last packet always updates the neighbour entry.
set_sysctl victim net.ipv4.neigh.eth0.locktime=0

policy() { must ctl victim "$@"; }

restore_entry() {
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

check_spoof() {	#  request|reply MAC DESC
	restore_entry
	spoof "$1"
	is "$(neigh_mac victim 10.0.0.2)" "$2" "$3"
}

# Stock

must in_host victim ping -q -c 1 -W 5 10.0.0.2 >/dev/null
# Otherwise the peer would soon probe the victim, which would learn it again.
must ip -n peer neigh flush dev eth0
is "$(neigh_mac victim 10.0.0.2)" "$peer" "the victim has the MAC of its peer"
check_spoof request "$attacker" "stock: a forged request replaces the peer's MAC"
check_spoof reply "$attacker" "stock: a forged reply replaces the peer's MAC"

# Bindings

must load_module
policy bind add 10.0.0.2 lladdr "$peer"
check_spoof reply "$attacker" "a binding alone changes nothing"
policy dev set eth0 inspect enforce
check_spoof request "$peer" "enforce: a forged request changes nothing"
check_spoof reply "$peer" "enforce: a forged reply changes nothing"
is "$(asks attacker eth0 10.0.0.1 10.0.0.2)" silence "enforce: the forger is not answered"
is "$(counted)" "spoofed 3" "enforce: forgeries are counted as spoofed"
is "$(asks peer eth0 10.0.0.1)" "$victim" "the peer is answered"
is "$(asks attacker eth0 10.0.0.1)" "$victim" "a sender without a binding is answered, too"
is "$(counted)" "" "accepted requests are not counted as spoofed"

policy dev set eth0 inspect strict
is "$(asks attacker eth0 10.0.0.1)" silence "strict: a sender without a binding is not answered"
is "$(counted)" "unbound 2" "counted as unbound, for both of its requests"
is "$(asks peer eth0 10.0.0.1)" "$victim" "strict: the peer is still answered"
check_spoof request "$peer" "strict: a forged request changes nothing"
is "$(counted)" "spoofed 1, unbound 1" "strict: a forgery is counted as spoofed"
fails_with 1 "$victim" "strict: duplicate address detection finds the victim" \
	in_host attacker arping -D -c 1 -w 5 -I eth0 10.0.0.1
is "$(counted)" "" "a probe has no sender to check"

# Prefixes and any

policy bind add 10.0.0.0/24 lladdr "$attacker"
is "$(asks attacker eth0 10.0.0.1)" "$victim" "strict: a binding of a prefix lets its holder use each address in it"
is "$(asks peer eth0 10.0.0.1 10.0.0.9)" silence "strict: no other host may use these addresses"
check_spoof request "$peer" "the longer prefix wins: the peer's address is still the peer's alone"
policy bind add 10.0.0.8/29 lladdr any
is "$(asks peer eth0 10.0.0.1 10.0.0.9)/$(asks attacker eth0 10.0.0.1 10.0.0.9)" "$victim/$victim" \
	"any: every host may use the address"
policy bind replace 10.0.0.2 lladdr any
check_spoof request "$attacker" "any: also for an address that was bound before"
policy bind replace 10.0.0.2 lladdr "$peer" dev eth0 dynamic
check_spoof request "$peer" "a dynamic binding has the effect of a static one"
policy bind replace 10.0.0.2 lladdr "$peer"
policy bind del 10.0.0.2 dev eth0
policy bind del 10.0.0.0/24
policy bind del 10.0.0.8/29
is "$(asks attacker eth0 10.0.0.1)" silence "bindings deleted: the sender is not answered"
policy stats reset

# Audit

scratch
verdicts=$dir/verdicts
nsenter --net=/run/netns/victim -- "$ARPCTL" monitor verdict >"$verdicts" &
monitor=$!
reported() { spoof request; grep -q spoofed "$verdicts"; }

policy dev set eth0 inspect audit
must poll 10 reported
policy stats reset
check_spoof reply "$attacker" "inspect audit: a forgery replaces the peer's MAC"
is "$(counted)" "spoofed 1" "inspect audit: the forgery is counted"
heard() { grep -q "reply 10.0.0.2 is-at $attacker to 10.0.0.1 .*spoofed" "$verdicts"; }
run_ok "inspect audit: the forgery is reported" poll 10 heard
like "$(grep 'reply' "$verdicts")" 'accept spoofed +field inspect' "inspect audit: the forgery is reported as accepted"
stop $monitor

policy dev set eth0 inspect enforce mode audit
check_spoof request "$attacker" "mode audit over enforce: a forgery replaces the peer's MAC"
is "$(counted)" "spoofed 1" "mode audit over enforce: the forgery is counted"
policy dev unset eth0 mode
check_spoof request "$peer" "without mode audit a forgery changes nothing"

# Selectors: name before glob before all

speakers() { echo "$(asks peer eth0 10.0.0.1 10.0.0.2) $(asks attacker eth0 10.0.0.1 10.0.0.2)"; }

is "$(speakers)" "$victim silence" "10.0.0.2 is bound to the peer on all devices"
policy bind add 10.0.0.2 lladdr "$attacker" dev 'eth*'
is "$(speakers)" "silence $victim" "a binding of a glob takes precedence over one of all"
policy bind add 10.0.0.2 lladdr "$peer" dev eth0
is "$(speakers)" "$victim silence" "a binding of the name takes precedence over the glob's"
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
is "$(asks attacker eth0 10.0.0.1 10.0.0.4)" silence "the address of another lease is not answered"

policy flush
check_spoof request "$attacker" "flush: stock again"

# validate: the payload against the frame

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

# The reasons that are counted for a frame.
reasons() {	# FRAME…
	must ctl victim stats reset
	send "$@"
	poll 5 seen || echo lost
	# The victim may have answered, which counts as well.
	ctl victim -j stats show eth0 | jq -r '.[].reasons | keys | join(" ")'
}

wrong_src="sha=$attacker"
wrong_dst="tha=$attacker"

policy dev set eth0 validate src-mac
is "$(reasons request)" pass "src-mac: a good request passes"
is "$(reasons reply)" pass "src-mac: a good reply passes"
is "$(reasons request "$wrong_src")" bad-src-mac "src-mac: a request whose sender MAC differs from the frame's is dropped"
is "$(reasons reply "$wrong_src")" bad-src-mac "src-mac: a reply whose sender MAC differs from the frame's is dropped"
is "$(reasons reply "$wrong_dst")" pass "src-mac: a reply sent to another MAC than its target passes"
is "$(reasons request sip=255.255.255.255)" pass "src-mac: the sender address is not checked"
restore_entry
send reply "$wrong_src"
is "$(neigh_mac victim 10.0.0.2)" "$peer" "dropped packets change no neighbour entry"

policy dev set eth0 validate dst-mac
is "$(reasons reply)" pass "dst-mac: a good reply passes"
is "$(reasons reply "$wrong_dst")" bad-dst-mac "dst-mac: a reply sent to another MAC than its target is dropped"
is "$(reasons reply "dst=$all")" bad-dst-mac "dst-mac: a broadcast reply is dropped"
is "$(reasons request)" pass "dst-mac: a request passes, as its target MAC is unknown"
is "$(reasons request "$wrong_src")" pass "dst-mac: the source MAC is not checked"

policy dev set eth0 validate ip
is "$(reasons request)" pass "ip: a good request passes"
is "$(reasons request sip=0.0.0.0)" pass "ip: a probe passes"
is "$(reasons reply tip=0.0.0.0)" pass "ip: the reply to a probe passes"
is "$(reasons reply sip=0.0.0.0)" bad-ip "ip: a reply from 0.0.0.0 is dropped"
for sip in 255.255.255.255 224.0.0.1 239.1.2.3; do
	is "$(reasons request sip=$sip)" bad-ip "ip: a request from $sip is dropped"
	is "$(reasons reply sip=$sip)" bad-ip "ip: a reply from $sip is dropped"
	is "$(reasons reply tip=$sip)" bad-ip "ip: a reply to $sip is dropped"
	is "$(reasons request tip=$sip)" pass "ip: a request for $sip passes, as the kernel ignores it"
done
is "$(reasons request "$wrong_src")" pass "ip: MACs are not checked"

policy dev set eth0 validate src-mac,dst-mac,ip
is "$(reasons request "$wrong_src")/$(reasons reply "$wrong_dst")/$(reasons reply sip=0.0.0.0)" \
	bad-src-mac/bad-dst-mac/bad-ip "all three together drop each of them"
is "$(reasons request)/$(reasons reply)/$(reasons request sip=0.0.0.0)" pass/pass/pass \
	"all three together: good packets pass"

policy dev set eth0 validate none
is "$(reasons request "$wrong_src")/$(reasons reply "$wrong_dst")/$(reasons reply sip=0.0.0.0)" \
	pass/pass/pass "none: all pass"
restore_entry
send reply "$wrong_src"
learnt() { [ "$(neigh_mac victim 10.0.0.2)" = "$attacker" ]; }
run_ok "none: a forged reply updates the neighbour table as in stock" poll 5 learnt

