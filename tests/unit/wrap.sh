#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The parser of tags and SNAP (src/packet/wrap.c), built for user space.
# lab: host

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
plan 3
scratch

# Builds the test with the compiler in cc and these flags, and runs it.
try() {	# NAME FLAG…
	local name=$1
	shift
	"${cc[@]}" -O2 -g -Wall -Wextra -Werror "$@" -Itests/lib/kshim -I"$dir/kshim" -Isrc \
		-o "$dir/wrap" tests/unit/wrap_test.c src/packet/wrap.c >"$dir/log" 2>&1 &&
		"${runner[@]}" "$dir/wrap" >"$dir/log" 2>&1
	result $? "$name"
	diag "$(<"$dir/log")"
}

# Does the compiler in cc make programs that run here?
builds() {	# FLAG…
	echo 'int main(void) { return 0; }' | "${cc[@]}" "$@" -xc -o "$dir/try" - 2>/dev/null &&
		"${runner[@]}" "$dir/try" 2>/dev/null
}

tests/lib/kshim/headers "$dir/kshim" src/packet/wrap.c src/packet/wrap.h || bail "no headers"
# The types are those of user space.
cat >"$dir/kshim/linux/if_ether.h" <<-END
	#include_next <linux/if_ether.h>
	#include <arpa/inet.h>
	#include "kshim.h"
END
runner=()
read -ra cc <<<"${CC:-cc}"
try "every sequence of tags and SNAP"
if builds -fsanitize=address,undefined; then
	try "no invalid memory access" -fsanitize=address,undefined -fno-sanitize-recover=all
else
	skip "no invalid memory access" "no sanitizers"
fi
cc=("s390x-linux-gnu-gcc-$(gcc -dumpversion 2>/dev/null)" -static) runner=(qemu-s390x-static)
if builds; then
	try "big-endian"
else
	skip "big-endian" "no compiler: gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static"
fi
