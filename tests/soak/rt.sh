#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# PREEMPT_RT: the module builds for Debian's rt kernel without a warning, and tests run
# on it: all packet paths, bridge ports too, floods, monitors, races.
# lab: alone
# lab: timeout 7200
#
#   tests/soak/rt.sh [TEST…]
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
root=$PWD

list=("$@")
if [ $# = 0 ]; then
	for test in 00-lab selftest rules storm monitor unload send-race ports ports-answer \
		ports-churn snoop-group; do
		list+=("tests/functional/$test.sh")
	done
	list+=(tests/differential/oracle.sh)
fi
export ARP_POLICY_ORACLE_CASES=${ARP_POLICY_ORACLE_CASES:-2000}

arch=$(dpkg --print-architecture)
said=$(tests/vm/headers "$arch" rt) || bail "no headers of the rt kernel"
kdir=$(sed -n 's/^kdir=//p' <<<"$said")
release=$(make -s krel KDIR="$kdir")
cc=$(sed -n 's/^cc=//p' <<<"$said")

# build NAME ARGUMENT…: builds the module in a tree of its own
build() {
	local dir=build/$1
	rm -rf "$dir"
	mkdir -p "$dir" && cp -r Kbuild VERSION include src "$dir" || return
	find "$dir" \( -name '*.o' -o -name '.*.cmd' \) -delete
	if ! make -s -C "$kdir" M="$root/$dir" CC="$cc" W=1 "${@:2}" modules 2>"$dir/log"; then
		cat "$dir/log"
		return 1
	fi
	! grep -v 'BTF generation' "$dir/log"
}

run_ok "$release: the module builds without a warning" build rt &&
run_ok "$release: and with its self-tests" build rt-selftest ARPP_SELFTEST=1 &&
make -s -C tests/differential && {
	export ARP_POLICY_KO=$root/build/rt/arp_policy.ko
	export ARP_POLICY_SELFTEST_KO=$root/build/rt-selftest/arp_policy.ko
	like "$(tests/vm/run --kernel "$release" -- uname -v)" PREEMPT_RT "the machine runs PREEMPT_RT"
	run_tests_as_checks "$release" "$root/build/rt-results" --kernel "$release" "${list[@]}"
}
plan "$count"
