# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the functional tests speak in: TAP, hosts and links, ARP, the module.
#
# A test sources this file first. Everything that it makes goes when it exits.
# Hosts are network namespaces of the test's own, with IPv6 off so that a
# segment is quiet. The Nth host's Mth device, from 0, has the MAC
# 02:00:00:00:0N:0M.

set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ARPQ=${ARPQ:-$ROOT/build/arpq}
ARPCTL=${ARPCTL:-$ROOT/tools/arpctl/arpctl}
ARP_POLICY_KO=${ARP_POLICY_KO:-$ROOT/arp_policy.ko}
# Answers on every segment; see segment.
FENCE=192.0.2.254

if [ "$(id -u)" != 0 ]; then
	echo "Bail out! needs root: run it by tests/run"
	exit 1
fi

# TAP

count=0
failures=0
planned=''

# plan N, at the start; plan, at the end; plan skip WHY, instead of all.
plan() {
	if [ "${1-}" = skip ]; then
		echo "1..0 # SKIP $2"
		exit 0
	fi
	planned=${1:-$count}
	echo "1..$planned"
}

diag() {
	local line
	while IFS= read -r line; do echo "# $line"; done <<<"$*"
}

ok() { echo "ok $((++count)) - $1"; }

not_ok() {	# DESC [WHY…]
	echo "not ok $((++count)) - $1"
	: $((++failures))
	shift
	[ $# = 0 ] || diag "$*"
}

skip() { echo "ok $((++count)) - $1 # SKIP $2"; }	# DESC WHY

is() {	# GOT WANT DESC
	if [ "$1" = "$2" ]; then ok "$3"
	else not_ok "$3" " got: $1"$'\n'"want: $2"; fi
}

like() {	# GOT REGEX DESC
	if [[ $1 =~ $2 ]]; then ok "$3"
	else not_ok "$3" " got: $1"$'\n'"like: $2"; fi
}

unlike() {	# GOT REGEX DESC
	if [[ $1 =~ $2 ]]; then not_ok "$3" "   got: $1"$'\n'"unlike: $2"
	else ok "$3"; fi
}

run_ok() {	# DESC CMD…
	local desc=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	if [ $status = 0 ]; then ok "$desc"
	else not_ok "$desc" "$*: status $status"$'\n'"$output"; fi
}

fails_with() {	# STATUS REGEX DESC CMD…
	local want=$1 regex=$2 desc=$3 output status=0
	shift 3
	output=$("$@" 2>&1) || status=$?
	if [ $status = "$want" ] && [[ $output =~ $regex ]]; then ok "$desc"
	else not_ok "$desc" "$*: status $status, not $want with $regex"$'\n'"$output"; fi
}

# Until CMD succeeds, at most SECONDS.
poll() {	# SECONDS CMD…
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# What cannot be set up ends the test: its plan is then broken.
must() { "$@" || { diag "failed: $*"; exit 1; }; }

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
	local name=$1
	shift
	nsenter --net="/run/netns/$name" -- "$@"
}

mac() {	# HOST DEV
	ip -n "$1" -br link show dev "$2" | awk '{ print $3 }'
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

# A shared Ethernet segment: a bridge in a namespace of its own. More hosts may
# be added by calling it again. On it answers $FENCE, a port like the others, so
# that its answer to a later question overtakes no host's to an earlier one.
segment() {	# NAME HOST:DEV…
	local name=$1 end chosen
	shift
	if ! [ -e "/run/netns/$name" ]; then
		namespace "$name"
		# The bridge itself is no host: it would answer for the fence, and overtake
		# it, wherever policy says so.
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

# Whether every port of a segment carries frames.
forwarding() {	# SEGMENT
	! bridge -n "$1" link show | grep -qvE 'state forwarding'
}

addr() {	# HOST DEV ADDRESS/LENGTH…
	local name=$1 dev=$2 address
	shift 2
	for address; do must ip -n "$name" addr add "$address" dev "$dev"; done
}

# ARP

arpq() {	# HOST ARGUMENTS…
	local name=$1
	shift
	in_host "$name" "$ARPQ" "$@"
}

# Who answers when HOST asks from DEV: the MACs, in order, or "silence".
asks() {	# HOST DEV TARGET [SENDER]
	local name=$1 dev=$2 target=$3 answers
	set -- ${4:+sender "$4"}
	if [ "${segment_of[$name:$dev]-}" ]; then
		set -- "$@" fence "$FENCE"
	else
		set -- "$@" timeout 300
	fi
	answers=$(arpq "$name" ask "$dev" "$target" "$@")
	case $? in
	0) awk '{ print $3 }' <<<"$answers" | sort -u | paste -sd ' ' ;;
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

ctl() {	# HOST ARGUMENTS…
	local name=$1
	shift
	in_host "$name" "$ARPCTL" "$@"
}

cleanup() {
	local status=$? jobs name
	trap - EXIT
	jobs=$(jobs -p)
	# shellcheck disable=SC2086
	[ -z "$jobs" ] || { kill $jobs; wait; } 2>/dev/null
	for name in "${namespaces[@]}"; do ip netns del "$name"; done
	unload_module || status=1
	[ $status != 0 ] || [ $failures = 0 ] || status=1
	exit $status
}
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
