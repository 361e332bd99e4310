#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion offers everything that help lists and the parser accepts; the shell part has no words of its own.
# lab: host

. tests/cli/lib.sh
. tools/arpctl/arpctl.bash-completion

mapfile -t commands < <("$ARPCTL" help | sed -n 's/^  arpctl \([a-z ]*[a-z]\).*/\1/p')
mapfile -t fields < <("$ARPCTL" dev set help | sed -n '/^FIELD/,$s/^  \([a-z-]\+\) .*/\1/p')
plan $((60 + ${#commands[@]} + ${#fields[@]}))

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

# offers DESC WORD...: exactly these are offered, in any order.
offers() { is "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" "$(printf '%s\n' "${@:2}" | sort)" "$1"; }

includes()
{
	local word

	for word; do
		printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -- "$word" || return
	done
}

tab ''
mapfile -t objects < <(printf '%s\n' "${commands[@]%% *}" | sort -u)
offers 'objects' "${objects[@]}" help

for command in "${commands[@]}"; do
	# shellcheck disable=SC2086 # object and command are words
	tab $command
	includes "${command##* }"
	result $? "arpctl $command" "${COMPREPLY[*]}"
done

tab d
offers 'the beginning of an object' dev diff
tab dev s
offers 'the beginning of a command' set show
tab frob ''
offers 'nothing for an unknown object' ''
tab dev set ''
includes all default lo help
result $? 'selectors: words and devices' "${COMPREPLY[*]}"
tab dev effective ''
includes lo && ! includes all
result $? 'devices' "${COMPREPLY[*]}"
tab dev set eth0 ''
offers 'fields' "${fields[@]}"
tab dev set eth0 ignore 1 ''
! includes ignore && includes announce mode
result $? 'fields that are not given yet' "${COMPREPLY[*]}"
tab dev unset eth0 ignore mo
offers 'fields to unset' mode
tab rule add ''
offers 'actions' pass drop hide proxy help
tab rule add drop ''
offers 'no prefix to add' ''
tab rule add drop 10.0.0.1 ''
offers 'keywords of the action' from dev
tab rule add proxy 10.0.0.1 ''
offers 'keywords of another action' dev lladdr routed
tab rule add proxy 10.0.0.1 dev lo routed ''
offers 'keywords that are not given yet' lladdr
tab help ''
offers 'help on each object' "${objects[@]}"
tab help rule s
offers "help on an object's commands" show
tab dev show --js
offers 'options after the object' --json
tab dev -j effective l
includes lo
result $? 'words after such an option' "${COMPREPLY[*]}"
tab rule add drop 10.0.0.1 dev ''
includes all lo && ! includes default
result $? 'selectors of rules' "${COMPREPLY[*]}"
tab rule flush dev ''
includes all lo && ! includes default
result $? 'selectors of rules to flush' "${COMPREPLY[*]}"
tab bind add 10.0.0.1 ''
offers 'a required keyword' lladdr
tab bind add 10.0.0.1 lladdr ''
offers 'a keyword in place of a MAC' any
tab bind add 10.0.0.1 lladdr any ''
offers 'keywords of a binding' dev dynamic
tab bind show ''
offers 'keywords of a list' dev dynamic help
tab bind flush dynamic ''
offers 'keywords that are not given yet' dev
tab bind import tests/cli/leases/kea-old.csv sy
offers 'a keyword after files' sync
tab bind import tests/cli/leases/kea-old.csv sync tests/cli/leases/kea-t
offers 'more files after a keyword' tests/cli/leases/kea-two.csv
tab bind import x sync force dev l
includes lo && ! includes default
result $? 'selectors of leases' "${COMPREPLY[*]}"
tab bind watch tests/cli/leases/kea-t
offers 'watched files' tests/cli/leases/kea-two.csv
tab bind watch x ''
includes format dev
result $? 'keywords after watched files' "${COMPREPLY[*]}"
tab bind snoop dev l
includes lo && ! includes all
result $? 'a bridge is a device' "${COMPREPLY[*]}"
tab bind snoop dev br0 state tests/cli/leases/kea-t
offers 'the file of snooped leases' tests/cli/leases/kea-two.csv
tab bind import x format ''
offers 'formats' dnsmasq isc kea libvirt networkd cni ethers
tab check ''
offers 'a keyword of check' severity help
tab check severity ''
offers 'severities' error warning note
tab restore x ''
offers 'a keyword after the file' generation
tab restore x generation ''
offers 'no number' ''
tab apply tests/cli/leases/dnsmasq
offers 'files of changes' tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
tab rule del drop 10.0.0.1 f
offers 'keywords of a deletion' from
tab announce 10.0.0.1 dev l
includes lo && ! includes all
result $? 'the device after a keyword' "${COMPREPLY[*]}"
tab bind import tests/cli/leases/dnsmasq
offers 'files' tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
tab bind import tests/cl
offers 'directories' tests/cli/
tab dev show -- ''
includes all lo && ! includes help
result $? 'after -- help is not offered' "${COMPREPLY[*]}"
tab -- dev effective l
includes lo
result $? 'words after -- and the object' "${COMPREPLY[*]}"
tab save tests/cli/leases/dnsmasq
offers 'files to save to' tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
tab restore tests/cli/leases/dnsmasq
offers 'files of policy' tests/cli/leases/dnsmasq.leases tests/cli/leases/dnsmasq-broken.leases
tab -j -b tests/cl
offers 'files of commands' tests/cli/
tab -f --batch x di
offers 'objects, after options' diff
tab stats reset lo ''
offers 'nothing where nothing may follow' ''
tab stats show lo ''
offers 'a word with dashes' --watch
tab stats show --w
offers 'the beginning of a word with dashes' --watch
tab -j dev set eth0 proxy r
offers 'values, after an option' route route,pvlan
tab --js
offers 'options' --json

COMP_LINE="$ARPCTL --color=al"
COMP_POINT=${#COMP_LINE} COMP_WORDS=("$ARPCTL" --color "=" al) COMP_CWORD=3
_arpctl "$ARPCTL"
offers 'the value of an option' always

# Each value that is offered, and each that help lists, is accepted.
for field in "${fields[@]}"; do
	tab dev set eth0 "$field" ''
	good=0
	bad=
	for value in "${COMPREPLY[@]}"; do
		run "${NOWHERE[@]}" dev set eth0 "$field" "$value"
		[ "$status" -eq 1 ] || { good=1; bad+=" $value: $err"; }
	done
	listed=$("$ARPCTL" dev set help | sed -n "s/^  $field \+//p")
	# "or any of a,b" is offered as a, b and a,b; of numbers, words alone are.
	[[ $listed != *', or any of '* ]] || COMPREPLY=("${COMPREPLY[0]}" "or any of ${COMPREPLY[-1]}")
	offered=$(printf ', %s' "${COMPREPLY[@]}")
	listed=$(sed -E 's/ \([0-9]\)//g; s,(^|\, )[0-9]+ to [0-9]+ (milliseconds|packets(/s)?)$,,' <<<"$listed")
	[ "${offered#, }" = "$listed" ] || { good=1; bad+=" help says: $listed"; }
	result $good "values of $field" "$bad"
done

! grep -qwE "$(IFS='|'; echo "${objects[*]}|${fields[*]}")" <(sed '/^#/d; s,/dev/null,,' tools/arpctl/arpctl.{bash-completion,zsh-completion,fish})
result $? "the parts for shells contain no object and no field names"

# Others may choose the names of devices and namespaces: they are quoted, and never expanded.
# shellcheck disable=SC2016 # it must stay unexpanded
run complete dev set '$('
is "$out" "" 'typed text is not expanded'

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
result $? 'names are quoted, not expanded' "${COMPREPLY[*]}"
rm -r "$fake"

# zsh and fish offer the same words.
if command -v zsh >/dev/null; then
	# This function replaces the one of zsh and prints what it would offer.
	said=$(PATH=$(dirname "$ARPCTL"):$PATH zsh -f -c 'compadd() { print -rl -- "${@[$@[(i)--]+1,-1]}"; }
		words=(arpctl dev s) CURRENT=3; source tools/arpctl/arpctl.zsh-completion
		words=(arpctl rule add drop 10.0.0.1 "") CURRENT=6; _arpctl
		words=(arpctl bind import tests/cl) CURRENT=4; _arpctl' | grep . | sort | paste -sd ' ')
	is "$said" 'dev from set show tests/cli/' 'zsh'
else
	skip 'zsh' 'zsh is not installed'
fi
if command -v fish >/dev/null; then
	# fish writes there.
	home=$(mktemp -d)
	said=$(PATH=$(dirname "$ARPCTL"):$PATH HOME=$home fish -N -c 'source tools/arpctl/arpctl.fish
		complete -C "arpctl dev s"; complete -C "arpctl rule add drop 10.0.0.1 "
		complete -C "arpctl bind import tests/cl"' 2>/dev/null | cut -f 1 | sort | paste -sd ' ')
	rm -r "$home"
	is "$said" 'dev from set show tests/cli/' 'fish'
else
	skip 'fish' 'fish is not installed'
fi

run complete
[ "$status" -eq 0 ]
result $? 'completion without words succeeds'
