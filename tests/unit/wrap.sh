#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The parser of tags and SNAP (src/packet/wrap.c), built for user space.
# lab: host

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=programs.inc
. tests/unit/programs.inc
plan 3
scratch

try() {	# DESC [FLAG…]
	program "$1" tests/unit/wrap_test.c src/packet/wrap.c -- "${@:2}"
}

tests/lib/kshim/headers "$dir/kshim" src/packet/wrap.c src/packet/wrap.h || bail "no headers"
# The types are those of user space.
cat >"$dir/kshim/linux/if_ether.h" <<-END
	#include_next <linux/if_ether.h>
	#include <arpa/inet.h>
	#include "kshim.h"
END
read -ra cc <<<"${CC:-cc}"
try "every sequence of tags and SNAP"
needs "no sanitizers" "${sanitize[@]}"
try "no invalid memory access" "${sanitize[@]}"
use_arch s390x
try "big-endian"
