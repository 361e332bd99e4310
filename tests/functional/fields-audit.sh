#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The field mode: with audit, every field is counted and traced as with enforce, but the
# host behaves as if the module were not loaded.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=../differential/fields.bash
. "$(dirname "$0")/../differential/fields.bash"
plan 24

rich_host
run_command sysctl net/ipv4/ip_forward 1
{ requests "${own[@]}" 10.0.0.60 10.1.0.60 10.3.0.60 127.0.0.1; sends; forwards; } >"$work/questions"

sysctls() {	# strict|loose
	local strict=0
	[ "$1" = loose ] || strict=1
	conf arp_ignore=$((8 * strict)) all
	conf arp_announce=$((2 * strict)) all
	conf arp_filter=$strict all
	conf proxy_arp=$((! strict)) all
}

# The counted reasons except pass: replies of the module and of the kernel are counted
# differently.
decided() {
	ctl host -j stats show |
		jq -c '[.[].reasons | to_entries[] | select(.key != "pass")] | group_by(.key)[] |
			[.[0].key, (map(.value) | add)]'
}

# The same from the tracepoint.
traced() {
	grep -o 'reason=[a-z-]*' $tracing/trace | sort | uniq -c |
		sed -nE 's/ *([0-9]+) reason=(.*)/["\2",\1]/p' | grep -v '"pass"'
}
trace() { grep -m 1 -E "$1" $tracing/trace; }

for strictness in strict loose; do
	sysctls $strictness
	answers $strictness
done
differ strict loose "strict sysctls and loose ones make a difference"

must load_module
[ -d ${tracing%/*} ] || must mount -t tracefs tracefs ${tracing%/*/*}
must mkdir $tracing
echo 1 >$tracing/events/arp_policy/verdict/enable

# Stricter than the sysctls, then looser; first enforced, then with audit.
while read -r strictness fields; do
	for mode in enforce audit; do
		must ctl host flush
		# shellcheck disable=SC2086
		must ctl host dev set default $fields mode $mode
		[ "$strictness" = strict ] || must ctl host dev set dummy0 hidden on
		sysctls "$strictness"
		echo >$tracing/trace
		answers $mode
		decided >"$work/decided-$mode"
		traced >"$work/traced-$mode"
	done
	differ "$strictness" enforce "enforced, $fields makes a difference to $strictness sysctls"
	same "$strictness" audit "audit: $fields makes no difference"
	same decided-enforce decided-audit "audit: the counters are the same"
	same decided-audit traced-audit "audit: the trace agrees with the counters"
	like "$(<"$work/decided-audit")" '"(ignored|answered)",[1-9]' "the trace has decisions"
	is "$(grep -c 'audit=0' $tracing/trace)" 0 "audit: each decision is marked as audit"
	case $strictness in
	loose)
		like "$(trace 'dev=eth0 .* target=10\.0\.0\.1 sender=10\.0\.0\.50 ')" \
			'in request .* verdict=drop reason=ignored .*field=ignore .*audit=1' \
			"a request that would be dropped"
		like "$(trace 'reason=hidden')" \
			'target=(10\.9\.0\.1|10\.0\.0\.100) .* verdict=drop .* field=hidden .*audit=1' \
			"a request for a hidden address"
		like "$(trace 'dev=eth3 .*reason=announce-suppressed')" \
			'out request target=10\.3\.0\.70 .* verdict=drop .* field=announce .*audit=1' \
			"a request of the host that would be suppressed"
		like "$(trace 'dev=eth0 .*out .*target=10\.0\.0\.70 sender=10\.8\.8\.8')" \
			'verdict=rewrite reason=announce-rewritten .*field=announce .*audit=1' \
			"a request of the host whose sender would be rewritten" ;;
	strict)
		like "$(trace 'dev=eth0 .* target=10\.0\.0\.1 sender=10\.0\.0\.50 ')" \
			'verdict=reply reason=answered .*field=ignore .*audit=1' \
			"a request that would be answered"
		like "$(trace 'dev=eth0 .* target=10\.1\.0\.60 sender=10\.0\.0\.50 ')" \
			'verdict=reply reason=proxied .*field=proxy .*audit=1' \
			"a request that would be proxied" ;;
	esac
done <<-END
	loose ignore never announce strict filter on proxy off proxy-delay 100
	strict ignore any announce any filter off proxy route
END

# mode audit on all applies to every device; without it, each has its own.
sysctls loose
must ctl host flush
policy <<-END
	default ignore never
	eth0 mode audit
END
answers policy
grep -E '^ask eth0 ' "$work/loose" >"$work/loose-eth0"
grep -E '^ask eth0 ' "$work/policy" >"$work/audited"
same loose-eth0 audited "audit on a device: it answers as without policy"
is "$(said_to policy 'ask eth1 10.1.0.1 10.1.0.50')" silence "the other devices enforce"
policy <<-END
	eth0 mode enforce
	eth1 mode enforce
	all mode audit
END
answers policy
same loose policy "all mode audit wins over a device's enforce"
must ctl host dev unset all mode
answers policy
differ loose policy "without mode audit on all, the devices enforce"
must ctl host flush
answers policy
same loose policy "flush restores stock"
