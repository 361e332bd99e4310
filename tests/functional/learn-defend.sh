#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Protection that needs no bindings: learn, garp, defend.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 48

host victim peer attacker
segment lan victim:eth0 victim:eth1 peer:eth0 attacker:eth0
addr victim eth0 10.0.0.1/24 10.0.0.11/24
addr victim eth1 10.1.0.1/24
addr peer eth0 10.0.0.2/24
addr attacker eth0 10.0.0.3/24
victim=$(mac victim eth0)
peer=$(mac peer eth0)
attacker=$(mac attacker eth0)
# Without locktime, the last packet always updates the neighbour entry. Failure is quick.
for name in victim peer; do
	set_sysctl $name net.ipv4.neigh.eth0.locktime=0 \
		net.ipv4.neigh.eth0.retrans_time_ms=200
done
# Two devices in one segment, each answering for itself.
set_sysctl victim net.ipv4.conf.all.arp_ignore=1

policy() { must ctl victim "$@"; }

# When the fence answers, the attacker's packet was processed.
inject() {	# request|reply SENDER TARGET [FRAME OPTION…]
	local op=$1 sender=$2 target=$3
	shift 3
	arpq attacker ask eth0 "$target" op "$op" sender "$sender" fence "$FENCE" "$@" >/dev/null
	[ $? != 2 ] || must false
}

# The count of a reason since the reset, or "0".
count_of() {	# REASON [DEV]
	ctl victim -j stats show "${2-eth0}" | jq ".[].reasons[\"$1\"] // 0"
}

# Unsolicited replies

# The victim's entry after an unsolicited reply, starting from this state.
after_reply() {	# STATE
	must ip -n victim neigh replace 10.0.0.2 lladdr "$peer" dev eth0 nud "$1"
	inject reply 10.0.0.2 10.0.0.1 dst "$victim" tha "$victim"
	neigh_mac victim 10.0.0.2 eth0
}

# The peer would soon probe the victim, which would learn it again.
resolves() {
	in_host victim ping -q -c 1 -W 5 10.0.0.2 && ip -n peer neigh flush dev eth0
}
forget() { must ip -n victim neigh flush dev eth0; }

is "$(after_reply reachable)" "$attacker" "stock: an unsolicited reply changes a reachable neighbour"
is "$(after_reply stale)" "$attacker" "stock: an unsolicited reply changes a stale neighbour"

must load_module
policy dev set eth0 learn solicited
is "$(after_reply reachable)" "$peer" "solicited: it does not change a reachable one"
is "$(after_reply stale)" "$peer" "solicited: it does not change a stale one"
is "$(count_of unsolicited)" 2 "solicited: both are counted as unsolicited"
forget
run_ok "a solicited reply creates a neighbour" resolves
is "$(neigh_mac victim 10.0.0.2 eth0)" "$peer" "the neighbour has the peer's MAC"
must ip -n victim neigh replace 10.0.0.2 lladdr "$peer" dev eth0 nud probe
reachable() { [[ $(ip -n victim neigh show 10.0.0.2) == *REACHABLE* ]]; }
run_ok "a solicited reply confirms a neighbour that is being probed" poll 10 reachable
is "$(count_of unsolicited)" 2 "solicited replies are not counted"

policy dev set eth0 learn none
forget
fails_with 1 '' "none: a reply creates no neighbour" resolves
must ip -n victim neigh replace 10.0.0.2 lladdr "$peer" dev eth0 nud permanent
run_ok "static entries still work" resolves
must ip -n victim neigh del 10.0.0.2 dev eth0
policy dev set eth0 learn any
is "$(after_reply reachable)" "$attacker" "any: an unsolicited reply changes a neighbour, as in stock"
policy dev set eth0 learn solicited
policy flush
is "$(after_reply reachable)" "$attacker" "flush: stock again"
forget

# Gratuitous ARP

# The neighbours that a gratuitous request and reply create.
garp() {
	inject request 10.0.0.50 10.0.0.50
	inject reply 10.0.0.51 10.0.0.51 tha "$attacker"
	echo "$(neigh_mac victim 10.0.0.50 eth0) $(neigh_mac victim 10.0.0.51 eth0)"
	forget
}

