#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A flood of notifications does not stop the timers of bind watch and bind snoop.
# lab: host

. tests/cli/lib.sh
scratch
compile "$dir/receive_test" tests/cli/receive_test.c tools/arpctl/wire/nl_{events,msg}.c \
	tools/arpctl/base/{parse,print}.c -lmnl

is "$("$dir/receive_test" 10)" "10 0" "a few messages are all processed in one call"
is "$("$dir/receive_test" 100 5)" "5 -1" "processing stops at a failure"
is "$(timeout 60 "$dir/receive_test" 0)" "1024 0 1024 0" "a flood: each call returns after 1024 messages"
plan "$count"
