#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# libvirtd itself: guests of qemu on its network lease their addresses from its dnsmasq. Follows
# README.md's recipe, bind watch of virbr0.status, and the hook in contrib, which libvirtd runs.
# lab: all
# lab: own-vm --mem 2048
# lab: timeout 1200
# lab: takes 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages.inc
. "$(dirname "$0")/packages.inc"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
needs libvirtd virsh dnsmasq iptables qemu-system-x86_64
[ -e /usr/lib/ipxe/qemu/pxe-e1000.rom ] || plan skip "no ipxe-qemu"
modprobe -q tun
[ -e /dev/net/tun ] || plan skip "no taps"
plan 22
scratch

# libvirtd looks for these at fixed places, and starts dnsmasq without our environment. This
# machine's root is discarded.
for file in "$PACKAGES"/usr/{lib/libvirt,share/libvirt,lib/*-linux-gnu/libvirt,lib/*-linux-gnu/lib*.so*}; do
	to=/usr/${file#"$PACKAGES/usr/"}
	[ ! -e "$file" ] || [ -e "$to" ] || must ln -s "$file" "$to"
done
getent passwd libvirt-qemu >/dev/null || {
	echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/bin/false' >>/etc/passwd
	echo 'libvirt-qemu:x:64055:' >>/etc/group
}
mkdir -p /etc/libvirt/hooks
printf '%s\n' 'auth_unix_rw = "none"' 'auth_unix_ro = "none"' 'log_outputs = "2:stderr"' >/etc/libvirt/libvirtd.conf
printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'stdio_handler = "file"' \
	'namespaces = []' 'cgroup_controllers = []' >/etc/libvirt/qemu.conf
must cp "$ROOT/contrib/libvirt/qemu" /etc/libvirt/hooks/qemu
chmod 755 "$dir"

attach node $$
virsh() { "${packaged[@]}" virsh -q -c qemu:///system "$@"; }
# shellcheck disable=SC2317 # by at_exit
end_libvirt() {
	virsh destroy one
	virsh destroy two
	virsh net-destroy default
	virsh net-undefine default
	virsh nwfilter-undefine addresses
	stop "$libvirtd"
} >/dev/null 2>&1
answers() { virsh version >/dev/null 2>&1; }
start_libvirtd() {
	"${packaged[@]}" env PATH="${ARPCTL%/*}:$PACKAGES/usr/sbin:$PACKAGES/usr/bin:$PATH" \
		libvirtd >>"$dir/libvirtd" 2>&1 &
	libvirtd=$!
	poll 300 answers
}
at_exit end_libvirt
start_libvirtd
result $? "libvirtd starts" "$(tail -n 20 "$dir/libvirtd")" || exit

# The guests' operating system is iPXE: it leases an address, and runs a script that it gets by
# TFTP. Guest one repeatedly gets a file with its own address, and with that of guest two.
status=/var/lib/libvirt/dnsmasq/virbr0.status
ONE=52:54:00:00:00:10 TWO=52:54:00:00:00:20
mkdir "$dir/tftp"
: >"$dir/tftp/file"
cat >"$dir/tftp/boot" <<'END_OF_FILE'
#!ipxe
set address ${net0/ip}
:round
echo round of ${address}
set net0/ip ${address}
set own lost
imgfetch --timeout 6000 tftp://192.168.122.1/file && set own works ||
imgfree
set net0/ip 192.168.122.20
set forged lost
imgfetch --timeout 3000 tftp://192.168.122.1/file && set forged works ||
imgfree
echo own ${own} forged ${forged}
goto round
END_OF_FILE
sed "s|<dhcp>|<tftp root='$dir/tftp'/><dhcp><bootp file='boot'/><host mac='$ONE' ip='192.168.122.10'/>|" \
	/usr/share/libvirt/networks/default.xml >"$dir/default.xml"
virsh net-define "$dir/default.xml" >"$dir/said" 2>&1 && virsh net-start default >>"$dir/said" 2>&1
result $? "its network default starts" "$(cat "$dir/said" "$dir/libvirtd")" || exit

domain() {	# NAME MAC [MORE]
	cat >"$dir/$1.xml" <<-END_OF_FILE
		<domain type='qemu'>
		<name>$1</name><memory unit='MiB'>64</memory>
		<os><type machine='pc'>hvm</type><bios useserial='yes'/><boot dev='network'/></os>
		<devices>
		<interface type='network'>
			<source network='default'/><mac address='$2'/><model type='e1000'/>${3-}
		</interface>
		<serial type='file'><source path='$dir/$1.console'/></serial>
		<memballoon model='none'/>
		</devices>
		</domain>
	END_OF_FILE
	rm -f "$dir/$1.console"
	virsh create "$dir/$1.xml" >"$dir/said" 2>&1 || bail "$(cat "$dir/said"; tail -n 20 "$dir/libvirtd")"
	# shellcheck disable=SC2034
	port=$(virsh domiflist "$1" | awk 'NR == 1 { print $1 }')
}
rounds() { grep -ac '^own [a-z]* forged [a-z]*' "$dir/one.console"; }
later() { [ "$(rounds)" -ge "$1" ]; }
# Prints the result of a whole round of guest one that begins now. The host forgets neighbours first.
round() {
	local n
	n=$(rounds)
	ip -n node neigh flush dev virbr0
	poll 120 later $((n + 2)) || diag "$(tr -d '\r' <"$dir/one.console" | tail -n 30)"
	tr -d '\r' <"$dir/one.console" | grep -a '^own [a-z]* forged' | sed -n "$((n + 2))p"
}
boots() {	# NAME: until it has run its script
	poll 300 grep -aq '^round of' "$dir/$1.console" || diag "$(tail -n 30 "$dir/$1.console")"
}
reasons() { ctl node -j stats show "$1" | jq -r '.[].reasons | del(.pass) | keys | join(" ")'; }
bound() { ctl node bind show | sed 's/  */ /g' | sort | paste -sd ,; }
binds() { bound | grep -q "$1"; }

# Stock

domain one $ONE
is "$port" vnet0 "the guest's port is vnet0"
boots one
is "$(jq -r '.[]["ip-address"]' $status)" 192.168.122.10 "the guest has leased its address"
is "$(round)" "own works forged works" "stock: a guest can use another's address"
is "$(neigh_mac node 192.168.122.20 virbr0)" $ONE "stock: the host learns another's address with the guest's MAC"

# The recipe, as it is printed

must load_module
follows node "libvirt, Proxmox"
is "$(round)" "own works forged lost" "a guest can use only its own address"
is "$(reasons vnet0)" unbound "another's address is counted as unbound"
unlike "$(neigh_mac node 192.168.122.20 virbr0)" $ONE "the host does not learn another's address with the guest's MAC"

# Leases

must ctl node bind flush
is "$(round)" "own lost forged lost" "without a binding, a guest can use no address"
read -r -a watch < <(grep '^arpctl bind watch .*virbr0' "$ROOT/docs/recipes.md")
"$ARPCTL" "${watch[@]:1}" >"$dir/watch" 2>&1 &
watcher=$!
poll 20 binds "192.168.122.10 lladdr $ONE dev virbr0 dynamic"
result $? "bind watch binds the lease in virbr0.status" "$(bound; cat "$dir/watch")"
is "$(round)" "own works forged lost" "with bind watch, the guest can use only its lease"
must virsh destroy one >/dev/null
domain one $ONE
unlike "$port" '^vnet0$' "a guest that is started again has another port"
boots one
is "$(round)" "own works forged lost" "a guest that is started again can use only its lease"
poll 20 binds "192.168.122.10 lladdr $ONE dev $port dynamic"
result $? "bind watch binds a guest that is started again on its new port" "$(bound; cat "$dir/watch")"

# The hook in contrib, for an address that is not from DHCP

must virsh nwfilter-define /dev/stdin <<<"<filter name='addresses'/>" >/dev/null
domain two $TWO "<filterref filter='addresses'><parameter name='IP' value='192.168.122.20'/></filterref>"
binds "192.168.122.20 lladdr $TWO dev $port dynamic"
result $? "the hook binds the address in a guest's definition" "$(bound; tail "$dir/libvirtd")"
is "$(round)" "own works forged lost" "bind watch keeps the hook's binding, and only its owner can use the address"
must ctl node bind flush dynamic dev "$port"
stop "$libvirtd"
start_libvirtd && poll 30 binds "192.168.122.20 lladdr $TWO dev $port dynamic"
result $? "when libvirtd is started again, the hook binds the address again" "$(bound; tail "$dir/libvirtd")"
must virsh destroy two >/dev/null
! binds 192.168.122.20
result $? "when the guest has stopped, the hook unbinds its address" "$(bound)"

# Back to stock

stop $watcher
must ctl node flush
is "$(round)" "own works forged works" "flush: stock again"
no_kernel_faults
