# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Setup for the tests that run the oracle. Sourced.
. "$(dirname "${BASH_SOURCE[0]}")/../functional/lib.sh"

ORACLE=${ORACLE:-$ROOT/tests/differential/oracle}
[ -x "$ORACLE" ] || must make -s -C "$ROOT/tests/differential"

# The kernel passes broadcasts to macvlans from an unbound workqueue. Bind it to one
# CPU: otherwise frames, and the fence, may be received out of order.
unbound=/sys/devices/virtual/workqueue/cpumask
everywhere=$(<$unbound)
error_cost=$(sysctl -n net.ipv4.route.error_cost)
restore() {
	sysctl -qw net.ipv4.route.error_cost="$error_cost"
	echo "$everywhere" >$unbound
}
at_exit restore
must echo 1 >$unbound
modprobe dummy numdummies=0
modprobe -a veth vrf 8021q macvlan bridge
