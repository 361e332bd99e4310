#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# import sysctl prints a policy equal to the sysctls: with it, answers are the same without them.
# lab: timeout 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 22

rich_host
run_command sysctl net/ipv4/ip_forward 1
{ requests "${own[@]}" 10.1.0.60 10.60.0.1 10.61.0.1 10.0.0.60; sends; forwards; } >"$work/questions"
sysctls=(arp_ignore arp_announce arp_filter proxy_arp proxy_arp_pvlan drop_gratuitous_arp)
everywhere=("${devices[@]}" all default dummy0 lo)

plain() {
	local key
	for key in "${sysctls[@]}"; do conf "$key=0" "${everywhere[@]}"; done
}

# Sets sysctls, "KEY=VALUE DEV…" each; compares.
imported() {	# DESC SYSCTLS…
	local desc=$1 set
	shift
	plain
	answers none
	for set; do
		read -ra set <<<"$set"
		conf "${set[@]}"
	done
	answers stock
	differ none stock "$desc makes a difference"
	ctl host import sysctl >"$work/policy" || not_ok "import: status $?"
	plain
	must ctl host restore "$work/policy"
	answers policy
	same stock policy "$desc: imported, and the sysctls gone"
	must ctl host flush
}

must load_module
plain
is "$(ctl host import sysctl | grep -v '^#')" "" "sysctls at their defaults: no policy"
imported "arp_ignore and arp_announce of all" "arp_ignore=1 all" "arp_announce=2 all"
imported "levels of single devices" "arp_ignore=1 eth0" "arp_ignore=2 eth1" "arp_ignore=3 eth2" \
	"arp_ignore=8 eth4" "arp_announce=1 eth0" "arp_announce=2 eth1"
imported "the greater of the levels of all and of the device" "arp_ignore=2 all" "arp_ignore=1 eth0" "arp_ignore=8 eth1" \
	"arp_announce=1 all" "arp_announce=2 eth2"
imported "undefined levels" "arp_ignore=5 all" "arp_ignore=2 eth0" "arp_ignore=8 eth1" \
	"arp_announce=7 eth0"
imported "arp_filter" "arp_filter=1 eth0 eth2"
imported "proxy_arp" "proxy_arp=1 eth0 eth1"
imported "proxy_arp of all" "proxy_arp=1 all" "proxy_arp_pvlan=1 eth1"
imported "drop_gratuitous_arp" "drop_gratuitous_arp=1 eth0" "arp_ignore=1 eth1"

# Its output.
plain
conf arp_ignore=1 all
conf proxy_arp=1 eth1
neigh proxy_delay=80 eth1
ctl host import sysctl >"$work/policy"
like "$(<"$work/policy")" $'(^|\n)dev set all ignore device(\n|$)' "conf/all becomes selector all"
like "$(<"$work/policy")" $'(^|\n)dev set eth1 proxy route proxy-delay 800(\n|$)' \
	"conf/eth1 becomes selector eth1, with the delay of proxied answers"
neigh proxy_delay=0 eth1
conf arp_accept=1 eth0
conf medium_id=3 eth0
ctl host import sysctl >"$work/policy"
like "$(<"$work/policy")" $'#[^\n]*arp_accept' "sysctls that policy cannot express are named"
like "$(<"$work/policy")" $'#[^\n]*medium_id' "each sysctl that policy cannot express is named"
conf arp_accept=0 eth0
conf medium_id=0 eth0
must ctl host restore "$work/policy"
run_ok "diff finds no difference after its output is restored" ctl host diff "$work/policy"
must ctl host flush
