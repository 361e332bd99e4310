#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Bridge ports of virtual machines: guests behind taps get leases of dnsmasq through the
# bridge. A guest may use its leased address, with its own MAC and on its own tap only.
# lab: all
# lab: timeout 400
# lab: takes 50
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
needs_dhcp
modprobe -q tun
[ -e /dev/net/tun ] || plan skip "no taps"
plan 24
scratch

# As libvirt sets it up: virbr0 with a tap for each guest. In place of qemu, a program
# carries frames between the tap and the guest's own device, which is a tap as well.
host node one two
BR0=52:54:00:00:00:01
# frame uses these by default.
address=([host]=192.168.122.1 [blue]=192.168.122.200 [green]=192.168.122.201) lladdr=([host]=$BR0)
add_bridge node virbr0
must ip -n node link set virbr0 address $BR0
addr node virbr0 192.168.122.1/24
set_sysctl node net.ipv4.neigh.virbr0.locktime=0
cat >"$dir/machine" <<'END_OF_FILE'
import fcntl, os, select, struct, sys

def tap(netns, name):
    fd = os.open("/run/netns/" + netns, os.O_RDONLY)
    libc.setns(fd, 0)
    os.close(fd)
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x1002))
    return fd

import ctypes
libc = ctypes.CDLL(None)
ends = [tap(*sys.argv[1:3]), tap(*sys.argv[3:5])]
print("ready", flush=True)
while True:
    for end in select.select(ends, [], [])[0]:
        frame = os.read(end, 65536)
        try:
            os.write(ends[1 - ends.index(end)], frame)
        except OSError:
            pass        # the other end is down
END_OF_FILE
guest() {	# NAME TAP MAC
	python3 "$dir/machine" node "$2" "$1" eth0 >"$dir/$1.ready" &
	machines+=($!)
	must poll 30 test -s "$dir/$1.ready"
	must ip -n node link set "$2" up master virbr0
	must ip -n "$1" link set eth0 address "$3"
	must ip -n "$1" link set eth0 up
	port[$1]=$2 lladdr[$1]=$3
	set_sysctl "$1" net.ipv4.neigh.eth0.locktime=0
}
machines=()
declare -A port=()
guest one vnet0 52:54:00:00:00:10
guest two vnet1 52:54:00:00:00:20
must poll 5 forwarding node

serve_dhcp node virbr0 192.168.122.10,192.168.122.99 "$dir/leases" --no-ping \
	--dhcp-host="${lladdr[one]},192.168.122.10" --dhcp-host="${lladdr[two]},192.168.122.20"
declare -A client=()
leases() {	# GUEST
	nsenter --net="/run/netns/$1" -- busybox udhcpc -f -R -a500 -A 1 -t 20 -i eth0 \
		-s "$ROOT/tests/lib/udhcpc-script" \
		>"$dir/$1.client" 2>&1 &
	client[$1]=$!
	poll 30 grep -qE '^bound' "$dir/$1.client" || { diag "$(cat "$dir/$1.client" "$dir/server")"; false; }
	address[$1]=$(sed -n 's/^bound //p' "$dir/$1.client")
}

policy() { must ctl node "$@"; }
# When its probe for the host is answered, what the guest has sent before is processed.
guest_fence() { must arpq "$1" ask eth0 192.168.122.1 sender 0.0.0.0 first timeout 20000 >/dev/null; }
# The reasons that the guest's port counts for its frame. Frames of its kernel pass.
port_reasons() {	# GUEST [NAME=VALUE…]
	policy stats reset
	must arpq "$1" send eth0 "$(frame "$@")"
	guest_fence "$1"
	ctl node -j stats show "${port[$1]}" | jq -r '.[].reasons | keys - ["pass"] |
		join(" ") | if . == "" then "pass" else . end'
}
reaches_host() {	# GUEST
	must ip -n "$1" neigh flush dev eth0
	must ip -n node neigh flush dev virbr0
	in_host "$1" ping -n -q -c 1 -W 2 192.168.122.1
}
# The host's neighbour entry for guest one, after two's claim and an answer to its ping.
claims() {	# [NAME=VALUE…]
	must ip -n node neigh replace "${address[one]}" lladdr "${lladdr[one]}" dev virbr0 nud stale
	must arpq two send eth0 "$(frame two sip="${address[one]}" tip=192.168.122.1 "$@")"
	guest_fence two
	neigh_mac node "${address[one]}"
}
# Binds the leases of the guest's MAC, which the hypervisor knows, to its tap. There may be
# none left.
import() {	# GUEST
	grep -i " ${lladdr[$1]} " "$dir/leases" >"$dir/$1.leases"
	ctl node bind import "$dir/$1.leases" sync force format dnsmasq dev "${port[$1]}"
}

