#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Common slips are understood, or reported together with what was probably meant. usage.sh
# has more.
# lab: host

. tests/cli/lib.sh

# Understood: these fail only at a network namespace that does not exist.
understood=(
	'-json dev show'
	'-j -pretty dev show'
	'dev set -j eth0 ignore 1'
	'dev set eth0 ignore 1 -j --pretty'
	'stats show eth0 -w -j'
	'explain request 10.0.0.1 dev eth0 from 10.0.0.2'
	'explain reply unicast 10.0.0.1'
	'announce 10.0.0.1 count 2 dev eth0'
	'rule add drop from 10.0.0.0/8 dev eth0'
	'bind add dev eth0 10.0.0.1 lladdr any'
	'bind add 10.0.0.1 dev eth0 lladdr any'
	'rule del 10.0.0.0/8'
	'rule del from 10.0.0.0/8'
	'rule del 10.0.0.0/8 from dev eth0'
	'dev set eth0 ignore=1'
	'dev set eth0 ignore=device announce best mode=audit'
	'dev set eth0 hidden 1 filter yes defend true'
	'dev set eth0 hidden ON filter No defend FALSE'
	'dev set eth0 rate 10/s source-rate 5/s'
	'dev set eth0 proxy-delay 800ms'
	'bind add 10.0.0.1 lladdr 02-00-5E-10-00-01'
	'bind add 10.0.0.1 lladdr 0200.5e10.0001'
	'bind add 10.0.0.1 lladdr 02005E100001'
	'dev list'
	'dev ls'
	'rule delete drop 10.0.0.0/8'
	'bind remove 10.0.0.1'
)

# WORDS | what stderr must match; the status is 2
named=(
	'-br dev show|unknown option "-r"'
	'dev show -x|unknown option "-x"'
	'dev show --jsno|unknown option "--jsno"; put "--" before a name like that'
	'dev set eth0 rate -5|invalid rate "-5", expected: off, 1 to 1000000 packets/s'
	'dev set eth0 rate 99999999999|expected: off, 1 to 1000000 packets/s'
	'rule add drop 10.0.0.0/8 eth0|unexpected word "eth0": did you mean "dev eth0"\?'
	'rule add drop 10.0.0.0/8 form|did you mean "from"\?'
	'rule add drop 10.0.0.0/8 interface eth0|did you mean "dev"\?'
	'announce 10.0.0.1 eth0|did you mean "dev eth0"\?'
	'bind add 10.0.0.1 02:00:00:00:00:01|did you mean "lladdr 02:00:00:00:00:01"\?'
	'bind add 10.0.0.1 mac 02:00:00:00:00:01|"mac" where "lladdr" is expected: did you mean "lladdr"\?'
	'dev set eth0 arp_ignore 1|unknown field "arp_ignore": did you mean "ignore"\?'
	'dev set eth0 proxy_arp 1|did you mean "proxy"\?'
	'dev set eth0 hiden on|did you mean "hidden"\?'
	'dev unset eth0 anounce|did you mean "announce"\?'
	'dev set dev eth0 ignore 1|SELECTOR is missing, or leave out "dev"'
	'dev set dev eth0 ignore=1|SELECTOR is missing, or leave out "dev"'
	'dev set ignore 1|SELECTOR is missing before "ignore"'
	'dev set eth0 proxy on|expected: off, or any of route,pvlan: did you mean "route"\?'
	'dev set eth0 proxy 1|did you mean "route"\?'
	'dev set eth0 inspect enforced|did you mean "enforce"\?'
	'dev set eth0 validate src-mac ip|join the values of validate by commas: src-mac,ip'
	'bind add 10.0.0.1 lladdr 02-00:5e-10-00-01|invalid lladdr'
	'rule add drop 10.0.0.0/255.0.0.0|give a length, not a mask'
	'rule add drop localhost|host names are not looked up'
	'rule add drop fe80::1|ARP is IPv4 only'
	'explain request localhost|host names are not looked up'
	'explain request ::1|ARP is IPv4 only'
	'bind add 02:00:00:00:00:01 lladdr any|this is a MAC'
	'rules|did you mean "rule"\?'
	'stat|did you mean "stats"\?'
	'status|did you mean "stats"\?'
	'bindings show|did you mean "bind"\?'
	'show dev|did you mean "dev show"\?'
	'list rule|did you mean "rule show"\?'
	'dev eth0 set ignore 1|did you mean "dev set eth0"\?'
	'dev shwo|did you mean "show"\?'
	'dev set eth0 hiden|unknown field "hiden": did you mean "hidden"\?'
	'dev set eth0 ignore 1 2|unknown field "2"'
	'explain 10.0.0.1|did you mean "explain request 10.0.0.1"\?'
	'explain 10.0.0.1 dev eth0|did you mean "explain request 10.0.0.1"\?'
	'explain request 10.0.0.1 from dev eth0|SENDER is missing after "from"'
	'explain request 10.0.0.1 dev from 10.0.0.2|DEV is missing after "dev"'
	'explain request 10.0.0.1 dev eth0 vlan 5000|invalid vlan "5000", expected: 1 to 4094'
	'bind add 10.0.0.1 lladdr dev eth0|MAC.any is missing after "lladdr"'
	'version|did you mean "-V"\?'
)
plan $((${#understood[@]} + ${#named[@]} + 8))

for words in "${understood[@]}"; do
	# shellcheck disable=SC2086 # the words of the row
	run "${NOWHERE[@]}" $words
	check_error 1 'Cannot open network namespace' "arpctl $words"
done
for row in "${named[@]}"; do
	# shellcheck disable=SC2086
	run "${NOWHERE[@]}" ${row%%|*}
	check_error 2 "${row#*|}" "arpctl ${row%%|*}"
done

run dev set eth0 -h
[ "$status" -eq 0 ] && [ -z "$err" ] && [[ $out == 'Usage: arpctl dev set SELECTOR'* ]]
result $? '-h after a command prints its help' "$status: $out$err"
run check -h
[ "$status" -eq 0 ] && [[ $out == 'Usage: arpctl check'* ]]
result $? '-h after an object that is a command' "$status: $out$err"
run restore policy.conf --help
[ "$status" -eq 0 ] && [[ $out == 'Usage: arpctl restore'* ]]
result $? '--help after the arguments of a command' "$status: $out$err"
run "${NOWHERE[@]}" -p dev show
[[ $err == *'warning: -p has no effect without -j'* ]]
result $? '-p without -j is reported' "$err"

feed 'net.ipv4.conf.all.arp_ignore = 1\n' restore -
check_error 2 '^-:1: "net.ipv4.conf.all.arp_ignore" is a sysctl: "arpctl import sysctl" prints the policy' \
	'lines of sysctl.conf in a policy'
feed 'arpctl dev set eth0 ignore=1\n' "${NOWHERE[@]}" restore -
check_error 1 'Cannot open network namespace' 'a policy of whole command lines, with ='
feed 'rule del 10.0.0.0/8\n' "${NOWHERE[@]}" apply -
check_error 1 'Cannot open network namespace' 'a rule without its action, in changes'
feed 'dev show -j\n' "${NOWHERE[@]}" -b -
check_error 1 'Cannot open network namespace' 'in a file of commands, -j is a name'
