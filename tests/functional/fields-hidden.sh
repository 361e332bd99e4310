#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field hidden: no other device answers for or announces the addresses of a hidden
# one. Everything else is as without policy, and the counters agree.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 34

rich_host
run_command sysctl net/ipv4/ip_forward 1
{ requests "${own[@]}" "${odd[@]}" 10.1.0.60 10.60.0.1; sends; forwards; rechecks; } >"$work/questions"

# The device of each of the host's addresses. 10.99.0.7 only has a route to lo; 127.0.0.1
# is requested on eth2, where that is allowed.
cat >"$work/addr_devs" <<-END
	lo 10.8.8.8
	lo 10.8.8.9
	lo 10.99.0.7
	lo 127.0.0.1
	dummy0 10.9.0.1
	dummy0 10.0.0.100
	red 10.44.0.1
	eth0 10.0.0.1
	eth0 10.0.0.2
	eth0 10.0.1.1
	eth0 10.0.9.1
	eth0 10.0.8.1
	eth0 10.0.2.1
	eth0 10.0.3.1
	eth0 10.7.0.1
	eth1 10.7.0.1
	eth1 10.1.0.1
	eth2 10.0.0.11
	eth4 10.4.0.1
	eth4 10.4.0.2
	eth0.5 10.5.0.1
END

# Turns the results of the stock kernel into those of a host that hides the addresses of
# some devices: they are not answered for elsewhere; as sender they are replaced by the
# choice of arp_announce=2, or by an address that can be borrowed ("none": by nothing).
hide() {	# STOCK BORROWED DEV…
	awk -F ' [|] ' -v hidden=" ${*:3} " -v borrowed="$2" '
		part == "addr_devs" {
			split($0, entry, " ")
			on_dev[entry[1], entry[2]] = 1
			if (index(hidden, " " entry[1] " ")) secret[entry[2]] = 1
			next
		}
		part == "best" { split($2, said, " "); best[$1] = said[4]; next }
		function hides(dev, addr) { return addr in secret && !((dev, addr) in on_dev) }
		# A known neighbour is not changed.
		function kept() {
			if ($1 !~ / known /) return ""
			return word[4] " " word[2] ($1 ~ / same/ ? " asker " : " other ") word[6]
		}
		{ split($1, word, " "); split($2, said, " "); line = $0 }
		word[1] == "ask" && $2 != "silence" && hides(word[2], word[3]) {
			line = $1 " | silence | " kept()
		}
		$2 ~ / request / && hides(said[1], said[4]) {
			instead = hides(said[1], best[$1]) ? borrowed : best[$1]
			if (instead == "none") line = $1 " | silence | " $3
			else sub(/ sender [^ ]+/, " sender " instead, line)
		}
		{ print line }
	' part=addr_devs "$work/addr_devs" part=best "$work/stock-2" part=stock "$work/$1"
}

# How many of the expected answers differ from stock because of hidden addresses:
# "HIDDEN REWRITTEN SUPPRESSED".
expected_counts() {	# STOCK WANT
	paste -d '~' "$work/$1" "$work/$2" | awk -F '~' '
		$1 == $2 { next }
		/^ask/ { hidden++; next }
		$2 ~ / silence / { suppressed++; next }
		{ rewritten++ }
		END { print hidden + 0, rewritten + 0, suppressed + 0 }'
}

counters() {
	ctl host -j stats show | jq -r '[
		("hidden", "announce-rewritten", "announce-suppressed") as $reason |
			[.[].reasons[$reason] // 0] | add
	] | join(" ")'
}

for level in 2 0; do
	conf arp_announce=$level all
	answers stock-$level
done
is "$(said_to stock-0 'ask eth1 10.9.0.1 10.1.0.50')" "$(mac host eth1)" \
	"the stock kernel answers for the address of another device"
like "$(said_to stock-0 'send 10.9.0.1 10.0.0.70')" 'sender 10\.9\.0\.1 ' "the stock kernel announces the address of another device"

# One hidden device, or every one.
must load_module
while read -r borrowed hidden; do
	must ctl host dev set "${hidden/all/default}" hidden on
	[ "$hidden" != all ] || hidden=$(cut -d ' ' -f 1 "$work/addr_devs" | sort -u | paste -sd ' ')
	for level in 0 2; do
		conf arp_announce=$level all
		# shellcheck disable=SC2086
		hide stock-$level "$borrowed" $hidden >"$work/want"
		differ stock-$level want "hiding ${hidden// /, } makes a difference, arp_announce=$level"
		must ctl host stats reset
		answers policy
		same want policy "hiding ${hidden// /, }: answers and requests are as expected"
		is "$(counters)" "$(expected_counts stock-$level want)" \
			"hidden, rewritten and suppressed are counted"
	done
	must ctl host flush
	answers policy
	same stock-2 policy "flush restores stock"
done <<-END
	- dummy0
	10.0.0.1 lo
	- eth0
	none all
END

# With other settings: arp_announce=2 would choose another address, announce any the hidden
# one.
hide stock-0 10.0.0.1 lo >"$work/want"
must ctl host dev set lo hidden on
must ctl host dev set default announce any
answers policy
same want policy "hidden applies in spite of announce any"
must ctl host flush

# hidden follows addresses that move.
conf arp_announce=0 all
must ctl host dev set dummy0 hidden on
must ip -n host addr del 10.9.0.1/24 dev dummy0
must ip -n host addr add 10.9.0.1/24 dev eth3
must ip -n host addr add 10.8.8.7/32 dev dummy0
printf 'ask eth1 %s 10.1.0.50\n' 10.9.0.1 10.8.8.7 >"$work/questions"
answers moved
is "$(said_to moved 'ask eth1 10.9.0.1 10.1.0.50')" "$(mac host eth1)" \
	"an address moved to another device is no longer hidden"
is "$(said_to moved 'ask eth1 10.8.8.7 10.1.0.50')" silence "an address moved to the hidden device is hidden"
must unload_module
answers moved
is "$(said_to moved 'ask eth1 10.8.8.7 10.1.0.50')" "$(mac host eth1)" "rmmod restores stock"
