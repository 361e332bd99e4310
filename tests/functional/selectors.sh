#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which selector applies to a device, and how selectors are listed.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 100

arpctl() { "$ARPCTL" -n alice "$@"; }

# "FIELD VALUE by SELECTOR, …": what applies to a device.
applies() {	# DEV [FIELD]
	local field value from selector list=''
	while read -r field value from selector; do
		[ "$from" = from ] && [[ $selector != 'sysctl '* ]] && [ "${2:-$field}" = "$field" ] &&
			list+="${list:+, }$field $value by $selector"
	done < <(arpctl dev effective "$1")
	echo "$list"
}

# Sets fields of several selectors: "SELECTOR FIELD VALUE …" each.
policy() {
	local line words
	for line; do
		read -ra words <<<"$line"
		must arpctl dev set "${words[@]}"
	done
}

# Replaces the policy.
replace_policy() { must arpctl flush; policy "$@"; }

# Which of eth0 and eth1 answer for 10.9.9.9.
who_answers() {
	local dev list=''
	for dev in eth0 eth1; do
		! arpq bob ask $dev 10.9.9.9 fence "$FENCE" >/dev/null || list+="${list:+ }$dev"
	done
	echo "$list"
}

host alice bob
segment one alice:eth0 bob:eth0
segment two alice:eth1 bob:eth1
addr bob eth0 10.0.0.2/24
addr bob eth1 10.1.0.2/24
addr alice eth0 10.0.0.1/24
addr alice eth1 10.1.0.1/24
addr alice lo 10.9.9.9/32
must ip -n alice -batch - <<-'END'
	link add name cali! type dummy
	link add name cali1 type dummy
	link add name calib type dummy
	link add name a*b type dummy
	link add name axb type dummy
	link add name wan]0 type dummy
END

# Without a policy both devices answer for the address.
is "$(who_answers)" "eth0 eth1" "stock: both devices answer for an address on lo"
must load_module
is "$(arpctl -j dev show)" '[]' "no field is set"
is "$(arpctl -j dev effective | jq -c '[.[] | .fields] | unique')" '[{}]' \
	"no field applies"
is "$(who_answers)" "eth0 eth1" "without a policy both devices answer"

# default < glob < glob with more literal characters < name.
policy "default ignore device"
is "$(applies eth0)" "ignore device by default" "default applies to every device"
is "$(who_answers)" "" "default: neither device answers"
policy "e* ignore subnet"
is "$(applies eth0)" "ignore subnet by e*" "a glob takes precedence over default"
policy "et* ignore global"
is "$(applies eth0)" "ignore global by et*" "a glob with more literal characters takes precedence over one with fewer"
policy "e*0 ignore never"
is "$(applies eth0)" "ignore never by e*0" "of two globs with as many literal characters, the first in order applies"
is "$(applies eth1)" "ignore global by et*" "a glob that does not match is skipped"
policy "eth[0-9] ignore subnet"
is "$(applies eth0)" "ignore subnet by eth[0-9]" "a class is no literal character, but three letters are more than two"
policy "eth\\0 ignore device"
is "$(applies eth0)" "ignore device by eth\\0" "an escaped character counts as one"
policy "eth0 ignore any"
is "$(applies eth0)" "ignore any by eth0" "a name takes precedence over all globs"
is "$(who_answers)" "eth0" "only eth0 answers again"
must arpctl dev unset eth0
must arpctl dev unset 'eth\0'
is "$(applies eth0)" "ignore subnet by eth[0-9]" "after unset, the next best applies"

# Each field finds its own selector.
replace_policy "default ignore device announce subnet filter on" "e* ignore subnet announce best" "eth0 ignore global"
is "$(applies eth0)" "ignore global by eth0, announce best by e*, filter on by default" \
	"every field comes from its own most specific selector"
is "$(applies lo)" "ignore device by default, announce subnet by default, filter on by default" \
	"no field comes from a selector that does not match"

