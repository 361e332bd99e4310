# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# For the field tests: a host with every kind of address and route, questions to it,
# and the comparison of its answers.
#
# Sourced after lib.sh. "host" is under test; "wire" is at the other end of each of its
# cables, with devices of the same names and without addresses.

differential=$(dirname "${BASH_SOURCE[0]}")
FIELDS=${FIELDS:-$differential/fields}
[ -x "$FIELDS" ] || must make -s -C "$differential"
scratch
work=$dir
tracing=/sys/kernel/tracing/instances/fields
end_tracing() { [ ! -d $tracing ] || rmdir $tracing; }
at_exit end_tracing

# The host

# The devices that have a peer on the wire.
devices=(eth0 eth1 eth2 eth3 eth4 eth0.5)

# Cables of the host, created at once; as link in lib.sh.
cables() {	# DEV…
	local dev chosen mac
	for dev; do
		choose_mac host "$dev"; mac=$chosen
		choose_mac wire "$dev"
		echo "link add name $dev address $mac up type veth" \
			"peer name $dev netns wire address $chosen"
	done
}

rich_host() {
	modprobe dummy numdummies=0
	modprobe -a vrf 8021q
	host host wire fence
	link wire:fence fence:eth0
	addr fence eth0 192.0.2.254/24
	# On eth0: primary and secondary addresses, a host route's
	# address, a peer, every scope. One address and one subnet are on
	# two devices. The host can send ICMP unreachable errors.
	must ip -n host -batch - <<-END
		$(cables eth0 eth1 eth2 eth3 eth4)
		link add link eth0 name eth0.5 up type vlan id 5
		link add name red up type vrf table 100
		link set eth4 master red
		link add name dummy0 up type dummy
		addr add 10.8.8.8/32 dev lo
		addr add 10.8.8.9/32 dev lo scope host
		addr add 10.0.0.1/24 brd + dev eth0
		addr add 10.0.0.2/24 dev eth0
		addr add 10.0.1.1/24 dev eth0
		addr add 10.0.9.1/32 dev eth0
		addr add 10.0.8.1 peer 10.0.8.2/32 dev eth0
		addr add 10.0.2.1/24 dev eth0 scope link
		addr add 10.0.3.1/24 dev eth0 scope host
		addr add 10.7.0.1/32 dev eth0
		addr add 10.7.0.1/32 dev eth1
		addr add 10.1.0.1/24 dev eth1
		addr add 10.0.0.11/24 dev eth2
		addr add 10.4.0.1/24 dev eth4
		addr add 10.4.0.2/24 dev eth4
		addr add 10.44.0.1/32 dev red
		addr add 10.5.0.1/24 dev eth0.5
		addr add 10.9.0.1/24 dev dummy0
		addr add 10.0.0.100/32 dev dummy0
		neigh add 10.0.0.59 dev eth0 lladdr 02:00:5e:00:02:00 nud permanent
		neigh add 10.1.0.59 dev eth1 lladdr 02:00:5e:00:02:00 nud permanent
	END
	must ip -n wire -batch - <<-END
		$(printf 'link set %s up\n' eth0 eth1 eth2 eth3 eth4)
		link add link eth0 name eth0.5 up type vlan id 5
	END
	must ip -n host -batch - <<-END
		route add local 10.99.0.0/24 dev lo
		route add 10.3.0.0/24 dev eth3
		route add 10.60.0.0/24 via 10.0.0.60 dev eth0
		route add 10.61.0.0/24 via 10.1.0.60 dev eth1
		route add 10.62.0.0/24 nexthop via 10.0.0.60 nexthop via 10.1.0.60
		route add 10.64.0.0/24 via 10.4.0.60 dev eth4 table 100
		route add unreachable 10.50.0.0/24
		route add blackhole 10.51.0.0/24
		route add prohibit 10.52.0.0/24
		route add 10.0.0.0/24 dev eth2 table 200
		rule add from 10.0.0.11 lookup 200
	END
	coproc DRIVER { exec "$FIELDS" wire host 192.0.2.254; }
	# rp_filter, accept_local and the like differ between devices. Results must not
	# depend on time: no request is repeated; entries on eth0 are always young enough
	# to be kept, those on other devices never.
	conf rp_filter=0 "${devices[@]}" all
	conf rp_filter=1 eth1
	conf accept_local=1 eth2
	conf route_localnet=1 eth2
	conf drop_gratuitous_arp=1 eth0.5
	neigh locktime=0 "${devices[@]}"
	neigh locktime=360000 eth0
	neigh retrans_time_ms=3600000 "${devices[@]}"
	neigh base_reachable_time_ms=3600000 "${devices[@]}"
	neigh proxy_delay=0 "${devices[@]}"
	neigh delay_first_probe_time=0 "${devices[@]}"
}

