// SPDX-License-Identifier: GPL-2.0-only
/* Messages of a service to systemd: one datagram to the socket in $NOTIFY_SOCKET. */

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lease/service.h"

void service_notify(const char *fmt, ...)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *name = getenv("NOTIFY_SOCKET");
	char text[256];
	size_t len = name ? strlen(name) : 0;
	va_list ap;
	int fd, flags = MSG_NOSIGNAL;

	if (!len || len >= sizeof(to.sun_path))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(to.sun_path, name, len);
	/* A name that begins with @ is in the abstract namespace. */
	if (*name == '@')
		to.sun_path[0] = '\0';
	/* Not worth waiting for a systemd that is busy; the next one follows. */
	if (!strncmp(text, "STATUS=", strlen("STATUS=")))
		flags |= MSG_DONTWAIT;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), flags, (struct sockaddr *)&to,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}
