# SPDX-License-Identifier: GPL-2.0-only
# What the tests of arpctl's command line share: TAP with a plan, and running the tool.
# shellcheck shell=bash
#
# Sourced, from the repository's root. Nothing here reaches a kernel module:
# whatever parses is run with NOWHERE, a network namespace that does not exist,
# and comes to its end there with status 1.

ARPCTL=${ARPCTL:-tools/arpctl/arpctl}
# shellcheck disable=SC2034 # for those who source this
NOWHERE=(-n /nonexistent/netns)
[ -x "$ARPCTL" ] || make -s -C tools/arpctl >&2 ||
	{ echo "Bail out! arpctl does not build"; exit 1; }
tap_n=0
tap_failed=0

plan()
{
	echo "1..$1"
}

# ok STATUS NAME [DIAGNOSTIC]: one line of TAP, status 0 being success.
ok()
{
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - $2"
	else
		echo "not ok $tap_n - $2"
		[ -z "${3:-}" ] || echo "# ${3//$'\n'/$'\n'# }"
		tap_failed=$((tap_failed + 1))
	fi
}

skip()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# run WORD...: runs the tool; leaves status, out and err.
run()
{
	local errors

	errors=$(mktemp)
	status=0
	out=$("$ARPCTL" "$@" 2>"$errors" </dev/null) || status=$?
	err=$(<"$errors")
	rm -f "$errors"
}

# Whether the last run ended with this status, wrote this regular expression
# on stderr, and nothing on stdout.
check_error()
{
	[ "$status" -eq "$1" ] && [ -z "$out" ] && [[ $err =~ $2 ]]
	ok $? "$3" "status $status, stdout: $out, stderr: $err, wanted $1 and: $2"
}

finish()
{
	[ "$tap_failed" -eq 0 ]
	exit
}
