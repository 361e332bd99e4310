#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# arpctl when the module cannot be loaded: each reason has its own message, which says
# what to do.
# lab: own-vm
# lab: timeout 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 14

scratch
chmod 755 "$dir"
install -m 755 "$ARPCTL" "$dir"
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }

# It must print only this line: the message of the program that loads modules is hidden.
prints() {	# REGEX DESC [AS]
	fails_with 1 "^arpctl: the module arp_policy is [^"$'\n'"]*$1[^"$'\n'"]*\$" "$2" \
		${3:+"$3"} "$dir/arpctl" dev show
}

own_modules
# Writable for user nobody, too.
chmod 755 "$MODULES"
prints "not loaded, and not installed for kernel $(uname -r): install arp-policy-dkms, or run \"insmod arp_policy.ko\"" \
	"not installed"
prints "not installed for kernel .*: install arp-policy-dkms" "the same for nobody" nobody

mkdir -p "$MODULES/updates"
must cp "$ARP_POLICY_KO" "$MODULES/updates"
must depmod
was=$(cat /proc/sys/kernel/modprobe)
echo /bin/false >/proc/sys/kernel/modprobe
prints "installed but not loaded, and the kernel could not load it on demand: run \"modprobe arp_policy\"" \
	"installed, but the kernel cannot load it"
prints "installed but not loaded, and you are not allowed to load it: run \"modprobe arp_policy\" as root" \
	"installed, but the user may not load it" nobody
echo "$was" >/proc/sys/kernel/modprobe

mkdir -p /etc/modprobe.d
echo 'options arp_policy ignore=7' >/etc/modprobe.d/arp_policy.conf
mark_log
prints "run \"modprobe arp_policy\", which loads it or prints the reason" "installed, with a parameter that is refused"
fails_with 1 'could not insert .*: Invalid argument' "modprobe reports the refused parameter" modprobe arp_policy
like "$(kernel_said)" 'arp_policy: ignore=7: ignore takes 0 1 2 3 8' "the kernel's log has the reason"
rm /etc/modprobe.d/arp_policy.conf

fails_with 1 'Operation not permitted: CAP_NET_ADMIN is needed' \
	"an unprivileged user makes the kernel load the module but is refused" nobody "$dir/arpctl" dev show
must unload_module

# As with Secure Boot.
mount -t securityfs none /sys/kernel/security 2>/dev/null
echo integrity >/sys/kernel/security/lockdown
mark_log
secure='only modules signed with a trusted key \(Secure Boot\): run "mokutil --import [^ ]*mok.pub"'
prints "installed but not loaded: this kernel loads $secure" "the kernel is locked down: arpctl reports it"
prints "$secure" "the same for nobody" nobody
like "$(kernel_said)" 'Lockdown: modprobe: unsigned module loading is restricted' \
	"the kernel is locked down: the kernel's log has the reason"
fails_with 1 'could not insert' "modprobe cannot load it either" modprobe arp_policy

echo 1 >/proc/sys/kernel/modules_disabled
prints 'module loading is disabled until reboot \(kernel.modules_disabled\)' "module loading is disabled"
run_ok "the module is not loaded" test ! -e /sys/module/arp_policy
