#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Without the module, stats prometheus reports arp_policy_up 0; the systemd units that run it are valid.
# lab: host

. tests/cli/lib.sh
plan 4

if [ -d /sys/module/arp_policy ]; then
	skip 'without the module, arp_policy_up is 0' 'the module is loaded'
	skip '-j does not change the format' 'the module is loaded'
else
	run stats prometheus
	[ "$status" -eq 0 ] && [ -z "$err" ] && [ "$out" = '# HELP arp_policy_up Whether the module arp_policy is loaded.
# TYPE arp_policy_up gauge
arp_policy_up 0' ]
	result $? 'without the module, arp_policy_up is 0' "status $status: $out$err"
	text=$out
	run -j stats prometheus
	is "$out" "$text" '-j does not change the format'
fi

units=(contrib/prometheus/*.service contrib/prometheus/*.timer)
[ "${#units[@]}" -eq 2 ]
result $? 'a service and its timer' "${units[*]}"

if ! command -v systemd-analyze >/dev/null; then
	skip 'systemd-analyze verify passes' 'systemd is not installed'
else
	# Another test checks the manual page.
	said=$(systemd-analyze verify --man=no "${units[@]}" 2>&1) && [ -z "$said" ]
	result $? 'systemd-analyze verify passes' "$said"
fi
