#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module is the stock kernel, on random hosts: see oracle.c and docs/testing.md.
# lab: timeout 600
#
#   ORACLE_CASES=N ORACLE_SEED=S	how many, and from what they are drawn
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
plan 3

ORACLE=${ORACLE:-$(dirname "$0")/oracle}
[ -x "$ORACLE" ] || must make -s -C "$(dirname "$0")"
modprobe dummy numdummies=0
modprobe -a veth vrf 8021q macvlan bridge
must load_module

oracle() {	# ARGUMENT…
	"$ORACLE" --seed "${ORACLE_SEED:-5}" "$@" 2>&1
}

said=$(oracle --cases "${ORACLE_CASES:-20000}")
status=$?
diag "$said"
is $status 0 "the module does what the stock kernel does"
like "$(tail -n 1 <<<"$said")" ' [1-9][0-9]* replies, [1-9][0-9]* requests, ' \
	"and there was something to do"
like "$(oracle --cases 3000 --blunder | tail -n 1)" ' [1-9][0-9]* mismatches$' \
	"a wrong policy is noticed"
