#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The hooks in contrib, run by dnsmasq, Kea, ISC dhcpd and the CNI plugin bridge; those for guests by hand.
# lab: all
# lab: timeout 600
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages.inc
. "$(dirname "$0")/packages.inc"
needs dnsmasq busybox kea-dhcp4 dhcpd
bridge_plugin=$(packaged_file 'lib/cni/bridge')
[ "$bridge_plugin" ] || plan skip "no containernetworking-plugins"

host node red
link node:eth0 red:eth0
addr node eth0 10.31.0.1/24
RED=$(mac red eth0)
scratch
chmod 755 "$dir"
must load_module

# Runs the hook with this arpctl and logs its output.
cat >"$dir/hook" <<END
#!/bin/sh
echo "\$@" >>"$dir/calls"
exec env ARPCTL="$ARPCTL" \$(cat "$dir/env") sh "$ROOT/contrib/dhcp/lease-hook" "\$@" >>"$dir/calls" 2>&1
END
chmod 755 "$dir/hook"

bound() { ctl node bind show dynamic | sed -n "s/^10\.31\.0\.[0-9]* lladdr $RED dev \(.*\) dynamic/red on \1/p" | paste -sd ' '; }
becomes() { [ "$(bound)" = "$1" ]; }
soon() {	# WANTED DESC
	poll 20 becomes "$1"
	result $? "$2" "got: $(bound), want: $1
$(tail -n 20 "$dir/calls" "$dir/server" "$dir/client" 2>&1)"
}
# A client that releases its lease when it gets SIGUSR2.
client() {
	nsenter --net=/run/netns/red -- busybox udhcpc -f -t 20 -T 1 -i eth0 \
		-s "$ROOT/tests/lib/udhcpc-script" >"$dir/client" 2>&1 &
	client=$!
}
lease_and_release() {	# NAME WANTED
	client
	soon "$2" "$1: a lease is bound"
	kill -USR2 $client
	soon "" "$1: a released lease is unbound"
	stop $client
	must ip -n red addr flush dev eth0
}

# dnsmasq

: >"$dir/env"
serve_dhcp node eth0 10.31.0.50,10.31.0.90,600 "$dir/leases" --no-ping --dhcp-script="$dir/hook"
lease_and_release dnsmasq "red on eth0"
stop "$dnsmasq"

# Kea

echo ARP_POLICY_DEV=br7 >"$dir/env"
cat >"$dir/kea.conf" <<END
{ "Dhcp4": {
	"interfaces-config": { "interfaces": [ "eth0" ] },
	"lease-database": { "type": "memfile", "name": "$dir/kea.csv", "lfc-interval": 0 },
	"valid-lifetime": 600,
	"subnet4": [ { "subnet": "10.31.0.0/24", "pools": [ { "pool": "10.31.0.50 - 10.31.0.90" } ] } ],
	"hooks-libraries": [ { "library": "$(packaged_file 'lib/*/kea/hooks/libdhcp_run_script.so')",
		"parameters": { "name": "$dir/hook", "sync": false } } ],
	"loggers": [ { "name": "kea-dhcp4", "output_options": [ { "output": "stdout" } ], "severity": "INFO" } ]
} }
END
start node "${packaged[@]}" KEA_PIDFILE_DIR="$dir" KEA_LOCKFILE_DIR="$dir" \
	kea-dhcp4 -c "$dir/kea.conf" >"$dir/server" 2>&1
server=$started
must poll 120 grep -q DHCP4_STARTED "$dir/server"
lease_and_release Kea "red on br7"
stop $server

# ISC dhcpd

echo ARP_POLICY_DEV=br8 >"$dir/env"
{
	sed "s|/usr/local/lib/arp-policy/lease-hook|$dir/hook|" "$ROOT/contrib/dhcp/dhcpd.conf"
	echo 'default-lease-time 600; subnet 10.31.0.0 netmask 255.255.255.0 { range 10.31.0.50 10.31.0.90; }'
} >"$dir/dhcpd.conf"
: >"$dir/dhcpd.leases"
start node "${packaged[@]}" dhcpd -f -4 --no-pid -cf "$dir/dhcpd.conf" -lf "$dir/dhcpd.leases" eth0 >"$dir/server" 2>&1
server=$started
# It logs only to syslog that it has started.
must poll 30 grep -q 'Sending on *Socket' "$dir/server"
lease_and_release "ISC dhcpd" "red on br8"
stop $server

# Guests: in their definitions

cat >"$dir/guest" <<'END'
<domain type='kvm'><name>vm</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><devices>
 <interface type='bridge'><mac address='52:54:00:00:00:10'/><target dev='vnet3'/>
  <filterref filter='clean-traffic'><parameter name='IP' value='192.168.122.10'/><parameter name='IP' value='nonsense'/></filterref>
 </interface>
 <interface type='ethernet'><mac address='52:54:00:00:00:11'/><target dev='vnet4'/><ip address='192.168.122.11' prefix='24'/><ip address='fd00::11'/></interface>
 <interface type='network'><mac address='52:54:00:00:00:12'/><target dev='vnet5'/></interface>
