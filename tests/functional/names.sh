#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Device names with terminal escapes, names that look like options, and alternative names.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || plan skip "no script"
plan 50

host alice bob
link alice:eth0 bob:eth0
addr alice eth0 10.0.0.1/24
scratch
must load_module
export LC_ALL=C.UTF-8
arpctl() { ctl alice "$@"; }
saved() { arpctl save | grep -v '^#'; }

# Characters that control a terminal: C0, C1 (as UTF-8 and as bytes), direction of text, DEL.
controls() {
	LC_ALL=C grep -aoP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xff' |
		od -An -tx1 | tr -d '\n'
}
# Output without the colours and line ends of a terminal.
on_terminal() {	# WORD…
	local words
	printf -v words ' %q' "$@"
	"$WITHIN" alice script -qec "$ARPCTL -cnever$words" /dev/null </dev/null |
		tr -d '\r'
}
odd=($'c\xc2\x9b2J' $'r\xe2\x80\xaeX' $'m\xe2\x81\xa6\xd8\x9c' $'i\xff\x9b3' $'e\x1bJ\x7f')
for dev in "${odd[@]}"; do
	must ip -n alice link add name "$dev" type dummy
	must arpctl dev set "$dev" ignore 1
	must arpctl rule add hide 10.7.7.7 dev "$dev"
	must arpctl bind add 10.7.7.7 lladdr 02:00:5e:00:00:01 dev "$dev"
done
for command in "dev show" "dev effective" "rule show" "bind show" "stats show" save check \
	"stats prometheus" "import sysctl"; do
	# shellcheck disable=SC2086
	is "$(on_terminal $command | controls)" "" "$command: no terminal control characters"
done
like "$(on_terminal dev show)" 'c\\302\\2332J ' "control characters are escaped"
for command in "dev show" "dev effective" "rule show" "bind show" "stats show" save check; do
	# shellcheck disable=SC2086
	arpctl -j $command >"$dir/json"
	is "$(controls <"$dir/json")$(jq -e . <"$dir/json" 2>&1 >/dev/null)$(iconv -f UTF-8 -t UTF-8 "$dir/json" 2>&1 >/dev/null)" \
		"" "$command: -j prints valid JSON in UTF-8"
done
is "$(arpctl -j dev show | jq -r '.[].selector' | grep -cFx -e "${odd[0]}" -e "${odd[1]}" -e "${odd[2]}")" 3 \
	"JSON has the exact names"
is "$(for dev in "${odd[@]}"; do
	arpctl dev set "$dev" ignore 4
	arpctl rule add hide 10.7.7.7 dev "$dev"
	arpctl explain request 10.0.0.1 from 10.0.0.2 dev "$dev-"
done 2>&1 | controls)" "" "messages: no terminal control characters"
arpctl save "$dir/policy"
must arpctl flush
run_ok "a saved policy is restored" arpctl restore "$dir/policy"
is "$(arpctl save | md5sum)" "$(md5sum <"$dir/policy")" "saved again, the policy is the same, byte for byte"
must arpctl flush
for dev in "${odd[@]}"; do must ip -n alice link del dev "$dev"; done

# Names that look like an option, or like help.
for dev in -j help -- --watch; do
	must ip -n alice link add name "$dev" type dummy
	run_ok "dev set -- $dev" arpctl dev set -- "$dev" ignore 1
	is "$(arpctl dev show -- "$dev")" "$dev  ignore device" "dev show -- $dev"
	must arpctl rule add hide 10.7.7.7 dev -- "$dev"
done
is "$(arpctl dev effective -- help | head -n 1 | cut -d ' ' -f 2)" help "dev effective -- help"
is "$(arpctl stats show -- --watch | cut -d ' ' -f 2)" --watch "stats show -- --watch is about that device"
is "$(arpctl -- dev show -j)" "-j  ignore device" "-- before the object ends options, too"
run_ok "a batch accepts -- as well" arpctl -b - <<<'dev show -- help'
fails_with 2 'put "--" before' "without --, it is taken for an option, and the message names --" arpctl dev show --watch
arpctl save "$dir/policy"
must arpctl flush
run_ok "such names are restored" arpctl restore "$dir/policy"
is "$(arpctl save | md5sum)" "$(md5sum <"$dir/policy")" "such names are saved again as before"
must arpctl flush
grep -v '^#' "$dir/policy" | sed "s|^|$ARPCTL |" >"$dir/script"
run_ok "a shell accepts the lines after arpctl" in_host alice sh -e "$dir/script"
is "$(arpctl save | md5sum)" "$(md5sum <"$dir/policy")" "the shell's commands restore the same policy"
must arpctl flush
for dev in -j help -- --watch; do must ip -n alice link del dev "$dev"; done

# Alternative names.
long="a-name-that-is-longer-than-a-name"
must ip -n alice link property add dev eth0 altname enp0s1 altname $long
for words in "dev set enp0s1 ignore 1" "rule add hide 10.7.7.7 dev enp0s1" \
	"bind replace 10.7.7.7 lladdr 02:00:5e:00:00:01 dev enp0s1" "dev set $long ignore 1"; do
	# shellcheck disable=SC2086
	fails_with 1 'is an alternative name of "eth0".*use "eth0"$' "refused: $words" arpctl $words
done
must arpctl dev set 'enp*' ignore 1
must arpctl dev set enp0s2 ignore 1
must arpctl dev set eth0 ignore 2
fails_with 1 'nothing is set on enp0s1' "unset accepts an alternative name" arpctl dev unset enp0s1
is "$(arpctl dev effective enp0s1)
$(arpctl dev effective $long)" "$(arpctl dev effective eth0)
$(arpctl dev effective eth0)" "dev effective resolves them, as ip does"
is "$(arpctl stats show $long | head -n 1 | cut -d ' ' -f 2)" eth0 "stats show resolves them"
is "$(arpctl explain request 10.0.0.1 from 10.0.0.2 dev $long | head -n 1)" "request on eth0" "explain resolves them"
run_ok "announce resolves them" arpctl announce 10.0.0.1 dev $long
printf 'dev set all ignore 1\ndev set enp0s1 ignore 2\n' >"$dir/policy"
is "$(arpctl restore "$dir/policy" 2>&1)" \
	"$dir/policy:2: warning: \"enp0s1\" is an alternative name of \"eth0\", and selects nothing: selectors match only the name" \
	"restore warns about an alternative name"
is "$(saved)" $'dev set all ignore device\ndev set enp0s1 ignore subnet' "restore applies the policy in spite of the warning"
like "$(arpctl check)" 'enp0s1 +its fields have no effect: it is an alternative name of eth0' "check reports the alternative name"
