#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The release tarball: reproducible, complete, and buildable without git; the
# packages that rpmbuild and PKGBUILD make from it; the workflows of public forges.
# lab: all
# lab: host
# lab: timeout 1200
# lab: takes 120
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
tests/vm/deps dist rpm >&2 || bail "packages are missing"
plan 16

root=$PWD
version=$(<VERSION)
name=arp-policy-$version
scratch
export HOME=$dir/home
mkdir "$HOME"

# The working tree, committed to a new repository.
clone() {
	git init -q "$dir/clone" &&
		git -C "$root" ls-files -z | tar -C "$root" -c --null -T - | tar -C "$dir/clone" -x &&
		cd "$dir/clone" && git add -A &&
		git -c user.name=x -c user.email=x@example.org commit -q -m "release $version"
}
must clone
run_ok "make dist" make dist
tarball=build/dist/$name.tar.xz
first=$(sha256sum <"$tarball")
must make -s dist >/dev/null
is "$(sha256sum <"$tarball")" "$first" "the same commit gives the same tarball"
run_ok "the checksums are right" sh -c 'cd build/dist && sha256sum -c SHA256SUMS'
is "$(tar -tf "$tarball" | grep -v '/$' | sed "s|^$name/||" | sort)" "$(git ls-files | sort)" \
	"the tarball contains every committed file and nothing else"
is "$(grep -c '^FileName: ' "build/dist/$name.spdx")" \
	"$(git ls-files | grep -cv -e '^LICENSES/' -e '^\.reuse/' -e '^COPYING' -e '\.license$')" \
	"the SPDX list names every file"
is "$(grep -c '^LicenseInfoInFile: NOASSERTION' "build/dist/$name.spdx")" 0 \
	"the SPDX list has a license for every file"

echo >>README.md
fails_with 2 'Commit your changes first' "make dist refuses uncommitted changes" make dist
git checkout -q README.md
cp "$tarball" "$dir"

cd "$dir" && tar -xf "$name.tar.xz"
run_ok "module and tool build from the tarball, without git" \
	make -s -C "$name" all
is "$("$name/tools/arpctl/arpctl" --version)" "arpctl $version" "the tool knows its version"
is "$(modinfo -F version "$name/arp_policy.ko")" "$version" "the module knows its version"

# Debian's package database does not know the build dependencies by their RPM names.
run_ok "rpmbuild builds the tarball" \
	rpmbuild --quiet --nodeps --define "_topdir $dir/rpm" -ta "$name.tar.xz"
files_of() {	# PACKAGE
	rpm -qlp "$dir"/rpm/RPMS/*/"$1-$version"*.rpm 2>/dev/null |
		grep -v -e /usr/share/doc/ -e /usr/share/licenses/ -e /usr/lib/.build-id | sort
}
is "$(files_of arpctl)" "$(sort <<END
/usr/include/linux/arp_policy.h
/usr/lib/systemd/system/arp-policy-leases.service
/usr/lib/systemd/system/arp-policy-snoop@.service
/usr/lib/systemd/system/arp-policy.service
/usr/sbin/arpctl
/usr/share/arp-policy
/usr/share/arp-policy/arp_policy.yaml
/usr/share/bash-completion/completions/arpctl
/usr/share/fish/vendor_completions.d/arpctl.fish
/usr/share/man/man7/arp_policy.7
/usr/share/man/man8/arpctl.8
/usr/share/zsh/site-functions/_arpctl
END
)" "its package arpctl contains the tool, its pages, completion and service"
is "$(files_of arp-policy-dkms | grep '\.[ch]$' | sed "s|/usr/src/$name/||")" \
	"$(cd "$root" && git ls-files include src | grep '\.[ch]$' | sort)" \
	"its package arp-policy-dkms contains the sources of the module"

# Call these functions as makepkg does, each in the directory of the sources.
package() {	# FUNCTION
	(
		set -e
		# shellcheck source=../../contrib/arch/PKGBUILD
		. "$root/contrib/arch/PKGBUILD"
		[ "$pkgver" = "$version" ] && [ "${source[0]}" = "$name.tar.xz" ]
		pkgdir=$dir/arch/$1 && export pkgdir
		mkdir -p "$pkgdir"
		"$1"
	)
}
run_ok "PKGBUILD builds the tool" package build
package package_arpctl && package package_arp-policy-dkms &&
	[ -x "$dir/arch/package_arpctl/usr/bin/arpctl" ] &&
	[ -e "$dir/arch/package_arp-policy-dkms/usr/src/$name/dkms.conf" ]
result $? "PKGBUILD makes both packages"

cd "$root" || exit
is "$(python3 - <<'END'
import yaml
github = yaml.safe_load(open(".github/workflows/check.yml"))
gitlab = yaml.safe_load(open(".gitlab-ci.yml"))
print([s["run"] for s in github["jobs"]["check"]["steps"] if "make check" in s.get("run", "")],
      gitlab["check"]["script"])
END
)" "['make check'] ['make check']" "the workflows of GitHub and GitLab run make check"
