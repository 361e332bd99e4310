#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The units under a real systemd, with their sandboxes: README.md's commands for DHCP, those
# of docs/inspect.md, a restart of the services, and a reboot.
#
# systemd is the first process of a container: of the machine's processes and devices it
# sees its own, of its file systems all but /run. What the distribution would start is
# masked.
# lab: all
# lab: own-vm
# lab: timeout 600
# lab: takes 100
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=recipes.inc
. "$(dirname "$0")/recipes.inc"
systemd=/lib/systemd/systemd
{ [ -x $systemd ] && command -v journalctl >/dev/null; } || plan skip "no systemd"
command -v dnsmasq >/dev/null || plan skip "no dnsmasq"
busybox udhcpc --help >/dev/null 2>&1 || plan skip "no busybox with udhcpc"
# It writes to /etc and /var.
[ "${ARP_POLICY_LAB-}" = vm ] || plan skip "only in a virtual machine"

leases=/var/lib/misc/dnsmasq.leases
host node server red blue green
scratch
vnet_ports red blue green
link node:eno1 server:eth0
must ip -n node link set eno1 master br0
addr node br0 10.31.0.1/24
addr server eth0 10.31.0.2/24
must poll 5 forwarding node
mkdir -p "${leases%/*}"
rm -f $leases
must make -s -C "$ROOT/tools/arpctl" install >&2

# systemd

cat >"$dir/boot" <<'END'
#!/bin/bash
mount --make-rprivate /
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs none /lib/systemd/system-generators
mkdir -p /run/systemd/system
for unit in /{lib,etc}/systemd/system/*.wants/* /lib/systemd/system/systemd-{tmpfiles-setup,udevd,logind}.service; do
	case ${unit##*/} in
	arp-policy*|systemd-journald*) ;;
	*) ln -sf /dev/null "/run/systemd/system/${unit##*/}" ;;
	esac
done
export container=lab
unset NOTIFY_SOCKET
exec /lib/systemd/systemd --system --unit=multi-user.target --show-status=no --log-target=journal
END
chmod 755 "$dir/boot"
boot() {
	nsenter --net=/run/netns/node -- unshare --pid --mount --cgroup --ipc --uts --fork \
		--mount-proc "$dir/boot" >>"$dir/console" 2>&1 </dev/null &
	machine=$!
	poll 20 first_process && poll 120 is_up
}
first_process() { init=$(pgrep -P $machine); }
inside() { nsenter -t "$init" -p -m -n -C -i -u -- "$@"; }
is_up() { inside systemctl is-active --quiet multi-user.target; } 2>/dev/null
ended() { ! kill -0 "$machine"; } 2>/dev/null
power_off() {
	inside systemctl poweroff 2>/dev/null
	poll 60 ended
}
journal() { inside journalctl --no-pager -o cat -u "$1"; }	# UNIT
shows() { inside systemctl show -P "$2" "$1"; }	# UNIT PROPERTY
# README.md's commands, as they are typed.
type_in() {	# TITLE
	inside sh -e -c "PATH=/usr/local/sbin:\$PATH; $(recipe "$1")" >"$dir/typed" 2>&1
	result $? "README.md's commands: $1" "$(<"$dir/typed")"
}
# Likewise those of a section of docs/inspect.md.
type_page() {	# SECTION
	inside sh -e -c "PATH=/usr/local/sbin:\$PATH; $(awk -v title="## $1" '
		$0 == title { found = 1 }
		found && /^```/ && n++ { exit }
		found && n && !/^```/' "$ROOT/docs/inspect.md")" >"$dir/typed" 2>&1
	result $? "docs/inspect.md: $1" "$(<"$dir/typed")"
}
answers() {	# ADDRESS: who answers red, which uses it
	asks red eth0 10.31.0.1 "$1"
}
runs() {	# UNIT WHEN
	is "$(shows "$1" ActiveState) $(shows "$1" SubState) $(shows "$1" Result)" "active running success" "$2: $1 is ready"
}
unprivileged() {	# UNIT
	local pid
	pid=$(shows "$1" MainPID)
	# Of all capabilities it has CAP_NET_ADMIN.
	is "$(inside cat "/proc/$pid/status" | awk '/^Uid:/ { print ($2 > 0) }
		/^Cap(Eff|Bnd):/ { print $2 } /^Seccomp:/ { print $2 }' | xargs)" \
		"1 0000000000001000 0000000000001000 2" "$1 runs unprivileged, with a filter of system calls"
	is "$(inside ps -o ni= "$pid" | xargs)" -5 "$1 has a higher priority"
}

# Clients

