#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The newest supported kernel: DKMS builds for it, and a few tests run on it.
# tests/soak/kernels.sh runs all of them on all four releases.
# lab: all
# lab: host
# lab: root
# lab: timeout 1800
# lab: takes 280
tests=$(cd "$(dirname "$0")/.." && pwd)
export ARP_POLICY_ORACLE_CASES=${ARP_POLICY_ORACLE_CASES:-480}
exec "$tests/lib/as-root" -t 1780 \
	"$tests/vm/kernels" trixie-backports -- "$tests/functional/lvs.sh"
