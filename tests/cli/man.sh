#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The man page is clean and tells of every command, field, value and option that the tool has.
# lab: host

. tests/cli/lib.sh
page=tools/arpctl/arpctl.8
text=$(mktemp)
trap 'rm -f "$text"' EXIT

mapfile -t commands < <("$ARPCTL" help | sed -n 's/^  arpctl \([a-z ]*[a-z]\).*/\1/p')
mapfile -t fields < <("$ARPCTL" dev set help | sed -n '/^FIELD/,$s/^  \([a-z-]\+\) .*/\1/p')
mapfile -t options < <("$ARPCTL" help | sed -n 's/^  -[a-zA-Z], --\([a-z]*\).*/\1/p')
plan $((1 + 2 * ${#commands[@]} + ${#fields[@]} + ${#options[@]}))

if ! command -v mandoc >/dev/null; then
	# Still counted, so that the plan holds; a skip is not a pass.
	skip 'mandoc finds nothing to object to' 'mandoc is not installed'
	man -l -Tutf8 "$page" 2>/dev/null | col -bx >"$text"
else
	# Pages that it misses on this machine are not this page's fault.
	lint=$(mandoc -T lint -W style "$page" 2>&1 | grep -v 'mandoc.db\|referenced manual not found')
	[ -z "$lint" ]
	ok $? 'mandoc finds nothing to object to' "$lint"
	mandoc -T utf8 "$page" | col -bx >"$text"
fi

for command in "${commands[@]}"; do
	# "monitor [config]" stands for both "monitor" and "monitor config".
	sed -n '/^COMMANDS/,/^JSON/p' "$text" | tr -d '[]' | grep -q "^ *$command\( \|$\)"
	ok $? "COMMANDS has $command"
	sed -n '/^EXAMPLES/,$p' "$text" | grep -q "# arpctl.* ${command%% *}"
	ok $? "EXAMPLES has one of ${command%% *} for $command"
done
for field in "${fields[@]}"; do
	sed -n '/^DEVICE FIELDS/,/^COMMANDS/p' "$text" | grep -q "^ *$field "
	ok $? "DEVICE FIELDS has $field"
done
for option in "${options[@]}"; do
	sed -n '/^OPTIONS/,/^SELECTORS/p' "$text" | grep -q -- "--$option"
	ok $? "OPTIONS has --$option"
done

finish
