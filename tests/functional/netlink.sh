#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The netlink interface: attribute policies, refusals, transactions, dumps, notifications,
# autoload.
# lab: timeout 600
# lab: takes 120
# shellcheck source-path=SCRIPTDIR source=../install/lib.sh
. "$(dirname "$0")/../install/lib.sh"

nlpolicy() { in_host alice /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" "$@"; }

# Whether HOST's monitor listens by now.
heard() {	# HOST
	ctl "$1" dev set probe ignore never && ctl "$1" dev unset probe &&
		[ -s "$dir/$1" ]
}

alice_and_bob link
addr alice lo 10.9.9.9/32
must ip -n alice -batch - < <(printf 'link add name dev%d type dummy\n' {0..119})
scratch
must load_module

checks nlpolicy contract
checks nlpolicy refusals eth0
checks nlpolicy transactions
checks nlpolicy interrupted
checks nlpolicy notices
checks nlpolicy replies
checks nlpolicy entries
checks nlpolicy dynamic
checks nlpolicy info
checks nlpolicy snooping
# The CPUs of an emulated s390x take turns of a tenth of a second.
entries=20000
[ "$(uname -m)" != s390x ] || entries=300000
checks nlpolicy busy $entries
start bob "$ARPQ" flood eth0 10.9.9.9 count 1000000000 >/dev/null
checks nlpolicy verdicts eth0 10.9.9.9 10.0.0.2 "$(mac bob eth0)"
stop "$started"

# Each netns has its own listeners.
start bob "$ARPCTL" -j monitor >"$dir/bob"
bobs=$started
start alice "$ARPCTL" -j monitor config >"$dir/alice"
alices=$started
poll 20 heard alice
poll 20 heard bob
ctl alice dev set 'e*' ignore device announce best
ctl alice flush
poll 10 grep -q flush "$dir/alice"
stop $alices $bobs
is "$(tail -n 2 "$dir/alice" | jq -c '{event, selector, fields}')" \
	'{"event":"dev","selector":"e*","fields":{"ignore":1,"announce":2}}
{"event":"flush","selector":null,"fields":null}' \
	"monitor -j: one object a line"
is "$(jq -r '.time | test("^[0-9]{4}(-[0-9]{2}){2}T[0-9:]{8}\\.[0-9]{6}[-+][0-9:]{5}$")' \
	"$dir/alice" | sort -u)" true "monitor -j: each has its time"
is "$(grep -c 'e\*' "$dir/bob")" 0 "monitor -j: no changes of another netns"

# The example in C: all bindings of a transaction, or none.
example() { in_host alice "$ROOT/build/example-bindings" "$@"; }
is "$(example 10.0.0.5 02:00:00:00:00:05 10.0.0.6 02:00:00:00:00:06)" "2 bindings" \
	"contrib/examples/bindings.c adds bindings"
fails_with 1 'commit: File exists' "contrib/examples/bindings.c adds none if one is refused" \
	example 10.0.0.7 02:00:00:00:00:07 10.0.0.6 02:00:00:00:00:06
is "$(ctl alice -j bind show | jq -c '[.[].address]')" '["10.0.0.5","10.0.0.6"]' \
	"arpctl lists only the first two"
must ctl alice flush

# Limits of dynamic bindings.
must unload_module
must load_module max_bindings=16
checks nlpolicy quarters 16

# The module loads by itself when it is installed.
must unload_module
own_modules
fails_with 1 'not loaded, and not installed.*(arp-policy-dkms|insmod)' \
	"not installed: arpctl says what to do" ctl alice dev show
mkdir -p "$MODULES/updates"
cp "$ARP_POLICY_KO" "$MODULES/updates/arp_policy.ko"
must depmod
run_ok "installed: the first command loads it" ctl alice dev show
run_ok "installed: the module is loaded" module_loaded
is "$(ctl alice -j dev show)" '[]' "installed: the command works"
must unload_module
echo "blacklist arp_policy" >"$MODULES/updates/arp_policy.ko"
fails_with 1 'installed but not loaded.*modprobe arp_policy' \
	"installed and not to be loaded: arpctl says what to do" ctl alice dev show

no_kernel_faults
plan "$count"
