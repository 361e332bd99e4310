#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In an ARP storm, only the host that causes it loses answers.
# lab: vm
# lab: timeout 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 24
scratch

host victim flooder talker
segment lan victim:eth0 flooder:eth0 talker:eth0
addr victim eth0 10.0.0.1/16
addr flooder eth0 10.0.0.2/16
addr talker eth0 10.0.0.3/16
victim=$(mac victim eth0)
last=$(($(nproc) - 1))

policy() { must ctl victim "$@"; }

# The time in microseconds.
now() { echo "${EPOCHREALTIME/[^0-9]/}"; }

# Sends COUNT requests for the victim as fast as possible, by unicast so that only the victim
# works. Sets "took", in ms, rounded up.
flood() {	# COUNT [FRAME OPTION…]
	local count=$1 begun
	shift
	begun=$(now)
	must in_host flooder taskset -c 0 "$ARPQ" flood eth0 10.0.0.1 count "$count" \
		dst "$victim" "$@" >/dev/null
	took=$((($(now) - begun) / 1000 + 1))
	must poll 60 drained
}

# The talker sends 100 requests from the other CPU.
talk() {
	in_host talker taskset -c $last "$ARPQ" ask eth0 10.0.0.1 \
		count 100 interval 20 fence "$FENCE" | grep -c "is-at $victim"
}

# The flood, and how many of the talker's requests were answered. Sets "heard".
flood_and_talk() {	# COUNT [FRAME OPTION…]
	talk >"$dir/output" &
	flood "$@"
	wait $!
	heard=$(<"$dir/output")
}

# Packets that the victim's device received, or sent.
packets() {	# rx|tx
	ip netns exec victim cat "/sys/class/net/eth0/statistics/$1_packets"
}

stat() {	# JQ
	ctl victim -j stats show eth0 | jq ".[] | $1"
}

at_most() { [ "$1" -le "$2" ]; result $? "$3" "$1 are more than $2"; }	# GOT LIMIT DESC
at_least() { [ "$1" -ge "$2" ]; result $? "$3" "$1 are less than $2"; }	# GOT LIMIT DESC

# How often the neighbour table, which all namespaces share, was full.
table_fulls() {
	local column sum=0 name value line
	{
		read -r line
		column=0
		for name in $line; do
			[ "$name" != table_fulls ] || break
			: $((++column))
		done
		while read -r -a value; do : $((sum += 16#${value[column]})); done
	} </proc/net/stat/arp_cache
	echo $sum
}

neighbours() { ip -n victim neigh show dev eth0 | wc -l; }

# The flooder sends requests from 1,500 addresses.
request_from_all() {
	local seen
	must ip -n victim neigh flush dev eth0
	seen=$(packets rx)
	must in_host flooder python3 - "$victim" "$(mac flooder eth0)" <<-'END'
		import socket, sys
		dst, src = (bytes.fromhex(mac.replace(":", "")) for mac in sys.argv[1:])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for i in range(1500):
		    s.send(dst + src + bytes.fromhex("08060001080006040001") + src +
		           bytes((10, 0, 1 + i // 250, 1 + i % 250)) + bytes(6) + bytes((10, 0, 0, 1)))
	END
	sent() { [ $(($(packets rx) - seen)) -ge 1400 ]; }
	must poll 60 sent
	must poll 60 drained
}

# Stock

before=$(packets tx)
flood_and_talk 20000
at_least $(($(packets tx) - before)) 18000 "stock: nearly all of 20,000 requests are answered"

# In a full table, entries older than five seconds may be evicted. Slow machines, too, fill
# half of it in that time. The sysctls are the whole machine's.
limits=()
for n in 2 3; do
	name=net.ipv4.neigh.default.gc_thresh$n
	limits+=("$name=$(sysctl -n $name)")
	must sysctl -q -w $name=512
done
fulls=$(table_fulls)
request_from_all
at_least $(($(table_fulls) - fulls)) 1 "stock: one host with many addresses fills the neighbour table"
at_least "$(neighbours)" 450 "stock: nearly all entries are of that host"
must sysctl -q -w "${limits[@]}"

# A rate for each source

must load_module
policy dev set eth0 source-rate 100
fulls=$(table_fulls)
request_from_all
is $(($(table_fulls) - fulls)) 0 "source-rate: the neighbour table never fills up"
at_most "$(neighbours)" 900 "source-rate: the flooder gets few entries"
must ip -n victim neigh flush dev eth0

policy stats reset
before=$(packets rx)
flood_and_talk 200000
is "$heard" 100 "a storm of 200,000: the other host loses no answer"
limited=$(stat '.reasons["source-rate"]')
received=$(stat .in)
# The talker's 100, its fence's 1, and what the rate allows the flooder.
at_most $((received - limited)) $((100 + 1 + 100 + took / 10 + 1)) \
	"source-rate: the flooder gets no more than its rate"
at_least $((received - limited)) $((100 + 1 + 100)) "source-rate: the flooder gets its burst"
is "$received" $(($(packets rx) - before)) "each received packet is counted"
at_least "$received" 180000 "nearly all packets that were sent were received"
is "$(stat '.reasons | keys | join(" ")')" '"pass source-rate"' "source-rate: there are no other reasons"
is "$(stat '.reasons | add')" $((received + $(stat .out))) "the reasons add up"
at_most "$(neighbours)" 2 "two hosts sent requests, two are neighbours"

# Sources that do not exist

policy stats reset
flood_and_talk 50000 macs 50000
is "$heard" 100 "50,000 forged sources: the other host loses no answer"
at_least "$(stat '.in - (.reasons["source-rate"] // 0)')" 40000 "requests of new sources pass"

policy dev unset eth0 source-rate

# One rate for all sources

policy dev set eth0 rate 500 burst 100
policy stats reset
flood 20000
limited=$(stat '.reasons["rate-limit"]')
received=$(stat .in)
at_most $((received - limited)) $((100 + took / 2 + 1)) "rate: no more packets pass than burst and time allow"
at_least $((received - limited)) 100 "rate: the burst passes"
is "$(stat '.reasons | add')" $((received + $(stat .out))) "the counters add up"
is "$(stat '.reasons | keys | join(" ")')" '"pass rate-limit"' "rate: there are no other reasons"

policy dev set eth0 rate 500 burst 5000
policy stats reset
flood 20000
at_least "$(stat '.in - .reasons["rate-limit"]')" 4500 "a larger burst: more packets pass"

policy dev set eth0 mode audit
before=$(packets tx)
flood 20000
at_least $(($(packets tx) - before)) 18000 "mode audit: all are answered"
at_least "$(stat '.reasons["rate-limit"]')" 10000 "mode audit: those over the rate are counted"

policy flush
before=$(packets tx)
flood 20000
at_least $(($(packets tx) - before)) 18000 "flush: stock again"
is "$(asks talker eth0 10.0.0.1)" "$victim" "flush: the victim answers"
