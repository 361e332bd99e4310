#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Parsing lease files of all servers; a bad file is rejected with the right line number.
# lab: host

. tests/cli/lib.sh
leases=tests/cli/leases
now=1700000000
scratch

compile "$dir/lease_test" tests/cli/lease_test.c \
	tools/arpctl/host/lease{s,_reader,_dnsmasq,_isc,_kea,_json,_ethers}.c tools/arpctl/base/{json,parse}.c

unknown='this is no lease file of dnsmasq, ISC dhcpd, Kea, libvirt, systemd-networkd or CNI, and not /etc/ethers'
files=("$leases"/*)
plan $((67 + ${#files[@]} + 17))

# parses NAME FILE WANTED [FORMAT [HOSTS]]: the result of parsing a file; FILE - is standard
# input. With a format, also when the leases expire.
parses()
{
	local file=$2 got

	[ "$file" != - ] || { file=$dir/input; cat >"$file"; }
	got=$("$dir/lease_test" "$now" "$file" "${@:4}" 2>&1)
	is "$got" "$3" "$1"
}

parses 'dnsmasq: expiry, infinite, types of hardware, IPv6' "$leases/dnsmasq.leases" \
'10.0.0.11 02:00:00:00:01:01
10.0.0.14 02:00:00:00:01:04
10.0.0.15 02:00:00:00:01:05
skipped 7'
parses 'ISC dhcpd: times, states, strings, blocks; the last lease of an address counts' "$leases/dhcpd.leases" \
'10.0.0.21 02:00:00:00:02:21
10.0.0.23 02:00:00:00:02:03
10.0.0.24 02:00:00:00:02:04
10.0.0.30 02:00:00:00:02:10
10.0.0.99 02:00:00:00:02:99
skipped 6'
parses 'Kea: states, escapes, quotes; the last line of an address counts' "$leases/kea-leases4.csv" \
'10.0.0.31 02:00:00:00:03:01
10.0.0.36 02:00:00:00:03:06
10.0.0.37 02:00:00:00:03:07
10.0.0.39 02:00:00:00:03:39
10.0.0.40 02:00:00:00:03:10
skipped 5'
parses 'ISC dhcpd: hosts, in groups as well; the last one of a name counts, and an expired lease does not remove them' \
	"$leases/dhcpd-hosts.leases" \
'10.0.0.41 02:00:00:00:04:01
10.0.0.42 02:00:00:00:04:98
10.0.0.43 02:00:00:00:04:02
10.0.0.44 02:00:00:00:04:02
10.0.0.45 02:00:00:00:04:05
10.0.0.46 02:00:00:00:04:06
10.0.0.52 02:00:00:00:04:10
skipped 4
unread 2, the first in line 24: pool'
parses 'Kea: two files of different versions in one' "$leases/kea-two.csv" \
'10.0.0.32 02:00:00:00:03:02
10.0.0.34 02:00:00:00:03:04
skipped 2'
parses 'Kea: fewer columns, of an old version' "$leases/kea-old.csv" \
'10.0.0.31 02:00:00:00:03:01
skipped 0'

parses 'dnsmasq: a bad MAC' "$leases/dnsmasq-broken.leases" \
	'3: expected a hardware address, not "02:00:00:00:01:0g"'
parses 'ISC dhcpd: a missing semicolon' "$leases/dhcpd-broken.leases" '5: expected ";", not "}"'
parses 'ISC dhcpd: the file ends too early' "$leases/dhcpd-cut.leases" \
	'7: expected a hardware address, not the end of the file'
parses 'Kea: a line that is too short' "$leases/kea-broken.csv" '3: 6 fields, but the first line names 12'

parses 'an empty file' - 'skipped 0' </dev/null
parses 'nothing but comments' - 'skipped 0' <<<'# nothing'
parses 'not a lease file' - "2: $unknown" <<<$'\nhello world'
parses 'a lease of IPv6 is skipped' - 'skipped 1' <<<'1700000001 1 fd00::1 * 00:01'
parses 'line ends of Windows' - $'10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\r'
parses 'a last line without newline' - $'10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	< <(printf '0 02:00:00:00:00:01 10.0.0.1 * *')
parses 'a later lease of dnsmasq' - $'10.0.0.1 02:00:00:00:00:02\nskipped 0' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\n0 02:00:00:00:00:02 10.0.0.1 * *'
parses 'sorted by address' - $'9.0.0.1 02:00:00:00:00:02\n10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\n0 02:00:00:00:00:02 9.0.0.1 * *'
parses 'a group MAC is skipped' - 'skipped 1' <<<'0 01:00:5e:00:00:01 10.0.0.1 * *'
parses 'addresses that no host can have are skipped' - 'skipped 4' <<<$'0 02:00:00:00:00:01 0.0.0.0 * *\n0 02:00:00:00:00:01 224.0.0.5 * *
0 02:00:00:00:00:01 255.255.255.255 * *\n0 02:00:00:00:00:01 0.1.2.3 * *'
parses 'a word is missing' - '1: a lease of dnsmasq has 5 words, here are 4' <<<'0 02:00:00:00:00:01 10.0.0.1 *'
parses 'a word too many' - '1: a lease of dnsmasq has 5 words, here are more than 5' \
	<<<'0 02:00:00:00:00:01 10.0.0.1 * * *'
parses 'a bad address' - '1: expected an address, not "10.0.0.256"' <<<'0 02:00:00:00:00:01 10.0.0.256 * *'
parses 'a bad time' - '2: expected the time of expiry, not "17x"' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\n17x 02:00:00:00:00:01 10.0.0.2 * *'
parses 'terminal control characters are not repeated' - '1: expected an address, not "10.0?[2J"' \
	<<<$'0 02:00:00:00:00:01 10.0\e[2J * *'
parses 'ISC dhcpd: an invalid date' - '1: expected a date and time such as 2030/12/31 23:59:59, not "2023/13/01 00:00:00"' \
	<<<'lease 10.0.0.1 { ends 2 2023/13/01 00:00:00; }'
parses 'ISC dhcpd: a leap day' - $'10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	<<<'lease 10.0.0.1 { ends 4 2024/02/29 00:00:00; hardware ethernet 02:00:00:00:00:01; }'
parses 'ISC dhcpd: an invalid state' - '1: expected a state such as active or free, not "actve"' \
	<<<'lease 10.0.0.1 { binding state actve; }'
parses 'ISC dhcpd: an unterminated quote' - '2: unterminated quote' <<<$'lease 10.0.0.1 {\nuid "\\"; }'
parses 'ISC dhcpd: an unknown statement' - '2: expected "lease", not "leese"' \
	<<<$'lease 10.0.0.1 { }\nleese 10.0.0.2 { }'
parses 'ISC dhcpd: an unterminated host' - '2: the host that begins here does not end' \
	<<<$'\nhost x { hardware ethernet 02:00:00:00:00:01;'
parses 'ISC dhcpd: an unterminated group' - '2: the group that begins here does not end' \
	<<<$'\ngroup {\nhost x { hardware ethernet 02:00:00:00:00:01; }\ngroup { }'
parses 'ISC dhcpd: an unmatched end of a group' - '2: expected "lease", not "}"' <<<$'group { }\n}'
parses 'ISC dhcpd: terminal control characters are not repeated' - $'skipped 0\nunread 1, the first in line 1: a?[2J' \
	<<<$'host x { hardware ethernet 02:00:00:00:00:01; fixed-address a\e[2J; }'
parses 'Kea: a header in the middle is a header' - '3: no column is named "hwaddr"' \
	<<<$'address,hwaddr,expire\n10.0.0.1,02:00:00:00:00:01,1\naddress,expire'
parses 'Kea: a column is missing' - '1: no column is named "hwaddr"' <<<'address,expire,state'
parses 'Kea: an unterminated quote' - '2: unterminated quote' \
	<<<$'address,hwaddr,expire,state\n10.0.0.1,"02:00:00:00:00:01,1,0'

parses 'libvirt: names with anything in them, IPv6, expiry, infinite' "$leases/libvirt.status" \
'10.0.0.61 02:00:00:00:06:01
10.0.0.64 02:00:00:00:06:04
skipped 2'
parses 'systemd-networkd: expiry, hardware other than Ethernet, infinite' "$leases/networkd.json" \
'10.0.0.71 02:00:00:00:07:01
10.0.0.74 02:00:00:00:07:04
skipped 2'
parses 'CNI: the container'"'"'s interface, not that of the host; IPv6; an address of no interface' "$leases/cni.json" \
'10.0.0.81 02:00:00:00:08:01
skipped 3'
parses 'ethers: addresses, names, comments; a name that is unknown or is this host'"'"'s' "$leases/ethers" \
'10.0.0.91 02:00:00:00:09:01 for ever
10.0.0.92 02:00:00:00:09:02 for ever
10.0.0.96 02:00:00:00:09:06 for ever
skipped 1
unread 2, the first in line 5: nowhere' ethers "$leases/ethers.hosts"
parses 'ethers: without /etc/hosts no name is known' "$leases/ethers" \
'10.0.0.91 02:00:00:00:09:01
skipped 1
unread 4, the first in line 3: printer'
parses 'dnsmasq: when leases expire' "$leases/dnsmasq.leases" \
'10.0.0.11 02:00:00:00:01:01 1700003600
10.0.0.14 02:00:00:00:01:04 for ever
10.0.0.15 02:00:00:00:01:05 1700009999
skipped 7' dnsmasq
parses 'dnsmasq without a clock: lengths; but less than two minutes is a time in 1970' - \
$'10.0.0.1 02:00:00:00:00:01 for ever\n10.0.0.2 02:00:00:00:00:02 for ever\nskipped 1' dnsmasq <<<\
$'3600 02:00:00:00:00:01 10.0.0.1 * *\n120 02:00:00:00:00:02 10.0.0.2 * *\n119 02:00:00:00:00:03 10.0.0.3 * *'
parses 'Kea: when leases expire' - \
$'10.0.0.1 02:00:00:00:00:01 1700000001\n10.0.0.2 02:00:00:00:00:02 for ever\nskipped 0' kea <<<\
$'address,hwaddr,valid_lifetime,expire\n10.0.0.1,02:00:00:00:00:01,60,1700000001\n10.0.0.2,02:00:00:00:00:02,4294967295,1'
parses 'ISC dhcpd: when leases expire' - \
$'10.0.0.1 02:00:00:00:00:01 1709164800\n10.0.0.2 02:00:00:00:00:02 for ever\nskipped 0' isc <<<\
'lease 10.0.0.1 { ends 4 2024/02/29 00:00:00; hardware ethernet 02:00:00:00:00:01; }
host x { hardware ethernet 02:00:00:00:00:02; fixed-address 10.0.0.2; }'
parses 'libvirt and systemd-networkd: when leases expire' "$leases/networkd.json" \
'10.0.0.71 02:00:00:00:07:01 1700003600
10.0.0.74 02:00:00:00:07:04 for ever
skipped 2' networkd
parses 'libvirt: no lease' - 'skipped 0' <<<'[ ]'
parses 'libvirt: an empty file, with the format given' - 'skipped 0' libvirt </dev/null
parses 'systemd-networkd: no lease' - 'skipped 0' <<<'{"BootID":"x","Address":[10,0,0,1]}'
parses 'libvirt: cut off' "$leases/libvirt-cut.status" '13: the JSON text is cut off'
parses 'systemd-networkd: a number that is no byte' "$leases/networkd-broken.json" \
	'29: expected a hardware address, not " 2, 0, 0, 0, 7, 256 "'
parses 'another list' - "1: $unknown" <<<'[{"domain":"vm","macs":["02:00:00:00:00:01"]}]'
parses 'another list, with the format given' - '1: this is no lease file of libvirt' libvirt <<<'[{"domain":"vm"}]'
parses 'another object' - "1: $unknown" <<<'{"a":1}'
parses 'invalid JSON' - '2: expected JSON, not "nope]"' < <(printf '[\nnope]')
parses 'JSON: something after the end' - '1: expected JSON, not "x"' < <(printf '[]x')
parses 'JSON: a comma too many' - '1: expected JSON, not "]"' < <(printf '[1,]')
parses 'JSON: a control character in a string' - '1: expected JSON, not "??"]"' < <(printf '["\n\t"]')
parses 'JSON: too deep' - "1: expected JSON, not \"$(printf '[%.0s' {1..16})\"" \
	< <(printf '[%.0s' {1..100}; printf ']%.0s' {1..100})
parses 'JSON: as deep as is allowed' - "1: $unknown" < <(printf '[%.0s' {1..64}; printf ']%.0s' {1..64})
parses 'libvirt: no address' - '1: expected an address, not "10.0.0"' <<<'[{"ip-address":"10.0.0"}]'
parses 'libvirt: no MAC' - '1: expected a hardware address, there is none' <<<'[{"ip-address":"10.0.0.1"}]'
parses 'libvirt: no time' - '1: expected the time of expiry, not "1e9"' \
	<<<'[{"ip-address":"10.0.0.1","mac-address":"02:00:00:00:00:01","expiry-time":1e9}]'
parses 'ethers: a word too many' - '1: a line of ethers has two words, a MAC and an address or a name' \
	<<<'02:00:00:00:00:01 10.0.0.1 x'
parses 'a format that the file does not have' - '1: expected a hardware address, not "1700003600"' ethers \
	<<<'1700003600 02:00:00:00:00:01'

for file in "${files[@]}"; do
	out=$("$dir/lease_test" -c "$now" "$file" 2>&1)
	result $? "${file##*/}, cut off and corrupted at each byte" "$out"
