#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The prefix table (src/policy/lpm.c) and its forks, built for user space, against a linear
# search.
# lab: host
# lab: timeout 1800
# lab: takes 90
#
#   tests/unit/lpm.sh [SEED]

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
plan 14
scratch
read -ra native <<<"${CC:-cc}"
# Debian's cross compilers have gcc's version in their names.
version=$(gcc -dumpversion 2>/dev/null)
seed=("$@")

# program SOURCE NAME FLAG…: builds it with the compiler in cc and these flags, and runs it
program()
{
	local source=$1 name=$2
	shift 2
	"${cc[@]}" -O2 -g -Wall -Wextra -Werror "$@" -DKSHIM_HOOKS -Itests/unit -Itests/lib/kshim -I"$dir/kshim" -Isrc \
		-o "$dir/model" "tests/unit/$source" tests/lib/kshim/kshim.c src/policy/lpm.c \
		>"$dir/log" 2>&1 &&
		"${runner[@]}" "$dir/model" "${seed[@]}" >"$dir/log" 2>&1
	result $? "$name"
	diag "$(<"$dir/log")"
}

# model WHERE FLAG…: tests the table, and its forks
model()
{
	local where=$1
	shift
	program lpm_model.c "${where}results equal a linear search" "$@"
	program lpm_fork.c "${where}a fork is joined, taken or dropped as a whole" "$@"
}

# Does the compiler in cc make programs that run here?
builds()
{
	echo '#include <stdio.h>
int main(void) { return puts("") < 0; }' |
		"${cc[@]}" "$@" -xc -o "$dir/try" - 2>/dev/null &&
		"${runner[@]}" "$dir/try" >/dev/null 2>&1
}

# other MACHINE PACKAGES: small and large tables, for another architecture. An emulator is slow,
# most of all at changing between contexts, as a lookup during a join does. What differs
# there, byte order and word size, shows after few transactions.
other()
{
	local few=(-DLARGE=100000)

	[ ${#runner[@]} = 0 ] || few+=(-DROUNDS=60 -DWINDOWS=500)
	if builds; then
		model "$1: " "${few[@]}"
		model "$1, large tables: " $small "${few[@]}"
	else
		skip "$1: results equal a linear search" "no compiler: $2"
		skip "$1: a fork is joined, taken or dropped as a whole" "no compiler: $2"
		skip "$1, large tables: results equal a linear search" "no compiler: $2"
		skip "$1, large tables: a fork is joined, taken or dropped as a whole" "no compiler: $2"
	fi
}

# Makes tables large (wide) at a small size, so that most of the test uses that form.
small=-DLPM_WIDE_FROM=64
tests/lib/kshim/headers "$dir/kshim" src/policy/lpm.c src/policy/lpm.h || bail "no headers"
cc=("${native[@]}") runner=()
model ""
model "large tables: " $small
sanitize=("-fsanitize=address,undefined" -fno-sanitize-recover=all)
if builds "${sanitize[@]}"; then
	program lpm_model.c "no invalid memory access" $small "${sanitize[@]}"
	program lpm_fork.c "no invalid memory access by a fork" $small "${sanitize[@]}"
else
	skip "no invalid memory access" "no sanitizers"
	skip "no invalid memory access by a fork" "no sanitizers"
fi

# 32 bits: on amd64 with gcc-multilib, for which the last option finds the headers that
# are there anyway.
case $(gcc -dumpmachine 2>/dev/null) in
x86_64-*)
	cc=("gcc-$version" -m32 -idirafter "/usr/include/$(gcc -print-multiarch 2>/dev/null)")
	needs="gcc-$version-multilib libc6-dev-i386" ;;
*)
	cc=("arm-linux-gnueabihf-gcc-$version" -static) runner=(qemu-arm-static)
	needs="gcc-$version-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user-static" ;;
esac
other "32 bits" "$needs"
cc=("s390x-linux-gnu-gcc-$version" -static) runner=(qemu-s390x-static)
other "big-endian" "gcc-$version-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static"
