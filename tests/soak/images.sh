#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Buildah builds the images for Kubernetes on a Debian that mmdebstrap makes; the programs
# in them run. Kubectl builds the manifests. Needs the network, and 2 GB in /tmp while it runs.
# lab: alone
# lab: root
# lab: timeout 1800
set -u
cd "$(dirname "$0")/../.." || exit 1
[ "${1-}" = here ] || exec tests/lib/as-root -t 1780 "$PWD/tests/soak/images.sh" here
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
tests/vm/deps image kernels >&2 || bail "packages are missing"
version=$(<VERSION)
plan 14
scratch

# tests/lib/kustomize builds the same as kubectl, except for the hash at the end of a ConfigMap's
# name. Debian 12's kubectl is too old for the overlays.
same_objects() {	# FILE FILE
	/usr/bin/python3 -c 'import re, sys, yaml
def objects(path):
    text = re.sub(r"(name: arp-policy(-build)?)-[0-9a-z]{10}$", r"\1", open(path).read(), flags=re.M)
    return sorted(yaml.safe_load_all(text), key=lambda o: (o["kind"], o["metadata"]["name"]))
both = [objects(path) for path in sys.argv[1:]]
for one, other in zip(*both):
    if one != other: print(one, other, sep="\n")
sys.exit(both[0] != both[1] or not both[0])' "$@"
}
kubectl_builds() {	# OVERLAY [COMPONENT]
	rm -rf "$dir/kubernetes"
	cp -r contrib/kubernetes "$dir"
	[ $# = 1 ] || printf 'components:\n  - ../../%s\n' "$2" >>"$dir/kubernetes/$1/kustomization.yaml"
	"$dir/kubectl/usr/bin/kubectl" kustomize "$dir/kubernetes/$1" >"$dir/real" &&
		tests/lib/kustomize "${@/#/contrib/kubernetes/}" >"$dir/ours" &&
		same_objects "$dir/real" "$dir/ours"
}
tests/vm/root --sources trixie | mmdebstrap -q --variant=extract --aptopt='APT::Install-Recommends "false"' \
	--include=kubernetes-client trixie "$dir/kubectl" - >&2
for overlay in base overlays/{bridge,calico,kube-ipvs,remove}; do
	run_ok "kubectl builds the objects that tests/cli/contrib.sh checks: $overlay" kubectl_builds "$overlay"
done
run_ok "kubectl builds the objects that tests/cli/contrib.sh checks: build-module" kubectl_builds overlays/calico components/build-module
rm -rf "$dir/kubectl"

export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot HOME=$dir
tree=$PWD kubernetes=contrib/kubernetes
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$dir/policy.json"
in_buildah() {	# COMMAND ARGUMENT…
	local options=()
	case $1 in build|commit) options=(--signature-policy "$dir/policy.json") ;; esac
	buildah --root "$dir/storage" --runroot "$dir/run" "$1" "${options[@]}" "${@:2}"
}

# The name by which the Dockerfiles know it.
tests/vm/root --sources bookworm >"$dir/sources"
make_base() {
	mmdebstrap -q --variant=apt --aptopt='APT::Install-Recommends "false"' bookworm \
		"$dir/base.tar" "$dir/sources" &&
		container=$(in_buildah from scratch) &&
		in_buildah add -q "$container" "$dir/base.tar" / &&
		in_buildah commit -q --rm "$container" docker.io/library/debian:bookworm-slim
}
run_ok "a Debian of mmdebstrap becomes the base" make_base
[ -e "build/deb/arp-policy_$version.dsc" ] || make deb >&2 || bail "make deb fails"

image() {	# DOCKERFILE TAG CONTEXT
	run_ok "$1: the image is built" in_buildah build --pull-never -f "$tree/$kubernetes/$1" -t "$2" "$3"
	container=$(in_buildah from --pull-never "localhost/$2")
}
inside() { in_buildah run "$container" -- "$@" 2>&1; }
image Dockerfile "arp-policy:$version" build/deb
is "$(inside arpctl --version)" "arpctl $version" "arpctl runs in it"
like "$(inside arpctl dev show)" "^arpctl: the module arp_policy is |^$" "arpctl in it looks for the module"
in_buildah copy -q "$container" $kubernetes/base/keep.sh $kubernetes/base/policy /policy/
like "$(inside timeout 2 sh /policy/keep.sh /policy/policy)" "arp_policy" "the pod's script starts"

image Dockerfile.build "arp-policy-build:$version" .
is "$(inside sh -c 'cd /opt/arp-policy && ls')" \
	"$(git ls-files Kbuild Makefile VERSION dkms.conf include src | cut -d / -f 1 | sort -u)" \
	"the image for building has the module's sources"
run_ok "the image for building has a compiler" inside sh -c 'echo "int x;" | cc -c -x c - -o /tmp/x.o && command -v make depmod'
in_buildah rm -a >/dev/null
