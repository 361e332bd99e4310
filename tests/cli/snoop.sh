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

# A client's message: type, options, and in whose name it is.
client() {	# PORT LLADDR TYPE [NAME=VALUE…] [OPTIONS]
	local port=$1 mac=$2 type=$3 more=''
	shift 3
	[ $# = 0 ] || [[ ${!#} == *=* ]] || { more=${!#}; set -- "${@:1:$# - 1}"; }
	echo "$port $mac $here $(message op=01 yiaddr=00000000 chaddr="${mac//:/}" "$@" "3501$type${more}ff")"
}
asks() { client "$1" "$2" 01 "${@:3}"; client "$1" "$2" 03 "${@:3}"; }	# PORT LLADDR [NAME=VALUE…]
# A server's, for a lease of one minute.
server() {	# PORT LLADDR TYPE [NAME=VALUE…] [OPTIONS]
	local port=$1 mac=$2 type=$3 more=33040000003c
	shift 3
	[ $# = 0 ] || [[ ${!#} == *=* ]] || { more=${!#}; set -- "${@:1:$# - 1}"; }
	echo "$port $S $here $(message chaddr="${mac//:/}" "$@" "3501$type${more}ff")"
}
ack() { server server "$1" 05 "${@:2}"; }	# LLADDR [NAME=VALUE…] [OPTIONS]
leased() { asks "$1" "$2" "${@:3}"; ack "$2" "${@:3}"; }	# PORT LLADDR [NAME=VALUE…]

# Lines of messages on standard input: what they mean, without "nothing".
means() {	# WANTED DESC
	is "$("$dir/snoop_test" 2>&1 | grep -v '^nothing' | paste -sd ,)" "$1" "$2"
}

a="10.0.0.5 $A a 0:br0"
means "bound $a 60" "a lease" < <(leased a $A)
means "bound $a forever" "without end" < <(asks a $A; ack $A 3304ffffffff)
means "bound $a 315360000" "of 136 years: of ten" < <(asks a $A; ack $A 3304fffffffe)
means "bound $a 60" "with rapid commit" < <(client a $A 01 5000; ack $A)
means "" "not without it" < <(client a $A 01; ack $A)
means "" "no request: a client elsewhere" < <(ack $A)
means "" "of another transaction" < <(asks a $A; ack $A xid=99999999)
means "" "an answer to INFORM" < <(asks a $A; ack $A yiaddr=00000000)
means "" "an ACK without a time, and one of no time" < <(asks a $A; ack $A 3604ffffffff; ack $A 330400000000)
means "" "an offer" < <(asks a $A; server server $A 02)
means "malformed" "a malformed one" < <(asks a $A; ack $A 3303000000)
means "bound $a 60,bound $a 60" "renewed, also if the request was lost" < <(leased a $A; echo wait 30; ack $A xid=99999999)
means "bound $a 60,expired $a 0,0:" "expired" < <(leased a $A; echo wait 60; echo leases)
means "bound $a 60,unbound $a 60" "released" < <(leased a $A; client a $A 07 ciaddr=0a000005)
means "bound $a 60,unbound $a 60" "declined" < <(leased a $A; client a $A 04 32040a000005)
means "bound $a 60,unbound $a 60" "refused by the server" < <(leased a $A
	client a $A 03 xid=00000007 ciaddr=0a000005; server server $A 06 xid=00000007 '')
means "bound $a 60" "a NAK of something else" < <(leased a $A; server server $A 06 xid=00000008 ''
	client a $A 03 xid=00000007 ciaddr=0a000006; server server $A 06 xid=00000007 '')
means "bound $a 60,bound 10.0.0.5 $B b 7:br0.7 60" "another VLAN is another network" < <(leased a $A
	here=7; leased b $B)

# Attacks
means "rogue" "a server on another port" < <(asks a $A; server b $A 05)
means "bound $a 60,forged" "another's MAC in the message" < <(leased a $A
	client b $B 07 chaddr=02000000000a ciaddr=0a000005)
means "bound $a 60,foreign $a 60,foreign $a 60" "release and decline from another port" < <(leased a $A
	client b $A 07 ciaddr=0a000005; client b $A 04 32040a000005)
means "bound $a 60,foreign $a 60,foreign $a 60" "a request for it from another port" < <(leased a $A
	client b $A 03 xid=00000007 ciaddr=0a000005; ack $A xid=00000007)
means "bound $a 60,foreign $a 30,foreign $a 30,foreign $a 30,expired $a 0,bound 10.0.0.5 $A b 0:br0 60" \
	"a client that was plugged in elsewhere is bound there when its lease is over" < <(leased a $A; echo wait 30
	leased b $A xid=00000007; echo wait 30; leased b $A xid=00000008)
means "contested,bound $a 60" "in the victim's transaction, before it" < <(client a $A 01
	client b $A 03; client a $A 03; ack $A)
means "contested,bound $a 60" "and after it" < <(asks a $A; client b $A 03; ack $A)
means "contested,bound $a 60" "however old the first message is" < <(client a $A 01 xid=00000007; echo wait 59
	client a $A 01; echo wait 2; client b $A 03; client a $A 03; ack $A)
means "contested,contested" "in one of its own: it gets nothing" < <(client a $A 01
	asks b $A xid=00000007; ack $A xid=00000007)
means "contested,contested,bound $a 60" "in one of its own before, then in the victim's: it loses both" < <(
	client b $A 01 xid=00000007; client a $A 01; client b $A 03; client a $A 03; ack $A)
means "bound $a 60,foreign $a 60,foreign $a 60,bound $a 60" "before the victim, in the transaction of its renewal" < <(
	leased a $A; asks b $A xid=00000007; client a $A 03 xid=00000007 ciaddr=0a000005; ack $A xid=00000007)
means "bound $a 60,foreign $a 60,foreign $a 60" "nor does the MAC of a lease get another one elsewhere" < <(
	leased a $A; asks b $A xid=00000007; ack $A xid=00000007 yiaddr=0a000006)
means "bound $a 60,bound 10.0.0.6 $A a 0:br0 60,foreign $a 60,unbound 10.0.0.6 $A a 0:br0 60,bound 10.0.0.6 $A b 0:br0 60" \
	"but where it had it, and elsewhere when all are over" < <(leased a $A; leased a $A xid=00000008 yiaddr=0a000006
	client b $A 01; client a $A 07 ciaddr=0a000006; echo gone a; leased b $A xid=00000009 yiaddr=0a000006)
means "bound $a 60,taken $a 60" "the server gives it to another client" < <(leased a $A; leased b $B)
means "bound $a 60,bound 10.0.0.5 $B b 0:br0 60" "which counts when its port has gone" < <(leased a $A
	echo gone a; leased b $B)
means "bound $a 60,expired $a 0,bound 10.0.0.5 $B b 0:br0 60" "or when it has expired" < <(leased a $A
	echo wait 60; leased b $B)
means "bound $a 60,bound 10.0.0.5 $A b 0:br0 60" "the client itself moves when its port has gone" < <(leased a $A
	echo gone a; leased b $A xid=00000007)

# Floods: each port has its share
means "clients 4096,bound $a 60" "40,000 clients of a port leave room for others" < <(echo flood b 40000; leased a $A)
means "clients 4097,bound $a 60" "and keep nobody who waits elsewhere" < <(asks a $A; echo flood b 40000; ack $A)
means "clients 4096,bound 10.0.0.5 $B b 0:br0 60" "the oldest of the same port go first" < <(echo flood b 5000
	leased b $B)
means "clients 1001,clients 4096,bound 10.0.0.5 $B b 0:br0 60" "which are those not heard for longest" < <(
	asks b $B; echo flood b 1000; asks b $B; echo flood b 4000; ack $B)
many() { for port in p{0..9}; do echo flood "$port" 4096; done; }
means "clients 4097,clients 8193,clients 12289,clients 16385,clients 20481,clients 24577,clients 28673,clients 32768,clients 32768,clients 32768,bound $a 60" \
	"all together are bounded, and the ports with most give way" < <(asks a $A; many; ack $A)
means "clients 4096,clients 1" "and nobody waits for more than a minute" < <(echo flood b 4096; echo wait 60; echo flood b 1)

# The clock, and the file
means "bound $a 60,1: $a 60" "the clock is set: the lease is as long as before" < <(leased a $A
	echo clock 1000000; echo leases)
{
	leased a $A
	here=7
	asks b $B; ack $B 3304ffffffff
	echo write "$dir/leases"
} | "$dir/snoop_test" >/dev/null
is "$(<"$dir/leases")" "1700000060 $A 10.0.0.5 a 0:br0
0 $B 10.0.0.5 b 7:br0.7" "the file has the format of dnsmasq"
means "2: 10.0.0.5 $B b 7:br0.7 forever $a 60" "and is read" < <(echo read "$dir/leases"; echo leases)
means "expired $a 0,bound 10.0.0.5 $A b 0:br0 60" "its leases expire" < <(echo read "$dir/leases"
	echo wait 60; leased b $A)
means "foreign $a 60,foreign $a 60,foreign $a 60" "and do not move" < <(echo read "$dir/leases"; leased b $A)
printf '1700000060 %s 10.0.0.5 a\n1700000060 x 10.0.0.6 a 0:br0\n1 %s 10.0.0.7 a 0:br0\n\n1700000060 %s 10.0.0.8 a 0:br0' \
	$A $A $A >"$dir/bad"
means "$dir/bad:1: warning: this is no lease and was skipped,$dir/bad:2: warning: this is no lease and was skipped,1: 10.0.0.8 $A a 0:br0 60" \
	"lines that are no lease are skipped" < <(echo read "$dir/bad"; echo leases)
means "0:" "without a file there is none" < <(echo read "$dir/none"; echo leases)
plan "$count"
