#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Closing a socket drops its own pending transaction and no other socket's.
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"
plan 8

host alice
must load_module
for hogs in 0 1 2; do
	output=$(in_host alice "$ROOT/build/portids" 8 $hogs)
	like "$output" '^begun [1-9][0-9]* ' "transactions begin on one port id, beside $hogs others"
	like "$output" ' gone 0$' "no transaction ends with another socket, beside $hogs others"
done

# Closed sockets leave the maximum number of transactions behind: there must be room.
for ((i = 0; i < 3; i++)); do
	must in_host alice "$ROOT/build/portids" 1 16 >/dev/null
done
run_ok "transactions of closed sockets are gone" in_host alice "$ROOT/build/restores" 16
must ip netns del alice
namespaces=()
# A transaction must not hold its socket, nor a socket its netns.
run_ok "no socket is held: the module can be unloaded" poll 10 rmmod arp_policy
