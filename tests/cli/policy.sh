#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Policy files and batches: errors name the right line before the kernel is accessed.
# lab: host

. tests/cli/lib.sh
plan 112
scratch
M=02:00:00:00:00:01

# rejects TEXT LINE MESSAGE: restore and diff reject TEXT with this one-line message. LINE is
# empty if it is about the whole input.
rejects()
{
	local command good=0 said=

	for command in restore diff; do
		feed "$1" "${NOWHERE[@]}" $command -
		[ "$status" -eq 2 ] && [ -z "$out" ] && [[ $err =~ ^-:${2:+$2:}\ $3$ ]] || good=1
		said+="$command: $status $out $err"$'\n'
	done
	result $good "error for ${1:0:60}" "$said wanted: -:${2:+$2:} $3"
}

# accepts TEXT NAME: restore accepts TEXT, and fails only at the namespace.
accepts()
{
	feed "$1" "${NOWHERE[@]}" restore -
	check_error 1 '^arpctl: Cannot open network namespace' "$2"
}

accepts '# x\n\n   # y\r\ndev set all ignore 1\n' 'comments'
accepts "dev set all ignore 1 announce best # as ever\r\n\tdev set 'cali*' proxy route\r\n" 'fields'
accepts "rule add drop 10.0.0.0/8\nrule add drop 10.0.0.0/8 from\nrule add drop 10.0.0.0/8 dev eth0\nrule add drop 10.0.0.0/9\n" \
	'rules that are not the same'
accepts "bind add 10.0.0.1 lladdr $M\nbind add 10.0.0.1 lladdr $M dev eth0\n" 'bindings that are not the same'
accepts "bind add 10.0.0.0/24 lladdr any\nbind add 10.0.0.0/25 lladdr $M\nbind add 10.0.0.0 lladdr any\n" 'bindings of ranges'
accepts "rule add drop 10.0.0.0/8\nrule replace pass 10.0.0.0/8\nbind replace 10.0.0.1 lladdr $M\nbind replace 10.0.0.1 lladdr $M dev all\n" \
	'replace with and without an existing entry'
accepts 'dev set eth0 ignore 1\ndev set eth0 announce 1\ndev set eth0 ignore device\n' 'the same field twice with the same value'
accepts 'dev set -x ignore 1\nrule add drop 10.0.0.1 dev -j\n' 'a device named like an option'
accepts 'dev set -- -x ignore 1\narpctl dev set -- -- ignore 1\nrule add -- drop 10.0.0.1 dev -j\n' 'also after --'
accepts 'dev set "#x" ignore 1\nrule add drop 10.0.0.1 dev "it'"'"'s"\n' 'quotes'

# The same messages as on the command line.
rejects 'dev set eth0 ignore 4\n' 1 'dev set: invalid ignore "4", expected: any \(0\), .*'
rejects '\n# x\ndev set eth0\n' 3 'dev set: FIELD is missing after "eth0"'
rejects 'dev set eth0 ignore 1 ignore 1\n' 1 'dev set: ignore is given twice'
rejects 'dev set eth0 frob 1\n' 1 'dev set: unknown field "frob", the fields are: .*'
rejects 'rule add drop 10.0.0.1/8\n' 1 'rule add: 10.0.0.1/8 has host bits set: did you mean 10.0.0.0/8 or 10.0.0.1/32\?'
rejects 'rule add drop 10.0.0.0/8 dev default\n' 1 'rule add: default selects no rule and no binding: .*'
rejects 'rule add drop 10.0.0.0/8 dev\n' 1 'rule add: SELECTOR is missing after "dev"'
rejects 'rule replace hide 10.0.0.0/8 from\n' 1 'rule replace: from goes with pass and drop, not with hide'
rejects 'rule add drop 10.0.0.0/8 routed\n' 1 'rule add: routed goes with proxy, not with drop'
rejects 'bind add 10.0.0.1 lladdr x\n' 1 'bind add: invalid lladdr "x", expected: .*'
rejects 'bind add 10.0.0.1/33 lladdr 02:00:00:00:00:01\n' 1 'bind add: invalid prefix "10.0.0.1/33", .*'
rejects "bind add 10.0.0.1 lladdr $M dynamic\n" 1 'a dynamic binding is not part of a policy: .*'
rejects "bind replace 10.0.0.1 dynamic any\n" 1 'bind replace: "any" where "lladdr" is expected: did you mean "dev any".*'
rejects "bind add 10.0.0.1 lladdr $M dev eth0 x\n" 1 'bind add: unexpected word "x"'

