#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The files in contrib are well formed, and arpctl reads each policy in them.
# lab: host

. tests/cli/lib.sh
plan 44
scratch

# Evaluates an expression on "docs", the list of documents in a YAML file.
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

kubernetes=contrib/kubernetes
for policy in "$kubernetes"/*/policy "$kubernetes"/overlays/*/policy; do
	reads "${policy#*/}" <"$policy"
done
reads "Ansible's example" \
	< <(yaml contrib/ansible/site.yml 'docs[0][0]["roles"][0]["vars"]["arp_policy_policy"]')
reads "networkd's recipe" \
	< <(sed -n '/arp-policy.conf$/,/^```/p' contrib/systemd-networkd/README.md | grep '^[a-z]')

# Each object against the Kubernetes API's models, as its own client library has them:
# unknown members are lost in the conversion there and back.
models() {	# FILE
	/usr/bin/python3 -c 'import json, sys, yaml
from kubernetes.client import ApiClient
class Response:
    def __init__(self, data): self.data = data
for doc in yaml.safe_load_all(open(sys.argv[1])):
    client = ApiClient()
    known = client.deserialize(Response(json.dumps(doc)), "V1" + doc["kind"])
    if client.sanitize_for_serialization(known) != doc:
        print(doc["kind"])' "$1" 2>&1
}

# The objects of an overlay, with the component that builds the module and without.
for overlay in "$kubernetes"/base "$kubernetes"/overlays/*; do
	name=${overlay##*/}
	said=$(tests/lib/kustomize "$overlay" 2>&1 >"$dir/$name.yaml" && models "$dir/$name.yaml"
		tests/lib/kustomize "$overlay" $kubernetes/components/build-module 2>&1 >"$dir/built.yaml" &&
			models "$dir/built.yaml")
	is "$said" "" "Kubernetes, $name: the API knows all members of the objects"
	said=$(yaml "$dir/built.yaml" '[(
		pod["priorityClassName"] in [d["metadata"]["name"] for d in docs if d["kind"] == "PriorityClass"],
		d["spec"]["selector"]["matchLabels"] == d["spec"]["template"]["metadata"]["labels"],
		{m["name"] for c in pod["containers"] + pod["initContainers"] for m in c["volumeMounts"]} ==
			{v["name"] for v in pod["volumes"]},
		{v["configMap"]["name"] for v in pod["volumes"] if "configMap" in v} ==
			{m["metadata"]["name"] for m in docs if m["kind"] == "ConfigMap"},
		{c["image"].partition(":")[2] for c in pod["containers"] + pod["initContainers"]} ==
			{"'"$(<VERSION)"'"},
		) for d in docs if d["kind"] == "DaemonSet" for pod in [d["spec"]["template"]["spec"]]]')
	is "$said" "[(True, True, True, True, True)]" "Kubernetes, $name: the objects refer to each other, and to images of this version"
done
sed 's/hostNetwork/hostNetworks/' "$dir/base.yaml" >"$dir/manifest"
[ "$(models "$dir/manifest")" = DaemonSet ]
result $? "Kubernetes: a misspelt member is found"
[ "$(yaml "$dir/base.yaml" '[d["metadata"]["name"] for d in docs if d["kind"] == "ConfigMap"]')" != \
	"$(yaml "$dir/calico.yaml" '[d["metadata"]["name"] for d in docs if d["kind"] == "ConfigMap"]')" ]
result $? "Kubernetes: another policy has another name, so that pods restart"
said=$(grep -rhoE '(newTag: |arp-policy(-build)?:)[0-9.]+' $kubernetes | sed 's/.*[ :]//' | sort -u)
is "$said" "$(<VERSION)" "Kubernetes: the images are of this version"

# Runs the pod's script with an arpctl whose diff always differs, until it sleeps.
pod() {	# ARGUMENT; the policy on standard input
	rm -f "$dir/did"
	cat >"$dir/policy"
	cat >"$dir/arpctl" <<-END
		#!/bin/sh
		echo "\$@" >>$dir/did
		[ "\$2" != diff ] || { echo '{"generation":7,"changes":[{"op":"add"}]}'; exit 1; }
	END
	# shellcheck disable=SC2016 # its own parent
	printf '#!/bin/sh\nkill $PPID\n' >"$dir/sleep"
	chmod +x "$dir/arpctl" "$dir/sleep"
	PATH=$dir:$PATH timeout 60 sh $kubernetes/base/keep.sh "$1" >"$dir/said" 2>&1
	rm "$dir/sleep"
	did=$(paste -sd ' ' "$dir/did" 2>/dev/null)
}
pod "$dir/policy" <<<$'# a policy\n dev set lo hidden on'
is "$did" "-j diff $dir/policy restore $dir/policy generation 7" "the pod restores what differs, if it is still the same"
for empty in '' $'# nothing\n\n'; do
	pod "$dir/policy" < <(printf %s "$empty")
	is "$did" "" "the pod restores nothing if the policy is empty"
