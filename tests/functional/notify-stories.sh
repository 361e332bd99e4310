#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# notify change with real traffic: failover by one command, an egress address and a
# container that move, a thousand addresses at once, and never a hidden one.
# lab: all
# lab: timeout 900
# lab: takes 90
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 20

modprobe dummy numdummies=0
scratch
vip=10.0.0.100
must load_module

now() { date +%s%N; }
# Milliseconds since START, of now.
since() { echo $((($(now) - $1) / 1000000)); }
# The MAC that CLIENT sends to for ADDRESS.
sends_to() { ip -n "$1" neigh show "$2" | grep -o 'lladdr [^ ]*' | cut -d ' ' -f 2; }
follows() { [ "$(sends_to "$1" "$2")" = "$3" ]; }	# CLIENT ADDRESS MAC
reaches() { in_host "$1" ping -q -n -c 1 -W 1 "$2" >/dev/null; }	# CLIENT ADDRESS
# Pings every 10 ms for three seconds in the background; "lost" then counts what was not
# answered.
traffic() {	# CLIENT ADDRESS
	in_host "$1" ping -n -i 0.01 -w 3 "$2" >"$dir/ping" &
	pinger=$!
}
lost() {
	wait $pinger
	awk '/packets transmitted/ { print $1 - $4 }' "$dir/ping"
}

# Failover by one command. Both hold the address; the client sends all the time.
host client a b
segment lan client:eth0 a:eth0 b:eth0
addr client eth0 10.0.0.1/24
addr a eth0 10.0.0.2/24
addr b eth0 10.0.0.3/24
addr a lo $vip/32
addr b lo $vip/32
at_a=$(mac a eth0) at_b=$(mac b eth0)

must in_host b sysctl -qw net.ipv4.conf.eth0.arp_ignore=1
must reaches client $vip
is "$(sends_to client $vip)" "$at_a" "stock: the client sends to the active director"
must ip -n a link set eth0 down
set_sysctl b net.ipv4.conf.eth0.arp_ignore=0
sleep 1.5
is "$(sends_to client $vip)" "$at_a" "stock: b answers for the address, and the client has not noticed yet"
must ip -n a link set eth0 up
must poll 5 forwarding lan

must ctl b dev set eth0 notify change
must ctl b rule add hide $vip
ip -n client neigh flush all
must poll 5 reaches client $vip
is "$(sends_to client $vip)" "$at_a" "policy: the client sends to the active director"
traffic client $vip
sleep 0.5
must ip -n a link set eth0 down
start=$(now)
must ctl b rule del hide $vip
poll 5 follows client $vip "$at_b"
result $? "one command: the client follows"
diag "$(since "$start") ms, with that of the command"
sleep 0.5
gone=$(lost)
result $((gone > 100)) "one command: less than a second of packets is lost ($gone)"
must ip -n a link set eth0 up
must ctl b flush

# An egress address moves from one host's dummy to the other's.
egress=10.0.0.200
for name in a b; do
	must ip -n $name link add name egress up type dummy
	must ctl $name dev set default notify change
done
must poll 5 forwarding lan
must ip -n a addr add $egress/32 dev egress
must poll 5 reaches client $egress
is "$(sends_to client $egress)" "$at_a" "the router sends to the host that has the egress address"
traffic client $egress
sleep 0.3
start=$(now)
must ip -n a addr del $egress/32 dev egress
must ip -n b addr add $egress/32 dev egress
poll 5 follows client $egress "$at_b"
result $? "it moves: the router follows"
diag "$(since "$start") ms, with that of both commands"
sleep 0.3
gone=$(lost)
result $((gone > 100)) "it moves: less than a second of packets is lost ($gone)"
must ctl a flush
must ctl b flush

# A container is removed, and recreated with its address and another MAC.
container() {	# MAC
	must ip netns add pod
	must ctl pod dev set default notify change
	must ip -n lan link add name lan-pod up master br0 type veth \
		peer name eth0 netns pod address "$1"
	must ip -n pod -batch - <<-END
		link set lo up
		link set eth0 up
		addr add 10.0.0.50/24 dev eth0
	END
}
no_port() { ! ip -n lan link show lan-pod >/dev/null 2>&1; }
container 02:00:00:00:50:01
must poll 10 reaches client 10.0.0.50
must ip netns del pod
must poll 10 no_port
container 02:00:00:00:50:02
poll 10 follows client 10.0.0.50 02:00:00:00:50:02
result $? "a container gets another MAC: the client follows"
must ip netns del pod

