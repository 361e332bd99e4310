#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bind watch with Kea and ISC dhcpd, whose leases are short, and dhclient and dhcpcd: leased, renewed, released, expired.
# lab: all
# lab: timeout 600
# lab: takes 100
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages.inc
. "$(dirname "$0")/packages.inc"
needs kea-dhcp4 dhcpd dhclient dhcpcd

# Seconds. A client renews after half of it.
LEASE=16

host node red blue
link node:to-red red:eth0
link node:to-blue blue:eth0
RED=$(mac red eth0) BLUE=$(mac blue eth0)
add_bridge node br0 to-red to-blue
addr node br0 10.31.0.1/24
must poll 5 forwarding node
scratch
chmod 755 "$dir"
must load_module
must ctl node dev set 'to-*' trust off inspect strict

cat >"$dir/dhclient-script" <<'END'
#!/bin/sh
case $reason in
BOUND|RENEW|REBIND|REBOOT) ip addr replace "$new_ip_address/24" dev "$interface" ;;
esac
END
chmod 755 "$dir/dhclient-script"

becomes() {	# ADDRESS WANTED SECONDS DESC
	poll "$3" has_binding "$1" "$2"
	is "$(binding_of "$1")" "$2" "$4"
}
said() { grep -q -- "$1" "$dir/said"; }
unbound_since() { [ "$(grep -c "^unbound $1 " "$dir/said")" = 0 ]; }	# ADDRESS
leased() { ip -n "$1" -4 -o addr show dev eth0 | awk '{ sub("/.*", "", $4); print $4; exit }'; }	# HOST
has_lease() { [ "$(leased "$1")" ]; }

scenario() {	# NAME FILE
	local reds blues
	: >"$dir/said"
	start node "$ARPCTL" bind watch "$2" dev br0 >"$dir/said" 2>&1
	watcher=$started
	start red dhclient -4 -d -sf "$dir/dhclient-script" -lf "$dir/dhclient.leases" -pf "$dir/dhclient.pid" \
		eth0 >"$dir/dhclient" 2>&1
	dhclient=$started
	start blue dhcpcd -4 -B -A -d -c /bin/true --nohook resolv.conf eth0 >"$dir/dhcpcd" 2>&1
	dhcpcd=$started
	poll 60 has_lease red
	reds=$(leased red)
	becomes "$reds" "br0 $RED, to-red $RED" 10 "$1: dhclient's lease is bound on the bridge and on its port" ||
		diag "$(tail -n 5 "$dir/dhclient" "$dir/server" "$dir/said")"
	poll 60 has_lease blue
	blues=$(leased blue)
	becomes "$blues" "br0 $BLUE, to-blue $BLUE" 10 "$1: dhcpcd's lease is bound on the bridge and on its port" ||
		diag "$(tail -n 5 "$dir/dhcpcd" "$dir/server" "$dir/said")"
	is "$(asks red eth0 10.31.0.1 "$reds")$(asks blue eth0 10.31.0.1 "$blues")" "$(mac node br0)$(mac node br0)" \
		"$1: both are answered under strict"
	is "$(asks blue eth0 10.31.0.1 "$reds")" silence "$1: blue is not answered with red's address"
	sleep $((LEASE * 3 / 2))
	unbound_since "$reds" && unbound_since "$blues"
	result $? "$1: renewed, both stay bound for longer than their first leases" "$(<"$dir/said")"
	kill -ALRM "$dhcpcd"
	becomes "$blues" "" $((LEASE / 2)) "$1: dhcpcd releases: no longer bound"
	unlike "$(<"$dir/said")" "unbound ${blues//./\\.} [^"$'\n'"]*expired" "$1: before it expires"
	kill -KILL "$dhclient"
	wait "$dhclient" "$dhcpcd" 2>/dev/null
	is "$(binding_of "$reds")" "br0 $RED, to-red $RED" "$1: dhclient is killed: its lease stays bound"
	becomes "$reds" "" $((LEASE + 2)) "$1: it is unbound when it expires"
	run_ok "$1: the expiry is printed" said "^unbound ${reds//./\\.} lladdr $RED dev to-red: expired\$"
	is "$(asks red eth0 10.31.0.1 "$reds")" silence "$1: red is no longer answered"
	unlike "$(<"$dir/said")" "warning|cannot" "$1: bind watch prints no warning and no error"
	stop "$watcher"
	must ip -n red addr flush dev eth0
	must ip -n blue addr flush dev eth0
	rm -f "$dir/dhclient.leases" /var/lib/dhcpcd/*.lease
}

cat >"$dir/kea.conf" <<END
{ "Dhcp4": {
	"interfaces-config": { "interfaces": [ "br0" ] },
	"lease-database": { "type": "memfile", "name": "$dir/kea.csv", "lfc-interval": 0 },
	"valid-lifetime": $LEASE, "min-valid-lifetime": $LEASE, "max-valid-lifetime": $LEASE,
	"subnet4": [ { "id": 1, "subnet": "10.31.0.0/24", "pools": [ { "pool": "10.31.0.50 - 10.31.0.90" } ] } ],
	"loggers": [ { "name": "kea-dhcp4", "output_options": [ { "output": "stdout" } ], "severity": "INFO" } ]
} }
END
start node "${packaged[@]}" KEA_PIDFILE_DIR="$dir" KEA_LOCKFILE_DIR="$dir" kea-dhcp4 -c "$dir/kea.conf" >"$dir/server" 2>&1
server=$started
must poll 120 grep -q DHCP4_STARTED "$dir/server"
scenario Kea "$dir/kea.csv"
stop "$server"

echo "default-lease-time $LEASE; max-lease-time $LEASE; min-lease-time $LEASE; authoritative;
subnet 10.31.0.0 netmask 255.255.255.0 { range 10.31.0.150 10.31.0.190; }" >"$dir/dhcpd.conf"
: >"$dir/dhcpd.leases"
start node "${packaged[@]}" dhcpd -f -4 --no-pid -cf "$dir/dhcpd.conf" -lf "$dir/dhcpd.leases" br0 >"$dir/server" 2>&1
server=$started
must poll 60 grep -q 'Sending on *Socket' "$dir/server"
scenario "ISC dhcpd" "$dir/dhcpd.leases"
stop "$server"
no_kernel_faults
plan
