#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stats show --watch: prints counters and rates once a second, one screen on a terminal.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 21

scratch

host alice bob
link alice:eth0 bob:eth0
link alice:eth1 bob:eth1
addr alice eth0 10.0.0.1/24
addr alice lo 10.9.9.9/32
must load_module
must ctl alice dev set 'eth*' ignore device

# Watches on alice until CMD succeeds, then ^C. Sets "status"; what was printed
# is in $dir/out.
watch_until() {	# CMD ARGUMENTS…
	local enough=$1
	shift
	start alice "$ARPCTL" "$@" >"$dir/out" 2>"$dir/err"
	poll 30 "$enough" || diag "never: $enough"
	kill -INT "$started"
	status=0
	wait "$started" || status=$?
}
four_devices() { [ "$(grep -c ' in [0-9]' "$dir/out")" -ge 4 ]; }
one_device() { grep -q ' in [0-9]' "$dir/out"; }

# Runs CMD once something is printed. Succeeds when the last line has IN packets and no rate.
asked=''
settles() {	# IN CMD…
	[ -s "$dir/out" ] || return
	[ "$asked" ] || "${@:2}" >/dev/null
	asked=yes
	[ "$(tail -n 1 "$dir/out" | jq -c '.[0] | [.in, .rates.in]' 2>/dev/null)" = "[$1,0]" ]
}
floods() { settles 30 arpq bob flood eth0 10.9.9.9 count 30; }
resets() { settles 0 ctl alice stats reset; }

# No terminal: one block after the other.
begun=${EPOCHREALTIME/./}
watch_until four_devices stats show eth0 --watch
took=$(((${EPOCHREALTIME/./} - begun) / 1000000))
is $status 0 "^C ends it with status 0"
is "$(cat "$dir/err")" "" "^C: no message"
run_ok "one block per second" [ $took -ge 3 ]
is "$(grep -c $'\e' "$dir/out")" 0 "no terminal codes"
like "$(head -n 2 "$dir/out")" '^20[0-9-]+ [0-9:]+
[0-9]+: eth0  in 0  out 0$' "the first block: time and counters"
like "$(sed -n 4,6p "$dir/out")" '^20[0-9-]+ [0-9:]+
[0-9]+: eth0  in 0 \(0/s\)  out 0 \(0/s\)$' "the second block: rates as well"

watch_until four_devices stats show --watch
is "$(awk '/ in /{ print $2 }' "$dir/out" | head -n 4 | paste -sd ' ')" "eth0 eth1 eth0 eth1" \
	"every device, in order"

# 30 packets within a second or two: rates add up to what came. But if the
# machine waits for its host in these seconds, the rates are those of another period.
floods_seen() {
	asked=''
	must ctl alice stats reset
	watch_until floods -j stats show eth0 --watch
	sum=$(jq -s 'map(.[0].rates.in // 0) | add' "$dir/out")
	[ "$sum" -ge 20 ] && [ "$sum" -le 40 ]
}
for _ in 1 2 3; do floods_seen && break; done
is $status 0 "JSON, until ^C"
is "$(jq -c 'length' "$dir/out" | sort -u)" 1 "one list on each line"
is "$(head -n 1 "$dir/out" | jq -c '.[0] | keys_unsorted')" '["ifindex","dev","in","out","reasons"]' \
	"JSON: the first list equals stats show"
is "$(sed -n 2p "$dir/out" | jq -c '.[0] | keys_unsorted, (.rates | keys_unsorted)')" \
	'["ifindex","dev","in","out","reasons","rates"]
["in","out","reasons"]' "JSON: the second list has rates as well"
run_ok "JSON: the rates add up" [ "$sum" -ge 20 -a "$sum" -le 40 ]
is "$(jq -s 'map(.[0].reasons.ignored // 0) | max' "$dir/out")" 30 "JSON: the reasons add up"

# Counters that decrease have restarted from zero.
asked=''
watch_until resets -j stats show eth0 --watch
is "$(jq -s 'last[0].rates.in' "$dir/out")" 0 "a reset shows no rate"

# Errors end it.
fails_with 1 'no policy applies to this device' "a device without counters" \
	ctl alice stats show lo --watch
start alice "$ARPCTL" stats show --watch >"$dir/out" 2>"$dir/err"
poll 10 one_device
must ctl alice flush
# It may be reading the counters.
must poll 20 rmmod arp_policy 2>/dev/null
status=0
wait "$started" || status=$?
is $status 1 "unloading the module ends it"
like "$(cat "$dir/err")" '^arpctl: ' "unloading the module: a message is printed"

# A terminal.
must load_module
must ctl alice dev set 'eth*' ignore device
cat >"$dir/terminal" <<-END
	stty rows 3 cols 40
	trap : INT
	nsenter --net=/run/netns/alice "$ARPCTL" stats show --watch
	echo "status \$?"
END
mkfifo "$dir/keys"
script -q -c "bash $dir/terminal" /dev/null <"$dir/keys" >"$dir/out" 2>&1 &
typing=$!
exec 3>"$dir/keys"
drawn() { [ "$(grep -o $'\e\\[H' "$dir/out" | wc -l)" -ge 4 ]; }
poll 30 drawn
printf '\003' >&3
poll 10 grep -q 'status ' "$dir/out"
exec 3>&-
wait $typing
screen=$(<"$dir/out")
like "$screen" 'status 0' "^C on a terminal ends it with status 0"
like "$screen" $'^[^\e]*\e\\[\\?25l' "the cursor is hidden"
like "${screen##*$'\e[H'}" $'\e\\[\\?25h' "the cursor is shown again"
# Two lines fit above the last one of the terminal.
one=${screen#*$'\e[H'}
one=${one#*$'\e[H'}
is "$(grep -c . <<<"${one%%$'\e[J'*}")" 2 "no more lines than fit the screen"
