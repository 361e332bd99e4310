#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Restoring a million lines is all or nothing, even if only the last line is wrong.
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
plan 9

host alice bob
link alice:eth0 bob:eth0
addr alice eth0 10.255.0.1/8
addr bob eth0 10.255.0.2/8
scratch
must load_module max_rules=999999

arpctl() { ctl alice "$@"; }
saved() { arpctl save | grep -v '^#'; }

awk 'BEGIN { for (i = 0; i < 999999; i++)
	printf "rule add hide 10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256 }' >"$dir/good"
must arpctl -b - <<-'END'
	dev set eth0 ignore device
	rule add pass 10.0.0.0/8
END
before=$(saved)

refused() {	# STATUS REGEX DESC LINE
	{ cat "$dir/good"; echo "$4"; } >"$dir/bad"
	fails_with "$1" "^$dir/bad:1000000: .*$2" "$3" arpctl restore "$dir/bad"
	[ "$(saved)" = "$before" ] || not_ok "$3: the policy has changed"
}
refused 2 'invalid ignore "4"' "the last line is invalid" "dev set eth0 ignore 4"
refused 2 'line 1 has one' "the last line is the first again" "rule add drop 10.0.0.0"
refused 1 'max_rules' "the last line is one rule too many" "rule add hide 11.0.0.0"
refused 1 'lladdr is not a unicast address' "the last line is refused by the kernel" \
	"bind add 10.0.0.77 lladdr 01:00:5e:00:00:01"
is "$(asks bob eth0 10.255.0.1)" "$(mac alice eth0)" "after the refused restores the old policy applies"
must ip -n alice addr add 10.15.66.62/32 dev eth0
is "$(asks bob eth0 10.15.66.62)" "$(mac alice eth0)" "an address is answered that will be hidden"
run_ok "without that line, everything is restored" arpctl restore "$dir/good"
is "$(asks bob eth0 10.15.66.62)" silence "the last address is hidden afterwards"
is "$(arpctl rule show | wc -l)" 999999 "all rules are listed"
