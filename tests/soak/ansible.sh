#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Ansible role: applies a policy, finds nothing to do a second time, tells in
# check mode what it would do, and refuses what arpctl refuses.
# lab: own-vm --mem 2048
# lab: timeout 580
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"

command -v ansible-playbook >/dev/null || plan skip "no ansible: tests/vm/deps ansible"
plan 15

work=$(mktemp -d)
must load_module
namespace alice
cat >"$work/play.yml" <<END
- hosts: all
  gather_facts: false
  vars:
    ansible_python_interpreter: /usr/bin/python3
  tasks:
    - ansible.builtin.include_role:
        name: $ROOT/contrib/ansible/roles/arp_policy
      vars:
        arp_policy_arpctl: $ARPCTL
        arp_policy_netns: alice
END

# The policy without the comment at its head.
saved() { "$@" save | grep -v '^#'; }

# Plays the policy of standard input. Sets "said", "status" and "changed".
play() {	# [OPTION…]
	{
		echo "arp_policy_policy: |"
		sed 's/^/  /'
	} >"$work/vars.yml"
	status=0
	said=$(cd "$work" && HOME=$work ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, \
		-c local -e "@vars.yml" "$@" play.yml 2>&1) || status=$?
	changed=$(sed -n 's/.* changed=\([0-9]*\) .*/\1/p' <<<"$said")
}
ended() {	# STATUS CHANGED DESC
	if [ "$status $changed" = "$1 $2" ]; then ok "$3"
	else not_ok "$3" "status $status, changed $changed"$'\n'"$said"; fi
}

policy='dev set lo hidden on
rule add hide 10.9.9.0/24 dev all'
play --check <<<"$policy"
ended 0 1 "check mode: one change"
like "$said" '\+dev set lo hidden on' "which it shows"
is "$(saved ctl alice)" "" "and does not make"
play <<<"$policy"
ended 0 1 "for real: one change"
is "$(saved ctl alice)" "$policy" "the policy is set"
play <<<"$policy"
ended 0 0 "once more: none"
play --check <<<"$policy"
ended 0 0 "nor in check mode"
must ctl alice dev set eth0 ignore device
play <<<"$policy"
ended 0 1 "what another has set is one"
is "$(saved ctl alice)" "$policy" "it is gone"
play <<<"dev set lo hidden maybe"
ended 2 0 "a line that is wrong fails"
like "$said" 'hidden cannot be' "with arpctl's words"
is "$(saved ctl alice)" "$policy" "and changes nothing"

# The host's own policy, which is kept.
sed -i 's/arp_policy_netns: alice/arp_policy_parameters: ignore=1/' "$work/play.yml"
{ echo 'arp_policy_policy: |'; sed 's/^/  /'; } <<<"$policy" >"$work/vars.yml"
said=$(cd "$work" && HOME=$work ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, -c local \
	-e @vars.yml -e '{"arp_policy_service": true}' play.yml 2>&1)
is "$(cat /etc/arp-policy.conf)" "$policy" "the policy is kept"
is "$(saved "$ARPCTL")" "$policy" "and set"
like "$(cat /etc/modprobe.d/arp_policy.conf)" 'options arp_policy ignore=1' "and so are parameters"
must "$ARPCTL" flush
rm -rf "$work"
