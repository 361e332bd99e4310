#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The prefix table (src/policy/lpm.c) and its forks, built for user space, against a linear
# search.
# lab: host
# lab: timeout 1800
# lab: takes 90
#
#   tests/unit/lpm.sh [--arch ARCH] [SEED]
#
# With --arch, only as programs of that architecture (Debian's name), under qemu-user.

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=programs.inc
. tests/unit/programs.inc
arch='' small_too=${ARP_POLICY_ALL-}
if [ "${1-}" = --arch ] && [ $# -gt 1 ]; then
	arch=$2 small_too=yes
	shift 2
fi
scratch
args=("$@")

table() {	# SOURCE DESC [FLAG…]
	program "$2" "tests/unit/$1" tests/lib/kshim/kshim.c src/policy/lpm.c -- \
		-DKSHIM_HOOKS -Itests/unit "${@:3}"
}

# Tests the table, and its forks.
model() {	# WHERE [FLAG…]
	table lpm_model.c "$1results equal a linear search" "${@:2}"
	table lpm_fork.c "$1a fork is joined, taken or dropped as a whole" "${@:2}"
}

# Small and large tables, for another architecture. An emulator is slow, most of all at
# changing between contexts, as a lookup during a join does. What differs there, byte order
# and word size, shows after few transactions. Large tables begin as small ones, so make check
# does without a run of small ones alone.
other() {	# MACHINE ARCH
	local few=(-DLARGE=100000)
	use_arch "$2"
	[ ${#runner[@]} = 0 ] || few+=(-DROUNDS=60 -DWINDOWS=500)
	[ ! "$small_too" ] || model "$1: " "${few[@]}"
	model "$1, large tables: " $small "${few[@]}"
}

# Makes tables large (wide) at a small size, so that most of the test uses that form.
small=-DLPM_WIDE_FROM=64
tests/lib/kshim/headers "$dir/kshim" src/policy/lpm.c src/policy/lpm.h || bail "no headers"
if [ "$arch" ]; then
	plan 4
	other "$arch" "$arch"
	exit
fi
if [ "$small_too" ]; then plan 14; else plan 10; fi
read -ra cc <<<"${CC:-cc}"
model ""
model "large tables: " $small
needs "no sanitizers" "${sanitize[@]}"
table lpm_model.c "no invalid memory access" $small "${sanitize[@]}"
table lpm_fork.c "no invalid memory access by a fork" $small "${sanitize[@]}"

case $(gcc -dumpmachine 2>/dev/null) in
x86_64-*) other "32 bits" i386 ;;
*) other "32 bits" armhf ;;
esac
other "big-endian" s390x
