#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Floods of transactions, namespaces and devices that come and go, all at the same time.
# lab: own-vm --smp 4
# lab: timeout 600 3600
# lab: takes 100
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
plan 17

# Loading and unloading in floods is tests/functional/unload.sh.
restores=200 streams=8 netns_rounds=2 device_rounds=8
[ ! "${ARP_POLICY_SOAK-}" ] || restores=2000 netns_rounds=100 device_rounds=200
FIRST=02:00:00:00:0a:0a SECOND=02:00:00:00:0b:0b

# A netns with policy, a device and a flood in it, again and again.
stream() {	# ROUNDS
	local i
	for ((i = 0; i < $1; i++)); do
		# shellcheck disable=SC2016 # it is for the other shell
		unshare -n bash -c '
			ip link add name eth0 up type veth peer name far &&
			ip link set far up && ip addr add 10.0.0.1/24 dev eth0 &&
			"$ARPCTL" dev set "e*" ignore device hidden on &&
			"$ARPCTL" rule add hide 10.0.0.0/8 &&
			"$ARPQ" flood far 10.0.0.1 count 200 >/dev/null &&
			"$ARPCTL" -j stats show eth0 | grep -q "\"hidden\""' ||
			{ echo "round $i failed"; return 1; }
	done
	echo "all of $1"
}
export -f stream
export ARPCTL ARPQ

# Restores policies again and again. When it is stopped, the program that it runs ends, too:
# it could restore a policy after the flush.
start_restores() {	# COUNT
	# shellcheck disable=SC2016
	start alice bash -c 'trap "kill \$!; wait \$!; exit" TERM
		while :; do "$@" & wait $!; done' restores "$ROOT/build/restores" "$1"
}

answers_in() { grep -c "is-at \($FIRST\|$SECOND\)" "$1"; }	# FILE

host alice bob carol
segment lan alice:eth0 bob:eth0
addr alice eth0 10.0.0.1/16
addr bob eth0 10.0.0.2/16
# Four emulated CPUs run on fewer real ones, so the queues get longer. No packet may be dropped.
must sysctl -q -w net.core.netdev_max_backlog=10000
must load_module ignore=any
must ctl carol dev set 'cali*' ignore never
scratch
mark_log

# A monitor and dumps run all the time. Their output is discarded: they also report when the
# module is unloaded.
start alice "$ARPCTL" monitor >/dev/null 2>&1
monitor=$started
# shellcheck disable=SC2016
start alice nice bash -c 'while sleep 0.2; do
	for what in "dev show" "dev effective" "rule show" "stats show"; do
		"$ARPCTL" -j $what; done; done' >/dev/null 2>&1
dumper=$started
start bob nice "$ARPQ" flood eth0 10.9.3.1 count 1000000000 macs 1000 >/dev/null
flood=$started

# One restore first, so that there is an answer from the start.
must in_host alice "$ROOT/build/restores" 1
start alice "$ROOT/build/restores" $restores >"$dir/restored"
restorer=$started
in_host bob "$ARPQ" ask eth0 10.9.7.7 count 200 interval 20 fence "$FENCE" >"$dir/answers"
wait "$restorer"
is $? 0 "$restores restores in a flood"
is "$(cat "$dir/restored")" "restored $restores" "all restores succeed"
is "$(answers_in "$dir/answers")" 200 "each request during the restores was answered"
is "$(grep -o 'is-at [^ ]*' "$dir/answers" | sort -u | grep -vcE "$FIRST|$SECOND")" 0 \
	"each answer was according to one of the policies"
is "$(ctl alice -j rule show | jq length)" 256 "in the end one of the policies is complete"

# Devices that are added, renamed, moved and deleted while policies change.
start_restores 10 >/dev/null
restorer=$started
changed=0
for ((i = 0; i < device_rounds; i++)); do
	ip -n alice link add name cali1 up type veth peer name far netns carol &&
		ip -n alice link set cali1 down && ip -n alice link set cali1 name eth1 &&
		ip -n alice link set eth1 up && ip -n alice link set eth1 down &&
		ip -n alice link set eth1 name cali2 && ip -n alice link set cali2 netns carol &&
		ip -n carol link set cali2 up &&
		[ "$(ctl carol -j dev effective cali2 | jq -r '.[].fields.ignore.value')" = 8 ] &&
		ip -n carol link set cali2 netns alice && ip -n alice link set cali2 up &&
		ip -n alice link del cali2 && : $((++changed))
done
is "$changed" "$device_rounds" "devices were created, renamed, moved and deleted $device_rounds times"
run_ok "policies kept changing" kill -0 "$restorer"
stop "$restorer"
is "$(ctl alice -j stats show | jq -r '.[].dev' | grep -c cali)" 0 "none of these devices is left"

# Namespaces in parallel.
going=()
for ((i = 0; i < streams; i++)); do
	bash -c "stream $netns_rounds" >"$dir/stream$i" 2>&1 &
	going+=($!)
done
wait "${going[@]}"
is "$(sort -u "$dir"/stream*)" "all of $netns_rounds" \
	"$streams streams of $netns_rounds namespaces each"

# The module is unloaded while transactions are in progress.
start_restores 5 >/dev/null 2>&1
restorer=$started
gone=0
for i in 1 2 3 4 5; do
	poll 20 rmmod arp_policy 2>/dev/null && must load_module && : $((++gone))
done
is $gone 5 "the module is unloaded while transactions are under way"
stop "$restorer"
run_ok "the flood continued all the time" kill -0 "$flood"
run_ok "the dumps continued all the time" kill -0 "$dumper"
kill -0 "$monitor" 2>/dev/null
like $? '[01]' "a monitor receives the last change"
stop "$flood" "$dumper" "$monitor"
must ctl alice flush
is "$(asks bob eth0 10.9.7.7)" silence "after flush, alice answers for no other address"
is "$(asks bob eth0 10.0.0.1)" "$(mac alice eth0)" "after flush, alice answers for her own address"
poll 10 rmmod arp_policy
run_ok "idle, the module can be unloaded" eval "! module_loaded"
no_kernel_faults
