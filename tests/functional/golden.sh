#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The output of every command, as text, as JSON and on a terminal, equals the golden files.
#
# With ARP_POLICY_GOLDEN=DIR, the current output is written there.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || plan skip "no script"

golden=$ROOT/tests/functional/golden
mapfile -t commands < <(grep -v '^#' "$golden/commands")
plan $((3 * ${#commands[@]}))
scratch

alice_and_bob link
addr alice lo 10.9.9.9/32
must load_module
must in_host alice "$ARPCTL" -b - <<-'END'
	dev set all announce best
	dev set default filter off
	dev set lo hidden on
	dev set eth0 ignore device learn solicited validate src-mac,ip rate 500 source-rate 20
	dev set cali* proxy route,pvlan proxy-delay 10 mode audit
	rule add proxy 10.1.0.0/16 dev eth* lladdr 02:00:5e:00:00:01
	rule add pass 10.1.2.0/24 dev eth0
	rule add hide 192.168.1.100
	rule add drop 10.66.0.0/16 from
	rule add proxy 10.5.0.0/16 dev eth0 routed
	bind add 10.0.0.2 lladdr 02:00:5e:00:00:02
	bind add 10.0.0.66 lladdr 02:00:5e:00:00:67 dev eth0
END
asks bob eth0 10.9.9.9 >/dev/null
asks bob eth0 10.1.0.7 >/dev/null
# An answer by rule does not learn the sender here, because there is no route.
must ip -n alice neigh replace 10.0.0.2 lladdr "$(mac bob eth0)" dev eth0 nud stale

# Runs it as typed, in the directory of the policy; on a terminal with colours.
printed() {	# text|json|terminal COMMAND
	local words
	read -ra words <<<"$2"
	cd "$golden" || return
	case $1 in
	text) ctl alice "${words[@]}" 2>&1 ;;
	json) ctl alice -j -p "${words[@]}" 2>&1 ;;
	terminal) TERM=xterm script -qec "nsenter --net=/run/netns/alice -- $ARPCTL $2" /dev/null \
		</dev/null 2>&1 | tr -d '\r' ;;
	esac
}

# The output of one command, from a file with those of all.
block() {	# FILE COMMAND
	awk -v begin="\$ arpctl $2" '/^\$ arpctl / { on = $0 == begin } on' "$1"
}

for form in text json terminal; do
	for command in "${commands[@]}"; do
		echo "\$ arpctl $command"
		printed $form "$command"
		echo
	done >"$dir/$form"
	[ -z "${ARP_POLICY_GOLDEN-}" ] || cp "$dir/$form" "$ARP_POLICY_GOLDEN/$form"
	for command in "${commands[@]}"; do
		is "$(block "$dir/$form" "$command")" "$(block "$golden/$form" "$command")" \
			"$form: $command"
	done
done
