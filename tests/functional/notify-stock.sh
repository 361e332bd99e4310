#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# notify off and up do what the sysctl arp_notify does, byte for byte, on random hosts.
# lab: timeout 600
#
#   ARP_POLICY_NOTIFY_HOSTS=N	number of hosts (8; with ARP_POLICY_ALL 100)
#   ARP_POLICY_NOTIFY_SEED=S	random seed (7)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 2

modprobe -a macvlan 8021q bridge
host host wire
for dev in eth0 eth1 eth2; do link host:$dev wire:$dev; done
must load_module
hosts=${ARP_POLICY_ALL:+100}
checks in_host wire "$ROOT/tests/functional/notify_stock.py" "$ARPCTL" \
	"${ARP_POLICY_NOTIFY_HOSTS:-${hosts:-8}}" "${ARP_POLICY_NOTIFY_SEED:-7}"
