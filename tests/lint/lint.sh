#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Static checks of the sources, as make lint.
# lab: host
# lab: timeout 1800
# lab: takes 600
exec "$(dirname "$0")/run"
