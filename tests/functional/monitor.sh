#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# monitor reports each verdict and each policy change as it happens.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 36

alice_and_bob segment lan
alice=$(mac alice eth0)
bob=$(mac bob eth0)
scratch
events=$dir/events
other=$dir/other

policy() { must ctl alice "$@"; }

# Bob sends it; when the fence answers, alice has processed it.
inject() {	# OP SENDER TARGET [FRAME OPTION…]
	local op=$1 sender=$2 target=$3
	shift 3
	arpq bob ask eth0 "$target" op "$op" sender "$sender" fence "$FENCE" "$@" >/dev/null
	[ $? != 2 ] || must false
}

# Packets that a rule drops mark the begin and the end of a scenario, as events keep their
# order.
mark() {	# LAST-BYTE
	inject request 10.0.0.2 "192.0.2.$1"
}
marked() {	# LAST-BYTE [FILE]
	mark "$1"
	grep -q "192\.0\.2\.$1\>" "${2-$events}"
}

# When an event is there, so are all before it. Others may be in the file soon after "marked".
marked_once() {	# LAST-BYTE
	mark "$1"
	poll 60 grep -q "192\.0\.2\.$1\>" "$events"
}

# Not a function, so that the monitor itself is killed.
watch() {	# ARGUMENTS…
	nsenter --net=/run/netns/alice -- "$ARPCTL" "$@" >"$events" &
	monitor=$!
}

# The events between the marks, without their times.
end_watch() {
	must poll 60 marked 200
	stop $monitor
	grep -v '192\.0\.2\.' "$events"
}

must load_module
policy rule add drop 192.0.2.0/25
policy rule add drop 192.0.2.200
mark 1
is "$(ctl alice -j stats show eth0 | jq '.[].reasons["rule-drop"]')" 1 \
	"without a listener a packet is dropped as well"

# Verdicts as text

watch monitor verdict
must poll 60 marked 1
policy bind add 10.0.0.9 lladdr "$alice"
policy dev set eth0 inspect enforce learn solicited
policy rule add drop 10.0.0.64/26 from dev 'eth*'
policy rule add proxy 10.0.0.5 lladdr 02:00:00:00:aa:aa
inject request 10.0.0.9 10.0.0.1
inject reply 10.0.0.7 10.0.0.1
inject request 10.0.0.65 10.0.0.1
inject request 10.0.0.2 10.0.0.5
inject request 10.0.0.2 10.0.0.1	# passes
# RARP with ARP's protocol number; and hardware addresses of 5 bytes.
arpq bob send eth0 ffffffffffff "${bob//:/}" 0806 0001 0800 0604 0003 \
	"${bob//:/}" 0a000002 000000000000 0a000001
policy dev set lo hidden on
addr alice lo 10.9.9.9/32
must ip -n alice neigh flush dev eth0
in_host alice ping -q -c 1 -W 5 -I 10.9.9.9 10.0.0.2 >/dev/null 2>&1
policy dev set eth0 mode audit
inject request 10.0.0.9 10.0.0.1
policy dev unset eth0 mode
reported=$(end_watch)
like "$(head -n 1 "$events")" \
	'^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2}  verdict eth0 in ' \
	"an event has time, verdict and device"
line() { sed -n "s/^[^ ]* *verdict //;$1p" <<<"$reported"; }
is "$(line 1)" "eth0 in request who-has 10.0.0.1 from 10.0.0.9 $bob  drop spoofed  field inspect" \
	"a forged request, with the field that dropped it"
is "$(line 2)" "eth0 in reply 10.0.0.7 is-at $bob to 10.0.0.1  drop unsolicited  field learn" \
	"an unsolicited reply"
like "$(line 3)" "^eth0 in request who-has 10\.0\.0\.1 from 10\.0\.0\.65 $bob  drop rule-drop  rule .*drop .*10\.0\.0\.64/26 .*from.* dev eth\*" \
	"a sender rule, with the rule"
