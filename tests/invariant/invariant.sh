#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What must hold whatever is drawn: see invariant.c and docs/testing.md.
# lab: timeout 600 14400
# lab: takes 250
#
#   ARP_POLICY_INVARIANT_CASES=N	how many (5000; 200000 in the soak, 250 in
#					the debug kernel)
#   ARP_POLICY_INVARIANT_SEED=S	what they are drawn from (7; the soak's is
#					its own)
# shellcheck source-path=SCRIPTDIR source=../differential/lib.sh
. "$(dirname "$0")/../differential/lib.sh"
plan 5

INVARIANT=${INVARIANT:-$ROOT/tests/invariant/invariant}
[ -x "$INVARIANT" ] || must make -s -C "$ROOT/tests/invariant"
seed=7
cases=${ARP_POLICY_DEBUG:+250}
cases=${cases:-5000}
if [ "${ARP_POLICY_SOAK-}" ]; then
	seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
	cases=200000
fi
seed=${ARP_POLICY_INVARIANT_SEED:-$seed}
cases=${ARP_POLICY_INVARIANT_CASES:-$cases}

backlog=$(sysctl -n net.core.netdev_max_backlog)
must load_module
status=0
said=$("$INVARIANT" --seed "$seed" --cases "$cases" 2>&1) || status=$?
diag "$said"
is $status 0 "what must hold holds, seed $seed"
# Nothing is proven by a host that says nothing.
many='[1-9][0-9]{2,}'
like "$(tail -n 1 <<<"$said")" \
	" $many frames, $many neighbours, $many foretold, $many explained, $many counted, $many changes;" \
	"and there was something to check"

# The test's test: told another policy, it says so, shrinks the case to one packet,
# and finds it again alone.
said=$("$INVARIANT" --seed 7 --cases 500 --most 1 --blunder 2>&1)
like "$(tail -n 1 <<<"$said")" ' 1 broken$' "a wrong policy is noticed"
is "$(sed -n '/^Asked:/,$p' <<<"$said" | grep -c '^  [0-9]*: ')" 1 "and shrunk to one packet"
case=$(sed -n 's/^BROKEN.* case \([0-9]*\), .*/\1/p' <<<"$said")
like "$("$INVARIANT" --seed 7 --case "$case" --blunder | tail -n 1)" ' 1 broken$' \
	"a case can be tried again, alone"
sysctl -qw net.core.netdev_max_backlog="$backlog"
