#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# save, restore and diff: the whole policy is replaced in one step or not at all, whatever its size.
# lab: timeout 300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=flood.inc
. "$(dirname "$0")/flood.inc"
plan 78

alice_and_bob link
scratch
must load_module

arpctl() { ctl alice "$@"; }
saved() { arpctl save | grep -v '^#'; }

# restore reads what save prints.
is "$(saved)" "" "stock: there is nothing to save"
must arpctl -b - <<-'END'
	dev set all ignore 1 announce best
	dev set default proxy route,pvlan proxy-delay 7
	dev set cali* filter on hidden off mode audit
	dev set e\*h[01]? validate src-mac,ip rate 100 burst 5 source-rate off
	dev set eth0 garp drop learn solicited inspect strict defend on
	rule add proxy 169.254.1.1 dev cali* lladdr 02:00:5e:00:00:01 routed
	rule add drop 10.7.0.0/16 from
	rule add pass 10.7.0.0/16
	rule add hide 0.0.0.0/0 dev eth9
	bind add 10.0.0.9 lladdr 02:00:5e:00:00:09
	bind add 10.0.0.9 lladdr 02:00:5e:00:00:0a dev eth0
END
saved >"$dir/all"
is "$(wc -l <"$dir/all")" 11 "saved: a line for each setting"
is "$(saved | cut -d ' ' -f 1,2 | uniq -c | tr -s ' ' | paste -sd ,)" \
	" 5 dev set, 4 rule add, 2 bind add" "saved: selectors, rules, bindings, in this order"
run_ok "diff with the current policy: status 0" arpctl diff "$dir/all"
is "$(arpctl diff "$dir/all")" "" "diff with the current policy: no output"
must arpctl flush
arpctl diff "$dir/all" >"$dir/diff"
is "$? $(grep -c '^+' "$dir/diff") $(grep -vc '^+' "$dir/diff")" "1 11 0" \
	"after a flush, diff shows everything as missing: status 1"
run_ok "restore" arpctl restore "$dir/all"
is "$(saved)" "$(<"$dir/all")" "save, restore, save: the same"
run_ok "restore from standard input" arpctl restore - <"$dir/all"
is "$(saved)" "$(<"$dir/all")" "restore from standard input: the same policy"
sed 's/^rule add/rule replace/; s/ignore device/ignore 1/; s/^bind/  bind/; s/$/  # said so/' \
	"$dir/all" >"$dir/other-words"
run_ok "diff treats synonyms as equal" arpctl diff "$dir/other-words"
sed '/hide/d; s/02:00:5e:00:00:0a/02:00:5e:00:00:0b/; s/ignore device/ignore never/' \
	"$dir/all" >"$dir/changed"
is "$(arpctl diff "$dir/changed" | cut -c 1 | sort | uniq -c | tr -s ' ' | paste -sd ,)" \
	" 2 +, 3 -" "diff shows removed and added lines"
is "$(arpctl -j diff "$dir/changed" | jq -r '.changes[].op' | sort | uniq -c | tr -s ' ' | paste -sd ,)" \
	" 2 add, 3 del" "diff shows them in JSON"
is "$(saved)" "$(<"$dir/all")" "diff changes nothing"

# Only on the generation that was compared.
compared() { arpctl -j diff "$dir/changed" | jq .generation; }
generation=$(compared)
must arpctl dev set eth8 filter on
fails_with 1 'the policy was changed since it was read' "restore of an older generation is refused" \
	arpctl restore "$dir/all" generation "$generation"
is "$(saved | grep -c eth8)" 1 "a refused restore changes nothing"
generation=$(compared)
run_ok "restore of the current generation" arpctl restore "$dir/changed" generation "$generation"
is "$(compared | grep -cx "$generation")" 0 "a restore changes the generation"
generation=$(compared)
must arpctl bind add 10.0.0.99 lladdr any dynamic
run_ok "dynamic bindings are no change of the policy" arpctl restore "$dir/all" generation "$generation"
is "$(arpctl bind show dynamic)" "10.0.0.99 lladdr any dev all dynamic" "a restore keeps them"
must arpctl bind flush dynamic
is "$(saved)" "$(<"$dir/all")" "the policy is the restored one"

