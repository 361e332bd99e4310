#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The prefix table (src/lpm.c), built as a program, against a list searched from end to end.
# lab: host
#
#   tests/unit/lpm.sh [SEED]

cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cc=${CC:-cc}
seed=("$@")
n=0
failed=0

# model NAME FLAG…: builds it so and runs it
model()
{
	local name=$1
	shift
	n=$((n + 1))
	if $cc -O2 -g -Wall -Wextra -Werror "$@" -DKSHIM_HOOKS -Itests/unit/kshim -Isrc \
		-o "$dir/model" tests/unit/lpm_model.c tests/unit/kshim/kshim.c src/lpm.c \
		>"$dir/log" 2>&1 && "$dir/model" "${seed[@]}" >"$dir/log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		failed=1
	fi
	sed 's/^/# /' "$dir/log"
}

# Tables that become large soon take the other shape all along.
small=-DLPM_WIDE_FROM=64
echo 1..3
model "answers as a list does"
model "answers as a list does, large tables" $small
if echo 'int main(void) { return 0; }' |
	$cc -fsanitize=address,undefined -xc -o "$dir/try" - 2>/dev/null && "$dir/try"; then
	model "touches no memory that is not its own" $small \
		-fsanitize=address,undefined -fno-sanitize-recover=all
else
	echo "ok 3 - touches no memory that is not its own # SKIP no sanitizers"
fi
exit $failed
