// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel module: whether it is there, and why the kernel did not load it.
 *
 * This only looks, because the admin may have forbidden loading the module. Everything
 * read here is readable for all users.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/print.h"
#include "wire/module.h"

bool module_loaded(void)
{
	return !access("/sys/module/" MODULE, F_OK);
}

bool module_installed(const char *name)
{
	char path[256], line[4096], ko[64];
	struct utsname uts;
	bool found = false;
	FILE *file;

	if (uname(&uts))
		return false;
	snprintf(ko, sizeof(ko), "/%s.ko", name);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep",
		 uts.release);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, ko);
	}
	fclose(file);
	return found;
}

/* Whether the file's first line begins with the text. */
static bool begins_with(const char *path, const char *text)
{
	char line[128];
	FILE *file = fopen(path, "re");
	bool found;

	if (!file)
		return false;
	found = fgets(line, sizeof(line), file) &&
		!strncmp(line, text, strlen(text));
	fclose(file);
	return found;
}

/* Because of module.sig_enforce, or of lockdown, which Secure Boot enables. */
static bool only_signed(void)
{
	return begins_with("/sys/module/module/parameters/sig_enforce", "Y") ||
	       begins_with("/sys/kernel/security/lockdown", "none [integrity]") ||
	       begins_with("/sys/kernel/security/lockdown", "none integrity [");
}

static bool may_load(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (syscall(SYS_capget, &head, data))
		return geteuid() == 0;
	return data[0].effective & (1U << CAP_SYS_MODULE);
}

int module_missing(void)
{
	struct utsname uts;

	if (uname(&uts))
		return failure("%s", strerror(errno));
	if (!module_installed(MODULE))
		return failure("the module " MODULE " is not loaded, and not installed for kernel %s: install arp-policy-dkms, or run \"insmod " MODULE ".ko\"",
			       uts.release);
	if (begins_with("/proc/sys/kernel/modules_disabled", "1"))
		return failure("the module " MODULE " is installed but not loaded, and module loading is disabled until reboot (kernel.modules_disabled): load it at boot, with a line \"" MODULE "\" in /etc/modules");
	if (only_signed())
		return failure("the module " MODULE " is installed but not loaded: this kernel loads only modules signed with a trusted key (Secure Boot): run \"mokutil --import /var/lib/dkms/mok.pub\" and reboot to enrol the DKMS key");
	if (!may_load())
		return failure("the module " MODULE " is installed but not loaded, and you are not allowed to load it: run \"modprobe " MODULE "\" as root");
	return failure("the module " MODULE " is installed but not loaded, and the kernel could not load it on demand: run \"modprobe " MODULE "\", which loads it or prints the reason");
}
