#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Valid, slightly broken and very broken netlink messages; the policy stays consistent.
# lab: timeout 180 3600
#
#   tests/fuzz/netlink.sh [COUNT [SEED]]
#
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
number=${1:-120000}
[ ! "${ARP_POLICY_SOAK-}" ] || number=${1:-1000000}
seed=${2:-${ARP_POLICY_SEED:-$(od -An -N 4 -t u4 /dev/urandom | tr -d ' ')}}
plan 8

host alice bob
link alice:eth0 bob:eth0
link alice:eth1 bob:eth1
addr alice eth0 10.0.0.1/16
addr alice eth1 10.1.0.1/16
addr bob eth0 10.0.0.2/16
must ip -n alice link add name dummy0 up type dummy
addr alice dummy0 10.2.0.1/16
set_sysctl alice net.ipv4.ip_forward=1
must load_module
must ctl bob dev set eth0 announce best
bobs=$(ctl bob -j dev show)
scratch

diag "seed $seed, again: tests/fuzz/netlink.sh $number $seed"
# Packets are decided by each of these short-lived policies.
start bob nice -n 5 "$ARPQ" flood eth0 10.0.0.1 count 1000000000 macs 100 >/dev/null
flood=$started
in_host alice "$ROOT/build/fuzz-netlink" "$seed" "$number" >"$dir/said" 2>"$dir/wrong"
is "$?" 0 "after $number messages the policy is dumped completely and accepted again"
diag "$(cat "$dir/said" "$dir/wrong")"
like "$(cat "$dir/said")" "^sent [0-9]+ accepted [0-9]{4,}" "many messages were accepted"
like "$(cat "$dir/said")" "objects [1-9]" "dumps were not empty"
run_ok "a flood of packets ran meanwhile" kill -0 "$flood"
stop "$flood"
is "$(ctl bob -j dev show)" "$bobs" "another netns is unchanged"
run_ok "a flush succeeds" ctl alice flush
must unload_module
is "$(asks bob eth0 10.0.0.1)" "$(mac alice eth0)" "without policy alice answers again"
no_kernel_faults
