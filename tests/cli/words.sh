#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Lines into words: blanks, comments, quotes; and words printed so that they read as the same again.
# lab: host

. tests/cli/lib.sh
plan 16
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

build()
{
	${CC:-cc} -std=gnu11 -g -D_GNU_SOURCE -Itools/arpctl -Iinclude/uapi "$@" -o "$dir/words_test" \
		tests/cli/words_test.c tools/arpctl/words.c tools/arpctl/print.c
}
# With a sanitizer if the compiler has one.
build -fsanitize=address,undefined -fno-sanitize-recover 2>/dev/null || build >&2 ||
	{ echo "Bail out! the reader does not build"; exit 1; }

# reads NAME TEXT WANTED
reads()
{
	local got

	# shellcheck disable=SC2059 # the escapes are printf's
	got=$(printf "$2" | "$dir/words_test" split)
	[ "$got" = "$3" ]
	ok $? "$1" "got:
$got
wanted:
$3"
}

reads 'nothing' '' ''
reads 'words' 'a b\n\tc  d \n' '1: <a> <b>
2: <c> <d>'
reads 'no end of the last line' 'a b' '1: <a> <b>'
reads 'empty lines and comments' '\n  \n# a\na #b c\n' '1:
2:
3:
4: <a>'
reads 'a # within a word' 'a#b c#\n' '1: <a#b> <c#>'
reads 'ends of lines as in Windows' 'a b\r\n\r\n' '1: <a> <b>
2:'
reads 'both kinds of quotes' "'a b' \"c d\" ''\n" '1: <a b> <c d> <>'
reads 'quotes within quotes' "\"it's\" 'a\"b' \"a\"b\"\n" "1: <it's> <a\"b> <a\"b>"
reads 'quotes within a word' "a'b c\"\n" "1: <a'b> <c\">"
reads 'no comment in quotes' "'# a' '#'\n" '1: <# a> <#>'
reads 'no escapes' 'a\\ b\\\n' '1: <a\> <b\>'
reads 'a quote without end' "a 'b\nc\n" '1: a quote does not end
2: <c>'
reads 'a quote that ends too late' "'a'b\n'\n" '1: a quote does not end
2: a quote does not end'
reads 'a NUL' 'a\0b\nc\n' '1: a NUL byte is not allowed in text
2: <c>'
reads 'too many words' "$(printf 'a %.0s' {1..129})\n" '1: too many words for any command'

out=$("$dir/words_test" trip 2>&1)
ok $? 'words come back as they were printed' "$out"

finish
