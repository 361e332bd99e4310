#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A changed rate starts with a full bucket, whatever state the old one was in.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 12

host victim peer
link victim:eth0 peer:eth0
addr victim eth0 10.0.0.1/24
addr peer eth0 10.0.0.2/24

must load_module
policy() { must ctl victim "$@"; }

# How many of COUNT requests are answered.
answers() {	# COUNT
	arpq peer ask eth0 10.0.0.1 count "$1" timeout 500 | wc -l
}

policy dev set eth0 rate 1 burst 60
like "$(answers 200)" '^6[0-9]$' "a burst of 60 is answered, at a packet a second"
policy dev set eth0 rate 100000 burst 100000
is "$(answers 10)" 10 "a higher rate and burst start with a full bucket"
policy dev set eth0 rate 1 burst 60
like "$(answers 200)" '^6[0-9]$' "setting the old rate again fills the bucket, too"
policy dev set eth0 burst 20
like "$(answers 60)" '^2[0-9]$' "a changed burst starts with a full bucket"
like "$(answers 60)" '^[0-9]$' "the changed burst is then used up"
policy dev unset eth0 rate
is "$(answers 60)" 60 "without a rate all are answered"
policy dev set eth0 rate 1
like "$(answers 60)" '^2[0-9]$' "setting the rate again after unset fills the bucket"

# Setting the same values does not refill the bucket.
policy dev set eth0 ignore any
policy dev set eth0 rate 1 burst 20
like "$(answers 60)" '^[0-9]$' "setting another field or the same rate does not fill the bucket"
policy dev unset eth0

# For each source
policy dev set eth0 source-rate 40
like "$(answers 200)" '^[4-9][0-9]$' "a source has its own bucket"
policy dev set eth0 source-rate 60
like "$(answers 60)" '^60$' "a changed source-rate fills the bucket"
policy dev set eth0 source-rate 40
like "$(answers 40)" '^40$' "setting the old source-rate again fills the bucket, too"
policy dev set eth0 source-rate 20 ignore device
like "$(answers 20)" '^20$' "a third source-rate fills the bucket"
