#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# explain predicts what happens on the wire: the same packets are explained, then sent.
# lab: timeout 400
# lab: takes 80
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
command -v jq >/dev/null || plan skip "no jq"

rich_host
run_command sysctl net/ipv4/ip_forward 1
conf proxy_arp=1 eth1
must ip -n host neigh add proxy 10.61.0.1 dev eth0
must load_module

# What the wire shows of a request: the MAC that answers, or silence.
# Of a route with two ways, the kernel takes one by a hash of bytes where an IP
# header would be, and in ARP those are of the sender's MAC as well.
requests "${own[@]}" "${others[@]}" "${odd[@]}" | grep -v ' known \| 10\.62\.0\.1 ' >"$work/requests"
sends | grep -v ' any ' >"$work/sends"

# Explains each request among the questions and prints what the wire would show.
explained_requests() {
	local dev target sender rest kind words
	while read -r _ dev target sender rest; do
		[ "$sender" != target ] || sender=$target
		kind=request words=''
		case $rest in *reply*) kind=reply ;; *unicast*) words=unicast ;; esac
		# Without lladdr, explain would choose the MAC that one of the policies binds.
		[ "$sender $dev" != "10.0.0.50 eth2" ] || words+=' lladdr 02:00:5e:98:00:02'
		echo "explain $kind $target from $sender dev $dev $words"
	done <"$work/requests" >"$work/batch"
	in_host host "$ARPCTL" -j -b "$work/batch" >"$work/explained" || return
	jq -r 'if .answered then .lladdr else "silence" end' "$work/explained"
}

# The same for requests that are sent. The neighbour table shows who asked for which
# address, even if the request was not sent.
explained_sends() {	# NAME
	awk -F ' [|] ' '{
		split($1, q, " "); n = split($3, e, " ")
		if (n == 4) print "explain send " e[1] " from " q[2] " dev " e[2]
	}' "$work/$1" >"$work/batch"
	in_host host "$ARPCTL" -j -b "$work/batch" >"$work/explained" || return
	jq -r 'if .answered then .sender else "silence" end' "$work/explained"
}

# What the wire showed for sends that left a neighbour entry.
seen_sends() {	# NAME
	awk -F ' [|] ' '{
		n = split($3, e, " ")
		if (n != 4) next
		if (match($2, /request sender [0-9.]+/)) print substr($2, RSTART + 15, RLENGTH - 15)
		else print "silence"
	}' "$work/$1"
}

cases=0
agree() {	# DESC
	local n
	cp "$work/requests" "$work/questions"
	answers real-requests
	awk -F ' [|] ' '{ print $2 }' "$work/real-requests" >"$work/wire"
	explained_requests >"$work/predicted" || : >"$work/predicted"
	paste -d '|' "$work/requests" "$work/wire" >"$work/want"
	paste -d '|' "$work/requests" "$work/predicted" >"$work/got"
	same want got "$1: requests"
	n=$(wc -l <"$work/want")
	cp "$work/sends" "$work/questions"
	answers real-sends
	explained_sends real-sends >"$work/got" || : >"$work/got"
	seen_sends real-sends >"$work/want"
	same want got "$1: sends"
	cases=$((cases + n + $(wc -l <"$work/want")))
}

agree "no policy"

policy <<-END
	default ignore device announce best filter on
	eth2 ignore any filter off
END
agree "strict fields, loose sysctls"
is "$(ctl host -j explain request 10.1.0.1 from 10.0.0.50 dev eth0 |
	jq -c '[.verdict, .reason, .field, .selector, .rule, .answered, .lladdr, .kernel.blocked_by]')" \
	'["drop","ignored","ignore","default",null,false,null,null]' "explain names the field and its selector"
must ctl host flush

conf arp_ignore=1 all
conf arp_announce=2 all
conf arp_filter=1 all
agree "strict sysctls"
is "$(ctl host -j explain request 10.1.0.1 from 10.0.0.50 dev eth0 |
	jq -c '[.verdict, .reason, .answered, .kernel]')" \
	'["accept","pass",false,{"route":"local dev lo","error":null,"blocked_by":"arp_ignore","proxied_by":null}]' \
	"explain names the sysctl that prevents the answer"
policy <<-END
	default ignore any announce any filter off
	eth1 proxy off
	eth0 proxy route,pvlan
END
agree "loose fields, strict sysctls"
must ctl host flush
conf arp_ignore=0 all
conf arp_announce=0 all
conf arp_filter=0 all

policy <<-END
	lo hidden on
	dummy0 hidden on
	eth3 announce strict
	eth0 mode audit
END
agree "hidden, strict, audit"
must ctl host flush