set_sysctl victim net.ipv4.conf.eth0.arp_accept=1
is "$(garp)" "$attacker $attacker" "stock: gratuitous ARP creates neighbours with arp_accept"
policy dev set eth0 garp drop
is "$(garp)" " " "garp drop: it creates none"
is "$(count_of gratuitous)" 2 "garp drop: both are counted as gratuitous"
policy flush
set_sysctl victim net.ipv4.conf.eth0.drop_gratuitous_arp=1
is "$(garp)" " " "stock: it creates none with drop_gratuitous_arp"
policy dev set eth0 garp accept
is "$(garp)" "$attacker $attacker" "garp accept: it creates neighbours in spite of drop_gratuitous_arp"
# For a probe of 0.0.0.0 there is a neighbour entry only if one was added.
must ip -n victim neigh replace 0.0.0.0 lladdr "$peer" dev eth0 nud stale
inject request 0.0.0.0 0.0.0.0
like "$(ip -n victim neigh show dev eth0)" "^(.*"$'\n'")?0\.0\.0\.0 lladdr $peer" \
	"garp accept: nothing is learned for 0.0.0.0"
forget
# A claim of an own address is answered if accept_local lets it in.
set_sysctl victim net.ipv4.conf.all.accept_local=1
is "$(asks attacker eth0 10.0.0.1 10.0.0.1)" "$victim" "garp accept: a claim of an own address is answered"
set_sysctl victim net.ipv4.conf.all.accept_local=0
forget
policy flush
is "$(garp)" " " "flush: stock again"
set_sysctl victim net.ipv4.conf.all.accept_local=1 net.ipv4.conf.eth0.drop_gratuitous_arp=0
is "$(asks attacker eth0 10.0.0.1 10.0.0.1)" "$victim" "stock: a claim of an own address is answered without drop_gratuitous_arp"
set_sysctl victim net.ipv4.conf.all.accept_local=0
forget
set_sysctl victim net.ipv4.conf.eth0.arp_accept=0 net.ipv4.conf.eth0.drop_gratuitous_arp=0

# Another host claims an own address

claims() { inject request "$1" "$1"; }	# ADDRESS

# What the victim sends while CMD runs.
defence() {	# CMD…
	hears victim eth0 timeout 300 -- "$BASH" -c "$*" | grep ' sender 10\.0\.0\.[0-9]* '"$victim" |
		sed -n 's/^out \([a-z]*\) sender \([^ ]*\) .* target \([^ ]*\) .* > /\1 \2 \3 /p'
}

export FENCE ARPQ
# In the victim's namespace already: the attacker's is entered from there.
claim() {	# ADDRESS [OP]
	echo "nsenter --net=/run/netns/attacker \$ARPQ ask eth0 ${3-$1} sender $1 op ${2-request} fence \$FENCE; true"
}
restore_peer() { must ip -n peer neigh replace 10.0.0.1 lladdr "$victim" dev eth0 nud stale; }

restore_peer
is "$(defence "$(claim 10.0.0.1)")" "" "stock: a host does not react when its address is claimed"
is "$(neigh_mac peer 10.0.0.1 eth0)" "$attacker" "stock: the peer learns the claimant's MAC"

restore_peer
policy dev set eth0 defend on
is "$(defence "$(claim 10.0.0.1)")" \
	"request 10.0.0.1 10.0.0.1 ff:ff:ff:ff:ff:ff" "defend: it announces its address once"
is "$(neigh_mac peer 10.0.0.1 eth0)" "$victim" "defend: the peer has the right MAC again"
is "$(count_of conflict)" 1 "defend: the claim is counted as a conflict"
is "$(defence "$(claim 10.0.0.11);$(claim 10.0.0.11);$(claim 10.0.0.11 reply);$(claim 10.0.0.11 request 10.0.0.2);$(claim 10.0.0.11 reply 10.0.0.2)")" \
	"request 10.0.0.11 10.0.0.11 ff:ff:ff:ff:ff:ff" \
	"another address, claimed five times in all ways: announced once"
is "$(count_of conflict)" 6 "each claim is counted"
is "$(asks attacker eth0 10.0.0.1 0.0.0.0)" "$victim" "a probe is no claim and is answered"

