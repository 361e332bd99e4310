#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Policy for devices that do not exist yet: they appear, are renamed, move and vanish, also in floods.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 41
scratch

DEVICES=2000

# bob asks over a shared segment for 10.9.9.9, which lives on lo of alice and of
# carol. A device is plugged into the segment, and its far end comes and goes.
plug() {	# HOST DEV
	must ip -n lan link add name port up master br0 type veth peer name "$2" netns "$1"
	must ip -n "$1" link set "$2" up
}

unplug() { must ip -n lan link del port; }

rename() {	# HOST OLD NEW
	must ip -n "$1" -batch - <<-END
		link set $2 down
		link set $2 name $3
		link set $3 up
	END
}

move() {	# HOST DEV TO
	must ip -n "$1" link set "$2" netns "$3"
	must ip -n "$3" link set "$2" up
}

# "answered", or "silent": the fence is heard, an answer for 10.9.9.9 is not.
asked() {
	must poll 5 forwarding lan
	if arpq bob ask eth0 10.9.9.9 fence "$FENCE" >/dev/null; then echo answered
	elif [ $? = 1 ]; then echo silent
	else echo error; fi
}

# Packets that have come in on a device.
count_in() {	# HOST DEV
	local n
	read -r _ _ _ n _ < <("$ARPCTL" -n "$1" stats show "$2")
	echo "$n"
}

host alice carol bob
segment lan bob:eth0
addr bob eth0 10.0.0.2/24
addr alice lo 10.9.9.9/32
addr carol lo 10.9.9.9/32

plug alice cali1
is "$(asked)" answered "stock: a new device answers for an address on lo"
unplug
must load_module
plug alice cali1
is "$(asked)" answered "without a policy, the module changes nothing"

# Devices appear.
unplug
must ctl alice dev set 'cali*' ignore device
plug alice cali1
is "$(asked)" silent "a device that appears later has its policy"
is "$(count_in alice cali1)" 2 "it has counted both requests"

# They vanish and reappear.
unplug
fails_with 1 'no such device' "a deleted device has no counters" \
	ctl alice stats show cali1
plug alice cali1
is "$(count_in alice cali1)" 0 "a new device of the same name starts from zero"
is "$(asked)" silent "a new device of the same name has the policy"

# They are renamed.
rename alice cali1 cali2
is "$(asked)" silent "renamed within the pattern, it keeps its policy"
is "$(count_in alice cali2)" 4 "renamed within the pattern, it keeps its counters"
rename alice cali2 eth0
is "$(asked)" answered "renamed out of the pattern, it has no policy"
fails_with 1 'no policy applies' "renamed out of the pattern, it has no counters" ctl alice stats show eth0
rename alice eth0 cali3
is "$(asked)" silent "renamed into the pattern, it has its policy"
is "$(count_in alice cali3)" 2 "renamed into the pattern, it counts from zero"
must ctl alice dev set pod ignore any
rename alice cali3 pod
is "$(asked)" answered "renamed to a name with a policy, it has that policy"
rename alice pod cali1
is "$(asked)" silent "renamed back, it has the pattern's policy"

# They move to another netns, and back.
move alice cali1 carol
is "$(asked)" answered "moved to another netns, the policy stays behind"
set_sysctl carol net.ipv4.conf.all.arp_ignore=1
is "$(asked)" silent "in the other netns the sysctls apply"
must ctl carol dev set 'c*' ignore any
is "$(asked)" answered "in the other netns its policy applies"
is "$(count_in carol cali1)" 2 "in the other netns it has its own counters"
fails_with 1 'no such device' "the first netns has no counters of it any more" ctl alice stats show cali1
move carol cali1 alice
is "$(asked)" silent "moved back, the policy of the first netns applies again"
is "$(count_in alice cali1)" 2 "moved back, it counts from zero"
move alice cali1 carol
is "$(asked)" answered "in the other netns again, its policy applies"
is "$(ctl carol -j dev effective cali1 | jq -c '.[].fields')" \
	'{"ignore":{"value":0,"selector":"c*"}}' "the policy of the other netns is reported"

