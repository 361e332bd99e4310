#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check has nothing to say about healthy hosts, with the module and without it.
# lab: timeout 400
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=check.inc
. "$(dirname "$0")/check.inc"

host debian docker node router lb1 far
segment lan debian:eth0 docker:eth0 node:eth0 router:eth0 lb1:eth0 far:eth0
addr far eth0 10.0.0.9/24

# Debian, as installed: an address, a default route, systemd's rp_filter.
addr debian eth0 10.0.0.1/24
must ip -n debian route add default via 10.0.0.9
set_sysctl debian net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.default.rp_filter=2

# Docker: docker0 without a container, another network with two, all forwarded.
addr docker eth0 10.0.0.2/24
must ip -n docker -batch - <<-END
	route add default via 10.0.0.9
	link add name docker0 up type bridge
	addr add 172.17.0.1/16 brd 172.17.255.255 dev docker0
	link add name br-c0ffee up type bridge
	addr add 172.18.0.1/16 brd 172.18.255.255 dev br-c0ffee
	link add name vetha up master br-c0ffee type veth peer name web netns far
END
set_sysctl docker net.ipv4.ip_forward=1

# A Kubernetes node: Calico's devices and tunnel, kube-proxy with IPVS and strictARP,
# node-local DNS.
addr node eth0 10.0.0.3/24
must ip -n node -batch - <<-END
	route add default via 10.0.0.9
	link add name vxlan.calico up type vxlan id 4096 dev eth0 dstport 4789 nolearning
	addr add 192.168.61.0/32 dev vxlan.calico
	route add 192.168.62.0/26 via 192.168.62.0 dev vxlan.calico onlink
	neigh add 192.168.62.0 lladdr 66:00:00:00:00:62 dev vxlan.calico nud permanent
	link add name kube-ipvs0 type dummy
	link set kube-ipvs0 arp off
	addr add 10.96.0.1/32 dev kube-ipvs0
	addr add 10.96.0.10/32 dev kube-ipvs0
	addr add 10.0.0.60/32 dev kube-ipvs0
	link add name nodelocaldns type dummy
	link set nodelocaldns arp off
	addr add 169.254.20.10/32 dev nodelocaldns
END
for n in 1 2 3; do
	must ip -n node link add name cali$n up address ee:ee:ee:ee:ee:ee type veth peer name pod$n netns far
	must ip -n far link set pod$n up
	must ip -n node route add 192.168.61.$n dev cali$n scope link
	set_sysctl node net.ipv4.conf.cali$n.proxy_arp=1 net.ipv4.conf.cali$n.forwarding=1 \
		net.ipv4.neigh.cali$n.proxy_delay=0
done
set_sysctl node net.ipv4.ip_forward=1 net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2

# A router with VRFs: the same subnets in both, VLANs, a leaked default route.
must ip -n router -batch - <<-END
	link add name red up type vrf table 10
	link add name blue up type vrf table 20
	link add link eth0 name eth0.10 up type vlan id 10
	link add link eth0 name eth0.20 up type vlan id 20
	link set eth0.10 master red
	link set eth0.20 master blue
	addr add 10.0.0.4/24 dev eth0
	addr add 10.9.0.1/24 dev eth0.10
	addr add 10.9.0.1/24 dev eth0.20
	route add default via 10.0.0.9
	route add default via 10.0.0.9 dev eth0 table 10
	route add 10.8.0.0/24 dev eth0.10 table 20
END
set_sysctl router net.ipv4.ip_forward=1

# keepalived with a VMAC: the daemon itself makes the device and sets its sysctls.
addr lb1 eth0 10.0.0.5/24
scratch
cat >"$dir/keepalived.conf" <<-END
	global_defs {
		vrrp_version 3
	}
	vrrp_instance web {
		state MASTER
		interface eth0
		virtual_router_id 51
		priority 200
		advert_int 0.1
		use_vmac
		vmac_xmit_base
		virtual_ipaddress {
			10.0.0.100/32
		}
	}
END
has_vip() { ip -n lb1 -o addr show | grep -q 10.0.0.100; }
vmac=false
if command -v keepalived >/dev/null; then
	vmac=true
	nsenter --net=/run/netns/lb1 -- keepalived --dont-fork --log-console --vrrp \
		--use-file "$dir/keepalived.conf" --pid "$dir/pid" --vrrp_pid "$dir/vrrp" >"$dir/log" 2>&1 &
fi
if $vmac; then plan 13; else plan 11; fi

everyone=(debian docker node router)
for name in "${everyone[@]}"; do clean "$name" "$name, without the module"; done
is "$(module_loaded && echo loaded)" "" "check has not loaded it"
must load_module
for name in "${everyone[@]}"; do clean "$name" "$name"; done
if $vmac; then
	run_ok "keepalived has its address on a VMAC" poll 20 has_vip
	clean lb1 "keepalived with a VMAC"
fi
must ctl node dev set all mode enforce
clean node "with a policy"
no_kernel_faults
