#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who may set and read policy, the limits, and who is charged for the memory.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

globs=$(uapi_number GLOBS_MAX)
selectors=$(uapi_number SELECTORS_MAX)

# As nobody, in alice's netns.
nobody() {
	nsenter --net=/run/netns/alice -- \
		setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"
}

fill() {	# HOST FROM TO FORMAT
	in_host "$1" /usr/bin/python3 "$ROOT/tests/functional/nlpolicy.py" fill "${@:2}"
}

# Copies that any user may run, wherever this tree is.
scratch
chmod 755 "$dir"
install -m 755 "$ARPCTL" "$ARPQ" "$dir"
for file in tests/functional/nlpolicy.py tests/lib/family.py include/uapi/linux/arp_policy.h; do
	install -D -m 644 "$ROOT/$file" "$dir/$file"
done
chmod -R a+rX "$dir"

host alice
must ip -n alice link add name eth0 type dummy
must load_module
must ctl alice dev set eth0 ignore device announce best
must ctl alice dev set 'secret*' hidden on
must ctl alice rule add hide 10.8.0.0/16
must ctl alice bind add 10.0.0.5 lladdr 02:00:00:00:00:05
# All of alice's policy.
policy_of() { ctl "$1" -j dev show; ctl "$1" -j rule show; ctl "$1" -j bind show; }
policy=$(policy_of alice)
cat >"$dir/tests/functional/commands.py" <<'END'
from nlpolicy import *
nl = Netlink()
codes = set()
for _, op in parse(nl.family_info[6]):
    op = dict(parse(op))
    for flags in (0, DUMP):
        can = CAN_DUMP if flags else CAN_DO
        if not number(op[2]) & can:
            continue
        try:
            nl.ask(number(op[1]), flags=flags)
            codes.add(f"accepted {number(op[1])}")
        except Refused as no:
            codes.add(no.errno)
print(*sorted(codes, key=str))
END
cat >"$dir/tests/functional/pending.py" <<'END'
from nlpolicy import *
ask = CMD["TRANSACTION_BEGIN"], begin("CHANGE")
sockets, code = [], ""
while not code and len(sockets) < 100:
    sockets.append(Netlink())
    try:
        sockets[-1].ask(*ask)
    except Refused as no:
        code = errno.errorcode[no.errno]
n = len(sockets) - 1
for nl in sockets:
    nl.socket.close()
left = 0
for nl in [Netlink() for _ in range(n)]:
    try:
        nl.ask(*ask)
    except Refused:
        left += 1
print(n, code, left)
END

# User nobody may do nothing, not even read.
while read -r command; do
	# shellcheck disable=SC2086
	fails_with 1 '^arpctl: Operation not permitted: CAP_NET_ADMIN is needed[^
]*$' "nobody may not: $command" nobody "$dir/arpctl" $command
done <<-'END'
	dev show
	dev show eth0
	dev set eth0 ignore any
	dev set new ignore any
	dev unset eth0
	dev unset eth0 ignore
	dev effective
	dev effective eth0
	stats show
	stats show eth0
	stats reset
	stats reset eth0
	flush
	rule show
	rule add hide 10.9.9.9
	rule replace hide 10.9.9.9
	rule del hide 10.8.0.0/16
	rule flush
	rule flush dev eth0
	bind show
	bind add 10.0.0.9 lladdr 02:00:00:00:00:09
	bind replace 10.0.0.5 lladdr 02:00:00:00:00:09
	bind del 10.0.0.5 lladdr 02:00:00:00:00:05
	bind flush
	bind flush dev eth0
	announce 10.0.0.1 dev eth0
	explain request 10.0.0.1 from 10.0.0.2 dev eth0
END
for group in '' config verdict; do
	# shellcheck disable=SC2086 # no word if it is empty
	fails_with 1 '^arpctl: [^
]*Operation not permitted[^
]*$' \
		"nobody may not: monitor $group" nobody timeout 20 "$dir/arpctl" monitor $group
done
fails_with 1 'Operation not permitted' "nobody may not: listen to DHCP" \
	nobody timeout 20 /usr/bin/python3 "$dir/tests/functional/nlpolicy.py" snooper
