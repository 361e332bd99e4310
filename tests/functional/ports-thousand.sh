#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A bridge with 1,000 ports: what one request costs when it is flooded, and when it is
# answered on its port, in frames and instructions.
# lab: all
# lab: own-vm --icount
# lab: timeout 600
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 11
scratch
PORTS=1000
REQUESTS=10

# Red and blue are hosts. The far ends of the other ports are in one namespace.
host node red blue
namespace others
link node:to-red red:eth0
link node:to-blue blue:eth0
addr red eth0 10.0.0.2/16
addr blue eth0 10.0.0.3/16
RED=$(mac red eth0) BLUE=$(mac blue eth0)
must ip -n node link add name br0 address 02:42:ac:11:00:01 type bridge stp_state 0 forward_delay 0 \
	mcast_snooping 0
must ip -n node link set to-red master br0
must ip -n node link set to-blue master br0
seq 3 $PORTS | awk '{
	printf "link add name p%d master br0 up type veth peer name e%d netns others\n", $1, $1 }' >"$dir/ports"
must ip -n node -batch "$dir/ports"
seq 3 $PORTS | awk '{ printf "link set e%d up\n", $1 }' >"$dir/ends"
must ip -n others -batch "$dir/ends"
must ip -n node link set br0 up
must poll 20 forwarding node
# Make everything that a request causes happen before send() returns.
must sysctl -q -w net.core.netdev_max_backlog=100000
must sysctl -q -w net.core.netdev_budget=100000
must sysctl -q -w net.core.netdev_budget_usecs=1000000

# All ports' frames so far.
# shellcheck disable=SC2016 # variables of awk
sent() { in_host node awk -F '[: ]+' '{ sub(/^ +/, "") } /^(p[0-9]|to-)/ { sum += $11 } END { print sum }' /proc/net/dev; }

# Red requests blue. Sets "frames" and "instructions" per request.
# In this machine, an instruction takes a nanosecond.
costs() {
	local before us
	in_host red "$ARPQ" flood eth0 10.0.0.3 count 2 >/dev/null
	before=$(sent)
	us=$(in_host red "$ARPQ" flood eth0 10.0.0.3 count $REQUESTS | sed 's/.* in \([0-9]*\) us/\1/')
	frames=$((($(sent) - before) / REQUESTS)) instructions=$((us * 1000 / REQUESTS))
	diag "$1: $frames frames, $instructions instructions"
}
answer() { arpq red ask eth0 10.0.0.3 first timeout 5000 | awk '{ print $3 }'; }

# Without a policy

# The additional frame is blue's answer.
costs "flooded"
flooded=$instructions
is "$frames" $PORTS "stock: a request is sent to all other ports, and answered"
is "$(answer)" "$BLUE" "stock: the owner answers"
must ip -n node neigh replace 10.0.0.3 lladdr "$BLUE" dev br0 nud permanent
seq 3 $PORTS | awk '{ printf "link set p%d type bridge_slave neigh_suppress on\n", $1 }' >"$dir/suppress"
must ip -n node -batch "$dir/suppress"
must ip -n node link set to-red type bridge_slave neigh_suppress on
must ip -n node link set to-blue type bridge_slave neigh_suppress on
costs "neigh_suppress on all ports"
is "$frames" $PORTS "stock, neigh_suppress on all ports: no change"
sed -i 's/ on$/ off/' "$dir/suppress"
must ip -n node -batch "$dir/suppress"
must ip -n node link set to-red type bridge_slave neigh_suppress off
must ip -n node link set to-blue type bridge_slave neigh_suppress off

# With a policy for all ports

must load_module
must ctl node dev set default suppress bind
costs "suppress without a binding"
is "$frames" $PORTS "suppress: without a binding it is flooded"
run_ok "suppress: without a binding it costs at most 5 % more" test $instructions -lt $((flooded * 105 / 100))
must ctl node bind add 10.0.0.3 lladdr "$BLUE" dev br0
costs "suppress"
suppressed=$instructions
is "$frames" 1 "suppress: with a binding, the answer is the only frame"
is "$(answer)" "$BLUE" "suppress: the answer has the owner's MAC"
run_ok "suppress: it takes a hundredth of the instructions" test $((flooded / suppressed)) -ge 100
must ctl node dev set default trust off inspect strict
must ctl node bind add 10.0.0.2 lladdr "$RED" dev to-red
costs "inspected and suppressed"
is "$frames" 1 "suppress: the same with an inspected sender"

# Back to stock

must ctl node flush
costs "flushed"
is "$frames" $PORTS "flush: it is flooded"
no_kernel_faults