# Dropped even if the kernel accepts packets from its own addresses.
set_sysctl victim net.ipv4.conf.eth0.accept_local=1 net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.eth0.rp_filter=0
is "$(asks attacker eth0 10.0.0.11 10.0.0.1)" silence "defend: a claim is dropped"
# On a slow machine, this last claim may have been defended, too.
began=$SECONDS
policy dev set eth0 mode audit
is "$(asks attacker eth0 10.0.0.11 10.0.0.1)" "$victim" "audit: the kernel answers it as without policy"
policy dev unset eth0 mode
set_sysctl victim net.ipv4.conf.eth0.accept_local=0
policy stats reset

# What is not a conflict

policy rule add proxy 10.0.0.77 dev eth0
is "$(asks attacker eth0 10.0.0.77)" "$victim" "an address of a proxy rule is answered"
claims 10.0.0.77
is "$(count_of conflict)" 0 "a claim of it by another host is no conflict"

# An LVS real server has its director's address on lo.
addr victim lo 10.0.0.100/32
set_sysctl victim net.ipv4.conf.all.arp_ignore=0
claims 10.0.0.100
is "$(count_of conflict)" 1 "an address on lo is defended"
policy dev set lo hidden on
claims 10.0.0.100
is "$(count_of conflict)" 1 "an address on lo is not defended if it is hidden"
policy dev unset lo hidden
claims 10.0.0.100
is "$(count_of conflict)" 2 "it is defended again without hidden"
policy rule add hide 10.0.0.100 dev eth0
claims 10.0.0.100
is "$(count_of conflict)" 2 "an address on lo is not defended if a rule hides it"
policy rule del hide 10.0.0.100 dev eth0
policy dev set eth0 ignore device
claims 10.0.0.100
is "$(count_of conflict)" 2 "an address on lo is not defended if ignore leaves it unanswered"
policy dev unset eth0 ignore
must ip -n victim addr del 10.0.0.100/32 dev lo

# The host receives its own packets on its other device.
policy dev set eth1 defend on
policy stats reset
must in_host victim arping -q -c 1 -U -I eth0 10.0.0.1 >/dev/null
heard() { [ "$(ctl victim -j stats show eth1 | jq '.[].in')" -gt 0 ]; }
run_ok "the host's own announcement arrives on its other device" poll 5 heard
is "$(count_of conflict eth1)" 0 "the host's own announcement is no conflict"
claims 10.0.0.11
is "$(count_of conflict eth1)" 1 "another host's claim is a conflict there"
policy dev unset eth1

elapsed() { [ $((SECONDS - began)) -ge 11 ]; }
must poll 20 elapsed
is "$(defence "$(claim 10.0.0.1 reply)")" "request 10.0.0.1 10.0.0.1 ff:ff:ff:ff:ff:ff" \
	"after ten seconds the address is defended again"

# A request for another host that policy accepts: the module consumes it, and does what the
# kernel would have done.

policy flush
policy dev set lo hidden on
must ip -n victim neigh replace 10.0.0.50 lladdr 02:00:00:00:00:50 nud stale dev eth0
inject request 10.0.0.50 10.0.0.99
is "$(neigh_mac victim 10.0.0.50 eth0)" "$attacker" "a request for another host updates its sender's entry"
inject request 10.0.0.51 10.0.0.99
is "$(neigh_mac victim 10.0.0.51 eth0)" "" "a request for another host creates no entry"
is "$(ctl victim -j explain request 10.0.0.99 from 10.0.0.50 dev eth0 |
	jq -r '"\(.verdict) \(.reason) \(.answered)"')" "accept pass false" \
	"explain: accepted, and not answered"
set_sysctl victim net.ipv4.conf.eth0.log_martians=1
inject request 127.0.0.5 10.0.0.99
is "$(dmesg | grep -c 'martian source 10.0.0.99 from 127.0.0.5')" 1 \
	"log_martians: a martian sender is logged, once"
must ip -n victim neigh del 10.0.0.50 dev eth0

policy flush
restore_peer
is "$(defence "$(claim 10.0.0.11)")" "" "flush: stock again"