declare -A address port=([red]=vnet0 [blue]=vnet1 [green]=vnet2)
lease() {	# CLIENT
	ip -n "$1" addr flush dev eth0 scope global
	in_host "$1" busybox udhcpc -q -n -t 10 -T 1 -i eth0 \
		-s "$ROOT/tests/lib/udhcpc-script" >"$dir/$1" 2>&1
	address[$1]=$(ip -n "$1" -4 -o addr show dev eth0 | sed -n 's/.* inet \([0-9.]*\).*/\1/p')
	[ "${address[$1]}" ]
}
bound() {	# CLIENT
	ctl node bind show dev "${port[$1]}" | grep -q "^${address[$1]} lladdr $(mac "$1" eth0) dev ${port[$1]} dynamic$"
}
reaches() {	# FROM ADDRESS
	must ip -n "$1" neigh flush dev eth0
	in_host "$1" ping -n -q -c 1 -W 10 "$2"
}
holds() {	# WHEN UNIT
	local name
	for name in red blue green; do
		asks $name eth0 10.31.0.1 >/dev/null
		poll 20 bound $name
		result $? "$1: $name is bound on its port" "$(ctl node bind show; journal "$2" | tail -n 5)"
	done
	run_ok "$1: red reaches blue" reaches red "${address[blue]}"
	is "$(asks red eth0 10.31.0.1 "${address[green]}")" silence "$1: red cannot use green's address"
}
serve() {	# HOST DEV FILE
	start "$1" dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --port=0 --interface="$2" \
		--dhcp-authoritative --no-ping --dhcp-range=10.31.0.50,10.31.0.90,600 --dhcp-leasefile="$3" \
		--pid-file="$dir/dnsmasq.pid" --log-facility=- >"$dir/server" 2>&1
	server=$started
	must poll 30 in_host "$1" grep -q ':0043 ' /proc/net/udp
}
# All state of the kernel and of /run is lost.
reboot() {
	power_off
	result $? "$1: systemd ends" "$(tail -n 5 "$dir/console")"
	must rmmod arp_policy
	for n in 0 1 2; do must ip -n node link set vnet$n down && must ip -n node link set vnet$n up; done
	must poll 5 forwarding node
	must load_module
	boot
	result $? "$1: systemd is up" "$(tail -n 5 "$dir/console")"
}

must load_module
boot
result $? "systemd is up" "$(tail -n 5 "$dir/console"; ps ax | tail)"
serve node br0 $leases
for name in red blue green; do must lease $name; done
type_in "DHCP on a bridge"
unit=arp-policy-leases.service
runs $unit "started"
unprivileged $unit
like "$(shows $unit StatusText)" "^[0-9]+ bindings of br0$" "systemctl status tells how many bindings there are"
holds "started" $unit
like "$(journal $unit)" "bound ${address[red]} lladdr $(mac red eth0) dev br0 until " "the journal has the bindings"
kept=$(ctl node -j bind show dynamic | jq -S .)
inside systemctl restart $unit
runs $unit "restarted"
is "$(ctl node -j bind show dynamic | jq -S .)" "$kept" "restarted: all bindings are unchanged"
run_ok "systemctl reload" inside systemctl reload $unit
reboot "a reboot"
is "$(shows arp-policy.service ActiveState) $(shows arp-policy.service Result)" "active success" "a reboot: arp-policy.service has restored the policy"
runs $unit "a reboot"
holds "a reboot" $unit
is "$(answers 10.31.0.200)" silence "a reboot: red cannot use an address without a binding"

# The page for production
BR0=$(mac node br0)
must ctl node stats reset
type_page "2. Audit"
is "$(answers "${address[green]}") $(answers 10.31.0.200)" "$BR0 $BR0" "audit: red can use any address"
like "$(ctl node -j stats show vnet0 | jq -c '.[].reasons')" '"spoofed":[1-9].*"unbound":[1-9]' "audit: both are counted"
type_page "3. Enforce"
is "$(answers "${address[green]}") $(answers 10.31.0.200)" "silence $BR0" "enforce: red cannot use a bound address"
type_page "4. Strict"
is "$(answers "${address[green]}") $(answers 10.31.0.200)" "silence silence" "strict: red cannot use one without a binding either"
run_ok "strict: red reaches blue" reaches red "${address[blue]}"

# The server is elsewhere.
inside systemctl disable --now $unit arp-policy.service >"$dir/typed" 2>&1
result $? "the services are disabled" "$(<"$dir/typed")"
stop "$server"
rm /etc/arp-policy.conf
must ctl node flush
is "$(ctl node bind show)" "" "nothing is bound any more"
serve server eth0 "$dir/leases"
type_in "DHCP from elsewhere"
unit=arp-policy-snoop@br0.service
runs $unit "started"
unprivileged $unit
for name in red blue green; do must lease $name; done
holds "snooped" $unit
like "$(journal $unit)" "bound ${address[red]} lladdr $(mac red eth0) dev br0 until " "the journal has the bindings"
stored() { [ "$(grep -c " vnet[0-2] 0:br0$" /var/lib/arp-policy/br0.leases)" = 3 ]; }
run_ok "the leases are stored" poll 20 stored
inside systemctl restart $unit
runs $unit "restarted"
holds "restarted" $unit
reboot "another reboot"
runs $unit "another reboot"
holds "another reboot" $unit
is "$(inside journalctl --no-pager -o cat -p warning -u 'arp-policy*' | grep -v 'loaded')" "" "the journal has no warnings"
power_off
result $? "systemd ends" "$(tail -n 5 "$dir/console")"
is "$(compgen -G '/var/lib/arp-policy/.arpctl-*')" "" "no temporary file is left"
plan
