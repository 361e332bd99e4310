#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On random hosts the module does what the stock kernel does: see oracle.c and
# docs/testing.md.
# lab: timeout 600
#
#   ARP_POLICY_ORACLE_CASES=N		how many (20000; 1000 in the debug kernel)
#   ARP_POLICY_ORACLE_SEED=S		what they are drawn from (5)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 6

oracle() {	# ARGUMENT…
	"$ORACLE" --seed "${ARP_POLICY_ORACLE_SEED:-5}" "$@" 2>&1
}

digest() { oracle --stock --cases 2400 | grep '^digest'; }

without=$(digest)
must load_module
is "$(digest)" "$without" "without policy it is as if the module were not loaded"

status=0
cases=${ARP_POLICY_ORACLE_CASES:-${ARP_POLICY_DEBUG:+1000}}
cases=${cases:-20000}
said=$(oracle --cases "$cases") || status=$?
diag "$said"
is $status 0 "the module does what the stock kernel does"
many="[1-9][0-9]{$((${#cases} - 2)),}"	# of thousands, hundreds
like "$(tail -n 1 <<<"$said")" " $many replies, $many requests, " \
	"and there was something to do"

# The test's test.
said=$(oracle --cases 4800 --blunder)
like "$(tail -n 1 <<<"$said")" ' [1-9][0-9]* mismatches$' "a wrong policy is noticed"
is "$(sed -n '/^MISMATCH, shrunk/,/^Of/p' <<<"$said" | grep -c '^  [0-9]*: ')" 1 \
	"and shrunk to one question"
case=$(sed -n 's/^MISMATCH.* cases \([0-9]*\) .*/\1/p' <<<"$said" | tail -n 1)
like "$(oracle --case "$case" --blunder | tail -n 1)" ' 1 mismatches$' \
	"a case can be asked again, alone"
