#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Invariants on random hosts, policies and packets: see invariant.c and docs/testing.md.
# lab: timeout 600 14400
# lab: takes 160
#
#   ARP_POLICY_INVARIANT_CASES=N	number of cases (5000; 200000 in the soak, 250
#					in the debug kernel)
#   ARP_POLICY_INVARIANT_SEED=S	random seed (7; random in the soak)
# shellcheck source-path=SCRIPTDIR source=../differential/lib.sh
. "$(dirname "$0")/../differential/lib.sh"
plan 6

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
is $status 0 "the invariants hold, seed $seed"
# A run proves nothing if the host sent no packets.
many='[1-9][0-9]{2,}'
like "$(tail -n 1 <<<"$said")" \
	" $many frames, $many neighbours, $many predicted, $many explained, $many counted, $many changes;" \
	"every kind of check was made"
some='[1-9][0-9]*' others='[1-9][0-9]*'
# Few hosts have ports: 500 cases answer nothing on one.
[ "$cases" -ge 2500 ] || others='[0-9]+'
like "$(grep '^on ports' <<<"$said")" " $some passed, $others dropped, $others answered," \
	"frames on bridge ports were passed, dropped and answered"

# Test the test: with a wrong policy it must fail, shrink the case to one packet, and
# fail again on that case alone.
said=$("$INVARIANT" --seed 7 --cases 500 --most 1 --blunder 2>&1)
like "$(tail -n 1 <<<"$said")" ' 1 broken$' "a wrong policy is detected"
is "$(sed -n '/^Asked:/,$p' <<<"$said" | grep -c '^  [0-9]*: ')" 1 "its case is shrunk to one packet"
case=$(sed -n 's/^BROKEN.* case \([0-9]*\), .*/\1/p' <<<"$said")
like "$("$INVARIANT" --seed 7 --case "$case" --blunder | tail -n 1)" ' 1 broken$' \
	"the case fails again on its own"
sysctl -qw net.core.netdev_max_backlog="$backlog"
