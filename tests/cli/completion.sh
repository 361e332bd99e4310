#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion offers all that help tells of and the parser takes, and the shell's part knows no words itself.
# lab: host

. tests/cli/lib.sh
. tools/arpctl/arpctl.bash-completion

mapfile -t commands < <("$ARPCTL" help | sed -n 's/^  arpctl \([a-z ]*[a-z]\).*/\1/p')
mapfile -t fields < <("$ARPCTL" dev set help | sed -n '/^FIELD/,$s/^  \([a-z-]\+\) .*/\1/p')
plan $((35 + ${#commands[@]} + ${#fields[@]}))

# tab WORD...: what the shell would offer for the last of the words.
tab()
{
	COMP_LINE="$ARPCTL $*"
	COMP_POINT=${#COMP_LINE}
	COMP_WORDS=("$ARPCTL" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_arpctl "$ARPCTL"
}

# offers WORD...: whether just these are offered, in any order.
offers()
{
	[ "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" = "$(printf '%s\n' "$@" | sort)" ]
}

includes()
{
	local word

	for word; do
		printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -- "$word" || return
	done
}

tab ''
mapfile -t objects < <(printf '%s\n' "${commands[@]%% *}" | sort -u)
offers "${objects[@]}" help
ok $? 'objects' "${COMPREPLY[*]}"

for command in "${commands[@]}"; do
	# shellcheck disable=SC2086 # object and command are words
	tab $command
	includes "${command##* }"
	ok $? "arpctl $command" "${COMPREPLY[*]}"
done

tab d
offers dev diff
ok $? 'the beginning of an object' "${COMPREPLY[*]}"

tab dev s
offers set show
ok $? 'the beginning of a command' "${COMPREPLY[*]}"

tab frob ''
offers ''
ok $? 'nothing for what does not exist' "${COMPREPLY[*]}"

tab dev set ''
includes all default lo help
ok $? 'selectors: words and devices' "${COMPREPLY[*]}"

tab dev effective ''
includes lo && ! includes all
ok $? 'devices' "${COMPREPLY[*]}"

tab dev set eth0 ''
offers "${fields[@]}"
ok $? 'fields' "${COMPREPLY[*]}"

tab dev set eth0 ignore 1 ''
! includes ignore && includes announce mode
ok $? 'fields that are not there yet' "${COMPREPLY[*]}"

tab dev unset eth0 ignore mo
offers mode
ok $? 'fields to unset' "${COMPREPLY[*]}"

tab rule add ''
offers pass drop hide proxy help
ok $? 'actions' "${COMPREPLY[*]}"

tab rule add drop ''
offers ''
ok $? 'no prefix to add' "${COMPREPLY[*]}"

tab rule add drop 10.0.0.1 ''
offers from dev lladdr routed
ok $? 'keywords' "${COMPREPLY[*]}"

tab rule add drop 10.0.0.1 from dev lo ''
offers lladdr routed
ok $? 'keywords that are not there yet' "${COMPREPLY[*]}"

tab rule add drop 10.0.0.1 dev ''
includes all lo && ! includes default
ok $? 'selectors of rules' "${COMPREPLY[*]}"

tab rule flush dev ''
includes all lo && ! includes default
ok $? 'selectors of rules to flush' "${COMPREPLY[*]}"

tab bind add 10.0.0.1 ''
offers lladdr
ok $? 'a keyword that must come' "${COMPREPLY[*]}"

tab announce 10.0.0.1 dev l
includes lo && ! includes all
ok $? 'the device behind a keyword' "${COMPREPLY[*]}"

tab bind import tests/cli/leases/dnsmasq
offers tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
ok $? 'files' "${COMPREPLY[*]}"

tab bind import tests/cl
offers tests/cli/
ok $? 'directories' "${COMPREPLY[*]}"

tab dev show -- ''
includes all lo && ! includes help
ok $? 'behind -- there is no help' "${COMPREPLY[*]}"

tab -- dev effective l
includes lo
ok $? 'nor options, before the object' "${COMPREPLY[*]}"

tab save tests/cli/leases/dnsmasq
offers tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
ok $? 'files to save to' "${COMPREPLY[*]}"

tab restore tests/cli/leases/dnsmasq
offers tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
ok $? 'files of policy' "${COMPREPLY[*]}"

tab -j -b tests/cl
offers tests/cli/
ok $? 'files of commands' "${COMPREPLY[*]}"

tab -f --batch x di
offers diff
ok $? 'objects, after options' "${COMPREPLY[*]}"

tab stats reset lo ''
offers ''
ok $? 'nothing where nothing may follow' "${COMPREPLY[*]}"

tab stats show lo ''
offers --watch
ok $? 'a word with dashes' "${COMPREPLY[*]}"

tab stats show --w
offers --watch
ok $? 'the beginning of a word with dashes' "${COMPREPLY[*]}"

tab -j dev set eth0 proxy r
offers route route,pvlan
ok $? 'values, after an option' "${COMPREPLY[*]}"

tab --js
offers --json
ok $? 'options' "${COMPREPLY[*]}"

COMP_LINE="$ARPCTL --color=al"
COMP_POINT=${#COMP_LINE} COMP_WORDS=("$ARPCTL" --color "=" al) COMP_CWORD=3
_arpctl "$ARPCTL"
offers always
ok $? 'the value of an option' "${COMPREPLY[*]}"

# Each value that is offered, and each that help tells of, is taken.
for field in "${fields[@]}"; do
	tab dev set eth0 "$field" ''
	good=0
	bad=
	for value in "${COMPREPLY[@]}"; do
		run "${NOWHERE[@]}" dev set eth0 "$field" "$value"
		[ "$status" -eq 1 ] || { good=1; bad+=" $value: $err"; }
	done
	told=$("$ARPCTL" dev set help | sed -n "s/^  $field \+//p")
	# "or any of a,b" is offered as a, b and a,b; of numbers, words alone are.
	[[ $told != *', or any of '* ]] || COMPREPLY=("${COMPREPLY[0]}" "or any of ${COMPREPLY[-1]}")
	offered=$(printf ', %s' "${COMPREPLY[@]}")
	told=$(sed -E 's/ \([0-9]\)//g; s,(^|\, )(milliseconds|packets(/s)?)$,,' <<<"$told")
	[ "${offered#, }" = "$told" ] || { good=1; bad+=" help says: $told"; }
	ok $good "values of $field" "$bad"
done

! grep -qwE "$(IFS='|'; echo "${objects[*]}|${fields[*]}")" <(sed '/^#/d; s,/dev/null,,' tools/arpctl/arpctl.bash-completion)
ok $? "the shell's part names no object and no field"

# Names of devices and namespaces are others' choice: never run, always quoted.
# shellcheck disable=SC2016 # that it stays as it is, is the point
run complete dev set '$('
[ -z "$out" ]
ok $? 'no expansion of what is typed' "$out"

fake=$(mktemp -d)
cat >"$fake/arpctl" <<END
#!/bin/sh
echo '\$(touch $fake/ran)'
echo 'cali*'
END
chmod +x "$fake/arpctl"
COMP_LINE='arpctl ' COMP_POINT=7 COMP_WORDS=(arpctl '') COMP_CWORD=1
_arpctl "$fake/arpctl"
[ ! -e "$fake/ran" ] && [ "${COMPREPLY[1]}" = 'cali\*' ] && [[ ${COMPREPLY[0]} == '\$\('* ]]
ok $? 'names are quoted, not expanded' "${COMPREPLY[*]}"
rm -r "$fake"

run complete
[ "$status" -eq 0 ]
ok $? 'completion of nothing'

finish
