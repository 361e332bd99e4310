#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No command in another user's netns delays the host's "ip link set lo up" by more than
# 100 ms (SECURITY.md). Time is counted in instructions, 1 ns each.
# lab: vm --icount --mem 2048
# lab: timeout 900
# lab: takes 70
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"

bound=100000000
devices=1000
globs=$(uapi_number GLOBS_MAX)
selectors=$(uapi_number SELECTORS_MAX)
scratch

# The command must succeed and must not delay others. It runs in mallory's netns, and
# the host's ip command in its own.
held() {	# DESC CMD…
	local desc=$1 most status=0
	shift
	most=$("$ROOT/build/held" nsenter --net=/run/netns/mallory -- "$@" 2>"$dir/said") || status=$?
	most=${most##*$'\n'}
	if [ $status = 0 ] && [ "${most:-$bound}" -lt $bound ]; then
		ok "$desc"
	else
		not_ok "$desc" "status $status"$'\n'"$(tail -n 3 "$dir/said")"
	fi
	diag "$((most / 1000000)),$((most / 100000 % 10)) million instructions"
}
quietly() { "$@" >/dev/null; }
refuses() { ! "$@"; }
export -f quietly refuses

# Setup: devices whose names match each glob up to its end, and the maximum number of
# selectors. Globs are as costly as possible, and match.
host mallory
awk -v n=$devices 'BEGIN { for (i = 0; i < n; i++) {
	name = ""
	for (j = i + 4096; length(name) < 6; j = int(j / 4)) name = name substr("wxyz", j % 4 + 1, 1)
	printf "link add xxxxxxxxx%s type dummy\n", name } }' >"$dir/devices"
must ip -n mallory -batch "$dir/devices"
awk -v globs="$globs" -v all="$selectors" 'BEGIN {
	print "dev set all ignore 1"
	print "dev set default announce 1"
	chars = "abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for (i = 0; i < globs - 1; i++)
		printf "dev set *[%s%02xwxyz] filter on\n", chars, i
	for (i = 0; i < all - globs - 10; i++)
		printf "dev set name%d ignore 1\n", i }' >"$dir/policy"
# A rule and a binding for each name.
awk '/^dev set name/ { printf "%s\nrule add drop 10.0.0.0/8 dev %s\nbind add 10.0.0.1 lladdr 02:00:00:00:00:01 dev %s\n", $0, $3, $3; next }
	{ print }' "$dir/policy" >"$dir/rules"
must load_module
device=$(ip -n mallory -o link | sed -n 's/^[0-9]*: \(x[a-z]*\):.*/\1/;$p')

plan 33
held "a command that does nothing" true
held "the first policy" "$ARPCTL" dev set all ignore 1
held "a policy with $selectors selectors, $globs of them globs" "$ARPCTL" restore "$dir/policy"
held "the same policy again" "$ARPCTL" restore "$dir/policy"
held "a field of all" "$ARPCTL" dev set all ignore 2
held "a field of default" "$ARPCTL" dev set default ignore 2
held "fields of a new glob" "$ARPCTL" dev set '*[!a]' rate 1000 validate ip
held "a field of a glob" "$ARPCTL" dev set '*[!a]' rate 2000
held "a field of a device" "$ARPCTL" dev set "$device" rate 2000
held "hidden, which concerns all devices" "$ARPCTL" dev set "$device" hidden on
held "the first source-rate" "$ARPCTL" dev set "$device" source-rate 10
held "all fields of a glob are unset" "$ARPCTL" dev unset '*[!a]'
held "the first rule of a glob" "$ARPCTL" rule add drop 10.0.0.0/8 dev '*[!b]'
held "the last rule of a glob is deleted" "$ARPCTL" rule del drop 10.0.0.0/8 dev '*[!b]'
held "the first binding of a device" "$ARPCTL" bind add 10.0.0.1 lladdr 02:00:00:00:00:01 dev "$device"
held "listing fields" bash -c "quietly $ARPCTL dev show"
held "listing rules, of which there is none" bash -c "quietly $ARPCTL rule show"
held "listing effective values" bash -c "quietly $ARPCTL dev effective"
held "listing counters" bash -c "quietly $ARPCTL stats show"
held "resetting counters" "$ARPCTL" stats reset
held "resetting a device's counters" "$ARPCTL" stats reset "$device"
held "a new device" ip link add new0 type dummy
held "a device is renamed" ip link set new0 name "xxxxxxxxxwwwwwa"
held "a device comes up" ip link set "xxxxxxxxxwwwwwa" up
held "a device is deleted" ip link del "xxxxxxxxxwwwwwa"
held "a rule and a binding on each of $((selectors - globs - 10)) names" "$ARPCTL" restore "$dir/rules"
held "listing these rules" bash -c "quietly $ARPCTL rule show"
held "all rules are flushed" "$ARPCTL" rule flush
held "all bindings are flushed" "$ARPCTL" bind flush
held "rules and bindings again" "$ARPCTL" restore "$dir/rules"
held "the policy is flushed" "$ARPCTL" flush
(cat "$dir/rules"; echo nonsense) >"$dir/wrong"
held "a large policy that is refused in the end" bash -c "refuses $ARPCTL restore $dir/wrong"
held "the first policy again" "$ARPCTL" dev set all ignore 1