</devices></domain>
END
# When a guest has stopped, libvirt leaves the names of its ports out.
sed "s|<target[^>]*>||" "$dir/guest" >"$dir/stopped"
qemu() {	# OPERATION SUB-OPERATION
	in_host node env ARPCTL="$ARPCTL" ARP_POLICY_PORTS="$dir/ports" "$ROOT/contrib/libvirt/qemu" vm "$@" - \
		<"$dir/$([ "$1" = stopped ] && echo stopped || echo guest)"
}
run_ok "libvirt: the hook, when a guest has started" qemu started begin
is "$(ctl node bind show)" "192.168.122.10 lladdr 52:54:00:00:00:10 dev vnet3 dynamic
192.168.122.11 lladdr 52:54:00:00:00:11 dev vnet4 dynamic" "its addresses are bound on its ports"
run_ok "the hook accepts other events" qemu prepare begin
must qemu stopped end
is "$(ctl node bind show)$(ls "$dir/ports")" "" "when the guest has stopped, they are unbound"
run_ok "libvirt: the hook, when a guest that it does not know has stopped" qemu stopped end

mkdir "$dir/bin"
cat >"$dir/bin/qm" <<'END'
#!/bin/sh
[ "$*" = "config 100" ] || exit 1
cat <<'CONFIG'
name: web
net0: virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1
net1: virtio=BC:24:11:00:00:02,bridge=vmbr1
ipconfig0: ip=10.0.0.5/24,gw=10.0.0.1
ipconfig1: ip=10.1.0.5/24
CONFIG
END
cat >"$dir/bin/pct" <<'END'
#!/bin/sh
[ "$*" = "config 101" ] || exit 1
echo 'net0: name=eth0,bridge=vmbr0,gw=10.0.0.1,hwaddr=BC:24:11:00:00:03,ip=10.0.0.6/24,type=veth'
END
chmod 755 "$dir/bin/qm" "$dir/bin/pct"
proxmox() { in_host node env ARPCTL="$ARPCTL" PATH="$dir/bin:$PATH" perl "$ROOT/contrib/proxmox/arp-policy-hook" "$@"; }
run_ok "Proxmox: the hook, when a guest has started" proxmox 100 post-start
run_ok "Proxmox: the hook, when a container has started" proxmox 101 post-start
is "$(ctl node bind show | sort)" "10.0.0.5 lladdr bc:24:11:00:00:01 dev fwpr100p0 dynamic
10.0.0.6 lladdr bc:24:11:00:00:03 dev veth101i0 dynamic
10.1.0.5 lladdr bc:24:11:00:00:02 dev tap100i1 dynamic" "their addresses are bound on their ports"
must proxmox 100 pre-stop
must proxmox 100 post-stop
must proxmox 101 post-stop
is "$(ctl node bind show)" "" "when both have stopped, they are unbound"

# CNI

namespace pod
mkdir -p "$dir/results" "$dir/ipam"
cni() {	# COMMAND
	in_host node env CNI_COMMAND="$1" CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0 CNI_PATH="${bridge_plugin%/*}" \
		"$bridge_plugin" <<-END
		{ "cniVersion": "0.4.0", "name": "lab", "type": "bridge", "bridge": "cni0", "isGateway": true,
		  "ipam": { "type": "host-local", "subnet": "10.32.0.0/24", "dataDir": "$dir/ipam" } }
	END
}
start node "$ARPCTL" bind watch "$dir/results" dev cni0 >"$dir/calls" 2>&1
watcher=$started
must ctl node dev set 'veth*' trust off inspect strict
result=$(cni ADD)
result $? "CNI: the plugin adds a container" "$result"
# Stored as libcni does.
jq -c '{kind: "cniCacheV1", containerId: "c1", ifName: "eth0", networkName: "lab", result: .}' <<<"$result" >"$dir/results/new.tmp"
mv "$dir/results/new.tmp" "$dir/results/lab-c1-eth0"
address=$(jq -r '.ips[0].address | split("/")[0]' <<<"$result")
port=$(jq -r '.interfaces[1].name' <<<"$result")
pod_bound() { ctl node bind show dev "$1" | grep -q "^$address lladdr $(mac pod eth0) dev $1 dynamic$"; }
poll 10 pod_bound cni0
result $? "its address is bound on the bridge" "$(ctl node bind show; cat "$dir/calls")"
run_ok "it reaches the host under strict, although the bridge does not know it yet" \
	in_host pod ping -n -q -c 1 -W 10 10.32.0.1
pod_bound "$port"
result $? "its first frame bound it on its port" "$(ctl node bind show; cat "$dir/calls")"
must cni DEL >/dev/null
rm "$dir/results/lab-c1-eth0"
none_bound() { [ -z "$(ctl node bind show)" ]; }
poll 10 none_bound
result $? "the bindings are deleted with the result" "$(ctl node bind show)"
stop $watcher
must ip -n node link del cni0
plan
