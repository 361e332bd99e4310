#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: forged ARP between containers is rejected in every wrapping, before the
# bridge learns from it. ports-answer.sh tests the answers.
# lab: timeout 600
# lab: takes 150
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
plan 84

bridge_host

# Stock: what a filter by Ethernet type does not see

is "$(forge plain)" poisoned "stock: a forged request poisons a container"
for form in vid0 ad0 vid0x2 vid0x3 ad0q0 q0ad0; do
	is "$(forge $form)" poisoned "stock: so does one in the form $form"
done
for form in vid10 vid10q0 snap snapq0; do
	is "$(forge $form)" unharmed "stock: a Linux host does not understand $form"
done
is "$(steals)" to-red "stock: a frame with another host's MAC moves this MAC to the attacker's port"

# Ports that are not trusted, an address for each

must load_module
is "$(forge plain)" poisoned "the module alone changes nothing"
policy dev set 'to-*' trust off inspect strict
for name in red blue green; do
	policy bind add "${address[$name]}" lladdr "$(mac $name eth0)" dev to-$name
done
run_ok "containers reach each other" reaches blue green
run_ok "a container reaches the host" reaches blue host
run_ok "the host reaches a container" in_host node ping -n -q -c 1 -W 5 "${address[red]}"
policy stats reset
for form in plain vid0 ad0 vid10; do
	is "$(forge $form)" unharmed "strict: no poison in the form $form"
	is "$(counted)" "unbound 1" "strict: the form $form is counted as unbound"
done
for form in vid0x2 vid0x3 vid0x17 ad0q0 q0ad0 vid10q0 snap snapq0 snapvid0; do
	is "$(forge $form)" unharmed "strict: no poison in the form $form"
	is "$(counted)" "encapsulated 1" "strict: the form $form is counted as encapsulated"
done
is "$(steals)" to-green "strict: another host's MAC stays on its port"
is "$(counted)" "unbound 1" "strict: its address is not bound to the attacker's port"
is "$(forge plain op=0002)" unharmed "strict: no poison by a reply"
is "$(counted)" "unbound 1" "strict: a forged reply is counted as unbound"
is "$(port_reasons op=0008)" unbound "strict: other operations are inspected"
is "$(port_reasons hrd=0006)" unbound "strict: hardware type 6 is inspected"
is "$(port_reasons hrd=0007)" "" "another hardware type is not ARP"
is "$(port_reasons pro=86dd)" "" "another protocol is not ARP for IPv4"
is "$(port_reasons ip=86dd)" "" "another Ethernet type is not inspected"
is "$(port_reasons sip=10.0.0.2 sha=02:00:00:00:0f:0f)" spoofed "its own address with another MAC is spoofed"
is "$(port_reasons form=vid0 sip=10.0.0.2 sha=02:00:00:00:0f:0f)" spoofed "its own address with another MAC is spoofed behind a tag, too"
is "$(port_reasons sip=10.0.0.2)" pass "its own address passes"
is "$(port_reasons sip=0.0.0.0)" pass "a probe passes"

policy bind add "${address[green]}" lladdr "$GREEN" dev br0
is "$(port_reasons form=plain)" spoofed "a binding of the bridge refuses another MAC"
is "$(port_reasons sha="$GREEN")" unbound "a binding of the bridge does not bind the address to this port"
policy dev set 'to-*' inspect enforce
is "$(port_reasons form=plain)" spoofed "enforce: a binding of the bridge refuses another MAC"
is "$(port_reasons sha="$GREEN")" pass "enforce: the bound MAC passes"
is "$(port_reasons sip=10.0.0.77)" pass "enforce: an address without a binding passes"

# The other fields that reject

is "$(port_reasons hln=05)" malformed "a wrong hln is malformed"
is "$(port_reasons pln=03)" malformed "a wrong pln is malformed"
is "$(port_reasons cut=10)" malformed "a truncated packet is malformed"
policy dev set to-red inspect off validate src-mac,dst-mac,ip
is "$(port_reasons src="$GREEN")" bad-src-mac "validate: the sender MAC is not the frame's"
is "$(port_reasons op=0002)" bad-dst-mac "validate: the target MAC is not the frame's"
is "$(port_reasons sip=255.255.255.255)" bad-ip "validate: a sender address that no host can have"
policy dev set to-red validate none rate 1
is "$(flood 4)" "rate-limit 3" "rate"
policy dev set to-red rate off source-rate 1
is "$(flood 4)" "source-rate 3" "source-rate"
policy dev set to-red source-rate off garp drop
is "$(port_reasons sip=10.0.0.3 tip=10.0.0.3)" gratuitous "garp"
policy dev unset to-red garp
policy rule add drop 10.0.0.66 from dev to-red
policy rule add drop 10.0.0.67 dev to-red
is "$(port_reasons sip=10.0.0.66) $(port_reasons tip=10.0.0.67)" "rule-drop rule-drop" "rules for sender and target"
policy rule add hide 10.0.0.68
is "$(port_reasons tip=10.0.0.68)" pass "a hide rule of all does not apply on a port"
policy rule add drop 10.0.0.64/28
is "$(port_reasons tip=10.0.0.68)" rule-drop "a wider drop rule of all applies"
policy rule add pass 10.0.0.68 dev 'to-*'
is "$(port_reasons tip=10.0.0.68)" pass "a longer pass rule of the ports takes precedence"
policy rule add hide 10.0.0.69 dev 'to-*'
is "$(port_reasons tip=10.0.0.69)/$(port_reasons tip=10.0.0.69 op=0002)" hidden/pass \
	"a hide rule of the ports hides there, from requests only"
policy rule flush

# Trust, audit

policy dev set to-red inspect strict trust on
is "$(forge plain)/$(counted)" poisoned/ "trust on: not inspected and not counted"
policy dev unset to-red trust
policy dev set to-red inspect strict
policy dev set to-red trust off mode audit
is "$(forge plain)/$(counted)" "poisoned/spoofed 1" "audit: counted only"
is "$(forge vid0x2)/$(counted)" "poisoned/encapsulated 1" "audit: encapsulated ARP is counted only"
policy dev unset to-red mode
policy dev set to-red trust off inspect audit
is "$(forge plain)/$(counted)" "poisoned/spoofed 1" "inspect audit: counted only"
policy dev set to-red inspect strict

# Defend: the host's address, at the port

policy dev set to-red inspect off defend on
policy stats reset
must ip -n blue neigh replace 10.0.0.1 lladdr $BR0 dev eth0 nud stale
like "$(hears blue eth0 match "request sender 10.0.0.1 $BR0" timeout 5000 -- \
	nsenter --net=/run/netns/red "$ARPQ" send eth0 "$(frame red sip=10.0.0.1 tip=10.0.0.1)")" \
	"sender 10.0.0.1 $BR0 target 10.0.0.1" "defend: the host announces its address"
is "$(counted)" "conflict 1" "defend: the claim is dropped"
is "$(neigh_mac blue 10.0.0.1)" "$BR0" "defend: no host has learned the claim"
run_ok "defend: another claim is dropped, too" test "$(port_reasons sip=10.0.0.1 tip=10.0.0.1)" = conflict
policy dev unset to-red defend

# Flush

policy flush
is "$(forge plain)/$(forge vid0x2)" poisoned/poisoned "flush: stock again"
no_kernel_faults
