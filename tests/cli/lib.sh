# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# For tests of arpctl's command line: runs the tool. TAP is in ../lib/tap.sh.
#
# Sourced, from the repository's root. Nothing here reaches a kernel module: correct
# commands are run with NOWHERE, a network namespace that does not exist, and fail
# there with status 1.

# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
# Tests have characters beyond ASCII, and expect the messages of programs in English.
export LC_ALL=C.UTF-8
ARPCTL=${ARPCTL:-tools/arpctl/arpctl}
# shellcheck disable=SC2034 # used by scripts that source this
NOWHERE=(-n /nonexistent/netns)
[ -x "$ARPCTL" ] || make -s -C tools/arpctl >&2 || bail "arpctl does not build"

# run WORD...: runs the tool; leaves status, out and err. Its standard input is empty.
run() { feed '' "$@"; }

# feed TEXT WORD...: as run, with the text, a printf format, on standard input.
feed()
{
	local text=$1 errors

	shift
	errors=$(mktemp)
	status=0
	# shellcheck disable=SC2059
	out=$(printf -- "$text" | "$ARPCTL" "$@" 2>"$errors") || status=$?
	err=$(<"$errors")
	rm -f "$errors"
}

# Checks that the last run ended with this status, wrote this regular expression
# to stderr, and nothing to stdout.
check_error()
{
	[ "$status" -eq "$1" ] && [ -z "$out" ] && [[ $err =~ $2 ]]
	result $? "$3" "status $status, stdout: $out, stderr: $err, wanted $1 and: $2"
}

# Compiles a C program with arpctl's headers, with sanitizers if the compiler has them.
compile() {	# PROGRAM SOURCE…
	local cc=("${CC:-cc}" -std=gnu11 -g -D_GNU_SOURCE -Itools/arpctl -Iinclude/uapi -o)
	"${cc[@]}" "$@" -fsanitize=address,undefined -fno-sanitize-recover 2>/dev/null ||
		"${cc[@]}" "$@" >&2 || bail "$1 does not build"
}