batch="rule add hide 10.0.0.1 dev eth0
rule add hide 10.0.0.0/25 dev eth2
rule add pass 10.0.0.11 dev eth2
rule add drop 10.1.0.0/24 from dev eth0
rule add drop 10.60.0.0/16
rule add proxy 10.200.0.0/16 dev eth*
rule add proxy 10.0.0.0/8 routed dev eth1
rule add proxy 10.62.0.0/24 lladdr 02:00:5e:99:00:01 dev eth4
bind add 10.0.0.50 lladdr 02:00:5e:98:00:01 dev eth2
dev set eth2 inspect enforce
dev set eth0.5 validate ip garp accept learn none"
must in_host host "$ARPCTL" -b - <<<"$batch"
agree "rules, bindings and validation"
is "$(ctl host -j explain request 10.0.0.7 from 10.200.0.50 dev eth2 |
	jq -c '[.verdict, .reason, .selector, .rule.action, .rule.prefix, .answered]')" \
	'["drop","hidden","eth2","hide","10.0.0.0/25",false]' "explain names the rule and its selector"
is "$(ctl host -j explain request 10.0.0.11 from 10.0.0.50 dev eth2 lladdr 02:00:5e:98:00:01 |
	jq -c '[.verdict, .answered]')" '["accept",true]' "accepted with the bound lladdr"
is "$(ctl host -j explain request 10.0.0.11 from 10.0.0.50 dev eth2 lladdr 02:00:5e:98:00:02 |
	jq -c '[.verdict, .reason, .field, .answered]')" '["drop","spoofed","inspect",false]' \
	"dropped with another lladdr"
is "$(ctl host stats show eth2 | head -n 1)" "$(ctl host explain request 10.0.0.11 from 10.0.0.50 \
	dev eth2 >/dev/null; ctl host stats show eth2 | head -n 1)" "no counter changes"
must ctl host flush

# A martian source of every kind.
conf rp_filter=1 all
agree "strict reverse path"
conf rp_filter=0 all
blocked_by() {	# WORD…
	ctl host -j explain "$@" | jq -r '.kernel.blocked_by'
}
conf rp_filter=1 eth0
is "$(blocked_by request 10.0.0.1 from 10.1.0.50 dev eth0)" rp_filter "rp_filter"
is "$(blocked_by request 10.0.0.1 from 10.1.0.1 dev eth0)" accept_local "accept_local"
is "$(blocked_by request 10.0.0.1 from 224.0.0.5 dev eth0)" martian "martian"
is "$(blocked_by request 10.200.0.1 from 10.0.0.50 dev eth0)" no-route "no route"
is "$(blocked_by request 10.1.0.60 from 10.0.0.50 dev eth0)" proxy_arp "no proxying"
run_command sysctl net/ipv4/ip_forward 0
is "$(blocked_by request 10.1.0.60 from 10.0.0.50 dev eth0)" forwarding "no forwarding"
is "$(blocked_by request 10.0.0.99 from 0.0.0.0 dev eth0)" not-local "a probe"
is "$(blocked_by request 224.0.0.1 from 10.0.0.50 dev eth0)" target "multicast"
is "$(blocked_by request 10.5.0.50 from 10.5.0.50 dev eth0.5)" drop_gratuitous_arp "gratuitous"
is "$(blocked_by reply 10.0.0.1 from 10.0.0.50 dev eth0)" reply "a reply"
is "$(blocked_by request 10.0.0.1 from 10.0.0.50 dev dummy0)" noarp "noarp"
must ip -n host link add br0 type bridge
is "$(blocked_by request 10.0.0.1 from 10.0.0.50 dev br0)" down "down"
must ip -n host link set eth3 master br0
is "$(blocked_by request 10.0.0.1 from 10.0.0.50 dev eth3)" down "a port of a bridge that is down"
must ip -n host link set br0 up
is "$(ctl host -j explain request 10.0.0.1 from 10.0.0.50 dev eth3 |
	jq -r '"\(.bridge.action) \(.next.dev)"')" "flood br0" "a bridge's port"

text=$(ctl host explain request 10.0.0.1 from 10.0.0.50 dev eth0)
is "$text" "request on eth0
  chosen    lladdr 02:00:00:00:00:00
  verdict   accept, pass
  answer    is-at $(mac host eth0)
  route     local dev lo" "as text"
fails_with 1 'no such device' "no such device" ctl host explain request 10.0.0.1 from 10.0.0.2 dev none
fails_with 1 'must be as long' "a lladdr of another length" \
	ctl host explain request 10.0.0.1 from 10.0.0.2 dev eth0 lladdr 02:00