# Errors that only a file can have.
rejects 'rule add drop 10.0.0.0/8\n\nrule add pass 10.0.0.0/8 dev all\n' 3 \
	'rule add: line 1 has one for this prefix on this selector: replace it instead'
rejects "bind add 10.0.0.1 lladdr $M dev e\nbind add 10.0.0.1 lladdr $M dev e\n" 2 \
	'bind add: line 1 has one for this address on this selector: replace it instead'
rejects 'rule add drop 1.1.1.1\nrule replace pass 1.1.1.1\nrule add drop 1.1.1.1\n' 3 'rule add: line 2 has one .*'
rejects 'dev set eth0 ignore 1\ndev set eth0 announce 1 ignore 2\n' 2 \
	'dev set: line 1 sets ignore of eth0 to something else'
rejects 'dev show\n' 1 '"dev show" is not allowed in a policy, expected: dev set, rule add, rule replace, bind add, bind replace'
rejects 'flush\n' 1 '"flush" is not allowed in a policy, .*'
rejects 'arpctl dev show\n' 1 '"dev show" is not allowed in a policy, .*'
rejects 'arpctl arpctl dev set all ignore 1\n' 1 '"arpctl dev" is not allowed in a policy, .*'
rejects 'rule del drop 10.0.0.0/8\n' 1 '"rule del" is not allowed in a policy, .*'
rejects '-j rule add drop 10.0.0.0/8\n' 1 '"-j rule" is not allowed in a policy, .*'
rejects 'dev set "eth0 ignore 1\n' 1 'unterminated quote'
rejects '\ndev set e\0th0 ignore 1\n' 2 'a NUL byte is not allowed in text'
rejects 'dev set \033[2J ignore 4\n' 1 'dev set: invalid ignore "4", .*'
rejects '\033[2J\n' 1 '"\\033\[2J" is not allowed in a policy, .*'
rejects "dev set $(printf '%05000d' 0) ignore 1\n" 1 'a name of 5000 characters is too long'
rejects "rule add drop 1.1.1.1 dev $(printf '%05000d' 0)\n" 1 'a name of 5000 characters is too long'
rejects "$(printf 'dev set all%.0s ' {1..100})\n" 1 'too many words for any command'

# Input that is empty or cut off changes nothing.
rejects '' '' 'there is no command in it; "arpctl flush" removes the policy'
rejects '# x\n\narpctl\n' '' 'there is no command in it; .*'
rejects 'rule add drop 10.0.0.0/24\nrule add drop 10.1.0.0' 2 'the last line does not end in a newline: the input is cut off'
rejects '# arpctl save 1' 1 'the last line does not end in a newline: .*'
accepts '# arpctl save 1\n# arpctl end 0\n' 'an empty policy written by save'
accepts '# arpctl save 1\ndev set all ignore 1\n# arpctl end 1\n' 'the output of save'
accepts '# arpctl save 1\r\narpctl dev set all ignore 1\r\n\r\n# arpctl end 2\r\n' 'with line ends of Windows'
accepts 'arpctl dev set all ignore 1\n\tarpctl rule add drop 10.0.0.1\n' 'lines that begin with arpctl'
accepts '\n# arpctl save 1\ndev set all ignore 1\n# arpctl end 7\n' 'the markers of save are comments if the first line is another'
rejects '# arpctl save 1\n' '' 'the end line that save writes is missing: the file is cut off'
rejects '# arpctl save 1\ndev set all ignore 1\n' '' 'the end line .* is missing: .*'
rejects '# arpctl save 1\ndev set all ignore 1\n# arpctl end 1' 3 'the last line does not end in a newline: .*'
rejects '# arpctl save 1\ndev set all ignore 1\n# arpctl end 2\n' 3 'the end line counts 2 lines, there are 1: some are missing, or .*'
rejects '# arpctl save 1\ndev set all ignore 1\n# arpctl end 0\n' 3 'the end line counts 0 lines, there are 1: .*'
rejects '# arpctl save 1\n# arpctl end 0\ndev set all ignore 1\n' 3 'nothing may follow the end line'
rejects '# arpctl save 1\n# arpctl end \n' 2 '"# arpctl end" must be followed by the number of lines'
rejects '# arpctl save 1\n# arpctl end 0x\n' 2 '"# arpctl end" must be followed by .*'
rejects '# arpctl save 1\ndev set all ignore 4\n# arpctl end 1\n' 2 'dev set: invalid ignore "4", .*'

