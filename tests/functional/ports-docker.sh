#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Docker itself: containers on docker0 poison each other, until README.md's recipe is followed.
# lab: all
# lab: own-vm --mem 2048
# lab: timeout 900
# lab: takes 150
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=packages.inc
. "$(dirname "$0")/packages.inc"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
needs dockerd docker containerd runc iptables
plan 36
scratch

# Dockerd with its defaults, in this machine's own namespace: node.
docker() { "${packaged[@]}" docker "$@"; }
# shellcheck disable=SC2317 # by at_exit
end_docker() {
	# shellcheck disable=SC2046 # names
	docker rm -f $(docker ps -aq) >/dev/null 2>&1
	stop "$dockerd"
	ip link del docker0
	umount /var/lib/docker
} 2>/dev/null
attach node $$
mkdir -p /var/lib/docker
must mount -t tmpfs docker /var/lib/docker
"${packaged[@]}" dockerd >"$dir/dockerd" 2>&1 &
dockerd=$!
at_exit end_docker
answers() { docker version >/dev/null 2>&1; }
poll 200 answers
result $? "dockerd starts" "$(tail -n 20 "$dir/dockerd")" || exit

# An image with busybox and arpq, which are static.
mkdir -p "$dir/image/bin"
cp "$(command -v busybox)" "$ARPQ" "$dir/image/bin"
for name in sh cat ip ping sleep; do ln -s busybox "$dir/image/bin/$name"; done
tar -C "$dir/image" -c . | docker import - lab >"$dir/said" 2>&1
result $? "docker imports an image" "$(<"$dir/said")"