# VRFs: a route may lead to a device of another VRF.
must modprobe vrf
host f y
link f:e12 y:eth0
link f:e11 y:eth1
for n in 11 12; do
	must ip -n f link add vrf$n up type vrf table $n
	must ip -n f link set e$n master vrf$n
	addr f e$n 10.0.$n.1/24
done
must ip -n f -batch - <<-END
	route add 10.0.12.0/24 dev e12 table 11
	route add 10.0.11.0/24 dev e11 table 12
	route add 10.77.0.0/16 via 10.55.0.1 dev e12 onlink table 12
	neigh add 10.0.12.88 lladdr 02:00:5e:00:00:88 nud permanent dev e12
END
set_sysctl f net.ipv4.ip_forward=1 net.ipv4.conf.e12.proxy_arp=1 net.ipv4.conf.all.rp_filter=0 \
	net.ipv4.conf.e12.rp_filter=0 net.ipv4.neigh.e12.proxy_delay=0

# The sender address of f's requests on e12 while CMD runs, or "none".
wire_send() {	# TARGET CMD…
	local target=$1 said
	shift
	said=$(hears f e12 timeout 300 match " target $target " -- "$@" |
		sed -nE "s/^out request sender (\\S+) .* target ${target//./\\.} .*/\1/p" | head -n 1)
	echo "${said:-none}"
}

# Compares explain and the wire for a target, a source and a CMD that makes f send a request.
predicts_send() {	# DESC TARGET SOURCE CMD…
	local desc=$1 target=$2 source=$3 wire
	shift 3
	wire=$(wire_send "$target" "$@")
	is "$(ctl f -j explain send "$target" from "$source" dev e12 |
		jq -r 'if .answered then .sender else "none" end')" "$wire" "$desc: $wire"
}
pings() { set -- ping -q -c 1 -W 1 -I "$1" "$2"; in_host f "$@" >/dev/null 2>&1; }	# VRF ADDRESS
uses() { ip -n f neigh replace "$1" dev e12 use; }	# ADDRESS
export -f pings uses in_host

for policy in '' 'dev set e12 announce strict' 'rule add hide 10.0.12.1 dev e12'; do
	# shellcheck disable=SC2086
	[ ! "$policy" ] || must ctl f $policy
	desc="a VRF${policy:+, $policy}"
	ip -n f neigh flush dev e12 nud all 2>/dev/null
	must ip -n f neigh replace 10.0.12.88 lladdr 02:00:5e:00:00:88 nud permanent dev e12
	predicts_send "$desc, its own route" 10.0.12.21 10.0.12.1 bash -c 'pings vrf12 10.0.12.21'
	predicts_send "$desc, a leaked route" 10.0.12.22 10.0.12.1 bash -c 'pings vrf11 10.0.12.22'
	predicts_send "$desc, a route onlink" 10.55.0.1 10.0.12.1 bash -c 'pings vrf12 10.77.0.1'
	predicts_send "$desc, no route" 10.99.9.9 0.0.0.0 bash -c 'uses 10.99.9.9'
	predicts_send "$desc, broadcast" 10.0.12.255 0.0.0.0 bash -c 'uses 10.0.12.255'
	predicts_send "$desc, multicast" 224.0.0.9 0.0.0.0 bash -c 'uses 224.0.0.9'
	predicts_send "$desc, a permanent neighbour" 10.0.12.88 10.0.12.1 bash -c 'pings vrf12 10.0.12.88'
	[[ $policy != *hide* ]] || continue
	predicts_send "$desc, its own address by a leaked route" 10.0.12.1 10.0.12.1 \
		bash -c 'pings vrf11 10.0.12.1'
done
must ctl f flush

# Incoming packets.
while read -r target sender; do
	answer=$(arpq y ask eth0 "$target" sender "$sender" first timeout 200 | awk '{ print $3 }')
	is "$(ctl f -j explain request "$target" from "$sender" dev e12 |
		jq -r 'if .answered then .lladdr else "none" end')" "${answer:-none}" \
		"a VRF: $sender asks for $target: ${answer:-none}"
done <<-END
	10.0.12.1 10.0.12.5
	10.0.12.1 10.0.11.5
	10.0.12.1 10.66.0.5
	10.0.11.1 10.0.12.5
	10.0.11.9 10.0.12.5
	10.0.12.9 10.0.12.5
	10.77.0.1 10.0.12.5
	10.66.0.1 10.0.12.5
END
must ip -n y link set eth0 down
predicts_send "no carrier" 10.0.12.77 0.0.0.0 bash -c 'uses 10.0.12.77'

ok "$cases cases were compared"
plan
