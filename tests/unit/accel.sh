#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/vm/accel chooses KVM only if a guest boots with it, and probes once per boot
# of the host. A stub replaces qemu.
# lab: host
# lab: takes 10
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
plan 9

scratch
unset ARP_POLICY_ACCEL
export XDG_CACHE_HOME=$dir PATH=$dir/bin:$PATH
mkdir "$dir/bin"

# The behaviour of the guest: works, hangs, dies, or says nothing.
qemu() {	# KIND
	local program
	program=$(tests/vm/emulator | sed -n 's/^emulator=//p')
	cat >"$dir/bin/$program" <<-END
		#!/bin/bash
		echo x >>$dir/started
		for word; do case \$word in file:*) console=\${word#file:} ;; esac; done
		case "$1" in
		works) echo "[ 1.0] lab: this guest works" >"\$console" ;;
		hangs) exec sleep 60 ;;
		dies) exit 1 ;;
		"says nothing") : >"\$console" ;;
		esac
	END
	chmod 755 "$dir/bin/$program"
	rm -rf "$dir/arp_policy" "$dir/started"
}

qemu works
is "$(tests/vm/accel /dev/null)" kvm "KVM if a guest boots"
is "$(tests/vm/accel /dev/null) $(wc -l <"$dir/started")" "kvm 1" "the result kvm is cached"
sed -i 's/^[^ ]*/another-boot/' "$dir/arp_policy/accel"
is "$(tests/vm/accel /dev/null) $(wc -l <"$dir/started")" "kvm 2" "after a reboot of the host it probes again"
is "$(ARP_POLICY_ACCEL=tcg tests/vm/accel /dev/null)" tcg "ARP_POLICY_ACCEL overrides it"
fails_with 2 'ARP_POLICY_ACCEL=hvf: must be kvm or tcg' "other values of ARP_POLICY_ACCEL are refused" \
	env ARP_POLICY_ACCEL=hvf tests/vm/accel /dev/null
for kind in dies "says nothing" hangs; do
	qemu "$kind"
	is "$(tests/vm/accel /dev/null)" tcg "TCG if a guest $kind"
done
is "$(tests/vm/accel /dev/null) $(wc -l <"$dir/started")" "tcg 1" "the result tcg is cached"