# Globs.
matches() {	# GLOB DEVICES
	local one two rest dev='' list=''
	replace_policy "$1 announce any"
	while read -r one two rest; do
		[[ $rest != 'from sysctl '* ]] || continue
		case $one in
		*:) dev=$two ;;
		announce) list+="$dev " ;;
		esac
	done < <(arpctl dev effective)
	is "${list% }" "$2" "$1 matches ${2:-nothing}"
}
matches 'eth?' "eth0 eth1"
matches 'cali?' "cali! cali1 calib"
matches 'cali[a-c]' "calib"
matches 'cali[!1]' "cali! calib"
matches 'cali[!a-z]' "cali! cali1"
matches 'cali[1b]' "cali1 calib"
matches 'cali[b!]' "cali! calib"
matches 'wan[]x]0' "wan]0"
matches 'a\*b' "a*b"
matches 'a*b' "a*b axb"
matches 'a\xb' "axb"
matches 'ETH*' ""
matches 'eth' ""

# all is a floor: the stricter of its value and the device's own applies.
floor() {	# ALL OWN EFFECTIVE
	policy "all $1" "eth0 $2"
	is "$(applies eth0 "${1% *}")" "$3" "all $1, eth0 $2: $3"
}
must arpctl flush
floor "ignore device" "ignore any" "ignore device by all"
floor "ignore device" "ignore device" "ignore device by eth0"
floor "ignore device" "ignore subnet" "ignore subnet by eth0"
floor "ignore never" "ignore global" "ignore never by all"
floor "announce strict" "announce best" "announce strict by all"
floor "announce any" "announce subnet" "announce subnet by eth0"
floor "filter on" "filter off" "filter on by all"
floor "filter off" "filter on" "filter on by eth0"
floor "hidden on" "hidden off" "hidden on by all"
floor "hidden off" "hidden on" "hidden on by eth0"
floor "proxy route" "proxy off" "proxy route by all"
floor "proxy route" "proxy pvlan" "proxy route,pvlan by all"
floor "proxy off" "proxy pvlan" "proxy pvlan by eth0"
floor "proxy-delay 100" "proxy-delay 50" "proxy-delay 100 by all"
floor "proxy-delay 100" "proxy-delay 200" "proxy-delay 200 by eth0"
floor "garp drop" "garp accept" "garp drop by all"
floor "garp accept" "garp drop" "garp drop by eth0"
floor "learn solicited" "learn any" "learn solicited by all"
floor "learn solicited" "learn none" "learn none by eth0"
floor "inspect enforce" "inspect audit" "inspect enforce by all"
floor "inspect audit" "inspect strict" "inspect strict by eth0"
floor "validate src-mac" "validate none" "validate src-mac by all"
floor "validate src-mac" "validate dst-mac,ip" "validate src-mac,dst-mac,ip by all"
for field in rate source-rate; do
	floor "$field 100" "$field 200" "$field 100 by all"
	floor "$field 100" "$field 50" "$field 50 by eth0"
	floor "$field 100" "$field off" "$field 100 by all"
	floor "$field off" "$field 50" "$field 50 by eth0"
done
floor "burst 10" "burst 20" "burst 10 by all"
floor "burst off" "burst 20" "burst 20 by eth0"
floor "defend on" "defend off" "defend on by all"
floor "notify up" "notify off" "notify up by all"
floor "notify up" "notify change" "notify change by eth0"
floor "mode audit" "mode enforce" "mode audit by all"
floor "mode enforce" "mode audit" "mode audit by eth0"
replace_policy "all ignore device announce best" "e* ignore global announce any" "eth0 filter off"
is "$(applies eth0)" "ignore global by e*, announce best by all, filter off by eth0" \
	"the floor that all sets applies to each field, under any selector"

