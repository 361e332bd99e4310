#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Pods whose gateway address belongs to no device: answered by proxy ARP, without delay.
#
# As with Calico, the host's end of a pod's veth has no address, and the pod sends
# everything to 169.254.1.1. The pods' addresses are in one /24, but without its
# route, so all traffic goes to the gateway.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 33

GATEWAY=169.254.1.1
CALI=ee:ee:ee:ee:ee:ee	# the MAC of every host's end

start_pod() {	# HOST DEV POD ADDRESS
	link "$1:$2" "$3:eth0" $CALI 02:00:00:00:aa:00
	must ip -n "$3" -batch - <<-END
		addr add $4/24 dev eth0 noprefixroute
		route add $GATEWAY dev eth0 scope link
		route add default via $GATEWAY dev eth0
		ntable change name arp_cache dev eth0 mcast_probes 20
	END
	must ip -n "$1" route add "$4" dev "$2" scope link
}

stop_pod() { must ip -n "$1" link del "$2"; }	# HOST DEV

rename() {	# HOST DEV NAME ROUTE
	must ip -n "$1" -batch - <<-END
		link set dev $2 down
		link set dev $2 name $3
		link set dev $3 up
		route add $4 dev $3 scope link
	END
}

pod_to_pod() {	# SECONDS
	in_host red ping -n -q -c 1 -W "$1" 10.10.10.20
}

# Before any neighbour is known.
first_ping() {	# DESC
	local output
	must ip -n red neigh flush dev eth0
	output=$(pod_to_pod 20)
	like "$output" ' 0% packet loss' "$1"
	diag "${output##*$'\n'}"
}

# The MAC that answers red. The fence is his host's own address, which is always answered
# for; only the kernel's proxy_delay could make an answer come after it.
answer() {	# [TARGET]
	local line mac
	line=$(arpq red ask eth0 "${1:-$GATEWAY}" fence 172.16.0.1)
	case $? in
	0) read -r _ _ mac _ <<<"$line"; echo "$mac" ;;
	1) echo silence ;;
	*) echo error ;;
	esac
}

# Sets the sysctl, without delay, so that the answer comes before the fence's.
proxy_arp() {	# DEV 0|1
	set_sysctl one "net.ipv4.neigh.$1.proxy_delay=0" "net.ipv4.conf.$1.proxy_arp=$2"
}

# How long red waits for the gateway's answer, ten times, in microseconds.
waits() {
	# shellcheck disable=SC2016
	in_host red sh -c 'for i in 0 1 2 3 4 5 6 7 8 9; do
		"$0" ask eth0 "$1" first timeout 5000 || break
	done' "$ARPQ" $GATEWAY | awk '{ print $(NF - 1) }' | sort -n
}

show_waits() {	# WHAT WAITS
	diag "$1: $(tr '\n' ' ' <<<"$2")us"
}

# An awk condition on the sorted waits: n of them, w[1] to w[n].
waits_are() {	# WAITS CONDITION
	awk '{ w[NR] = $1 / 1000 } END { n = NR; exit !('"$2"') }' <<<"$1"
}

stat_of() {	# DEV REASON
	ctl one -j stats show "$1" | jq ".[].reasons[\"$2\"] // 0"
}

host one two red blue
link one:eth0 two:eth0
addr one eth0 172.16.0.1/24
addr two eth0 172.16.0.2/24
set_sysctl one net.ipv4.ip_forward=1
set_sysctl two net.ipv4.ip_forward=1
must ip -n one route add default via 172.16.0.2
must ip -n two route add default via 172.16.0.1
must ip -n one route add 10.10.10.20 via 172.16.0.2
must ip -n two route add 10.10.10.10 via 172.16.0.1

# Stock

start_pod one cali1 red 10.10.10.10
start_pod two cali2 blue 10.10.10.20
is "$(answer)" silence "stock: nobody answers for the gateway"
fails_with 1 '100% packet loss' "stock: the pod reaches nobody" pod_to_pod 1

