#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apply: changes from a file take effect in order, in one step, all or none of them.
# lab: timeout 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood.inc
. "$(dirname "$0")/flood.inc"
plan 66

alice_and_bob link
scratch
must load_module

M=02:00:00:00:00:01
arpctl() { ctl alice "$@"; }
saved() { arpctl save | grep -v '^#'; }
generation() { arpctl -j diff "$dir/any" | jq .generation; }
echo 'dev set all ignore 1' >"$dir/any"

# In order

must arpctl rule add drop 10.9.0.0/16
run_ok "each kind of change" arpctl apply - <<-END
	# comments, quotes and a leading arpctl, as in a policy
	dev set all ignore device announce best
	arpctl dev set 'cali*' proxy route mode audit
	dev set eth7 hidden on
	dev unset cali* mode
	dev unset eth7
	rule add hide 10.1.0.0/16
	rule add drop 10.1.0.0/16 from dev eth0
	rule replace pass 10.1.0.0/16
	rule del drop 10.9.0.0/16
	bind add 10.0.0.0/24 lladdr any
	bind add 10.0.0.9 lladdr $M
	bind replace 10.0.0.9 lladdr 02:00:00:00:00:02 dev eth0
	bind del 10.0.0.9 lladdr $M
	END
is "$(saved | paste -sd ,)" "dev set all ignore device announce best,dev set cali* proxy route,\
rule add pass 10.1.0.0/16 dev all,rule add drop 10.1.0.0/16 from dev eth0,\
bind add 10.0.0.0/24 lladdr any dev all,bind add 10.0.0.9 lladdr 02:00:00:00:00:02 dev eth0" \
	"later lines see the result of earlier ones, and everything else stays"
was=$(saved) before=$(generation)
run_ok "deleted and added again in one step" arpctl apply - <<-END
	bind del 10.0.0.0/24
	bind add 10.0.0.0/24 lladdr any
	rule replace drop 10.1.0.0/16
	rule replace pass 10.1.0.0/16
	dev unset all
	dev set all ignore device announce best
	END
is "$(saved)" "$was" "the policy is the same as before"
run_ok "changes that change nothing" arpctl apply - <<<'dev set all ignore device'

# All or nothing

refused() {	# STATUS REGEX DESC LINE…: the last LINE fails; valid lines surround them
	local want=$1 regex=$2 desc=$3
	shift 3
	before=$(generation)
	{ echo 'rule add hide 10.200.0.1'; printf '%s\n' "$@" 'rule add hide 10.200.0.2'; } >"$dir/bad"
	fails_with "$want" "^$dir/bad:$(($# + 1)): $regex" "$desc" arpctl apply "$dir/bad"
	is "$(saved)@$(generation)" "$was@$before" "$desc: nothing has changed"
}
refused 1 '.*for this prefix on this selector: replace it' "add of a rule that exists" "rule add drop 10.1.0.0/16"
refused 1 '.*replace it' "add of one that an earlier line added" "rule add drop 10.2.0.0/16" "rule add drop 10.2.0.0/16"
refused 1 '.*replace it' "add of a binding that exists" "bind add 10.0.0.9 lladdr any dev eth0"
refused 1 'there is no rule for this prefix' "del of a rule that is missing" "rule del drop 10.2.0.0/16"
refused 1 'there is no rule for this prefix' "del of one that an earlier line deleted" \
	"rule del pass 10.1.0.0/16" "rule del pass 10.1.0.0/16"
refused 1 'the existing entry does not match' "del of a rule with another action" "rule del drop 10.1.0.0/16"
refused 1 'there is no binding' "del of a binding that is missing" "bind del 10.0.0.9"
refused 1 '' "unset of a selector without fields" "dev unset eth9"
refused 1 '' "unset of a field that is not set" "dev unset all mode"
refused 1 '.*lladdr is not a unicast address' "an lladdr that is a group address" "bind add 10.0.0.77 lladdr 01:00:5e:00:00:01"
refused 1 '.*unclosed bracket' "an invalid glob" "dev set e[ ignore 1"
refused 2 '"flush" is not allowed' "flush" flush
refused 2 'unterminated quote' "a line that cannot be read" 'rule add drop 10.0.0.1 dev "e'
fails_with 2 'cut off' "a file that is cut off" arpctl apply - < <(printf 'rule add drop 10.3.0.0/16\nrule add')
fails_with 2 'end line that save writes is missing' "a file of save that is cut off" arpctl apply - < <(arpctl save | sed '$d')
is "$(saved)" "$was" "after all that, the policy is unchanged"
run_ok "an empty file" arpctl apply - </dev/null
fails_with 1 "cannot open $dir/nix: No such file" "a file that does not exist" arpctl apply "$dir/nix"
echo 'rule add drop 10.1.0.0/16' >"$dir/bad"
fails_with 1 "^-:2: $dir/bad:1: .*replace it" "in a batch, both lines are named" \
	arpctl -b - <<<$'\napply '"$dir/bad"

# Many