done
grep -q 'no command' "$dir/said"
result $? "the pod reports an empty policy" "$(<"$dir/said")"
watch=$(yaml "$dir/bridge.yaml" '[" ".join(c["command"][1:]) for d in docs if d["kind"] == "DaemonSet"
	for c in d["spec"]["template"]["spec"]["containers"] if c["name"] == "bindings"][0]')
# shellcheck disable=SC2086 # words
run "${NOWHERE[@]}" $watch
check_error 1 'Cannot open network namespace' "arpctl accepts the overlay's command: $watch"
pod remove </dev/null
is "$did" "flush" "to remove it, the pod flushes the policy once"

# Runs a script with an arpctl that accepts everything. Prints its calls.
did() {	# SCRIPT ARGUMENT…
	rm -f "$dir/did"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "$@" >>%s\n[ "$1" != apply ] || cat >>%s\n' "$dir/did" "$dir/did" >"$dir/arpctl"
	chmod +x "$dir/arpctl"
	PATH=$dir:$PATH "$@" >/dev/null 2>&1
	paste -sd ' ' "$dir/did" 2>/dev/null
}
notify=(contrib/keepalived/notify 192.168.1.100 eth0 INSTANCE web)
is "$(did "${notify[@]}" MASTER 100)" "rule del hide 192.168.1.100 announce 192.168.1.100 dev eth0 count 3" \
	"keepalived: the master shows the address and announces it"
is "$(did "${notify[@]}" BACKUP 100) $(did "${notify[@]}" FAULT 100)" \
	"rule replace hide 192.168.1.100 rule replace hide 192.168.1.100" "keepalived: in other states the address is hidden"
nm=contrib/network-manager
sed -n '/^# .etc.arp-policy.d/,/^```/p' $nm/README.md | grep '^[a-z]' >"$dir/Office LAN"
export ARP_POLICY_DIR=$dir CONNECTION_ID='Office LAN'
like "$(did $nm/arp-policy wlan0 pre-up)" '^apply - dev set wlan0 ignore .* bind replace .* dev wlan0$' \
	"NetworkManager: the connection's policy is applied to its device"
is "$(did $nm/arp-policy wlan0 up)$(CONNECTION_ID=other did $nm/arp-policy wlan0 pre-up)" "" \
	"NetworkManager: other events and connections change nothing"
mkdir "$dir/policies"
is "$(for name in '../Office LAN' "/$dir/Office LAN" .. ''; do
	ARP_POLICY_DIR=$dir/policies CONNECTION_ID=$name did $nm/arp-policy wlan0 pre-up
done)" "" "NetworkManager: a connection's name cannot select a file elsewhere"
reads "NetworkManager's example" < <(sed 's/\<DEV\>/wlan0/' "$dir/Office LAN")
reads "cloud-init's policy" < <(yaml contrib/cloud-init/user-data.yaml \
	'[f["content"] for f in docs[0]["write_files"] if f["path"] == "/etc/arp-policy.conf"][0]')
is "$(yaml contrib/cloud-init/user-data.yaml 'yaml.safe_load(docs[0]["write_files"][1]["content"])["network"]["version"]')" \
	2 "cloud-init's netplan is well formed"

# Ansible's role: the defaults, the specification of its arguments and its README agree.
said=$(cd contrib/ansible/roles/arp_policy && /usr/bin/python3 - <<'END'
import re, yaml
options = yaml.safe_load(open("meta/argument_specs.yml"))["argument_specs"]["main"]["options"]
defaults = yaml.safe_load(open("defaults/main.yml"))
rows = re.findall(r"^\| `(\w+)` \|", open("README.md").read(), re.M)
print({k: v["default"] for k, v in options.items() if "default" in v} == defaults, set(rows) == set(options))
END
)
is "$said" "True True" "Ansible: defaults, argument_specs and README agree"

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
