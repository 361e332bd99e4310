#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages: contents, lintian, and a second build that gives the same bytes.
# The first build is the one of make deb, repeated if a file is newer.
# lab: all
# lab: host
# lab: timeout 1200
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh
plan 13

version=$(<VERSION)
packages=build/deb
built=$packages/arp-policy_$version.dsc
# shellcheck disable=SC2016 # for the shell of xargs
if [ ! -e "$built" ] || [ "$(git ls-files -z | xargs -0 sh -c \
	'find "$@" -newer "$0" -print -quit' "$built")" ]; then
	make deb >&2 || bail "make deb fails"
fi
scratch

files_of() {	# PACKAGE
	dpkg-deb -c "$packages/${1}_${version}_"*.deb | awk '!/^d/ { print substr($6, 2) }' | sort
}

said=$(lintian "$packages"/*.changes 2>&1 |
	grep '^[EW]: ')
is "$said" "" "lintian finds no errors and warnings"
lintian --fail-on error,warning "$packages"/*.changes >/dev/null 2>&1
result $? "lintian's exit status agrees"

units=$(pkg-config --variable=systemdsystemunitdir systemd)
is "$(files_of arpctl)" "$({
	git ls-files README.md README.zh-CN.md SECURITY.md contrib docs |
		sed 's|^|/usr/share/doc/arpctl/|'
	cat <<END
$units/arp-policy-leases.service
$units/arp-policy-snoop@.service
$units/arp-policy.service
/usr/include/linux/arp_policy.h
/usr/sbin/arpctl
/usr/share/arp-policy/arp_policy.yaml
/usr/share/bash-completion/completions/arpctl
/usr/share/doc/arpctl/changelog.gz
/usr/share/doc/arpctl/copyright
/usr/share/doc/arpctl/examples/arp-policy-leases.default
/usr/share/doc/arpctl/examples/arp-policy.conf
/usr/share/doc/arpctl/examples/modprobe.d/arp_policy.conf
/usr/share/fish/vendor_completions.d/arpctl.fish
/usr/share/man/man7/arp_policy.7.gz
/usr/share/man/man8/arpctl.8.gz
/usr/share/zsh/vendor-completions/_arpctl
END
} | sort)" "arpctl: tool, pages, completion, service, examples, documents"
is "$(files_of arp-policy-dkms | grep -v /usr/share/doc)" "$(
	git ls-files Kbuild Makefile VERSION dkms.conf include src |
		sed "s|^|/usr/src/arp-policy-$version/|" | sort)" \
	"arp-policy-dkms: the module's sources and nothing else"
is "$(dpkg-deb -f "$packages"/arp-policy-dkms_*.deb Architecture)" all "arp-policy-dkms: for every architecture"

dpkg-deb -x "$packages"/arpctl_*.deb "$dir/root"
is "$("$dir/root/usr/sbin/arpctl" --version)" "arpctl $version" "arpctl prints its version"
is "$(grep -L '^ExecStart=/usr/sbin/arpctl ' "$dir/root$units"/*.service)" "" "the services start this arpctl"
man -l "$dir/root/usr/share/man/man7/arp_policy.7.gz" | grep -q ' /usr/share/arp-policy/arp_policy.yaml'
result $? "the manual names the specification's path"
# An administrator puts the hooks of contrib there.
said=$(grep -rIl --exclude-dir=contrib /usr/local "$dir/root")
is "$said" "" "no other file mentions /usr/local"

# In another directory, with another time zone, umask, locale and number of processors.
source=$dir/elsewhere/arp-policy-$version
mkdir -p "$source"
git ls-files -z | tar -c --null --no-recursion -T - | tar -x -C "$source"
(
	umask 077
	cd "$source" && LC_ALL=C.UTF-8 TZ=Asia/Tokyo dpkg-buildpackage -us -uc -j1
) >"$dir/log" 2>&1
result $? "dpkg-buildpackage again in another directory" "$(tail -n 20 "$dir/log")"
differing=$(cd "$packages" && for file in *.deb *.dsc *.tar.xz; do
	cmp "$file" "$dir/elsewhere/$file"
done 2>&1)
is "$differing" "" "the second build gives the same bytes"

# The build leaves nothing behind in the sources.
(cd "$source" && debian/rules clean) >"$dir/log" 2>&1
result $? "debian/rules clean" "$(tail -n 20 "$dir/log")"
is "$(cd "$source" && find . ! -type d | sort)" "$(git ls-files | sed 's|^|./|' | sort)" \
	"debian/rules clean removes what was built"
