#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# DKMS builds the module for the running kernel, installs it, and removes it.
# lab: own-vm --mem 3072
# lab: timeout 900
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 15

version=$(<"$ROOT/VERSION")

make_it() { make --no-print-directory -C "$ROOT" "$@"; }

# What there is of the package.
traces() {
	ls -d /usr/src/arp-policy-* /var/lib/dkms/arp-policy 2>/dev/null
	find "$MODULES" -name 'arp_policy*'
}

[ -x "$(type -P dkms)" ] || plan skip "no dkms here"
own_modules
namespace alice
is "$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$ROOT/dkms.conf")" "$version" \
	"dkms.conf is of the version that VERSION tells"
is "$(traces)" "" "nothing is there of it"
fails_with 1 'not found' "there is no such module" modprobe arp_policy

run_ok "make dkms-install" make_it dkms-install
like "$(dkms status arp-policy)" "^arp-policy/$version, $(uname -r), .*: installed$" \
	"dkms tells of it"
like "$(modinfo -n arp_policy)" "^$MODULES/updates/dkms/arp_policy\.ko" \
	"the module lies where DKMS puts its own"
is "$(modinfo -F version arp_policy)" "$version" "in this version"
run_ok "modprobe loads it from there" modprobe arp_policy ignore=1
is "$(ctl alice dev show | tr -s ' ')" "all ignore device" "with its parameters"
must unload_module
run_ok "arpctl makes the kernel load it" ctl alice dev show
must unload_module

run_ok "make dkms-uninstall" make_it dkms-uninstall
is "$(traces)" "" "leaves nothing"
is "$(dkms status arp-policy)" "" "dkms has forgotten it"
fails_with 1 'not found' "and so has depmod" modprobe arp_policy
run_ok "once more makes no difference" make_it dkms-uninstall
