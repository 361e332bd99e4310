#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bind import FILE… sync: dynamic bindings follow the leases, in one step; static ones are never touched.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 40

host alice
scratch
must load_module

arpctl() { ctl alice "$@"; }
# Leases of dnsmasq: the last bytes of address and MAC.
leases() {	# FILE [ADDRESS MAC]…
	local file=$dir/$1
	shift
	: >"$file"
	while [ $# -gt 0 ]; do
		echo "$(($(date +%s) + 7200)) 02:00:5e:00:61:$2 10.31.0.$1 * *" >>"$file"
		shift 2
	done
}
# The bindings of br0: "100-01 101-02+", + marks dynamic ones.
bound() {
	arpctl -j bind show dev br0 | jq -r '.[] | "\(.address | ltrimstr("10.31.0."))-\(.lladdr[-2:])\(if .dynamic then "+" else "" end)"' |
		paste -sd ' '
}
syncs() {	# SAID BOUND DESC [WORD…]
	local said want=$1 now=$2 desc=$3
	shift 3
	said=$(arpctl bind import "$@" dev br0 2>&1)
	is "$said: $(bound)" "$want: $now" "$desc"
}
generation() { arpctl -j diff "$dir/any" | jq .generation; }
echo 'dev set all ignore 1' >"$dir/any"

leases a 100 01 101 02
leases b 102 03
must arpctl bind add 10.31.0.100 lladdr 02:00:5e:00:61:09 dev br1 dynamic
must arpctl bind add 10.31.0.101 lladdr 02:00:5e:00:61:08 dynamic

syncs "imported 3, skipped 0, removed 0" "100-01+ 101-02+ 102-03+" "the leases of two files" "$dir/a" "$dir/b" sync
was=$(generation)
syncs "imported 3, skipped 0, removed 0" "100-01+ 101-02+ 102-03+" "the same leases again: nothing changes" "$dir/a" sync "$dir/b"
leases a 100 05 103 06
syncs "imported 3, skipped 0, removed 1" "100-05+ 102-03+ 103-06+" "one lease has ended, one is new, one has another MAC" \
	"$dir/a" "$dir/b" sync
is "$(generation)" "$was" "the generation is the same"
is "$(arpctl save | grep -v '^#')" "" "dynamic bindings are not saved"
like "$(arpctl bind show)" "^10.31.0.101 lladdr 02:00:5e:00:61:08 dev all dynamic
10.31.0.100 lladdr 02:00:5e:00:61:05 dev br0 dynamic
10.31.0.102 .*
10.31.0.103 .*
10.31.0.100 lladdr 02:00:5e:00:61:09 dev br1 dynamic\$" "bindings of other selectors stay"
syncs "imported 2, skipped 0, removed 1" "100-05+ 103-06+" "leases of a file that is no longer given are removed" "$dir/a" sync
leases c 100 07
syncs "imported 2, skipped 1, removed 0" "100-07+ 103-06+" "of two leases for an address, that of the last file applies" \
	"$dir/a" "$dir/c" sync

# Static bindings

must arpctl bind replace 10.31.0.100 lladdr 02:00:5e:00:61:77 dev br0
must arpctl bind add 10.31.0.110 lladdr 02:00:5e:00:61:78 dev br0
syncs "imported 1, skipped 1, removed 0" "100-77 103-06+ 110-78" "a static binding stays, and its lease is skipped" \
	"$dir/a" sync
must arpctl bind add 10.31.0.128/25 lladdr any dev br0 dynamic
must arpctl bind add 10.31.0.0/25 lladdr any dev br0
syncs "imported 1, skipped 1, removed 1" "0/25-ny 100-77 103-06+ 110-78" "of ranges, only dynamic ones are removed" \
	"$dir/a" sync
syncs "imported 2, skipped 0" "0/25-ny 100-05 103-06 110-78" "without sync, leases replace everything, and are static" "$dir/a"
must arpctl bind flush dev br0

# Nothing to import

syncs "imported 2, skipped 0, removed 0" "100-05+ 103-06+" "leases" "$dir/a" sync
leases none
fails_with 2 "there is no lease at all: with force, sync removes every dynamic binding of .br0." \
	"an empty file is refused" arpctl bind import "$dir/none" sync dev br0
like "$(arpctl bind import "$dir/none" sync dev br0 2>&1)" "warning: $dir/none holds no lease" "the empty file is reported"
is "$(bound)" "100-05+ 103-06+" "the bindings are unchanged"
syncs "arpctl: warning: $dir/none holds no lease
imported 2, skipped 0, removed 0" "100-05+ 103-06+" "an empty file beside one with leases is reported, too" "$dir/none" "$dir/a" sync
echo "1 02:00:5e:00:61:01 10.31.0.100 * *" >"$dir/ended"
syncs "imported 0, skipped 1, removed 2" "" "a file that has only expired leases is not empty" "$dir/ended" sync
syncs "imported 2, skipped 0, removed 0" "100-05+ 103-06+" "leases" "$dir/a" sync
syncs "arpctl: warning: $dir/none holds no lease
imported 0, skipped 0, removed 2" "" "force: an empty file removes all" "$dir/none" sync force
is "$(arpctl -j bind import "$dir/a" sync dev br0)" '{"imported":2,"skipped":0,"removed":0}' "sync as JSON"
is "$(arpctl -j bind import "$dir/a" dev br0)" '{"imported":2,"skipped":0}' "import without sync as JSON"

# Other formats

now=$(date +%s)
echo '[{"ip-address":"10.31.0.120","mac-address":"02:00:5e:00:61:20","expiry-time":'$((now + 3600))'}]' >"$dir/libvirt"
echo '{"Leases":[{"Address":[10,31,0,121],"HardwareAddress":[2,0,94,0,97,33],"ExpirationRealtimeUSec":'$((now + 3600))'000000}]}' >"$dir/networkd"
echo '02:00:5e:00:61:22 10.31.0.122' >"$dir/ethers"
syncs "imported 3, skipped 0, removed 0" "100-05 103-06 120-20+ 121-21+ 122-22+" "libvirt, systemd-networkd, ethers" \
	"$dir/libvirt" "$dir/networkd" "$dir/ethers" sync
syncs "imported 1, skipped 0, removed 2" "100-05 103-06 122-22+" "with the format given" "$dir/ethers" sync format ethers

# All or nothing

must unload_module
must load_module max_bindings=4
must arpctl bind import "$dir/a" sync dev br0
leases many 104 01 105 01 106 01 107 01
fails_with 1 "many:4: .*max_bindings" "one more than can be dynamic: the lease's line is named" \
	arpctl bind import "$dir/many" sync dev br0
is "$(bound)" "100-05+ 103-06+" "too many dynamic bindings: nothing has changed"
fails_with 1 "many:3: .*max_bindings" "one more than max_bindings, without sync" arpctl bind import "$dir/many" dev br0
is "$(bound)" "100-05+ 103-06+" "too many bindings: nothing has changed"
sed -i '$d' "$dir/many"
syncs "imported 3, skipped 0, removed 2" "104-01+ 105-01+ 106-01+" "removals in the same step make room" \
	"$dir/many" sync
must unload_module
must load_module
must arpctl bind import "$dir/a" sync dev br0

# Dynamic bindings by hand

must arpctl bind flush dynamic
is "$(bound)$(arpctl bind show)" "" "bind flush dynamic removes them all"
must arpctl bind add 10.31.0.1 lladdr any dev br0
must arpctl bind add 10.31.0.2 lladdr any dev br0 dynamic
must arpctl bind add 10.31.0.3 lladdr any dynamic
is "$(arpctl bind show dynamic | cut -d ' ' -f 1 | paste -sd ' ')" "10.31.0.3 10.31.0.2" "bind show dynamic lists only them"
is "$(arpctl bind show dynamic dev br0)" "10.31.0.2 lladdr any dev br0 dynamic" "bind show dynamic of one selector"
fails_with 1 "" "a dynamic binding does not replace a static one" \
	arpctl bind replace 10.31.0.1 lladdr 02:00:5e:00:61:01 dev br0 dynamic
fails_with 1 "" "a static binding is not deleted as a dynamic one" arpctl bind del 10.31.0.1 dev br0 dynamic
run_ok "a static binding replaces a dynamic one" arpctl bind replace 10.31.0.2 lladdr any dev br0
is "$(bound)" "1-ny 2-ny" "the replaced binding is static"
must arpctl bind add 10.31.0.4 lladdr any dev br0 dynamic
must arpctl restore - <<<'bind add 10.31.0.3 lladdr 02:00:5e:00:61:33'
is "$(arpctl bind show | cut -d ' ' -f 1,3- | paste -sd ,)" \
	"10.31.0.3 02:00:5e:00:61:33 dev all,10.31.0.4 any dev br0 dynamic" \
	"restore keeps dynamic bindings that the policy does not name"
run_ok "diff ignores dynamic bindings" arpctl diff - <<<'bind add 10.31.0.3 lladdr 02:00:5e:00:61:33'
must arpctl bind flush dynamic dev br1
is "$(arpctl bind show dynamic | wc -l)" 1 "bind flush dynamic of another selector leaves it"
must arpctl bind flush
is "$(arpctl bind show)" "" "bind flush removes static and dynamic bindings"
must arpctl bind add 10.31.0.4 lladdr any dev br0 dynamic
must arpctl flush
is "$(arpctl bind show)" "" "flush removes dynamic bindings, too"
