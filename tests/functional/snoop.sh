#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# arpctl bind snoop: bindings follow the leases that a server behind a trusted port gives
# to real clients, and no forged message moves one.
# lab: timeout 900
# lab: all
# lab: takes 120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=dhcpframe.inc
. "$(dirname "$0")/dhcpframe.inc"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
needs_dhcp

host node red blue green server
bridge_host
dhcp_server
scratch
frame_senders red blue green server
must load_module
policy dev set default trust off
policy dev set to-server trust on

# The snooper, with the rights that its unit gives it

chmod 755 "$dir"
install -m 755 "$ARPCTL" "$dir/arpctl"
mkdir -p "$dir/state" /run/arp-policy
chown 65534 "$dir/state" /run/arp-policy
snoop() {	# appends to the output of earlier runs
	start node setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
		--bounding-set -all,+net_admin --inh-caps -all,+net_admin \
		--ambient-caps -all,+net_admin -- "$dir/arpctl" bind snoop dev br0 \
		state "$dir/state/leases" >>"$dir/out" 2>&1
	snooper=$started
	poll 20 snoops
}
becomes() {	# ADDRESS WANTED DESC
	poll 20 has_binding "$1" "$2"
	is "$(binding_of "$1")" "$2" "$3"
}
on() { echo "br0 $2, to-$1 $2"; }	# HOST MAC
logged() { grep -qE -- "$1" "$dir/out"; }
logs() { poll 10 logged "$1"; result $? "$2" "$(tail -n 5 "$dir/out")"; }	# REGEX DESC
stored() { awk -v a="$1" '$3 == a { print $1 }' "$dir/state/leases"; }	# ADDRESS
# Waits until everything that was sent is processed: until another lease is bound.
settled() {
	local n=$((++settling % 50 + 200))
	dhcp green discover xid=5e771e00
	dhcp green request xid=5e771e00
	dhcp server ack chaddr="$GREEN" xid=5e771e00 yiaddr=10.0.9.$n lease=6000
	poll 20 has_binding 10.0.9.$n "$(on green "$GREEN")" || diag "$(tail -n 5 "$dir/out")"
}
settling=0

must snoop
is "$(ctl node bind show)" "" "nothing is bound at the start"

# Real clients of a real server

cat >"$dir/script" <<'END'
#!/bin/sh
case $1 in
bound|renew) ip addr replace "$ip/24" dev "$interface" && echo "$1 $ip" ;;
esac
END
chmod 755 "$dir/script"
serve_dhcp server eth0 10.0.0.100,10.0.0.150,10m "$dir/dnsmasq.leases" --dhcp-sequential-ip --no-ping

start blue busybox udhcpc -f -R -i eth0 -s "$dir/script" >"$dir/udhcpc" 2>&1
udhcpc=$started
said() { grep -qE "$2" "$dir/$1"; }
must poll 60 said udhcpc '^bound'
blues=$(awk '/^bound/ { print $2; exit }' "$dir/udhcpc")
becomes "$blues" "$(on blue "$BLUE")" "udhcpc's lease is bound, on its port and on the segment"
poll 10 grep -q "$blues" "$dir/state/leases"
like "$(<"$dir/state/leases")" "^[0-9]+ $BLUE $blues to-blue 0:br0\$" "udhcpc's lease is stored"
if command -v dhclient >/dev/null; then
	start green dhclient -4 -d -sf /bin/true -lf "$dir/dhclient.leases" -pf "$dir/dhclient.pid" \
		eth0 >"$dir/dhclient" 2>&1
	poll 60 said dhclient 'bound to'
	address_of_green=$(sed -n 's/.*bound to \([^ ]*\).*/\1/p' "$dir/dhclient")
	becomes "$address_of_green" "$(on green "$GREEN")" "dhclient's lease is bound"
	stop "$started"
else
	skip "dhclient's lease is bound" "no dhclient"
fi
if command -v dhcpcd >/dev/null; then
	start red dhcpcd -4 -1 -B -A -d -c /bin/true --nohook resolv.conf --noconfigure eth0 \
		>"$dir/dhcpcd" 2>&1
	poll 60 said dhcpcd 'leased [0-9.]+ for'
	reds=$(sed -n 's/.*leased \([0-9.]*\) for.*/\1/p' "$dir/dhcpcd" | head -n 1)
	becomes "$reds" "$(on red "$RED")" "dhcpcd's lease is bound"
	stop "$started"
