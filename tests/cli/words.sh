#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Splitting lines into words: blanks, comments, quotes. Printed words read back the same.
# lab: host

. tests/cli/lib.sh
plan 16
scratch

compile "$dir/words_test" tests/cli/words_test.c \
	tools/arpctl/base/{words,print}.c

# reads NAME TEXT WANTED
reads()
{
	# shellcheck disable=SC2059 # the escapes are printf's
	is "$(printf "$2" | "$dir/words_test" split)" "$3" "$1"
}

reads 'nothing' '' ''
reads 'words' 'a b\n\tc  d \n' '1: <a> <b>
2: <c> <d>'
reads 'a last line without newline' 'a b' '1: <a> <b>'
reads 'empty lines and comments' '\n  \n# a\na #b c\n' '1:
2:
3:
4: <a>'
reads 'a # within a word' 'a#b c#\n' '1: <a#b> <c#>'
reads 'line ends of Windows' 'a b\r\n\r\n' '1: <a> <b>
2:'
reads 'both kinds of quotes' "'a b' \"c d\" ''\n" '1: <a b> <c d> <>'
reads 'quotes within quotes' "\"it's\" 'a\"b' \"a\"b\"\n" "1: <it's> <a\"b> <a\"b>"
reads 'quotes within a word' "a'b c\"\n" "1: <a'b> <c\">"
reads 'no comment in quotes' "'# a' '#'\n" '1: <# a> <#>'
reads 'no escapes' 'a\\ b\\\n' '1: <a\> <b\>'
reads 'an unterminated quote' "a 'b\nc\n" '1: unterminated quote
2: <c>'
reads 'a quote that ends on a later line' "'a'b\n'\n" '1: unterminated quote
2: unterminated quote'
reads 'a NUL' 'a\0b\nc\n' '1: a NUL byte is not allowed in text
2: <c>'
reads 'too many words' "$(printf 'a %.0s' {1..129})\n" '1: too many words for any command'

out=$("$dir/words_test" trip 2>&1)
result $? 'printed words read back the same' "$out"
