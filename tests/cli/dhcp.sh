#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Parsing DHCP messages: those of real clients and servers, and malformed ones.
# lab: host

. tests/cli/lib.sh
# shellcheck source-path=SCRIPTDIR source=dhcp.inc
. tests/cli/dhcp.inc
scratch
compile "$dir/dhcp_test" tests/cli/dhcp_test.c tools/arpctl/{host/dhcp,base/parse}.c

# parses NAME WANTED MESSAGE-ARGUMENTS…
parses() { is "$(message "${@:3}" | "$dir/dhcp_test" 2>&1)" "$2" "$1"; }

ack="reply ack 02:00:00:00:00:01 yiaddr 10.0.0.5"
plan 39

parses "an ACK" "$ack server 10.0.0.1 lease 3600" 35010536040a000001330400000e10ff
parses "an ACK without its end option" "$ack" 350105
parses "pads between options" "$ack lease 60" 0000350105000033040000003c00ff
parses "what follows the end is not read" "$ack" 350105ff3304
parses "other options are skipped" "$ack lease 60" 0c03616263350105fa0033040000003cff
parses "an infinite lease" "$ack lease 4294967295" 3501053304ffffffffff
parses "no address, as after an INFORM" "reply ack 02:00:00:00:00:01" yiaddr=00000000 350105ff
parses "a request" "request request 02:00:00:00:00:01 wanted 10.0.0.9 server 10.0.0.1" op=01 yiaddr=00000000 35010332040a00000936040a000001ff
parses "a renewal" "request request 02:00:00:00:00:01 ciaddr 10.0.0.5" op=01 yiaddr=00000000 ciaddr=0a000005 350103ff
parses "rapid commit" "request discover 02:00:00:00:00:01 rapid" op=01 yiaddr=00000000 3501015000ff
parses "a relayed ACK" "$ack giaddr 10.1.0.1" giaddr=0a010001 350105ff
parses "an unknown type" "reply message 02:00:00:00:00:01 yiaddr 10.0.0.5" 3501c8ff

# Options in the fields of names
parses "overload: options in the file field" "$ack lease 60" file=33040000003cff 350105340101ff
parses "overload: options in the name field" "$ack lease 60" sname=33040000003cff 350105340102ff
parses "overload: options in both, the file field first" "$ack server 10.0.0.1 lease 60" file=33040000003cff sname=36040a000001ff 350105340103ff
parses "overload: even the type" "$ack" file=350105ff 340101ff
parses "without overload the fields are names" "$ack" file=33040000003c sname=33040000003c 350105ff
parses "a second overload option in such a field" "malformed" file=340102ff 350105340101ff
parses "an option that exceeds its field" "malformed" sname=000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000033ff 350105340102ff
parses "overload 0" "malformed" 350105340100ff
parses "overload 4" "malformed" 350105340104ff

# Malformed
parses "no options at all" "malformed" ''
parses "no type: BOOTP" "malformed" 33040000003cff
parses "two types" "malformed" 350105350105ff
parses "a split option" "malformed" 3501053302000033020e10ff
parses "a type of two bytes" "malformed" 35020500ff
parses "a lease of three bytes" "malformed" 350105330300000eff
parses "an option without length" "malformed" 35010533
parses "an option that is cut off" "malformed" 3501053304000000
parses "another cookie" "malformed" cookie=63825364 350105ff
parses "another hardware" "malformed" htype=06 350105ff
parses "an address of another length" "malformed" hlen=08 350105ff
parses "a group MAC" "malformed" chaddr=010000000001 350105ff
parses "no MAC" "malformed" chaddr=000000000000 350105ff
parses "neither from a client nor from a server" "malformed" op=03 350105ff

# Messages of real programs: a lease by each client; of udhcpc also a renewal and a release
is "$("$dir/dhcp_test" <tests/cli/dhcp/messages.hex)" "$(<tests/cli/dhcp/messages.text)" \
	"messages of udhcpc, dhclient, dhcpcd with rapid commit, and dnsmasq"
out=$("$dir/dhcp_test" -c <tests/cli/dhcp/messages.hex 2>&1)
result $? "each of them cut off and corrupted at each byte" "$out"
out=$({ message 35010534010333040000003cff; message file=33040000003cff 350105340101ff; } |
	"$dir/dhcp_test" -c 2>&1)
result $? "two messages with overload, cut off and corrupted" "$out"
is "$(printf '\n00\n' | "$dir/dhcp_test" | sort -u)" malformed "empty messages"
