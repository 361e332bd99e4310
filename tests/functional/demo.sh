#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The scenarios of "make demo" show what they should, in a virtual machine.
# lab: all
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
plan 1

run_ok "each scenario shows what it should" "$ROOT/tests/demo/stories"
