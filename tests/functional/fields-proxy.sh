#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field proxy behaves as the sysctls proxy_arp and proxy_arp_pvlan would, whatever they
# are: answers and learned neighbours are the same.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 28

values=(off route pvlan 'route,pvlan')
rich_host

# eth1 and eth2 share a medium, proxying to eth3 is disabled, eth0.5 does not forward, and
# three devices handle gratuitous ARP differently.
run_command sysctl net/ipv4/ip_forward 1
conf medium_id=1 eth1 eth2
conf medium_id=-1 eth3
conf medium_id=2 eth4
conf forwarding=0 eth0.5
conf arp_accept=1 eth0
conf arp_accept=2 eth2
must ip -n host -batch - <<-END
	neigh add proxy 10.61.0.1 dev eth0
	neigh add proxy 10.0.0.60 dev eth0
	neigh add proxy 10.60.0.1 dev eth1
	neigh add proxy 10.1.0.60 dev eth3
	neigh add proxy 10.0.0.60 dev eth0.5
	neigh add proxy 10.51.0.1 dev eth0
END

# Also how requests for other hosts and gratuitous ones update known neighbours.
{
	requests "${others[@]}" 10.0.0.1 10.9.0.1 10.0.0.255
	for target in 10.0.0.60 10.1.0.60 10.3.0.60 10.5.0.60 10.61.0.1 10.50.0.1; do
		echo "ask eth2 $target 10.0.0.51 known stale old"
		echo "ask eth2 $target 10.0.0.52 known reachable same old"
		echo "ask eth2 $target target known stale old"
		echo "ask eth0 $target target known stale"
		echo "ask eth0 $target 10.0.0.53 known failed"
		echo "ask eth0.5 $target 10.5.0.51 known stale old"
		echo "ask eth1 $target target known stale old"
		echo "ask eth2 $target target announce"
	done
} >"$work/questions"

sysctl_proxy() {	# off|route|pvlan|route,pvlan
	local route=0 pvlan=0
	[[ $1 != *route* ]] || route=1
	[[ $1 != *pvlan* ]] || pvlan=1
	conf proxy_arp=$route all
	# There is no such sysctl on all.
	conf proxy_arp_pvlan=$pvlan "${devices[@]}"
}

for value in "${values[@]}"; do
	sysctl_proxy "$value"
	answers "stock-$value"
	[ "$value" = off ] || differ stock-off "stock-$value" "proxy_arp $value makes a difference"
done
is "$(said_to stock-off 'ask eth0 10.1.0.60 10.0.0.50')" silence "with proxy_arp off, no proxy answers"
is "$(said_to stock-route 'ask eth0 10.1.0.60 10.0.0.50')" "$(mac host eth0)" \
	"with proxy_arp the host answers for another device's neighbours"
is "$(said_to stock-route 'ask eth1 10.0.0.60 10.1.0.50')" "$(mac host eth1)" \
	"with proxy_arp, from a medium_id to none"
is "$(said_to stock-route 'ask eth3 10.0.0.60 10.3.0.50')" silence "with proxy_arp, not from medium_id -1"
is "$(said_to stock-pvlan 'ask eth0 10.0.0.60 10.0.0.50')" "$(mac host eth0)" \
	"with proxy_arp_pvlan, for neighbours on the same device"
is "$(said_to stock-off 'ask eth0 10.61.0.1 10.0.0.50')" "$(mac host eth0)" \
	"an ip neigh proxy entry needs neither sysctl"

# Each value over the sysctls' extremes, stricter and looser.
must load_module
for sysctl in off route,pvlan; do
	sysctl_proxy $sysctl
	for value in "${values[@]}"; do
		must ctl host dev set all proxy "$value"
		answers policy
		same "stock-$value" policy "proxy $value over proxy_arp $sysctl"
	done
	must ctl host flush
	answers policy
	same stock-$sysctl policy "flush restores stock"
done
for sysctl in route pvlan; do
	sysctl_proxy $sysctl
	must ctl host dev set default proxy off
	answers policy
	same stock-off policy "proxy off over proxy_arp $sysctl"
	must ctl host flush
done

# Device by device.
sysctl_proxy off
conf proxy_arp=1 eth0 eth2
conf proxy_arp_pvlan=1 eth2 eth1
answers each
differ stock-off each "each device has its own proxy_arp"
policy <<-END
	default proxy off
	eth0 proxy route
	eth2 proxy route,pvlan
	eth1 proxy pvlan
END
for value in off route,pvlan; do
	sysctl_proxy $value
	answers policy
	same each policy "each device its own proxy, over proxy_arp $value"
done
must ctl host flush

# Without forwarding there is no proxying.
run_command sysctl net/ipv4/ip_forward 0
sysctl_proxy route,pvlan
answers still
is "$(grep -c '^ask eth. 10.1.0.60 .*02:00' "$work/still")" 0 "without forwarding, no proxy answers"
must ctl host dev set all proxy route,pvlan
sysctl_proxy off
answers policy
same still policy "without forwarding, policy does not proxy either"
must ctl host dev set all proxy off
sysctl_proxy route,pvlan
answers policy
same still policy "without forwarding, proxy off makes no difference"

run_command sysctl net/ipv4/ip_forward 1
conf forwarding=0 eth0.5
must unload_module
answers policy
same stock-route,pvlan policy "rmmod restores stock"