# Sends a command to tests/differential/fields, which runs during the whole test.
run_command() {
	local said=''
	echo "$*" >&"${DRIVER[1]}"
	read -r said <&"${DRIVER[0]}"
	must [ "$said" = "done" ]
}

# Sets sysctls of the host by device; faster than set_sysctl.
conf() {	# KEY=VALUE DEV…
	local dev
	for dev in "${@:2}"; do run_command "sysctl net/ipv4/conf/$dev/${1/=/ }"; done
}

neigh() {	# KEY=VALUE DEV…
	local dev
	for dev in "${@:2}"; do run_command "sysctl net/ipv4/neigh/$dev/${1/=/ }"; done
}

# Sets fields: one selector with its fields per line.
policy() {
	local line
	while read -ra line; do must ctl host dev set "${line[@]}"; done
}

# Questions

# Targets: the host's own addresses, other hosts', and invalid ones; see rich_host.
# shellcheck disable=SC2034 # for the tests
{
	own=(10.0.0.1 10.0.0.2 10.0.1.1 10.0.9.1 10.0.8.1 10.0.2.1 10.0.3.1 10.7.0.1
		10.1.0.1 10.0.0.11 10.4.0.1 10.4.0.2 10.44.0.1 10.5.0.1
		10.8.8.8 10.8.8.9 10.9.0.1 10.0.0.100 10.99.0.7)
	others=(10.0.0.60 10.1.0.60 10.3.0.60 10.4.0.60 10.5.0.60 10.0.8.2 10.60.0.1
		10.61.0.1 10.62.0.1 10.64.0.1 10.50.0.1 10.51.0.1 10.52.0.1 10.200.0.1)
	odd=(0.0.0.0 127.0.0.1 10.0.0.0 10.0.0.255 224.0.0.1 255.255.255.255)
}

# Senders by device: probe, of its subnet, of others, unroutable, gratuitous.
senders_on() {
	case $1 in
	eth0) echo 0.0.0.0 10.0.0.50 10.0.1.50 10.1.0.50 10.60.0.50 10.50.0.50 target ;;
	eth1) echo 0.0.0.0 10.1.0.50 10.0.0.50 10.61.0.50 target ;;
	eth2) echo 0.0.0.0 10.0.0.50 10.1.0.50 10.200.0.50 target ;;
	eth3) echo 0.0.0.0 10.3.0.50 10.0.0.50 ;;
	eth4) echo 0.0.0.0 10.4.0.50 10.64.0.50 10.0.0.50 target ;;
	eth0.5) echo 0.0.0.0 10.5.0.50 10.0.0.50 target ;;
	esac
}

