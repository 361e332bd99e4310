#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A bridge with dnsmasq and three clients goes to inspect strict by README.md's recipe, and survives a reboot.
# lab: all
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
needs_dhcp

leases=/var/lib/misc/dnsmasq.leases
host node red blue green late
scratch
chmod 755 "$dir"

vnet_ports red blue green late
addr node br0 10.31.0.1/24
must poll 5 forwarding node
must mkdir -p "${leases%/*}"
rm -f $leases
at_exit rm -rf $leases /etc/default/arp-policy-leases /etc/arp-policy.conf /run/arp-policy

# As much of systemd as README.md needs: the units' conditions, options and commands.
cat >"$dir/systemctl" <<END
#!/bin/bash
for unit; do
	file=$ROOT/tools/arpctl/\$unit.service.in
	[ -e "\$file" ] || continue
	value() { sed -n "s/^\$1=//p" "\$file"; }
	[ -e "\$(value ConditionPathExists)" ] || continue
	environment=\$(value EnvironmentFile)
	[ ! "\$environment" ] || . "\$environment"
	command=\$(value ExecStart)
	eval "set -- \${command/@SBINDIR@/${ARPCTL%/*}}"
	if [ "\$(value Type)" = oneshot ]; then
		"\$@"
	else
		# As RuntimeDirectory does if the owner is another one
		mkdir -p /run/arp-policy && chown -R nobody /run/arp-policy
		setsid setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all,+net_admin \\
			--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --no-new-privs \\
			"\$@" >>"$dir/said" 2>&1 </dev/null &
		echo \$! >"$dir/pid"
	fi
done
END
chmod 755 "$dir/systemctl"
ARPCTL_DIR=${ARPCTL%/*}
follow() { in_host "$1" env PATH="$dir:$ARPCTL_DIR:$PATH" sh -e -c "$2" 2>&1; }
end_watch() { [ ! -e "$dir/pid" ] || kill "$(<"$dir/pid")"; }
at_exit end_watch

lease() {	# CLIENT
	in_host "$1" busybox udhcpc -q -n -t 10 -T 1 -i eth0 \
		-s "$ROOT/tests/lib/udhcpc-script" >"$dir/$1" 2>&1
	address[$1]=$(ip -n "$1" -4 -o addr show dev eth0 | sed -n 's/.* inet \([0-9.]*\).*/\1/p')
	[ "${address[$1]}" ]
}
declare -A address port=([red]=vnet0 [blue]=vnet1 [green]=vnet2 [late]=vnet3)
bound() {	# CLIENT
	ctl node bind show dev "${port[$1]}" | grep -q "^${address[$1]} lladdr $(mac "$1" eth0) dev ${port[$1]} dynamic$"
}
reaches() {	# FROM ADDRESS
	must ip -n "$1" neigh flush dev eth0
	in_host "$1" ping -n -q -c 1 -W 10 "$2"
}
holds() {	# WHEN
	local name
	for name in red blue green; do
		# After a reboot its port is known once it sends something.
		asks $name eth0 10.31.0.1 >/dev/null
		poll 10 bound $name
		result $? "$1: $name is bound on its port" "$(ctl node bind show; cat "$dir/said")"
	done
	run_ok "$1: red reaches blue" reaches red "${address[blue]}"
	run_ok "$1: red reaches the host" reaches red 10.31.0.1
	must ctl node stats reset
	is "$(asks red eth0 10.31.0.1 "${address[green]}")" silence "$1: red cannot use green's address"
	must ip -n blue neigh flush dev eth0
	arpq red send eth0 "ffffffffffff$(mac red eth0 | tr -d :)0806000108000604000$((1))$(mac green eth0 | tr -d :)$(hex_ip "${address[green]}")000000000000$(hex_ip "${address[blue]}")"
	poll 5 counted unbound vnet0
	result $? "$1: red cannot use green's address with green's MAC either" "$(ctl node -j stats show vnet0)"
}
counted() { ctl node -j stats show "$2" | grep -q "\"$1\""; }	# REASON PORT

serve_dhcp node br0 10.31.0.50,10.31.0.90,600 $leases --no-ping
for name in red blue green; do must lease $name; done
must load_module

is "$(asks red eth0 10.31.0.1 "${address[green]}")" "$(mac node br0)" "stock: red can use green's address"
is "$(recipe "DHCP on a bridge" | wc -l)" 3 "README.md: three commands"
follows node "DHCP on a bridge"
holds "the recipe"

lease late
result $? "a new client gets a lease" "$(<"$dir/late")"
run_ok "a new client reaches the host at once" reaches late 10.31.0.1
run_ok "other clients reach it" reaches blue "${address[late]}"
lease late
result $? "the client renews its lease" "$(<"$dir/late")"
run_ok "after the renewal it still reaches the host" reaches late 10.31.0.1

# A reboot: all state of the kernel and of /run is lost; the services start.
must end_watch
rm "$dir/pid"
must rmmod arp_policy
rm -r /run/arp-policy
# Clears what the bridge and the clients have learned.
for n in 0 1 2 3; do must ip -n node link set vnet$n down && must ip -n node link set vnet$n up; done
must poll 5 forwarding node
is "$(asks red eth0 10.31.0.1 "${address[green]}")" "$(mac node br0)" "without the module, red can use green's address again"
must load_module
follow node 'systemctl start arp-policy arp-policy-leases'
holds "after a reboot"
unlike "$(<"$dir/said")" "warning|cannot" "the service prints no warning and no error"
plan
