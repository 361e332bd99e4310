#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports: bridge.ko is loaded after the policy and pinned by it; ports and bridges
# come, go, and are renamed; a netns without such a policy has no hook.
# lab: own-vm
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
plan 30

bridge_loaded() { [ -e /sys/module/bridge ]; }
bridge_gone() { rmmod bridge 2>/dev/null; ! bridge_loaded; }
pinned() { ! rmmod bridge 2>/dev/null; }

if bridge_loaded && ! rmmod bridge; then plan skip "bridge.ko is in use, or built in"; fi
run_ok "bridge.ko is not loaded" test ! -e /sys/module/bridge
must load_module
run_ok "the module does not load it" test ! -e /sys/module/bridge
namespace early
run_ok "a policy for ports without bridge.ko" ctl early dev set default trust off suppress bind
run_ok "a policy for ports does not load bridge.ko" test ! -e /sys/module/bridge
must ctl early flush

# The policy first

host node red blue green
policy dev set 'to-*' trust off inspect strict
policy bind add 10.0.0.2 lladdr 02:00:00:00:01:00 dev to-red
bridge_host
run_ok "a bridge loads bridge.ko" bridge_loaded
is "$(forge plain) $(counted)" "unharmed unbound 1" "the policy applies on it"
is "$(forge vid0x2) $(counted)" "unharmed encapsulated 1" "the policy applies to a frame with two tags"
run_ok "bridge.ko is pinned" pinned
must ip -n node link add name br1 type bridge
must ip -n node link del br1
run_ok "bridge.ko stays pinned when a second bridge is deleted" pinned
is "$(forge vid10) $(counted)" "unharmed unbound 1" "the policy still applies after that"

# Renamed, moved

must ip -n node link set to-red down
must ip -n node link set to-red name to-crimson
must ip -n node link set to-crimson up
must poll 5 forwarding node
send red
is "$(counted_on to-crimson)" "unbound 1" "renamed: the policy of the new name"
policy dev set to-crimson trust on
send red
is "$(counted_on to-crimson)" "" "renamed: its own field applies"
must ip -n node link set to-crimson down
must ip -n node link set to-crimson name to-red
must ip -n node link set to-red up
must poll 5 forwarding node
is "$(forge plain) $(counted)" "unharmed unbound 1" "renamed back: the policy of the old name"

must ip -n node link add name br2 address 02:42:ac:11:00:02 up type bridge stp_state 0 forward_delay 0
must ip -n node link set to-red master br2
must ip -n node link set to-blue master br2
addr node br2 10.0.0.1/24
must ip -n node addr del 10.0.0.1/24 dev br0
policy bind add 10.0.0.4 lladdr "$GREEN" dev br0
BR0=02:42:ac:11:00:02 lladdr[host]=02:42:ac:11:00:02
fence_on br2
must poll 5 forwarding node
is "$(forge plain) $(counted)" "unharmed unbound 1" "another bridge: bindings of the first one do not apply"
policy bind add 10.0.0.4 lladdr "$GREEN" dev br2
is "$(forge plain) $(counted)" "unharmed spoofed 1" "another bridge: its own bindings apply"

# Filtering turned on and off

must ip -n node link set br2 type bridge vlan_filtering 1
is "$(forge ad0) $(counted)" "unharmed encapsulated 1" "vlan_filtering on: a tag of another protocol"
must ip -n node link set br2 type bridge vlan_filtering 0
is "$(forge ad0) $(counted)" "unharmed spoofed 1" "vlan_filtering off: a tag of another protocol"

# No bridge

must ip -n node link del br0
run_ok "pinned as long as there is a bridge" pinned
must ip -n node link del br2
run_ok "without one, bridge.ko can be unloaded under the policy" poll 10 bridge_gone
must ip -n node link add name br3 address 02:42:ac:11:00:02 up type bridge stp_state 0 forward_delay 0
for name in red blue; do must ip -n node link set to-$name master br3; done
addr node br3 10.0.0.1/24
fence_on br3
must poll 5 forwarding node
is "$(forge plain) $(counted)" "unharmed unbound 1" "loaded again: the policy applies"
run_ok "pinned again" pinned

# In another netns

namespace moved
must ctl moved dev set all garp drop
must ip -n node link set to-red netns moved
must ip -n moved link add name br0 up type bridge stp_state 0 forward_delay 0
must ip -n moved link set to-red up master br0
must ip -n moved link set br0 address 02:42:ac:11:00:02
must ip -n moved addr add 10.0.0.1/24 dev br0
must ip -n moved neigh replace 10.0.0.2 lladdr "$RED" nud permanent dev br0
must poll 5 forwarding moved
must arpq red send eth0 "$(frame red)"
fence red
is "$(ctl moved -j stats show to-red | jq '[.[] | .in] | add')" 0 "in another netns without a policy, nothing is inspected"
must ctl moved dev set to-red trust off
must arpq red send eth0 "$(frame red form=vid0x2)"
fence red
is "$(ctl moved -j stats show to-red | jq -r '[.[].reasons | keys[]] | join(" ")')" encapsulated \
	"in another netns with a policy, its ports are inspected"
must ip netns del moved
remaining=()
for name in "${namespaces[@]}"; do [ "$name" = moved ] || remaining+=("$name"); done
namespaces=("${remaining[@]}")

# Flush

policy flush
run_ok "flush: bridge.ko is not pinned" poll 10 bridge_gone
run_ok "flush: the module is still loaded" module_loaded
run_ok "flush: the module can be unloaded" unload_module
must load_module
policy dev set default trust off
must ip -n node link add name br4 up type bridge
run_ok "pinned by a new policy" pinned
run_ok "the module is unloaded with the policy" unload_module
run_ok "without the module, bridge.ko is not pinned" poll 10 bridge_gone
no_kernel_faults
