#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module builds without a warning (W=1) for every kernel of Debian's suites that this
# host can reach, with the compiler of the suite: the default kernel, rt and cloud.
# Nothing is installed: packages are unpacked, and used in a user namespace.
# lab: alone
# lab: timeout 7200
#
#   tests/soak/suites.sh [SUITE…]
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh

[ $# -gt 0 ] ||
	set -- bullseye{,-security} bookworm{,-security,-backports} \
		trixie{,-security,-backports} testing
tests/vm/deps kernels >&2 || bail "no mmdebstrap"
scratch
arch=$(dpkg --print-architecture)
flavour=$(tests/vm/deps -l root-kernel | sed 's/.*linux-headers-//')

# The lines of sources.list for a suite; with security updates for bookworm-security and
# bookworm-backports, but not for bookworm.
sources() {	# SUITE
	local lines
	lines=$(tests/vm/root --sources "${1%-security}")
	case $1 in
	*-*) echo "$lines" ;;
	*) grep -v -- '-security main$' <<<"$lines" ;;
	esac
}

reachable() {	# SUITE
	local uri
	uri=$(sources "$1" | awk -v suite="$1" '$3 == suite { print $2; exit }')
	[ "$uri" ] && /usr/lib/apt/apt-helper -qq download-file \
		"${uri%/}/dists/$1/InRelease" "$dir/InRelease" 2>/dev/null
}

# Kernel headers of a suite, its compiler, and what their build runs. A mirror's index of
# testing may be weeks old; it is good enough for a build.
fetch() {	# SUITE METAPACKAGES
	rm -rf "${dir:?}/$1"
	sources "$1" | mmdebstrap --variant=extract --mode=chrootless \
		--architectures="$arch" --aptopt='APT::Install-Recommends "false"' \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt="APT::Default-Release \"$1\"" --include="^$2\$" \
		--include=make,dash,bash,coreutils,sed,grep,findutils,mawk,binutils,perl-base,xz-utils \
		"${1%-*}" "$dir/$1" - >"$dir/log" 2>&1 || { tail -n 20 "$dir/log"; return 1; }
}

# Old suites also have kernels of the next one (linux-headers-6.12-amd64); mirrors of
# security updates may lack these.
unpack() {	# SUITE
	local at=$dir/$1 link
	fetch "$1" "linux-headers-([0-9.]+-)?((rt|cloud)-)?$flavour" ||
		fetch "$1" "linux-headers-((rt|cloud)-)?$flavour" || return
	# Maintainer scripts and dpkg would make these links.
	for link in bin sbin lib lib32 lib64; do
		[ -e "$at/$link" ] || [ ! -e "$at/usr/$link" ] || ln -s "usr/$link" "$at/$link"
	done
	ln -sf mawk "$at/usr/bin/awk"
	[ -e "$at/bin/sh" ] || ln -s dash "$at/bin/sh"
}

# Runs a command in an unpacked suite. objtool reads /proc.
within() {	# SUITE CMD…
	# shellcheck disable=SC2016 # for the shell in there
	unshare --map-root-user --mount --propagation private sh -c '
		mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" || exit 125
		exec chroot "$0" "$@"' "$dir/$1" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C.UTF-8 "${@:2}"
}

# The check of kernel-doc needs more of Perl; tests/lint/run does it.
build() {	# SUITE HEADERS
	local said status=0
	rm -rf "${dir:?}/$1/module"
	mkdir -p "$dir/$1"/{proc,dev,tmp,module}
	cp -r Kbuild VERSION include src "$dir/$1/module"
	find "$dir/$1/module" \( -name '*.o' -o -name '.*.cmd' \) -delete
	said=$(within "$1" make -s -j"$(nproc)" -C "/usr/src/$2" M=/module W=1 cmd_checkdoc= modules 2>&1) ||
		status=$?
	said=$(grep -v 'BTF generation' <<<"$said")
	[ -z "$said" ] || echo "$said"
	[ $status = 0 ] && [ ! "$said" ] && [ -e "$dir/$1/module/arp_policy.ko" ]
}

built=' '
for suite; do
	if ! reachable "$suite"; then
		skip "$suite: the module builds" "no such suite here"
		continue
	fi
	what="$suite: its headers and its compiler can be unpacked"
	if said=$(unpack "$suite"); then
		ok "$what"
	elif grep -q ' 404 ' "$dir/log"; then
		skip "$what" "the mirror lacks some of its packages"
		continue
	else
		not_ok "$what" "$said"
		continue
	fi
	for headers in "$dir/$suite"/usr/src/linux-headers-*; do
		headers=${headers##*/}
		case $headers in *-common|*-common-rt) continue ;; esac
		# A suite may have the kernel of the one before.
		case $built in *" $headers "*) continue ;; esac
		built+="$headers "
		run_ok "$suite: the module builds for ${headers#linux-headers-}" build "$suite" "$headers"
	done
	rm -rf "${dir:?}/$suite"
done
plan "$count"
