#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Links other than plain Ethernet: a tunnel whose packets carry their endpoint in metadata,
# and one with hardware addresses of four bytes.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 29

# Without devices of its own in the initial namespace.
tunnels=$(sysctl -n net.core.fb_tunnels_only_for_init_net)
sysctl -q -w net.core.fb_tunnels_only_for_init_net=2
modprobe -a vxlan ip_gre
sysctl -q -w "net.core.fb_tunnels_only_for_init_net=$tunnels"
host alice bob
link alice:eth0 bob:eth0
addr alice eth0 192.0.2.1/24
addr bob eth0 192.0.2.2/24
addr bob lo 10.9.9.9/32

# Bob's vxlan device is in external mode: packets carry their remote endpoint in metadata,
# and one without it is not sent, so an answer must take over the metadata of its request.
# Alice has a device for each VXLAN.
must ip -n bob link add name vx address 02:00:00:00:77:02 up type vxlan external dstport 4789
addr bob vx 10.77.0.2/24
must ip -n bob route replace 10.77.0.0/24 dev vx src 10.77.0.2 encap ip id 42 dst 192.0.2.1
for id in 42 43; do
	must ip -n alice link add name vx$id up type vxlan id $id remote 192.0.2.2 dstport 4789
done
addr alice vx42 10.77.0.1/24
addr alice lo 10.66.0.1/32
must ip -n bob route add 10.66.0.0/24 via 192.0.2.1
set_sysctl bob net.ipv4.ip_forward=1 net.ipv4.neigh.vx.proxy_delay=0 \
	net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.vx.rp_filter=0

ignore() { set_sysctl bob net.ipv4.conf.all.arp_ignore="$1"; }

# The device that receives the answer shows the VXLAN. There is no fence.
asks_vx() {	# ID TARGET SENDER [TIMEOUT]
	arpq alice ask "vx$1" "$2" sender "$3" timeout "${4:-10000}" first | awk '{ print $3 }'
}
mac=02:00:00:00:77:02

ignore 8
is "$(asks_vx 42 10.77.0.2 10.77.0.1 500)" "" "vxlan: with arp_ignore=8 bob does not answer"
ignore 0
is "$(asks_vx 42 10.77.0.2 10.77.0.1)" $mac "vxlan: with arp_ignore=0 he answers"
is "$(asks_vx 43 10.77.0.2 10.77.0.1)" $mac "he answers in the VXLAN of the request"
is "$(asks_vx 42 10.77.0.2 0.0.0.0)" $mac "a probe is answered"

must load_module
must ctl bob dev set vx ignore never
is "$(asks_vx 42 10.77.0.2 10.77.0.1 500)" "" "with ignore never he does not answer"
must ctl bob dev set vx ignore any
is "$(asks_vx 42 10.77.0.2 10.77.0.1)" $mac "ignore any: the kernel answers and the metadata is kept"
ignore 8
is "$(asks_vx 42 10.77.0.2 10.77.0.1)" $mac "over arp_ignore=8 the module answers with the metadata"
is "$(asks_vx 43 10.77.0.2 10.77.0.1)" $mac "ignore any over arp_ignore=8: he answers in the VXLAN of the request"
is "$(asks_vx 42 10.77.0.2 0.0.0.0)" $mac "ignore any over arp_ignore=8: a probe is answered"
is "$(asks_vx 42 10.66.0.9 10.77.0.1 500)" "" "bob does not proxy"
must ctl bob dev set vx proxy route
is "$(asks_vx 42 10.66.0.9 10.77.0.1)" $mac "with proxy route he proxies"
must ctl bob dev set vx proxy-delay 20
is "$(asks_vx 42 10.66.0.9 10.77.0.1)" $mac "with proxy-delay he proxies after the delay"

