#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bind snoop when the disk or systemd does not answer, when the clock is set, and with files
# in its directories that a hostile user has made.
# lab: all
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ports.inc
. "$(dirname "$0")/ports.inc"
# shellcheck source-path=SCRIPTDIR source=dhcpframe.inc
. "$(dirname "$0")/dhcpframe.inc"
plan 25

host node red blue green server
bridge_host
dhcp_server
scratch
frame_senders blue server
must load_module
policy dev set default trust off
policy dev set to-server trust on

# The disk does not answer while there is a file "disk".
at_exit rm -f "$dir/disk"
snoop() {
	start node env LD_PRELOAD="$ROOT/build/hinder.so" HINDER_FSYNC="$dir/disk" \
		"$ARPCTL" bind snoop dev br0 state "$dir/leases" >>"$dir/out" 2>&1
	snooper=$started
	poll 20 snoops
}
lease() {	# ADDRESS
	dhcp blue discover xid=0a0a0a0a
	dhcp blue request xid=0a0a0a0a wanted="$1"
	dhcp server ack chaddr="$BLUE" xid=0a0a0a0a yiaddr="$1" lease=600
}
bound() { ctl node bind show dynamic dev to-blue | grep -q "^$1 "; }	# ADDRESS
writes() { compgen -G "$dir/.arpctl-*"; } >/dev/null
stored() { grep -q " $1 to-blue 0:br0$" "$dir/leases"; } 2>/dev/null	# ADDRESS
said() { grep -q "$1" "$dir/out"; }
ended() { ! kill -0 "$1"; } 2>/dev/null

: >"$dir/disk"
must snoop
lease 10.0.0.20
run_ok "a lease is bound" poll 20 bound 10.0.0.20
must poll 20 writes
lease 10.0.0.21
run_ok "the disk does not answer: the next lease is bound" poll 20 bound 10.0.0.21
[ ! -e "$dir/leases" ]
result $? "the disk does not answer: the file is not replaced"
rm "$dir/disk"
run_ok "the disk answers: the first lease is stored" poll 20 stored 10.0.0.20
run_ok "the latest state is stored next" poll 20 stored 10.0.0.21

set_clock() { date -s "@$(($(date +%s) + $1))" >/dev/null; }	# SECONDS
follows() { awk -v later="$(($(date +%s) + 500))" '$3 == "10.0.0.21" && $1 > later { found = 1 } END { exit !found }' "$dir/leases"; }
set_clock 3600
run_ok "the clock is set: the lease has its remaining time" poll 20 follows
run_ok "the clock is set: the lease is bound" bound 10.0.0.21
is "$(grep ^unbound "$dir/out")" "" "the clock is set: the lease was not unbound meanwhile"
set_clock -3600

: >"$dir/disk"
lease 10.0.0.22
must poll 20 writes
lease 10.0.0.23
poll 20 bound 10.0.0.23
kill "$snooper"
sleep 0.5
kill -0 "$snooper"
result $? "SIGTERM: it waits for the disk"
rm "$dir/disk"
run_ok "SIGTERM: it ends when the disk answers" poll 20 ended "$snooper"
run_ok "SIGTERM: the last state is stored" stored 10.0.0.23
is "$(compgen -G "$dir/.arpctl-*")" "" "no temporary file is left"

# Killed while the disk does not answer: nothing may replace the file later.
: >"$dir/disk"
must snoop
lease 10.0.0.24
must poll 20 writes
kill -KILL "$snooper"
wait "$snooper" 2>/dev/null
snoop
result $? "killed: it can be started again at once" "$(tail -n 3 "$dir/out")"
rm "$dir/disk"
lease 10.0.0.25
run_ok "killed: what is written then is the new state" poll 20 stored 10.0.0.25
rm -f "$dir"/.arpctl-* "$dir/leases"
must mkdir "$dir/leases"
lease 10.0.0.26
run_ok "a failure is printed" poll 20 said "cannot write $dir/leases: Is a directory"
run_ok "after a failure, leases are bound" poll 20 bound 10.0.0.26
stop "$snooper"
rmdir "$dir/leases"

# A systemd that reads nothing: its socket takes two datagrams.
set_sysctl node net.unix.max_dgram_qlen=1
start node /usr/bin/python3 -c '
import socket, sys, time
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
time.sleep(600)' "$dir/notify"
busy=$started
must poll 20 test -S "$dir/notify"
export NOTIFY_SOCKET=$dir/notify
must snoop
unset NOTIFY_SOCKET
for i in {1..3}; do lease "10.0.0.3$i"; done
run_ok "systemd does not answer: leases are bound" poll 20 bound 10.0.0.33
stop "$snooper" "$busy"

: >"$dir/disk"
must snoop
lease 10.0.0.27
must poll 20 writes
kill "$snooper"
run_ok "SIGTERM: it does not wait for ever" poll 60 ended "$snooper"
run_ok "SIGTERM: it says what was not stored" said "cannot write $dir/leases: it takes more than 20 seconds"
rm -f "$dir/disk" "$dir"/.arpctl-*

# Names of ports that are not used any more
rm -rf /run/arp-policy
claim=/run/arp-policy/$(in_host node stat -L -c %i /proc/self/ns/net)-br0
names() { grep -c '^selector' "$claim"; }
few() { [ "$(names)" -lt 100 ]; }
expiry=$(($(date +%s) + 8))
for i in {1..250}; do echo "$expiry 02:00:00:00:00:01 10.0.1.$i vnet$i 0:br0"; done >"$dir/leases"
must snoop
run_ok "leases on 250 ports" poll 20 said '^bound 500, unbound'
run_ok "the names of ports without a lease are not kept for ever" poll 30 few
stop "$snooper"

# The directory of the service's user
chown 65534 /run/arp-policy
rm "$claim"
mkfifo "$claim"
fails_with 1 "cannot use $claim: it is not a regular file" "a FIFO in place of its file is not waited for" \
	timeout 20 "${WITHIN}" node "$ARPCTL" bind snoop dev br0 state "$dir/leases"
rm "$claim"
echo precious >/run/arp-policy/precious
ln /run/arp-policy/precious "$claim"
fails_with 1 "cannot use $claim: it is not a regular file" "a file that has another name is not used" \
	timeout 20 "${WITHIN}" node "$ARPCTL" bind snoop dev br0 state "$dir/leases"
is "$(<"$claim")" precious "a file that has another name is not written to"
rm /run/arp-policy/*
truncate -s 256M "$claim"
is "$(in_host node /usr/bin/python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 64 << 10)' "$ARPCTL" check)" True \
	"check does not read all of a giant file"
rm -r /run/arp-policy
