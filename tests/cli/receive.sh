#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A flood of notifications does not keep bind watch and bind snoop from their timers.
# lab: host

. tests/cli/lib.sh
scratch
compile "$dir/receive_test" tests/cli/receive_test.c tools/arpctl/wire/nl_{events,msg}.c \
	tools/arpctl/base/{parse,print}.c -lmnl

is "$("$dir/receive_test" 10)" "10 0" "a few messages are all taken at once"
is "$("$dir/receive_test" 100 5)" "5 -1" "until one fails"
is "$(timeout 60 "$dir/receive_test" 0)" "1024 0 1024 0" "one for each that is taken: it returns nevertheless, and goes on the next time"
plan "$count"
