#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Module parameters: policy in force from load on, and values that are refused.
# shellcheck source-path=SCRIPTDIR source=../install/lib.sh
. "$(dirname "$0")/../install/lib.sh"
plan 72

# What is set in a netns: "SELECTOR FIELD VALUE …", separated by ";".
shown() {	# [-n NETNS]
	"$ARPCTL" "$@" dev show | tr -s ' ' | paste -sd ';'
}

# Checks what is set in an existing and in a new netns.
everywhere() {	# WANT DESC
	is "$(shown -n alice)" "$1" "$2: in an existing netns"
	must ip netns add new
	is "$(shown -n new)" "$1" "$2: in a new netns"
	must ip netns del new
}

# The MACs that answer for alice's address on lo and for one that is routed behind her.
answers() {
	echo "$(asks bob eth0 10.9.9.9) $(asks bob eth0 10.8.0.1)"
}

alice_forwards

is "$(answers)" "$hers silence" "stock: alice answers for lo, and proxies nothing"
must load_module
is "$(answers)" "$hers silence" "without parameters nothing changes"
everywhere "" "nothing is set"
is "$(shown)" "" "nothing is set: in the initial netns"
must unload_module

must load_module ignore=1 announce=2 proxy=route hidden=off
everywhere "all ignore device announce best hidden off proxy route" "all four"
is "$(shown)" "all ignore device announce best hidden off proxy route" \
	"all four: in the initial netns"
is "$(answers)" "silence $hers" "alice does not answer for lo, and proxies"
must ctl alice flush
is "$(answers)" "$hers silence" "flush removes policy from parameters, too"
must unload_module

must load_module hidden=on
everywhere "all hidden on" "hidden=on"
is "$(answers)" "silence silence" "lo is hidden from eth0"
must unload_module
is "$(answers)" "$hers silence" "after unload everything is as before"
must load_module ignore=never announce=strict proxy=route,pvlan
everywhere "all ignore never announce strict proxy route,pvlan" "values as words"
must unload_module

must load_module ignore=1 policy='eth0:ignore=1,announce=2;lo:hidden=on'
is "$(shown)" "all ignore device;eth0 ignore device announce best;lo hidden on" \
	"policy= in the initial netns"
everywhere "all ignore device" "policy= does not apply elsewhere"
must unload_module
must load_module policy='all:proxy=route,pvlan,mode=audit;default:filter=off;eth*:proxy-delay=60000;;'
is "$(shown)" "all proxy route,pvlan mode audit;default filter off;eth* proxy-delay 60000" \
	"policy= takes every selector"
must unload_module
must load_module policy='all:garp=drop,learn=none,inspect=audit,validate=src-mac,dst-mac,ip,defend=on;eth0:rate=1000000,burst=off,source-rate=1;lo:garp=accept,learn=solicited,inspect=strict,validate=none'
is "$(shown)" "all garp drop learn none inspect audit validate src-mac,dst-mac,ip defend on;eth0 rate 1000000 burst off source-rate 1;lo garp accept learn solicited inspect strict validate none" \
	"policy= takes every field"
must unload_module

# modprobe, with the module and its options in their usual places.
scratch
mkdir -p "$dir$MODULES/updates" "$dir/modprobe.d"
cp "$ARP_POLICY_KO" "$dir$MODULES/updates"
cp "$MODULES"/modules.{order,builtin,builtin.modinfo} "$dir$MODULES"
must depmod -b "$dir"
modprobe_it() { modprobe -d "$dir" -C "$dir/modprobe.d" arp_policy "$@"; }
cat >"$dir/modprobe.d/arp_policy.conf" <<-'END'
	options arp_policy ignore=device
	options arp_policy policy="eth0:ignore=1,announce=2;lo:hidden=on"
END
run_ok "modprobe with an options file" modprobe_it
is "$(shown)" "all ignore device;eth0 ignore device announce best;lo hidden on" \
	"the file's options apply"
everywhere "all ignore device" "options for all devices"
is "$(answers)" "silence silence" "modprobe with an options file: alice does not answer"
is "$(cat /sys/module/arp_policy/parameters/{ignore,policy})" \
	"device
