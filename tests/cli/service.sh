#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The service's unit file passes systemd-analyze verify.
# lab: host

. tests/cli/lib.sh
plan 3
scratch

make -s -C tools/arpctl arp-policy.service
# The tool is not installed here.
sed "s|/usr/local/sbin/arpctl|$PWD/tools/arpctl/arpctl|" \
	tools/arpctl/arp-policy.service >"$dir/arp-policy.service"
! grep -q @ "$dir/arp-policy.service"
result $? 'no placeholder is left'

if command -v systemd-analyze >/dev/null; then
	said=$(systemd-analyze verify --man=no "$dir/arp-policy.service" 2>&1)
	is "$said" "" 'systemd-analyze verify passes'
else
	skip 'systemd-analyze verify passes' 'no systemd'
fi

# The commented-out lines of the example: a # without a blank.
grep -E '^#[a-z]' tools/arpctl/arp-policy.conf.example | cut -c 2- >"$dir/example"
[ "$(wc -l <"$dir/example")" -ge 5 ]
result $? 'the example has lines that can be uncommented'
