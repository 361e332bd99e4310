#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/net/ynl, the kernel's tool for netlink specifications, works with the module and
# netlink/arp_policy.yaml alone.
# lab: timeout 600
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"

ynl=$("$ROOT/tests/vm/ynl" --if-there 2>/dev/null) || plan skip "no ynl: tests/vm/ynl"
cli=$ynl/cli.py
[ -e "$cli" ] || cli=$ynl/pyynl/cli.py
plan 11

spec=$ROOT/netlink/arp_policy.yaml
ynl() {
	in_host alice /usr/bin/python3 "$cli" --spec "$spec" --no-schema --output-json "$@"
}

is "$(/usr/bin/python3 - "$spec" "$ynl" 2>&1 <<'END'
import sys, yaml, jsonschema
spec = yaml.safe_load(open(sys.argv[1]))
schema = yaml.safe_load(open(f"{sys.argv[2]}/{spec['protocol']}.yaml"))
for error in jsonschema.Draft7Validator(schema).iter_errors(spec):
    print(list(error.path), error.message)
END
)" "" "the specification conforms to the kernel's schema"

host alice
must ip -n alice link add name eth0 type dummy
must load_module
is "$(ynl --dump dev-get)" "[]" "a dump of no settings"
run_ok "dev-set" ynl --do dev-set \
	--json '{"selector": "eth*", "fields": {"ignore": "device", "hidden": 1}}'
is "$(ctl alice save | grep -v "^#")" "dev set eth* ignore device hidden on" "arpctl shows it"
is "$(ynl --do dev-get --json '{"selector": "eth*"}' | jq -c '[.selector, .fields]')" \
	'["eth*",{"ignore":"device","hidden":1}]' "dev-get returns it with names"
is "$(ynl --dump effective-get | jq -c '.[] | select(.ifname == "eth0") | .fields.ignore')" \
	'"device"' "a dump of effective values"
# The address 10.9.9.0 as a number: older versions of ynl cannot parse addresses.
run_ok "rule-add" ynl --do rule-add \
	--json '{"rule": {"action": "hide", "prefix": 168364288, "length": 24, "selector": "all"}}'
like "$(ctl alice rule show)" '^hide 10\.9\.9\.0/24' "arpctl shows it as well"
is "$(ynl --dump rule-get | jq -c '[.[].rule.action]')" '["hide"]' "a dump of the rules"
fails_with 1 'unclosed bracket' "an error of the kernel is reported" \
	ynl --do dev-set --json '{"selector": "e[", "fields": {"ignore": "device"}}'
run_ok "flush" ynl --do flush
