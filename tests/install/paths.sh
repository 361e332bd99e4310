#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A source tree whose path has spaces: what works, and clear errors for the rest.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh
plan 10

scratch
tree="$dir/a tree"
mkdir "$tree"
git ls-files -z --cached --others --exclude-standard 2>/dev/null >"$dir/files" ||
	find . -path ./build -prune -o -type f -print0 >"$dir/files"
tar -c --null --no-recursion --ignore-failed-read -T "$dir/files" 2>/dev/null |
	tar -x -C "$tree"

# refuses DESC CMD…: it must fail with a message about the path
refuses()
{
	local desc=$1 said status=0
	shift
	said=$("$@" 2>&1) || status=$?
	[ $status != 0 ] && [[ $said == *"a space or a colon"* ]] &&
		[[ $said == *"$tree"* ]]
	result $? "$desc" "status $status: $said"
}

build() { make -s --no-print-directory -C "$tree" "$@"; }

refuses "make refuses to build the module there" build
refuses "make check refuses before it installs anything" build check
refuses "tests/run refuses to run there" "$tree/tests/run" "$tree/tests/cli/words.sh"
run_ok "make tools works" build tools
is "$("$tree/tools/arpctl/arpctl" --version)" "arpctl $(<VERSION)" "the tool is built"
run_ok "make install-tools works, also into such a path" \
	build install-tools PREFIX=/usr DESTDIR="$dir/a root"
[ -x "$dir/a root/usr/sbin/arpctl" ] && [ -e "$dir/a root/usr/include/linux/arp_policy.h" ]
result $? "make install-tools installs the files there" "$(find "$dir/a root" -type f)"
run_ok "make uninstall-tools works" build uninstall-tools PREFIX=/usr DESTDIR="$dir/a root"
is "$(find "$dir/a root" -type f)" "" "make uninstall-tools leaves nothing behind"
# The only part of dkms-install that uses the path.
run_ok "make dkms-source works" build dkms-source DESTDIR="$dir/a root"