# All of it, or nothing.
refused() {	# STATUS REGEX DESC LINE
	cp "$dir/changed" "$dir/bad"
	echo "$4" >>"$dir/bad"
	fails_with "$1" "bad:$(wc -l <"$dir/bad"): .*$2" "$3" arpctl restore "$dir/bad"
	[ "$(saved)" = "$(<"$dir/all")" ] || not_ok "$3: the policy has changed"
}
refused 2 '"dev sett" is not allowed in a policy' "refused: no such command" "dev sett eth0 ignore 1"
refused 2 'invalid ignore "4"' "no such value" "dev set eth0 ignore 4"
refused 2 'host bits' "host bits" "rule add drop 10.0.0.1/8"
refused 2 '' "a rule twice" "rule add pass 10.7.0.0/16"
refused 2 '' "a command that does not belong in a policy" "stats reset"
refused 1 'glob' "a glob that the kernel refuses" "dev set e[ ignore 1"
refused 1 'lladdr' "a lladdr that no host can have" "bind add 10.0.0.77 lladdr 01:00:5e:00:00:01"
is "$(saved)" "$(<"$dir/all")" "after all that, the policy is unchanged"
fails_with 1 'none' "a missing file" arpctl restore "$dir/none"
fails_with 2 'stdin|standard|-:1' "an error on standard input" arpctl restore - <<<frob

# Empty or cut-off input changes nothing.
fails_with 2 'there is no command in it' "an empty input" arpctl restore - </dev/null
fails_with 2 'there is no command in it' "the empty output of a failed pipe" \
	arpctl restore - < <("$ARPCTL" -n nosuch save 2>/dev/null)
arpctl save >"$dir/saved"
is "$(sed '1d;$d' "$dir/saved")" "$(<"$dir/all")" "save writes a first and a last line of its own"
fails_with 2 'the end line .* is missing' "without the last line the file is cut off" \
	arpctl restore - < <(sed '$d' "$dir/saved")
fails_with 2 'end line counts 11 lines, there are 10' "a file with a missing line is cut off" \
	arpctl restore - < <(sed 5d "$dir/saved")
fails_with 2 'does not end in a newline' "a file that ends within a line is cut off" arpctl restore - < <(head -c 300 "$dir/saved")
is "$(saved)" "$(<"$dir/all")" "after all that, the policy is unchanged"
run_ok "the complete file is restored" arpctl restore "$dir/saved"
run_ok "lines may begin with arpctl" arpctl restore - < <(sed 's/^/arpctl /' "$dir/all")
is "$(saved)" "$(<"$dir/all")" "lines that begin with arpctl mean the same"

# save FILE replaces a file whole or not at all.
run_ok "save creates a file" arpctl save "$dir/file"
is "$(<"$dir/file")" "$(<"$dir/saved")" "the created file has the content of save into a pipe"
is "$(stat -c %a "$dir/file")" 644 "the created file has default permissions"
chmod 640 "$dir/file"
chown 7:9 "$dir/file"
ln -s file "$dir/link"
ln -s "$dir/link" "$dir/link2"
echo old >"$dir/file"
inode=$(stat -c %i "$dir/file")
run_ok "save replaces a file behind symbolic links" arpctl save "$dir/link2"
is "$(cat "$dir/file")" "$(<"$dir/saved")" "the replaced file has new content"
is "$(stat -c '%a %u:%g' "$dir/file")" "640 7:9" "the replaced file has its old owner and mode"
is "$([ "$(stat -c %i "$dir/file")" = "$inode" ] || echo new) $(readlink "$dir/link2")" \
	"new $dir/link" "the file was renamed into place and the links remain"
ln -s nowhere "$dir/dangling"
run_ok "save to a dangling link" arpctl save "$dir/dangling"
is "$(cat "$dir/nowhere")" "$(<"$dir/saved")" "save to a dangling link creates its target"
is "$(arpctl save /dev/stdout | md5sum) $(arpctl save - | md5sum)" \
	"$(md5sum <"$dir/saved") $(md5sum <"$dir/saved")" "a pipe is written directly"