# Requests for the targets on every device, then special cases. Many questions in a
# row can share a batch.
requests() {	# TARGET…
	local dev target sender
	local -A senders
	for dev in "${devices[@]}"; do senders[$dev]=$(senders_on "$dev"); done
	for target; do
		for dev in "${devices[@]}"; do
			for sender in ${senders[$dev]}; do
				echo "ask $dev $target $sender"
			done
		done
	done
	# Invalid senders, and the host's own addresses.
	for target in 10.0.0.1 10.0.0.11 10.1.0.1 10.0.0.60 10.1.0.60; do
		for sender in 10.0.0.1 10.0.0.11 10.9.0.1 10.0.0.255 10.51.0.50 10.52.0.50 \
			127.0.0.5 224.0.0.5 240.0.0.5 255.255.255.255; do
			echo "ask eth0 $target $sender"
			echo "ask eth2 $target $sender"
		done
	done
	# Unicast requests, replies, and senders that the host has an entry for, with the
	# same MAC or another.
	for target in 10.0.0.1 10.8.8.8 10.99.0.7 10.0.0.60 10.1.0.60 10.60.0.1; do
		for dev in eth0 eth1; do
			echo "ask $dev $target 0.0.0.0 unicast"
			echo "ask $dev $target 10.${dev#eth}.0.50 unicast"
			echo "ask $dev $target target unicast reply"
		done
		echo "ask eth0 $target 10.0.0.51 unicast reply"
		echo "ask eth0 $target 10.0.0.52 known stale"
		echo "ask eth0 $target 10.0.0.53 known stale same"
		echo "ask eth0 $target 10.0.0.54 known reachable"
		echo "ask eth0 $target 10.0.0.55 known reachable same"
		echo "ask eth0 $target 10.0.0.56 unicast reply known stale"
		echo "ask eth1 $target 10.1.0.52 known reachable old"
	done
	echo "ask eth0 10.0.0.50 target announce"
	echo "ask eth1 10.1.0.50 target announce"
	echo "ask eth0 10.0.0.50 target known stale"
	echo "ask eth1 10.1.0.50 target known reachable old"
	echo "ask eth1 10.1.0.50 target announce known reachable old"
}

# Packets of the host that need ARP: every source to every kind of target.
sends() {
	local source target
	for target in 10.0.0.70 10.0.1.70 10.0.2.70 10.0.3.70 10.0.8.2 10.1.0.70 \
		10.3.0.70 10.5.0.70 10.60.0.1; do
		for source in any "${own[@]}" 192.0.2.77; do
			case $source in 10.4.*|10.44.*) continue ;; esac
			echo "send $source $target"
		done
	done
	for target in 10.4.0.70 10.64.0.1; do
		for source in any 10.4.0.1 10.4.0.2 10.44.0.1; do
			echo "send $source $target dev red"
		done
	done
	echo "send 10.8.8.8 10.0.0.70 dev eth2"
	echo "send 10.0.0.1 10.0.0.70 dev eth2"
	echo "send any 10.0.0.70 dev eth2"
	# From the address that is asked for; not an announcement.
	echo "send 10.99.0.7 10.99.0.7 dev eth0"
}

# Packets to forward, with ip_forward on.
forwards() {
	local target
	for target in 10.0.0.70 10.0.1.70 10.0.8.2 10.3.0.70 10.5.0.70 10.60.0.1; do
		echo "forward eth1 10.1.0.59 $target"
	done
	echo "forward eth0 10.0.0.59 10.1.0.70"
	echo "forward eth0 10.0.0.59 10.61.0.1"
}

# Stale neighbours that the host probes.
rechecks() {
	echo "recheck any 10.0.0.70 eth0"
	echo "recheck 10.0.0.2 10.0.0.70 eth0"
	echo "recheck 10.8.8.8 10.0.1.70 eth0"
	echo "recheck 10.9.0.1 10.1.0.70 eth1"
	echo "recheck 10.4.0.2 10.4.0.70 eth4"
	echo "recheck any 10.3.0.70 eth3"
}

# Answers

# Sends the questions and writes the results to NAME.
answers() {	# NAME
	run_command "put $work/questions $work/$1"
}

same() {	# NAME NAME DESC
	local difference
	if cmp -s "$work/$1" "$work/$2"; then
		ok "$3"
	else
		difference=$(diff "$work/$1" "$work/$2")
		not_ok "$3" "$(grep -c '^>' <<<"$difference") of $(wc -l <"$work/$1") differ," \
			"$1 first:"$'\n'"$(head -n 12 <<<"$difference")"
	fi
}

differ() {	# NAME NAME DESC
	if cmp -s "$work/$1" "$work/$2"; then not_ok "$3" "$1 and $2 are the same"
	else ok "$3"; fi
}

# The number of questions that were answered, or made the host send a request.
answered() {	# NAME
	grep -vc ' | silence | ' "$work/$1"
}

# The host's answer to a question.
said_to() {	# NAME QUESTION
	awk -F ' [|] ' -v question="$2" '$1 == question { print $2 }' "$work/$1"
}
