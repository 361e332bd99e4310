// SPDX-License-Identifier: GPL-2.0-only
/* stats prometheus: counters in Prometheus' text format. */
#ifndef ARPCTL_STATS_PROMETHEUS_H
#define ARPCTL_STATS_PROMETHEUS_H

struct ctx;

int stats_prometheus(struct ctx *ctx);

#endif /* ARPCTL_STATS_PROMETHEUS_H */
