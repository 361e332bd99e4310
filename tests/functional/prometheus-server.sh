#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Prometheus scrapes the counters; every query of the dashboard and of the alerts runs there.
# lab: all
# lab: own-vm
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v prometheus promtool >/dev/null || plan skip "no prometheus: tests/vm/deps prometheus"
command -v jq >/dev/null || plan skip "no jq"
contrib=$ROOT/contrib/prometheus

scratch
run_ok "the alerts are valid" promtool check rules "$contrib/arp-policy.rules.yml"
run_ok "the alerts fire in promtool's tests" bash -c "cd '$contrib' && promtool test rules arp-policy.test.yml"

alice_and_bob link
must load_module
must ctl alice restore - <<<'dev set eth0 ignore device rate 100
bind add 10.0.0.2 lladdr 02:00:5e:00:00:02'
arpq bob flood eth0 10.0.0.1 count 3 >/dev/null
arpq bob flood eth0 10.9.9.9 count 5 >/dev/null
run_ok "promtool accepts the metrics" bash -c "'$ARPCTL' -n alice stats prometheus | promtool check metrics"

# Serves the metrics as node_exporter would serve the textfile.
cat >"$dir/exporter.py" <<'END'
import http.server
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = subprocess.run([sys.argv[1], "stats", "prometheus"], check=True, capture_output=True).stdout
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


http.server.HTTPServer(("127.0.0.1", 9100), Handler).serve_forever()
END
cat >"$dir/prometheus.yml" <<END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$contrib/arp-policy.rules.yml]
scrape_configs: [{job_name: arp, static_configs: [{targets: ['127.0.0.1:9100']}]}]
END
start alice python3 "$dir/exporter.py" "$ARPCTL"
exporter=$started
start alice prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" \
	--web.listen-address=127.0.0.1:9090 >"$dir/log" 2>&1
server=$started

# Prints the number of results of a query.
query() {	# EXPR
	in_host alice python3 -c '
import json, sys, urllib.parse, urllib.request
url = "http://127.0.0.1:9090/api/v1/query?" + urllib.parse.urlencode({"query": sys.argv[1]})
reply = json.load(urllib.request.urlopen(url, timeout=30))
print(len(reply["data"]["result"]) if reply["status"] == "success" else reply)' "$1" 2>&1
}
scraped() { [ "$(query 'count_over_time(arp_policy_up[1m]) > 3')" = 1 ]; }
run_ok "Prometheus scrapes the counters" poll 120 scraped

# Replaces variables as Grafana does.
# shellcheck disable=SC2016 # variables of Grafana
filled() { sed 's/\$__rate_interval/1m/g; s/\$instance/.*/g; s/\$device/.*/g'; }
while IFS=$'\t' read -r title expr; do
	expr=$(filled <<<"$expr")
	got=$(query "$expr")
	case $title in
	Dropped*|Above*|"Used of"*) like "$got" '^[0-9]+$' "dashboard: $title: $got results" ;;
	*) like "$got" '^[1-9][0-9]*$' "dashboard: $title: $got results" ;;
	esac
done < <(jq -r '.panels[] | .title as $t | .targets[] | [$t, .expr] | @tsv' "$contrib/arp-policy-dashboard.json")
is "$(query 'ALERTS{alertname!~"ArpPolicy.*"}')" 0 "no alert on a healthy host"
is "$(query 'arp_policy_verdicts_total == 0 or arp_policy_packets_total == 0')" 0 "no series is zero"
is "$(query 'arp_policy_last_restore_timestamp_seconds > time() - 600')" 1 "the time of the last restore"
stop "$server" "$exporter"
plan