must arpctl flush
awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "%s 10.%d.%d.%d %s\n", i % 2 ? "rule add hide" : "bind add",
		i / 65536, i / 256 % 256, i % 256, i % 2 ? "" : "lladdr any" }' >"$dir/many"
{ cat "$dir/many"; echo 'rule add hide 10.0.0.1'; } >"$dir/twice"
fails_with 1 '^.*twice:20001: .*replace it' "20,000 changes, and one that is refused" arpctl apply "$dir/twice"
is "$(saved)" "" "nothing has changed"
run_ok "20,000 changes" arpctl apply "$dir/many"
is "$(saved | wc -l)" 20000 "all 20,000 are applied"
run_ok "20,000 deletions" arpctl apply - < <(sed 's/ add / del /' "$dir/many")
is "$(saved)" "" "all 20,000 are deleted"

# ^C: more transactions than a namespace can have at a time are begun and interrupted.
for _ in {1..20}; do
	mkfifo "$dir/fifo"
	setsid nsenter --net=/run/netns/alice -- "$ARPCTL" apply "$dir/fifo" &
	apply=$!
	exec 5>"$dir/fifo"
	head -n 3000 "$dir/many" >&5
	kill -TERM $apply
	wait $apply 2>/dev/null
	exec 5>&-
	rm "$dir/fifo"
done
is "$(saved)" "" "interrupted: nothing has changed"
run_ok "interrupted transactions do not block later ones" arpctl apply - <<<'rule add hide 10.0.0.1'
must arpctl flush

# Limits

must unload_module
must load_module max_rules=3
echo 'rule add pass 10.9.9.9' | arpctl apply -
printf 'rule add pass 10.0.0.%d\n' 1 2 3 >"$dir/three"
fails_with 1 'three:3: .*max_rules' "one more than max_rules: the line is named" arpctl apply "$dir/three"
is "$(saved)" "rule add pass 10.9.9.9/32 dev all" "too many rules: nothing has changed"
run_ok "a deletion in an earlier line makes room" arpctl apply - < <(echo 'rule del pass 10.9.9.9'; cat "$dir/three")
is "$(saved | wc -l)" 3 "all three rules are added"
must unload_module
must load_module

# Dynamic bindings

run_ok "dynamic bindings can be applied" arpctl apply - <<<"bind add 10.0.0.7 lladdr $M dynamic"
is "$(arpctl bind show)" "10.0.0.7 lladdr $M dev all dynamic" "the dynamic binding is listed"
fails_with 1 '^-:2: ' "a dynamic binding does not replace a static one" arpctl apply - <<-END
	bind replace 10.0.0.7 lladdr any
	bind replace 10.0.0.7 lladdr $M dynamic
	END
is "$(arpctl bind show)" "10.0.0.7 lladdr $M dev all dynamic" "the dynamic binding is unchanged"
must arpctl flush

# Notifications

start alice "$ARPCTL" -j monitor config >"$dir/events"
monitor=$started
must poll 20 monitored alice
must arpctl apply - < <(head -n 7 "$dir/many")
must arpctl dev set all mode audit
finished() { grep -q audit "$dir/events"; }
must poll 20 finished
stop $monitor
is "$(jq -r '"\(.event) \(.changes // "")"' "$dir/events" | paste -sd ,)" \
	"change 7,dev " "one event for all changes"
must arpctl flush

# Under load. Each change replaces the MAC of the answer. If its lines took effect one by
# one, some requests would not be answered.
must arpctl rule add proxy 10.1.0.0/24 lladdr 02:00:5e:00:00:0a
for mac in 0b 0a; do
	printf '%s\n' 'rule del proxy 10.1.0.0/24' 'rule add drop 10.1.0.0/24' \
		"rule replace proxy 10.1.0.0/24 lladdr 02:00:5e:00:00:$mac" >"$dir/$mac"
done
for ((i = 0; i < 200; i++)); do
	echo "apply $dir/0b"
	echo "apply $dir/0a"
done >"$dir/batch"
batch_in_flood "400 changes" 1000
must arpctl flush

# Edge cases
must arpctl dev set all ignore device
before=$(generation)
run_ok "changes that cancel each other out" arpctl apply - <<-END
	dev set eth5 ignore never
	dev unset eth5
	END
is "$(generation)" "$before" "changes that cancel each other out keep the generation"
must arpctl rule add drop 10.9.0.0/16
run_ok "the first binding of a selector with rules" arpctl apply - <<<"bind add 10.0.0.9 lladdr $M"
is "$(arpctl -j bind show | jq -r '.[].address')" 10.0.0.9 "the first binding of a selector with rules is listed"
must arpctl flush
run_ok "the maximum number of globs" arpctl apply - \
	< <(printf 'dev set g%s* ignore device\n' {0..255})
fails_with 1 'none of these fields' "unset of an unknown glob at the limit: the glob is reported, not the limit" \
	arpctl apply - <<<'dev unset zz*'
must arpctl flush
must arpctl apply - < <(printf 'rule add drop 10.9.0.0/16 dev g%s*\n' {0..31})
fails_with 1 '1: .*at most 32 globs' "one glob with entries over the limit: the line is named" \
	arpctl apply - <<<'rule add drop 10.9.0.0/16 dev zz*'
run_ok "one glob is deleted and another one added in one step" arpctl apply - <<-END
	rule del drop 10.9.0.0/16 dev g7*
	rule add drop 10.9.0.0/16 dev zz*
	END
must arpctl flush
must arpctl bind add 10.0.0.9 lladdr $M dynamic
before=$(generation)
must arpctl flush
is "$(generation)" "$before" "flushing only dynamic bindings keeps the generation"