# A netns with policy is deleted while packets arrive.
start bob nice -n 19 "$ARPQ" flood eth0 10.9.9.9 count 1000000000 macs 1000 >/dev/null
flood=$started
must poll 120 eval "[ \"\$(count_in carol cali1)\" -gt 1000 ]"
must ip netns del carol
unset 'namespaces[1]'
# The netns is destroyed later; the peer of its device goes with it.
run_ok "a netns with policy is deleted during a flood" poll 120 eval \
	"! ip -n lan link show port 2>/dev/null"
namespace carol
addr carol lo 10.9.9.9/32
is "$(ctl carol -j dev show)" '[]' "a new netns of the same name has no policy"
unset 'namespaces[-1]'
namespaces[1]=carol

# All this repeatedly during the flood, which every port receives.
must ctl carol dev set all ignore never
for ((i = 0; i < 6; i++)); do
	plug alice cali1
	rename alice cali1 eth0
	rename alice eth0 cali2
	move alice cali2 carol
	rename carol cali2 pod
	move carol pod alice
	case $((i % 3)) in
	0) unplug ;;
	1) must ip -n alice link del pod ;;
	2)	# With the policy changing.
		must ctl alice dev set default hidden on
		unplug
		must ctl alice dev unset default ;;
	esac
done
plug alice cali1
must poll 120 eval "[ \"\$(count_in alice cali1)\" -gt 1000 ]"
run_ok "the flood went on all the time" kill -0 $flood
stop $flood
is "$(asked)" silent "after all that, during a flood, policy applies"
rename alice cali1 eth0
is "$(asked)" answered "a device that does not match has no policy"
unplug

# Thousands of devices.
names() { printf 'cali%d\n' $(seq $DEVICES); }
must ctl carol flush
must ctl carol dev set 'cali*' ignore device
# lo, and devices that tunnel modules of earlier tests create in every netns.
others=$(ip -n carol -o link | wc -l)
run_ok "$DEVICES devices appear after their policy was set" \
	ip -n carol -batch <(names | sed 's/.*/link add name & group 7 type dummy/')
ctl carol -j dev effective >"$dir/effective"
is "$(jq -r '.[] | select(.fields.ignore.selector == "cali*") | .dev' \
	"$dir/effective" | sort)" "$(names | sort)" "each has its policy and is listed once"
is "$(jq -r '[.[] | .ifindex] | unique | length' "$dir/effective")" $((DEVICES + others)) \
	"each is listed with its own index"
is "$(ctl carol -j stats show | jq -r '.[].dev' | sort)" "$(names | sort)" \
	"the counters of each are listed once"
run_ok "a policy for all of them" ctl carol dev set all announce best
ctl carol -j dev effective >"$dir/effective"
is "$(jq '[.[] | select(.fields.announce == {value: 2, selector: "all"} and
	(.dev == "lo" or .fields.ignore == {value: 1, selector: "cali*"}))] | length' \
	"$dir/effective")" $((DEVICES + 1)) "a policy for all of them applies in addition to their own"
must ctl carol flush
is "$(ctl carol dev effective | grep -c unmanaged)" $((DEVICES + others)) \
	"after a flush, none has a policy"
must ctl carol dev set 'cali*' ignore device
must ip -n carol link del group 7
is "$(ctl carol -j stats show)" '[]' "after their deletion, none is listed"

plug carol cali1
is "$(asked)" silent "a device created later has the policy"
must ctl carol flush
is "$(asked)" answered "after a flush it has no policy"
must ctl carol dev set 'cali*' ignore device
is "$(asked)" silent "set again, the policy applies"
must unload_module
is "$(asked)" answered "without the module it has no policy"
