#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Wrong usage of arpctl exits with status 2 and says what is wrong and how to fix it; correct usage parses.
# lab: host

. tests/cli/lib.sh

# STATUS | words after arpctl | what stderr must match
cases=(
	'2||^Usage: arpctl '
	'2|frob|unknown object "frob", the objects are: dev, rule, bind, explain, stats, flush, monitor, announce, check, save, restore, diff, import, help$'
	'2|de show|unknown object "de"'
	'2|-x dev show|unknown option "-x"'
	'2|--frob dev show|unknown option "--frob"'
	'2|-n|-n needs an argument'
	'2|-c=blue dev show|invalid -c "blue", expected: auto, always, never'
	'2|dev|dev: a command is missing, expected: set, unset, show, effective, help$'
	'2|dev frob|dev: unknown command "frob", expected: set, unset, show, effective, help$'
	'2|dev sho|unknown command "sho"'
	'2|dev frob help|unknown command "frob"'
	'2|help frob|unknown object "frob"'
	'2|dev set|dev set: SELECTOR is missing.*Usage: arpctl dev set SELECTOR FIELD VALUE'
	'2|dev set eth0|FIELD is missing after "eth0"'
	'2|dev set eth0 ignore|VALUE is missing after "ignore"'
	'2|dev set eth0 ignore 1 announce|VALUE is missing after "announce"'
	'2|dev set eth0 frob 1|unknown field "frob", the fields are: ignore, announce, filter, hidden, proxy, proxy-delay, garp, learn, inspect, validate, rate, burst, source-rate, defend, mode$'
	'2|dev set eth0 ign 1|unknown field "ign"'
	'2|dev set eth0 ignore 1 ignore 2|ignore is given twice'
	'2|dev set eth0 ignore 4|invalid ignore "4", expected: any \(0\), device \(1\), subnet \(2\), global \(3\), never \(8\)$'
	'2|dev set eth0 ignore 5|invalid ignore "5"'
	'2|dev set eth0 ignore 6|invalid ignore "6"'
	'2|dev set eth0 ignore 7|invalid ignore "7"'
	'2|dev set eth0 ignore 9|invalid ignore "9"'
	'2|dev set eth0 ignore -1|options such as "-1" go before "dev"'
	'2|dev set eth0 ignore 01|invalid ignore "01"'
	'2|dev set eth0 ignore 0x1|invalid ignore "0x1"'
	'2|dev set eth0 ignore dev|invalid ignore "dev"'
	'2|dev set eth0 ignore 4294967297|invalid ignore "4294967297"'
	'2|dev set eth0 announce 4|invalid announce "4", expected: any \(0\), subnet \(1\), best \(2\), strict \(3\)$'
	'2|dev set eth0 filter yes|invalid filter "yes", expected: off, on$'
	'2|dev set eth0 hidden 1|invalid hidden "1"'
	'2|dev set eth0 proxy route,route|invalid proxy "route,route", expected: off, or any of route,pvlan$'
	'2|dev set eth0 proxy route,|invalid proxy "route,"'
	'2|dev set eth0 proxy ,route|invalid proxy ",route"'
	'2|dev set eth0 proxy off,route|invalid proxy "off,route"'
	'2|dev set eth0 proxy-delay 5s|invalid proxy-delay "5s", expected: milliseconds$'
	'2|dev set eth0 proxy-delay 4294967296|invalid proxy-delay "4294967296"'
	'2|dev set eth0 mode 1|invalid mode "1", expected: enforce, audit$'
	'2|dev set eth0 garp on|invalid garp "on", expected: accept, drop$'
	'2|dev set eth0 learn 1|invalid learn "1", expected: any, solicited, none$'
	'2|dev set eth0 inspect on|invalid inspect "on", expected: off, audit, enforce, strict$'
	'2|dev set eth0 validate off|invalid validate "off", expected: none, or any of src-mac,dst-mac,ip$'
	'2|dev set eth0 validate none,ip|invalid validate "none,ip"'
	'2|dev set eth0 validate ip,ip|invalid validate "ip,ip"'
	'2|dev set eth0 rate 0|invalid rate "0", expected: off, packets/s$'
	'2|dev set eth0 rate 10/s|invalid rate "10/s"'
	'2|dev set eth0 burst none|invalid burst "none", expected: off, packets$'
	'2|dev set eth0 source-rate 1.5|invalid source-rate "1.5", expected: off, packets/s$'
	'2|dev set eth0 defend yes|invalid defend "yes", expected: off, on$'
	'2|dev unset|SELECTOR is missing'
	'2|dev unset eth0 frob|unknown field "frob"'
	'2|dev unset eth0 mode mode|mode is given twice'
	'2|dev show eth0 eth1|unexpected word "eth1".*Usage: arpctl dev show \[SELECTOR\]'
	'2|dev show -j|options such as "-j" go before "dev"; put "--" before a name like that'
	'2|dev show -- -j -j|unexpected word "-j"'
	'2|-- help|unknown object "help"'
	'2|--|unknown object|Usage'
	'2|dev effective eth0 eth1|unexpected word "eth1"'
	'2|stats|a command is missing, expected: show, reset, prometheus, help$'
	'2|stats show eth0 eth1|unexpected word "eth1"'
	'2|stats show eth0 --watch --watch|unexpected word "--watch"'
	'2|stats show --wait|options such as "--wait" go before "stats"'
	'2|stats show -w|options such as "-w" go before "stats"'
	'2|stats --watch|stats: unknown command "--watch"'
	'2|stats reset eth0 eth1|unexpected word "eth1"'
	'2|stats reset --watch|options such as "--watch" go before "stats"'
	'2|stats prometheus eth0|unexpected word "eth0"'
	'2|check all|check: unexpected word "all"'
	'2|flush all|flush: unexpected word "all"'
	'2|monitor frob|monitor: unknown command "frob", expected: config, verdict, help$'
	'2|monitor config eth0|unexpected word "eth0"'

	'2|rule|rule: a command is missing, expected: add, replace, del, show, flush, help$'
	'2|rule add|rule add: ACTION is missing.*Usage: arpctl rule add ACTION PREFIX \[from\] \[dev SELECTOR\] \[lladdr MAC\] \[routed\]'
	'2|rule add drop|PREFIX is missing after "drop"'
	'2|rule add deny 10.0.0.0/8|rule add: invalid action "deny", expected: pass, drop, hide, proxy$'
	'2|rule add 10.0.0.0/8 drop|invalid action "10.0.0.0/8"'
	'2|rule replace deny 10.0.0.0/8|rule replace: invalid action "deny"'
	'2|rule del deny 10.0.0.0/8|rule del: invalid action "deny"'
	'2|rule add drop 10.0.0.5/24|^arpctl: rule add: 10.0.0.5/24 has host bits set: did you mean 10.0.0.0/24 or 10.0.0.5/32\?$'
	'2|rule del drop 10.0.0.5/0|10.0.0.5/0 has host bits set: did you mean 0.0.0.0/0 or 10.0.0.5/32\?$'
	'2|rule add drop 10.0.0.0/33|rule add: invalid prefix "10.0.0.0/33", expected: an IPv4 address, or one with a length from 0 to 32'
	'2|rule add drop 10.0.0.0/|invalid prefix "10.0.0.0/"'
	'2|rule add drop 10.0.0.0/8/8|invalid prefix "10.0.0.0/8/8"'
	'2|rule add drop 10.0.0.0/08|invalid prefix "10.0.0.0/08"'
	'2|rule add drop 10.0.0.0/-1|invalid prefix "10.0.0.0/-1"'
	'2|rule add drop 10.0.0/8|invalid prefix "10.0.0/8"'
	'2|rule add drop 10.0.0.256|invalid prefix "10.0.0.256"'
	'2|rule add drop 010.0.0.0|invalid prefix "010.0.0.0"'
	'2|rule add drop fd00::/8|invalid prefix "fd00::/8"'
	'2|rule add drop from 10.0.0.0/8|unexpected word "10.0.0.0/8".*Usage: arpctl rule add ACTION PREFIX'
	'2|rule add drop all|invalid prefix "all"'
	'2|rule add drop 10.0.0.1 form|unexpected word "form"'
	'2|rule add drop 10.0.0.1 from from|unexpected word "from"'
	'2|rule add drop 10.0.0.1 dev|SELECTOR is missing after "dev"'
	'2|rule add drop 10.0.0.1 dev eth0 dev eth1|unexpected word "dev"'
	'2|rule add drop 10.0.0.1 dev default|rule add: default selects no rule and no binding: use all, a glob, or a device.s name$'
	'2|rule del drop 10.0.0.1 dev default|rule del: default selects no rule'
	'2|rule show dev default|rule show: default selects no rule'
	'2|rule add proxy 10.0.0.1 lladdr|MAC is missing after "lladdr"'
	'2|rule add proxy 10.0.0.1 lladdr 02:00:00:00:00|invalid lladdr "02:00:00:00:00", expected: six bytes such as 02:00:5e:10:00:01$'
	'2|rule add proxy 10.0.0.1 lladdr 02:00:00:00:00:01:02|invalid lladdr "02:00:00:00:00:01:02"'
	'2|rule add proxy 10.0.0.1 lladdr 02:00:00:00:00:0g|invalid lladdr "02:00:00:00:00:0g"'
	'2|rule add proxy 10.0.0.1 lladdr 02:00:00:00:00:001|invalid lladdr "02:00:00:00:00:001"'
	'2|rule add proxy 10.0.0.1 lladdr 02-00-00-00-00-01|invalid lladdr'
	'2|rule add proxy 10.0.0.1 lladdr 02:00:00:00:00:01:|invalid lladdr'
	'2|rule add proxy 10.0.0.1 routed routed|unexpected word "routed"'
	'2|rule add drop 10.0.0.1 lladdr 02:00:00:00:00:01|rule add: lladdr goes with proxy, not with drop$'
	'2|rule add hide 10.0.0.1 routed|rule add: routed goes with proxy, not with hide$'
	'2|rule del pass 10.0.0.1 routed|rule del: routed goes with proxy, not with pass$'
	'2|rule add hide 10.0.0.1 from|rule add: from goes with pass and drop, not with hide$'
	'2|rule add proxy 10.0.0.1 from|from goes with pass and drop, not with proxy$'
	'2|rule show eth0|unexpected word "eth0".*Usage: arpctl rule show \[dev SELECTOR\]'
	'2|rule flush eth0|unexpected word "eth0".*Usage: arpctl rule flush \[dev SELECTOR\]'
	'2|rule flush dev|SELECTOR is missing after "dev"'
	'2|rule flush dev default|rule flush: default selects no rule'

	'2|bind|bind: a command is missing, expected: add, replace, del, show, flush, import, help$'
	'2|bind add|ADDRESS is missing'
	'2|bind add 10.0.0.1|lladdr is missing after "10.0.0.1"'
	'2|bind add 10.0.0.1 02:00:00:00:00:01|"02:00:00:00:00:01" where "lladdr" is expected.*Usage: arpctl bind add ADDRESS lladdr MAC \[dev SELECTOR\]'
	'2|bind add 10.0.0.1 lladdr|MAC is missing after "lladdr"'
	'2|bind add 10.0.0.1 lladdr x|bind add: invalid lladdr "x", expected: six bytes'
	'2|bind add 10.0.0.0/24 lladdr 02:00:00:00:00:01|bind add: invalid address "10.0.0.0/24", expected: an IPv4 address$'
	'2|bind replace fd00::1 lladdr 02:00:00:00:00:01|bind replace: invalid address "fd00::1"'
	'2|bind add 10.0.0.1 lladdr 02:00:00:00:00:01 dev default|bind add: default selects no rule and no binding'
	'2|bind add 10.0.0.1 lladdr 02:00:00:00:00:01 routed|unexpected word "routed"'
	'2|bind del|ADDRESS is missing'
	'2|bind del x|bind del: invalid address "x"'
	'2|bind del 10.0.0.1 lladdr x|bind del: invalid lladdr "x"'
	'2|bind show dev default|bind show: default selects no rule'
	'2|bind show 10.0.0.1|unexpected word "10.0.0.1"'
	'2|bind flush 10.0.0.1|unexpected word "10.0.0.1"'
	'2|bind flush dev default|bind flush: default selects no rule'
	'2|bind import|FILE is missing'
	'2|bind import - dev default|bind import: default selects no rule'
	'2|bind import - eth0|unexpected word "eth0"'

	'2|explain|explain: a command is missing, expected: request, reply, send, help$'
	'2|explain request|explain request: TARGET is missing.*Usage: arpctl explain request TARGET from SENDER dev DEV \[lladdr MAC\] \[unicast\]'
	'2|explain request 10.0.0.1|explain request: from is missing after "10.0.0.1"'
	'2|explain request 10.0.0.1 from 10.0.0.2|explain request: dev is missing after "10.0.0.2"'
	'2|explain request 10.0.0.0/24 from 10.0.0.2 dev eth0|explain request: invalid address "10.0.0.0/24"'
	'2|explain reply 10.0.0.1 from ten dev eth0|explain reply: invalid address "ten"'
	'2|explain request 10.0.0.1 from 10.0.0.2 dev eth0 lladdr 02:zz|explain request: invalid lladdr "02:zz", expected: bytes such as'
	'2|explain request 10.0.0.1 from 10.0.0.2 dev eth0 broadcast|unexpected word "broadcast"'
	'2|explain send 10.0.0.1 from 10.0.0.2 dev eth0 unicast|unexpected word "unicast"'
	'1|explain request 10.0.0.1 from 10.0.0.2 dev eth0 lladdr 02:00:00:00:00:01 unicast|Cannot open network namespace'
	'1|explain send 10.0.0.1 from 0.0.0.0 dev eth0|Cannot open network namespace'
	'2|announce|announce: ADDRESS is missing.*Usage: arpctl announce ADDRESS dev DEV \[count N\] \[interval MS\] \[force\]'
	'2|announce 10.0.0.1|announce: dev is missing after "10.0.0.1"'
	'2|announce 10.0.0.1 eth0|"eth0" where "dev" is expected'
	'2|announce 10.0.0.1 dev|DEV is missing after "dev"'
	'2|announce 10.0.0.0/24 dev eth0|announce: invalid address "10.0.0.0/24", expected: an IPv4 address$'
	'2|announce 10.0.0.1 dev eth0 count|N is missing after "count"'
	'2|announce 10.0.0.1 dev eth0 count 0|announce: invalid count "0", expected: a number, 1 or more$'
	'2|announce 10.0.0.1 dev eth0 count 01|invalid count "01"'
	'2|announce 10.0.0.1 dev eth0 count 4294967296|invalid count "4294967296"'
	'2|announce 10.0.0.1 dev eth0 interval 1s|announce: invalid interval "1s", expected: a number, 0 or more$'
	'2|announce 10.0.0.1 dev eth0 force force|unexpected word "force"'

	'2|save a b|save: unexpected word "b".*Usage: arpctl save \[FILE\|-\]$'
	'2|-j save frob|save: FILE is written for restore, not as JSON: leave out -j$'
	'2|restore|restore: FILE\|- is missing.*Usage: arpctl restore FILE\|-$'
	'2|restore a b|restore: unexpected word "b"'
	'2|diff|diff: FILE\|- is missing'
	'2|diff a b|diff: unexpected word "b"'
	'2|import|import: a command is missing, expected: sysctl, help$'
	'2|import sysctls|import: unknown command "sysctls", expected: sysctl, help$'
	'2|import sysctl lo|import sysctl: unexpected word "lo"'
	'2|-b|-b needs an argument'
	'2|-b - dev show|^arpctl: -b takes the commands from a file: unexpected word "dev"$'
	'2|--force dev show|^arpctl: -f requires -b$'

	# Correct usage fails only at the namespace that does not exist.
	'1|dev set eth0 ignore 8 announce strict filter on hidden off|Cannot open network namespace'
	'1|dev set all proxy off mode audit proxy-delay 0|Cannot open network namespace'
	'1|dev set cali* proxy pvlan,route proxy-delay 4294967295|Cannot open network namespace'
	'1|dev set eth0 garp drop learn solicited inspect strict validate ip,src-mac rate 100 burst off source-rate 1 defend on|Cannot open network namespace'
	'1|dev set eth0 validate none rate off burst 4294967295|Cannot open network namespace'
	'1|rule add drop 10.0.0.0/8|Cannot open network namespace'
	'1|rule add pass 10.0.0.1 from|Cannot open network namespace'
	'1|rule add drop 0.0.0.0/0 dev cali* from|Cannot open network namespace'
	'1|rule add drop 10.0.0.1 dev dev|Cannot open network namespace'
	'1|rule replace proxy 10.0.0.0/8 routed lladdr 2:0:0:A:b:c dev eth0|Cannot open network namespace'
	'1|rule del hide 255.255.255.255/32 dev all|Cannot open network namespace'
	'1|rule show|Cannot open network namespace'
	'1|rule show dev eth0|Cannot open network namespace'
	'1|rule flush|Cannot open network namespace'
	'1|rule flush dev eth*|Cannot open network namespace'
	'1|bind add 10.0.0.1 lladdr 02:00:00:00:00:01|Cannot open network namespace'
	'1|bind replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0|Cannot open network namespace'
	'1|bind del 10.0.0.1|Cannot open network namespace'
	'1|bind del 10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01|Cannot open network namespace'
	'1|bind show dev eth*|Cannot open network namespace'
	'1|bind flush|Cannot open network namespace'
	'1|bind flush dev eth0|Cannot open network namespace'
	'1|bind import -|Cannot open network namespace'
	'1|announce 10.0.0.1 dev eth0|Cannot open network namespace'
	'1|announce 10.0.0.1 dev eth0 force interval 0 count 3|Cannot open network namespace'
	'1|dev unset eth0|Cannot open network namespace'
	'1|dev unset eth0 ignore mode|Cannot open network namespace'
	'1|dev show|Cannot open network namespace'
	'1|dev show -- help|Cannot open network namespace'
	'1|dev show -- -j|Cannot open network namespace'
	'1|-- dev set -j ignore 1|Cannot open network namespace'
	'1|dev set -- -- ignore 1|Cannot open network namespace'
	'1|rule add drop 10.0.0.1 dev -- -j|Cannot open network namespace'
	'1|stats show -- --watch|Cannot open network namespace'
	'1|stats show --watch -- --watch|Cannot open network namespace'
	'1|dev show help-me|Cannot open network namespace'
	'1|dev effective eth0|Cannot open network namespace'
	'1|stats show|Cannot open network namespace'
	'1|stats show --watch|Cannot open network namespace'
	'1|stats show eth0 --watch|Cannot open network namespace'
	'1|stats show --watch eth0|Cannot open network namespace'
	'1|stats reset eth0|Cannot open network namespace'
	'1|stats prometheus|Cannot open network namespace'
	'1|check|Cannot open network namespace'
	'1|flush|Cannot open network namespace'
	'1|monitor|Cannot open network namespace'
	'1|monitor config|Cannot open network namespace'
	'1|monitor verdict|Cannot open network namespace'
	'1|save|Cannot open network namespace'
	'1|save FILE|Cannot open network namespace'
	'2|restore -|^-: there is no command in it; "arpctl flush" removes the policy$'
	'1|import sysctl|Cannot open network namespace'
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
check_error 2 'a name of 9000 characters is too long' 'a selector that no message holds'

run -n no-such-netns dev show
check_error 1 '^arpctl: Cannot open network namespace "no-such-netns": No such file or directory$' \
	'a missing namespace is named'

run -n /dev/null dev show
check_error 1 '^arpctl: Cannot enter network namespace "/dev/null": ' 'a file that is no namespace'

run -V
[ "$status" -eq 0 ] && [[ $out =~ ^arpctl\ [0-9]+\.[0-9]+ ]] && [ -z "$err" ]
result $? 'version' "$out$err"

status=0
err=$("$ARPCTL" help 2>&1 >/dev/full) || status=$?
[ "$status" -eq 1 ] && [[ $err == *'cannot write the output'* ]]
result $? 'a write error on the output is a failure' "status $status: $err"

# In a user namespace of its own, the tool may be refused but cannot change anything.
if [ -d /sys/module/arp_policy ] || ! unshare -rn true 2>/dev/null; then
	skip 'without the module, the message says what to do' 'the module is loaded, or no namespaces here'
else
	status=0
	err=$(unshare -rn "$ARPCTL" dev show 2>&1 >/dev/null) || status=$?
	[ "$status" -eq 1 ] && [[ $err =~ ^arpctl:\ the\ module\ arp_policy\ is\ .*(modprobe|install) ]]
	result $? 'without the module, the message says what to do' "status $status: $err"
fi
