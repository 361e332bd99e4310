#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's tools for netlink specifications work with the module and
# netlink/arp_policy.yaml alone: the command line, the generated C library and the Python
# library, as they are in this Debian's newest linux-source and in that of trixie-backports.
# lab: timeout 1200
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"

RELEASES=('' trixie-backports)
for release in "${RELEASES[@]}"; do
	"$ROOT/tests/vm/ynl" --if-there "$release" >/dev/null 2>&1 ||
		plan skip "no ynl: tests/vm/ynl $release"
done
plan 46
host alice
must ip -n alice link add name eth0 type dummy
must load_module
scratch

# The command line.
ynl() {
	in_host alice /usr/bin/python3 "$cli" --spec "$spec" --no-schema --output-json "$@"
}

conforms() {
	/usr/bin/python3 - "$spec" "$ynl" <<-'END'
		import sys, yaml, jsonschema
		spec = yaml.safe_load(open(sys.argv[1]))
		schema = yaml.safe_load(open(f"{sys.argv[2]}/{spec['protocol']}.yaml"))
		for error in jsonschema.Draft7Validator(schema).iter_errors(spec):
		    print(list(error.path), error.message)
	END
}

command_line() {
	local rule op
	is "$(ynl --dump dev-get)" "[]" "a dump of no settings"
	run_ok "dev-set" ynl --do dev-set \
		--json '{"selector": "eth*", "fields": {"ignore": "never", "hidden": 1}}'
	is "$(ctl alice save | grep -v "^#")" "dev set eth* ignore never hidden on" "arpctl shows it"
	run_ok "dev-set that unsets" ynl --do dev-set --json '{"selector": "eth*", "unset": ["hidden"]}'
	is "$(ynl --do dev-get --json '{"selector": "eth*"}' | jq -c '[.selector, .fields]')" \
		'["eth*",{"ignore":"never"}]' "dev-get returns it with names"
	is "$(ynl --dump effective-get | jq -c '.[] | select(.ifname == "eth0") | .fields.ignore')" \
		'"never"' "a dump of effective values"
	# The address 10.9.9.0 as a number: older versions of ynl cannot parse addresses.
	rule='"table": "target", "address": 168364288, "length": 24'
	is "$(ynl --do entry-add --json "{\"entry\": {$rule, \"action\": \"hide\"}}" |
		jq -c '[.entry.action, .generation > 0]')" '["hide",true]' "entry-add returns the entry"
	like "$(ctl alice rule show)" '^hide 10\.9\.9\.0/24' "arpctl shows it as well"
	is "$(ynl --do entry-get --json "{\"entry\": {$rule}}" | jq -r .entry.action)" hide \
		"entry-get by its key"
	op='{"table": "binding", "address": 167772161, "any": true, "dynamic": true}'
	run_ok "a transaction" ynl --multi transaction-begin '{"transaction": "change"}' \
		--multi transaction-add "{\"op\": [{\"entry-add\": $op}, {\"entry-del\": {$rule}}]}" \
		--multi transaction-commit '{}'
	is "$(ynl --dump entry-get --json '{"tables": ["binding"], "dynamic": true}' |
		jq -c '[.[].entry.any]')" '[true]' "a filtered dump"
	is "$(ynl --dump entry-get | jq length)" 1 "the transaction was carried out as a whole"
	is "$(ynl --do info-get | jq -c '[.rules, .bindings, .dynamic]')" '[0,1,1]' "info-get"
	fails_with 1 'unclosed bracket' "an error of the kernel is reported" \
		ynl --do dev-set --json '{"selector": "e[", "fields": {"ignore": "device"}}'
	like "$(ynl --subscribe config --sleep 2 --do dev-set \
		--json '{"selector": "lo", "fields": {"filter": 1}}')" \
		'"name": "dev-ntf".*"selector": "lo"|"selector": "lo".*"name": "dev-ntf"' \
		"a notification"
	run_ok "flush" ynl --do flush
}

# The C library, generated and compiled by tests/ynl.
c_library() {
	is "$(in_host alice "$ROOT/build/ynl/$version/policy" 2>&1 |
		sed "s/version [^,]*/version X/; s/'//g")" \
'set: eth* ignore 4
dev: eth* ignore 4
added: table 0 10.9.9.0/24 dev eth* action 3
refused: Kernel error: there is a rule for this prefix on this selector: replace it instead (bad attribute: .entry)
get: table 0 10.9.9.0/24 dev eth* action 3
committed: 2 ops
list: table 2 10.0.0.1/32 dev all any
list: table 2 10.0.0.2/32 dev all any
info: version X, 1 rules, 2 bindings of 1048576
ntf: dev-ntf eth*
ntf: entry-add-ntf table 0 10.9.9.0/24 dev eth* action 3
ntf: transaction-ntf ops 2' "the generated C library: set, list, add, get, transaction, monitor"
	must ctl alice flush
}

# The example in Python.
python_library() {
	local mac=02:00:00:00:00
	example() {
		in_host alice /usr/bin/python3 "$ROOT/contrib/examples/bindings.py" "$ynl" "$spec" "$@"
	}
	bindings() { ctl alice -j bind show | jq -c '[.[] | .address + " " + .lladdr]'; }
	must ctl alice bind add 10.0.0.9 lladdr $mac:09
	is "$(example eth0 10.0.0.1=$mac:01 10.0.0.2=$mac:02)" "2 changes" \
		"contrib/examples/bindings.py adds bindings"
	is "$(bindings)" "[\"10.0.0.9 $mac:09\",\"10.0.0.1 $mac:01\",\"10.0.0.2 $mac:02\"]" \
		"bindings.py keeps the bindings of others"
	is "$(example eth0 10.0.0.2=$mac:02 10.0.0.1=$mac:03)" "1 changes" "bindings.py changes a binding"
	is "$(example eth0 10.0.0.2=$mac:02)" "1 changes" "bindings.py removes a binding"
	is "$(bindings)" "[\"10.0.0.9 $mac:09\",\"10.0.0.2 $mac:02\"]" "bindings.py leaves the bindings of others"
	must ctl alice flush
}

for release in "${RELEASES[@]}"; do
	ynl=$("$ROOT/tests/vm/ynl" --if-there "$release")
	version=$(basename "$(dirname "$ynl")")
	diag "ynl of $(cat "$(dirname "$ynl")/ready")"
	cli=$ynl/cli.py
	[ -e "$cli" ] || cli=$ynl/pyynl/cli.py
	must "$ROOT/tests/ynl/prepare" "$ynl" "$dir/$version"
	spec=$dir/$version/Documentation/netlink/specs/arp_policy.yaml
	is "$(conforms 2>&1)" "" "the specification conforms to the kernel's schema"
	command_line
	c_library
	python_library
done
