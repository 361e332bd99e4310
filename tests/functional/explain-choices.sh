#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# explain chooses device, sender and MAC where they are not given, says so, and names what makes the kernel a proxy.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || plan skip "no jq"

host alice bob
link alice:eth0 bob:eth0
link alice:eth1 bob:eth1
addr alice eth0 10.0.0.1/24
addr alice eth1 10.1.0.1/30
addr alice lo 10.9.9.9/32
addr bob eth0 10.0.0.2/24
must ip -n alice route add default via 10.1.0.2 dev eth1
must ip -n alice route add 10.5.0.0/16 via 10.0.0.2 dev eth0
must load_module

# What explain chooses, as it would be typed: "dev eth0 from 10.0.0.2 lladdr …".
chooses() {	# WORD…
	ctl alice -j explain "$@" | jq -r '.chosen | to_entries | map("\(.key) \(.value)") | join(" ")'
}
nobody=02:00:00:00:00:00

is "$(chooses request 10.0.0.1)" "dev eth0 from 10.0.0.2 lladdr $nobody" \
	"of an own address: its device, and the lowest other address"
is "$(chooses reply 10.0.0.1)" "dev eth0 from 10.0.0.2 lladdr $nobody" "the same for a reply"
is "$(chooses request 10.0.0.2)" "dev eth0 from 10.0.0.3 lladdr $nobody" "never the target itself"
is "$(chooses request 10.1.0.1)" "dev eth1 from 10.1.0.2 lladdr $nobody" "the sender in a small subnet"
is "$(chooses request 10.1.0.1 from 10.1.0.9)" "dev eth1 lladdr $nobody" "only the device"
is "$(chooses request 10.1.0.1 dev eth0)" "from 10.0.0.2 lladdr $nobody" "only the sender, of that device's subnet"
is "$(chooses request 10.5.7.7)" "dev eth0 from 10.0.0.2 lladdr $nobody" "the device by route"
is "$(chooses request 10.9.9.9)" "dev eth1 from 10.1.0.2 lladdr $nobody" \
	"of an address on lo: where the default route leaves"
is "$(chooses request 10.0.0.1 lladdr 02:00:5e:00:00:09 dev eth0 from 10.0.0.7)" "" \
	"keywords in any order, and nothing is left to choose"
is "$(chooses send 10.0.0.2 dev eth0 from 10.0.0.1)" "" "nothing is chosen for send"

addr alice eth0 10.0.0.2/24
must ip -n alice neigh replace 10.0.0.3 lladdr 02:00:5e:00:00:03 dev eth0 nud stale
is "$(chooses request 10.0.0.1)" "dev eth0 from 10.0.0.3 lladdr 02:00:5e:00:00:03" \
	"not an own address, and with the MAC of the neighbour entry"
must ctl alice bind add 10.0.0.3 lladdr 02:00:5e:00:00:33
must ctl alice dev set eth0 inspect strict
is "$(chooses request 10.0.0.1)" "dev eth0 from 10.0.0.3 lladdr 02:00:5e:00:00:33" \
	"the bound MAC comes first"
is "$(ctl alice -j explain request 10.0.0.1 | jq -c '[.verdict, .answered]')" '["accept",true]' \
	"with the bound MAC, strict inspection accepts it"
must ctl alice flush
is "$(ctl alice explain request 10.0.0.1)" "request on eth0
  chosen    dev eth0 from 10.0.0.3 lladdr 02:00:5e:00:00:03
  verdict   accept, pass
  answer    is-at $(mac alice eth0)
  route     local dev lo" "choices as text"
must ip -n alice addr del 10.0.0.2/24 dev eth0

# On a device without a subnet, a neighbour is chosen.
must ip -n alice link add cali1 up type veth peer name cali1p
must ip -n alice link set cali1p up
must ip -n alice route add 10.65.0.7 dev cali1
fails_with 1 'cali1 has no subnet and no neighbour' "no sender can be chosen" \
	ctl alice explain request 169.254.1.1 dev cali1
