// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces: entering the one that -n names, listing the named ones.
 *
 * Names are those of ip-netns(8); anything with a slash is taken as a path.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/print.h"
#include "wire/netns.h"

#define NETNS_RUN_DIR "/var/run/netns"

int netns_enter(const char **netns_name)
{
	const char *netns = *netns_name;
	char path[PATH_MAX];
	int fd, err, len;

	if (!netns)
		return STATUS_OK;
	if (strchr(netns, '/'))
		len = snprintf(path, sizeof(path), "%s", netns);
	else
		len = snprintf(path, sizeof(path), NETNS_RUN_DIR "/%s", netns);
	if (len < 0 || (size_t)len >= sizeof(path))
		return failure("Cannot open network namespace: %s",
			       strerror(ENAMETOOLONG));

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failure("Cannot open network namespace \"%s\": %s",
			       netns, strerror(errno));
	err = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	if (err)
		return failure("Cannot enter network namespace \"%s\": %s",
			       netns, err == EINVAL ?
			       "it is not a network namespace" : strerror(err));
	*netns_name = NULL;
	return STATUS_OK;
}

void netns_list(void (*each)(void *data, const char *name), void *data)
{
	DIR *dir = opendir(NETNS_RUN_DIR);
	const struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			each(data, entry->d_name);
	closedir(dir);
}