# A device may be looser than default, and stricter; never looser than all.
replace_policy "default ignore device" "eth0 ignore any"
is "$(who_answers)" "eth0" "eth0 is looser than default: it answers"
replace_policy "default ignore any" "eth0 ignore device"
is "$(who_answers)" "eth1" "eth0 is stricter than default: eth1 answers"
set_sysctl alice net.ipv4.conf.all.arp_ignore=1
is "$(who_answers)" "eth1" "eth0 is stricter than default: the same with arp_ignore=1 of conf/all"
set_sysctl alice net.ipv4.conf.all.arp_ignore=0
replace_policy "all ignore device" "default ignore any" "eth0 ignore any"
is "$(who_answers)" "" "no device is looser than conf/all"

# Fields are set and unset one by one.
replace_policy "eth0 ignore 1 announce 2 hidden on"
policy "eth0 announce 1"
is "$(arpctl -j dev show eth0 | jq -c '.[].fields')" \
	'{"ignore":1,"announce":1,"hidden":true}' "setting a field leaves the others"
must arpctl dev unset eth0 ignore hidden
is "$(arpctl -j dev show eth0 | jq -c '.[].fields')" '{"announce":1}' \
	"unsetting fields leaves the others"
fails_with 1 'none of filter, hidden is set on eth0' "a field that is not set cannot be unset" \
	arpctl dev unset eth0 filter hidden
fails_with 1 'nothing is set on eth\*' "a field of a selector that is not set cannot be unset" \
	arpctl dev unset 'eth*'
is "$(arpctl -j dev show | jq -c '.[]')" '{"selector":"eth0","fields":{"announce":1}}' \
	"a refused unset changes nothing"
must arpctl dev set eth0 filter on
run_ok "unset of several fields succeeds if one of them is set" arpctl dev unset eth0 filter hidden
must arpctl dev unset eth0 announce
is "$(arpctl -j dev show)" '[]' "unsetting the last field removes the selector"
is "$(arpctl -j dev show eth0)$(arpctl dev show eth0)" '[]' "showing a selector without fields is no error"
is "$(arpctl -j rule show dev eth0)$(arpctl rule show dev eth0)" '[]' "showing a selector without rules is no error"
# On a terminal, a selector that matches no device now may be a typo.
typed() { script -qec "nsenter --net=/run/netns/alice -- $ARPCTL $*" /dev/null </dev/null | tr -d '\r'; }
if command -v script >/dev/null; then
	is "$(typed dev set eht0 ignore 1)" 'arpctl: note: no device matches "eht0" now' "a note about a name, on a terminal"
	is "$(typed rule add drop 10.9.9.9 dev "'eht*'")" 'arpctl: note: no device matches "eht*" now' "a note about a glob, on a terminal"
	is "$(typed dev set "'eth*'" ignore 1)$(arpctl dev set ehh0 ignore 1 2>&1)" '' "no note if a device matches, or without a terminal"
	must arpctl flush
fi
policy "eth0 ignore 1 announce 2"
must arpctl dev unset eth0
is "$(arpctl -j dev show)" '[]' "all fields of a selector are removed at once"
is "$(who_answers)" "eth0 eth1" "without fields both devices answer as in the stock kernel"

# Listings.
replace_policy "zoo ignore 0" "b* filter on" "eth0 proxy route,pvlan" "default hidden off" \
	"ab* mode audit" "a*b proxy-delay 60000" "all ignore 8 announce 3" "* filter off" \
	"bond0 hidden on" "lo rate 100 source-rate off validate ip,src-mac garp drop"
is "$(arpctl -j dev show | jq -c '.[]')" '{"selector":"all","fields":{"ignore":8,"announce":3}}
{"selector":"default","fields":{"hidden":false}}
{"selector":"a*b","fields":{"proxy-delay":60000}}
{"selector":"ab*","fields":{"mode":"audit"}}
{"selector":"b*","fields":{"filter":true}}
{"selector":"*","fields":{"filter":false}}
{"selector":"bond0","fields":{"hidden":true}}
{"selector":"eth0","fields":{"proxy":"route,pvlan"}}
{"selector":"lo","fields":{"garp":"drop","validate":"src-mac,ip","rate":100,"source-rate":0}}
{"selector":"zoo","fields":{"ignore":0}}' \
	"dev show: all, default, globs as they apply, names"
