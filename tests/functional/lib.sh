# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# For functional tests: hosts and links, ARP, the module. TAP is in ../lib/tap.sh.
#
# A test sources this file first. Everything that it creates is removed at its end.
# Hosts are network namespaces of the test's own, with IPv6 off so that a
# segment is quiet. The Nth host's Mth device, from 0, has the MAC
# 02:00:00:00:0N:0M.

set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ARPQ=${ARPQ:-$ROOT/build/arpq}
# Exported for shells that use in_host.
export WITHIN=$ROOT/build/within
ARPCTL=${ARPCTL:-$ROOT/tools/arpctl/arpctl}
ARP_POLICY_KO=${ARP_POLICY_KO:-$ROOT/arp_policy.ko}
# An address that is answered for on every segment; see segment.
FENCE=192.0.2.254

# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$ROOT/tests/lib/tap.sh"
[ "$(id -u)" = 0 ] || bail "needs root: run it by tests/run"

# Hosts

declare -A host_number=() host_devices=() segment_of=()
namespaces=()

namespace() {	# NAME
	must ip netns add "$1"
	namespaces+=("$1")
	# shellcheck disable=SC2016
	in_host "$1" sh -c 'for c in all default; do
		echo 1 >/proc/sys/net/ipv6/conf/$c/disable_ipv6
	done 2>/dev/null; ip link set lo up'
}

# Names the namespace of a process; it has devices already.
attach() {	# NAME PID
	must ip netns attach "$1" "$2"
	namespaces+=("$1")
}

