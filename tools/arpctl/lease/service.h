/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of a service to systemd, without its library. */
#ifndef ARPCTL_LEASE_SERVICE_H
#define ARPCTL_LEASE_SERVICE_H

/*
 * Sends "READY=1", "STATUS=..." and the like, as sd_notify(3) does. Does nothing if
 * systemd did not ask for it.
 */
__attribute__((format(printf, 1, 2)))
void service_notify(const char *fmt, ...);

#endif /* ARPCTL_LEASE_SERVICE_H */
