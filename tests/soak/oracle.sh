#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A million cases of the oracle of tests/differential from a random seed, one process
# on each CPU.
# lab: own-vm
# lab: timeout 7200
#
#   ARP_POLICY_ORACLE_CASES=N		total number of cases (1000000)
#   ARP_POLICY_ORACLE_SEED=S		random seed
# shellcheck source-path=SCRIPTDIR source=../differential/lib.sh
. "$(dirname "$0")/../differential/lib.sh"
plan 2

seed=${ARP_POLICY_ORACLE_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
each=$((${ARP_POLICY_ORACLE_CASES:-1000000} / 2))
scratch
must load_module

jobs=()
for half in 0 1; do
	taskset -c $half "$ORACLE" --seed $((seed + half)) --cases $each >"$dir/$half" 2>&1 &
	jobs+=($!)
done
for half in 0 1; do
	status=0
	wait "${jobs[half]}" || status=$?
	diag "$(<"$dir/$half")"
	is $status 0 "the module and the stock kernel behave alike, seed $((seed + half))"
done