like "$(line 4)" "who-has 10\.0\.0\.5 from 10\.0\.0\.2 $bob  reply proxied  rule .*proxy .*10\.0\.0\.5.* lladdr 02:00:00:00:aa:aa" \
	"a proxied request"
is "$(line 5)" "eth0 in  drop malformed" "passed packets are not reported, malformed ones are"
is "$(line 6)" "eth0 out request who-has 10.0.0.2 from 10.9.9.9 $alice  rewrite announce-rewritten  field hidden" \
	"a rewritten announcement, with its original sender"
is "$(line 7)" "eth0 in request who-has 10.0.0.1 from 10.0.0.9 $bob  drop spoofed  field inspect  audit" \
	"audit is marked"
is "$(wc -l <<<"$reported")" 7 "no other verdict is reported"

# As JSON

watch -j monitor verdict
must poll 60 marked 1
inject request 10.0.0.9 10.0.0.1
inject request 10.0.0.65 10.0.0.1
arpq bob send eth0 ffffffffffff "${bob//:/}" 0806 0001 0800 0604 0003 \
	"${bob//:/}" 0a000002 000000000000 0a000001
reported=$(end_watch)
is "$(jq -c 'has("time") and .event == "verdict"' "$events" | sort | uniq -c | awk '{ print $2 }')" \
	true "one object a line, each an event with its time"
is "$(wc -l <"$events")" "$(jq -c . "$events" | wc -l)" "one line for each object"
is "$(sed -n 1p <<<"$reported" | jq -r '[.dev, .direction, .op, .sender, .target, .lladdr, .verdict, .reason, .field, .rule, .audit, .lost] | map(tostring) | join(" ")')" \
	"eth0 in request 10.0.0.9 10.0.0.1 $bob drop spoofed inspect null false 0" "a forged request"
is "$(sed -n 2p <<<"$reported" | jq -c '[.reason, .field, (.rule | .action, .prefix, .from, .selector)]')" \
	'["rule-drop",null,"drop","10.0.0.64/26",true,"eth*"]' "a rule is an object"
is "$(sed -n 3p <<<"$reported" | jq -c '[.op, .sender, .target, .lladdr, .verdict, .reason]')" \
	'[null,null,null,null,"drop","malformed"]' "a malformed packet has no sender"

# Events are limited

watch -j monitor verdict
must poll 60 marked 1
must marked_once 3
before=$(ctl alice -j stats show eth0 | jq '.[].reasons["rule-drop"]')
had=$(jq -s 'length + (map(.lost // 0) | add)' "$events")
lines=$(wc -l <"$events")
begun=${EPOCHREALTIME/[^0-9]/}
arpq bob flood eth0 192.0.2.2 count 20000 dst "$alice" >/dev/null
took=$(((${EPOCHREALTIME/[^0-9]/} - begun) / 1000 + 1))
must poll 60 drained
must poll 60 marked 200
must marked_once 4
stop $monitor
all=$(($(ctl alice -j stats show eth0 | jq '.[].reasons["rule-drop"]') - before))
got=$(jq -s 'length + (map(.lost // 0) | add)' "$events")
lines=$(($(wc -l <"$events") - lines))
[ "$lines" -le $((1000 + took + 100)) ]
result $? "20,000 drops in $took ms: at most 1,000 events a second" "$lines events"
[ "$lines" -ge 500 ]
result $? "20,000 drops: hundreds of events" "$lines events"
# On a very slow machine, the reader gets more than its buffer of 8 MiB holds.
if [ "$lines" -le 5000 ]; then
	unlike "$(jq -r .event "$events" | sort -u | paste -sd ' ')" lost "the reader keeps up with the events"
else
	skip "the reader keeps up with the events" "$lines events in $took ms"
fi
# The marks.
[ $((got - had)) -ge $((all - 5)) ] && [ $((got - had)) -le $((all + 5)) ]
result $? "reported and lost events add up to the counter" "$((got - had)) of $all"

