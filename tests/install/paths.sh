#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A tree in a path with spaces: what works there, and what says that it cannot.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh
plan 10

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree="$work/a tree"
mkdir "$tree"
git ls-files -z --cached --others --exclude-standard 2>/dev/null >"$work/files" ||
	find . -path ./build -prune -o -type f -print0 >"$work/files"
tar -c --null --no-recursion --ignore-failed-read -T "$work/files" 2>/dev/null |
	tar -x -C "$tree"

# refuses DESC CMD…: says that it is the path's fault, and with which path
refuses()
{
	local desc=$1 said status=0
	shift
	said=$("$@" 2>&1) || status=$?
	[ $status != 0 ] && [[ $said == *"a space or a colon"* ]] &&
		[[ $said == *"$tree"* ]]
	ok $? "$desc" "status $status: $said"
}

# works DESC CMD…
works()
{
	local desc=$1 said status=0
	shift
	said=$("$@" 2>&1) || status=$?
	ok $status "$desc" "$said"
}

run() { make -s --no-print-directory -C "$tree" "$@"; }

refuses "make says that the module cannot be built there" run
refuses "so does make check, before it installs anything" run check
refuses "and tests/run" "$tree/tests/run" "$tree/tests/cli/words.sh"
works "make tools works" run tools
[ "$("$tree/tools/arpctl/arpctl" --version)" = "arpctl $(<VERSION)" ]
ok $? "with the tool in its place" "$("$tree/tools/arpctl/arpctl" --version 2>&1)"
works "make install-tools works, into such a path as well" \
	run install-tools PREFIX=/usr DESTDIR="$work/a root"
[ -x "$work/a root/usr/sbin/arpctl" ] && [ -e "$work/a root/usr/include/linux/arp_policy.h" ]
ok $? "and what is installed lies there" "$(find "$work/a root" -type f)"
works "make uninstall-tools works" run uninstall-tools PREFIX=/usr DESTDIR="$work/a root"
left=$(find "$work/a root" -type f)
[ ! "$left" ]
ok $? "and leaves nothing" "$left"
# All that dkms-install does with the path.
works "make dkms-source works" run dkms-source DESTDIR="$work/a root"
exit $((tap_failed > 0))
