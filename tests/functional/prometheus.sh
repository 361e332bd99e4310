#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stats prometheus exports the values of stats show, whatever the device names are.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 -c 'from importlib.util import find_spec as find
exit(not find("prometheus_client"))' || plan skip "no prometheus_client for python: tests/vm/deps check"
plan 19

scratch

# The samples as Prometheus' own library reads them, a line of JSON each. Its parser is loaded
# without the rest of the package, such as its web server: that takes a second here.
read_it() {
	/usr/bin/python3 -c '
import importlib.util, json, sys, types
package = types.ModuleType("prometheus_client")
package.__path__ = importlib.util.find_spec("prometheus_client").submodule_search_locations
sys.modules["prometheus_client"] = package
from prometheus_client.parser import text_string_to_metric_families as parse
sys.stdin.reconfigure(encoding="utf-8", errors="strict")
for family in parse(sys.stdin.read()):
    for s in family.samples:
        print(json.dumps([s.name, family.type, s.labels, int(s.value)],
                         sort_keys=True))
'
}
scrape() { ctl alice stats prometheus; }

# The expected samples: the counters of stats show that are not zero.
wanted() {
	ctl alice -j stats show | jq -Sc '.[] |
		.dev as $dev | . as $seen |
		(("in", "out") as $direction | ["arp_policy_packets_total", "counter",
			{device: $dev, direction: $direction}, $seen[$direction]]),
		($seen.reasons | to_entries[] | ["arp_policy_verdicts_total", "counter",
			{device: $dev, reason: .key}, .value]) | select(.[3] > 0)' | sort
}

alice_and_bob link
addr alice lo 10.9.9.9/32

is "$(scrape | read_it)" '["arp_policy_up", "gauge", {}, 0]' "without the module, arp_policy_up is 0"
run_ok "the command does not load the module" [ ! -e /sys/module/arp_policy ]

must load_module
version=$(</sys/module/arp_policy/version)
is "$(scrape | read_it | head -n 2)" '["arp_policy_up", "gauge", {}, 1]
["arp_policy_info", "gauge", {"version": "'"$version"'"}, 1]' "with the module, arp_policy_up is 1, and its version is exported"
gauges() { scrape | read_it | jq -r 'select(.[2] == {}) | "\(.[0]) \(.[3])"' | sed 's/^arp_policy_//'; }
is "$(gauges | sed 1d | grep -v limit | paste -sd ' ')" \
	"generation 1 selectors 0 rules 0 bindings 0 dynamic_bindings 0 events_lost_total 0" "gauges without a policy and without a restore"
must ctl alice restore - <<-'END'
	dev set lo hidden on
	rule add drop 10.66.0.0/16
	bind add 10.0.0.66 lladdr 02:00:5e:00:00:66
END
must ctl alice bind add 10.0.0.67 lladdr 02:00:5e:00:00:67 dynamic
is "$(gauges | sed 1d | grep -v 'limit\|last' | paste -sd ' ')" \
	"generation 2 selectors 2 rules 1 bindings 2 dynamic_bindings 1 events_lost_total 0" "gauges of the policy"
is "$(gauges | awk -v now="$(date +%s)" '$1 == "last_restore_timestamp_seconds" { print (now - $2 < 60) }')" 1 \
	"gauge of the time of the last restore"
is "$(gauges | grep -c 'limit [1-9]')" 4 "gauges of the limits"
must ctl alice flush

must ctl alice dev set eth0 ignore device
arpq bob flood eth0 10.0.0.1 count 3 >/dev/null
arpq bob flood eth0 10.9.9.9 count 5 >/dev/null
all_counted() { [ "$(ctl alice -j stats show eth0 | jq '.[].in')" = 8 ]; }
poll 10 all_counted

samples() { scrape | read_it | grep 'packets_total\|verdicts_total' | jq -Sc . | sort; }
is "$(samples)" "$(wanted)" "the counters of a device"
is "$(samples | jq -c 'select(.[3] > 0) | [.[2] | .direction // .reason] + [.[3]]' | sort | paste -sd ' ')" \
	'["answered",3] ["ignored",5] ["in",8] ["out",3] ["pass",3]' "the counters have the expected values"
if command -v promtool >/dev/null; then
	is "$(scrape | promtool check metrics 2>&1)" '' "promtool accepts the output"
else
	is "$(scrape | grep -vcE '^(# (HELP|TYPE|UNIT) arp_policy_[a-z_]+ .+|arp_policy_[a-z_]+(\{.*\})? [0-9]+)$')" 0 \
		"every line matches the format"
fi
is "$(scrape | sed -n 's/^# HELP \([^ ]*\) .*/\1/p')" "$(scrape | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p')" \
	"each metric has its HELP and TYPE"
is "$(scrape | sed -n 's/^# UNIT //p')" "arp_policy_last_restore_timestamp_seconds seconds" "a metric with a unit has its UNIT"

# Unusual device names.
must ip -n alice link add name 'q"b\n' type veth peer name odd1
must ip -n alice link add name $'\u00e9\u20ac' type veth peer name odd2
must ip -n alice link add name $'x\xff' type veth peer name odd3
must ip -n alice link add name $'x\xfe' type veth peer name odd4
must ctl alice dev set default announce any
i=0
for dev in 'q"b\n' $'\u00e9\u20ac' $'x\xff' $'x\xfe'; do
	addr alice "$dev" 10.70.$((++i)).1/24
	must ip -n alice link set "$dev" up
	must ip -n alice link set "odd$i" up
	# A request of the kernel's own is counted.
	in_host alice ping -q -c 1 -W 1 10.70.$i.2 >/dev/null
done
is "$(scrape | read_it | jq -r 'select(.[2].direction == "out") | .[2].device' | sort | paste -sd ' ')" \
	"$(printf '%s\n' eth0 'q"b\n' $'\u00e9\u20ac' 'x\xff' 'x\xfe' | sort | paste -sd ' ')" \
	"odd device names are exported and stay distinct"
run_ok "the output is UTF-8" iconv -f UTF-8 -t UTF-8 <(scrape)
if command -v promtool >/dev/null; then
	is "$(scrape | promtool check metrics 2>&1)" '' "promtool accepts odd device names"
else
	ok "Prometheus' library accepts odd device names"
fi

# The service's own command, in a directory of the test.
line=$(sed -n 's/^ExecStart=//p' "$ROOT/contrib/prometheus/arp-policy-textfile.service")
collect() { (PATH=$(dirname "$ARPCTL"):$PATH && cd "$dir" && eval "$line"); }
run_ok "the service writes a file" collect
is "$(ls "$dir")" arp_policy.prom "the service writes no other file"
before=$(<"$dir/arp_policy.prom")
ARPCTL=$dir/bin/arpctl
mkdir "$dir/bin"
printf '#!/bin/sh\necho half\nexit 1\n' >"$ARPCTL"
chmod +x "$ARPCTL"
fails_with 1 '' "when arpctl fails, the service fails" collect
is "$(<"$dir/arp_policy.prom")" "$before" "when arpctl fails, the file is unchanged"
