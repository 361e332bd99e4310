#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Globs: the tool finds the same devices as the module.
# lab: host

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=programs.inc
. tests/unit/programs.inc
plan 1
scratch

tests/lib/kshim/headers "$dir/kshim" src/policy/glob.c src/policy/glob.h || bail "no headers"
printf '#include <net/if.h>\n#define IFNAMSIZ IF_NAMESIZE\n#include "kshim.h"\n' >"$dir/kshim/linux/if.h"
read -ra cc <<<"${CC:-cc}"
needs "no sanitizers" "${sanitize[@]}"
program "the same names match, and the same globs are invalid" tests/unit/glob_test.c \
	src/policy/glob.c tools/arpctl/base/selector.c -- -Itools/arpctl "${sanitize[@]}"
