#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tests/lint/arrows accepts correct dependencies, and finds each kind of violation.
# lab: host

# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. tests/lib/tap.sh
scratch

# put FILE TEXT: adds a line to a source file
put() { mkdir -p "$dir/${1%/*}" && printf '%s\n' "$2" >>"$dir/$1"; }

# A small module and a small tool with correct dependencies.
good()
{
	rm -rf "${dir:?}"/*
	put src/policy/lpm.h 'int lpm(void);'
	put src/policy/lpm.c 'int lpm(void) { return 1; }'
	put src/packet/act.c '#include "policy/lpm.h"
		int act(void) { return lpm(); }'
	put src/hook.c 'int act(void); int hook(void) { return act(); }'
	put src/nl/msg.c 'int lpm(void); int msg(void) { return lpm(); }'
	put src/main.c 'int hook(void), msg(void); int main(void) { return hook() + msg(); }'
	put tools/arpctl/base/list.c 'int list;'
	put tools/arpctl/cmd/bind.c 'extern int list; int bind_import(void);
		int bind(void) { return list + bind_import(); }'
	put tools/arpctl/cmd/bind_import.c 'int bind_import(void) { return 2; }'
	put tools/arpctl/cmd/stats.c 'int stats(void) { return 3; }'
	put tools/arpctl/main.c 'int bind(void), stats(void);
		int main(void) { return bind() + stats(); }'
}

# arrows PROGRAM: prints its output for the current sources
arrows()
{
	local file
	find "$dir" -name '*.c' | while read -r file; do
		${CC:-cc} -w -I"$dir/src" -c -o "${file%.c}.o" "$file" || exit
	done
	tests/lint/arrows "$1" "$dir" 2>&1
	echo "status $?"
}

# finds DESC PROGRAM FILE TEXT LINE: adding TEXT to FILE is reported as LINE
finds()
{
	good
	put "$3" "$4"
	is "$(arrows "$2")" "$5"$'\nstatus 1' "$1"
}

plan 10
good
is "$(arrows module)" "status 0" "a correct module"
is "$(arrows tool)" "status 0" "a correct tool"
finds "a call of a higher layer" module src/policy/lpm.c \
	'int act(void); int up(void) { return act(); }' \
	'circle: packet/act policy/lpm
policy/lpm -> packet/act: a higher layer: act'
finds "data of a higher layer" module src/policy/field.c \
	'extern int act(); int (*up)() = act;' \
	'policy/field -> packet/act: a higher layer: act'
good
put src/packet/act.h ''
put src/policy/field.c '#include "packet/act.h"
	int field;'
is "$(arrows module)" 'policy/field -> packet/act: a higher layer: packet/act.h
status 1' "an include of a higher layer"
finds "a call between two groups of a layer" module src/nl/dev.c \
	'int hook(void); int dev(void) { return hook(); }' \
	'nl/dev -> hook: the same layer: hook'
good
put src/policy/one.c 'int two(void); int one(void) { return two(); }'
put src/policy/two.c 'int one(void); int two(void) { return one(); }'
is "$(arrows module)" $'circle: policy/one policy/two\nstatus 1' "a circle in a directory"
finds "a call from a command to another" tool tools/arpctl/cmd/stats.c \
	'int bind(void); int other(void) { return bind(); }' \
	'cmd/stats -> cmd/bind: another command: bind'
finds "a file in no layer" module src/util.c \
	'int lpm(void); int util(void) { return lpm(); }' \
	'util -> policy/lpm: a file in no layer'
rm -f "$dir"/src/*.o "$dir"/src/*/*.o
like "$(tests/lint/arrows module "$dir" 2>&1)" 'nothing is built' "a tree that is not built"