must ip -n alice neigh replace 10.65.0.7 lladdr 02:00:5e:00:00:07 dev cali1 nud stale
is "$(chooses request 169.254.1.1 dev cali1)" "from 10.65.0.7 lladdr 02:00:5e:00:00:07" "a neighbour"
is "$(chooses request 10.65.0.7 from 10.65.0.8)" "dev cali1 lladdr $nobody" "its device, by route"
fails_with 1 'no such device' "a device that does not exist" ctl alice explain request 10.0.0.1 dev none
must ip -n alice route del default
fails_with 1 'give "dev DEV"' "no route" ctl alice explain request 172.16.0.1

# On a bridge's port, the sender is on the segment.
must modprobe -a bridge 8021q
must ip -n alice -batch - <<-END
	link add br0 up type bridge vlan_filtering 0
	link add tap0 up master br0 type veth peer name guest0
	link set guest0 up
	addr add 10.2.0.1/24 dev br0
	link add br0.7 link br0 up type vlan id 7
	addr add 10.7.0.1/24 dev br0.7
END
is "$(chooses request 10.2.0.1 dev tap0)" "from 10.2.0.2 lladdr $nobody" "of a port: the bridge's subnet"
is "$(chooses request 10.7.0.1 dev tap0 vlan 7)" "from 10.7.0.2 lladdr $nobody" "of a port: the subnet of a VLAN on the bridge"
is "$(chooses request 10.2.0.1)" "dev br0 from 10.2.0.2 lladdr $nobody" "without dev, the bridge itself"
is "$(ctl alice -j explain request 10.2.0.1 dev tap0 | jq -c '.next | has("chosen")')" false \
	"the next step chooses nothing"
# Behind a port, a frame without a tag is in the VLAN of its PVID.
must ip -n alice link set br0 type bridge vlan_filtering 1
must ip -n alice addr del 10.2.0.1/24 dev br0
must bridge -n alice vlan del dev tap0 vid 1
must bridge -n alice vlan add dev tap0 vid 7 pvid untagged
must bridge -n alice vlan add dev br0 vid 7 self
is "$(chooses request 10.7.0.1 dev tap0)" "from 10.7.0.2 lladdr $nobody" "of a port: the subnet of its PVID's VLAN"

# Which sysctl makes the kernel a proxy.
set_sysctl alice net.ipv4.ip_forward=1
proxied_by() { ctl alice -j explain request "$@" | jq -r '.kernel.proxied_by'; }
is "$(proxied_by 10.1.0.2 dev eth0)" null "not a proxy"
must ip -n alice neigh add proxy 10.1.0.2 dev eth0
is "$(proxied_by 10.1.0.2 dev eth0)" pneigh "a proxy neighbour entry"
set_sysctl alice net.ipv4.conf.eth0.proxy_arp=1
is "$(proxied_by 10.1.0.2 dev eth0)" proxy_arp "proxy_arp, which the kernel looks at first"
is "$(ctl alice explain request 10.1.0.2 from 10.0.0.7 dev eth0 lladdr 02:00:5e:00:00:09)" "request on eth0
  verdict   accept, pass
  answer    is-at $(mac alice eth0)
  route     unicast dev eth1
  proxied   by the kernel: sysctl proxy_arp" "proxied as text"
is "$(proxied_by 10.0.0.77 dev eth0)" null "not a proxy for the same device"
set_sysctl alice net.ipv4.conf.eth0.proxy_arp_pvlan=1
is "$(proxied_by 10.0.0.77 dev eth0)" proxy_arp_pvlan "except by proxy_arp_pvlan"
is "$(proxied_by 10.0.0.1 dev eth0)" null "an own address is not proxied"
must ctl alice dev set eth0 proxy off
is "$(proxied_by 10.1.0.2 dev eth0)" pneigh "proxy off disables the sysctls, but not the entry"
must ip -n alice neigh del proxy 10.1.0.2 dev eth0
is "$(proxied_by 10.1.0.2 dev eth0)" null "proxy off without the entry: not a proxy"
plan