host() {	# NAME…
	local name
	for name; do
		namespace "$name"
		host_number[$name]=${#host_number[@]}
		host_devices[$name]=''
	done
}

# /proc/sys/net is the host's; for /sys/class/net use ip netns exec.
in_host() {	# NAME CMD…
	"$WITHIN" "$@"
}

# A program in the background. Sets "started" to its own process id.
start() {	# HOST CMD…
	"$WITHIN" "$@" &
	# shellcheck disable=SC2034 # used by scripts that source this
	started=$!
}

stop() {	# PID…
	kill "$@" && wait "$@"
} 2>/dev/null

# Whether a program has joined one group of generic netlink. Wait for this before a change that
# a monitor is to report: a change that changes nothing is not reported again.
monitored() {	# HOST
	# shellcheck disable=SC2016 # awk's variables
	in_host "$1" awk '$2 == 16 && $4 != "00000000" { found = 1 } END { exit !found }' /proc/net/netlink
}

# Stops processes until kill -CONT. After kill -STOP alone, they may still send for a moment
# on another CPU.
pause() {	# PID…
	kill -STOP "$@" && poll 20 paused "$@"
}
paused() {	# PID…
	local pid state
	for pid; do
		read -r state <"/proc/$pid/stat" && [[ ${state##*) } == T* ]] || return
	done
}

# Whether every CPU has processed the packets that were sent to devices here. Ask this before
# counters are compared after a flood: its last packets can wait for ksoftirqd.
drained() {
	# shellcheck disable=SC2016 # awk's variables; the twelfth is the length of the queue
	awk 'NF > 11 && $12 !~ /^0+$/ { exit 1 }' /proc/net/softnet_stat
}

mac() {	# HOST DEV
	local it
	read -r _ _ it _ < <(ip -n "$1" -br link show dev "$2") && echo "$it"
}

set_sysctl() {	# HOST KEY=VALUE…
	local name=$1
	shift
	must in_host "$name" sysctl -q -w "$@"
}

# Chooses the MAC of a new device. Sets "chosen".
choose_mac() {	# HOST DEV
	# shellcheck disable=SC2086
	set -- "$1" "$2" ${host_devices[$1]}
	printf -v chosen '02:00:00:00:%02x:%02x' "${host_number[$1]}" $(($# - 2))
	host_devices[$1]+=" $2"
}

# A cable between two hosts.
link() {	# HOST:DEV HOST:DEV [MAC MAC]
	local a=${1%%:*} b=${2%%:*} adev=${1#*:} bdev=${2#*:} amac bmac chosen
	choose_mac "$a" "$adev"; amac=${3:-$chosen}
	choose_mac "$b" "$bdev"; bmac=${4:-$chosen}
	must ip -n "$a" link add name "$adev" address "$amac" up type veth \
		peer name "$bdev" netns "$b" address "$bmac"
	must ip -n "$b" link set "$bdev" up
}

# A bond of two cables, s0 and s1, at its first end; s0 is active. Fails without bonding.
bond_is_up() { [ "$(in_host "$1" grep -c 'MII Status: up' /proc/net/bonding/bond0)" = 3 ]; }
bond() {	# HOST HOST PREFIX…
	modprobe -q bonding max_bonds=0 || return 1
	link "$1:s0" "$2:s0"
	link "$1:s1" "$2:s1"
	must ip -n "$1" -batch - <<-END
		link add name bond0 type bond mode active-backup miimon 50
		link set s0 down
		link set s1 down
		link set s0 master bond0
		link set s1 master bond0
		link set bond0 up
		$(printf 'addr add %s dev bond0\n' "${@:3}")
		link set bond0 type bond active_slave s0
	END
	must poll 10 bond_is_up "$1"
}

# A shared Ethernet segment: a bridge in a namespace of its own. Call it again to add
# hosts. A port like the others answers for $FENCE, so its answer to a later request
# cannot overtake a host's answer to an earlier one.
segment() {	# NAME HOST:DEV…
	local name=$1 end chosen
	shift
	if ! [ -e "/run/netns/$name" ]; then
		namespace "$name"
		# The bridge must not act as a host: policy could make it answer for the fence.
		set_sysctl "$name" net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
		must ip -n "$name" -batch - <<-END
			link add name br0 up arp off type bridge stp_state 0 forward_delay 0 mcast_snooping 0
			link add name fence up address 02:00:00:00:ff:ff type veth peer name to-fence
			link set to-fence up master br0
			addr add $FENCE/32 dev fence
		END
	fi
	for end; do
		choose_mac "${end%%:*}" "${end#*:}"
		must ip -n "$name" link add name "${end/:/-}" up master br0 type veth \
			peer name "${end#*:}" netns "${end%%:*}" address "$chosen"
		must ip -n "${end%%:*}" link set "${end#*:}" up
		segment_of[$end]=$name
	done
	must poll 5 forwarding "$name"
}

# Whether every port of a segment is forwarding.
forwarding() {	# SEGMENT
	! bridge -n "$1" link show | grep -qvE 'state forwarding'
}

# A bridge that forwards at once, with ports.
add_bridge() {	# HOST NAME [PORT…]
	local port
	must ip -n "$1" link add name "$2" up type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	for port in "${@:3}"; do must ip -n "$1" link set "$port" master "$2"; done
}

addr() {	# HOST DEV ADDRESS/LENGTH…
	local name=$1 dev=$2 address
	shift 2
	for address; do must ip -n "$name" addr add "$address" dev "$dev"; done
}

# alice is 10.0.0.1 and bob 10.0.0.2 on their eth0, on a link or on a segment.
alice_and_bob() {	# link|segment NAME
	host alice bob
	"$@" alice:eth0 bob:eth0
	addr alice eth0 10.0.0.1/24
	addr bob eth0 10.0.0.2/24
}

# The same on segment lan. Alice also answers for 10.9.9.9, on lo, and forwards to
# 10.8.0.0/24. Sets "hers".
alice_forwards() {
	alice_and_bob segment lan
	addr alice lo 10.9.9.9/32
	must ip -n alice link add name back up type dummy
	addr alice back 10.8.0.254/24
	set_sysctl alice net.ipv4.ip_forward=1
	# shellcheck disable=SC2034 # used by scripts that source this
	hers=$(mac alice eth0)
}

# ARP

# The MAC of a neighbour entry.
neigh_mac() {	# HOST ADDRESS [DEV]
	ip -n "$1" neigh show "$2" ${3:+dev "$3"} | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'
}

hex_ip() {	# ADDRESS
	local IFS=.
	# shellcheck disable=SC2086
	printf %02x $1
}

arpq() {	# HOST ARGUMENTS…
	local name=$1
	shift
	in_host "$name" "$ARPQ" "$@"
}

# The MACs that answer HOST's request on DEV, sorted, or "silence".
asks() {	# HOST DEV TARGET [SENDER]
	local name=$1 dev=$2 target=$3 answers each
	local -A owners=()
	set -- ${4:+sender "$4"}
	if [ "${segment_of[$name:$dev]-}" ]; then
		set -- "$@" fence "$FENCE"
	else
		set -- "$@" timeout 300
	fi
	answers=$(arpq "$name" ask "$dev" "$target" "$@")
	case $? in
	0)	# Usually there is one answer. It needs no programs, which start slowly here.
		while read -r _ _ each _; do owners[$each]=1; done <<<"$answers"
		if [ ${#owners[@]} = 1 ]; then echo "${!owners[@]}"
		else printf '%s\n' "${!owners[@]}" | sort | paste -sd ' '; fi ;;
	1) echo silence ;;
	*) echo error ;;
	esac
}

# The ARP frames that HOST's DEV sends and receives while CMD runs, and shortly
# after. See arpq --help.
hears() {	# HOST DEV [count N] [timeout MS] [match TEXT] -- CMD…
	local name=$1
	shift
	arpq "$name" listen "$@"
}

# The module

load_module() {	# [PARAMETER=VALUE…]
	insmod "$ARP_POLICY_KO" "$@"
}

module_loaded() { [ -e /sys/module/arp_policy ]; }

unload_module() { ! module_loaded || rmmod arp_policy; }

# A number from the UAPI header.
uapi_number() {	# NAME
	awk -v name="ARP_POLICY_$1" '$2 == name { print $3 }' "$ROOT/include/uapi/linux/arp_policy.h"
}

ctl() {	# HOST ARGUMENTS…
	local name=$1
	shift
	in_host "$name" "$ARPCTL" "$@"
}

# What the kernel has logged since the last call, or since the test began.
kernel_said() {
	dmesg | sed "1,/$last_mark\$/d"
	mark_log
}

mark_log() {
	last_mark="mark $RANDOM$RANDOM"
	{ echo "$last_mark" >/dev/kmsg; } 2>/dev/null || :
}
mark_log

no_kernel_faults() {
	is "$(kernel_said | "$ROOT/tests/lib/splats")" '' "the kernel logged no fault"
}

# DHCP

needs_dhcp() {
	command -v dnsmasq >/dev/null || plan skip "no dnsmasq"
	busybox udhcpc --help >/dev/null 2>&1 || plan skip "no busybox with udhcpc"
}

# Where an address is bound on node by a dynamic binding, and to which MAC.
binding_of() {	# ADDRESS
	ctl node -j bind show dynamic | jq -r --arg a "$1" '[.[] | select(.address == $a) |
		"\(.selector) \(.lladdr)"] | sort | join(", ")'
}
has_binding() { [ "$(binding_of "$1")" = "$2" ]; }	# ADDRESS WANTED

serves_dhcp() { in_host "$1" grep -q ':0043 ' /proc/net/udp; }	# HOST

# A DHCP server. Sets "dnsmasq". Its output is in $dir/server.
serve_dhcp() {	# HOST DEV RANGE LEASE-FILE [OPTION…]
	start "$1" dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --port=0 \
		--interface="$2" --dhcp-authoritative --dhcp-range="$3" --dhcp-leasefile="$4" \
		--pid-file="$dir/dnsmasq.pid" --log-facility=- "${@:5}" >>"$dir/server" 2>&1
	# shellcheck disable=SC2034 # used by scripts that source this
	dnsmasq=$started
	must poll 60 serves_dhcp "$1"
}

# Stops background jobs, deletes namespaces, unloads the module.
end_hosts() {
	local jobs name
	jobs=$(jobs -p)
	# shellcheck disable=SC2086
	[ -z "$jobs" ] || { kill $jobs; kill -CONT $jobs; wait; } 2>/dev/null
	for name in "${namespaces[@]}"; do ip netns del "$name"; done
	unload_module
}
at_exit end_hosts
