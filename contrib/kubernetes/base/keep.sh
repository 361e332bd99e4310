#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Keeps a policy in effect: restores it when the node's policy differs, all or nothing.
#
#   keep.sh POLICY
#   keep.sh remove		removes the node's policy
#
# The policy stays in effect when this script ends.
policy=$1
trap 'exit 0' TERM

keep() {
	# A policy without a command would remove the node's whole policy.
	if ! grep -q '^[[:blank:]]*[^#[:blank:]]' "$policy"; then
		echo 'there is no command in the policy: nothing is changed' >&2
		return
	fi
	seen=$(arpctl -j diff "$policy")
	[ $? = 1 ] || return
	echo "$seen"
	# Only if the policy is still the one that was compared.
	generation=${seen#*'"generation":'}
	arpctl restore "$policy" generation "${generation%%,*}"
}

[ "$policy" != remove ] || arpctl flush
while :; do
	[ "$policy" = remove ] || keep
	sleep 10 & wait $!
done