is "$(arpctl -j dev show 'b*' | jq -c .)" '[{"selector":"b*","fields":{"filter":true}}]' \
	"dev show of one selector lists that one"
is "$(arpctl dev show | awk '{ print $1 }' | paste -sd ' ')" \
	"all default a*b ab* b* * bond0 eth0 lo zoo" "the text is in the same order"
is "$(arpctl -j dev effective eth0 | jq -Sc 'map(del(.sysctls))')" "$(jq -Scn --argjson index \
	"$(ip -n alice -j link show eth0 | jq '.[].ifindex')" '[{dev: "eth0", ifindex: $index,
	fields: {ignore: {value: 8, selector: "all"}, announce: {value: 3, selector: "all"},
	filter: {value: false, selector: "*"}, hidden: {value: false, selector: "default"},
	proxy: {value: "route,pvlan", selector: "eth0"}}}]')" \
	"dev effective: device, index, each field's value and selector"
is "$(arpctl -j dev effective | jq -c '[.[] | [.dev, .ifindex]] | sort')" \
	"$(ip -n alice -j link show | jq -c '[.[] | [.ifname, .ifindex]] | sort')" \
	"dev effective lists each device once"
is "$(arpctl dev effective eth0 | sed -n 's/^ *ignore  *never *from //p')" all \
	"the text names the selector as well"

# Without a field: the value of the sysctls that take effect, and their names.
must arpctl flush
set_sysctl alice net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.eth0.arp_ignore=0 net.ipv4.conf.eth1.arp_ignore=2 \
	net.ipv4.conf.eth0.arp_filter=1 net.ipv4.conf.all.proxy_arp=1 net.ipv4.conf.eth0.proxy_arp_pvlan=1 \
	net.ipv4.conf.eth0.drop_gratuitous_arp=1 net.ipv4.neigh.eth0.proxy_delay=0 net.ipv4.neigh.eth1.proxy_delay=80
must arpctl dev set eth0 announce best
sysctls() { arpctl -j dev effective "$1" | jq -r '.[].sysctls | to_entries[] | "\(.key) \(.value.value) \(.value.source)"'; }
is "$(sysctls eth0)" 'ignore 1 all.arp_ignore
filter true eth0.arp_filter
proxy route,pvlan all.proxy_arp,eth0.proxy_arp_pvlan
proxy-delay 0 neigh.eth0.proxy_delay
garp drop eth0.drop_gratuitous_arp
notify off eth0.arp_notify' "dev effective: values of sysctls for the other fields"
is "$(sysctls eth1)" 'ignore 2 eth1.arp_ignore
announce 0 eth1.arp_announce
filter false eth1.arp_filter
proxy route all.proxy_arp
proxy-delay 800 neigh.eth1.proxy_delay
garp accept eth1.drop_gratuitous_arp
notify off eth1.arp_notify' "the greater of the sysctls of the device and of all"
is "$(sysctls lo)" '' "no sysctls for a device without ARP"
like "$(arpctl dev effective eth1)" $'^[0-9]+: eth1  unmanaged\n    ignore      subnet      from sysctl eth1.arp_ignore\n' \
	"sysctls as text"
must arpctl dev set eth1 ignore any
is "$(sysctls eth1 | grep -c ignore)" 0 "a field that is set has no sysctl listed"
set_sysctl alice net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.eth1.arp_ignore=0 \
	net.ipv4.conf.eth0.arp_filter=0 net.ipv4.conf.all.proxy_arp=0 net.ipv4.conf.eth0.proxy_arp_pvlan=0 \
	net.ipv4.conf.eth0.drop_gratuitous_arp=0

must arpctl flush
is "$(arpctl -j dev show)$(arpctl -j dev effective | jq -c '[.[] | .fields] | unique')" \
	'[][{}]' "flush removes everything"
is "$(who_answers)" "eth0 eth1" "flush restores stock behaviour"
