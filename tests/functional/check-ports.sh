#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check on bridge ports: policy without effect or with an unintended one; filters that a
# VLAN 0 tag evades; counted attacks; programs that receive ARP by packet sockets.
# lab: all
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=check.inc
. "$(dirname "$0")/check.inc"
plan 64

# Other tests expect that it is not loaded. Namespaces that use it may take a moment to go.
loaded=$([ ! -e /sys/module/nf_tables ] || echo loaded)
unload_nft() {
	local module
	for module in nft_meta_bridge nf_tables; do
		[ "$loaded" ] || [ ! -e /sys/module/$module ] || poll 10 rmmod $module
	done 2>/dev/null
	return 0
}
at_exit unload_nft
must load_module
bridge_host
clean node "a bridge without policy"

# trusted-port
policy dev set to-red trust off
cures node "trusted-port br0 warning" 'to-blue and 1 more can send any ARP .* as that of to-red is' "ports next to one with policy"
is "$(ctl node -j dev show | jq -r '.[] | select(.fields.trust == false) | .selector' | sort | paste -sd ' ')" \
	"to-blue to-green to-red" "the cure sets policy on all of them"
policy dev unset to-blue
policy dev set 'to-b*' trust on
cures node "trusted-port br0 warning" 'to-blue can send any ARP' "trusted by a glob"
policy dev set to-blue trust on
clean node "trust that is set on a single port is considered intended"
policy flush

# strict
policy dev set 'to-*' trust off inspect strict
cures node "strict to-blue error" 'inspect strict of to-\*' "strict without bindings"
policy bind add "${address[green]}" lladdr "$GREEN" dev br0
is "$(found node | grep strict)" "strict to-green error
strict to-red error" "a binding on the bridge does not count for its ports"
policy flush

# unlocked
policy dev set 'to-*' trust off inspect enforce
policy bind add "${address[red]}" lladdr "$RED" dev to-red
must in_host green ping -n -q -c 1 -W 5 "${address[host]}" >/dev/null
if bridge -d -n node link show | grep -q locked; then
	cures node "unlocked to-red note" 'IP packet with a stolen source MAC' "a bound port"
	like "$cure" "bridge fdb replace $RED dev to-red master static && .*locked on\$" "the cure uses the bound MAC"
	cures node "unlocked to-green note" 'not locked' "a port where a MAC was seen"
	is "$(steals | tr ' ' '\n' | sort -u)" to-green "a stolen MAC does not move"
	run_ok "red still reaches the host" reaches red host
else
	for _ in {1..7}; do skip "locked ports" "this kernel has none"; done
fi
for name in red green; do bridge -n node link set dev to-$name locked off 2>/dev/null; done
must ip -n node link set to-red nomaster
must ip -n node link set to-red master br0
policy flush

# Without trust off, a port's mode and bindings have an effect, rate and rules have none.
policy dev set to-red suppress bind mode audit
policy bind add "${address[red]}" lladdr "$RED" dev to-red
clean node "suppress, its mode, and a binding of the port, which is not answered for there"
policy dev set to-red rate 100
policy rule add drop 10.9.9.9 dev to-red
is "$(findings node | cut -f 3 | sed 's/: no effect.*//' | sort | paste -sd ,)" "rate,rules (1)" \
	"a rate and a rule have no effect without trust off"
policy flush

# neigh-suppress, uplink
must ip -n node link add name vx0 up master br0 type vxlan id 7 dstport 4789 local 10.0.0.1
policy dev set to-red suppress bind
must bridge -n node link set dev vx0 neigh_suppress on
cures node "neigh-suppress vx0 note" 'beside suppress of to-red' "neigh_suppress"
policy dev set 'vx*' suppress bind
cures node "uplink vx0 warning" 'suppress on an uplink' "suppress on VXLAN"
policy flush
policy dev set all suppress bind
is "$(found node | grep uplink)" "uplink vx0 warning" "suppress of all on VXLAN"
policy flush
must ip -n node link del vx0

# unseen
link node:eth9 red:eth9
policy dev set eth9 trust off
cures node "unseen eth9 note" 'trust: no effect, because it is no port of a bridge' "a card"
must ip -n node link add link eth9 name mv0 up type macvlan mode bridge
policy dev set eth9 trust off suppress bind
cures node "unseen eth9 note" 'what its macvlans send each other is not seen' "the parent of a macvlan"
must ip -n node link del mv0
policy flush
addr node eth9 10.9.0.1/24
addr red eth9 10.9.0.2/24
is "$(asks red eth9 10.9.0.1)" "$(mac node eth9)" "eth9, not yet a port of Open vSwitch: answered"
if modprobe openvswitch 2>/dev/null; then
	must in_host node "$ROOT/tests/lib/ovs-datapath" add dp0 eth9
	policy dev set eth9 trust off rate 1000
	cures node "no-arp eth9 note" 'Open vSwitch takes what arrives there' "a port of Open vSwitch"
	policy dev set eth9 trust off rate 1000
	is "$(asks red eth9 10.9.0.1)" silence "a port of Open vSwitch: its address is not answered for"
	is "$(ctl node -j stats show eth9 | jq '.[].in')" 0 "policy sees no packet there"
	must in_host node "$ROOT/tests/lib/ovs-datapath" del dp0
	is "$(asks red eth9 10.9.0.1)" "$(mac node eth9)" "no longer a port: answered"
	modprobe -r openvswitch
