#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All functional tests and many cases of the oracle on the kernels of four Debian
# releases, each with a module built by that release's compiler.
# lab: alone
# lab: root
# lab: timeout 21600
#
#   ARP_POLICY_ORACLE_CASES=N	see tests/vm/kernels (2000)
tests=$(cd "$(dirname "$0")/.." && pwd)
exec "$tests/lib/as-root" -t 21580 "$tests/vm/kernels"