run_ok "a device is written directly" arpctl save /dev/null
is "$(stat -c %F /dev/null)" "character special file" "the device remains"
must mkdir "$dir/disk"
must mount -t tmpfs -o size=4k none "$dir/disk"
echo old >"$dir/disk/file"
awk 'BEGIN { for (i = 0; i < 200; i++) print "rule add hide 10.7.9." i }' | arpctl restore -
fails_with 1 'cannot write .*disk/file: No space left' "no space left" arpctl save "$dir/disk/file"
is "$(cat "$dir/disk/file") $(ls -A "$dir/disk")" "old file" "the old file is unchanged and no other remains"
rm "$dir/disk/file"
fails_with 1 'cannot write the output: No space left' "no space left for the shell's redirection" \
	sh -c "'$ARPCTL' -n alice save >$dir/disk/cut"
fails_with 2 'newline|end line' "the truncated file is refused" arpctl restore "$dir/disk/cut"
is "$(arpctl rule show | wc -l)" 200 "the truncated file changes nothing"
must umount "$dir/disk"
fails_with 1 "cannot write $dir: Is a directory" "save to a directory" arpctl save "$dir"
fails_with 1 "cannot write $dir/no/file: No such file" "save into a directory that does not exist" arpctl save "$dir/no/file"
fails_with 1 'cannot write the output: Bad file descriptor' "a closed standard output" \
	sh -c "'$ARPCTL' -n alice save >&-"
must arpctl flush
run_ok "an empty policy is saved" arpctl save "$dir/empty"
must arpctl dev set lo hidden on
run_ok "an empty policy is restored" arpctl restore "$dir/empty"
is "$(saved)" "" "the restored policy is empty"

# Many.
awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "rule add %s 10.%d.%d.%d/32 dev all\n", i % 2 ? "hide" : "pass",
		i / 65536, i / 256 % 256, i % 256 }' >"$dir/many"
run_ok "20,000 rules" arpctl restore "$dir/many"
is "$(saved | wc -l)" 20000 "20,000 rules are saved"
is "$(saved)" "$(<"$dir/many")" "each rule is saved as restored"
is "$(asks bob eth0 10.0.0.1)" silence "the rules apply: hidden"
is "$(sed 1s/pass/drop/ "$dir/many" | arpctl diff - | wc -l)" 2 "diff finds the single difference"
is "$(arpctl -j rule show | jq length)" 20000 "rule show lists 20,000 rules"
must unload_module
must load_module max_rules=5
must arpctl rule add pass 10.9.9.9
head -n 6 "$dir/many" >"$dir/six"
fails_with 1 'six:6: .*max_rules' "one more than max_rules: the line is named" \
	arpctl restore "$dir/six"
is "$(saved)" "rule add pass 10.9.9.9/32 dev all" "too many rules: nothing has changed"
run_ok "the maximum number of rules replaces others" arpctl restore - < <(head -n 5 "$dir/many")
must unload_module
must load_module

# Under load. Each of two policies answers with its own MAC; a mix of both would drop.
cat >"$dir/a" <<-END
	rule add drop 10.1.0.0/16
	rule add proxy 10.1.0.0/24 lladdr 02:00:5e:00:00:0a
END
cat >"$dir/b" <<-END
	rule add proxy 10.1.0.0/16 lladdr 02:00:5e:00:00:0b
	rule add pass 10.1.0.0/25
	rule add proxy 10.1.0.5 lladdr 02:00:5e:00:00:0b
END
must arpctl restore "$dir/a"
is "$(asks bob eth0 10.1.0.5)" 02:00:5e:00:00:0a "the answer of one policy"
must arpctl restore "$dir/b"
is "$(asks bob eth0 10.1.0.5)" 02:00:5e:00:00:0b "the answer of the other policy"
for ((i = 0; i < 500; i++)); do
	echo "restore $dir/a"
	echo "restore $dir/b"
done >"$dir/batch"
batch_in_flood "1,000 restores" 2000
must arpctl flush
