#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Ansible role applies a policy, changes nothing the second time, reports changes in
# check mode, and refuses what arpctl refuses.
# lab: own-vm --mem 2048
# lab: timeout 1800
# shellcheck source-path=SCRIPTDIR source=../functional/lib.sh
. "$(dirname "$0")/../functional/lib.sh"

command -v ansible-playbook >/dev/null || plan skip "no ansible: tests/vm/deps ansible"
plan 34

scratch
must load_module
namespace alice
cat >"$dir/play.yml" <<END
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

# The policy without its leading comment.
saved() { "$@" save | grep -v '^#'; }

# Runs the playbook with the policy on stdin. Sets "said", "status" and "changed".
play() {	# [OPTION…]
	{
		echo "arp_policy_policy: |"
		sed 's/^/  /'
	} >"$dir/vars.yml"
	status=0
	said=$(cd "$dir" && HOME=$dir ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, \
		-c local -e "@vars.yml" "$@" play.yml 2>&1) || status=$?
	changed=$(sed -n 's/.* changed=\([0-9]*\) .*/\1/p' <<<"$said")
}
# Runs the playbook without a policy.
play_none() {	# [OPTION…]
	status=0
	said=$(cd "$dir" && HOME=$dir ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, \
		-c local "$@" play.yml 2>&1) || status=$?
	changed=$(sed -n 's/.* changed=\([0-9]*\) .*/\1/p' <<<"$said")
}
ended() {	# STATUS CHANGED DESC
	if [ "$status $changed" = "$1 $2" ]; then ok "$3"
	else not_ok "$3" "status $status, changed $changed"$'\n'"$said"; fi
}

# With nothing installed yet, check mode reports what would be done.
play --check -e arp_policy_arpctl=/nonexistent/arpctl <<<"dev set lo hidden on"
ended 0 1 "check mode on a fresh host: one change"
like "$said" '\+dev set lo hidden on' "check mode shows the change"
play -e arp_policy_arpctl=/nonexistent/arpctl <<<"dev set lo hidden on"
ended 2 0 "without check mode, a missing arpctl is an error"

policy='dev set lo hidden on
rule add hide 10.9.9.0/24 dev all'
play --check <<<"$policy"
ended 0 1 "check mode: one change"
like "$said" '\+dev set lo hidden on' "the difference is shown"
is "$(saved ctl alice)" "" "check mode changes nothing"
play <<<"$policy"
ended 0 1 "without check mode: one change"
is "$(saved ctl alice)" "$policy" "the policy is set"
play <<<"$policy"
ended 0 0 "again: no change"
play --check <<<"$policy"
ended 0 0 "no change in check mode either"
must ctl alice dev set eth0 ignore device
play <<<"$policy"
ended 0 1 "a setting that is not in the policy: one change"
is "$(saved ctl alice)" "$policy" "that setting is removed"
play <<<"dev set lo hidden maybe"
ended 2 0 "a wrong line is an error"
like "$said" 'invalid hidden' "the message is arpctl's"
is "$(saved ctl alice)" "$policy" "after a wrong line, the policy is unchanged"

# Without a policy, nothing on the host is changed.
play_none
ended 0 0 "no policy: no change"
is "$(saved ctl alice)" "$policy" "the policy of the host is unchanged"
play_none --check
ended 0 0 "no change in check mode either"
for empty in '' '# nothing' $'\n  \n# nothing\n'; do
	play_none -e "$(jq -cn --arg policy "$empty" '{arp_policy_policy: $policy}')"
	ended 2 0 "an empty policy is refused"
done
like "$said" "has no command in it" "the reason is given"
play_none -e '{"arp_policy_policy": null}'
ended 2 0 "a policy of null is refused"
is "$(saved ctl alice)" "$policy" "after both, the policy of the host is unchanged"
play_none -e '{"arp_policy_service": "perhaps"}'
like "$said" "Validation of arguments failed" "an unknown argument is refused"
for changes in 1 0; do
	play_none -e '{"arp_policy_policy": "dev set eth0 filter on"}'
	ended 0 $changes "a policy without a final newline: $changes changes"
done
is "$(saved ctl alice)" "dev set eth0 filter on" "the policy without a final newline is set"

# The policy of the initial namespace is written to /etc/arp-policy.conf.
sed -i 's/arp_policy_netns: alice/arp_policy_parameters: ignore=1/' "$dir/play.yml"
play_none -e '{"arp_policy_service": true, "arp_policy_parameters": ""}'
ended 0 0 "no policy: no change of files"
is "$(ls /etc/arp-policy.conf 2>&1)" "ls: cannot access '/etc/arp-policy.conf': No such file or directory" \
	"no policy: no empty file is written"
{ echo 'arp_policy_policy: |'; sed 's/^/  /'; } <<<"$policy" >"$dir/vars.yml"
said=$(cd "$dir" && HOME=$dir ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, -c local \
	-e @vars.yml -e '{"arp_policy_service": true}' play.yml 2>&1)
is "$(cat /etc/arp-policy.conf)" "$policy" "the policy is written to the file"
is "$(saved "$ARPCTL")" "$policy" "the policy of the initial namespace is set"
said=$(cd "$dir" && HOME=$dir ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, -c local \
	-e @vars.yml -e '{"arp_policy_service": true}' play.yml 2>&1)
like "$said" ' changed=0 ' "again: no change"
like "$(cat /etc/modprobe.d/arp_policy.conf)" 'options arp_policy ignore=1' "the module parameters are written to a file"
must "$ARPCTL" flush
