#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Static checks of the sources: all of make lint in make check-all, the quick ones in
# make check.
# lab: host
# lab: timeout 1800
# lab: takes 200
[ "${ARP_POLICY_ALL-}" ] || set -- --quick
exec "$(dirname "$0")/run" "$@"
