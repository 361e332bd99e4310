#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Requested help goes to stdout with status 0: for the tool, each object and each command.
# lab: host

. tests/cli/lib.sh

# The tool's own list: "dev set", "flush"...
mapfile -t commands < <("$ARPCTL" help 2>/dev/null | sed -n 's/^  arpctl \([a-z]*\( [a-z]*[a-z]\)\?\).*/\1/p')
mapfile -t objects < <(printf '%s\n' "${commands[@]%% *}" | sort -u)
plan $((20 + 3 * ${#objects[@]} + 2 * ${#commands[@]}))

# check_help WANTED WORD...: help with these words must contain WANTED.
check_help()
{
	local want=$1

	shift
	run "$@"
	[ "$status" -eq 0 ] && [ -z "$err" ] && [[ $out == *"$want"* ]]
	result $? "arpctl $*" "status $status, stdout: $out, stderr: $err, wanted: $want"
}

check_help 'Usage: arpctl' help
check_help 'Usage: arpctl' -h
check_help 'Usage: arpctl' --help
check_help 'ignore      any (0), device (1)' dev set help

check_help 'rate        off, 1 to 1000000 packets/s' dev set help
check_help 'proxy  answer for the target' rule add help
check_help '  dnsmasq isc kea libvirt networkd cni ethers' bind import help
check_help 'FILE: the leases of dnsmasq' bind import help
check_help 'DIR: a directory' bind watch help
check_help 'FILE: a command per line: dev set' restore help
check_help 'FILE: a command per line: dev set' apply help
check_help 'LEVEL: error, warning or note' check help
check_help 'N: the generation' restore help
check_help 'N: how many times' announce help
check_help 'any allows every one' bind add help
check_help 'arpctl bind import FILE [FILE ...] [sync] [force] [format NAME]' bind help
check_help '--watch: repeat every second' stats show help

[ "${#commands[@]}" -ge 32 ]
result $? 'the list of commands is complete' "${commands[*]}"

run help
! grep -q '.\{81\}' <<<"$out"
result $? 'help fits 80 columns' "$out"

run
[ "$status" -eq 2 ] && [ -z "$out" ] && [ "$(wc -l <<<"$err")" -le 24 ] && ! grep -q '.\{81\}' <<<"$err"
result $? 'arpctl alone prints one page' "$err"

for object in "${objects[@]}"; do
	check_help "arpctl $object" "$object" help
	check_help "arpctl $object" "$object" --help
	check_help "arpctl $object" help "$object"
done
for command in "${commands[@]}"; do
	read -ra words <<<"$command"
	check_help "arpctl $command" "${words[@]}" help
	check_help "arpctl $command" help "${words[@]}"
done