else
	skip "dhcpcd's lease is bound" "no dhcpcd"
fi

before=$(stored "$blues")
sleep 1.1
kill -USR1 $udhcpc
later() { [ "$(stored "$blues")" -gt "$before" ]; }
poll 60 later
run_ok "a unicast renewal extends the lease" later
is "$(binding_of "$blues")" "$(on blue "$BLUE")" "the renewed lease stays bound"
kill -USR2 $udhcpc
becomes "$blues" "" "a released lease is unbound"
stop $udhcpc
must ip -n blue addr del "$blues/24" dev eth0

# Messages that bind

ack() {	# HOST ADDRESS [NAME=VALUE…]: a whole exchange
	dhcp "$1" discover xid=0a0a0a0a
	dhcp "$1" request xid=0a0a0a0a wanted="$2"
	dhcp server ack chaddr="${lladdr[$1]}" xid=0a0a0a0a yiaddr="$2" lease=600 "${@:3}"
}
ack blue 10.0.0.20
becomes 10.0.0.20 "$(on blue "$BLUE")" "an exchange binds"
ack blue 10.0.0.21 lease=4294967295
becomes 10.0.0.21 "$(on blue "$BLUE")" "an infinite lease binds"
ack blue 10.0.0.22 lease=4294967294
becomes 10.0.0.22 "$(on blue "$BLUE")" "an absurdly long lease binds"
ack blue 10.0.0.23 lease="" more=330400000258
becomes 10.0.0.23 "$(on blue "$BLUE")" "an ACK with its options in another order binds"
ack blue 10.0.0.24 giaddr=10.9.9.9
becomes 10.0.0.24 "$(on blue "$BLUE")" "an ACK through a relay binds"
ack blue 10.0.0.25 tag=81000000
becomes 10.0.0.25 "$(on blue "$BLUE")" "an ACK with a VLAN 0 tag binds"
ack blue 10.0.0.26 lease=3
becomes 10.0.0.26 "$(on blue "$BLUE")" "a lease of three seconds binds"
becomes 10.0.0.26 "" "the short lease is unbound when it expires"
is "$(stored 10.0.0.26)" "" "the short lease is no longer stored"
poll 10 grep -q '10\.0\.0\.25' "$dir/state/leases"
is "$(stored 10.0.0.21)" 0 "the infinite lease is stored as such"
run_ok "the absurdly long lease is limited to ten years" test "$(stored 10.0.0.22)" -le $(($(date +%s) + 315360000))

# Messages that do not bind

dhcp blue inform xid=0b0b0b0b ciaddr=10.0.0.30
dhcp server ack chaddr="$BLUE" xid=0b0b0b0b lease=600 ciaddr=10.0.0.30
dhcp server offer chaddr="$BLUE" xid=0b0b0b0b yiaddr=10.0.0.30 lease=600
dhcp server ack chaddr="$BLUE" xid=0b0b0b0c yiaddr=10.0.0.30 lease=600
ack blue 10.0.0.30 lease=""
ack blue 10.0.0.30 lease=0
ack blue 10.0.0.30 cut=245
ack blue 10.0.0.30 dport=67
ack blue 10.0.0.30 htype=6
settled
is "$(binding_of 10.0.0.30)" "" "INFORM, offer, ACK without request, without time, malformed or to a relay: nothing is bound"
dhcp blue request xid=0c0c0c0c ciaddr=10.0.0.20
dhcp server nak chaddr="$BLUE" xid=0c0c0c0c
becomes 10.0.0.20 "" "a NAK unbinds the requested address"
dhcp blue decline xid=0d0d0d0d wanted=10.0.0.24
becomes 10.0.0.24 "" "a declined address is unbound"

# Attacks

dhcp red discover xid=01010101
dhcp red request xid=01010101
dhcp red ack chaddr="$RED" xid=01010101 yiaddr=10.0.0.40 lease=600 saddr=10.0.0.66
settled
is "$(binding_of 10.0.0.40)" "" "an ACK from an untrusted port binds nothing"
logs "to-red: a DHCP server .*$RED: ack of 10\.0\.0\.40" "an ACK from an untrusted port is logged"

dhcp red release src="$BLUE" ciaddr=10.0.0.21
dhcp red decline src="$BLUE" wanted=10.0.0.21
dhcp red release chaddr="$BLUE" ciaddr=10.0.0.21
settled
is "$(binding_of 10.0.0.21)" "$(on blue "$BLUE")" "a release or decline from another port unbinds nothing"
logs "to-red: a client whose lease is bound to another port, from $BLUE: release.* 10\.0\.0\.21 to $BLUE on to-blue" \
	"a release from another port is logged"
