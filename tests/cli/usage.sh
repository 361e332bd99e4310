#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Misuse of arpctl ends with status 2 and says what is wrong and how to mend it; the rest parses.
# lab: host

. tests/cli/lib.sh

# STATUS | words after arpctl | what stderr must match
cases=(
	'2||^Usage: arpctl '
	'2|frob|unknown object "frob", the objects are: dev, stats, flush, monitor, help$'
	'2|de show|unknown object "de"'
	'2|-x dev show|unknown option "-x"'
	'2|--frob dev show|unknown option "--frob"'
	'2|-n|-n needs an argument'
	'2|-c=blue dev show|-c cannot be "blue", it takes: auto, always, never'
	'2|dev|dev: a command is missing, it takes: set, unset, show, effective, help$'
	'2|dev frob|dev: unknown command "frob", it takes: set, unset, show, effective, help$'
	'2|dev sho|unknown command "sho"'
	'2|dev frob help|unknown command "frob"'
	'2|help frob|unknown object "frob"'
	'2|dev set|dev set: SELECTOR is missing.*Usage: arpctl dev set SELECTOR FIELD VALUE'
	'2|dev set eth0|FIELD is missing after "eth0"'
	'2|dev set eth0 ignore|VALUE is missing after "ignore"'
	'2|dev set eth0 ignore 1 announce|VALUE is missing after "announce"'
	'2|dev set eth0 frob 1|unknown field "frob", the fields are: ignore, announce, filter, hidden, proxy, proxy-delay, mode$'
	'2|dev set eth0 ign 1|unknown field "ign"'
	'2|dev set eth0 ignore 1 ignore 2|ignore is given twice'
	'2|dev set eth0 ignore 4|ignore cannot be "4", it takes: any \(0\), device \(1\), subnet \(2\), global \(3\), never \(8\)$'
	'2|dev set eth0 ignore 5|ignore cannot be "5"'
	'2|dev set eth0 ignore 6|ignore cannot be "6"'
	'2|dev set eth0 ignore 7|ignore cannot be "7"'
	'2|dev set eth0 ignore 9|ignore cannot be "9"'
	'2|dev set eth0 ignore -1|options such as "-1" go before "dev"'
	'2|dev set eth0 ignore 01|ignore cannot be "01"'
	'2|dev set eth0 ignore 0x1|ignore cannot be "0x1"'
	'2|dev set eth0 ignore dev|ignore cannot be "dev"'
	'2|dev set eth0 ignore 4294967297|ignore cannot be "4294967297"'
	'2|dev set eth0 announce 4|announce cannot be "4", it takes: any \(0\), subnet \(1\), best \(2\), strict \(3\)$'
	'2|dev set eth0 filter yes|filter cannot be "yes", it takes: off, on$'
	'2|dev set eth0 hidden 1|hidden cannot be "1"'
	'2|dev set eth0 proxy route,route|proxy cannot be "route,route", it takes: off, route, pvlan, route,pvlan$'
	'2|dev set eth0 proxy route,|proxy cannot be "route,"'
	'2|dev set eth0 proxy ,route|proxy cannot be ",route"'
	'2|dev set eth0 proxy off,route|proxy cannot be "off,route"'
	'2|dev set eth0 proxy-delay 5s|proxy-delay cannot be "5s", it takes: milliseconds$'
	'2|dev set eth0 proxy-delay 4294967296|proxy-delay cannot be "4294967296"'
	'2|dev set eth0 mode 1|mode cannot be "1", it takes: enforce, audit$'
	'2|dev unset|SELECTOR is missing'
	'2|dev unset eth0 frob|unknown field "frob"'
	'2|dev unset eth0 mode mode|mode is given twice'
	'2|dev show eth0 eth1|"eth1" is one word too many.*Usage: arpctl dev show \[SELECTOR\]'
	'2|dev show -j|options such as "-j" go before "dev"'
	'2|dev effective eth0 eth1|"eth1" is one word too many'
	'2|stats|a command is missing, it takes: show, reset, help$'
	'2|stats show eth0 eth1|"eth1" is one word too many'
	'2|stats reset eth0 eth1|"eth1" is one word too many'
	'2|flush all|flush: "all" is one word too many'
	'2|monitor frob|monitor: unknown command "frob", it takes: config, help$'
	'2|monitor config eth0|"eth0" is one word too many'

	# What parses gets as far as the namespace that does not exist.
	'1|dev set eth0 ignore 8 announce strict filter on hidden off|Cannot open network namespace'
	'1|dev set all proxy off mode audit proxy-delay 0|Cannot open network namespace'
	'1|dev set cali* proxy pvlan,route proxy-delay 4294967295|Cannot open network namespace'
	'1|dev unset eth0|Cannot open network namespace'
	'1|dev unset eth0 ignore mode|Cannot open network namespace'
	'1|dev show|Cannot open network namespace'
	'1|dev show help-me|Cannot open network namespace'
	'1|dev effective eth0|Cannot open network namespace'
	'1|stats show|Cannot open network namespace'
	'1|stats reset eth0|Cannot open network namespace'
	'1|flush|Cannot open network namespace'
	'1|monitor|Cannot open network namespace'
	'1|monitor config|Cannot open network namespace'
	'1|-j -p -cnever dev show|Cannot open network namespace'
)
plan $((${#cases[@]} + 6))

for row in "${cases[@]}"; do
	want=${row%%|*}
	row=${row#*|}
	set -f
	# shellcheck disable=SC2086 # the words of the row
	set -- ${row%%|*}
	set +f
	if [ "$want" = 1 ]; then
		run "${NOWHERE[@]}" "$@"
	else
		run "$@"
	fi
	check_error "$want" "${row#*|}" "arpctl $*"
done

run "${NOWHERE[@]}" dev show "$(printf '%09000d' 0)"
check_error 2 'selector of 9000 characters is too long' 'a selector that no message holds'

run -n no-such-netns dev show
check_error 1 '^arpctl: Cannot open network namespace "no-such-netns": No such file or directory$' \
	'a missing namespace is named'

run -n /dev/null dev show
check_error 1 '^arpctl: Cannot enter network namespace "/dev/null": ' 'a file that is no namespace'

run -V
[ "$status" -eq 0 ] && [[ $out =~ ^arpctl\ [0-9]+\.[0-9]+ ]] && [ -z "$err" ]
ok $? 'version' "$out$err"

status=0
err=$("$ARPCTL" help 2>&1 >/dev/full) || status=$?
[ "$status" -eq 1 ] && [[ $err == *'cannot write the output'* ]]
ok $? 'output that cannot be written is a failure' "status $status: $err"

# In a user namespace of its own the tool is at most refused, never able.
if [ -d /sys/module/arp_policy ] || ! unshare -rn true 2>/dev/null; then
	skip 'without the module, the message says what to do' 'the module is loaded, or no namespaces here'
else
	status=0
	err=$(unshare -rn "$ARPCTL" dev show 2>&1 >/dev/null) || status=$?
	[ "$status" -eq 1 ] && [[ $err =~ ^arpctl:\ the\ module\ arp_policy\ is\ .*(modprobe|install) ]]
	ok $? 'without the module, the message says what to do' "status $status: $err"
fi

finish
