#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# DKMS builds, installs and removes the module; modprobe loads the installed one.
# lab: host
# lab: root
# lab: timeout 600
# lab: takes 60
#
# On the host: a compiler takes minutes in an emulated machine. The machine only loads the
# module.

# shellcheck source-path=SCRIPTDIR source=own-mounts.inc
. "$(dirname "$0")/own-mounts.inc"

# In the machine, with the tree of modules made on the host.
if [ "$1" = there ]; then
	set -e
	mount --bind "$2" "/lib/modules/$(uname -r)"
	modprobe arp_policy ignore=1
	"$3" dev show | tr -s ' '
	rmmod arp_policy
	# Now the tool makes the kernel load it.
	"$3" dev show >/dev/null
	cat /sys/module/arp_policy/version
	rmmod arp_policy
	exit
fi

KREL=$(make -s -C "$(dirname "$0")/../.." krel) || exit
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 13

version=$(<"$ROOT/VERSION")

make_it() { make --no-print-directory -C "$ROOT" KERNELRELEASE="$KREL" "$@"; }

# The installed files of the package.
traces() {
	ls -d /usr/src/arp-policy-* /var/lib/dkms/arp-policy 2>/dev/null
	find "$MODULES" -name 'arp_policy*'
}

[ -x "$(type -P dkms)" ] || plan skip "no dkms here"
# Writes stay in memory.
must mount -t tmpfs over /mnt
must mkdir /mnt/{sources,work,dkms}
must mount -t overlay -o lowerdir=/usr/src,upperdir=/mnt/sources,workdir=/mnt/work over /usr/src
must mkdir -p /var/lib/dkms
must mount --bind /mnt/dkms /var/lib/dkms
own_modules

is "$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$ROOT/dkms.conf")" "$version" \
	"dkms.conf has the version of VERSION"
is "$(traces)" "" "nothing is installed"
fails_with 1 'not found' "there is no such module" modprobe -S "$KREL" -n arp_policy

run_ok "make dkms-install" make_it dkms-install
like "$(dkms status arp-policy)" "^arp-policy/$version, $KREL, .*: installed$" \
	"dkms lists it"
like "$(modinfo -k "$KREL" -n arp_policy)" "^$MODULES/updates/dkms/arp_policy\.ko" \
	"the module is where DKMS installs modules"
is "$(modinfo -k "$KREL" -F version arp_policy)" "$version" "the installed module has this version"
# A copy, because the machine confuses directories that are mounted twice.
must cp -a "$tree" /mnt/tree
is "$("$ROOT/tests/vm/run" --timeout 400 -- "$(realpath "$0")" there /mnt/tree "$ARPCTL" 2>&1)" \
	"all ignore device"$'\n'"$version" \
	"modprobe loads it from there, with its parameters; arpctl makes the kernel load it"

run_ok "make dkms-uninstall" make_it dkms-uninstall
is "$(traces)" "" "make dkms-uninstall leaves nothing behind"
is "$(dkms status arp-policy)" "" "dkms no longer lists it"
fails_with 1 'not found' "depmod no longer knows the module" modprobe -S "$KREL" -n arp_policy
run_ok "make dkms-uninstall succeeds a second time, too" make_it dkms-uninstall