# Stock

leases one
leases two
is "${address[one]} ${address[two]}" "192.168.122.10 192.168.122.20" \
	"stock: guests get leases through the bridge"
is "$(claims)" "${lladdr[two]}" "stock: one guest takes over the other's address"
for name in one two; do
	kill "${client[$name]}"	# with -R it releases its lease
	wait "${client[$name]}"
	must ip -n $name addr flush dev eth0
	address[$name]=''
done
poll 10 test ! -s "$dir/leases" || diag "$(<"$dir/leases")"

# A policy before there are leases

must load_module
policy dev set 'vnet*' trust off inspect strict validate src-mac,ip
leases one
leases two
is "${address[one]} ${address[two]}" "192.168.122.10 192.168.122.20" \
	"strict, without a binding: guests get leases"
is "$(grep -c 'DHCPDECLINE' "$dir/server")" 0 "their own probes are not answered"
fails_with 1 '100% packet loss' "before the import, the guest cannot use its address" reaches_host one
is "$(port_reasons one sip="${address[one]}")" unbound "before the import, its ARP is unbound"
for name in one two; do
	result "$(import $name >"$dir/said" 2>&1; echo $?)" "the leases of $name's MAC are bound to its tap" "$(<"$dir/said")"
done
is "$(ctl node bind show dynamic | sed 's/  */ /g' | sort | paste -sd ,)" \
	"192.168.122.10 lladdr ${lladdr[one]} dev vnet0 dynamic,192.168.122.20 lladdr ${lladdr[two]} dev vnet1 dynamic" \
	"the leases are dynamic bindings"
run_ok "one uses its lease" reaches_host one
run_ok "two uses its lease" reaches_host two
in_host one ping -n -q -c 1 -W 5 "${address[two]}" >/dev/null
result $? "one reaches two"
is "$(claims)" "${lladdr[one]}" "two cannot take over one's address"
is "$(port_reasons two sip="${address[one]}")" unbound "one's address is not bound on two's tap"
is "$(claims src="${lladdr[one]}" sha="${lladdr[one]}")" "${lladdr[one]}" "two cannot take over one's address with one's MAC either"
is "$(port_reasons two src="${lladdr[one]}" sha="${lladdr[one]}" sip="${address[one]}")" unbound "one's address and MAC are not bound on two's tap"
is "$(bridge -n node fdb show br virbr0 | sed -n "s/^${lladdr[one]} dev \([^ ]*\).*/\1/p" | paste -sd ' ')" vnet0 \
	"frames to one's MAC still go to one"
is "$(port_reasons one sip="${address[one]}" sha=52:54:00:00:00:99 src=52:54:00:00:00:99)" spoofed \
	"one may not use its address with another MAC"
is "$(port_reasons one sip=192.168.122.30)" unbound "one may not use an address that it has not leased"

# Released

stop "${client[one]}"
released() { ! grep -q " ${lladdr[one]} " "$dir/leases"; }
run_ok "one releases its lease" poll 10 released
import one >"$dir/said" 2>&1 || diag "$(<"$dir/said")"
is "$(ctl node bind show dynamic dev vnet0)" "" "the next import unbinds it"
is "$(port_reasons one sip=192.168.122.10) $(port_reasons two sip="${address[two]}")" "unbound pass" \
	"one's address may no longer be used, two's still may"

# Back to stock

policy flush
address[one]=192.168.122.10
is "$(claims)" "${lladdr[two]}" "flush: one guest takes over the other's address"
kill "${client[two]}"
stop "$dnsmasq" "${machines[@]}"
no_kernel_faults
