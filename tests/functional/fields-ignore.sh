#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field ignore behaves as the sysctl arp_ignore would, whatever the sysctl is: answers
# and neighbour table are the same for each request.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 29

levels=(0 1 2 3 8)
rich_host
requests "${own[@]}" "${odd[@]}" 10.1.0.60 10.60.0.1 10.50.0.1 >"$work/questions"

sysctl_ignore() { conf arp_ignore="$1" all; }

# What each level does in the stock kernel.
for level in "${levels[@]}"; do
	sysctl_ignore "$level"
	answers "stock-$level"
	[ "$level" = 0 ] || differ stock-0 "stock-$level" "arp_ignore=$level makes a difference"
done
is "$(said_to stock-0 'ask eth1 10.9.0.1 10.1.0.50')" "$(mac host eth1)" \
	"with arp_ignore=0 the host answers for the address of another device"
is "$(answered stock-8)" 0 "with arp_ignore=8 nothing is answered"

# Each level over each sysctl's extremes, stricter and looser.
must load_module
for sysctl in 0 8; do
	sysctl_ignore $sysctl
	for level in "${levels[@]}"; do
		must ctl host dev set default ignore "$level"
		answers policy
		same "stock-$level" policy "ignore $level over arp_ignore=$sysctl"
	done
	must ctl host flush
	answers policy
	same stock-$sysctl policy "flush restores stock"
done

# A level for each device, a name for each level.
sysctl_ignore 0
conf arp_ignore=1 eth0 eth4
conf arp_ignore=2 eth1
conf arp_ignore=3 eth2
conf arp_ignore=8 eth3
conf arp_ignore=5 eth0.5
answers each
differ stock-0 each "each device has its own arp_ignore"
policy <<-END
	eth0 ignore device
	eth1 ignore subnet
	eth2 ignore global
	eth3 ignore never
	eth4 ignore device
	eth0.5 ignore any
END
answers policy
same each policy "each device its own ignore, over the same sysctls"
conf arp_ignore=0 "${devices[@]}"
answers policy
same each policy "each device its own ignore, stricter than the sysctls"
sysctl_ignore 3
answers policy
same each policy "each device its own ignore, some stricter and some looser than the sysctls"
must ctl host flush

# The other sysctl of the same decision stays in effect.
for level in 0 2; do
	conf arp_filter=1 all
	sysctl_ignore $level
	answers both
	differ stock-$level both "arp_filter=1 makes a difference to arp_ignore=$level"
	for sysctl in 0 8; do
		sysctl_ignore $sysctl
		must ctl host dev set all ignore $level
		answers policy
		same both policy "ignore $level over arp_ignore=$sysctl leaves arp_filter in force"
	done
	must ctl host flush
	conf arp_filter=0 all
done

sysctl_ignore 8
must ctl host dev set all ignore any
must unload_module
answers policy
same stock-8 policy "rmmod restores stock"
