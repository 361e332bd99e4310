#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/run: names, order, crashing machines and results. The machines here are only
# processes of this host.
# lab: host
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
plan 29
scratch
tests=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$dir/tests"/{lib,vm,fuzz,abuse,a}
cp "$tests/run" "$dir/tests"
cp "$tests/lib/tap" "$tests/lib/splats" "$dir/tests/lib"
for programs in lib fuzz abuse; do echo all: >"$dir/tests/$programs/Makefile"; done

# A machine: runs what follows "--". SIGUSR1 kills it with its test.
cat >"$dir/tests/vm/run" <<'END_OF_STUB'
#!/bin/bash
echo "$*" >>"$MACHINES"
while [ "$1" != -- ]; do shift; done
shift
[ ! "${NO_BOOT-}" ] || exit 125
trap 'kill -9 -- -$!; exit 125' USR1
export MACHINE=$$
setsid "$@" &
wait $! || exit
[ ! "${COMPLAINS-}" ] || { echo "the kernel logged a fault"; exit 125; }
END_OF_STUB
chmod 755 "$dir/tests/vm/run"
export MACHINES=$dir/machines

# put NAME LAB-LINE CMD: a test
put() {
	# shellcheck disable=SC2016 # the test's own
	printf '#!/bin/bash\n# lab: %s\necho "$(basename "$0")" >>%q\n%s\n' "$2" "$dir/order" "$3" \
		>"$dir/tests/a/$1.sh"
	chmod 755 "$dir/tests/a/$1.sh"
}
pass='echo 1..1; echo ok 1 - good'
# With SEVERAL, until a second machine takes tests: one that starts early could take them all.
# shellcheck disable=SC2016 # the test's own
several='[ ! "${SEVERAL-}" ] || for _ in {1..600}; do
	[ "$(grep -c -- --take "$MACHINES")" -lt 2 ] || break
	sleep 0.1
done'
for n in {1..7}; do put "m$n" "takes $((n * 40))" "$several"$'\n'"$pass"; done
put own 'own-vm --mem 7' "$pass"
put own2 'vm --mem 8' "$pass"
put own3 'vm --mem 8' "$pass"
put own4 'own-vm --mem 7' "$pass"
put host host "$pass"
put bad host 'echo 1..2; echo ok 1; echo not ok 2 - broken'
put short host 'echo 1..2; echo ok 1'
put skipped host 'echo "1..0 # SKIP why"'
# shellcheck disable=SC2016 # the test's own
put slow $'all\n# lab: host' 'echo 1..1; echo "ok 1 - longer: ${ARP_POLICY_ALL-no}"'

# run TEST…: sets said, status and results
run() {
	: >"$MACHINES"
	: >"$dir/order"
	status=0
	said=$("$dir/tests/run" "$@" 2>&1) || status=$?
	results=$(cat "$dir/build/test-results/results.json")
}
tests_of() { grep -o '"test": "[^"]*"' <<<"$results" | cut -d '"' -f 4 | sort | paste -sd ' '; }

put bare vm "$pass"
run a/bare
is "$(tests_of) $status" "a/bare.sh 0" "a machine of its own needs no options"
rm "$dir/tests/a/bare.sh"

run a/host
is "$status $(tests_of)" "0 a/host.sh" "a test is found by its name below tests/"
like "$said" '^ok   a/host.sh: 1 passed, [0-9.]+ s \(1 of 1\)' "the result shows its number and the total"
echo "not a test" >"$dir/tests/a/host" && chmod 755 "$dir/tests/a/host"
run a/host
is "$status $(tests_of)" "0 a/host.sh" "a program of the same name is not run instead of the test"
run a/nix
is "$status $(tests_of)" "2 a/host.sh" "an unknown name keeps earlier results"
like "$said" 'a/nix: no such test' "the unknown name is printed"
run a/bad a/host
is "$status" 1 "a failed check fails the run"
like "$said" 'FAIL a/bad.sh: 1 passed, 1 failed' "a failed check fails its test"
like "$said" '\| not ok 2 - broken' "the output of a failed test is shown"
is "$(tail -n 1 <<<"$said")" "2 passed, 1 failed" "the last line has the totals"
run a/short
like "$said" 'planned 2 tests and ran 1' "a broken plan fails"
run a/skipped
is "$status" 1 "a run in which all tests are skipped fails"

SEVERAL=yes run
is "$(tests_of)" "a/bad.sh a/host.sh a/m1.sh a/m2.sh a/m3.sh a/m4.sh a/m5.sh a/m6.sh a/m7.sh a/own.sh a/own2.sh a/own3.sh a/own4.sh a/short.sh a/skipped.sh" \
	"without names, all tests run once, but not the one marked \"all\""
like "$said" '\(15 of 15\)' "tests are numbered up to the last one"
like "$(grep -c -- --take "$MACHINES")" '^[2-5]$' "several machines share tests"
like "$(<"$MACHINES")" '--mem 7 .*own.sh' "a test with options gets its own machine"
is "$(grep -c -- '--mem 7' "$MACHINES") $(grep -c -- '--mem 8' "$MACHINES")" "2 1" "tests with the same options share a machine"
# Up to four machines start their first tests at once.
like "$(grep '^m' "$dir/order" | head -n 4 | paste -sd ' ')" 'm7\.sh' "the longest test is among the first"
like "$said" '[0-9.]+ s  a/m[0-9].sh \(vm[0-9], from [0-9]+ s\)' "the slowest tests are listed"

run --all
is "$(tests_of)" "a/bad.sh a/host.sh a/m1.sh a/m2.sh a/m3.sh a/m4.sh a/m5.sh a/m6.sh a/m7.sh a/own.sh a/own2.sh a/own3.sh a/own4.sh a/short.sh a/skipped.sh a/slow.sh" \
	"--all also runs the test marked \"all\""
like "$said" '\(16 of 16\)' "that test is counted"
is "$(<"$dir/build/test-results/a-slow.sh.tap")" $'1..1\nok 1 - longer: yes' "--all sets ARP_POLICY_ALL for the other tests"
run a/slow
is "$status $(tests_of)" "0 a/slow.sh" "a test marked \"all\" runs by its name without --all"

run a/m1
is "$(wc -l <"$MACHINES")" 1 "a single test starts a single machine"
NO_BOOT=yes run a/m1 a/own
is "$(grep -c '"failed": 1' <<<"$results")" 2 "if no machine starts, its tests fail"
# shellcheck disable=SC2016 # the machine's
put m3 'takes 120' 'echo 1..1; kill -USR1 $MACHINE; sleep 5'
run a/m1 a/m2 a/m3 a/m4
is "$(wc -l <"$MACHINES")" 2 "a machine dies"
is "$(tests_of)" "a/m1.sh a/m2.sh a/m3.sh a/m4.sh" "when a machine dies, another runs the remaining tests"
is "$(grep '"failed": 1' <<<"$results" | grep -c a/m3)" 1 "only the test that was running fails"
COMPLAINS=yes run a/m1
like "$results" '"test": "machine".*"failed": 1' "a kernel fault at the end of a machine fails the run"
