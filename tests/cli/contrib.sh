#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The files in contrib are well formed, and arpctl reads each policy in them.
# lab: host

. tests/cli/lib.sh
plan 16
scratch

# What a YAML file says, by an expression on "docs", the list of its documents.
yaml() {	# FILE EXPRESSION
	/usr/bin/python3 -c 'import sys, yaml
docs = list(yaml.safe_load_all(open(sys.argv[1])))
print(eval(sys.argv[2]))' "$1" "$2" 2>&1
}

# Checks that the policy on standard input parses.
reads() {	# DESC
	cat >"$dir/policy"
	[ -s "$dir/policy" ]
	result $? "$1 exists"
	run "${NOWHERE[@]}" restore "$dir/policy"
	check_error 1 'Cannot open network namespace' "$1: arpctl reads it"
}

bad=$(find contrib -name '*.y*ml' | while read -r file; do
	yaml "$file" 'None' | grep -v '^None$'
done)
is "$bad" "" "all YAML is well formed"

manifest=contrib/kubernetes/arp-policy.yaml
reads "the ConfigMap's policy" \
	< <(yaml "$manifest" '[d["data"]["policy"] for d in docs if d["kind"] == "ConfigMap"][0]')
reads "Ansible's example" \
	< <(yaml contrib/ansible/site.yml 'docs[0][0]["roles"][0]["vars"]["arp_policy_policy"]')
reads "networkd's recipe" \
	< <(sed -n '/arp-policy.conf$/,/^```/p' contrib/systemd-networkd/README.md | grep '^[a-z]')

[ "$(yaml "$manifest" '[d["kind"] for d in docs]')" = "['Namespace', 'ConfigMap', 'DaemonSet']" ]
result $? "the manifest has a namespace, a ConfigMap and a DaemonSet"
said=$(yaml "$manifest" '[
	(d["spec"]["selector"]["matchLabels"] == d["spec"]["template"]["metadata"]["labels"],
	 d["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"] == docs[1]["metadata"]["name"],
	 {e["metadata"].get("namespace", docs[0]["metadata"]["name"]) for e in docs} == {docs[0]["metadata"]["name"]})
	for d in docs if d["kind"] == "DaemonSet"][0]')
is "$said" "(True, True, True)" "which refer to each other"

# Runs the pod's command with an arpctl whose diff always differs, until it sleeps.
pod() {	# the policy on standard input
	rm -f "$dir/did"
	cat >"$dir/policy"
	cat >"$dir/arpctl" <<-END
		#!/bin/sh
		echo "\$@" >>$dir/did
		[ "\$2" != diff ] || { echo '{"generation":7,"changes":[{"op":"add"}]}'; exit 1; }
	END
	chmod +x "$dir/arpctl"
	yaml "$manifest" 'docs[2]["spec"]["template"]["spec"]["containers"][0]["command"][2]' |
		sed "s,/policy/policy,$dir/policy,; s,/policy/policy,$dir/policy," >"$dir/pod"
	PATH=$dir:$PATH timeout 2 sh "$dir/pod" >"$dir/said" 2>&1
	did=$(paste -sd ' ' "$dir/did" 2>/dev/null)
}
pod <<<$'# a policy\n dev set lo hidden on'
is "$did" "-j diff $dir/policy restore $dir/policy generation 7" "the pod restores what differs, if it is still the same"
for empty in '' $'# nothing\n\n'; do
	pod < <(printf %s "$empty")
	is "$did" "" "and nothing if the policy is empty"
done
grep -q 'no policy' "$dir/said"
result $? "which it reports" "$(<"$dir/said")"

# Each object against the Kubernetes API's models, as its own client library has them:
# unknown members are lost in the conversion there and back.
models() {	# FILE
	/usr/bin/python3 -c 'import json, sys, yaml
from kubernetes.client import ApiClient
class Said:
    def __init__(self, data): self.data = data
for doc in yaml.safe_load_all(open(sys.argv[1])):
    client = ApiClient()
    known = client.deserialize(Said(json.dumps(doc)), "V1" + doc["kind"])
    if client.sanitize_for_serialization(known) != doc:
        print(doc["kind"])' "$1" 2>&1
}
said=$(models "$manifest")
is "$said" "" "the Kubernetes API knows all their members"
sed 's/hostNetwork/hostNetworks/' "$manifest" >"$dir/manifest"
[ "$(models "$dir/manifest")" = DaemonSet ]
result $? "and not a misspelt one"

# The commands of ifupdown's recipe, with a device name filled in.
# shellcheck disable=SC2016 # its own $IFACE
commands=$(sed -n 's/^\t\(pre-up\|post-up\|post-down\) arpctl //p' contrib/ifupdown/README.md |
	sed 's/ || true//; s/"$IFACE"/eth0/')
wrong=$(while read -r line; do
	# shellcheck disable=SC2086 # words
	run "${NOWHERE[@]}" $line
	[ "$status" = 1 ] || echo "$line: $err"
done <<<"$commands")
[ -n "$commands" ] && [ -z "$wrong" ]
result $? "ifupdown's commands parse" "$wrong"
