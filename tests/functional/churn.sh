#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# While the policy changes all the time, listings still end, and save is a consistent snapshot.
# lab: timeout 400
# lab: takes 60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 26

host alice
scratch
writers=()
must load_module
arpctl() { ctl alice "$@"; }

BINDINGS=20000
# How often each listing is read.
TIMES=2
[ ! "${ARP_POLICY_ALL-}${ARP_POLICY_SOAK-}" ] || TIMES=5
# The first and the last binding of every dump. The writer keeps them equal, or the first
# one step ahead.
FIRST=1.0.0.1 LAST=223.255.255.254

begin() {	# CMD…
	"$@" &
	writers+=($!)
}
end_writers() {
	kill "${writers[@]}"
	wait "${writers[@]}" 2>/dev/null
	writers=()
}
# Replaces the two in turn; adds and deletes a third, rules and fields.
writer() {	# MORE
	exec nsenter --net=/run/netns/alice -- "$ARPCTL" -b - < <(
	exec awk -v more="$1" -v first=$FIRST -v last=$LAST 'BEGIN { for (i = 1; ; i = i % 65535 + 1) {
		mac = sprintf("02:00:00:00:%02x:%02x", i / 256, i % 256)
		print "bind replace " first " lladdr " mac
		print "bind replace " last " lladdr " mac
		if (more) {
			print "bind add 100.100.100.100 lladdr " mac
			print "rule replace hide 10.66.0.1 dev eth" i % 5
			print "dev set eth0 rate " i
			print "bind del 100.100.100.100"
			print "rule flush dev eth" i % 5
		}
	} }')
}
value() {	# ADDRESS FILE
	local mac
	mac=$(sed -nE "s/^(bind add )?$1 +lladdr 02:00:00:00:(..):(..) .*/\2\3/p" "$2")
	echo $((16#${mac:-ffffff}))
}
# Whether the two in a listing or a saved policy are as the writer keeps them.
kept() {	# FILE
	local a b
	a=$(value $FIRST "$1") b=$(value $LAST "$1")
	[ "$a" = "$b" ] || [ "$a" = $((b % 65535 + 1)) ] || { diag "$1: $a $b"; return 1; }
}
# Runs CMD several times: it must succeed and print a complete, consistent policy.
is_whole() {	# TIMES LINES DESC CMD…
	local times=$1 lines=$2 desc=$3 i status n bad=''
	shift 3
	for ((i = 0; i < times; i++)); do
		status=0
		"$@" >"$dir/out" 2>"$dir/err" || status=$?
		[ $status = 0 ] && [ ! -s "$dir/err" ] || bad+="status $status: $(<"$dir/err")"$'\n'
		kept "$dir/out" || bad+="not of one moment"$'\n'
		# A third binding, a rule and a field may be there or not.
		n=$(grep -c . "$dir/out")
		[ "$n" -ge "$lines" ] && [ "$n" -le $((lines + 3)) ] || bad+="$n lines"$'\n'
	done
	is "$bad" "" "$desc"
}
awk -v n=$BINDINGS 'BEGIN { for (i = 0; i < n; i++)
	printf "bind add 10.%d.%d.%d lladdr 02:00:00:00:00:01\n", i / 65536, i / 256 % 256, i % 256 }' >"$dir/many"
printf 'bind add %s lladdr 02:00:00:00:00:01\n' $FIRST $LAST >>"$dir/many"
must arpctl restore "$dir/many"
for more in 0 1; do
	what="two bindings are replaced in turn"
	[ $more = 0 ] || what="bindings, rules and fields are added and removed"
	begin writer $more
	sleep 1
	is_whole $TIMES $((BINDINGS + 4)) "$what: save" arpctl save
	is_whole $TIMES $((BINDINGS + 2)) "$what: bind show" arpctl bind show
	is_whole 1 $((BINDINGS + 4)) "$what: save FILE" \
		sh -c "nsenter --net=/run/netns/alice -- $ARPCTL save $dir/file && cat $dir/file"
	run_ok "$what: restore accepts the file" sh -c \
		"ip netns add other; ip netns exec other $ARPCTL restore $dir/file; s=\$?; ip netns del other; exit \$s"
	fails_with 1 "^-|^\+|^$" "$what: diff prints differences and nothing else" arpctl diff - <<<"dev set all ignore 1"
	run_ok "$what: rule show" arpctl rule show
	run_ok "$what: dev show" arpctl dev show
	# It may warn that the effective policy was read while it changed.
	like "$(arpctl check 2>&1 | grep -v 'this mixes old and new')" \
		'^(nothing found|unmatched)' "$what: check"
	run_ok "$what: dev effective" arpctl dev effective
	run_ok "$what: the writer still runs" kill -0 "${writers[@]}"
	end_writers
	must arpctl rule flush
	arpctl dev unset eth0 2>/dev/null
	arpctl bind del 100.100.100.100 2>/dev/null
done

# One policy replaces another all the time: never a mix of the two.
for action in hide pass; do
	awk -v action=$action 'BEGIN { for (i = 0; i < 3000; i++)
		printf "rule add %s 10.%d.%d.%d/32 dev all\n", action, i / 65536, i / 256 % 256, i % 256 }' >"$dir/$action"
done
must arpctl restore "$dir/hide"
restorer() {
	exec nsenter --net=/run/netns/alice -- "$ARPCTL" -b - < <(
		exec yes "restore $dir/hide"$'\n'"restore $dir/pass")
}
begin restorer
sleep 1
mixed=0 whole=0 failed=0
for ((i = 0; i < 2 * TIMES; i++)); do
	if arpctl save >"$dir/out" 2>"$dir/err"; then
		case $(grep -v '^#' "$dir/out" | cut -d ' ' -f 3 | sort | uniq -c | tr -s ' ' | tr '\n' ,) in
		' 3000 hide,'|' 3000 pass,') : $((++whole)) ;;
		*) : $((++mixed)) ;;
		esac
	else
		grep -q 'keeps changing' "$dir/err" || diag "$(<"$dir/err")"
		[ -s "$dir/out" ] && : $((++mixed))
		: $((++failed))
	fi
done
is "$mixed" 0 "constant restores: save prints one whole policy, or fails ($whole whole, $failed failed)"
listed=''
for ((i = 0; i < TIMES; i++)); do
	arpctl rule show >"$dir/out" 2>"$dir/err" || listed+="status $?: "
	grep -v 'this mixes old and new' "$dir/err"
	[ -s "$dir/err" ] && continue
	[ "$(cut -d ' ' -f 1 "$dir/out" | sort -u | wc -l)" = 1 ] || listed+="mixed without a warning"
done
is "$listed" "" "a listing ends, and an inconsistent one is reported"
arpctl rule show >/dev/null 2>&1
is "$?" 0 "an inconsistent listing has status 0"
end_writers

# Without writers
must arpctl flush
is "$(arpctl save 2>&1)" $'# arpctl save 1\n# arpctl end 0' "an empty policy is consistent, too"
must arpctl restore "$dir/many"
is "$(arpctl save | sed '1d;$d' | sed 's/ dev all$//' | sort | md5sum)" "$(sort "$dir/many" | md5sum)" \
	"without writers, save prints what was restored"
is "$(arpctl bind show dev eth0)$(arpctl bind show dev all | wc -l)" $((BINDINGS + 2)) "bind show of one selector is complete, too"
