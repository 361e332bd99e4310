# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What several tests speak in besides ../functional/lib.sh, which this file
# sources: programs in the background, an installed module, the kernel's log.
. "$(dirname "${BASH_SOURCE[0]}")/../functional/lib.sh"

# A program in the background. Sets "started", which a kill then reaches.
start() {	# HOST CMD…
	nsenter --net="/run/netns/$1" -- "${@:2}" &
	# shellcheck disable=SC2034 # for those who source this
	started=$!
}

stop() {	# PID…
	kill "$@" && wait "$@"
} 2>/dev/null

# Turns the lines that a program prints into TAP: "ok" or "not ok", what, why,
# with tabs between. Its end must be a good one.
checks() {	# CMD…
	local verdict what why seen=0
	while IFS=$'\t' read -r verdict what why; do
		: $((++seen))
		case $verdict in
		ok) ok "$what" ;;
		'not ok') not_ok "$what" "$why" ;;
		*) diag "$verdict $what $why" ;;
		esac
	done < <("$@" 2>&1)
	wait $! || not_ok "$*" "status $?"
	[ $seen != 0 ] || not_ok "$*: checked nothing"
}

# Of the kernel that runs, unless a test says which.
KREL=${KREL:-$(uname -r)}
MODULES=/lib/modules/$KREL
tree=''

# depmod reads every module of the kernel, which takes minutes in an emulated
# machine. Until the test ends, a tree without them stands in its place. What
# else the kernel should load by itself must be loaded before.
own_modules() {
	tree=$(mktemp -d)
	cp -P "$MODULES"/{build,source} "$MODULES"/modules.{builtin*,order} \
		"$tree" 2>/dev/null
	must mount --bind "$tree" "$MODULES"
	must depmod "$KREL"
}

other_modules() {
	[ -z "$tree" ] || { umount "$MODULES"; rm -rf "$tree"; }
	tree=''
}

# What the kernel has said since the last call; the first says nothing.
kernel_said() {
	[ -z "$last_mark" ] || dmesg | sed "1,/$last_mark\$/d"
	last_mark="mark $RANDOM$RANDOM"
	echo "$last_mark" >/dev/kmsg
}
last_mark=''

leave() {
	local status=$?
	other_modules
	(exit $status)
	cleanup
}
trap leave EXIT
