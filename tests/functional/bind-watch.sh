#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bind watch: dynamic bindings follow a lease file; killed, reloaded, on a bridge.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=bind-watch.inc
. "$(dirname "$0")/bind-watch.inc"

# A file

watch "$leases" dev br0
says "warning: waiting for $leases\$" "it waits for a file that does not exist"
leased 100 01 3600 101 02 3600
soon "100-01+ 101-02+" "leases are bound when it appears"
says '^bound 10\.31\.0\.100 lladdr 02:00:5e:00:61:01 dev br0 until 20..-..-.. ..:..:..$' "bindings are printed with their expiry"
lines 100 03 3600 102 04 3600 >"$leases"
soon "100-03+ 102-04+" "written in place: one lease has another MAC, one is new, one is gone"
says '^rebound 10\.31\.0\.100 lladdr 02:00:5e:00:61:03 dev br0 .*, was 02:00:5e:00:61:01$' "the old MAC is printed"
says '^unbound 10\.31\.0\.101 .*: no longer leased$' "the reason of a deletion is printed"
lines 103 05 3600 >>"$leases"
soon "100-03+ 102-04+ 103-05+" "a lease is appended"
# One program

fails_with 1 'the dynamic bindings of "br0" are kept by another arpctl, process '"$watcher"':' \
	"a second bind watch on the same selector is refused" arpctl bind watch "$leases" dev br0
fails_with 1 'are kept by another arpctl, process '"$watcher"', which would undo this' "bind import sync on this selector is refused" \
	arpctl bind import "$leases" sync dev br0
for invalid in 'a b' 'br0/' 'br[0' a-device-with-a-long-name ''; do
	fails_with 2 "bind watch: .*\"${invalid//[/.}\" selects nothing: (device names have|glob has) " \
		"an invalid selector is refused at once: '$invalid'" \
		in_host node timeout 60 "$ARPCTL" bind watch "$leases" dev "$invalid"
done
start node "$ARPCTL" -j bind watch "$leases" dev br1 >"$dir/json" 2>&1
poll 10 becomes "100-03+ 102-04+ 103-05+" br1
result $? "bind watch on another selector is accepted"
stop "$started"
like "$(sed -n 1p "$dir/json")" '^\{"event":"bound","address":"10.31.0.100","lladdr":"02:00:5e:00:61:03","selector":"br1","expiry":[0-9]+\}$' \
	"-j prints events as JSON"
is "$(bound br1)" "100-03+ 102-04+ 103-05+" "its bindings stay when it ends"
must arpctl bind flush dev br1

# The program and the module

kill_watch
leased 105 09 3600 106 10 3600
sleep 0.2
is "$(bound)" "100-03+ 102-04+ 103-05+" "when it is killed, bindings stay"
like "$(arpctl check)" "watcher +warning +br0 +3 dynamic bindings no longer follow the leases: process $watcher has ended
 +cure: +/[^ ]*/arpctl bind watch $leases dev br0
" "check reports that bind watch has ended"
# A read lock would be enough to keep others out.
start node setpriv --reuid=65533 --regid=65533 --clear-groups /usr/bin/python3 -c 'import fcntl, os, struct, time
held = []
for name in os.listdir("/run/arp-policy"):
	try:
		held.append(open("/run/arp-policy/" + name))
		fcntl.fcntl(held[-1], fcntl.F_OFD_SETLK, struct.pack("hhqqiI", fcntl.F_RDLCK, 0, 0, 0, 0, 0))
	except PermissionError:
		pass
print(len(held), "held", flush=True)
time.sleep(600)' >"$dir/locker"
locker=$started
must poll 20 grep -q held "$dir/locker"
is "$(stat -c %a /run/arp-policy/* | sort -u) $(<"$dir/locker")" "600 0 held" "no local user can lock its lock files"
watch "$leases" dev br0
soon "105-09+ 106-10+" "restarted, it deletes bindings that are no longer leased"
stop "$locker"
# It may be reading the bindings.
must poll 20 rmmod arp_policy 2>/dev/null
says 'warning: the module arp_policy was unloaded: waiting' "it waits when the module is unloaded"
leased 106 10 3600 107 11 3600
must load_module
soon "106-10+ 107-11+" "when the module is loaded again, the current leases are bound"
stop_watch
result $? "it exits on SIGTERM with status 0"
is "$(bound)" "106-10+ 107-11+" "its bindings stay when it exits"
must arpctl bind flush

# A bridge

link node:to-red red:eth0
link node:to-blue blue:eth0
RED=$(mac red eth0)
addr red eth0 10.31.0.2/24
addr blue eth0 10.31.0.3/24
add_bridge node br0 to-red to-blue
addr node br0 10.31.0.1/24
must poll 5 forwarding node
echo "0 $RED 10.31.0.2 * *" >"$leases"
watch "$leases" dev br0
soon "2-${RED: -2}+" "a bridge: the lease is bound on the bridge"
must asks red eth0 10.31.0.1 10.31.0.2 >/dev/null
soon "2-${RED: -2}+" "and on the port once the client sends a frame there" to-red
must arpq blue send eth0 "ffffffffffff${RED//:/}0806$(printf '0%.0s' {1..56})"
says "warning: $RED is seen on to-blue, but 10.31.0.2 stays bound on to-red until its lease ends\$" \
	"a frame with its MAC on another port is reported"
is "$(bound to-red) $(bound to-blue)" "2-${RED: -2}+ " "a reported frame moves no binding"
kill_watch
must asks red eth0 10.31.0.1 10.31.0.2 >/dev/null
must arpq blue send eth0 "ffffffffffff${RED//:/}0806$(printf '0%.0s' {1..56})"
watch "$leases" dev br0
sleep 0.5
is "$(bound to-red) $(bound to-blue)" "2-${RED: -2}+ " "restarted, it keeps the binding's port"
must ip -n node link set to-red nomaster
soon "2-${RED: -2}+" "when the port leaves the bridge, the binding goes to where the client is seen" to-blue
soon "" "and is deleted on the old one" to-red
must ip -n node link set to-blue down
must ip -n node link set to-blue name to-green up
soon "2-${RED: -2}+" "a port that is renamed keeps it" to-green
soon "" "the old name no longer has it" to-blue
must ip -n node link set to-green down
must ip -n node link set to-green name 'to-[gr]*' up
soon "2-${RED: -2}+" "a port whose name reads as a glob: the binding is of this port alone" 'to-\[gr]\*'
kill_watch
watch "$leases" dev br0
sleep 0.5
is "$(bound 'to-\[gr]\*') $(bound 'to-[gr]*')" "2-${RED: -2}+ " "restarted, it knows that port again"
: >"$leases"
soon "" "when the lease ends, the binding on the port is deleted" 'to-\[gr]\*'
soon "" "when the lease ends, the binding on the bridge is deleted"
stop_watch
plan "$count"
