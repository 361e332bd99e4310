#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On random hosts the module behaves like the stock kernel: see oracle.c and
# docs/testing.md.
# lab: timeout 600
# lab: takes 100
#
#   ARP_POLICY_ORACLE_CASES=N		number of cases (20000; debug kernel: 1000)
#   ARP_POLICY_ORACLE_SEED=S		random seed (5)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 7

oracle() {	# ARGUMENT…
	"$ORACLE" --seed "${ARP_POLICY_ORACLE_SEED:-5}" "$@" 2>&1
}

digest() { oracle --stock --cases 2400 | grep '^digest'; }

without=$(digest)
must load_module
is "$(digest)" "$without" "without policy the module changes nothing"

status=0
cases=${ARP_POLICY_ORACLE_CASES:-${ARP_POLICY_DEBUG:+1000}}
cases=${cases:-20000}
said=$(oracle --cases "$cases") || status=$?
diag "$said"
is $status 0 "the module and the stock kernel behave alike"
many="[1-9][0-9]{$((${#cases} - 2)),}"	# of thousands, hundreds
like "$(tail -n 1 <<<"$said")" " $many replies, $many requests, " \
	"enough packets were sent to compare"

# ksoftirqd gets hardly any CPU time here, and nearly every packet needs it. The
# host of these cases has routes that lead to lo.
one_host() { oracle --stock --from 19056 --cases 240 | grep '^digest'; }

starved() {
	local busy=() ret
	sysctl -q -w net.core.dev_weight=1 net.core.netdev_budget=1
	pgrep ksoftirqd | xargs renice -n 19 -p >/dev/null
	for _ in 1 2 3; do
		while :; do :; done &
		busy+=($!)
	done
	one_host
	ret=$?
	kill "${busy[@]}"
	pgrep ksoftirqd | xargs renice -n 0 -p >/dev/null
	sysctl -q -w net.core.dev_weight=64 net.core.netdev_budget=300
	return $ret
}

is "$(starved)" "$(one_host)" "the results do not depend on time"

# Test the test.
said=$(oracle --cases 4800 --blunder)
like "$(tail -n 1 <<<"$said")" ' [1-9][0-9]* mismatches$' "a wrong policy is detected"
is "$(sed -n '/^MISMATCH, shrunk/,/^Of/p' <<<"$said" | grep -c '^  [0-9]*: ')" 1 \
	"its case is shrunk to one question"
case=$(sed -n 's/^MISMATCH.* cases \([0-9]*\) .*/\1/p' <<<"$said" | tail -n 1)
like "$(oracle --case "$case" --blunder | tail -n 1)" ' 1 mismatches$' \
	"the case fails again on its own"
