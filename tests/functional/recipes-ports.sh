#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# README.md's recipes for bridge ports, as they are printed there, do what they promise.
# lab: takes 40
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
plan 28
scratch

# A container and its port.
container() {	# NAME PORT ADDRESS MAC
	link "node:$2" "$1:eth0" "" "$4"
	must ip -n node link set "$2" master docker0
	addr "$1" eth0 "$3/16"
	address[$1]=$3 lladdr[$1]=$4 port[$1]=$2
	set_sysctl "$1" net.ipv4.neigh.eth0.locktime=0
}

rename() {	# NAME PORT
	must ip -n node link set "${port[$1]}" down
	must ip -n node link set "${port[$1]}" name "$2" up
	port[$1]=$2
}

# The reasons that the port counts for a frame.
port_reasons() {	# NAME [NAME=VALUE…]
	must ctl node stats reset
	send "$@"
	ctl node -j stats show "${port[$1]}" | jq -r '.[].reasons | keys | join(" ")'
}

# Red claims the host's address: green's neighbour entry for it.
claims_host() {
	must ip -n green neigh replace "${address[host]}" lladdr $BR0 dev eth0 nud stale
	send red sip="${address[host]}" tip="${address[green]}"
	neigh_mac green "${address[host]}"
	must ip -n green neigh replace "${address[host]}" lladdr $BR0 dev eth0 nud permanent
}

# Red sends a frame from green's MAC: the port that the bridge then has for it.
takes() {	# ETHERTYPE
	fence green
	send red src="$GREEN" sha="$GREEN" ip="$1"
	bridge -n node fdb show br docker0 | sed -n "s/^$GREEN dev \([^ ]*\).*/\1/p" | sort -u | paste -sd ' '
}

# Whether green receives a request of red: 1 or 0.
flooded() {	# TARGET TIMEOUT
	hears green eth0 count 1 match "target $1 " timeout "$2" -- nsenter --net=/run/netns/red -- \
		"$ARPQ" send eth0 "$(frame red sip="${address[red]}" tip="$1")" | grep -c 'in request'
}

# docker0: red is the recipe's first container, green the second. Blue is not in the recipe.

docker0=$(recipe docker0)
BR0=02:42:5a:00:00:01 lladdr=([host]=$BR0) address=([host]=172.17.0.1)
declare -A port=()
host node red green blue
must ip -n node link add name docker0 address $BR0 up type bridge mcast_snooping 0
names=(red green)
while read -r ip mac dev; do
	[ ${#names[@]} = 0 ] || container "${names[0]}" "$dev" "$ip" "$mac"
	names=("${names[@]:1}")
done < <(sed -n 's/^arpctl bind add \([^ ]*\) lladdr \([^ ]*\) dev \(veth[^ ]*\)$/\1 \2 \3/p' <<<"$docker0")
is "${#names[@]}" 0 "docker0: the recipe has two containers"
container blue veth9a0b1c2 172.17.0.4 02:42:ac:11:00:04
addr node docker0 172.17.0.1/16
must poll 5 forwarding node
RED=${lladdr[red]} GREEN=${lladdr[green]}
fence_on docker0

is "$(forge plain) $(forge vid0)" "poisoned poisoned" "stock: a container can take over another's address"
is "$(claims_host)" "$RED" "stock: a container can take over the host's address"
is "$(takes 0806)" "${port[red]}" "stock: a container can redirect frames for another's MAC"

must load_module
output=$(follow node "$docker0")
result $? "the recipe's commands" "$output"
like "$output" "drop, unbound" "explain prints what the recipe says"
is "$(forge plain) $(forge vid0) $(forge vid0x2)" "unharmed unharmed unharmed" \
	"no container can take over another's address"
is "$(claims_host)" "$BR0" "no container can take over the host's address"
is "$(takes 0806)" "${port[green]}" "no container can redirect another's frames by ARP"
run_ok "containers reach each other" reaches red green
run_ok "a container reaches the host" reaches red host
is "$(port_reasons blue)" unbound "a new container needs a binding"
is "$(takes 0800)" "${port[red]}" "IP frames still move a MAC"
if ip -n node link set "${port[red]}" type bridge_slave locked off 2>/dev/null; then
	output=$(follow node "$(for name in red green; do
		text docs/limits.md 'bridge fdb replace' "${port[$name]}" "${lladdr[$name]}"
		text docs/limits.md 'bridge link set' "${port[$name]}" ''
	done)")
	result $? "the commands that lock a port" "$output"
	is "$(takes 0800)" "${port[green]}" "on locked ports, IP frames do not move a MAC"
	run_ok "on locked ports, containers reach each other" reaches red green
	for name in red green; do
		must bridge -n node link set dev "${port[$name]}" locked off learning on
	done
else
	for i in 1 2 3; do skip "locked ports $i" "the kernel or iproute2 has none"; done
fi
must ctl node flush
is "$(forge plain)" poisoned "flush: stock again"

# libvirt

rename red vnet0
rename green vnet1
must poll 5 forwarding node
follows node "libvirt, Proxmox"
output=$(follow node "$(sed -n '/^## libvirt/,/^## /s/^arpctl bind add/&/p' "$ROOT/docs/recipes.md")")
result $? "the libvirt commands in docs/recipes.md" "$output"
guest=(src=52:54:00:00:00:10 sha=52:54:00:00:00:10)
is "$(port_reasons red "${guest[@]}" sip=192.168.122.10) $(port_reasons red "${guest[@]}" sip=192.168.130.5)" "pass pass" \
	"a guest may use its address and its prefix"
is "$(port_reasons red sip=192.168.122.100)" pass "a guest may use the address of all guests"
is "$(port_reasons red sip=192.168.122.10) $(port_reasons green "${guest[@]}" sip=192.168.122.10)" "spoofed unbound" \
	"a guest's address is refused with another MAC and on another port"
must ctl node flush

# EVPN: hosts in VLAN 10

must ip -n node link set docker0 down
must ip -n node link set docker0 name br0 type bridge vlan_filtering 1
must ip -n node link set br0 up
rename red swp1
rename green swp2
for name in red green; do must bridge -n node vlan add dev "${port[$name]}" vid 10 pvid untagged; done
must bridge -n node vlan add dev br0 vid 10 self
must ip -n node link add link br0 name br0.10 up type vlan id 10
must ip -n node addr flush dev br0
addr node br0.10 172.17.0.1/16
must ip -n node neigh replace 10.0.10.21 lladdr 02:00:00:00:10:21 nud noarp dev br0.10
must poll 5 forwarding node
fence_on br0.10
is "$(flooded 10.0.10.20 5000)" 1 "EVPN, stock: a request is flooded"
follows node "EVPN leaf"
output=$(follow node "$(grep '^ip neigh show' "$ROOT/docs/recipes.md")")
like "$output" "10.0.10.21 lladdr 02:00:00:00:10:21" "the command in docs/recipes.md shows the neighbour"
is "$(port_reasons red tip=10.0.10.20) $(port_reasons red tip=10.0.10.21) $(port_reasons red tip=10.0.10.22)" \
	"suppressed suppressed pass" "bound addresses and fixed neighbours are answered"
is "$(flooded 10.0.10.20 500) $(flooded 10.0.10.22 5000)" "0 1" "only requests for other addresses are flooded"
no_kernel_faults
