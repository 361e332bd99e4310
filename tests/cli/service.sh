#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit files pass systemd-analyze verify, and their sandboxes are tight.
# lab: host

. tests/cli/lib.sh
# The highest exposure level allowed by systemd-analyze security, in tenths.
declare -A exposure=([arp-policy]=20 [arp-policy-leases]=20 [arp-policy-snoop@]=20)
plan $((3 * ${#exposure[@]} + 3))
scratch

# The exposure level in tenths, 12 for 1.2. Older versions have no --offline.
exposed() {	# UNIT
	systemd-analyze security --offline=true --no-pager "$dir/$1.service" 2>&1 |
		sed -n 's/.*Overall exposure level for .*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p'
}

for unit in "${!exposure[@]}"; do
	make -s -C tools/arpctl "$unit.service"
	# The tool is not installed here.
	sed "s|/usr/local/sbin/arpctl|$PWD/tools/arpctl/arpctl|" \
		"tools/arpctl/$unit.service" >"$dir/$unit.service"
	! grep -q @SBINDIR@ "$dir/$unit.service"
	result $? "$unit: no placeholder is left"
done
for unit in "${!exposure[@]}"; do
	if ! command -v systemd-analyze >/dev/null; then
		skip "$unit: systemd-analyze verify passes" 'no systemd'
		skip "$unit: systemd-analyze security" 'no systemd'
		continue
	fi
	said=$(systemd-analyze verify --man=no "$dir/$unit.service" 2>&1)
	is "$said" "" "$unit: systemd-analyze verify passes"
	tenths=$(exposed "$unit")
	[ "${tenths:-99}" -le "${exposure[$unit]}" ]
	result $? "$unit: systemd-analyze security" "exposure in tenths: ${tenths:-unknown}"
done

# The commented-out lines of the examples: a # without a blank.
grep -E '^#[a-z]' tools/arpctl/arp-policy.conf.example | cut -c 2- >"$dir/example"
[ "$(wc -l <"$dir/example")" -ge 5 ]
result $? 'the example has lines that can be uncommented'
# systemd splits the variable at blanks, as a shell does.
uncommented=0
while IFS='"' read -r _ words _; do
	# shellcheck disable=SC2086
	run "${NOWHERE[@]}" bind watch $words
	[[ $status -eq 1 && $err =~ 'Cannot open network namespace' ]] && : $((++uncommented))
done < <(grep '^#LEASES=' tools/arpctl/arp-policy-leases.default.example)
is "$uncommented" 5 'the example has arguments of the service that can be uncommented'
is "$(sed -n 's/^ExecStart=.*arpctl //p' tools/arpctl/arp-policy-leases.service.in)" "bind watch \$LEASES" \
	'the service uses these arguments'
