#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make install and make uninstall. With DESTDIR they are tested by destdir.sh.
# lab: host
# lab: root
# lab: timeout 600
#
# On the host: make takes a minute in an emulated machine. The machine uses what was
# installed.

# shellcheck source-path=SCRIPTDIR source=own-mounts.inc
. "$(dirname "$0")/own-mounts.inc"

# In the machine, with the tree of modules made on the host.
if [ "$1" = there ]; then
	set -e
	mount --bind "$2" "/lib/modules/$(uname -r)"
	modprobe arp_policy
	type -P arpctl
	arpctl -j dev show
	rmmod arp_policy
	# Now the tool makes the kernel load it.
	ip netns add alice
	mkdir -p /etc/modprobe.d
	echo 'options arp_policy ignore=device' >/etc/modprobe.d/arp_policy.conf
	arpctl -n alice dev show | tr -s ' '
	exit
fi

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
KREL=$(make -s -C "$(dirname "$0")/../.." krel) || exit
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=installed.inc
. "$(dirname "$0")/installed.inc"
plan 15

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

files=$(installed "$KREL")

# Writes stay in memory.
must mount -t tmpfs over /mnt
must mkdir /mnt/{local,work}
must mount -t overlay -o lowerdir=/usr/local,upperdir=/mnt/local,workdir=/mnt/work over /usr/local
own_modules
before=$(everything)
fresh=$(built)
fails_with 1 'not found' "not installed: there is no module" modprobe -S "$KREL" -n arp_policy
is "$(type -P arpctl)" "" "not installed: there is no arpctl"

run_ok "make install" make_it install
is "$(changes | grep .)" "+${files//$'\n'/$'\n'+}" "make install installs these files"
is "$(modinfo -k "$KREL" -n arp_policy)" "$MODULES/updates/arp_policy.ko" "depmod knows the module"
is "$(realpath "$(env -u MANPATH man -w arpctl)")" /usr/local/share/man/man8/arpctl.8 "man finds the page"
# shellcheck disable=SC2016
is "$(bash -c '. /usr/share/bash-completion/bash_completion
	_completion_loader arpctl
	COMP_WORDS=(arpctl dev sh) COMP_CWORD=2 COMP_LINE="arpctl dev sh" COMP_POINT=13
	function=$(complete -p arpctl | sed "s/.*-F \([^ ]*\) .*/\1/")
	"$function" arpctl sh dev
	echo "${COMPREPLY[*]}"' 2>/dev/null | tr -d ' ')" show "bash completes it"
printf '#include <linux/arp_policy.h>\nint x = ARP_POLICY_CMD_FLUSH;\n' >/mnt/include.c
run_ok "the header is found" cc -fsyntax-only -I/usr/local/include /mnt/include.c
# A copy, because the machine confuses directories that are mounted twice.
must cp -a "$tree" /mnt/tree
said=$("$ROOT/tests/vm/run" --timeout 400 --smp 1 -- "$(realpath "$0")" there /mnt/tree 2>&1)
is "$(sed -n 1,2p <<<"$said")" "/usr/local/sbin/arpctl"$'\n''[]' \
	"modprobe loads it; arpctl is in the path, and works"
is "$(sed 1,2d <<<"$said")" "all ignore device" \
	"arpctl makes the kernel load it with the options of modprobe.d"

run_ok "make uninstall" make_it uninstall
is "$(changes)" "" "make uninstall leaves nothing behind"
fails_with 1 'not found' "depmod no longer knows the module" modprobe -S "$KREL" -n arp_policy
hash -r
is "$(type -P arpctl)" "" "arpctl is gone"
is "$(built)" "$fresh" "nothing was built by install and uninstall"
