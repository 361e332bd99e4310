#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field filter behaves as the sysctl arp_filter would, whatever the sysctl is: answers,
# neighbour table and the counter TcpExtArpFilter are the same.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 35

rich_host
requests "${own[@]}" "${odd[@]}" 10.1.0.60 10.60.0.1 10.50.0.1 >"$work/questions"

sysctl_filter() { conf arp_filter="$1" all; }

# Sets "counter": TcpExtArpFilter, of the namespace that the driver is in.
read_counter() {
	local names values i
	while read -ra names && read -ra values; do
		[ "${names[0]}" = TcpExt: ] || continue
		for i in "${!names[@]}"; do
			[ "${names[i]}" != ArpFilter ] || counter=${values[i]}
		done
	done <"/proc/$DRIVER_PID/net/netstat"
}

# Answers, and by how much TcpExtArpFilter rose. Sets "risen".
answers_counted() {	# NAME
	local before
	read_counter
	before=$counter
	answers "$1"
	read_counter
	risen=$((counter - before))
}

sysctl_filter 0
answers_counted stock-off
is "$(said_to stock-off 'ask eth2 10.0.0.1 10.0.0.50')" "$(mac host eth2)" \
	"of two cards in a subnet, either answers for the other's address"
is $risen 0 "TcpExtArpFilter does not change"
sysctl_filter 1
answers_counted stock-on
stock_risen=$risen
differ stock-off stock-on "arp_filter=1 makes a difference"
is "$(said_to stock-on 'ask eth2 10.0.0.1 10.0.0.50')" silence \
	"with arp_filter=1, only the card that the return route uses answers"
like "$(in_host host nstat -asz TcpExtArpFilter)" "ArpFilter +$risen " "TcpExtArpFilter rises"

must load_module
words=(off on)
for level in 0 1; do
	sysctl=${words[level]}
	sysctl_filter $level
	answers_counted policy
	same "stock-$sysctl" policy "no policy: arp_filter $sysctl takes effect"
	is $risen $((level ? stock_risen : 0)) "no policy: TcpExtArpFilter rises as in stock"
	must ctl host dev set default filter on
	answers_counted policy
	same stock-on policy "filter on over arp_filter $sysctl"
	is $risen $stock_risen "TcpExtArpFilter rises as with the sysctl"
	must ctl host dev set default filter off
	answers_counted policy
	same stock-off policy "filter off over arp_filter $sysctl"
	is $risen 0 "TcpExtArpFilter does not change"
	must ctl host dev set default filter on mode audit
	answers_counted policy
	is $risen $((level ? stock_risen : 0)) "under audit, TcpExtArpFilter does as with no policy"
	must ctl host flush
done

# Device by device.
sysctl_filter 0
conf arp_filter=1 eth0 eth4
answers each
differ stock-off each "each device has its own arp_filter"
policy <<-END
	eth? filter off
	eth0 filter on
	eth4 filter on
END
conf arp_filter=0 eth0 eth4
answers policy
same each policy "each device its own filter, stricter than the sysctls"
conf arp_filter=1 eth0 eth1 eth2 eth3 eth4
answers policy
same each policy "each device its own filter, looser than the sysctls"
conf arp_filter=0 "${devices[@]}"
must ctl host flush

# Together with ignore, managed or not.
for level in 1 2 3; do
	sysctl_filter 1
	conf arp_ignore=$level all
	answers_counted both
	both_risen=$risen
	sysctl_filter 0
	must ctl host dev set all filter on
	answers_counted policy
	same both policy "filter on leaves arp_ignore=$level in force"
	is $risen $both_risen "TcpExtArpFilter rises as with the sysctl"
	conf arp_ignore=$((level == 1 ? 8 : 0)) all
	must ctl host dev set all ignore $level
	answers policy
	same both policy "filter on and ignore $level together"
	must ctl host flush
done
conf arp_ignore=0 all

# The current routes are used.
must ip -n host rule del from 10.0.0.11 lookup 200
sysctl_filter 1
answers rerouted
differ stock-on rerouted "another route changes the answers"
sysctl_filter 0
must ctl host dev set all filter on
answers policy
same rerouted policy "filter follows the routes"
must ctl host dev set all filter off
sysctl_filter 1
must ctl host flush
answers policy
same rerouted policy "flush restores stock"
must ctl host dev set all filter off
must unload_module
answers policy
same rerouted policy "rmmod restores stock"
