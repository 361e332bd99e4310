#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The module builds for other architectures without a warning: W=1, sparse. One is
# 32-bit (armhf), one big-endian (s390x).
# lab: host
# lab: timeout 900
# lab: takes 70
#
#   tests/lint/cross.sh [ARCH…]
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh

native=$(dpkg --print-architecture 2>/dev/null)
if [ $# = 0 ]; then
	for arch in armhf s390x arm64 amd64; do
		[ "$arch" = "$native" ] || set -- "$@" "$arch"
	done
fi
plan $#
scratch

# Sets variables from lines NAME=VALUE.
assign() {	# LINES
	local name value
	while IFS='=' read -r name value; do
		[[ $name == *[!a-z]* ]] || printf -v "$name" %s "$value"
	done <<<"$1"
}

# Prints warnings. Debug information and the check of kernel-doc (tests/lint/run does it)
# would take time.
build() {	# ARCH
	local log=$dir/$1.log
	mkdir "$dir/$1" && cp -r Kbuild Makefile VERSION dkms.conf include src "$dir/$1" &&
		find "$dir/$1" \( -name '*.o' -o -name '.*.cmd' \) -delete || return
	make -s -j"$(nproc)" -C "$dir/$1" --no-print-directory KDIR="$kdir" ARCH="$karch" \
		CROSS_COMPILE="$prefix" CC="$cc" W=1 C=1 KCFLAGS=-g0 cmd_checkdoc= module >"$log" 2>&1 ||
		{ tail -n 40 "$log"; return 1; }
	! grep -E '(warning|error):|\*\*\*|undefined!' "$log"
}

for arch; do
	what="the module builds for $arch without a warning"
	kdir='' karch='' prefix='' cc=''
	assign "$(tests/vm/headers --compiler "$arch")"
	if ! command -v "${cc%% *}" >/dev/null; then
		skip "$what" "no compiler: tests/vm/deps cross"
		continue
	fi
	said=$(tests/vm/headers "$arch" 2>&1) || { not_ok "$what" "$said"; continue; }
	assign "$said"
	said=$(build "$arch")
	result $? "$what" "$said"
done