logs "to-red: a client in the name of $BLUE, from $RED: release" "a release with another client's MAC in the message is logged"

dhcp red request src="$BLUE" xid=02020202 ciaddr=10.0.0.21
dhcp server ack chaddr="$BLUE" xid=02020202 yiaddr=10.0.0.21 lease=600
settled
is "$(binding_of 10.0.0.21)" "$(on blue "$BLUE")" "an ACK does not move a lease to another port"
# The server accepted the release, and gives blue's address to red.
ack red 10.0.0.21
settled
is "$(binding_of 10.0.0.21)" "$(on blue "$BLUE")" "an ACK does not move a lease to another client"
logs "to-server: a client that is to get an address which is bound, from .*: ack of 10\.0\.0\.21" \
	"an ACK of an address that is bound is logged"

# The attacker knows the transaction from the victim's broadcast.
dhcp blue discover xid=03030303
dhcp red request src="$BLUE" xid=03030303 wanted=10.0.0.41
dhcp blue request xid=03030303 wanted=10.0.0.41
dhcp red request src="$BLUE" xid=03030303 wanted=10.0.0.41
send red src="$BLUE" sha="$BLUE" sip=10.0.0.41
dhcp server ack chaddr="$BLUE" xid=03030303 yiaddr=10.0.0.41 lease=600
becomes 10.0.0.41 "$(on blue "$BLUE")" "an attacker uses the victim's MAC and transaction before the ACK: the victim is bound"
NEW=02:00:00:00:99:01
dhcp blue discover src=$NEW xid=03030304
dhcp red request src=$NEW xid=03030304 wanted=10.0.0.45
dhcp blue request src=$NEW xid=03030304 wanted=10.0.0.45
dhcp server ack chaddr=$NEW xid=03030304 yiaddr=10.0.0.45 lease=600
becomes 10.0.0.45 "$(on blue $NEW)" "an attacker uses those of a new client: the new client is bound"
logs "to-red: a client that asks on another port at the same time, from $NEW" "the attempt is logged"
dhcp red discover src=$NEW xid=03030305
dhcp red request src=$NEW xid=03030305
dhcp blue request src=$NEW xid=03030305 ciaddr=10.0.0.45
dhcp server ack chaddr=$NEW xid=03030305 yiaddr=10.0.0.45 lease=6000
renewed() { [ "$(stored 10.0.0.45)" -gt $(($(date +%s) + 5000)) ]; }
poll 10 renewed
result $? "an attacker's request before a renewal does not prevent it" "$(cat "$dir/state/leases")"
is "$(binding_of 10.0.0.45)" "$(on blue $NEW)" "the attacker does not get the binding"

# A locked port: the bridge discards what an unknown MAC sends

if ip -n node link set to-red type bridge_slave locked on 2>/dev/null; then
	dhcp red discover src="$BLUE" xid=06060606
	ack blue 10.0.0.47
	becomes 10.0.0.47 "$(on blue "$BLUE")" "a message that a locked port discards has no effect"
	must bridge -n node fdb replace "$RED" dev to-red master static
	ack red 10.0.0.46
	becomes 10.0.0.46 "$(on red "$RED")" "a message that a locked port admits binds"
	must bridge -n node fdb del "$RED" dev to-red master
	must ip -n node link set to-red type bridge_slave locked off
else
	skip "a message that a locked port discards has no effect" "no locked ports"
	skip "a message that a locked port admits binds" "no locked ports"
fi

# Ports and VLANs

must ip -n node link set to-blue nomaster
dhcp red discover src="$BLUE" xid=04040404
dhcp red request src="$BLUE" xid=04040404
dhcp server ack chaddr="$BLUE" xid=04040404 yiaddr=10.0.0.21 lease=600
becomes 10.0.0.21 "br0 $BLUE, to-red $BLUE" "a lease moves when its port has left the bridge"
must ip -n node link set to-blue master br0
must poll 5 forwarding node
must ip -n node link add link br0 name br0.7 up type vlan id 7
dhcp blue request xid=05050505 tag=81000007
dhcp server ack chaddr="$BLUE" xid=05050505 yiaddr=10.0.0.42 lease=600 tag=81000007
becomes 10.0.0.42 "br0.7 $BLUE, to-blue $BLUE" "a VLAN: the segment is its device"
run_ok "the lease is stored with its VLAN" poll 5 grep -q "10\.0\.0\.42 to-blue 7:br0\.7" "$dir/state/leases"

