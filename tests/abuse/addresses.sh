#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A user who owns a network namespace can add any number of addresses and devices. The
# lookups for a packet must not take longer because of them. Here an instruction
# takes a nanosecond.
# lab: vm --icount --mem 2048
# lab: timeout 300 1800
# lab: takes 100
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
plan 10

# The kernel itself takes quadratic time to add that many.
sizes="2000 8000"
[ ! "${ARP_POLICY_SOAK-}" ] || sizes="8000 30000"

modprobe dummy numdummies=0
must load_module

# The same number of addresses on the sending device and on a hidden one.
crowd() {	# FROM TO
	awk -v from="$1" -v to="$2" 'BEGIN {
		for (i = from; i < to; i++) {
			at = int(i / 65536) "." int(i / 256) % 256 "." i % 256
			print "addr add 10." at "/32 dev out0 scope host noprefixroute"
			print "addr add 11." at "/32 dev hid0 noprefixroute"
		}
	}' | ip -n alice -batch -
}

# The CPU time of CMD in thousands of instructions; the minimum of three runs.
# Not wall-clock time, which includes waiting for the host's files.
took() {	# CMD…
	local TIMEFORMAT='%3U %3S' least='' each
	for _ in 1 2 3; do
		: $((next += requests))
		each=$({ time "$@" >/dev/null 2>&1; } 2>&1 |
			awk '{ printf "%d", ($1 + $2) * 1000000 }')
		[ "$least" ] && [ "$least" -le "$each" ] || least=$each
	done
	echo "$least"
}

# Requests, made while packets are sent: the source of the route is hidden.
next=0 requests=10
asks() {
	# shellcheck disable=SC2016 # for the other shell
	in_host alice bash -c 'for ((i = 0; i < $1; i++)); do
		echo >/dev/udp/192.0.$((2 + ($2 + i) / 250)).$((1 + ($2 + i) % 250))/9
	done' asks "$requests" "$next"
}
explains() { ctl alice explain send 192.0.2.9 from 11.0.0.1 dev out0; }

namespace alice
must ip -n alice -batch - <<-END
	link add name out0 up arp on type dummy
	link add name hid0 up type dummy
	addr add 11.0.0.1/32 dev hid0
	route add 192.0.0.0/16 dev out0 src 11.0.0.1
END
must ctl alice dev set hid0 hidden on
like "$(ctl alice explain send 192.0.2.9 from 11.0.0.1 dev out0)" 'suppressed' \
	"with no other address the request is suppressed"
request=$(took asks)
explain=$(took explains)
diag "with one address: $requests requests take $request thousand instructions, explain $explain"

# Ten million instructions are a few milliseconds of CPU time. With quadratic time, a
# request took billions at 8,000 addresses.
from=2
for n in $sizes; do
	must crowd "$from" "$n"
	from=$n
	now=$(took asks)
	diag "$requests requests: $now"
	run_ok "$n addresses: a request costs at most ten million instructions more" \
		[ "$now" -le $((request + requests * 10000)) ]
	now=$(took explains)
	diag "explain send: $now"
	run_ok "$n addresses: explain costs at most ten million instructions more" [ "$now" -le $((explain + 10000)) ]
	like "$(ctl alice explain send 192.0.2.9 from 11.0.0.1 dev out0)" 'suppressed' \
		"$n addresses: the request is suppressed as before"
done

# The first policy, and a hidden device that comes and goes, take linear time.
begin_again() { ctl alice flush && ctl alice dev set hid0 hidden on; }
begins=$(took begin_again)
diag "the first policy: $begins"
run_ok "$((2 * n)) addresses: the first policy takes at most a hundred million instructions" \
	[ "$begins" -le 100000 ]
must ctl alice dev set hid0 hidden off
is "$(ctl alice -j explain send 192.0.2.9 from 11.0.0.1 dev out0 | jq -r .reason)" \
	pass "an address that is no longer hidden is announced"
must ctl alice dev set hid0 hidden on
like "$(ctl alice explain send 192.0.2.9 from 11.0.0.1 dev out0)" 'suppressed' "hidden again, it is not announced"
