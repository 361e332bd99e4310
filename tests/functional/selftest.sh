#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A build with ARPP_SELFTEST=1 tests the prefix table, globs and reuse of a request's
# memory when it is loaded.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 4

ARP_POLICY_KO=${ARP_POLICY_SELFTEST_KO:-$ROOT/build/selftest/arp_policy.ko}
[ -e "$ARP_POLICY_KO" ] || must make -s -C "$ROOT" selftest

run_ok "a million lookups give the result of a linear search" load_module
like "$(dmesg | grep -o 'selftest: prefix table: .*' | tail -n 1)" \
	'^selftest: prefix table: [1-9][0-9]{6,} queries, [1-9][0-9]{4,} updates$' \
	"at least a million lookups were made"
is "$(dmesg | grep -c 'selftest: a reused skb is as a new one$')" 1 \
	"an answer that reuses the request's memory equals a new one byte by byte"
like "$(dmesg | grep -o 'selftest: globs: .*' | tail -n 1)" \
	'^selftest: globs: 200000 names tried, [1-9][0-9]{3,} matched$' \
	"globs match what glob_match() matches"