# A thousand addresses at once. Prints each frame's time and address.
cat >"$dir/sniff" <<-'END'
	import socket, sys, time
	sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
	sock.bind((sys.argv[1], 0x0806))
	sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
	sock.settimeout(float(sys.argv[2]))
	print("ready", flush=True)
	try:
	    while True:
	        frame = sock.recv(200)
	        if frame[28:32] == frame[38:42]:
	            print(time.monotonic(), socket.inet_ntoa(frame[28:32]), flush=True)
	except socket.timeout:
	    pass
END
host many peer
link many:eth0 peer:eth0
addr many eth0 10.1.0.1/24
many() {	# FIRST LAST
	local i
	for i in $(seq "$1" "$2"); do echo "addr add 10.9.$((i / 250)).$((i % 250 + 1))/32 dev lo"; done |
		ip -n many -batch -
}
many 1 1000
must ctl many dev set eth0 notify change
must ctl many dev set lo hidden on
# Sniffs until it is quiet for SECONDS, while CMD runs.
sniffed() {	# SECONDS CMD…
	: >"$dir/heard"
	in_host peer python3 "$dir/sniff" eth0 "$1" >>"$dir/heard" &
	local sniffer=$!
	must poll 10 grep -q ready "$dir/heard"
	"${@:2}"
	wait $sniffer
	sed -i 1d "$dir/heard"
}
# The largest number of frames in one second.
burst() {
	awk '{ t[NR] = $1; while (t[NR] - t[first + 1] >= 1) first++
	       if (NR - first > most) most = NR - first } END { print most + 0 }' "$dir/heard"
}
echo "dev set eth0 notify change" >"$dir/policy"
sniffed 4 ctl many restore "$dir/policy"
is "$(cut -d ' ' -f 2 "$dir/heard" | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | awk '{ print $1, $2 }')" \
	"1000 2" "1,000 addresses are restored: each is announced twice"
most=$(burst)
result $((most > 200)) "1,000 addresses: no second has more than 200 frames ($most)"
is "$(sort -k 2,2 -k 1,1n "$dir/heard" | awk '$2 == was && $1 - t < 2 { few++ } { was = $2; t = $1 } END { print few + 0 }')" \
	0 "1,000 addresses: both announcements are at least two seconds apart"

# More addresses than one change may announce
many 1001 1100
sleep 6
must ctl many dev set lo hidden on
ctl many stats reset
sniffed 4 ctl many dev set lo hidden off
is "$(cut -d ' ' -f 2 "$dir/heard" | sort -u | wc -l)" 1024 "1,100 addresses: 1,024 are announced"
is "$(ctl many -j stats show eth0 | jq '.[].reasons["announce-suppressed"]')" 76 "1,100 addresses: the rest is counted as suppressed"
most=$(burst)
result $((most > 200)) "1,100 addresses: no second has more than 200 frames ($most)"

# Hidden again before the second announcement.
must ctl many flush
must ctl many dev set eth0 notify change
must ctl many rule add hide 10.9.0.0/16
flap() {
	ctl many rule del hide 10.9.0.0/16
	poll 10 test -s "$dir/heard"
	sleep 0.3
	ctl many rule add hide 10.9.0.0/16
	sleep 0.2
	wc -l <"$dir/heard" >"$dir/until"
}
sniffed 4 flap
heard=$(wc -l <"$dir/heard")
result $((heard < 20)) "a prefix is shown for a moment: some of its addresses are announced ($heard)"
is "$heard" "$(($(<"$dir/until") - 1))" "none is announced after the prefix is hidden again"

# The same with the address itself, over and over, from two processes.
must ctl many rule flush
must ctl many rule add hide 10.9.0.2
flapping() {
	local i
	for i in $(seq 30); do
		ctl many rule del hide 10.9.0.2
		ctl many rule add hide 10.9.0.2
		sleep 0.02
		echo "0 hidden $i" >>"$dir/heard"
		in_host many "$ARPCTL" announce 10.9.0.3 dev eth0
		sleep 0.05
		echo "0 shown $i" >>"$dir/heard"
	done
}
(sleep 0.5; for i in $(seq 100); do ip -n many addr add 10.9.9.9/32 dev lo; ip -n many addr del 10.9.9.9/32 dev lo; done) &
sniffed 4 flapping
is "$(awk '$2 == "hidden" { hidden = 1 } $2 == "shown" { hidden = 0 } hidden && $2 == "10.9.0.2"' "$dir/heard")" '' \
	"a hidden address is never announced while it flaps"
result $(($(grep -c ' 10.9.0.3$' "$dir/heard") < 30)) "the other address is announced meanwhile"
no_kernel_faults
