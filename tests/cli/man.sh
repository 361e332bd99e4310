#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual pages pass mandoc's lint and document every command, field, value and option of the tool.
# lab: host

. tests/cli/lib.sh
page=tools/arpctl/arpctl.8
concepts=tools/arpctl/arp_policy.7
scratch
text=$dir/8

mapfile -t commands < <("$ARPCTL" help | sed -n 's/^  arpctl \([a-z]*\( [a-z]*[a-z]\)\?\).*/\1/p')
mapfile -t fields < <("$ARPCTL" dev set help | sed -n '/^FIELD/,$s/^  \([a-z-]\+\) .*/\1/p')
mapfile -t options < <("$ARPCTL" help | sed -n 's/^  -[a-zA-Z], --\([a-z]*\).*/\1/p')
mapfile -t reasons < <(sed -n 's/^ARP_POLICY_REASON_\([A-Z_]*\)$/\L\1/p' < <(
	grep -o 'ARP_POLICY_REASON_[A-Z_]*' include/uapi/linux/arp_policy.h) |
	grep -v '^max$' | tr _ - | sort -u)
mapfile -t findings < <(sed -n 's/^\t{ "\([a-z-]*\)", find_.*/\1/p' tools/arpctl/check/check.c)
# The members of the JSON that is printed, and those that JSON explains.
members=$(cat tools/arpctl/*/*.c | tr -d '\n' |
	grep -oE '\b(pr_(str|opt|bool|num|open|sign)|word_print)\([a-z>-]+,\s*"[a-z_]+"' |
	sed 's/.*"\(.*\)"/\1/' | sort -u)
explained=$(sed -n '/^\.Sh JSON/,/^\.Sh ENV/p' "$page" | sed ':a; /\\$/ { N; s/\n/ /; ta }' |
	grep -E '^\.(Brq )?Va ' | grep -oE '[a-z_]+' | sort -u)
plan $((2 + ${#findings[@]} + 2 * ${#commands[@]} + 2 * ${#fields[@]} + ${#options[@]} + ${#reasons[@]}))

if ! command -v mandoc >/dev/null; then
	# Counted, so that the plan holds.
	skip 'mandoc finds no fault' 'mandoc is not installed'
	man -l -Tutf8 "$page" 2>/dev/null | col -bx >"$text"
	man -l -Tutf8 "$concepts" 2>/dev/null | col -bx >"$dir/7"
else
	# References to pages that are not installed here are no fault.
	lint=$(mandoc -T lint -W style "$page" "$concepts" 2>&1 | grep -v 'mandoc.db\|referenced manual not found')
	is "$lint" "" 'mandoc finds no fault'
	mandoc -T utf8 "$page" | col -bx >"$text"
	mandoc -T utf8 "$concepts" | col -bx >"$dir/7"
fi

for command in "${commands[@]}"; do
	# "monitor [config]" stands for both "monitor" and "monitor config".
	sed -n '/^COMMANDS/,/^JSON/p' "$text" | tr -d '[]' | grep -q "^ *$command\( \|$\)"
	result $? "COMMANDS has $command"
	sed -n '/^EXAMPLES/,$p' "$text" | grep -q "# arpctl.* ${command%% *}"
	result $? "EXAMPLES has one of ${command%% *} for $command"
done
for field in "${fields[@]}"; do
	sed -n '/^DEVICE FIELDS/,/^COMMANDS/p' "$text" | grep -q "^ *$field "
	result $? "DEVICE FIELDS has $field"
	sed -n '/Fields and sysctls/,/Rules/p' "$dir/7" | grep -qw -- "$field"
	result $? "arp_policy(7) has $field"
done
for finding in "${findings[@]}"; do
	sed -n '/^CHECKS/,/^JSON/p' "$text" | grep -q "^     $finding\( \|$\)"
	result $? "CHECKS has $finding"
done
for option in "${options[@]}"; do
	sed -n '/^OPTIONS/,/^SELECTORS/p' "$text" | grep -q -- "--$option"
	result $? "OPTIONS has --$option"
done
for reason in "${reasons[@]}"; do
	sed -n '/^   Reasons/,/^MODULE/p' "$dir/7" | grep -q -- "\b$reason\b"
	result $? "arp_policy(7) has the reason $reason"
done
is "$(comm -23 <(echo "$members") <(echo "$explained"))" "" "JSON has every member that is printed"
