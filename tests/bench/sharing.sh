#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two CPUs that receive packets at the same time do not write to a cache line that they
# share, except for the meters of sources and devices: once for a packet that passes; and for
# the reference to a neighbour entry that is updated.
#
# A plugin of the emulator sees each access (tests/bench/sharing.c). The cases are in
# tests/bench/cases.
# lab: all
# lab: host
# lab: takes 100
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$here/../.." && pwd)/build/bench
scratch

within() {	# NUMBER LEAST MOST
	awk -v n="$1" -v least="$2" -v most="$3" 'BEGIN { exit !(n >= least && n <= most) }'
}

make -s -C "$here" ${KDIR:+KDIR="$KDIR"} sharing >&2 || bail "cannot build the bench"
: >"$dir/results"
"$here/../vm/run" --smp 2 --timeout 900 --share "$dir" \
	--plugin "$build/sharing.so,out=$dir/lines" -- \
	"$here/cases" "$dir" "$dir/results" sharing >"$dir/log" 2>&1 ||
	bail "the machine failed: $(tail -n 20 "$dir/log")"

while IFS=$'\t' read -r writes allowed kernel case; do
	if [[ $writes = "#"* ]]; then
		diag "${writes#"# "}"
		continue
	fi
	diag "$case: $writes writes to shared lines, and $kernel by the rest of the kernel"
	case $allowed in
	0) is "$writes" 0.00 "$case: none" ;;
	tick) is "$writes" 0.00 "$case: none but once in a tick" ;;
	1) run_ok "$case: one, and it is seen" within "$writes" 0.5 1.1 ;;
	*) run_ok "$case: at most $allowed" within "$writes" 0 "$allowed" ;;
	esac
done < <("$here/sharing" "$dir")
plan "$count"
