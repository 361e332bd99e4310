#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Installs, upgrades (with a policy in effect), removes and purges the Debian packages of
# make deb.
#
# Real DKMS builds are in tests/install/dkms.sh and packages.sh. An emulated compiler takes
# minutes, so here the "make" that DKMS calls copies the existing module, with the
# version of the sources.
# lab: own-vm --mem 2048
# lab: timeout 900
# shellcheck source-path=SCRIPTDIR source=../install/lib.sh
. "$(dirname "$0")/../install/lib.sh"

version=$(<"$ROOT/VERSION")
# Of the same length, because it replaces the version in the module.
older=${version//[1-9]/0}
built=$ROOT/build/deb
ls "$built"/arp{ctl,-policy-dkms}_"${version}"_*.deb >/dev/null 2>&1 ||
	plan skip "no packages in build/deb: make deb"
plan 37

work=$(mktemp -d)
mkdir "$work/bin"
cat >"$work/bin/make" <<-END
	#!/bin/sh
	for arg; do
		case \$arg in M=*) tree=\${arg#M=} ;; clean) exit 0 ;; esac
	done
	read -r version <"\$tree/VERSION"
	cp "$ARP_POLICY_KO" "\$tree/arp_policy.ko"
	[ "\$version" = "$version" ] || sed -i -E \\
		"s/(srcversion=)..../\\10123/; s/(version=)${version//./\\.}/\\1\$version/" \\
		"\$tree/arp_policy.ko"
END
chmod 755 "$work/bin/make"
PATH=$work/bin:$PATH
srcversion() { cat /sys/module/arp_policy/srcversion; }

# The previous version: the same packages with another version and srcversion.
previous() {
	local dir=$work/old deb
	for deb in "$built/arpctl_$version"_*.deb "$built/arp-policy-dkms_$version"_*.deb; do
		rm -rf "$dir"
		dpkg-deb -R "$deb" "$dir"
		sed -i "s/^Version: .*/Version: $older/" "$dir/DEBIAN/control"
		if [ -d "$dir/usr/src" ]; then
			mv "$dir/usr/src/arp-policy-$version" "$dir/usr/src/arp-policy-$older"
			sed -i "s/${version//./\\.}/$older/g" "$dir"/DEBIAN/{postinst,prerm} \
				"$dir/usr/src/arp-policy-$older"/{VERSION,dkms.conf}
		fi
		rm "$dir/DEBIAN/md5sums"
		dpkg-deb -Znone -b "$dir" "$work" >/dev/null
	done
}

# dpkg only: nothing is fetched, and missing dependencies fail.
install_packages() {	# DIR VERSION
	DEBIAN_FRONTEND=noninteractive dpkg -i "$1/arp-policy-dkms_$2"_*.deb "$1/arpctl_$2"_*.deb
}

# Files of the packages, except in dpkg's database. By globs in known directories,
# because a search takes minutes over 9p.
traces() {
	local dir at
	for dir in /etc /etc/modprobe.d /etc/systemd/system/*.wants /usr/sbin /usr/src \
		/usr/include/linux /usr/share /usr/share/doc /usr/share/man/man[78] \
		/usr/share/bash-completion/completions /usr/share/zsh/vendor-completions \
		/usr/share/fish/vendor_completions.d /lib/systemd/system \
		/var/lib/dkms /var/lib/dpkg/info /var/lib/systemd/deb-systemd-helper-* \
		/var/lib/systemd/deb-systemd-helper-*/*.wants "$MODULES"/updates "$MODULES"/updates/dkms; do
		for at in "$dir"/arp[-_]policy* "$dir"/arpctl* "$dir"/_arpctl*; do
			[ ! -e "$at" ] && [ ! -L "$at" ] || echo "$at"
		done
	done | sort -u
}

# The policy that arpctl saves, without the leading comment.
saved() { arpctl "$@" save | grep -v '^#'; }
policy='dev set eth0 ignore device
dev set lo hidden on
rule add hide 10.9.9.0/24 dev all'

own_modules
namespace alice
must previous
is "$(traces)" "" "nothing is installed"

run_ok "dpkg installs the previous version" install_packages "$work" "$older"
like "$(dkms status arp-policy)" "^arp-policy/$older, $(uname -r), .*: installed$" \
	"DKMS has built the module"
hash -r
is "$(type -P arpctl)" /usr/sbin/arpctl "arpctl is in the path"
is "$(arpctl --version)" "arpctl $version" "arpctl runs"
is "$(arpctl -j dev show)" '[]' "arpctl makes the kernel load the module"
is "$(cat /sys/module/arp_policy/version)" "$older" "with the old version"
is "$(modinfo -n arp_policy | sed 's/\.ko.*//')" "$MODULES/updates/dkms/arp_policy" \
	"from where DKMS installs modules"
like "$(arpctl diff /usr/share/doc/arpctl/examples/arp-policy.conf 2>&1)" "no command in it" \
	"the example policy has only comments"
run_ok "all its lines are comments" bash -c \
	"sed 's/^#\([a-z]\)/\1/' /usr/share/doc/arpctl/examples/arp-policy.conf | arpctl restore -"
must arpctl flush
is "$(systemctl is-enabled arp-policy 2>&1)" enabled "the service is enabled"

# Upgrade with a policy in effect in this netns and another.
arpctl restore - <<<"$policy"
must arpctl -n alice dev set eth0 announce best
before=$(srcversion)
echo "$policy" >/etc/arp-policy.conf
echo 'options arp_policy max_rules=1000' >/etc/modprobe.d/arp_policy.conf
run_ok "dpkg upgrades to this version" install_packages "$built" "$version"
is "$(dkms status arp-policy | sed "s/, $(uname -m)//; s/, [^,]*: /: /")" \
	"arp-policy/$version: installed" "DKMS has built the new module and removed the old one"
is "$(ls -d /usr/src/arp-policy-*)" "/usr/src/arp-policy-$version" "the old sources are gone"
is "$(srcversion)" "$before" "the old module stays loaded"
is "$(saved)" "$policy" "its policy stays"
is "$(saved -n alice)" "dev set eth0 announce best" "the policy of another netns stays, too"
is "$(cat /etc/modprobe.d/arp_policy.conf)" 'options arp_policy max_rules=1000' \
	"the admin's files are unchanged"

# The steps of a service restart.
unit=$(</lib/systemd/system/arp-policy.service)
step() {	# DIRECTIVE
	local line
	line=$(sed -e ':more; /\\$/{N; s/\\\n[[:space:]]*//; b more}' <<<"$unit" |
		sed -n "s/^$1=[-+]*//p" | sed 's/\$\$/$/g')
	eval "$line"
}
run_ok "the service's ExecStartPre" step ExecStartPre
run_ok "it unloads the old module" test ! -e /sys/module/arp_policy
run_ok "its ExecStart" step ExecStart
is "$(cat /sys/module/arp_policy/version)" "$version" "it loads the new module"
is "$(cat /sys/module/arp_policy/parameters/max_rules)" 1000 "the new module has the options of modprobe.d"
is "$(saved)" "$policy" "it restores the policy"
new=$(srcversion)
must arpctl -n alice dev set eth0 announce best
run_ok "a second ExecStartPre" step ExecStartPre
is "$(srcversion) $(saved -n alice)" "$new dev set eth0 announce best" \
	"it keeps the module if that is the installed one"
run_ok "the service's stop" step ExecStop
is "$(saved)" "" "it leaves no policy behind"
must step ExecStart

run_ok "dpkg removes the packages" dpkg -r arpctl arp-policy-dkms
run_ok "the module is unloaded" test ! -e /sys/module/arp_policy
is "$(traces | grep -v /var/lib/dpkg/info)" "/etc/arp-policy.conf
/etc/modprobe.d/arp_policy.conf
/etc/systemd/system/multi-user.target.wants/arp-policy-leases.service
/etc/systemd/system/sysinit.target.wants/arp-policy.service
/var/lib/systemd/deb-systemd-helper-enabled/arp-policy-leases.service.dsh-also
/var/lib/systemd/deb-systemd-helper-enabled/arp-policy.service.dsh-also
/var/lib/systemd/deb-systemd-helper-enabled/multi-user.target.wants/arp-policy-leases.service
/var/lib/systemd/deb-systemd-helper-enabled/sysinit.target.wants/arp-policy.service" \
	"the files of the admin are left"
is "$(dkms status arp-policy)" "" "DKMS no longer lists the module"
fails_with 1 'not found' "depmod no longer lists the module" modprobe arp_policy

run_ok "dpkg purges the packages" dpkg -P arpctl arp-policy-dkms
is "$(traces)" "" "no file of the packages is left"
is "$(dpkg-query -W -f '${Package}\n' 'arpctl*' 'arp-policy*' 2>/dev/null)" "" \
	"dpkg no longer lists the packages"
run_ok "purging again succeeds" dpkg -P arpctl arp-policy-dkms
rm -rf "$work"
