#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Loads and unloads the module again and again under traffic and commands.
# lab: vm
# lab: timeout 600 3600
# lab: takes 80
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 18

# Rounds with a complete policy from the tool, and with one from parameters, which is faster.
ROUNDS=10 QUICK=20
[ ! "${ARP_POLICY_ALL-}" ] || ROUNDS=30 QUICK=170
[ ! "${ARP_POLICY_SOAK-}" ] || ROUNDS=150 QUICK=850

# Every field, rules and bindings; none of them drops traffic of this test.
set_everything() {
	"$ARPCTL" -n alice dev set all ignore device announce best filter off \
		proxy route,pvlan proxy-delay 60000 garp drop learn any inspect enforce \
		validate src-mac,dst-mac,ip rate 1000000 burst 1000000 \
		source-rate 1000000 defend on mode enforce &&
	"$ARPCTL" -n alice dev set lo hidden on &&
	"$ARPCTL" -n alice rule add drop 10.7.0.0/16 from &&
	"$ARPCTL" -n alice rule add hide 10.7.0.0/16 dev 'e*' &&
	"$ARPCTL" -n alice bind add 10.7.0.1 lladdr "$hers" &&
	"$ARPCTL" -n alice bind add 10.7.0.2 lladdr "$hers" dev eth0
}

references() { cat /sys/module/arp_policy/refcnt; }

# Packets in, out, or of a reason, on alice's eth0.
counted() {	# WHICH
	"$ARPCTL" -n alice stats show eth0 | awk -v which="$1" '
		{ for (i = 1; i < NF; i++) if ($i == which) n = $(i + 1) }
		END { print n + 0 }'
}

at_least() { [ "$(counted "$1")" -ge "$2" ]; }	# WHICH NUMBER

# Delayed requests count when they are due; those that the full queue refuses pass.
queue_full() { [ $(($(counted pass) - $(counted out))) -ge 64 ]; }

# Datagrams to unused addresses: the neighbour code sends requests for each.
wander() {
	local n
	while sleep 0.1; do
		for n in {100..199}; do echo >"/dev/udp/10.0.0.$n/9"; done
		ip neigh flush dev eth0
	done
}
export -f wander

# A netns with policy that comes and goes. On SIGTERM, it ends after the current command.
flicker() {
	trap exit TERM
	while sleep 0.1; do
		ip netns add flicker
		"$1" -n flicker dev set all ignore never
		"$1" -n flicker rule add hide 10.0.0.0/8
		ip netns del flicker
	done
}
export -f flicker

# Dumps of everything and a monitor, as long as the module is loaded.
watch() {
	while sleep 0.1; do
		for what in "dev show" "dev effective" "rule show" "bind show" "stats show"; do
			# shellcheck disable=SC2086
			"$1" -j -n alice $what
		done
		timeout 0.3 "$1" -n alice monitor
	done
}
export -f watch

alice_forwards

is "$(asks bob eth0 10.9.9.9)" "$hers" "stock: alice answers for an address on lo"
is "$(asks bob eth0 10.8.0.1)" silence "stock: alice answers for no other host"

# These run all the time: floods in both directions, which alice's policy hides, proxies
# with delay, and passes; requests of her own; programs that configure and watch. They are
# nice, so that this shell gets its turn.
going=()
keep() { start "$1" nice -n 19 "${@:2}" >/dev/null 2>&1; going+=("$started"); }
keep bob "$ARPQ" flood eth0 10.9.9.9 count 1000000000 macs 1000
keep bob "$ARPQ" flood eth0 10.8.0.1 count 1000000000
keep alice "$ARPQ" flood eth0 10.0.0.2 count 1000000000 op reply
keep alice bash -c wander
keep alice bash -c "flicker '$ARPCTL'"
keep alice bash -c "watch '$ARPCTL'"

mark_log
loaded=0 policies=0 unloaded=0 empty=0
for ((i = 0; i < ROUNDS; i++)); do
	insmod "$ARP_POLICY_KO" && : $((++loaded))
	set_everything && : $((++policies))
	# In every other round the queue of delayed answers is full,
	[ $((i % 2)) = 0 ] || poll 20 queue_full
	# and in every fifth the policy is flushed first.
	[ $((i % 5)) != 0 ] || "$ARPCTL" -n alice flush
	# A dump in progress holds the module for a moment.
	poll 20 rmmod arp_policy 2>/dev/null && : $((++unloaded))
	module_loaded || : $((++empty))
done
is "$loaded" $ROUNDS "loaded $ROUNDS times in a flood"
is "$policies" $ROUNDS "each time with every kind of policy set"
is "$unloaded $empty" "$ROUNDS $ROUNDS" "each time unloaded"

quick=0
for ((i = 0; i < QUICK; i++)); do
	insmod "$ARP_POLICY_KO" ignore=device announce=best proxy=route policy='lo:hidden=on' &&
		poll 20 rmmod arp_policy 2>/dev/null && : $((++quick))
done
is "$quick" $QUICK "loaded and unloaded $QUICK more times with policy from parameters"

# Once more without loading and unloading, to check that the background load works.
must load_module
must set_everything
run_ok "alice's addresses are hidden in the flood" poll 60 at_least hidden 100
run_ok "delayed answers of alice are pending" poll 20 queue_full
run_ok "alice's own requests are sent" poll 20 at_least out 100
is "$(jobs -r | wc -l)" ${#going[@]} "no background job has failed"
stop "${going[@]}"
ip -n alice neigh flush dev eth0
ip netns del flicker 2>/dev/null

# Users of the module.
run_ok "idle, the module has no users" poll 10 eval "[ \$(references) = 0 ]"
start alice /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" hold >/dev/null
run_ok "a dump in progress is a user" poll 30 eval "[ \$(references) = 1 ]"
fails_with 1 'in use' "the module cannot be unloaded during a dump" rmmod arp_policy
stop "$started"
run_ok "after the dump it can be unloaded, even with delayed answers pending" poll 10 rmmod arp_policy

is "$(asks bob eth0 10.9.9.9)" "$hers" "in the end, alice answers for lo again"
is "$(asks bob eth0 10.8.0.1)" silence "in the end, alice answers for no other host"
like "$(hears alice eth0 match ' target 10.0.0.77 ' -- ping -c 1 -W 1 -I 10.9.9.9 10.0.0.77)" \
	"sender 10\.9\.9\.9 .* target 10\.0\.0\.77 " "in the end, alice requests with the packet's source"
no_kernel_faults