# Changes: lines take effect in order, so that most of what a policy refuses is allowed.

# apply_rejects TEXT LINE MESSAGE: as rejects.
apply_rejects()
{
	feed "$1" "${NOWHERE[@]}" apply -
	check_error 2 "^-:${2:+$2:} $3\$" "apply: error for ${1:0:60}"
}

# apply_accepts TEXT NAME: as accepts.
apply_accepts()
{
	feed "$1" "${NOWHERE[@]}" apply -
	check_error 1 '^arpctl: Cannot open network namespace' "apply: $2"
}

apply_accepts "dev set all ignore 1\ndev set all ignore 2\ndev unset all ignore\ndev unset all\n" 'fields'
apply_accepts "rule add drop 10.0.0.1\nrule add drop 10.0.0.1\nrule replace hide 10.0.0.1\nrule del hide 10.0.0.1\n" 'rules'
apply_accepts "bind add 10.0.0.0/24 lladdr any dynamic\nbind replace 10.0.0.1 lladdr $M\nbind del 10.0.0.1\n" 'bindings'
apply_accepts 'arpctl dev set -- -x ignore 1 # x\n' 'words as in a policy'
apply_accepts '# arpctl save 1\ndev set all ignore 1\n# arpctl end 1\n' 'the output of save'
apply_rejects '\nflush\n' 2 '"flush" is not allowed in a file of changes, expected: dev set, rule add, rule replace, bind add, bind replace, dev unset, rule del, bind del'
apply_rejects 'rule flush\n' 1 '"rule flush" is not allowed in a file of changes, .*'
apply_rejects 'dev unset all ignore ignore\n' 1 'dev unset: ignore is given twice'
apply_rejects 'dev unset all frob\n' 1 'dev unset: unknown field "frob", .*'
apply_rejects 'rule del drop 10.0.0.1/8\n' 1 'rule del: 10.0.0.1/8 has host bits set: .*'
apply_rejects "bind del 10.0.0.1 lladdr x\n" 1 'bind del: invalid lladdr "x", .*'
apply_rejects 'dev set all ignore 1\ndev unset all' 2 'the last line does not end in a newline: .*'
apply_rejects '# arpctl save 1\ndev set all ignore 1\n' '' 'the end line that save writes is missing: .*'
apply_rejects "dev unset $(printf '%05000d' 0)\n" 1 'a name of 5000 characters is too long'
for empty in '' '# nothing\n\n' '# arpctl save 1\n# arpctl end 0\n'; do
	feed "$empty" "${NOWHERE[@]}" apply -
	[ "$status$out$err" = 0 ]
	result $? 'apply: input without changes is no failure' "status $status, $out$err"
done
rejects 'dev unset all\n' 1 '"dev unset" is not allowed in a policy, expected: .*, bind replace'
rejects 'bind del 10.0.0.1\n' 1 '"bind del" is not allowed in a policy, .*'

