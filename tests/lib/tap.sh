# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# TAP for all tests in shell. Sourced, mostly through functional/lib.sh or cli/lib.sh.
#
# A test prints a plan, then a line for each check. Its exit status is 1 if a check
# failed. Commands registered with at_exit run at its end, the last one first.

count=0
failures=0
planned=''

# plan N at the start, plan at the end, or plan skip WHY in place of any checks.
plan() {
	if [ "${1-}" = skip ]; then
		echo "1..0 # SKIP $2"
		exit 0
	fi
	planned=${1:-$count}
	echo "1..$planned"
}

bail() {	# WHY
	echo "Bail out! $*"
	exit 1
}

diag() {
	local line
	while IFS= read -r line; do echo "# $line"; done <<<"$*"
}

ok() {	# DESC
	# A status would pass as a description.
	[ $# = 1 ] || bail "ok $*: takes a description; for a status there is result"
	echo "ok $((++count)) - $1"
}

not_ok() {	# DESC [WHY…]
	echo "not ok $((++count)) - $1"
	: $((++failures))
	shift
	[ $# = 0 ] || diag "$*"
}

skip() { echo "ok $((++count)) - $1 # SKIP $2"; }	# DESC WHY

# Passes if STATUS is 0. Returns it.
result() {	# STATUS DESC [WHY…]
	if [ "$1" = 0 ]; then ok "$2"
	else not_ok "${@:2}"; fi
	return "$1"
}

is() {	# GOT WANT DESC
	if [ "$1" = "$2" ]; then ok "$3"
	else not_ok "$3" " got: $1"$'\n'"want: $2"; fi
}

like() {	# GOT REGEX DESC
	if [[ $1 =~ $2 ]]; then ok "$3"
	else not_ok "$3" " got: $1"$'\n'"like: $2"; fi
}

unlike() {	# GOT REGEX DESC
	if [[ $1 =~ $2 ]]; then not_ok "$3" "   got: $1"$'\n'"unlike: $2"
	else ok "$3"; fi
}

run_ok() {	# DESC CMD…
	local desc=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	result $status "$desc" "$*: status $status"$'\n'"$output"
}

fails_with() {	# STATUS REGEX DESC CMD…
	local want=$1 regex=$2 desc=$3 output status=0
	shift 3
	output=$("$@" 2>&1) || status=$?
	[ $status = "$want" ] && [[ $output =~ $regex ]]
	result $? "$desc" "$*: status $status, not $want with $regex"$'\n'"$output"
}

# Runs a program that prints TAP without numbers and plan; it must exit with status 0.
checks() {	# CMD…
	local line before=$count
	while IFS= read -r line; do
		case $line in
		'ok - '*) ok "${line#ok - }" ;;
		'not ok - '*) not_ok "${line#not ok - }" ;;
		'#'*) echo "$line" ;;
		*) diag "$line" ;;
		esac
	done < <("$@" 2>&1)
	wait $! || not_ok "$*" "status $?"
	[ $count != "$before" ] || not_ok "$*: checked nothing"
}

# Runs tests/run, each test of which is a check. Its output is in RESULTS.log.
run_tests_as_checks() {	# PREFIX RESULTS ARGUMENT…
	local prefix=$1 results=$2 test seconds passed failed skipped before=$count
	shift 2
	rm -f "$results/results.json"
	"$(dirname "${BASH_SOURCE[0]}")/../run" --results "$results" "$@" >"$results.log" 2>&1
	while read -r test seconds passed failed skipped; do
		result "$failed" "$prefix: $test ($passed passed, $skipped skipped, $seconds s)" \
			"$(sed "1,\\|^FAIL $test:|d; /^[^ ]/,\$d; /^ *| ok /d" "$results.log")"
	done < <(tr -d '{}",:' <"$results/results.json" |
		awk '{ print $2, $4, $6, $8, $10 }')
	[ $count != "$before" ] || not_ok "$prefix: tests run" "$(<"$results.log")"
}

# Repeats CMD until it succeeds, for at most SECONDS. That is the limit on an idle machine:
# from 5 on it is multiplied by four, up to 60, because this one may be busy.
poll() {	# SECONDS CMD…
	local limit=$1 end
	if [ "$limit" -ge 5 ] && [ "$limit" -lt 60 ]; then
		limit=$((limit < 15 ? 4 * limit : 60))
	fi
	end=$((SECONDS + limit))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# For setup: a failure ends the test, whose plan is then broken.
must() { "$@" || { diag "failed: $*"; exit 1; }; }

# The end

at_end=()

at_exit() {	# CMD…
	local command
	printf -v command '%q ' "$@"
	at_end=("$command" "${at_end[@]}")
}

# Creates a directory that is removed after everything else. Sets "dir".
scratch() {
	dir=$(mktemp -d) || bail "no directory for temporary files"
	at_end+=("rm -rf '$dir'")
}

leave() {
	local status=$? command
	trap - EXIT
	for command in "${at_end[@]}"; do eval "$command" || status=1; done
	[ $status != 0 ] || [ $failures = 0 ] || status=1
	exit $status
}
trap leave EXIT
trap 'exit 143' TERM INT HUP
