#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The terminal sessions in README.md and docs/terminal.md show what the commands print.
#
# Types each of their commands on its host, in a terminal of 80 columns. With
# ARP_POLICY_GOLDEN=DIR, the documents are written there with the current output, with the
# picture of a session.
# lab: all
# lab: timeout 600
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v script >/dev/null || plan skip "no script"
documents=(README.md docs/terminal.md)
plan $((2 * ${#documents[@]}))
scratch

# LVS: director and real server have the VIP.

VIP=192.168.1.100
host client director real pod
segment lan client:eth0 director:eth0 real:eth0
addr client eth0 192.168.1.2/24
addr director eth0 192.168.1.1/24 $VIP/32
addr real eth0 192.168.1.11/24
addr real lo $VIP/32
link real:cali1 pod:eth0
addr pod eth0 10.244.0.5/32
must ip -n pod route add 169.254.1.1 dev eth0
must ip -n real route add 10.244.0.5 dev cali1
# Without locktime, the last packet always updates the neighbour entry.
for name in director real; do set_sysctl $name net.ipv4.neigh.eth0.locktime=0; done

# Docker: two containers on a bridge.

container() {	# NAME PORT ADDRESS MAC
	link "node:$2" "$1:eth0" "" "$4"
	must ip -n node link set "$2" master docker0
	addr "$1" eth0 "$3/16"
}

host node red green
must ip -n node link add name docker0 address 02:42:5a:00:00:01 up type bridge mcast_snooping 0
addr node docker0 172.17.0.1/16
container red veth1a2b3c4 172.17.0.2 02:42:ac:11:00:02
container green veth5d6e7f8 172.17.0.3 02:42:ac:11:00:03
set_sysctl node net.ipv4.neigh.docker0.locktime=0
must poll 5 forwarding node

# The policy that the real server applies.
cat >/run/policy <<'END'
dev set default announce best
dev set eth0 ignore device learn solicited validate src-mac,ip source-rate 20
rule add proxy 169.254.1.1 dev cali*
rule add drop 10.66.0.0/16 from
bind add 192.168.1.1 lladdr 02:00:00:00:01:00
bind add 192.168.1.3 lladdr 02:00:00:00:03:00 dev eth1
END
at_exit rm -f /run/policy /run/saved

# Runs a command as typed in a terminal.
typed() {	# HOST COMMAND
	TERM=xterm PATH=${ARPCTL%/*}:$PATH \
		script -qec "stty cols 80; exec nsenter --net=/run/netns/$1 -- sh -c $(printf %q "$2")" /dev/null \
		</dev/null 2>&1 | tr -d '\r'
}

# The same for a monitor, which runs while the red container tries to spoof.
monitored_typed() {	# HOST COMMAND
	typed "$1" "echo \$\$ >$dir/pid; exec $2" >"$dir/monitor" &
	must poll 10 monitored "$1"
	in_host red arping -q -U -c 1 -w 1 -I eth0 172.17.0.3
	arpq red ask eth0 172.17.0.1 sender 172.17.0.9 timeout 10 >/dev/null
	arpq red ask eth0 172.17.0.1 sender 172.17.0.3 op reply timeout 10 >/dev/null
	poll 5 monitor_printed 3
	kill -INT "$(<"$dir/pid")"
	wait $!
	cat "$dir/monitor"
}
monitor_printed() { [ "$(wc -l <"$dir/monitor")" -ge "$1" ]; }	# LINES

# Types every command of a document. Writes it with the current output, and its sessions with
# colours to FILE.ansi, those after a comment that names a picture to PICTURE.ansi.
replay() {	# DOCUMENT FILE
	local line code='' said='' picture='' ansi=$2.ansi blank=''
	: >"$2"
	: >"$ansi"
	while IFS= read -r line; do
		case $line in
		'<!-- picture: '*) picture=${line#*: }; picture=$dir/${picture%% *}.ansi ;;
		'```'*)
			if [ "$code" ]; then code='' said='' picture=''; else code=yes; fi
			blank=''
			;;
		esac
		if [ "$code" ] && [[ $line =~ ^([a-z]+)#\ (.*)$ ]]; then
			echo "$blank$line" >>"$2"
			echo "$blank$line" >>"${picture:-$ansi}"
			said=yes blank=''
			if [[ $line = *'arpctl monitor'* ]]; then
				monitored_typed "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
			else
				typed "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
			fi >"$dir/said"
			sed 's/\x1b\[[0-9;]*m//g; s/ *$//' "$dir/said" >>"$2"
			cat "$dir/said" >>"${picture:-$ansi}"
		elif ! [ "$said" ]; then
			echo "$line" >>"$2"
		elif ! [ "$line" ]; then
			# Between two commands, not in what one of them prints.
			blank=$'\n'
		else
			blank=''
		fi
	done <"$1"
}

# A document without what differs each time: times, the order of answers, whether a
# neighbour has just been confirmed.
constant() {	# FILE
	sed -E 's/[0-9.]+ ?ms/N ms/; s/^[0-9]+[-:][0-9:.T+-]+/TIME/; s/(REACHABLE|STALE|DELAY|PROBE) *$/STATE/' "$1" |
		awk '
		/^Unicast reply/ { answer[++n] = $0; next }
		n { flush_answers() }
		{ print }
		END { flush_answers() }
		function flush_answers(   i, j, t) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && answer[j] < answer[j - 1]; j--) {
					t = answer[j]; answer[j] = answer[j - 1]; answer[j - 1] = t
				}
			for (i = 1; i <= n; i++) print answer[i]
			n = 0
		}'
}

renew="To regenerate it: tests/vm/run --share DIR -- env ARP_POLICY_GOLDEN=DIR bash $0"
same() {	# DOCUMENT FILE
	local difference
	difference=$(diff <(constant "$ROOT/$1") <(constant "$2"))
	result $? "$1 shows what is printed" "$difference" || diag "$renew"
}

must load_module
for document in "${documents[@]}"; do
	must replay "$ROOT/$document" "$dir/${document##*/}"
	same "$document" "$dir/${document##*/}"
	must ctl real flush
done
if [ "${documents[1]-}" ]; then
	must "$ROOT/tests/demo/svg" "arpctl in a terminal" <"$dir/terminal.svg.ansi" >"$dir/terminal.svg"
	is "$(sed 's/<[^>]*>//g' "$ROOT/docs/terminal.svg" | constant /dev/stdin)" \
		"$(sed 's/<[^>]*>//g' "$dir/terminal.svg" | constant /dev/stdin)" "docs/terminal.svg shows what is printed"
fi
[ -z "${ARP_POLICY_GOLDEN-}" ] || cp "$dir"/{README.md,terminal.md,terminal.svg} "$ARP_POLICY_GOLDEN"
no_kernel_faults