# Every prefix of a saved file is refused.
saved='# arpctl save 1
dev set all ignore device
rule add drop 10.1.0.0/16 dev eth0
bind add 10.0.0.10 lladdr 02:00:00:00:00:01 dev all
# arpctl end 3
'
wrong=
for ((i = 0; i < ${#saved}; i++)); do
	status=0
	printf %s "${saved:0:i}" | "$ARPCTL" "${NOWHERE[@]}" restore - 2>/dev/null || status=$?
	[ $status = 2 ] || wrong+=" $i"
done
[ -z "$wrong" ]
result $? 'the file cut off at any byte is refused' "accepted:$wrong"
feed "${saved//$'\n'/\\n}" "${NOWHERE[@]}" restore -
check_error 1 'Cannot open network namespace' 'the complete file is accepted'

# Endless input, in 64 MiB of memory.
small() {	# WORD...
	status=0
	err=$(ulimit -v 65536; timeout 60 "$ARPCTL" "${NOWHERE[@]}" "$@" 2>&1) || status=$?
}
small restore /dev/zero
check_error 2 '^/dev/zero:1: a NUL byte is not allowed in text$' 'endless zero bytes'
small -b /dev/zero
check_error 2 '^/dev/zero:1: a NUL byte is not allowed in text$' 'endless zero bytes as commands'
small bind import /dev/zero
check_error 2 '^/dev/zero:1: a NUL byte is not allowed in text$' 'endless zero bytes as leases'
small restore - < <(tr '\0' x </dev/zero)
check_error 2 '^-:1: the line is too long for any command$' 'an endless line'
small -b - < <(echo; tr '\0' x </dev/zero)
check_error 2 '^-:2: the line is too long for any command$' 'an endless line of commands'
small restore - < <(yes 'dev set all ignore 4')
check_error 2 '^-:1: dev set: invalid ignore "4"' 'endless invalid lines'
small apply - < <(yes 'dev set all ignore 4')
check_error 2 '^-:1: dev set: invalid ignore "4"' 'endless invalid changes'
small apply /dev/zero
check_error 2 '^/dev/zero:1: a NUL byte is not allowed in text$' 'endless zero bytes as changes'
small restore - < <(yes 'dev set all ignore 1')
check_error 1 '^arpctl: cannot read -: it is longer than 512 MiB$' 'endless valid lines'
truncate -s 600M "$dir/large"
small bind import "$dir/large"
check_error 1 "^arpctl: cannot read $dir/large: it is longer than 512 MiB\$" 'a file that is too long'

# Names in messages have no control characters.
name="$dir/"$'a\xc2\x9b2J\xe2\x80\xaeb\xff\e[2J'
printf 'frob\n' >"$name"
run "${NOWHERE[@]}" restore "$name"
check_error 2 "^$dir/a\\\\302\\\\2332J\\\\342\\\\200\\\\256b\\\\377\\\\033\[2J:1: \"frob\" is not allowed" \
	'control characters in a file name are escaped'
run "${NOWHERE[@]}" restore "$name-"
check_error 1 "cannot open $dir/a\\\\302\\\\2332J" 'control characters are escaped in other messages, too'

# Many lines: the error in the last one is found quickly.
seq 0 199999 | awk '{ printf "rule add drop 10.%d.%d.%d dev eth%d\n", $1 / 65536, $1 / 256 % 256, $1 % 256, $1 % 7 }' >"$dir/many"
echo 'rule add drop 10.0.0.0 dev eth0' >>"$dir/many"
# The CPU's time: the host may be busy.
TIMEFORMAT=%0U
{ time run "${NOWHERE[@]}" restore "$dir/many"; } 2>"$dir/took"
check_error 2 "^$dir/many:200001: rule add: line 1 has one" 'an error in the last of many lines'
took=$(<"$dir/took")
[ "$took" -lt 10 ]
result $? 'this error is found within 10 s' "$took s"

# The kernel is accessed before the last line is read: the message is not about a line.
yes 'bind add 10.0.0.1 lladdr any' | head -n 200000 >"$dir/changes"
echo frob >>"$dir/changes"
run "${NOWHERE[@]}" apply "$dir/changes"
check_error 1 '^arpctl: Cannot open network namespace [^:]*: No such file or directory$' 'changes are sent while they are read'

run "${NOWHERE[@]}" apply "$dir/nix"
check_error 1 "^arpctl: cannot open $dir/nix: No such file or directory\$" 'a file of changes that does not exist'
run "${NOWHERE[@]}" restore "$dir/nix"
check_error 1 "^arpctl: cannot open $dir/nix: No such file or directory\$" 'a file that does not exist'
run "${NOWHERE[@]}" restore "$dir"
check_error 1 "^arpctl: cannot read $dir: Is a directory\$" 'a directory'
run "${NOWHERE[@]}" diff "$dir/nix"
check_error 2 "^arpctl: cannot open $dir/nix" 'diff: an unreadable file is an error, not a difference'
feed 'dev set all ignore 1\n' "${NOWHERE[@]}" diff -
check_error 2 'Cannot open network namespace' 'diff: a policy that the kernel does not return is an error, not a difference'

# Batches

feed 'help dev\nhelp rule # x\n\n' -b -
[ "$status" -eq 0 ] && [[ $out == *'arpctl dev:'*'arpctl rule:'* ]] && [ -z "$err" ]
result $? 'commands one after the other' "$status $out $err"
feed 'help dev\n\ndev set eth0 ignore 4\nhelp rule\n' -b -
[ "$status" -eq 2 ] && [[ $out != *'arpctl rule:'* ]] && [[ $err == '-:3: dev set: invalid ignore "4"'* && $err != *$'\n'* ]]
result $? 'the first failure ends the batch' "$status $out $err"
feed 'frob\ndev show\nhelp rule\ndev set eth0\n' "${NOWHERE[@]}" -f -b -
[ "$status" -eq 2 ] && [[ $out == *'arpctl rule:'* ]] &&
	[[ $err == '-:1: unknown object "frob"'*$'\n''-:2: Cannot open'*$'\n''-:4: dev set: FIELD is missing'* ]]
result $? '-f continues and exits with the status of the first failure' "$status $out $err"
feed 'dev show\nfrob\n' "${NOWHERE[@]}" -f -b -
[ "$status" -eq 1 ]
result $? '-f: the status of the first failure, also if it is 1' "$status $err"
printf 'dev set "eth0\n' >"$dir/batch"
run -b "$dir/batch"
check_error 2 "^$dir/batch:1: unterminated quote\$" 'an error in a file of commands names the file'
printf '\nrestore %s\n' "$dir/bad" >"$dir/batch"
printf '\n\nfrob\n' >"$dir/bad"
run -b "$dir/batch"
check_error 2 "^$dir/batch:2: $dir/bad:3: \"frob\" is not allowed in a policy" 'a file within a batch: both lines are named'
printf 'bind import tests/cli/leases/dnsmasq-broken.leases\n' >"$dir/batch"
run "${NOWHERE[@]}" -b "$dir/batch"
check_error 2 "^$dir/batch:1: tests/cli/leases/dnsmasq-broken.leases:3: expected" 'leases within a batch: both lines are named'
feed 'restore -\n' -b -
check_error 2 '^-:1: standard input is already read for the commands$' 'standard input has one reader'
feed 'batch x\n' -b -
check_error 2 '^-:1: unknown object "batch"' 'no batch within a batch'
run -b "$dir/nix"
check_error 1 "^arpctl: cannot open $dir/nix: No such file or directory\$" 'a batch that does not exist'
run -b "$dir"
check_error 1 "^arpctl: cannot read $dir: Is a directory\$" 'a batch that is a directory'
feed 'help dev\n' -b - >/dev/null
status=0
err=$(echo help | "$ARPCTL" -b - 2>&1 >/dev/full) || status=$?
[ "$status" -eq 1 ] && [[ $err == '-:1: cannot write the output'* ]]
result $? 'a write error on the output ends the batch' "$status $err"