# A listener in another netns only: nothing is lost for a later listener here.

namespace dora
start dora "$ARPCTL" monitor >"$other"
elsewhere=$started
delay=0
joined_elsewhere() {
	must ctl dora dev set marker proxy-delay $((++delay))
	grep -q marker "$other"
}
must poll 20 joined_elsewhere
arpq bob flood eth0 192.0.2.2 count 20000 dst "$alice" >/dev/null
stop $elsewhere
watch -j monitor verdict
must poll 60 marked 1
end_watch >/dev/null
is "$(jq -s 'map(.lost // 0) | add' "$events")" 0 "packets before the monitor started are not reported as lost"

# A listener whose buffer is full is notified of the loss when it reads again.

nsenter --net=/run/netns/alice -- /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" overrun \
	>"$other" &
reader=$!
must poll 20 grep -q joined "$other"
dropped() { ctl alice -j stats show eth0 | jq '.[].reasons["rule-drop"]'; }
before=$(dropped)
arpq bob flood eth0 192.0.2.2 count 500 dst "$alice" >/dev/null
has_dropped() { [ "$(dropped)" -ge $((before + 500)) ]; }
must poll 20 has_dropped
kill -USR1 $reader
# Each mark is counted at once; the listener may print it a while later.
tries=0
adds_up() {
	[ $((tries++ % 5)) != 0 ] || mark 200
	got=$(awk '$1 == "lost" { n += 1 + $2 } END { print n + 0 }' "$other")
	[ "$got" = $(($(dropped) - before)) ]
}
run_ok "events that did not fit into the listener's buffer are reported as lost" poll 10 adds_up
diag "in $(grep -c lost "$other") events"
stop $reader
lost_found() {
	ctl alice -j check |
		jq -r '.[] | select(.id == "events-lost") | "\(.severity) \(.dev) \(.what | match("[0-9]+ event").string) \(.cure)"'
}
like "$(lost_found)" '^note null [1-9][0-9]* event arpctl stats reset$' "check finds that events were lost"
must ctl alice stats reset eth0
like "$(lost_found)" 'event' "a reset of one device does not clear that"
must ctl alice stats reset
is "$(lost_found)" "" "after a reset of all, check finds none"

# Changes of policy

watch -j monitor config
# Setting the same value is not a change.
delay=0
joined() {
	policy dev set marker proxy-delay $((++delay))
	grep -q marker "$events"
}
must poll 20 joined
policy flush
policy dev set eth7 ignore device
policy rule add hide 10.0.0.0/24
policy bind add 10.0.0.9 lladdr "$bob" dev eth7
policy bind replace 10.0.0.9 lladdr "$alice" dev eth7
# Adding what exists is not a change.
policy dev set eth7 ignore device
policy bind replace 10.0.0.9 lladdr "$alice" dev eth7
policy rule replace hide 10.0.0.0/24
policy rule del hide 10.0.0.0/24
policy bind del 10.0.0.9 dev eth7
policy dev unset eth7
policy rule replace hide 10.0.0.0/24
policy rule flush dev eth7
policy rule flush
policy bind add 10.0.0.9 lladdr "$bob"
policy bind add 10.0.0.9 lladdr "$bob" dev 'eth*'
policy bind flush dev 'eth*'
policy bind flush
policy apply - <<<$'rule add drop 10.0.0.1\nbind add 10.0.0.8/29 lladdr any'
policy bind add 10.0.0.10 lladdr any dev eth7 dynamic
policy bind flush dynamic
policy restore - <<<'dev set eth7 ignore device'
policy dev set all mode audit
finished() { grep -q '"all".*audit' "$events"; }
must poll 20 finished
stop $monitor
is "$(jq -r 'select(.selector != "marker") | .event' "$events" | paste -sd ' ')" \
	"flush dev rule bind bind rule-del bind-del dev rule rule-flush bind bind bind-flush bind-flush change bind bind-flush restore dev" \
	"every change is reported in order"
