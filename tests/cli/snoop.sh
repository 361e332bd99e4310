#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What DHCP messages on a bridge mean: who has which address on which port.
# lab: host

. tests/cli/lib.sh
# shellcheck source-path=SCRIPTDIR source=dhcp.inc
. tests/cli/dhcp.inc
scratch
compile "$dir/snoop_test" tests/cli/snoop_test.c tools/arpctl/host/dhcp.c \
	tools/arpctl/lease/snoop{,_file}.c tools/arpctl/base/{parse,print,input,replace}.c

A=02:00:00:00:00:0a B=02:00:00:00:00:0b S=02:00:00:00:00:05
here=0

# A client's message; chaddr=MAC makes it one in the name of another client.
client() {	# PORT LLADDR TYPE [NAME=VALUE…] [OPTIONS]
	local port=$1 mac=$2 type=$3 more=''
	shift 3
	[ $# = 0 ] || [[ ${!#} == *=* ]] || { more=${!#}; set -- "${@:1:$# - 1}"; }
	echo "$port $mac $here $(message op=01 yiaddr=00000000 chaddr="${mac//:/}" "$@" "3501$type${more}ff")"
}
asks() { client "$1" "$2" 01 "${@:3}"; client "$1" "$2" 03 "${@:3}"; }	# PORT LLADDR [NAME=VALUE…]
# A server's message, for a lease of one minute.
server() {	# PORT LLADDR TYPE [NAME=VALUE…] [OPTIONS]
	local port=$1 mac=$2 type=$3 more=33040000003c
	shift 3
	[ $# = 0 ] || [[ ${!#} == *=* ]] || { more=${!#}; set -- "${@:1:$# - 1}"; }
	echo "$port $S $here $(message chaddr="${mac//:/}" "$@" "3501$type${more}ff")"
}
ack() { server server "$1" 05 "${@:2}"; }	# LLADDR [NAME=VALUE…] [OPTIONS]
leased() { asks "$1" "$2" "${@:3}"; ack "$2" "${@:3}"; }	# PORT LLADDR [NAME=VALUE…]

# The results of the messages on standard input, except "nothing".
results() {	# WANTED DESC
	is "$("$dir/snoop_test" 2>&1 | grep -v '^nothing' | paste -sd ,)" "$1" "$2"
}

a="10.0.0.5 $A a 0:br0"
results "bound $a 60" "a lease" < <(leased a $A)
results "bound $a forever" "an infinite lease" < <(asks a $A; ack $A 3304ffffffff)
results "bound $a 315360000" "a lease of 136 years is limited to ten" < <(asks a $A; ack $A 3304fffffffe)
results "bound $a 60" "a lease with rapid commit" < <(client a $A 01 5000; ack $A)
results "" "an ACK after DISCOVER without rapid commit" < <(client a $A 01; ack $A)
results "" "an ACK without a request, for a client elsewhere" < <(ack $A)
results "" "an ACK of another transaction" < <(asks a $A; ack $A xid=99999999)
results "" "an answer to INFORM" < <(asks a $A; ack $A yiaddr=00000000)
results "" "an ACK without a time, and one of no time" < <(asks a $A; ack $A 3604ffffffff; ack $A 330400000000)
results "" "an offer" < <(asks a $A; server server $A 02)
results "bound 10.0.0.9 $A a 0:br0 60" "an ACK of an address that no host can have" < <(
	for it in e0000005 ffffffff 00000009; do leased a $A yiaddr=$it; done; leased a $A yiaddr=0a000009)
results "malformed" "a malformed ACK" < <(asks a $A; ack $A 3303000000)
results "bound $a 60,bound $a 60" "a lease is renewed, also if the request was lost" < <(leased a $A; echo wait 30; ack $A xid=99999999)
results "bound $a 60,expired $a 0,0:" "a lease expires" < <(leased a $A; echo wait 60; echo leases)
results "bound $a 60,unbound $a 60" "a lease is released" < <(leased a $A; client a $A 07 ciaddr=0a000005)
results "bound $a 60,unbound $a 60" "a lease is declined" < <(leased a $A; client a $A 04 32040a000005)
results "bound $a 60,unbound $a 60" "a lease is refused by the server" < <(leased a $A
	client a $A 03 xid=00000007 ciaddr=0a000005; server server $A 06 xid=00000007 '')
results "bound $a 60" "a NAK for something else" < <(leased a $A; server server $A 06 xid=00000008 ''
	client a $A 03 xid=00000007 ciaddr=0a000006; server server $A 06 xid=00000007 '')
results "bound $a 60,bound 10.0.0.5 $B b 7:br0.7 60" "another VLAN is another network" < <(leased a $A
	here=7; leased b $B)

# Attacks
results "rogue" "a server on another port" < <(asks a $A; server b $A 05)
results "bound $a 60,forged" "another client's MAC in the message" < <(leased a $A
	client b $B 07 chaddr=02000000000a ciaddr=0a000005)
results "bound $a 60,foreign $a 60,foreign $a 60" "release and decline from another port" < <(leased a $A
	client b $A 07 ciaddr=0a000005; client b $A 04 32040a000005)
results "bound $a 60,foreign $a 60,foreign $a 60" "a request for a lease from another port" < <(leased a $A
	client b $A 03 xid=00000007 ciaddr=0a000005; ack $A xid=00000007)
results "bound $a 60,foreign $a 30,foreign $a 30,foreign $a 30,expired $a 0,bound 10.0.0.5 $A b 0:br0 60" \
	"a client that was plugged in elsewhere is bound there when its lease is over" < <(leased a $A; echo wait 30
	leased b $A xid=00000007; echo wait 30; leased b $A xid=00000008)
results "contested,bound $a 60" "an attacker in the victim's transaction, before the victim" < <(client a $A 01
	client b $A 03; client a $A 03; ack $A)
results "contested,bound $a 60" "an attacker in the victim's transaction, after the victim" < <(asks a $A; client b $A 03; ack $A)
results "contested,bound $a 60" "an attacker long after the victim's first message" < <(client a $A 01 xid=00000007; echo wait 59
	client a $A 01; echo wait 2; client b $A 03; client a $A 03; ack $A)
results "contested,contested" "an attacker in its own transaction gets nothing" < <(client a $A 01
	asks b $A xid=00000007; ack $A xid=00000007)
results "contested,contested,bound $a 60" "an attacker in its own transaction, then in the victim's, gets nothing" < <(
	client b $A 01 xid=00000007; client a $A 01; client b $A 03; client a $A 03; ack $A)
results "bound $a 60,foreign $a 60,foreign $a 60,bound $a 60" "an attacker before the victim, in the transaction of its renewal" < <(
	leased a $A; asks b $A xid=00000007; client a $A 03 xid=00000007 ciaddr=0a000005; ack $A xid=00000007)
results "bound $a 60,foreign $a 60,foreign $a 60" "a MAC that has a lease gets no other one on another port" < <(
	leased a $A; asks b $A xid=00000007; ack $A xid=00000007 yiaddr=0a000006)
results "bound $a 60,bound 10.0.0.6 $A a 0:br0 60,foreign $a 60,unbound 10.0.0.6 $A a 0:br0 60,bound 10.0.0.6 $A b 0:br0 60" \
	"it gets it on its own port, and elsewhere when all its leases are over" < <(leased a $A; leased a $A xid=00000008 yiaddr=0a000006
	client b $A 01; client a $A 07 ciaddr=0a000006; echo gone a; leased b $A xid=00000009 yiaddr=0a000006)
results "bound $a 60,taken $a 60" "the server gives a leased address to another client" < <(leased a $A; leased b $B)
results "bound $a 60,bound 10.0.0.5 $B b 0:br0 60" "this is accepted when the port of the lease is gone" < <(leased a $A
	echo gone a; leased b $B)
results "bound $a 60,expired $a 0,bound 10.0.0.5 $B b 0:br0 60" "this is accepted when the lease has expired" < <(leased a $A
	echo wait 60; leased b $B)
results "bound $a 60,bound 10.0.0.5 $A b 0:br0 60" "a client moves when its port is gone" < <(leased a $A
	echo gone a; leased b $A xid=00000007)

here=7
results "bound 10.0.0.5 $A a 7:br0.7 60,bound 10.0.0.5 $B a 8:br0.8 60,other 10.0.0.5 $A a 7:br0.7 60,other,other" \
	"on a trunk port, the leases of an address in both VLANs are known" < <(leased a $A; here=8; leased a $B
	echo other 10.0.0.5 8 a; echo other 10.0.0.5 8 b; echo other 10.0.0.6 8 a)
here=0

# Floods: each port has a limit
results "clients 4096,bound $a 60" "40,000 clients on a port leave room for other ports" < <(echo flood b 40000; leased a $A)
results "clients 4097,bound $a 60" "40,000 clients on a port do not displace one that waits on another" < <(asks a $A; echo flood b 40000; ack $A)
results "clients 4096,bound 10.0.0.5 $B b 0:br0 60" "the oldest clients of the same port are dropped first" < <(echo flood b 5000
	leased b $B)
results "clients 1001,clients 4096,bound 10.0.0.5 $B b 0:br0 60" "the oldest are those that have not sent for longest" < <(
	asks b $B; echo flood b 1000; asks b $B; echo flood b 4000; ack $B)
many() { for port in p{0..9}; do echo flood "$port" 4096; done; }
results "clients 4097,clients 8193,clients 12289,clients 16385,clients 20481,clients 24577,clients 28673,clients 32768,clients 32768,clients 32768,bound $a 60" \
	"the total is limited, and the ports with most clients lose some" < <(asks a $A; many; ack $A)
results "clients 4096,clients 1" "no client waits for more than a minute" < <(echo flood b 4096; echo wait 60; echo flood b 1)

results "foreign 10.128.0.0 $A a 0:br0 forever,asked 1" "with 3,000 leases of a MAC, its port is looked up once" < <(
	echo many a $A 3000; client b $A 01; echo asked)

results "bound $a 60,bound $a 60,bound $a 60,asked 1,bound $a 60,asked 1" "a port is looked up once until the tool looks again" < <(
	leased a $A; ack $A; ack $A; echo asked; echo gone b; ack $A; echo asked)

# The clock, and the file
results "bound $a 60,1: $a 60" "the clock is set: the remaining time stays the same" < <(leased a $A
	echo clock 1000000; echo leases)
{
	leased a $A
	here=7
	asks b $B; ack $B 3304ffffffff
	echo write "$dir/leases"
} | "$dir/snoop_test" >/dev/null
is "$(<"$dir/leases")" "1700000060 $A 10.0.0.5 a 0:br0
0 $B 10.0.0.5 b 7:br0.7" "the file has the format of dnsmasq"
results "2: $a 60 10.0.0.5 $B b 7:br0.7 forever" "the file is read" < <(echo read "$dir/leases"; echo leases)
results "expired $a 0,bound 10.0.0.5 $A b 0:br0 60" "leases from the file expire" < <(echo read "$dir/leases"
	echo wait 60; leased b $A)
results "foreign $a 60,foreign $a 60,foreign $a 60" "leases from the file do not move" < <(echo read "$dir/leases"; leased b $A)
printf '1700000060 %s 10.0.0.5 a\n1700000060 x 10.0.0.6 a 0:br0\n1 %s 10.0.0.7 a 0:br0\n\n1700000060 %s 10.0.0.8 a 0:br0' \
	$A $A $A >"$dir/bad"
results "$dir/bad:1: warning: this is no lease and was skipped,$dir/bad:2: warning: this is no lease and was skipped,1: 10.0.0.8 $A a 0:br0 60" \
	"lines that are no lease are skipped" < <(echo read "$dir/bad"; echo leases)
printf '1700000060 %s 224.0.0.5 a 0:br0\n1700000060 01:00:5e:00:00:01 10.0.0.6 a 0:br0\n1700000060 %s 10.0.0.8 a 0:br0\n\0' \
	$A $A >"$dir/bad"
results "$dir/bad: warning: what is behind a NUL byte was skipped,$dir/bad:1: warning: this is no lease and was skipped,$dir/bad:2: warning: this is no lease and was skipped,1: 10.0.0.8 $A a 0:br0 60" \
	"leases that the kernel would refuse are skipped, and so is all data after a NUL byte" < <(echo read "$dir/bad"; echo leases)
mkfifo "$dir/fifo"
results "arpctl: warning: $dir/fifo is not a regular file: it will be replaced,0:" \
	"a FIFO in place of the file is not opened" < <(echo read "$dir/fifo"; echo leases; echo write "$dir/fifo")
[ -f "$dir/fifo" ]
result $? "a FIFO in place of the file is replaced"
echo precious >"$dir/precious"
ln -s precious "$dir/link"
{ leased a $A; echo write "$dir/link"; } | "$dir/snoop_test" >/dev/null
is "$(<"$dir/precious") $(cut -d ' ' -f 3 "$dir/link")" "precious 10.0.0.5" "a symbolic link is replaced, not followed"
ln -sf precious "$dir/link"
{ leased a $A; echo write "$dir/link" followed; } | "$dir/snoop_test" >/dev/null
is "$(cut -d ' ' -f 3 "$dir/precious")" "10.0.0.5" "a symbolic link that the user names is followed when the file is written"
results "1: $a 60" "a symbolic link that the user names is read" < <(echo read "$dir/link" followed; echo leases)
cp "$dir/leases" "$dir/victim"
ln -s leases "$dir/swap"
is "$(env HINDER_OPEN="$dir/victim" HINDER_BY="$dir/swap" ASAN_OPTIONS=verify_asan_link_order=0 \
	LD_PRELOAD="$PWD/build/hinder.so" "$dir/snoop_test" 2>&1 < <(echo read "$dir/victim"; echo leases))" \
	"arpctl: warning: $dir/victim is not a regular file: it will be replaced
0:" "a symbolic link that replaces the file just before it is opened is not followed"
results "0:" "without a file there is no lease" < <(echo read "$dir/none"; echo leases)
plan "$count"