done

# The tool: a file is read before the kernel is accessed.
run "${NOWHERE[@]}" bind import "$leases/dnsmasq-broken.leases"
check_error 2 "^$leases/dnsmasq-broken.leases:3: expected a hardware address, not \"02:00:00:00:01:0g\"\$" \
	'a bad line is reported before the kernel is accessed'
status=0
err=$("$ARPCTL" "${NOWHERE[@]}" bind import - 2>&1 >/dev/null <"$leases/kea-broken.csv") || status=$?
[ "$status" -eq 2 ] && [[ $err == '-:3: '* ]]
result $? 'a bad line of standard input is reported' "status $status: $err"
for file in dnsmasq.leases dhcpd.leases kea-leases4.csv; do
	run "${NOWHERE[@]}" bind import "$leases/$file" dev eth0
	check_error 1 'Cannot open network namespace' "$file is accepted"
done
run "${NOWHERE[@]}" bind import "$leases/dhcpd-hosts.leases"
check_error 1 "^$leases/dhcpd-hosts.leases:24: warning: \"pool\" is not understood and was skipped; 2 in total
" \
	'a statement that is not understood is reported'
printf '%s\n' address,hwaddr,expire >"$dir/header"
run "${NOWHERE[@]}" bind import "$dir/header"
check_error 1 "^arpctl: warning: $dir/header holds no lease
" 'a file without leases is reported'
run "${NOWHERE[@]}" bind import "$leases/dnsmasq.leases" format dnsmask
check_error 2 '^arpctl: bind import: unknown format "dnsmask", expected: dnsmasq, isc, kea, libvirt, networkd, cni, ethers$' \
	'an unknown format'
