#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A build with ARPP_SELFTEST=1 tries its prefix table, its globs, and what it makes of
# a request's memory, before it is loaded.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 4

ARP_POLICY_KO=${ARP_POLICY_SELFTEST_KO:-$ROOT/build/selftest/arp_policy.ko}
[ -e "$ARP_POLICY_KO" ] || must make -s -C "$ROOT" selftest

run_ok "a million questions are answered as a list would answer them" load_module
like "$(dmesg | grep -o 'selftest: prefix table: .*' | tail -n 1)" \
	'^selftest: prefix table: [1-9][0-9]{6,} queries, [1-9][0-9]{4,} updates$' \
	"and it was a million"
is "$(dmesg | grep -c 'selftest: a reused skb is as a new one$')" 1 \
	"an answer in the request's memory is as one in new memory, byte by byte"
like "$(dmesg | grep -o 'selftest: globs: .*' | tail -n 1)" \
	'^selftest: globs: 200000 names tried, [1-9][0-9]{3,} matched$' \
	"globs match what glob_match() matches"
