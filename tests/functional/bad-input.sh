#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Invalid input is refused with one clear line and changes nothing; updates never cause a wrong answer.
# lab: timeout 240
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

A=02:00:5e:00:00:0a B=02:00:5e:00:00:0b
# shellcheck disable=SC2034 # for the table
LONG=$(printf '%064d' 0)

# STATUS|WORDS AFTER arpctl, as a shell reads them|WHAT THE ONE LINE MATCHES. More of what the
# tool refuses by itself is in tests/cli/usage.sh.
# shellcheck disable=SC2016
cases=(
	# Values of fields
	'2|dev set eth0 proxy-delay 60001|invalid proxy-delay "60001", expected: 0 to 60000 milliseconds'
	'2|dev set eth0 garp off|invalid garp "off", expected: accept, drop'
	'2|dev set eth0 learn all|invalid learn "all", expected: any, solicited, none'
	'2|dev set eth0 validate mac|invalid validate "mac", expected: none, .*src-mac,dst-mac,ip'
	'2|dev set eth0 rate 1000001|invalid rate "1000001", expected: off, 1 to 1000000 packets/s'
	'2|dev set eth0 burst 1.5|invalid burst "1.5", expected: off, 1 to 1000000 packets'
	'2|dev set eth0 burst 1000001|invalid burst "1000001", expected: off, 1 to 1000000 packets'
	'2|dev set eth0 source-rate 5/m|invalid source-rate "5/m", expected: off, 1 to 1000000 packets/s'
	'2|dev set eth0 source-rate 1000001|invalid source-rate "1000001"'
	'2|dev set eth0 mode off|invalid mode "off", expected: enforce, audit'
	'2|dev set eth0 ignore 2 mode off|invalid mode "off"'
	'2|dev set eth0 ignore 2 rate 1000001|invalid rate "1000001"'

	# Fields and selectors
	'1|dev unset eth0 announce|announce is not set on eth0$'
	'1|dev unset eth0 announce hidden|none of announce, hidden is set on eth0$'
	'1|dev unset eth9|nothing is set on eth9$'
	'1|dev set "eth[" ignore 1|unclosed bracket .*"eth\["'
	'1|dev set "eth\\" ignore 1|trailing backslash'
	'1|dev set "" ignore 1|all, default, a glob or a device name'
	'1|dev set "a b" ignore 1|all, default, a glob or a device name .*"a b"'
	'1|dev set "a/*" ignore 1|glob matches no device'
	'1|dev set sixteencharacter ignore 1|15 characters at most .*"sixteencharacter"'
	'1|dev set $LONG ignore 1|1 to 63 characters'
	'1|dev effective nosuch0|no such device .*"nosuch0"'
	'1|stats show nosuch0|no such device .*"nosuch0"'

	# Rules
	'2|rule add allow 10.0.0.0/8|invalid action "allow", expected: pass, drop, hide, proxy'
	'2|rule add drop 10.0.0.1/8|host bits set: did you mean 10\.0\.0\.0/8 or 10\.0\.0\.1/32\?'
	'2|rule add drop 10.0.0|invalid prefix "10.0.0"'
	'1|rule add proxy 10.0.0.1 lladdr 01:00:5e:00:00:01|lladdr .*group address'
	'1|rule add proxy 10.0.0.1 lladdr 00:00:00:00:00:00|lladdr .*all zeroes'
	'2|rule add drop 10.0.0.1 lladdr $A|lladdr goes with proxy, not with drop'
	'1|rule add drop 10.0.0.1 dev "[!"|unclosed bracket'
	'1|rule add drop 10.0.0.1 dev sixteencharacter|15 characters at most'
	'1|rule add drop 10.0.0.1 dev $LONG|1 to 63 characters'
	'1|rule add pass 10.9.1.0/24|there is a rule for this prefix .*replace'
	'1|rule add drop 10.9.1.0/24|there is a rule for this prefix .*replace'
	'1|rule del pass 10.9.0.0/16|there is no rule for this prefix'
	'1|rule del pass 10.9.1.0/24 from|there is no rule for this prefix'
	'1|rule del pass 10.9.1.0/24 dev eth0|there is no rule for this prefix'
	'1|rule del drop 10.9.1.0/24|does not match exactly'
	'1|rule del proxy 10.88.0.1 lladdr $B|does not match exactly'
	'1|rule add pass 10.50.0.0/16|as many rules as parameter max_rules allows'
	'1|rule replace pass 10.50.0.0/16|as many rules as parameter max_rules allows'

	# Bindings
	'2|bind add 10.0.0.3|lladdr is missing'
	'2|bind add 10.0.0.1/24 lladdr $A|10.0.0.1/24 has host bits set'
	'1|bind add 0.0.0.0 lladdr $A|address is not a unicast address'
	'1|bind add 224.0.0.1 lladdr $A|address is not a unicast address'
	'1|bind add 255.255.255.255 lladdr $A|address is not a unicast address'
	'1|bind add 10.0.0.3 lladdr 03:00:00:00:00:01|lladdr .*group address'
	'1|bind add 10.0.0.3 lladdr 00:00:00:00:00:00|lladdr .*all zeroes'
	'2|bind add 10.0.0.3 lladdr $A:00|invalid lladdr .*six bytes'
	'2|bind add 10.0.0.3 lladdr $A dev default|default selects no rule and no binding'
	'1|bind add 10.0.0.1 lladdr $B|there is a binding for this address .*replace'
	'1|bind del 10.0.0.3|there is no binding for this address'
	'1|bind del 10.0.0.1 lladdr $B|does not match exactly'
	'1|bind add 10.0.0.3 lladdr $A|as many bindings as parameter max_bindings allows'
	'1|bind import /nonexistent|cannot open /nonexistent'

	# Announcing
	'2|announce 10.0.0.300 dev lo|invalid address "10.0.0.300"'
	'2|announce 10.0.0.1 dev lo count 0|invalid count "0"'
	'1|announce 10.0.0.1 dev nosuch0|no such device .*"nosuch0"'
)
plan $((${#cases[@]} + 16))

policy() {
	local object
	for object in dev rule bind; do "$ARPCTL" -n bob $object show; done
}

# The error is one line; the command's usage may follow.
refuses() {	# STATUS REGEX WORDS…
	local want=$1 regex=$2 out err status=0 line
	shift 2
	out=$("$ARPCTL" -n bob "$@" 2>"$stderr") || status=$?
	err=$(<"$stderr")
	line=${err%%$'\n'Usage: arpctl *}
	if [ $status = "$want" ] && [ -z "$out" ] && [[ $line == 'arpctl: '* ]] &&
		[[ $line != *$'\n'* ]] && [[ $line =~ $regex ]]; then
		ok "$*"
	else
		not_ok "$*" "status $status, not $want; want: $regex"$'\n'"$out$err"
	fi
}

scratch
stderr=$dir/stderr
heard=$dir/heard

host bob alice

# Wrong input

fails_with 1 . "a parameter that is not a number fails the load" load_module max_rules=x
must load_module max_rules=3 max_bindings=2
for words in 'dev set eth0 ignore device' 'rule add pass 10.9.1.0/24' \
	'rule add drop 10.77.0.0/16 from' "rule add proxy 10.88.0.1 lladdr $A" \
	"bind add 10.0.0.1 lladdr $A" "bind add 10.0.0.2 lladdr $A dev eth0"; do
	# shellcheck disable=SC2086
	must ctl bob $words
done
before=$(policy)
for row in "${cases[@]}"; do
	words=${row#*|}
	eval "set -- ${words%%|*}"
	refuses "${row%%|*}" "${words#*|}" "$@"
done
is "$(policy)" "$before" "after all this the policy is unchanged"
like "$before" "eth0 .*pass .*proxy .*10\.0\.0\.2 " "the policy was not empty"

# Limits and duplicates

run_ok "replace replaces a rule" ctl bob rule replace drop 10.9.1.0/24
run_ok "replace replaces a binding" ctl bob bind replace 10.0.0.1 lladdr $B
like "$(policy)" "drop +10\.9\.1\.0/24 .*10\.0\.0\.1 +lladdr $B dev all" "the new values are listed"
unlike "$(policy)" "pass +10\.9\.1\.0/24|10\.0\.0\.1 +lladdr $A" "the old values are gone"
must ctl bob rule del drop 10.9.1.0/24
run_ok "del makes room for another" ctl bob rule add pass 10.50.0.0/16
run_ok "every netns has its own limit" ctl alice rule add pass 10.50.0.0/16
must unload_module

# Adds and deletes 1,000 rules ROUNDS times: passes inside of 10.9.0.0/16 and
# proxies inside of 10.10.0.0/16, but none for their first and last 256
# addresses.
churn() {	# HOST ROUNDS
	ctl "$1" -b - < <(awk -v rounds="$2" 'BEGIN {
		for (step = 0; step < 2 * rounds; step++)
			for (i = 0; i < 1000; i++) {
				n = 256 + int(i / 2) * 128
				printf "rule %s %s.%d.%d/25\n", step % 2 ? "del" : "add",
					i % 2 ? "proxy 10.10" : "pass 10.9", n / 256, n % 256
			}
	}')
}

# Changes under load

link alice:eth0 bob:eth0
addr alice eth0 10.1.0.2/24
addr bob eth0 10.1.0.1/24 10.9.0.1/32 10.9.255.255/32
is "$(asks alice eth0 10.9.0.1)" "$(mac bob eth0)" "stock: bob answers for 10.9.0.1"
must load_module
must ctl bob rule add hide 10.9.0.0/16 dev eth0
must ctl bob rule add proxy 10.10.0.0/16 dev eth0 lladdr $A
flood() {
	while :; do
		for target in 10.9.0.1 10.9.255.255; do
			arpq alice flood eth0 $target count 500
		done
		for target in 10.10.0.1 10.10.255.255; do
			arpq alice flood eth0 $target count 50
		done
	done >/dev/null
}
before=$(policy)
start alice tcpdump -i eth0 -nlt 'arp[6:2] = 2' >"$heard" 2>"$stderr"
sniffer=$started
must poll 10 grep -q 'listening on' "$stderr"
flood &
flooder=$!
must poll 20 grep -q . "$heard"
run_ok "1,000 rules are added and deleted three times during a flood" churn bob 3
stop $flooder
# A last packet: when it is captured, so is everything before it.
must ctl bob rule add proxy 10.11.0.1 dev eth0
is "$(asks alice eth0 10.11.0.1)" "$(mac bob eth0)" "a rule added afterwards applies"
must poll 10 grep -q 'Reply 10\.11\.0\.1 ' "$heard"
must ctl bob rule del proxy 10.11.0.1 dev eth0
stop $sniffer
# It ends with an empty line.
is "$(grep -v 'Reply 10\.11\.0\.1 \|^$' "$heard" | sort -u | cut -d, -f 2)" \
	" Reply 10.10.0.1 is-at $A"$'\n'" Reply 10.10.255.255 is-at $A" \
	"no answer was ever wrong, and none was for a hidden address"
like "$(ctl bob -j stats show eth0)" '"hidden": *[0-9]{3}' "the hidden addresses were requested hundreds of times"
is "$(policy)" "$before" "after the flood the policy is unchanged"
must ctl bob flush
is "$(asks alice eth0 10.9.0.1)" "$(mac bob eth0)" "after flush bob answers"