run "${NOWHERE[@]}" bind import "$leases/dnsmasq.leases" format kea
check_error 2 "^$leases/dnsmasq.leases:1: no column is named \"address\"\$" 'another format than that of the file'
run "${NOWHERE[@]}" bind import "$leases/dnsmasq.leases" format dnsmasq dev eth0
check_error 1 'Cannot open network namespace' "the file's own format"
printf '0 02:00:00:00:00:01 10.0.0.1 * *\n\0' >"$dir/nul"
run "${NOWHERE[@]}" bind import "$dir/nul"
check_error 2 "^$dir/nul:2: a NUL byte is not allowed in text\$" 'a NUL byte'
# Files beside it are read for Kea only.
cp "$leases/dnsmasq.leases" "$dir/beside"
cp "$leases/kea-broken.csv" "$dir/beside.1"
run "${NOWHERE[@]}" bind import "$dir/beside"
check_error 1 "^arpctl: [^
]*Cannot open network namespace[^
]*\$" "another server's lease file is read alone"
cp "$leases/kea-old.csv" "$dir/beside"
run "${NOWHERE[@]}" bind import "$dir/beside"
check_error 2 "^$dir/beside.1:3: 6 fields" "the files of Kea's cleanup are read as well, and a bad line in them is reported"
run "${NOWHERE[@]}" bind import "$dir/nix"
check_error 1 "^arpctl: cannot open $dir/nix: No such file or directory\$" 'a file that does not exist'
run "${NOWHERE[@]}" bind import "$dir"
check_error 1 "^arpctl: cannot read $dir: Is a directory\$" 'a directory'
# Kea's files are renamed while they are read.
compile "$dir/lease_files_test" -pthread tests/cli/lease_files_test.c \
	tools/arpctl/host/lease*.c tools/arpctl/base/{input,json,parse,print}.c
