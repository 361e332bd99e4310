#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: keepalived (VRRP) moves an address between two hosts behind two ports. The
# takeover's gratuitous ARP passes; a forged one for the gateway does not.
# lab: all
# lab: timeout 400
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=keepalived.inc
. "$(dirname "$0")/keepalived.inc"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
command -v keepalived >/dev/null || plan skip "no keepalived"
plan 22

# Red and blue are the routers, green is their client; the bridge's host is the gateway.
VIP=10.0.0.100
bridge_host
scratch
set_sysctl green net.ipv4.neigh.eth0.base_reachable_time_ms=3600000 \
	net.ipv4.neigh.eth0.delay_first_probe_time=3600
# In this test, fence does not depend on this entry.
must ip -n green neigh replace "${address[host]}" lladdr $BR0 dev eth0 nud stale

holds() { ip -n "$1" -o addr show | grep -q " $VIP/"; }
moved() { holds "$1" && ! holds "$2"; }	# TO FROM
green_knows() { [ "$(neigh_mac green $VIP)" = "$1" ]; }
# Blue claims an address by gratuitous ARP: the MAC that green then has for it.
claims() {	# ADDRESS
	arpq blue send eth0 "$(frame blue sip="$1" tip="$1")"
	fence blue
	neigh_mac green "$1"
}
reaches_vip() {
	must ip -n green neigh flush to $VIP dev eth0
	in_host green ping -n -q -c 1 -W 5 $VIP
}

# Stock: a takeover and a forgery look the same

keepalived red MASTER 150
keepalived blue BACKUP 100
must takes_over red blue
run_ok "stock: the client reaches the address" reaches_vip
is "$(neigh_mac green $VIP)" "$RED" "stock: the client has the master's MAC"
is "$(claims 10.0.0.1)" "$BLUE" "stock: a forged announcement for the gateway is accepted"
must ip -n green neigh replace "${address[host]}" lladdr $BR0 dev eth0 nud stale

# Each router may use the address, on its own port and with its own MAC

must load_module
for name in red blue green; do
	policy bind add "${address[$name]}" lladdr "${lladdr[$name]}" dev to-$name
done
policy bind add $VIP lladdr "$RED" dev to-red
policy bind add $VIP lladdr "$BLUE" dev to-blue
# Last: keepalived announces the address again five seconds after a takeover.
policy dev set 'to-*' trust off inspect strict validate src-mac defend on
run_ok "with a policy: the client reaches the address" reaches_vip
must stop_keepalived red
run_ok "the master stops: the standby takes over" takes_over blue red
run_ok "the client learns it from the announcement" poll 30 green_knows "$BLUE"
run_ok "the client reaches the new master" reaches_vip
is "$(claims 10.0.0.1)" $BR0 "a forged announcement for the gateway is not accepted"
must ip -n green neigh replace "${address[red]}" lladdr "$RED" dev eth0 nud stale
is "$(claims "${address[red]}")" "$RED" "a forged announcement for the other router is not accepted"
is "$(ctl node -j stats show to-blue | jq -r '.[].reasons | keys | join(" ")')" "pass unbound" \
	"no announcement of the virtual address was dropped"
like "$(ctl node -j stats show to-blue)" '"unbound": *2\b' "the two forged announcements were dropped"
start node "$ARPCTL" monitor verdict >"$dir/events"
monitor=$started
keepalived red MASTER 150
run_ok "the old master starts again and takes over" takes_over red blue
run_ok "the client learns the old master's MAC" poll 30 green_knows "$RED"
is "$(ctl node -j stats show to-red | jq -r '.[].reasons | keys | join(" ")')" pass \
	"no ARP of the master was dropped"
diag "$(<"$dir/events")"
stop "$monitor"
arpq green send eth0 "$(frame green sip=$VIP tip=$VIP)"
fence green
is "$(ctl node -j stats show to-green | jq -r '.[].reasons.unbound')" 1 "another port may not announce the virtual address"
must stop_keepalived red
must stop_keepalived blue

# With the virtual router's MAC: one binding for both ports

VMAC=00:00:5e:00:01:33
policy bind del $VIP dev to-red
policy bind del $VIP dev to-blue
policy bind add $VIP lladdr $VMAC
keepalived red MASTER 150 use_vmac
keepalived blue BACKUP 100 use_vmac
run_ok "VMAC: the master holds the address" takes_over red blue
run_ok "VMAC: the client reaches the address" reaches_vip
is "$(neigh_mac green $VIP)" $VMAC "VMAC: the client has the virtual MAC"
must stop_keepalived red
run_ok "VMAC: the standby takes over" takes_over blue red
fdb_follows() { bridge -n node fdb show br br0 | grep -q "^$VMAC dev to-blue "; }
run_ok "VMAC: the bridge forwards to the standby" poll 30 fdb_follows

# Back to stock

policy flush
is "$(claims 10.0.0.1)" "$BLUE" "flush: a forged announcement is accepted"
must stop_keepalived blue
no_kernel_faults
