#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages: their contents, lintian, and that a second build gives the
# same bytes. The first build is that of make deb, done again if a file is newer.
# lab: host
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh
plan 13

version=$(<VERSION)
packages=build/deb
built=$packages/arp-policy_$version.dsc
# shellcheck disable=SC2016 # for the shell of xargs
if [ ! -e "$built" ] || [ "$(git ls-files -z | xargs -0 sh -c \
	'find "$@" -newer "$0" -print -quit' "$built")" ]; then
	make deb >&2 || { echo "Bail out! make deb fails"; exit 1; }
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Whether two texts are the same, and what differs.
same() {	# GOT WANT DESC
	[ "$1" = "$2" ]
	ok $? "$3" "$(diff <(echo "$2") <(echo "$1"))"
}

files_of() {	# PACKAGE
	dpkg-deb -c "$packages/${1}_${version}_"*.deb | awk '!/^d/ { print substr($6, 2) }' | sort
}

said=$(lintian -F --suppress-tags running-with-root "$packages"/*.changes 2>&1 |
	grep '^[EW]: ')
[ -z "$said" ]
ok $? "lintian finds no error and nothing to warn of" "$said"
lintian --fail-on error,warning "$packages"/*.changes >/dev/null 2>&1
ok $? "nor does its status tell of any"

units=$(pkg-config --variable=systemdsystemunitdir systemd)
same "$(files_of arpctl)" "$(sort <<END
$units/arp-policy.service
/usr/include/linux/arp_policy.h
/usr/sbin/arpctl
/usr/share/arp-policy/arp_policy.yaml
/usr/share/bash-completion/completions/arpctl
/usr/share/doc/arpctl/changelog.gz
/usr/share/doc/arpctl/copyright
/usr/share/doc/arpctl/examples/arp-policy.conf
/usr/share/doc/arpctl/examples/modprobe.d/arp_policy.conf
/usr/share/man/man7/arp_policy.7.gz
/usr/share/man/man8/arpctl.8.gz
END
)" "arpctl: tool, pages, completion, service, examples"
same "$(files_of arp-policy-dkms | grep -v /usr/share/doc)" "$(
	git ls-files Kbuild Makefile VERSION dkms.conf include src |
		sed "s|^|/usr/src/arp-policy-$version/|" | sort)" \
	"arp-policy-dkms: the module's sources and nothing else"
same "$(dpkg-deb -f "$packages"/arp-policy-dkms_*.deb Architecture)" all "for every architecture"

dpkg-deb -x "$packages"/arpctl_*.deb "$work/root"
same "$("$work/root/usr/sbin/arpctl" --version)" "arpctl $version" "arpctl tells its version"
grep -q '^ExecStart=/usr/sbin/arpctl ' "$work/root$units/arp-policy.service"
ok $? "the service starts this arpctl"
man -l "$work/root/usr/share/man/man7/arp_policy.7.gz" | grep -q ' /usr/share/arp-policy/arp_policy.yaml'
ok $? "the manual names the specification where it is"
! grep -rIq /usr/local "$work/root"
ok $? "and nothing of it is of /usr/local" "$(grep -rIl /usr/local "$work/root")"

# From other places, by another clock, umask, locale and number of processors.
source=$work/elsewhere/arp-policy-$version
mkdir -p "$source"
git ls-files -z | tar -c --null --no-recursion -T - | tar -x -C "$source"
(
	umask 077
	cd "$source" && LC_ALL=C.UTF-8 TZ=Asia/Tokyo dpkg-buildpackage -us -uc -j1
) >"$work/log" 2>&1
ok $? "dpkg-buildpackage, once more, elsewhere" "$(tail -n 20 "$work/log")"
differing=$(cd "$packages" && for file in *.deb *.dsc *.tar.xz; do
	cmp "$file" "$work/elsewhere/$file"
done 2>&1)
[ -z "$differing" ]
ok $? "gives the same bytes" "$differing"

# What the first was built from is as clean as it was.
(cd "$source" && debian/rules clean) >"$work/log" 2>&1
ok $? "debian/rules clean" "$(tail -n 20 "$work/log")"
same "$(cd "$source" && find . ! -type d | sort)" "$(git ls-files | sed 's|^|./|' | sort)" \
	"undoes it"

finish