declare -A port=()
# The port of a container, found as docs/recipes.md says.
port_of() {	# NAME
	local commands index line
	commands=$(grep -A 1 '^docker exec web' "$ROOT/docs/recipes.md" | sed "s/ *#.*//; s/ web / $1 /")
	index=$("${packaged[@]}" sh -c "$(sed -n 1p <<<"$commands")") &&
		line=$(sh -c "$(sed -n "2s/27/$index/p" <<<"$commands")") &&
		line=${line#*: } && echo "${line%%@*}"
}
# Reads the address of a container that has started, and gives its namespace a name.
look() {	# NAME
	local pid ip mac
	read -r pid ip mac < <(docker inspect -f \
		'{{.State.Pid}} {{.NetworkSettings.IPAddress}} {{.NetworkSettings.MacAddress}}' "$1")
	address[$1]=$ip lladdr[$1]=$mac
	if [ -e "/run/netns/$1" ]; then must ip netns del "$1" && must ip netns attach "$1" "$pid"
	else attach "$1" "$pid"; fi
	port[$1]=$(port_of "$1")
	set_sysctl "$1" net.ipv4.neigh.eth0.locktime=0
}
container() {	# NAME
	docker run -d --init --name "$1" lab sleep 100000 >"$dir/said" 2>&1 || bail "$(<"$dir/said")"
	look "$1"
}
pings() { docker exec "$1" ping -c 1 -W 5 "$2"; }	# NAME ADDRESS
reasons_of() {	# NAME [NAME=VALUE…]
	must ctl node stats reset
	send "$@"
	ctl node -j stats show "${port[$1]}" | jq -r '.[].reasons | del(.pass) | keys | join(" ")'
}
# From inside the container, with the capabilities that docker gives it.
attacks() {	# FORM
	must ip -n blue neigh replace "${address[green]}" lladdr "$GREEN" dev eth0 nud stale
	docker exec red arpq send eth0 "$(frame red form="$1")"
	fence red
	docker exec blue ip neigh show dev eth0 | sed -n "s/^${address[green]} .*lladdr \([^ ]*\).*/\1/p"
}
claims_host() {
	must ip -n green neigh replace "${address[host]}" lladdr "$BR0" dev eth0 nud stale
	send red sip="${address[host]}" tip="${address[green]}"
	neigh_mac green "${address[host]}"
	must ip -n green neigh replace "${address[host]}" lladdr "$BR0" dev eth0 nud permanent
}
takes() {
	fence green
	send red src="$GREEN" sha="$GREEN"
	bridge -n node fdb show br docker0 | sed -n "s/^$GREEN dev \([^ ]*\).*/\1/p" | sort -u | paste -sd ' '
}

for name in red green blue; do container "$name"; done
address[host]=172.17.0.1
BR0=$(mac node docker0) lladdr[host]=$BR0
RED=${lladdr[red]} GREEN=${lladdr[green]}
is "${address[red]} $RED, ${address[green]} $GREEN" \
	"$(recipe docker0 | sed -n 's/^arpctl bind add \([^ ]*\) lladdr \([^ ]*\) .*/\1 \2/p' | paste -sd , | sed 's/,/, /')" \
	"docker gives containers the addresses and MACs that the recipe has"
is "$(bridge -n node -j link show | jq -r '.[] | select(.master == "docker0").ifname' | sort)" \
	"$(printf '%s\n' "${port[@]}" | sort)" "docs/recipes.md: how to find a container's port"
run_ok "containers reach each other" pings red "${address[blue]}"
fence_on docker0

# Stock

is "$(attacks plain)" "$RED" "stock: a container takes over another's address"
is "$(attacks vid0)" "$RED" "stock: a container takes over another's address behind a tag, too"
is "$(claims_host)" "$RED" "stock: a container takes over the host's address"
is "$(takes)" "${port[red]}" "stock: a container redirects frames for another's MAC"

# The recipe, with the names of these ports

must load_module
commands=$(recipe docker0 | sed "s/veth1a2b3c4/${port[red]}/; s/veth5d6e7f8/${port[green]}/")
output=$(follow node "$commands")
result $? "the recipe's commands" "$output"
like "$output" "drop, unbound" "explain prints what the recipe says"
is "$(attacks plain)" "$GREEN" "no container can take over another's address"
is "$(attacks vid0)" "$GREEN" "no container can take over another's address behind a tag"
for form in plain vid0 ad0 vid10; do
	is "$(forge $form)/$(counted_on "${port[red]}")" "unharmed/unbound 1" "$form: no poison, counted as unbound"
done
for form in vid0x2 ad0q0 q0ad0 vid10q0 snap snapvid0; do
	is "$(forge $form)/$(counted_on "${port[red]}")" "unharmed/encapsulated 1" "$form: no poison, counted as encapsulated"
done
is "$(claims_host)" "$BR0" "no container can take over the host's address"
is "$(takes)" "${port[green]}" "no container can redirect another's frames by ARP"
run_ok "the recipe's containers reach each other" pings red "${address[green]}"
run_ok "the recipe's containers reach the host" pings green "${address[host]}"

# Other containers

is "$(reasons_of blue sip="${address[blue]}")" unbound "a container without a binding may not even use its own address"
container new
is "$(reasons_of new sip="${address[new]}")" unbound "a container that starts later is covered"
fails_with 1 '100% packet loss' "a container that starts later reaches nobody" pings new "${address[red]}"
must ctl node bind add "${address[new]}" lladdr "${lladdr[new]}" dev "${port[new]}"
run_ok "a container that starts later reaches others once it is bound" pings new "${address[red]}"
before=${port[red]}
docker restart -t 0 red >"$dir/said" 2>&1 || bail "$(<"$dir/said")"
look red
[ "${port[red]}" != "$before" ] && [ "${address[red]}" = 172.17.0.2 ]
result $? "a container that was restarted has its address, and another port" "$before ${port[red]} ${address[red]}"
fence_on docker0
is "$(reasons_of red sip="${address[red]}")" unbound "a container that was restarted has to be bound again"
must ctl node bind replace "${address[red]}" lladdr "$RED" dev "${port[red]}"
run_ok "a container that was restarted reaches others once it is bound" pings red "${address[green]}"

# Back to stock

must ctl node flush
is "$(attacks plain)" "$RED" "flush: stock again"
no_kernel_faults
