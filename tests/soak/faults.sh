#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# If any single allocation fails, an error is reported, nothing changes and nothing leaks.
# lab: debug-kernel
# lab: timeout 1000
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
faults=$ROOT/build/faults
kmemleak=/sys/kernel/debug/kmemleak
[ -w /proc/self/fail-nth ] || plan skip "this kernel has no fault injection: see tests/vm/debug-kernel"

# Let all kinds of allocations fail, without messages, which would count as faults.
for kind in failslab fail_page_alloc; do
	must [ -d /sys/kernel/debug/$kind ]
	echo 0 >/sys/kernel/debug/$kind/verbose
	echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
modprobe -q bridge || :
echo scan=off >$kmemleak
echo clear >$kmemleak

host alice
must ip -n alice link add name eth0 address 02:00:00:00:00:01 up type veth peer name peer0
must ip -n alice link set peer0 up
addr alice eth0 10.7.0.1/24

# The kernel's own allocations fail first; the module's come last.
checks in_host alice "$faults" module "$ARP_POLICY_KO" 'ignore=1 policy=eth0:announce=2;lo:hidden=on'
run_ok "afterwards the module can be loaded" load_module ignore=1
checks in_host alice "$faults" netns
run_ok "afterwards a netns can be created" unshare -n true
must unload_module
must load_module
checks in_host alice "$faults" commands
run_ok "afterwards no policy is left" [ "$(ctl alice -j dev show)" = '[]' ]

# kmemleak reports an object only after five seconds, and may be wrong once.
leaks() {
	sleep 6
	echo scan >$kmemleak
	sleep 6
	echo scan >$kmemleak
	cat $kmemleak
}
is "$(leaks)" '' "nothing leaked"
must ip -n alice link del eth0
must unload_module
is "$(leaks)" '' "no leaks after the module is unloaded"
no_kernel_faults
plan
