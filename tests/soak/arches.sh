#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Other architectures, one after the other in emulated machines: the essential functional
# tests, and 2,000 cases of the oracle. The module is built by a cross compiler.
# lab: alone
# lab: root
# lab: timeout 21600
#
#   ARP_POLICY_ARCHES="ARCH…"	default: arm64 s390x i386 armhf
#   ARP_POLICY_ORACLE_CASES=N	see tests/vm/kernels (2000)
tests=$(cd "$(dirname "$0")/.." && pwd)

on=()
for arch in ${ARP_POLICY_ARCHES-arm64 s390x i386 armhf amd64}; do
	[ "$arch" = "$(dpkg --print-architecture)" ] || on+=(--arch "$arch")
done
list=()
for test in 00-lab selftest fields-ignore fields-hidden rules rules-proxy inspect rates \
	restore netlink stats lvs monitor ports ports-answer snoop-group; do
	list+=("$tests/functional/$test.sh")
done
exec "$tests/lib/as-root" -t 21580 "$tests/vm/kernels" "${on[@]}" -- "${list[@]}"
