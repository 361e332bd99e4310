#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# arpctl as a 32-bit program: no warnings, files beyond 2 GiB, a clock beyond 2038.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../cli/lib.sh
. tests/cli/lib.sh
plan 2

version=$(gcc -dumpversion 2>/dev/null)
gcc32="gcc-$version -m32 -idirafter /usr/include/$(gcc -print-multiarch 2>/dev/null)"
scratch

# shellcheck disable=SC2086 # words
if ! echo '#include <stdio.h>' | $gcc32 -c -xc -o "$dir/try" - 2>/dev/null; then
	why="no compiler: gcc-$version-multilib libc6-dev-i386"
	skip "arpctl builds for 32 bits without a warning" "$why"
	skip "arpctl uses 64 bits for file sizes and times" "$why"
	exit
fi

# A copy: the objects in the tree are for this machine.
cp -r include VERSION "$dir"
cp -r tools "$dir"
find "$dir" -name '*.[od]' -delete
objects=(tools/arpctl/{*,*/*}.c)
objects=("${objects[@]#tools/arpctl/}")
said=$(make -s -C "$dir/tools/arpctl" CC="$gcc32" CFLAGS="-O0 -Werror" "${objects[@]/%.c/.o}" 2>&1)
result $? "arpctl builds for 32 bits without a warning" "$said"

# Each of these has another name if off_t and time_t have 64 bits.
calls='open(at)?|fopen|f?(stat|lstat)(at)?|lseek|mkostemp|time|clock_(gettime|nanosleep)'
calls+='|nanosleep|localtime_r|gmtime_r|mktime|timegm|timerfd_settime|ppoll'
short=$(nm -u "$dir"/tools/arpctl/{,*/}*.o 2>/dev/null | grep -oE "^ +U ($calls)\$" | sort -u)
[ ! "$short" ] && nm -u "$dir"/tools/arpctl/{,*/}*.o | grep -qE '(open|stat|time)[a-z]*64'
result $? "arpctl uses 64 bits for file sizes and times" "$short"
