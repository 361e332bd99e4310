#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What looks at the sources and takes no minutes.
# lab: host
# lab: timeout 900
exec "$(dirname "$0")/run" --quick
