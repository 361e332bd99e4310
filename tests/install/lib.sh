# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# For tests that install the module: a separate module tree.
. "$(dirname "${BASH_SOURCE[0]}")/../functional/lib.sh"

# The running kernel's, unless a test names another.
KREL=${KREL:-$(uname -r)}
MODULES=/lib/modules/$KREL
tree=''

# depmod reads every module of the kernel, which takes minutes in an emulated
# machine. Until the test ends, a tree without modules is mounted over it. Other modules
# that the kernel should load automatically must be loaded before.
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
at_exit other_modules