# Bob's own requests are sent along the route.
requests_vx() {	# SENDER REGEX DESC
	must ip -n bob neigh flush dev vx
	like "$(hears alice vx42 match 'in request' timeout 10000 -- \
		ip netns exec bob ping -q -c 1 -W 1 -I "$1" 10.77.0.1)" "$2" "$3"
}
must ctl bob flush
ignore 0
requests_vx 10.9.9.9 'in request sender 10\.9\.9\.9 ' "the sender is the source of the packet"
must ctl bob dev set vx announce best
requests_vx 10.9.9.9 'in request sender 10\.77\.0\.2 ' "announce best: with his own address"
must ctl bob flush
must ctl bob dev set lo hidden on
requests_vx 10.9.9.9 'in request sender 10\.77\.0\.2 ' "hidden: with his own address, too"
is "$(asks_vx 42 10.9.9.9 10.77.0.1 500)" "" "bob does not answer for a hidden address"
is "$(asks_vx 42 10.77.0.2 10.77.0.1)" $mac "the kernel still answers for other addresses"
must ctl bob flush
requests_vx 10.9.9.9 'in request sender 10\.9\.9\.9 ' "flush restores stock"

# A GRE tunnel without a fixed remote end can use ARP: the hardware type is 778, the outer
# addresses are the hardware addresses, and the broadcast address is the peer.
for name in alice bob; do
	number=${host_number[$name]}
	must ip -n $name -batch - <<-END
		link add name gre type gre local 192.0.2.$((1 + number)) key 7 ttl 8
		link set gre arp on
		link set gre broadcast 192.0.2.$((2 - number))
		link set gre up
		addr add 10.88.0.$((1 + number))/24 dev gre
	END
done

# Whether alice reaches bob. She must not know him before, so that she has to ask. He must
# not know her either: he would probe her entry, and she would learn his MAC from that.
reaches() {	# [OPTION…] TARGET
	ip -n bob neigh flush dev gre
	ip -n alice neigh flush dev gre
	in_host alice ping -q -c 1 -W 5 "$@" >/dev/null && echo yes || echo no
}
learnt() { ip -n alice neigh show "$1" dev gre | awk '$2 == "lladdr" { print $3 }'; }

is "$(reaches 10.88.0.2)" yes "gre: alice reaches bob"
is "$(learnt 10.88.0.2)" 192.0.2.2 "gre: alice has bob's hardware address of four bytes"
must ctl bob dev set gre ignore never
is "$(reaches 10.88.0.2)" no "with ignore never he does not answer"
ignore 8
must ctl bob dev set gre ignore any
is "$(reaches 10.88.0.2)" yes "ignore any over arp_ignore=8: the module answers"
is "$(learnt 10.88.0.2)" 192.0.2.2 "gre: the module's answer is correct"
must ctl bob flush
is "$(reaches 10.88.0.2)" no "flush restores stock"
ignore 0

# What alice learns when bob requests her address.
asks_alice() {
	ip -n bob neigh flush dev gre
	ip -n alice neigh flush dev gre
	in_host bob ping -q -c 1 -W 2 -I 10.9.9.9 10.88.0.1 >/dev/null
	ip -n alice neigh show dev gre | awk '$3 == "192.0.2.2" { print $1 }' | paste -sd ' '
}
must ip -n alice route add 10.9.9.9/32 dev gre
is "$(asks_alice)" 10.9.9.9 "bob requests with the packet's source as sender"
must ctl bob dev set gre announce best
is "$(asks_alice | tr ' ' '\n' | grep -x 10.88.0.2)" 10.88.0.2 "announce best: with his own address"
must ctl bob flush
must ctl bob dev set lo hidden on
is "$(asks_alice | tr ' ' '\n' | grep -x 10.88.0.2)" 10.88.0.2 "hidden: with his own address, too"
is "$(ctl bob -j stats show gre | jq '[.[].reasons.malformed // 0] | add')" 0 \
	"no packet is counted as malformed"
must unload_module
is "$(asks_alice)" 10.9.9.9 "rmmod restores stock"