else
	for _ in {1..5}; do skip "Open vSwitch" "this kernel has none"; done
fi
must ip -n node link del eth9
policy flush

# blind: a VLAN 0 tag hides ARP from these filters, but not from the cure
must in_host node nft 'add table bridge t; add chain bridge t c { type filter hook forward priority 0; };
	add rule bridge t c iifname to-red ether type arp drop'
is "$(forge plain) $(forge vid0)" "unharmed poisoned" "nft ether type arp: a tag evades it"
cures node "blind - warning" 'nftables rule bridge t c handle [0-9]+ drops ARP, but not behind a VLAN tag' "nft ether type arp"
is "$(forge plain) $(forge vid0) $(forge vid0x2) $(forge ad0) $(forge ad0q0)" "unharmed unharmed unharmed unharmed unharmed" \
	"nft with the cure: no tag evades it"
must in_host node nft 'flush table bridge t; add rule bridge t c meta protocol arp drop'
is "$(found node)" "blind - warning" "nft meta protocol arp"
must in_host node nft 'flush table bridge t; add rule bridge t c arp operation request arp saddr ip 10.0.0.4 drop'
is "$(found node)" "blind - warning" "nft arp saddr ip"
must in_host node nft 'flush table bridge t; add rule bridge t c ether type ip drop; add rule bridge t c ether type arp accept'
clean node "rules that drop no ARP"
must in_host node nft 'flush table bridge t; add rule bridge t c ether type arp drop; chain bridge t c { policy drop; }'
clean node "a chain that drops all else"
must in_host node nft 'delete table bridge t'
must in_host node nft 'add table netdev t; add chain netdev t c { type filter hook ingress device to-red priority 0; };
	add rule netdev t c ether type arp drop'
is "$(forge vid0)" poisoned "nft netdev: a tag evades it"
cures node "blind - warning" 'nftables rule netdev t c handle' "nft netdev"
is "$(forge plain) $(forge vid0) $(forge vid0x2) $(forge ad0)" "unharmed unharmed unharmed unharmed" "nft netdev with the cure: no tag evades it"
must in_host node nft 'delete table netdev t'
must in_host node tc qdisc add dev to-red clsact
must in_host node tc filter add dev to-red ingress pref 9 protocol arp matchall action drop
is "$(forge plain) $(forge vid0)" "unharmed poisoned" "tc protocol arp: a tag evades it"
cures node "blind to-red warning" 'tc filter ingress protocol arp pref 9 drops ARP' "tc protocol arp"
is "$(forge plain) $(forge vid0) $(forge vid0x2) $(forge ad0)" "unharmed unharmed unharmed unharmed" "tc with the cure: no tag evades it"
must in_host node tc qdisc del dev to-red clsact
must in_host node tc qdisc add dev to-red clsact
must in_host node tc filter add dev to-red ingress pref 9 protocol arp matchall action drop
policy dev set 'to-*' trust off
clean node "filters beside ports that are all policed"
policy flush
must in_host node tc qdisc del dev to-red clsact
if command -v ebtables-legacy >/dev/null && in_host node ebtables-legacy -P INPUT ACCEPT 2>/dev/null; then
	clean node "ebtables without a rule"
	must in_host node ebtables-legacy -A FORWARD -p IPv4 -j ACCEPT
	must in_host node ebtables-legacy -A FORWARD -p ARP -i to-red -j DROP
	is "$(forge plain) $(forge vid0)" "unharmed poisoned" "ebtables -p ARP: a tag evades it"
	cures node "blind - warning" 'ebtables rule 2 of chain FORWARD in table filter drops ARP' "ebtables"
	is "$(forge plain) $(forge vid0) $(forge vid0x2) $(forge ad0)" "unharmed unharmed unharmed unharmed" \
		"ebtables with the cure: no tag evades it"
	must in_host node ebtables-legacy -F
else
	for _ in {1..5}; do skip "ebtables" "not here"; done
fi

# What was counted
policy dev set 'to-*' trust off inspect enforce
policy bind add "${address[green]}" lladdr "$GREEN" dev br0
is "$(forge plain)" unharmed "a forged request is dropped"
cures node "spoofed to-red note" 'since the last "stats reset", 1 packet named a sender' "spoofed"
policy flush
policy dev set br0 defend on
send red sip="${address[host]}"
cures node "conflict br0 warning" '1 packet claimed an address of this host' "a conflict"

# Programs
start node arping -q -c 100 -w 60 -I br0 "${address[blue]}"
listening() { awk '$4 == "0806" { n++ } END { exit !n }' "/proc/$started/net/packet"; }
must poll 10 listening
is "$(findings node | cut -f 1,3)" "raw-arp br0 note	arping receives and may send ARP by itself, with a packet socket: policy does not apply to that" \
	"a program that receives ARP by a packet socket"
policy flush
clean node "it is not reported without policy"
stop "$started"
no_kernel_faults
