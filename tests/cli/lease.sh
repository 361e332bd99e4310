#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Parsing lease files of dnsmasq, ISC dhcpd and Kea; a bad file is rejected with the right line number.
# lab: host

. tests/cli/lib.sh
leases=tests/cli/leases
now=1700000000
scratch

compile "$dir/lease_test" tests/cli/lease_test.c \
	tools/arpctl/{host/lease,base/parse}.c

files=("$leases"/*)
plan $((36 + ${#files[@]} + 12))

# parses NAME FILE WANTED: the result of parsing a file; FILE - is standard input.
parses()
{
	local file=$2 got

	[ "$file" != - ] || { file=$dir/input; cat >"$file"; }
	got=$("$dir/lease_test" "$now" "$file" 2>&1)
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
parses 'ISC dhcpd: hosts, in groups as well; the last of a name counts, and a lease that ended does not end them' \
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
parses 'Kea: two files, one behind the other, of different versions' "$leases/kea-two.csv" \
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
parses 'not a lease file' - '2: this is no lease file of dnsmasq, ISC dhcpd or Kea' <<<$'\nhello world'
parses 'not that of IPv6 either' - 'skipped 1' <<<'1700000001 1 fd00::1 * 00:01'
parses 'line ends of Windows' - $'10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\r'
parses 'a last line without newline' - $'10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	< <(printf '0 02:00:00:00:00:01 10.0.0.1 * *')
parses 'a later lease of dnsmasq' - $'10.0.0.1 02:00:00:00:00:02\nskipped 0' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\n0 02:00:00:00:00:02 10.0.0.1 * *'
parses 'sorted by address' - $'9.0.0.1 02:00:00:00:00:02\n10.0.0.1 02:00:00:00:00:01\nskipped 0' \
	<<<$'0 02:00:00:00:00:01 10.0.0.1 * *\n0 02:00:00:00:00:02 9.0.0.1 * *'
parses 'a group address is nobody'"'"'s' - 'skipped 1' <<<'0 01:00:5e:00:00:01 10.0.0.1 * *'
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

for file in "${files[@]}"; do
	out=$("$dir/lease_test" -c "$now" "$file" 2>&1)
	result $? "${file##*/}, cut off and corrupted at each byte" "$out"
done

# The tool: a file is read before the kernel is asked anything.
run "${NOWHERE[@]}" bind import "$leases/dnsmasq-broken.leases"
check_error 2 "^$leases/dnsmasq-broken.leases:3: expected a hardware address, not \"02:00:00:00:01:0g\"\$" \
	'a bad line is named before the kernel is asked'
status=0
err=$("$ARPCTL" "${NOWHERE[@]}" bind import - 2>&1 >/dev/null <"$leases/kea-broken.csv") || status=$?
[ "$status" -eq 2 ] && [[ $err == '-:3: '* ]]
result $? 'a bad line of standard input is named' "status $status: $err"
for file in dnsmasq.leases dhcpd.leases kea-leases4.csv; do
	run "${NOWHERE[@]}" bind import "$leases/$file" dev eth0
	check_error 1 'Cannot open network namespace' "$file gets as far as the kernel"
done
run "${NOWHERE[@]}" bind import "$leases/dhcpd-hosts.leases"
check_error 1 "^$leases/dhcpd-hosts.leases:24: warning: \"pool\" is not understood and was skipped; 2 in total
" \
	'a statement that is not understood is reported'
printf '%s\n' address,hwaddr,expire >"$dir/header"
run "${NOWHERE[@]}" bind import "$dir/header"
check_error 1 "^arpctl: warning: $dir/header holds no lease
" 'and so is a file without leases'
# Files beside it are read for Kea only.
cp "$leases/dnsmasq.leases" "$dir/beside"
cp "$leases/kea-broken.csv" "$dir/beside.1"
run "${NOWHERE[@]}" bind import "$dir/beside"
check_error 1 "^arpctl: [^
]*Cannot open network namespace[^
]*\$" "another server's lease file is read alone"
cp "$leases/kea-old.csv" "$dir/beside"
run "${NOWHERE[@]}" bind import "$dir/beside"
check_error 2 "^$dir/beside.1:3: 6 fields" "Kea's with those beside it, and a bad line in them is named"
run "${NOWHERE[@]}" bind import "$dir/nix"
check_error 1 "^arpctl: cannot open $dir/nix: No such file or directory\$" 'a file that does not exist'
run "${NOWHERE[@]}" bind import "$dir"
check_error 1 "^arpctl: cannot read $dir: Is a directory\$" 'a directory'
yes '0 02:00:00:00:00:01 10.0.0.1 * *' | head -n 200000 >"$dir/large"
run "${NOWHERE[@]}" bind import "$dir/large"
check_error 1 'Cannot open network namespace' 'a file of 200000 lines'
