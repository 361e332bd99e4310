#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# keepalived (VRRP) moves an address between two LVS directors that are each other's real server.
# lab: all
# lab: timeout 400
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=keepalived.inc
. "$(dirname "$0")/keepalived.inc"
command -v keepalived >/dev/null || plan skip "no keepalived"

VIP=10.0.0.100 ADVERT=2

host client one two forger
segment lan client:eth0 one:eth0 two:eth0 forger:eth0
addr client eth0 10.0.0.9/24
addr one eth0 10.0.0.1/24
addr two eth0 10.0.0.2/24
addr forger eth0 10.0.0.66/24
# Both serve the address, wherever it is at the moment.
addr one lo $VIP/32
addr two lo $VIP/32
ONE=$(mac one eth0) TWO=$(mac two eth0) FORGER=$(mac forger eth0)
# A neighbour entry of the client stays until ARP changes it.
set_sysctl client net.ipv4.neigh.eth0.base_reachable_time_ms=3600000 \
	net.ipv4.neigh.eth0.delay_first_probe_time=3600 net.ipv4.neigh.eth0.locktime=0

vip() { asks client eth0 $VIP; }
known_mac() { neigh_mac client $VIP eth0; }
client_knows() { [ "$(known_mac)" = "$1" ]; }
reaches() { in_host client ping -q -c 1 -W 5 $VIP; }
forget() { must ip -n client neigh flush dev eth0; }
holds() { ip -n "$1" -o addr show dev eth0 | grep -q " $VIP/"; }
lacks() { ! holds "$1"; }
moved() { holds "$1" && lacks "$2"; }	# TO FROM
# The attacker claims the address; the fence's answer shows that it was processed.
claims() {
	arpq forger ask eth0 $VIP sender $VIP fence "$FENCE" >/dev/null
	[ $? != 2 ] || must false
}
conflicts() { ctl "$1" -j stats show eth0 | jq '.[].reasons.conflict // 0'; }	# HOST

scratch

# The problem

keepalived one MASTER 150
keepalived two BACKUP 100
must takes_over one two
is "$(vip)" "$ONE $TWO" "stock: the standby answers for the master's address"

# The fix, while they run: each device answers only for its own addresses

must load_module
for director in one two; do
	must ctl $director dev set eth0 ignore device announce best defend on learn solicited
done
must ctl client dev set eth0 learn solicited
is "$(vip)" "$ONE" "only the master answers"
forget
run_ok "the client reaches the address" reaches
is "$(known_mac)" "$ONE" "the client has the master's MAC"

must stop_keepalived one
run_ok "the master stops: the standby takes over" takes_over two one
run_ok "the client learns it from the announcement" poll 30 client_knows "$TWO"
is "$(vip)" "$TWO" "only the new master answers, not the old one's loopback"
run_ok "the client reaches the address at the new master" reaches
is "$(known_mac)" "$TWO" "the client still has the new master's MAC"

claims
is "$(known_mac)" "$TWO" "the new master defends against a forged claim"
is "$(conflicts one) $(conflicts two)" "0 1" "only the new master counts a conflict"

keepalived one MASTER 150
run_ok "the old master starts again and takes over" takes_over one two
run_ok "the client follows" poll 30 client_knows "$ONE"
is "$(vip)" "$ONE" "only the master answers again"
run_ok "the client reaches the address again" reaches

# Another fix: hide the addresses of lo

for director in one two; do
	must ctl $director flush
	must ctl $director dev set lo hidden on
done
is "$(vip)" "$ONE" "hidden loopback: only the master answers, although its loopback has the address, too"
must ip -n lan link set one-eth0 down
run_ok "the master's cable is pulled: the standby takes over" takes_over two one
run_ok "the client follows" poll 30 client_knows "$TWO"
is "$(vip)" "$TWO" "the new master alone answers"
must ip -n lan link set one-eth0 up
must poll 5 forwarding lan
run_ok "the cable is plugged in again: the master takes over" takes_over one two
run_ok "the client follows" poll 30 client_knows "$ONE"
is "$(vip)" "$ONE" "only the master answers again"
run_ok "the client reaches the address again" reaches

# Back to stock

must ctl two flush
is "$(vip)" "$ONE $TWO" "flush: the standby answers, as stock"
claims
is "$(known_mac)" "$FORGER" "flush: the address is not defended"
must stop_keepalived one
must stop_keepalived two

# The script and the configuration in contrib/keepalived: both hosts have the address all the
# time, and VRRP moves another one.

must mkdir -p /etc/keepalived
must install -m 755 "$ROOT/contrib/keepalived/notify" /etc/keepalived/arp-policy
sed -n '/^# .etc.keepalived/,/^```/p' "$ROOT/contrib/keepalived/README.md" | grep -v '^```' >"$dir/contrib.conf"
run_ok "the configuration in contrib/keepalived is valid" \
	in_host one keepalived --config-test --use-file "$dir/contrib.conf"
sed 's/192\.168\.1\./10.0.0./' "$dir/contrib.conf" >"$dir/two.conf"
sed 's/priority 100/priority 150/' "$dir/two.conf" >"$dir/one.conf"
must ctl one flush
PATH=${ARPCTL%/*}:$PATH
run_keepalived one
run_keepalived two
is_owner() { [ "$(vip)" = "$1" ]; }
serves() {	# MAC DESC
	poll 60 is_owner "$1"
	result $? "$2" "$(vip)"$'\n'"$(tail -n 40 "$dir/log")"
}
serves "$ONE" "contrib's notify script: only the master answers for an address that both have"
forget
run_ok "contrib's notify script: the client reaches the address" reaches
must stop_keepalived one
serves "$TWO" "the master stops: only the new one answers"
run_ok "the master stops: the client follows" poll 30 client_knows "$TWO"
run_keepalived one
serves "$ONE" "the old master starts again: only it answers"
run_ok "the old master starts again: the client follows" poll 30 client_knows "$ONE"
must stop_keepalived one
must stop_keepalived two
plan
