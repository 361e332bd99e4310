#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The newest kernel that is claimed: built for by DKMS, and a little of everything
# run on it. All of it, on all four, is tests/soak/kernels.sh.
# lab: alone
# lab: root
# lab: timeout 1800
# lab: takes 150
tests=$(cd "$(dirname "$0")/.." && pwd)
export ARP_POLICY_ORACLE_CASES=${ARP_POLICY_ORACLE_CASES:-480}
exec "$tests/lib/as-root" -t 1780 \
	"$tests/vm/kernels" trixie-backports -- "$tests/functional/lvs.sh"
