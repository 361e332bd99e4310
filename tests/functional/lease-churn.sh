#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# 10,000 leases of Kea, whose clients come and go for a minute under inspect strict, through its cleanup and a restart.
#
# In its machine an instruction takes a nanosecond, so that the figure is the same however
# busy the host is: the time from a client's ACK to the last of its requests that is dropped
# is the number of instructions that server, clients, kernel and bind watch execute
# meanwhile, on one CPU. 200 million take 100 ms at two a nanosecond, which a core of 2 GHz
# does at one a cycle. In the soak, where the CPU is never idle, there may be 300 million.
# lab: all
# lab: own-vm --icount --mem 2048
# lab: timeout 1800 3600
# lab: takes 200
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages.inc
. "$(dirname "$0")/packages.inc"
needs kea-dhcp4 kea-lfc
plan 8

SECONDS_PER_PART=${ARP_POLICY_SOAK:+300}
SECONDS_PER_PART=${SECONDS_PER_PART:-30}
LIMIT=${ARP_POLICY_SOAK:+300}
LIMIT=${LIMIT:-200}	# ms in this machine
# In check-all 20 clients come together each second; in the soak without a pause.
PAUSE=${ARP_POLICY_SOAK:+0}
PAUSE=${PAUSE:-1}
host node red
scratch
link node:to-red red:eth0
add_bridge node br0 to-red
addr node br0 10.31.0.1/16
must poll 5 forwarding node
must load_module

# Kea starts its cleanup without an environment.
printf '#!/bin/sh\nexec %s kea-lfc "$@"\n' "$(printf '%q ' "${packaged[@]}")" >"$dir/lfc"
chmod 755 "$dir/lfc"
# The host does not answer a sender for which its neighbour table has no room.
thresholds=(/proc/sys/net/ipv4/neigh/default/gc_thresh{1,2,3})
mapfile -t before < <(cat "${thresholds[@]}")
set_thresholds() {	# NUMBER NUMBER NUMBER
	local i
	for i in 2 1 0; do echo "${*:i + 1:1}" >"${thresholds[i]}"; done
}
must set_thresholds 100000 100000 100000
at_exit set_thresholds "${before[@]}"

# Kea's cleanup may outlive the server.
cleans() { grep -q kea-lfc "/proc/$(cat "$dir/kea.csv.pid")/comm"; } 2>/dev/null
idle() { ! cleans; }
started_or_failed() { grep -qE 'DHCP4_STARTED|DHCP4_INIT_FAIL' "$dir/kea.log"; }
# Kea does not start while its cleanup runs.
kea() {
	local try
	must poll 120 idle
	rm -f "$dir/kea.csv.pid"
	for try in {1..20}; do
		: >"$dir/kea.log"
		start node "${packaged[@]}" KEA_LFC_EXECUTABLE="$dir/lfc" \
			KEA_PIDFILE_DIR="$dir" KEA_LOCKFILE_DIR="$dir" kea-dhcp4 -c "$dir/kea.conf" >>"$dir/kea.log" 2>&1
		server=$started
		poll 120 started_or_failed
		! grep -q DHCP4_STARTED "$dir/kea.log" || return 0
		diag "try $try: $(grep DHCP4_INIT_FAIL "$dir/kea.log")"
		stop "$server"
		sleep 3
	done
	return 1
}
number() { grep -o "$1 [0-9]*" "$dir/clients" | cut -d ' ' -f 2; }
churn() {	# PART
	in_host red "$ROOT/tests/lib/dhcp-clients" eth0 10.31.0.1 "$SECONDS_PER_PART" 20 "$PAUSE" >"$dir/clients" 2>&1
	diag "$1: $(<"$dir/clients")"
	[ "$(number leases)" -gt 0 ] && [ "$(number unanswered)" = 0 ]
	result $? "$1: each client is answered with its new address" "$(<"$dir/clients")"$'\n'"$(tail -n 5 "$dir/said")"
	[ "$(number last)" -le "$LIMIT" ]
	result $? "$1: no request is dropped later than $LIMIT million instructions after the ACK" \
		"$(number last) million"
}

{
	echo address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
	awk -v now="$(date +%s)" 'BEGIN {
		for (i = 256; i < 10256; i++)
			printf "10.31.%d.%d,02:00:00:00:%02x:%02x,,7200,%d,1,0,0,,0,,0\n", i / 256, i % 256, i / 256, i % 256, now + 7200
	}'
} >"$dir/kea.csv"
cat >"$dir/kea.conf" <<END
{ "Dhcp4": {
	"interfaces-config": { "interfaces": [ "br0" ] },
	"lease-database": { "type": "memfile", "name": "$dir/kea.csv", "lfc-interval": 10 },
	"valid-lifetime": 600,
	"subnet4": [ { "id": 1, "subnet": "10.31.0.0/16", "pools": [ { "pool": "10.31.64.0 - 10.31.127.255" } ] } ],
	"loggers": [ { "name": "kea-dhcp4", "output_options": [ { "output": "stdout" } ], "severity": "INFO" } ]
} }
END
kea || bail "Kea does not start: $(tail -n 5 "$dir/kea.log")"
must ctl node dev set to-red trust off inspect strict
# With the priority that its unit has.
start node nice -n -5 "$ARPCTL" bind watch "$dir/kea.csv" dev br0 >"$dir/said" 2>&1
all_bound() { [ "$(ctl node bind show dynamic dev br0 | wc -l)" = 10000 ]; }
poll 60 all_bound
result $? "10,000 leases are bound" "$(ctl node bind show dynamic dev br0 | wc -l)"

churn "Kea"
cleaned() { [ -e "$dir/kea.csv.2" ] || [ -e "$dir/kea.csv.completed" ]; }
poll 30 cleaned
result $? "Kea has run its cleanup meanwhile" "$(ls "$dir"; tail -n 5 "$dir/kea.log")"
stop "$server"
kea || bail "Kea does not start again: $(tail -n 5 "$dir/kea.log")"
churn "after a restart of the server"
stop "$server"

# In the end, exactly the leases that import finds are bound.
must ctl node bind import "$dir/kea.csv" sync dev other >/dev/null
list() { ctl node bind show dynamic dev "$1" | cut -d ' ' -f 1-3; }
same() { [ "$(list br0 | sort)" = "$(list other | sort)" ]; }
poll 20 same
result $? "in the end, exactly the leases are bound" "$(diff <(list br0 | sort) <(list other | sort) | head)"
unlike "$(<"$dir/said")" "warning|cannot" "bind watch prints no warning and no error"
