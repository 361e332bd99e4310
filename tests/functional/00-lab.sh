#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The lab itself, without the module: hosts resolve each other, and the tools agree.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 14

host alice bob
segment lan alice:eth0 bob:eth0
addr alice eth0 10.0.0.1/24
addr bob eth0 10.0.0.2/24

is "$(mac alice eth0)" 02:00:00:00:00:00 "the first host has the MAC that lib.sh documents"
is "$(mac bob eth0)" 02:00:00:00:01:00 "the second host has the next MAC"

run_ok "alice reaches bob" in_host alice ping -q -c 1 -W 5 10.0.0.2
like "$(ip -n alice neigh show 10.0.0.2)" 02:00:00:00:01:00 "alice has learned bob's MAC"

is "$(asks alice eth0 10.0.0.2)" "$(mac bob eth0)" "arpq hears bob"
like "$(in_host alice arping -c 1 -w 5 -I eth0 10.0.0.2)" \
	'reply from 10\.0\.0\.2 \[02:00:00:00:01:00\]' "arping gets the same answer"
is "$(asks alice eth0 10.0.0.3)" silence "nobody answers for 10.0.0.3"
is "$(asks alice eth0 10.0.0.2 0.0.0.0)" "$(mac bob eth0)" "a probe is answered"

addr bob lo 10.9.9.9/32
is "$(asks alice eth0 10.9.9.9)" "$(mac bob eth0)" "bob answers for his loopback address"
set_sysctl bob net.ipv4.conf.all.arp_ignore=1
is "$(asks alice eth0 10.9.9.9)" silence "with arp_ignore=1 he does not answer for it"

like "$(hears bob eth0 match 'out reply' -- "$ARPQ" ask eth0 10.0.0.1 timeout 10)" \
	'out request sender 10\.0\.0\.2 02:00:00:00:01:00 target 10\.0\.0\.1' \
	"listening shows the frames that a host sends"

link alice:eth1 bob:eth1
addr alice eth1 10.1.0.1/24
addr bob eth1 10.1.0.2/24
is "$(asks alice eth1 10.1.0.2)" 02:00:00:00:01:01 "a link between two hosts carries ARP, too"
fails_with 1 '^$' "no answer gives exit status 1" \
	arpq alice ask eth1 10.1.0.3 timeout 100

# Time limits mean nothing if the guest took another frequency for its TSC's. The kernel
# refines it by up to 1 %.
khz=$(sed -nE 's/.*tsc_early_khz=([0-9]+).*/\1/p' /proc/cmdline)
if grep -qs 'QEMU TCG' /proc/cpuinfo; then
	is "$(awk -v khz="$khz" '/^cpu MHz/ { print int($4 * 1000 / khz * 50 + .5); exit }' \
		/proc/cpuinfo)" 50 "the machine's clock runs at the host's rate"
else
	ok "this machine has no emulated TSC"
fi
