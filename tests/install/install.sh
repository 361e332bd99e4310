#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make install and make uninstall. With DESTDIR they are tested by destdir.sh.
# lab: own-vm --mem 2048
# lab: timeout 600
# lab: takes 150
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=installed.inc
. "$(dirname "$0")/installed.inc"
plan 16

# All files in directories where an installation might put some, except what
# depmod creates.
everything() {
	find /usr/local /usr/share/man "$MODULES" /etc/modprobe.d /etc/bash_completion.d \
		! -type d ! -name 'modules.*' 2>/dev/null | sort
}

# Files added (+) or removed since then.
changes() { comm -3 --output-delimiter=$'\n+' <(echo "$before") <(everything); }

built() { stat -c '%Y %n' "$ROOT"/{arp_policy.ko,src/*.o,src/*/*.o,tools/arpctl/{,*/}*.o,tools/arpctl/arpctl}; }

make_it() { make --no-print-directory -C "$ROOT" "$@"; }

files=$(installed "$(uname -r)")

own_modules
before=$(everything)
fresh=$(built)
fails_with 1 'not found' "not installed: there is no module" modprobe arp_policy
is "$(type -P arpctl)" "" "and no arpctl"

run_ok "make install" make_it install
is "$(changes | grep .)" "+${files//$'\n'/$'\n'+}" "installs these files"
is "$(modinfo -n arp_policy)" "$MODULES/updates/arp_policy.ko" "depmod knows the module"
run_ok "modprobe loads it" modprobe arp_policy
hash -r
is "$(type -P arpctl)" /usr/local/sbin/arpctl "arpctl is in the path"
is "$(arpctl -j dev show)" '[]' "and works"
must unload_module
namespace alice
echo 'options arp_policy ignore=device' >/etc/modprobe.d/arp_policy.conf
is "$(arpctl -n alice dev show | tr -s ' ')" "all ignore device" \
	"it makes the kernel load the module with the options of modprobe.d"
rm /etc/modprobe.d/arp_policy.conf
must unload_module
is "$(realpath "$(man -w arpctl)")" /usr/local/share/man/man8/arpctl.8 "man finds the page"
# shellcheck disable=SC2016
is "$(bash -c '. /usr/share/bash-completion/bash_completion
	_completion_loader arpctl
	COMP_WORDS=(arpctl dev sh) COMP_CWORD=2 COMP_LINE="arpctl dev sh" COMP_POINT=13
	function=$(complete -p arpctl | sed "s/.*-F \([^ ]*\) .*/\1/")
	"$function" arpctl sh dev
	echo "${COMPREPLY[*]}"' 2>/dev/null | tr -d ' ')" show "bash completes it"
printf '#include <linux/arp_policy.h>\nint x = ARP_POLICY_CMD_FLUSH;\n' >/tmp/include.$$.c
run_ok "the header is found" cc -fsyntax-only -I/usr/local/include /tmp/include.$$.c
rm /tmp/include.$$.c

run_ok "make uninstall" make_it uninstall
is "$(changes)" "" "leaves nothing behind"
fails_with 1 'not found' "depmod no longer knows the module" modprobe arp_policy
is "$(built)" "$fresh" "and nothing was built during all this"