# The tool ends, the module is unloaded

stop "$snooper"
kept=$(ctl node -j bind show dynamic | jq -S .)
poll 10 grep -q '10\.0\.0\.42' "$dir/state/leases"
snoop
is "$(ctl node -j bind show dynamic | jq -S .)" "$kept" "restarted: all bindings are unchanged"
ack blue 10.0.0.43 lease=4
becomes 10.0.0.43 "$(on blue "$BLUE")" "restarted: new leases are bound"
kill -KILL "$snooper"
wait "$snooper" 2>/dev/null
sleep 4
is "$(binding_of 10.0.0.43)" "$(on blue "$BLUE")" "killed: nothing changes"
snoop
becomes 10.0.0.43 "" "restarted: leases that have expired are unbound"
is "$(binding_of 10.0.0.41)" "$(on blue "$BLUE")" "restarted: the other bindings stay"
fails_with 1 'another arpctl' "a second bind snoop on the same bridge is refused" \
	ctl node bind snoop dev br0 state "$dir/other"
must rmmod arp_policy
must load_module
policy dev set default trust off
policy dev set to-server trust on
becomes 10.0.0.41 "$(on blue "$BLUE")" "the module is loaded again: leases are bound again"
poll 20 snoops
ack blue 10.0.0.44
becomes 10.0.0.44 "$(on blue "$BLUE")" "the module is loaded again: new leases are bound"
# More than 8 MiB of notifications
for i in {0..99}; do
	for j in {1..250}; do echo "bind add 10.9.$i.$j lladdr $BLUE dev other"; done
done >"$dir/many"
kill -STOP "$snooper"
must ctl node -b "$dir/many" >/dev/null
must rmmod arp_policy
must load_module
policy dev set default trust off
policy dev set to-server trust on
kill -CONT "$snooper"
becomes 10.0.0.44 "$(on blue "$BLUE")" "the module is loaded again, and its notifications are lost: leases are bound again"

stop "$snooper"
rm -f /run/arp-policy/*
start node "$ARPCTL" bind snoop dev br0 state "$dir/other" >>"$dir/out" 2>&1
poll 20 snoops
stop "$started"
is "$(stat -c %u /run/arp-policy/*)" 65534 "root leaves nothing in the service's directory that the service cannot open"
must rmmod arp_policy
must load_module
policy dev set default trust off
policy dev set to-server trust on
snoop
becomes 10.0.0.44 "$(on blue "$BLUE")" "after a reboot, the leases in the file are bound"
is "$(binding_of 10.0.0.42)" "br0.7 $BLUE, to-blue $BLUE" "after a reboot, a lease is bound in its VLAN"

# README.md's recipe, whose unit runs already

policy flush
recipe=$(recipe "DHCP from elsewhere")
is "$(grep -c . <<<"$recipe") $(grep -c 'systemctl .* arp-policy-snoop@br0$' <<<"$recipe")" "3 1" \
	"three commands, one of them starts the unit"
run_ok "the recipe's other commands" follow node "$(sed "/systemctl/d; s/ && .*//; s/eno1/to-server/; s/'vnet\*'/'to-*'/" <<<"$recipe")"
becomes 10.0.0.44 "$(on blue "$BLUE")" "after a flush all leases are bound again"
policy dev set 'to-*' suppress bind
policy bind add 10.0.0.4 lladdr "$GREEN" dev to-green
is "$(port_reasons sip=10.0.0.41 src="$RED" sha="$RED")" spoofed "strict: red cannot use blue's address"
must ctl node stats reset
send blue sip=10.0.0.41 tip=10.0.0.4
is "$(ctl node -j stats show to-blue | jq -r '.[].reasons | keys | join(" ")')" pass "strict: blue can use its address"
is "$(asks green eth0 10.0.0.41 10.0.0.4)" "$BLUE" "blue's address is answered for"
stop "$snooper"
must ctl node bind add 10.0.0.99 lladdr "$RED" dev to-red dynamic
fails_with 1 '"to-red" is not a bridge$' "a device that is no bridge is refused" \
	timeout 10 "$ARPCTL" -n node bind snoop dev to-red state "$dir/none"
is "$(binding_of 10.0.0.99)" "to-red $RED" "that changes no binding"
no_kernel_faults
plan
