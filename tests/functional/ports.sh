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
plan 83

bridge_host

# Stock: what a filter by Ethernet type does not see

is "$(forge plain)" poisoned "stock: a forged request poisons a container"
for form in vid0 ad0 vid0x2 vid0x3 ad0q0 q0ad0; do
	is "$(forge $form)" poisoned "stock: so does one in the form $form"
done
for form in vid10 vid10q0 snap snapq0; do
	is "$(forge $form)" unharmed "stock: a Linux host does not understand $form"
done
is "$(steals)" to-red "stock: a frame with another's MAC moves it to the attacker's port"

# Ports that are not trusted, an address for each

must load_module
is "$(forge plain)" poisoned "the module alone changes nothing"
policy dev set 'to-*' trust off inspect strict
for name in red blue green; do
	policy bind add "${address[$name]}" lladdr "$(mac $name eth0)" dev to-$name
done
run_ok "containers reach each other" reaches blue green
run_ok "and the host" reaches blue host
run_ok "the host reaches them" in_host node ping -n -q -c 1 -W 5 "${address[red]}"
policy stats reset
for form in plain vid0 ad0 vid10; do
	is "$(forge $form)" unharmed "strict: no poison in the form $form"
	is "$(counted)" "unbound 1" "counted as unbound"
done
for form in vid0x2 vid0x3 vid0x17 ad0q0 q0ad0 vid10q0 snap snapq0 snapvid0; do
	is "$(forge $form)" unharmed "no poison in the form $form"
	is "$(counted)" "encapsulated 1" "counted as encapsulated"
done
is "$(steals)" to-green "another's MAC stays where it is"
is "$(counted)" "unbound 1" "its address is not bound to the attacker's port"
is "$(forge plain op=0002)" unharmed "no poison by a reply"
is "$(counted)" "unbound 1" "counted as unbound"
is "$(fate op=0008)" unbound "inspected in every operation"
is "$(fate hrd=0006)" unbound "and for hardware type 6"
is "$(fate hrd=0007)" "" "another hardware type is not ARP"
is "$(fate pro=86dd)" "" "nor is another protocol"
is "$(fate ip=86dd)" "" "another Ethernet type is none of our business"
is "$(fate sip=10.0.0.2 sha=02:00:00:00:0f:0f)" spoofed "its own address with another MAC is spoofed"
is "$(fate sip=10.0.0.2)" pass "its own address passes"
is "$(fate sip=0.0.0.0)" pass "and so does a probe"

policy bind add "${address[green]}" lladdr "$GREEN" dev br0
is "$(fate form=plain)" spoofed "a binding of the bridge refuses another MAC"
is "$(fate sha="$GREEN")" unbound "but does not tie the address to this port"
policy dev set 'to-*' inspect enforce
is "$(fate form=plain)" spoofed "enforce: it refuses another MAC as well"
is "$(fate sha="$GREEN")" pass "and passes the right one"
is "$(fate sip=10.0.0.77)" pass "enforce: an address without a binding passes"

# The other fields that reject

is "$(fate hln=05)" malformed "a wrong hln is malformed"
is "$(fate pln=03)" malformed "a wrong pln, too"
is "$(fate cut=10)" malformed "and so is half a packet"
policy dev set to-red inspect off validate src-mac,dst-mac,ip
is "$(fate src="$GREEN")" bad-src-mac "validate: the sender MAC is not the frame's"
is "$(fate op=0002)" bad-dst-mac "the target MAC is not the frame's"
is "$(fate sip=255.255.255.255)" bad-ip "a sender that nobody can have"
policy dev set to-red validate none rate 1
is "$(flood 4)" "rate-limit 3" "rate"
policy dev set to-red rate off source-rate 1
is "$(flood 4)" "source-rate 3" "source-rate"
policy dev set to-red source-rate off garp drop
is "$(fate sip=10.0.0.3 tip=10.0.0.3)" gratuitous "garp"
policy dev unset to-red garp
policy rule add drop 10.0.0.66 from dev to-red
policy rule add drop 10.0.0.67 dev to-red
is "$(fate sip=10.0.0.66) $(fate tip=10.0.0.67)" "rule-drop rule-drop" "rules for sender and target"
policy rule add hide 10.0.0.68
is "$(fate tip=10.0.0.68)" pass "a rule that hides on every device does not hold on a port"
policy rule add drop 10.0.0.64/28
is "$(fate tip=10.0.0.68)" rule-drop "the wider one that drops does"
policy rule add pass 10.0.0.68 dev 'to-*'
is "$(fate tip=10.0.0.68)" pass "and not where a longer one passes"
policy rule add hide 10.0.0.69 dev 'to-*'
is "$(fate tip=10.0.0.69)/$(fate tip=10.0.0.69 op=0002)" hidden/pass \
	"one that names the ports hides there, from requests"
policy rule flush

# Trust, audit

policy dev set to-red inspect strict trust on
is "$(forge plain)/$(counted)" poisoned/ "trust on: never touched"
policy dev unset to-red trust
policy dev set to-red inspect strict
policy dev set to-red trust off mode audit
is "$(forge plain)/$(counted)" "poisoned/spoofed 1" "audit: counted only"
is "$(forge vid0x2)/$(counted)" "poisoned/encapsulated 1" "what is encapsulated as well"
policy dev unset to-red mode
policy dev set to-red trust off inspect audit
is "$(forge plain)/$(counted)" "poisoned/spoofed 1" "inspect audit, likewise"
policy dev set to-red inspect strict

# Defend: the host's address, at the port

policy dev set to-red inspect off defend on
policy stats reset
must ip -n blue neigh replace 10.0.0.1 lladdr $BR0 dev eth0 nud stale
like "$(hears blue eth0 match "request sender 10.0.0.1 $BR0" timeout 5000 -- \
	nsenter --net=/run/netns/red "$ARPQ" send eth0 "$(frame red sip=10.0.0.1 tip=10.0.0.1)")" \
	"sender 10.0.0.1 $BR0 target 10.0.0.1" "defend: the host announces its address"
is "$(counted)" "conflict 1" "and drops the claim"
is "$(knows blue 10.0.0.1)" "$BR0" "which nobody has learnt"
run_ok "another claim is dropped, too" test "$(fate sip=10.0.0.1 tip=10.0.0.1)" = conflict
policy dev unset to-red defend

# Flush

policy flush
is "$(forge plain)/$(forge vid0x2)" poisoned/poisoned "flush: stock again"
no_kernel_faults