mkdir "$dir/kea"
is "$("$dir/lease_files_test" "$dir/kea" 15000 2>&1)" 'missed 0, gave up 0' 'no lease is missed while files are renamed'
mkdir "$dir/more"
is "$("$dir/lease_files_test" "$dir/more")" \
'the first time: whole, 1
unchanged: nothing, 1
a lease: more, 2
one freed, one twice: more, 2
half a line: broken
the other half: more, 3
other columns: more, 4
a lease with these: more, 5
truncated: whole, 1
of the same size: whole, 1
rewritten, longer: whole, 2
replaced: whole, 1
a cleanup: whole, 1
a lease after it: more, 2
the file beside it is replaced: whole, 2
ISC: whole, 1
ISC: a lease: more, 2
ISC: half of a lease: broken
ISC: the other half: more, 3
ISC: a host: whole, 4
ISC: the host is deleted: whole, 3
dnsmasq: whole, 1
dnsmasq: a lease: more, 2
ethers: whole, 1
ethers: a line: whole, 2
FIFO: broken' 'only appended data is read, with the same result'
yes '0 02:00:00:00:00:01 10.0.0.1 * *' | head -n 200000 >"$dir/large"
run "${NOWHERE[@]}" bind import "$dir/large"
check_error 1 'Cannot open network namespace' 'a file of 200000 lines'
