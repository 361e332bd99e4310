#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds the module for the node's kernel and loads it, unless it is loaded. The node's
# root is at /host, the sources of the module are at /opt/arp-policy.
set -e
[ ! -e /sys/module/arp_policy ] || exit 0
kernel=$(uname -r)

# Headers refer to each other by absolute paths.
for path in /usr/src/* /usr/lib/linux-kbuild-* "/usr/lib/modules/$kernel"; do
	for there in /host$path; do
		here=${there#/host}
		[ ! -e "$there" ] || [ -e "$here" ] || { mkdir -p "${here%/*}" && ln -s "$there" "$here"; }
	done
done
if [ ! -e "/usr/lib/modules/$kernel/build/Makefile" ]; then
	echo "no headers: install those of $kernel on the node (Debian: linux-headers-$kernel)" >&2
	exit 1
fi
cp -r /opt/arp-policy /tmp/build
make -s -C /tmp/build module KDIR="/usr/lib/modules/$kernel/build"
insmod /tmp/build/arp_policy.ko