set_sysctl one net.ipv4.conf.cali1.proxy_arp=1
set_sysctl two net.ipv4.conf.cali2.proxy_arp=1
first_ping "stock, proxy_arp: pod reaches pod"
stock=$(waits)
show_waits "stock, proxy_arp" "$stock"
run_ok "stock, proxy_arp: the answer is delayed (100 ms and more)" \
	waits_are "$stock" 'n == 10 && w[n] > 100'

proxy_arp cali1 1
is "$(answer)" $CALI "stock, proxy_arp, no delay: answered"
must ip -n one route del default
is "$(answer)" silence "stock, proxy_arp: not answered without a route to the gateway"
must ip -n one route add default via 172.16.0.2
stop_pod one cali1
start_pod one cali1 red 10.10.10.10
is "$(answer)" silence "a device that is created again has lost the setting"
stop_pod one cali1
stop_pod two cali2

# Policy for devices that do not exist yet

must load_module
must ctl one dev set 'cali*' proxy route
must ctl two dev set 'cali*' proxy route
start_pod one cali1 red 10.10.10.10
start_pod two cali2 blue 10.10.10.20
first_ping "policy: pod reaches pod"
like "$(ip -n red neigh show $GATEWAY)" "lladdr $CALI" \
	"the pod has the device's MAC for its gateway"
ours=$(waits)
show_waits "policy" "$ours"
run_ok "the gateway answers within 10 ms" waits_are "$ours" 'n == 10 && (w[5] + w[6]) / 2 < 10'
like "$(in_host red arping -c 1 -w 5 -I eth0 $GATEWAY)" "reply from 169\.254\.1\.1 " \
	"arping gets the same answer"
is "$(answer 10.10.10.20)" $CALI "a request for the other pod is answered, too"
is "$(answer 10.10.10.10)" silence "a request for the pod's own address is not answered"
run_ok "proxied requests are counted" test "$(stat_of cali1 proxied)" -ge 12

must ip -n one route del default
is "$(answer)" silence "proxy route needs a route to the gateway, too"
must ip -n one route add default via 172.16.0.2
is "$(answer)" $CALI "proxy route answers once there is a route"
set_sysctl one net.ipv4.ip_forward=0
is "$(answer)" silence "proxy route needs forwarding"
set_sysctl one net.ipv4.ip_forward=1

# Devices come and go

stop_pod one cali1
start_pod one tap1 red 10.10.10.10
is "$(answer)" silence "a device of another name is not covered"
rename one tap1 cali7 10.10.10.10
is "$(answer)" $CALI "it is covered after it is renamed"
rename one cali7 tap1 10.10.10.10
is "$(answer)" silence "it is not covered after it is renamed back"
stop_pod one tap1
start_pod one cali1 red 10.10.10.10
is "$(answer)" $CALI "a device that is created again is covered"

# A configured delay

must ctl one dev set cali1 proxy-delay 300
delayed=$(waits)
show_waits "policy, proxy-delay 300" "$delayed"
run_ok "proxy-delay 300 delays" waits_are "$delayed" 'n == 10 && (w[5] + w[6]) / 2 > 20'
run_ok "proxy-delay 300 delays by about 300 ms at most" waits_are "$delayed" 'n == 10 && w[n] < 500'
must ctl one dev unset cali1 proxy-delay

# The other direction

proxy_arp cali1 1
must ctl one dev set cali1 proxy off
is "$(answer)" silence "proxy off: not answered, though proxy_arp is set"
run_ok "unanswered requests are counted as ignored" test "$(stat_of cali1 ignored)" -ge 1
must ip -n one neigh add proxy $GATEWAY dev cali1
is "$(answer)" $CALI "proxy off: a proxy neighbour entry still answers"
must ip -n one neigh del proxy $GATEWAY dev cali1
is "$(answer)" silence "proxy off: not answered without the entry"
proxy_arp cali1 0
must ctl one dev unset cali1 proxy
is "$(answer)" $CALI "without its own value the device follows cali* again"

# Back to stock

must ctl one flush
is "$(answer)" silence "flush: nobody answers for the gateway"
proxy_arp cali1 1
is "$(answer)" $CALI "flush: proxy_arp takes effect again"
must ctl one dev set all proxy off
is "$(answer)" silence "proxy off once more"
run_ok "rmmod" unload_module
is "$(answer)" $CALI "without the module proxy_arp takes effect"
