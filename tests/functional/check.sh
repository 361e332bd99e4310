#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check finds misconfigurations, and the fix that it prints works.
#
# Each finding is provoked, then fixed by the line that check prints, run in a shell
# outside the namespace; then the finding is gone. A correct setup has no findings.
# lab: timeout 400
# lab: takes 90
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 183

# Modules loaded by this test, unless they were loaded before.
loaded=()
load() {	# MODULE…
	local module
	for module; do
		[ ! -e "/sys/module/$module" ] || continue
		must modprobe "$module"
		loaded=("$module" "${loaded[@]}")
	done
}

limits=()	# of the neighbour table, which are the machine's
leave_check() {
	local module
	[ ${#limits[@]} = 0 ] || sysctl -q -w "${limits[@]}"
	for module in "${namespaces[@]}"; do ip netns del "$module"; done
	namespaces=()
	for module in "${loaded[@]}"; do rmmod "$module" 2>/dev/null; done
	return 0
}
at_exit leave_check
scratch

# shellcheck source-path=SCRIPTDIR source=check.inc
. "$(dirname "$0")/check.inc"

# Of alice: "ID DEV SEVERITY" of each finding.
found() { findings alice | cut -f 1 | sort; }

clean() {	# DESC
	is "$(found)" "" "clean: $1"
}

# Exactly this is found, and fixed by the command that check prints. Sets "cure".
cures() {	# "ID DEV SEVERITY" DESC
	local id dev finding command got=()
	read -r id dev _ <<<"$1"
	cure=''
	while IFS=$'\t' read -r finding command _; do
		[ "$finding" != "$1" ] || got+=("$finding")
		[ "$cure" ] || [[ $finding != "$id $dev "* ]] || cure=$command
	done < <(findings alice)
	is "${got[*]}" "$1" "$2: found"
	bash -c "$cure" >/dev/null || diag "the cure fails: $cure"
	is "$(found | grep -F "$id $dev ")" "" "$2: cured"
}

# Findings that stay during a test are ignored.
alice() { must ip -n alice "$@"; }
policy() { must ctl alice "$@"; }

# A plain host: a card, docker's bridge with a container, lo.
host alice bob pod
segment lan alice:eth0 bob:eth0
addr alice eth0 10.0.0.1/24
addr bob eth0 10.0.0.2/24
alice link add name docker0 up type bridge
addr alice docker0 172.17.0.1/16
link alice:veth0 pod:eth0
alice link set veth0 master docker0
addr pod eth0 172.17.0.2/16
in_host alice ping -q -c 1 -W 5 10.0.0.2 >/dev/null

fails_with 0 '^nothing found; the module is not loaded, so there is no policy$' "a plain host is clean" arpctl -n alice check
fails_with 0 '^\[\]$' "in JSON as well" arpctl -n alice -j check
is "$(module_loaded && echo loaded)" "" "check has not loaded the module"
run_ok "check has not loaded nftables" [ ! -e /sys/module/nf_tables ]
must load_module
clean "with the module, and without policy"
policy dev set all ignore any
policy dev set eth0 learn solicited
clean "with harmless policy"
policy flush

# No findings.
addr alice lo 10.9.9.9/32 169.254.20.10/32
clean "an address on lo outside all subnets"
alice addr flush dev lo scope global
link alice:cali0 pod:eth1
link alice:cali1 pod:eth2
addr alice cali0 10.77.0.1/32
addr alice cali1 10.77.0.1/32
clean "an address borrowed by unnumbered devices"
alice link add name blue up type vrf table 10
alice link add name blue0 up address 02:00:00:00:99:01 type dummy
alice link set blue0 arp on master blue
addr alice blue0 10.0.0.1/24
clean "the same subnet in a VRF"
alice link del blue0
alice link del blue

# duplicate
segment lan alice:eth1
both="$(mac alice eth0) $(mac alice eth1)"
addr alice eth1 10.0.0.1/24
cures "duplicate eth1 error" "one address on two devices"
is "$(ip -n alice -j addr show | jq -r '.[] | select(any(.addr_info[]; .local == "10.0.0.1")) | .ifname')" \
	eth0 "the address stays on the first device"
clean "only one finding is left"
addr alice veth0 172.17.0.1/16
cures "duplicate veth0 error" "an address on a bridge and its port"

# flux
addr alice eth1 10.0.0.3/24
is "$(found)" "flux eth0 warning
flux eth1 warning" "two cards in one subnet answer for each other"
set_sysctl alice net.ipv4.conf.{eth0,eth1}.arp_ignore=1
clean "two cards in one subnet, with arp_ignore=1"
set_sysctl alice net.ipv4.conf.{eth0,eth1}.arp_ignore=0 net.ipv4.conf.all.arp_filter=1
is "$(found)" "flux eth0 warning
silence eth1 error" "arp_filter is no cure: the one with the route back answers for both"
set_sysctl alice net.ipv4.conf.all.arp_filter=0
policy dev set 'eth*' filter on
is "$(found)" "flux eth0 warning
silence eth1 error" "filter is no cure either"
policy dev set 'eth*' filter off
policy rule add hide 10.0.0.1 dev eth1
policy rule add drop 10.0.0.0/24
policy rule add pass 10.0.0.1 dev eth0
policy rule add pass 10.0.0.3 dev eth1
clean "two cards in one subnet, with rules"
policy rule flush
policy dev set eth0 ignore any
set_sysctl alice net.ipv4.conf.all.arp_ignore=1
is "$(found)" "flux eth0 warning" "policy that is looser than arp_ignore counts"
set_sysctl alice net.ipv4.conf.all.arp_ignore=0
# With rp_filter, one of the two answers.
set_sysctl alice net.ipv4.conf.{all,eth0,eth1}.rp_filter=0
is "$(asks bob eth0 10.0.0.1)" "$both" "both cards answer bob"
cures "flux eth1 warning" "two cards in one subnet, the second"
is "$(asks bob eth0 10.0.0.1)" "$(mac alice eth0)" "only the right card answers bob"
like "$cure" '^arpctl -n alice dev set eth1 ignore device announce best$' "the fix is for alice"
cures "flux eth0 warning" "two cards in one subnet, the first, against its own policy"
clean "both cards after their cures"
policy dev set 'eth*' mode audit
is "$(found | grep flux)" "flux eth0 warning
flux eth1 warning" "a field in audit mode does not count"
cures "flux eth0 warning" "audited, the first"
cures "flux eth1 warning" "audited, the second"
policy dev set all mode audit
cures "flux eth1 warning" "audited by all"
policy flush
alice addr del 10.0.0.3/24 dev eth1

# vip
addr alice lo 10.0.0.100/32 10.0.0.101/32
is "$(asks bob eth0 10.0.0.100)" "$both" "alice answers for her VIP"
like "$(arpctl -n alice check)" 'eth0 answers for 10\.0\.0\.100 and 1 more' "both addresses are named"
policy rule add hide 10.0.0.100/31
clean "a rule that hides them"
policy rule flush
policy dev set eth0 ignore device
clean "ignore device"
policy dev unset eth0
cures "vip lo warning" "VIPs on lo"
is "$(asks bob eth0 10.0.0.100)" silence "alice does not answer for her VIP"
policy dev set eth0 mode audit
cures "vip lo warning" "hidden, but audited"
policy flush
alice addr flush dev lo scope global

alice link add name kube-ipvs0 type dummy
addr alice kube-ipvs0 10.96.0.1/32
is "$(asks bob eth0 10.96.0.1)" "$both" "a service's address is answered for"
cures "vip kube-ipvs0 warning" "kube-ipvs0"
is "$(asks bob eth0 10.96.0.1)" silence "a service's address is no longer answered for"
alice link del kube-ipvs0
policy flush

alice link add name "d'\$x" up type dummy
addr alice "d'\$x" 10.0.0.102/32
cures "vip d'\$x warning" "a device with an odd name"
alice link del "d'\$x"
policy flush

alice route add 192.0.2.0/24 dev eth0
addr alice lo 192.0.2.7/32
cures "vip lo warning" "a VIP in a subnet known only from a route"
alice addr flush dev lo scope global
alice route del 192.0.2.0/24 dev eth0
policy flush

# veth-local
link alice:va alice:vb
addr alice va 10.5.0.1/24
addr alice vb 10.5.0.2/24
set_sysctl alice net.ipv4.conf.{va,vb}.rp_filter=1
is "$(found)" "veth-local va warning
veth-local vb warning" "both ends of a veth pair here, and no other finding"
fails_with 1 '100% packet loss' "ping between the two ends fails" in_host alice ping -q -c 1 -W 1 -I va 10.5.0.2
cures "veth-local va warning" "one end"
cures "veth-local vb warning" "the other"
alice neigh flush all
run_ok "ping between the two ends succeeds" in_host alice ping -q -c 1 -W 5 -I va 10.5.0.2
clean "the veth pair"
alice link del va

# proxy-forwarding
set_sysctl alice net.ipv4.ip_forward=0
policy dev set eth0 proxy route
cures "proxy-forwarding eth0 error" "proxy without forwarding"
is "$cure" "ip netns exec alice sysctl -w net.ipv4.conf.eth0.forwarding=1" "the cure enables forwarding on that device only"
set_sysctl alice net.ipv4.ip_forward=1 net.ipv4.conf.eth0.forwarding=0
cures "proxy-forwarding eth0 error" "forwarding, but not on that device"
policy flush
set_sysctl alice net.ipv4.ip_forward=0 net.ipv4.conf.eth0.proxy_arp=1
cures "proxy-forwarding eth0 error" "proxy_arp without forwarding"
set_sysctl alice net.ipv4.ip_forward=0 net.ipv4.conf.eth0.forwarding=0
policy dev set eth0 proxy off
clean "proxy off, in spite of proxy_arp"
policy flush
set_sysctl alice net.ipv4.conf.eth0.proxy_arp=0
policy rule add proxy 10.8.0.0/16 dev 'eth*' routed
is "$(found)" "proxy-forwarding eth0 error
proxy-forwarding eth1 error" "a routed rule without forwarding"
cures "proxy-forwarding eth1 error" "a routed rule"
cures "proxy-forwarding eth0 error" "on the other device as well"
clean "a routed rule with forwarding on both devices"
policy rule flush
policy rule add proxy 10.8.0.0/16
set_sysctl alice net.ipv4.ip_forward=0
clean "a proxy rule that needs no forwarding"
policy rule flush

# proxy-onlink
policy rule add proxy 10.0.0.64/26
clean "a proxy rule for some of a subnet"
is "$(asks bob eth0 10.0.0.9)" silence "nobody answers for 10.0.0.9"
policy rule add proxy 10.0.0.0/16
is "$(asks bob eth0 10.0.0.9)" "$both" "alice answers for it"
cures "proxy-onlink eth0 warning" "a proxy rule for a whole subnet"
policy rule del proxy 10.0.0.0/16
policy rule del pass 10.0.0.0/24 dev eth0
policy rule add proxy 10.0.0.0/24 dev eth0
cures "proxy-onlink eth0 warning" "a proxy rule for exactly this subnet and device"
policy rule flush

# unmatched
policy dev set 'cat*' ignore device
policy dev set 'cal*' ignore device
policy bind add 10.0.0.7 lladdr 02:00:00:00:00:07 dev 'cat*'
policy rule add drop 10.3.0.0/16 dev "it's"
policy rule add drop 10.4.0.0/16 from dev 'vm[0-9]'
policy rule add hide 10.4.0.0/16 dev 'vm[0-9]'
is "$(found)" "unmatched cat* note
unmatched cat* note
unmatched it's note
unmatched vm[0-9] note" "selectors without a device"
fails_with 0 '^nothing found$' "severity warning hides notes" arpctl -n alice check severity warning
cures "unmatched vm[0-9] note" "rules of a glob"
is "$(ctl alice rule show)" "drop 10.3.0.0/16 dev it's" "the rules of other selectors stay"
bash -c "$(arpctl -n alice -j check | jq -r '.[] | select(.dev == "cat*") | .cure')" >/dev/null
is "$(ctl alice dev show | wc -l)$(ctl alice bind show)" 1 "fields and bindings of one selector are fixed"
policy flush

# A fix changes one thing only, whatever its name is.
# shellcheck disable=SC2016 # what a shell would run
odd=('$(no)' '$(id>x)')
policy flush
policy rule add hide 10.9.9.9 dev 'no\*'
policy rule add hide 10.9.9.9 dev 'no*'
policy rule add pass 10.9.9.8 dev 'no*'
policy bind add 10.9.9.9 lladdr 02:00:00:00:00:07 dev -- -no
policy bind add 10.9.9.9 lladdr 02:00:00:00:00:07 dev "${odd[0]}"
cures 'unmatched no\* note' "rules of a selector that is no glob because of its backslash"
is "$(ctl alice rule show | cut -d ' ' -f 4 | sort -u) $(ctl alice rule show | wc -l)" 'no* 2' \
	"the rules of the glob stay"
cures 'unmatched no* note' "rules of the glob"
cures 'unmatched -no note' "a name that looks like an option"
cures "unmatched ${odd[0]} note" "a name that a shell would run"
is "$(ctl alice save | grep -cv '^#')" 0 "after these fixes no policy is left"
alice link add name aXb up type dummy
for dev in 'a*b' -j help '[a]' 'a\b' "${odd[1]}" 'q"'; do
	selector=${dev//\\/\\\\}
	selector=${selector//\[/\\[}
	alice link add name "$dev" up type dummy
	addr alice "$dev" 10.0.0.102/32
	cures "vip $dev warning" "a device that is called $dev"
	is "$(ctl alice -j dev show | jq length) $(ctl alice dev effective -- "$dev" | sed '1d; / sysctl /d' | tr -s ' ')" \
		"1  hidden on from ${selector//\*/\\*}" "$dev: the fix sets hidden on this device"
	is "$(ctl alice dev effective aXb | head -n 1 | cut -d ' ' -f 4)" unmanaged "$dev: the fix changes no other device"
	alice link del dev "$dev"
	policy flush
done
alice link del aXb
alice link add name $'c\xc2\x9b' up type dummy
addr alice $'c\xc2\x9b' 10.0.0.102/32
is "$(arpctl -n alice check | sed -n 's/^ *cure: *//p')" "arpctl -n alice dev set \$'c\\302\\233' hidden on" \
	"a fix is printed as it can be typed in a shell"
bash -c "$(arpctl -n alice check | sed -n 's/^ *cure: *//p')"
clean "the printed fix was run"
alice link del $'c\xc2\x9b'
policy flush
link alice:a=b alice:b.c
addr alice a=b 10.5.0.1/24
addr alice b.c 10.5.0.2/24
set_sysctl alice net.ipv4.conf.b/c.rp_filter=1
in_host alice sh -c 'echo 1 >/proc/sys/net/ipv4/conf/a=b/rp_filter'
cures "veth-local a=b warning" "a name that sysctl takes for a setting"
cures "veth-local b.c warning" "a name that sysctl takes for two levels"
alice link del a=b

# no-arp
policy dev set lo ignore device announce best hidden off
cures "no-arp lo note" "fields on lo"
is "$(ctl alice dev show)" "lo  hidden off" "hidden is not one of these fields"
policy flush
policy rule add hide 10.3.0.0/16 dev veth0
policy dev set veth0 ignore device
policy dev set 'veth*' ignore device
is "$(found)" "no-arp veth0 note
no-arp veth0 note" "fields and rules of a bridge's port"
bash -c "$(arpctl -n alice -j check | jq -r '.[] | .cure')"
clean "a port's own fields and rules are deleted, the glob's stay"
policy flush
policy dev set veth0 trust off inspect enforce ignore device
policy rule add drop 10.3.0.0/16 dev veth0
is "$(found)" "no-arp veth0 note" "a port with trust off: only the field without effect there is found"
policy flush
alice link add name small up type dummy
alice link set small arp on mtu 67
policy dev set small ignore device
cures "no-arp small note" "a device without IPv4"
alice link del small
policy flush

# binding
alice neigh replace 10.0.0.2 lladdr 02:00:00:00:01:00 dev eth0 nud stale
policy bind add 10.0.0.2 lladdr 02:00:00:00:01:00
clean "a neighbour that matches its binding"
policy bind add 10.0.0.2 lladdr 02:00:00:00:00:66 dev eth0
cures "binding eth0 note" "a neighbour that is bound to another MAC"
alice neigh replace 10.0.0.2 lladdr 02:00:00:00:01:00 dev eth0 nud stale
policy dev set eth0 inspect enforce
cures "binding eth0 warning" "the same with inspect"
policy flush

# lo-sysctl
set_sysctl alice net.ipv4.conf.lo.arp_ignore=1 net.ipv4.conf.all.arp_ignore=1
clean "arp_ignore on lo and all"
set_sysctl alice net.ipv4.conf.all.arp_ignore=0
cures "lo-sysctl lo warning" "arp_ignore on lo alone"
set_sysctl alice net.ipv4.conf.lo.arp_ignore=0 net.ipv4.conf.lo.arp_announce=2
policy flush
cures "lo-sysctl lo warning" "arp_announce on lo alone"
set_sysctl alice net.ipv4.conf.lo.arp_announce=0
policy flush

# neighbours: the limits are global to the machine.
for n in 2 3; do
	limits+=("net.ipv4.neigh.default.gc_thresh$n=$(sysctl -n net.ipv4.neigh.default.gc_thresh$n)")
done
for n in {3..62}; do echo "neigh add 10.0.0.$n lladdr 02:00:00:00:01:00 dev eth0 nud reachable"; done |
	ip -n alice -batch -
clean "60 neighbours"
must sysctl -q -w net.ipv4.neigh.default.gc_thresh2=60
is "$(found)" "neighbours - warning" "near gc_thresh2"
must sysctl -q -w net.ipv4.neigh.default.gc_thresh3=64
cures "neighbours - error" "near gc_thresh3"
alice neigh flush all
sysctl -q -w "${limits[@]}"

# firewall, bridge-nf
load nf_tables arp_tables arptable_filter br_netfilter
must in_host alice nft 'add table arp t; add chain arp t rx { type filter hook input priority 0; }'
must in_host alice nft 'add chain arp t other; add rule arp t other drop'
must in_host alice arptables-legacy -L >/dev/null
clean "chains without a rule, and br_netfilter"
must in_host alice nft 'add rule arp t rx arp operation request accept'
cures "firewall - note" "a rule of nftables'"
must in_host alice nft 'add chain arp t tx { type filter hook output priority 0; policy drop; }'
cures "firewall - note" "a policy of nftables'"
must in_host alice nft -j '{"nftables": [{"add": {"table": {"family": "arp", "name": "t; flush ruleset"}}},
	{"add": {"chain": {"family": "arp", "table": "t; flush ruleset", "name": "c", "type": "filter",
	"hook": "input", "prio": 0, "policy": "drop"}}}]}'
is "$(arpctl -n alice -j check | jq -r '.[] | select(.id == "firewall") | .cure')" \
	"ip netns exec alice nft list ruleset arp" "a table whose name nft would take for a command"
must in_host alice nft -j '{"nftables": [{"delete": {"table": {"family": "arp", "name": "t; flush ruleset"}}}]}'
must in_host alice arptables-legacy -A INPUT -s 10.0.0.7 -j DROP
cures "firewall - note" "a rule of arptables'"
must in_host alice arptables-legacy -P OUTPUT DROP
cures "firewall - note" "a policy of arptables'"
must in_host alice arptables-legacy -A FORWARD -s 10.0.0.7 -j DROP
set_sysctl alice net.bridge.bridge-nf-call-arptables=1
cures "bridge-nf docker0 note" "netfilter rules on bridged ARP"
alice link set dev docker0 type bridge nf_call_arptables 1
cures "bridge-nf docker0 note" "enabled on the bridge itself"

# Output.
addr alice eth1 10.0.0.1/24
addr alice lo 10.0.0.100/32
policy dev set nowhere ignore device
fails_with 1 . "findings give status 1" arpctl -n alice check
is "$(arpctl -n alice check | awk '!/cure:/ { print $1, $2, $3 }')" \
	"$(arpctl -n alice -j check | jq -r '.[] | "\(.id) \(.severity) \(.dev)"')" \
	"text and JSON agree"
is "$(arpctl -n alice -j check | jq -r '.[].severity' | paste -sd ' ')" "error warning note" \
	"the most severe comes first"
is "$(arpctl -n alice -j check severity warning | jq -r '.[].severity' | paste -sd ' ')" "error warning" \
	"severity leaves out less severe findings"
is "$(arpctl -n alice check severity error | awk '!/cure:/ { print $2 }')" error "errors alone"
fails_with 1 . "errors alone give status 1" arpctl -n alice check severity error
like "$(arpctl -n alice -c check)" $'\e\\[1;31merror.*\e\\[33mwarning.*\e\\[2mnote' "severities have colours"
if command -v script >/dev/null; then
	script -qec "stty cols 60; arpctl -n alice -cnever check" /dev/null </dev/null | tr -d '\r' >"$dir/narrow"
	is "$(grep -v cure: "$dir/narrow" | awk 'length > 60' | wc -l) $(tr -s ' \n' ' ' <"$dir/narrow")" \
		"0 $(arpctl -n alice check | tr -s ' \n' ' ')" "no word is broken at the terminal's edge"
else
	skip "no word is broken at the terminal's edge" "no script"
fi
is "$(arpctl -n alice -j check | jq -c 'map(keys_unsorted, map(type)) | unique')" \
	'[["id","severity","dev","what","cure"],["string","string","string","string","string"]]' \
	"the members of a finding"
is "$(in_host alice arpctl -j check | jq -r '.[0].cure')" "ip addr del 10.0.0.1/24 dev eth1" \
	"a fix within the namespace has no prefix"
is "$(arpctl -n /run/netns/alice -j check | jq -r '.[0].cure')" \
	"nsenter --net=/run/netns/alice ip addr del 10.0.0.1/24 dev eth1" "a fix for a namespace given by path"
is "$(printf 'stats show\ncheck\n' | arpctl -n alice -j -b - | jq -r '.[0].cure // empty')" \
	"ip netns exec alice ip addr del 10.0.0.1/24 dev eth1" "a fix after another command of a batch"
must unload_module
is "$(found)" "duplicate eth1 error
vip lo warning" "without the module, there is no policy"
is "$(module_loaded && echo loaded)" "" "check has not loaded the module again"