# Every netlink command, also those that arpctl does not use.
is "$(nobody /usr/bin/python3 "$dir/tests/functional/commands.py")" "1" "each netlink command is refused with EPERM"
fails_with 1 'CAP_NET_ADMIN is needed' "nobody may not: dev show as root of a user namespace that does not own the netns" \
	nobody unshare -Ur "$dir/arpctl" dev show
fails_with 1 'Operation not permitted' "nobody may not: monitor as root of such a user namespace" \
	nobody unshare -Ur timeout 20 "$dir/arpctl" monitor
is "$(policy_of alice)" "$policy" "alice's policy has not changed"

# Root of a user namespace, in a netns of its own; runs as nobody.
own_netns() {
	check() {	# DESC CMD…
		local output
		if output=$("${@:2}" 2>&1); then echo "ok - $1"
		else printf 'not ok - %s\n# %s\n' "$1" "${output//$'\n'/ }"; fi
	}
	refused() { ! "$@"; }
	same() { [ "$1" = "$2" ] || { echo "got $1, want $2"; false; }; }
	answers() { nsenter -t "$peer" -n "$ARPQ" ask far 10.9.9.9 sender 10.0.0.2 timeout 500; }

	check "its own netns has no policy" same "$("$ARPCTL" -j dev show)" '[]'
	unshare -n sleep 1000 &
	peer=$!
	ip addr add 10.9.9.9/32 dev lo
	ip link set lo up
	# Wait until the peer has left this netns.
	until [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do
		sleep 0.05
	done
	ip link add name eth0 up type veth peer name far netns $peer
	ip addr add 10.0.0.1/24 dev eth0
	nsenter -t $peer -n ip link set far up
	check "stock: its device answers for an address on lo" answers
	check "it may set policy" "$ARPCTL" dev set eth0 ignore device filter on
	check "its policy applies" refused answers
	check "it may list its policy" same "$("$ARPCTL" -j dev show)" \
		'[{"selector":"eth0","fields":{"ignore":1,"filter":true}}]'
	check "it may list the effective policy" "$ARPCTL" dev effective eth0
	check "it may unset a field" "$ARPCTL" dev unset eth0 filter
	"$ARPCTL" stats show eth0 | grep -q ' ignored '
	check "it may list counters" same $? 0
	check "it may reset counters" "$ARPCTL" stats reset
	status=0
	timeout 1 "$ARPCTL" monitor || status=$?
	check "it may monitor policy changes" same $status 124
	status=0
	timeout 1 "$ARPCTL" monitor verdict >/dev/null || status=$?
	check "it may monitor verdicts" same $status 124
	check "it may add a rule" "$ARPCTL" rule add proxy 10.77.0.0/16
	check "its rule applies" nsenter -t $peer -n "$ARPQ" ask far 10.77.0.1 \
		sender 10.0.0.2 timeout 500
	check "it may list rules" same "$("$ARPCTL" rule show | wc -l)" 1
	check "it may delete a rule" "$ARPCTL" rule del proxy 10.77.0.0/16
	check "it may add a binding" "$ARPCTL" bind add 10.0.0.2 lladdr 02:00:00:00:00:02
	check "it may list bindings" same "$("$ARPCTL" bind show | wc -l)" 1
	check "it may delete a binding" "$ARPCTL" bind del 10.0.0.2
	check "it may explain a packet" "$ARPCTL" explain request 10.9.9.9 from 10.0.0.2 dev eth0
	check "it may announce an address" "$ARPCTL" announce 10.0.0.1 dev eth0
	check "it may flush its policy" "$ARPCTL" flush
	check "flush restores stock" answers
	check "it may not enter another user's netns" \
		refused "$ARPCTL" -n /run/netns/alice dev show
	kill $peer
}
export -f own_netns
start alice "$ARPCTL" monitor config >"$dir/heard"
listener=$started
must poll 20 monitored alice
ARPCTL=$dir/arpctl ARPQ=$dir/arpq checks nobody unshare -Urn bash -c own_netns
is "$(policy_of alice)" "$policy" "alice's policy is unchanged"
must ctl alice dev set mark ignore any
poll 10 grep -q mark "$dir/heard"
stop $listener
is "$(wc -l <"$dir/heard")" 1 "alice's monitor reported only her own changes"
must ctl alice flush

# Limits. Globs are bounded, as each is tried on every device.
like "$(fill alice 0 $((globs + 9)) 'glob%d*')" \
	"at most $selectors selectors, $globs of them globs"$'\n'"accepted $globs refused 9\$" \
	"$globs globs are accepted, no more"
fails_with 1 "$globs of them globs" "arpctl prints the kernel's reason" ctl alice dev set 'more*' ignore any
is "$(ctl alice dev show | grep -c '^glob[0-9]*\*')" "$globs" "the existing ones stay"
run_ok "existing selectors can be changed" ctl alice dev set 'glob0*' announce best
run_ok "a device name is not counted as a glob" ctl alice dev set eth0 ignore any
must ctl alice dev unset 'glob1*'
run_ok "after one is removed, another is accepted" ctl alice dev set 'more*' ignore any

# A packet may have to look into each glob that has rules or bindings.
must ctl alice flush
rule_globs=$(uapi_number ENTRY_GLOBS_MAX)
with_rules() {	# COUNT
	local i
	for ((i = 0; i < $1; i++)); do echo "rule add drop 10.9.0.0/16 dev g$i*"; done
}
too_many="at most $rule_globs globs can have rules or bindings"
run_ok "$rule_globs globs may have rules" ctl alice restore - < <(with_rules "$rule_globs")
fails_with 1 "$too_many" "no further glob may have rules" ctl alice rule add drop 10.9.0.0/16 dev 'more*'
fails_with 1 "$too_many" "no further glob may have bindings" \
	ctl alice bind add 10.9.0.1 lladdr 02:00:00:00:00:01 dev 'more*'
fails_with 1 "$too_many" "a restored policy may not have more" \
	ctl alice restore - < <(with_rules $((rule_globs + 1)))
run_ok "one of these globs may have more rules" ctl alice rule add drop 10.8.0.0/16 dev 'g0*'
run_ok "a device name may have rules" ctl alice rule add drop 10.9.0.0/16 dev eth0
run_ok "another glob may have fields" ctl alice dev set 'more*' ignore any
must ctl alice rule del drop 10.9.0.0/16 dev 'g1*'
run_ok "when one has no rules left, another may have some" ctl alice rule add drop 10.9.0.0/16 dev 'more*'
must ctl alice rule flush
fill_again() {
	local i
	for ((i = 0; i < rule_globs; i++)); do
		ctl alice rule add drop 10.9.0.0/16 dev "h$i*" || return
	done
}
run_ok "after a flush as many other globs may have rules" fill_again
must ctl alice flush

# Memory is charged to the user's cgroup and released with the netns.
group=/sys/fs/cgroup/arp_policy-test
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
must mkdir $group
charged() { awk '$1 == "slab_unreclaimable" { print $2 }' $group/memory.stat; }
namespace bob
before=$(charged)
filled=$(echo $BASHPID >$group/cgroup.procs && fill bob 0 $((selectors + 9)) 'name%d')
like "$filled" "accepted $selectors refused 9\$" "$selectors selectors are accepted, no more"
is "$(ctl bob dev show | wc -l)" "$selectors" "all selectors are listed"
run_ok "the selectors' memory is charged" [ $(($(charged) - before)) -gt $((selectors * 100)) ]
must ip netns del bob
unset 'namespaces[-1]'
run_ok "the selectors' memory is released with the netns" poll 20 eval \
	"[ \$((\$(charged) - before)) -lt 1000000 ]"

# Rules and bindings, and transactions that are never finished.
namespace carol
before=$(charged)
awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "0 02:00:00:00:00:01 10.0.%d.%d * *\n", i / 200, i % 200 + 1 }' >"$dir/leases"
(echo $BASHPID >$group/cgroup.procs && must ctl carol bind import "$dir/leases" >/dev/null)
is "$(ctl carol bind show | wc -l)" 20000 "20,000 bindings are accepted"
run_ok "the bindings' memory is charged" [ $(($(charged) - before)) -gt $((20000 * 16)) ]
must ctl carol bind flush
run_ok "the bindings' memory is released by a flush" poll 20 eval \
	"[ \$((\$(charged) - before)) -lt 1000000 ]"
like "$(in_host carol /usr/bin/python3 "$dir/tests/functional/pending.py")" '^16 EBUSY 0$' \
	"at most 16 transactions are pending; they end with their sockets"
poll 10 rmdir $group
plan "$count"
