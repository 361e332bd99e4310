#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the code that parses packets, words and files under libFuzzer with sanitizers.
# lab: host
# lab: timeout 900 3600
# lab: takes 50
#
#   tests/fuzz/libfuzzer.sh [SECONDS [TARGET…]]
#
# Each target runs over its corpus, then generates inputs: in make check a fixed number
# with a fixed seed; with SECONDS, or in the soak (ARP_POLICY_SOAK), for that time with
# a random seed. Failing inputs are kept in build/fuzz. The corpus is unpacked from
# tests/fuzz/corpus.tar.xz to build/fuzz/corpus;
# to add an input, copy it there from build/fuzz/found-TARGET and run
#   tests/fuzz/libfuzzer.sh pack
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
if [ "${1-}" = pack ]; then
	exec tar -C build/fuzz --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
		--mode=u=rwX,go=rX -I 'xz -9e' -cf tests/fuzz/corpus.tar.xz corpus
fi
seconds=${1-}
[ ! "${ARP_POLICY_SOAK-}" ] || seconds=${1:-300}
shift $(($# > 0))
declare -A sources=(
	[verdict]="tests/fuzz/verdict_fuzz.c tests/lib/kshim/kshim.c tests/lib/kshim/net.c
		$(find src/policy -name '*.c' ! -name config.c ! -name host.c ! -name ops.c | sort)
		src/packet/packet.c src/packet/verdict.c src/packet/rate.c src/packet/inspect.c
		src/packet/ignore.c src/packet/hidden.c src/packet/proxy.c src/packet/announce.c"
	[words]="tests/fuzz/words_fuzz.c tools/arpctl/base/parse.c"
	[lease]="tests/fuzz/lease_fuzz.c tools/arpctl/base/parse.c tools/arpctl/base/json.c
		$(find tools/arpctl/host -name 'lease*.c' ! -name lease_files.c | sort)"
	[dhcp]="tests/fuzz/dhcp_fuzz.c tools/arpctl/host/dhcp.c tools/arpctl/lease/snoop.c
		tools/arpctl/base/parse.c"
	# Reading policy files needs the whole tool.
	[policy]="tests/fuzz/policy_fuzz.c
		$(find tools/arpctl -name '*.c' ! -name main.c | sort)"
)
# Numbers of inputs that take a few seconds.
declare -A runs=([verdict]=60000 [words]=400000 [lease]=60000 [dhcp]=30000 [policy]=30000)
all=(verdict words lease dhcp policy)
targets=("$@")
[ $# != 0 ] || targets=("${all[@]}")
clang=${CLANG:-clang}
dir=build/fuzz
rm -rf $dir/corpus
mkdir -p $dir
tar -C $dir -xJf tests/fuzz/corpus.tar.xz || bail "no corpus"
plan $((2 * ${#targets[@]}))

if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' |
	$clang -fsanitize=fuzzer,address,undefined -xc -o $dir/try - 2>$dir/log; then
	for target in "${targets[@]}"; do
		skip "$target builds" "no clang with libFuzzer"
		skip "$target finds no fault" "no clang with libFuzzer"
	done
	exit
fi

# shellcheck disable=SC2086
tests/lib/kshim/headers "$dir/kshim" ${sources[verdict]} src/*.h src/*/*.h || bail "no headers"

build() {	# TARGET
	local flags=(-std=gnu11 -D_GNU_SOURCE -DARPCTL_VERSION='"fuzz"' -Itools/arpctl
		-Iinclude/uapi)
	[ "$1" != verdict ] || flags=(-std=gnu11 -D_GNU_SOURCE -Wno-gnu -DKSHIM_NET -DARPP_HAVE_PUT_UINT
		-DCONFIG_NETFILTER_FAMILY_BRIDGE=1
		-Itests/lib/kshim -I"$dir/kshim" -Iinclude/uapi -Isrc)
	# shellcheck disable=SC2086
	$clang -g -O1 "${flags[@]}" -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o "$dir/$1" ${sources[$1]} -lmnl >$dir/log 2>&1
}

for target in "${targets[@]}"; do
	build "$target"
	result $? "$target builds" "$(<$dir/log)"
	# New inputs are added to the first directory; make check must not keep them.
	options=(-seed=1 -runs="${runs[$target]}")
	found=$dir/new-$target
	[ ! "$seconds" ] || options=(-max_total_time="$seconds") found=$dir/found-$target
	mkdir -p "$found"
	"$dir/$target" -timeout=60 -max_len=4096 -verbosity=0 -print_final_stats=1 \
		-artifact_prefix="$dir/$target-" "${options[@]}" \
		"$found" "$dir/corpus/$target" >$dir/log 2>&1
	result $? "$target finds no fault"
	diag "$(grep -E 'number_of_executed|ERROR|must never|assertion failed|SUMMARY|runtime error|Test unit' $dir/log)"
	[ "$seconds" ] || rm -r "$found"
done