eth0:ignore=1,announce=2;lo:hidden=on" "the parameters can be read from sysfs"
must unload_module
run_ok "the command line overrides the file" modprobe_it ignore=never
is "$(shown -n alice)" "all ignore never" "the value of the command line applies"
must unload_module

# Refused values and the message about them.
refused() {	# PARAMETER=VALUE MESSAGE
	local said
	if load_module "${@:1:$#-1}" 2>/dev/null; then
		rmmod arp_policy
		not_ok "${*:1:$#-1} is refused"
		return
	fi
	said=$(kernel_said)
	like "$said" "arp_policy: ${*: -1}" "${*:1:$#-1} is refused"
}
mark_log
ignores='ignore takes 0 1 2 3 8 or any device subnet global never'
announces='announce takes 0 1 2 3 or any subnet best strict'
proxies='proxy takes off, route, pvlan or route,pvlan'
validates='validate takes none or any of src-mac,dst-mac,ip'
refused ignore=4 "ignore=4: $ignores"
refused ignore= "ignore=: $ignores"
refused ignore=-1 "ignore=-1: $ignores"
refused ignore=1,2 "ignore=1,2: $ignores"
refused ignore=Device "ignore=Device: $ignores"
refused announce=4 "announce=4: $announces"
refused announce=device "announce=device: $announces"
refused proxy=on "proxy=on: $proxies"
refused proxy=route,route "proxy=route,route: $proxies"
refused proxy=off,route "proxy=off,route: $proxies"
refused proxy=route, "proxy=route,: $proxies"
refused hidden=yes "hidden=yes: hidden takes on or off"
refused ignore=1 hidden=2 "hidden=2: hidden takes on or off"
refused policy=eth0 'policy: "eth0": SELECTOR:FIELD=VALUE expected'
refused policy=eth0: 'policy: "": FIELD=VALUE expected'
refused policy=eth0:ignore 'policy: "ignore": FIELD=VALUE expected'
refused policy=eth0:ignore=4 "policy: ignore=4: $ignores"
refused policy=eth0:colour=1 "policy: colour=1: fields are ignore announce filter hidden proxy proxy-delay garp learn inspect validate rate burst source-rate defend notify mode trust suppress"
refused policy=eth0:proxy-delay=60001 "policy: proxy-delay=60001: proxy-delay takes milliseconds, 0 to 60000"
for value in 0 strict; do
	refused policy=eth0:garp=$value "policy: garp=$value: garp takes accept or drop"
	refused policy=eth0:learn=$value "policy: learn=$value: learn takes any, solicited or none"
done
refused policy=eth0:inspect=on "policy: inspect=on: inspect takes off, audit, enforce or strict"
refused policy=eth0:validate=ip,ip "policy: validate=ip,ip: $validates"
refused policy=eth0:validate=none,ip "policy: validate=none,ip: $validates"
for field in rate source-rate; do
	refused policy=eth0:$field=1000001 \
		"policy: $field=1000001: $field takes packets per second, 1 to 1000000, or off"
done
refused policy=eth0:burst=-1 "policy: burst=-1: burst takes packets, 1 to 1000000, or off"
refused policy=eth0:mode=loud "policy: mode=loud: mode takes enforce or audit"
refused policy=eth0:ignore=1, "policy: ignore=1,: $ignores"
refused policy=eth0:ignore=1announce=2 'policy: .*comma expected'
refused policy=:ignore=1 'policy: "": not all, default, a glob or a device name'
refused policy=a/b:ignore=1 'policy: "a/b": not all, default, a glob or a device name'
refused 'policy=e[:ignore=1' 'policy: "e\[": glob has an unclosed bracket'
refused policy=averylongdevname:ignore=1 'policy: "averylongdevname": .*15 characters'
refused 'policy=lo:hidden=on;eth0:ignore=7' "policy: ignore=7: $ignores"
refused ignore=1 policy=eth0 'policy: "eth0": SELECTOR:FIELD=VALUE expected'
run_ok "after all refused loads the module is not loaded" test ! -e /sys/module/arp_policy
is "$(answers)" "$hers silence" "after all refused loads alice answers as in stock"
run_ok "after all refused loads a valid one succeeds" load_module ignore=1
everywhere "all ignore device" "after the valid load"
