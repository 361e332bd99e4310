#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# arpctl -b names the line that failed, in the tool or in the kernel, and stops there unless -f is given.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 38

host alice
scratch
must load_module max_rules=3

arpctl() { ctl alice "$@"; }
saved() { arpctl save | grep -v '^#'; }

# The third line of a batch fails with this status and message; the fourth is not run.
fails() {	# STATUS REGEX DESC LINE [OPTION…]
	local want=$1 regex=$2 desc=$3 line=$4
	shift 4
	must arpctl flush
	printf '%s\n' 'rule add pass 10.0.0.1' '# what fails' "$line" \
		'rule add pass 10.0.0.2' >"$dir/batch"
	fails_with "$want" "^$dir/batch:3: $regex" "$desc" arpctl "$@" -b "$dir/batch"
	[ "$(saved)" = "rule add pass 10.0.0.1/32 dev all" ] ||
		not_ok "$desc: the batch did not stop at this line" "$(saved)"
}

# Errors found by the tool.
fails 2 'unknown object "frob"' "no such object" frob
fails 2 'dev: unknown command "sho"' "no such command" "dev sho"
fails 2 'import: a command is missing' "no command" import
fails 2 'dev set: unknown field "ign"' "no such field" "dev set eth0 ign 1"
fails 2 'dev set: invalid ignore "4"' "no such value" "dev set eth0 ignore 4"
fails 2 'rule add: PREFIX is missing' "a missing argument" "rule add pass"
fails 2 'rule flush: unexpected word "x"' "an extra argument" "rule flush x"
fails 2 'unterminated quote' "an open quote" 'dev set "eth0 ignore 1'
fails 2 'unknown object "-n"' "an option in a line" "-n alice dev show"
fails 2 'unknown object "-b"' "a batch within a batch" "-b $dir/batch"

# Errors reported by the kernel.
must arpctl flush
printf 'rule add pass 10.0.0.%d dev lo\n' 1 2 3 >"$dir/batch"
printf '%s\n' 'rule flush dev lo' 'rule add pass 10.0.0.1 dev eth0' 'rule add pass 10.0.0.2' \
	'rule add pass 10.0.0.3' >>"$dir/batch"
run_ok "flushing one selector makes room" arpctl -b "$dir/batch"
fails_with 1 'as many rules' "max_rules still applies" arpctl rule add pass 10.0.0.4
fails 1 '.*for this prefix on this selector: replace it instead' "a rule that exists" \
	"rule add drop 10.0.0.1"
fails 1 'there is no rule for this prefix' "a rule that does not exist" "rule del pass 10.9.9.9"
fails 1 'the existing entry does not match exactly' "a rule with another action" "rule del drop 10.0.0.1"
fails 1 'there is no binding for this address' "a binding that does not exist" "bind del 10.0.0.9"
fails 1 '.*lladdr is not a unicast address' "a lladdr that no host can have" \
	"bind add 10.0.0.77 lladdr 01:00:5e:00:00:01"
fails 1 '.*unclosed bracket' "an invalid glob" "dev set e[ ignore 1"
fails 1 '.*eth7' "a device that does not exist" "dev effective eth7"
fails 1 '.*eth7' "explain on a device that does not exist" "explain request 10.0.0.1 from 10.0.0.2 dev eth7"
fails 1 '.*eth7' "announce on a device that does not exist" "announce 10.0.0.1 dev eth7"

# Files that a command reads.
printf 'rule add pass 10.1.0.0/16\n\nbind add 10.0.0.77 lladdr 01:00:5e:00:00:01\n' >"$dir/policy"
fails 1 "$dir/policy:3: .*lladdr is not a unicast address" "a policy that the kernel refuses: both lines are named" \
	"restore $dir/policy"
fails 1 "cannot open $dir/nix: No such file" "a policy file that does not exist" "restore $dir/nix"
fails 2 "cannot open $dir/nix: No such file" "diff with a file that does not exist" "diff $dir/nix"
fails 1 "cannot open $dir/nix: No such file" "import of a file that does not exist" "bind import $dir/nix"
for i in 1 2 3 4; do echo "rule add pass 10.0.0.$i"; done >"$dir/policy"
fails 1 "$dir/policy:4: .*max_rules" "a policy that is too large" "restore $dir/policy"

# -f continues after errors.
must arpctl flush
printf 'rule add pass 10.0.0.1\nrule del pass 10.9.9.9\nfrob\nrule add pass 10.0.0.2\n' >"$dir/batch"
fails_with 1 "^$dir/batch:2: [^"$'\n'"]*"$'\n'"$dir/batch:3: [^"$'\n'"]*\$" \
	"-f: each failing line is named, the status is that of the first" arpctl -f -b "$dir/batch"
is "$(saved | wc -l)" 2 "-f: the other lines are executed"
must arpctl flush
run_ok "without a failure: status 0" arpctl -b - <<<$'rule add pass 10.0.0.1\nrule del pass 10.0.0.1'
fails_with 1 '^-:2: there is no rule' "from standard input" arpctl -b - <<<$'\nrule del pass 10.0.0.1'
fails_with 2 '^-:1: standard input is already read for the commands' "a command cannot read standard input, too" \
	arpctl -b - <<<'restore -'
fails_with 1 "^$dir/batch:1: Cannot open network namespace" "a namespace that does not exist" \
	"$ARPCTL" -n nowhere -b "$dir/batch"
run_ok "a namespace that exists" "$ARPCTL" -n alice -b - <<<'rule add hide 10.0.0.3'
is "$(saved)" "rule add hide 10.0.0.3/32 dev all" "-n: the commands run in that namespace"
fails_with 1 "cannot open $dir/nix: No such file" "a batch file that does not exist" arpctl -b "$dir/nix"
chmod 755 "$dir"
chmod 600 "$dir/batch"
fails_with 1 "cannot open $dir/batch: Permission denied" "a batch without read permission" \
	setpriv --reuid 65534 --clear-groups "$ARPCTL" -b "$dir/batch"

# monitor runs like any other command, until the program is stopped.
printf 'rule flush\nmonitor config\nfrob\n' >"$dir/batch"
start alice "$ARPCTL" -b "$dir/batch" >"$dir/events" 2>&1
monitor=$started
must poll 20 monitored alice
must arpctl rule add hide 10.0.0.4
heard() { grep -q 10.0.0.4 "$dir/events"; }
run_ok "monitor in a batch prints events as they happen" poll 10 heard
stop $monitor
is "$(grep -c frob "$dir/events")" 0 "no command after monitor is run"