is "$(jq -c 'select(.event == "bind") | [.address, .lladdr, .selector]' "$events" | paste -sd ' ')" \
	"[\"10.0.0.9\",\"$bob\",\"eth7\"] [\"10.0.0.9\",\"$alice\",\"eth7\"] [\"10.0.0.9\",\"$bob\",\"all\"] [\"10.0.0.9\",\"$bob\",\"eth*\"] [\"10.0.0.10\",\"any\",\"eth7\"]" "the events of bindings have the new values"
is "$(jq -c 'select(.event == "rule-flush" or .event == "bind-flush") | [.event, .selector]' "$events" | paste -sd ' ')" \
	'["rule-flush",null] ["bind-flush","eth*"] ["bind-flush",null] ["bind-flush",null]' "a flush names its selector if it has one"
is "$(jq -c 'select(.dynamic == true) | [.event, .dynamic, .selector]' "$events" | paste -sd ' ')" \
	'["bind",true,"eth7"] ["bind-flush",true,null]' "dynamic bindings are marked"
is "$(jq -c 'select(.changes) | [.event, .changes]' "$events" | paste -sd ' ')" \
	'["change",2] ["restore",1]' "changes in one step are one event, with their number"
generations=$(jq 'select(.dynamic != true) | .generation' "$events")
is "$generations" "$(sort -un <<<"$generations")" "generations increase"
policy flush

watch monitor config
must poll 20 joined
policy rule add drop 10.0.0.0/24
policy rule add drop 10.0.0.0/24 dev 'l*'
policy rule flush dev 'l*'
policy rule flush
policy flush
finished() { grep -q ' flush$' "$events"; }
must poll 20 finished
stop $monitor
like "$(grep -v marker "$events" | cut -d ' ' -f 3- | paste -sd '|')" \
	'^rule .*drop .*10\.0\.0\.0/24.*\|rule-flush dev l\*\|rule-flush\|flush$' "changes as text"

# Privileges and namespaces

fails_with 1 'permitted|CAP_NET_ADMIN|privilege' "without privilege verdicts cannot be monitored" \
	in_host alice timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups \
	--inh-caps=-all --bounding-set=-all "$ARPCTL" monitor verdict
fails_with 1 'permitted|CAP_NET_ADMIN|privilege' "without privilege changes cannot be monitored" \
	in_host alice timeout 30 setpriv --reuid 65534 --regid 65534 --clear-groups \
	--inh-caps=-all --bounding-set=-all "$ARPCTL" monitor config

# Two namespaces that drop requests receive only their own events.
host carol
link carol:eth0 alice:eth1
addr carol eth0 10.2.0.2/24
policy rule add drop 192.0.2.0/24
must ctl carol rule add drop 192.0.2.0/24
nsenter --net=/run/netns/carol -- "$ARPCTL" -j monitor >"$other" &
carol_monitor=$!
watch -j monitor
must poll 60 marked 1
carol_marked() {
	arpq alice flood eth1 192.0.2.99 sender 10.2.0.1 count 1 >/dev/null
	grep -q '192\.0\.2\.99' "$other"
}
must poll 20 carol_marked
policy dev set eth0 ignore device
must ctl carol dev set eth0 announce best
must poll 60 marked 200
seen() { grep -q announce "$other"; }
must poll 20 seen
stop $monitor $carol_monitor
is "$(jq -r 'select(.event == "verdict") | .sender' "$events" | sort -u)" 10.0.0.2 \
	"a namespace receives its own events"
is "$(jq -r 'select(.event == "verdict") | .sender' "$other" | sort -u)" 10.2.0.1 \
	"another namespace receives its own"
is "$(jq -c 'select(.event == "dev") | .fields | keys' "$events" "$other" | paste -sd ' ')" \
	'["ignore"] ["announce"]' "each namespace receives its own changes"
