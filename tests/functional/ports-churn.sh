#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports under traffic: they come, go, are renamed, change bridge and netns; VLAN
# filtering is turned on and off and the policy restored, while forged ARP in every
# wrapping arrives on two processors. None of it is ever forwarded.
# lab: own-vm
# lab: timeout 300 900
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
plan 14

# How long: the argument, or 6 s, in the soak 5 minutes.
TIME=${1:-6}
[ $# != 0 ] || [ ! "${ARP_POLICY_SOAK-}" ] || TIME=300
EVIL=02:66:66:66:66:66
HAMMER=$ROOT/tests/functional/ports-hammer.py
[ ! -e /sys/module/bridge ] || rmmod bridge 2>/dev/null || plan skip "bridge.ko is in use, or built in"

host node other red blue
scratch
for name in node other red blue; do set_sysctl $name net.ipv6.conf.default.disable_ipv6=1; done
link node:to-still red:still
link node:to-blue blue:eth0
link node:to-blue1 blue:eth1
link other:to-blue blue:eth2
lladdr[red]=$(mac red still)
RED=${lladdr[red]}

# Two policies that refuse the same.
cat >"$dir/a" <<-END
	dev set to-* trust off inspect strict
	bind add 10.0.0.2 lladdr $RED dev to-still
END
cat >"$dir/b" <<-END
	dev set default trust off inspect strict suppress bind
	dev set to-still trust off inspect strict defend on
	bind add 10.0.0.2 lladdr $RED dev to-still
	bind add 10.0.0.0/29 lladdr $RED dev to-still
	bind add 10.0.0.9 lladdr 02:00:00:00:00:99
	rule add drop 10.6.6.6 from
END
must load_module
must ctl node restore "$dir/a"
must ctl other restore "$dir/b"

# The traffic: forged ARP in every wrapping, and one request that may pass on to-still only.
start blue /usr/bin/python3 "$HAMMER" watch $EVIL "$RED" >"$dir/seen" 2>"$dir/err"
watcher=$started
must poll 60 test -s "$dir/seen"
hammers=()
for cpu in 0 $(($(nproc) > 1)); do
	start red /usr/bin/python3 "$HAMMER" send $cpu $EVIL "$RED" 2>>"$dir/err"
	hammers+=("$started")
done

# bridge.ko is loaded after the policy and the first frames.
run_ok "there is no bridge at first" test ! -e /sys/module/bridge
add_bridge node br0 to-still to-blue
add_bridge node br1 to-blue1
add_bridge other br0 to-blue
addr node br0 10.0.0.1/24

# The counts by now: the watcher prints a line for each signal.
printed() { [ "$(wc -l <"$dir/seen")" -gt "$1" ]; }
seen() {	# COLUMN: 1 forged, 2 valid
	local lines
	lines=$(wc -l <"$dir/seen")
	kill -USR1 "$watcher"
	must poll 60 printed "$lines"
	awk -v c="$1" 'END { print $c + 0 }' "$dir/seen"
}
sees_more() { [ "$(seen 2)" -gt "$1" ]; }	# COUNT
run_ok "valid ARP passes" poll 60 sees_more 0

# Counters: with the senders stopped, what came in was counted.
received() { ip -n node -s -j link show to-still | jq '.[].stats64.rx.packets'; }
counts() { ctl node -j stats show to-still | jq -r '.[] | "\(.in) \([.reasons[]] | add)"'; }
quiet() { local was; was=$(received); sleep 0.2; [ "$was" = "$(received)" ]; }
hold() { must pause "${hammers[@]}"; must poll 20 drained; must poll 10 quiet; }
hold
must ctl node stats reset
before=$(received)
kill -CONT "${hammers[@]}"

failed=''
try() { "$@" 2>"$dir/out" || failed+="$*: $(<"$dir/out")"$'\n'; }
in_batch() { ip -batch - <<<"$1"; }
unpinned=0 rounds=0
filtering=1
end=$((SECONDS + TIME))
while [ $rounds -lt 2 ] || [ $SECONDS -lt $end ]; do
	# A new port, to which frames are sent from the start.
	try in_batch "link add x netns red up type veth peer name to-x netns node"
	try ip -n node link set to-x up master br$((rounds % 2))
	try ctl node restore "$dir/$([ $((rounds % 2)) = 0 ] && echo b || echo a)"
	try ip -n node link set br0 type bridge vlan_filtering $filtering
	try ip -n node link set to-x down
	try ip -n node link set to-x name to-y up
	try ip -n node link set to-y master br$((1 - rounds % 2))
	try ip -n other link set br0 type bridge vlan_filtering $filtering
	try ip -n node link set to-y nomaster
	try ip -n node link set to-y netns other
	try ip -n other link set to-y up master br0
	protocol=802.1Q
	[ $filtering = 0 ] || protocol=802.1ad
	try ip -n node link set br1 type bridge vlan_filtering 1 vlan_protocol $protocol
	! rmmod bridge 2>/dev/null || ((unpinned++))
	try ip -n other link set to-y down
	try ip -n other link set to-y name to-z up
	try ctl other restore "$dir/$([ $((rounds % 2)) = 0 ] && echo a || echo b)"
	# A bridge goes, and its ports with it.
	if [ $((rounds % 4)) = 3 ]; then
		try ip -n node link del br1
		add_bridge node br1 to-blue1
	fi
	if [ $((rounds % 2)) = 0 ]; then try ip -n other link del to-z
	else try ip -n red link del x; fi
	filtering=$((1 - filtering)) rounds=$((rounds + 1))
done
is "$failed" "" "$rounds rounds of changes, all of which succeed"
is $unpinned 0 "bridge.ko stays pinned"
hold
is "$(counts)" "$(($(received) - before)) $(($(received) - before))" \
	"every frame on a port that stays is counted once, with one reason"
is "$(ctl node -j stats show to-still | jq -r '.[].reasons | keys | join(" ")')" \
	"encapsulated pass spoofed unbound" "all reasons occur"
is "$(ctl node -j stats show | jq -c '[.[] | select(.in + .out != ([.reasons[]] | add // 0)) | .dev]')" "[]" \
	"the counters of all devices add up"
kill -CONT "${hammers[@]}"

# The hook is replaced by the one that snoops, and back.
for _ in 1 2; do
	start node /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" snooper >"$dir/snooper"
	must poll 60 grep -q listens "$dir/snooper"
	stop "$started"
done

try ip -n node link set br0 type bridge vlan_filtering 0
must ctl node restore "$dir/a"
now=$(seen 2)
run_ok "afterwards, valid ARP still passes" poll 60 sees_more "$now"
is "$(seen 1)" 0 "no forged ARP has passed in any form"
diag "$(head -n 3 "$dir/err")"
is "$(for ns in node other; do bridge -n $ns fdb show; ip -n $ns neigh; done | grep $EVIL)" "" \
	"no bridge and no neighbour table has learned it"
for pid in "${hammers[@]}" "$watcher"; do stop "$pid"; done
for name in br0 br1; do must ip -n node link del $name; done
must ip -n other link del br0
bridge_gone() { rmmod bridge 2>/dev/null; [ ! -e /sys/module/bridge ]; }
run_ok "without bridges, bridge.ko can be unloaded" poll 10 bridge_gone
run_ok "without bridges, the module can be unloaded" unload_module
must load_module
must ctl node restore "$dir/a"
add_bridge node br0 to-still to-blue
must poll 5 forwarding node
inspected() { [ "$(counts)" = "1 1" ]; }
must arpq red send still "$(frame red src=$EVIL sha=$EVIL)"
run_ok "loaded again, it inspects" poll 5 inspected
no_kernel_faults
