// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who owns the dynamic bindings of a selector.
 *
 * The file's name is the inode of the network namespace and the selector, whose unusual
 * bytes are escaped. Its lines are "pid NUMBER", "restart COMMAND" and "selector NAME",
 * the own one first.
 * The lock is one of the open file description, so that F_OFD_GETLK tells others whether
 * it is held without taking it.
 */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/arp_policy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/print.h"
#include "lease/owner.h"

#define PREFIX_MAX	24	/* "4026531840-" */
#define PID		"pid "
#define SELECTOR	"selector "
#define RESTART		"restart "
#define SERVICE		".service"

/*
 * Whoever can read the file can hold a lock on it, which refuses all programs. The names
 * in the directory are no secret, and only its owner can add any.
 */
#define OWNER_MODE	0600

/* How much of a file is read, so that its owner cannot exhaust root's memory: 40,000 ports. */
#define OWNER_SIZE	((size_t)1 << 20)

/* The beginning of the names of this network namespace's files. */
static bool netns_prefix(char buf[PREFIX_MAX])
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st) && stat("/proc/thread-self/ns/net", &st))
		return false;
	snprintf(buf, PREFIX_MAX, "%llu-", (unsigned long long)st.st_ino);
	return true;
}

static void escape(char *to, size_t size, const char *name)
{
	size_t len = 0;

	for (; *name && len + 4 < size; name++) {
		if (isalnum((unsigned char)*name) || strchr("-_", *name))
			to[len++] = *name;
		else
			len += (size_t)snprintf(to + len, size - len, "%%%02x",
						(unsigned char)*name);
	}
	to[len] = '\0';
}

static bool path_of(const char *selector, char buf[PATH_MAX])
{
	char name[3 * ARP_POLICY_SELECTOR_MAX + 8], prefix[PREFIX_MAX];

	if (!netns_prefix(prefix))
		return false;
	escape(name, sizeof(name), selector);
	snprintf(buf, PATH_MAX, OWNER_DIR "/%s%s", prefix, name);
	return true;
}

/* Where the name is among the others, or belongs. */
static size_t find_name(const struct owner *owner, const char *name)
{
	size_t low = 1, high = owner->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(owner->selectors[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool owner_has(const struct owner *owner, const char *selector)
{
	size_t i;

	if (!owner->n || !strcmp(owner->selectors[0], selector))
		return owner->n;
	i = find_name(owner, selector);
	return i < owner->n && !strcmp(owner->selectors[i], selector);
}

static int add_name(struct owner *owner, const char *name)
{
	char **last, *copy = strdup(name);
	size_t i = owner->n ? find_name(owner, name) : 0;

	last = copy ? LIST_ADD(owner->selectors, owner->n) : NULL;
	if (!last) {
		free(copy);
		return no_memory();
	}
	memmove(&owner->selectors[i + 1], &owner->selectors[i],
		(owner->n - 1 - i) * sizeof(copy));
	owner->selectors[i] = copy;
	return STATUS_OK;
}

/* What starts this program again */

/* The last word of the path in /proc/self/cgroup, if systemd runs this as a service. */
static bool own_unit(char *unit, size_t size)
{
	FILE *file = getenv("INVOCATION_ID") ? fopen("/proc/self/cgroup", "re") : NULL;
	char line[PATH_MAX];
	const char *slash;

	*unit = '\0';
	while (file && !*unit && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		slash = strrchr(line, '/');
		if (slash && strlen(slash) > strlen(SERVICE) &&
		    !strcmp(slash + strlen(slash) - strlen(SERVICE), SERVICE))
			snprintf(unit, size, "%s", slash + 1);
	}
	if (file)
		fclose(file);
	return *unit;
}

static bool is_plain(const char *word)
{
	for (; *word; word++)
		if (!isalnum((unsigned char)*word) && !strchr("-_./:,=@%+", *word))
			return false;
	return true;
}

static void quote(FILE *out, const char *word)
{
	if (*word && is_plain(word)) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word == '\n' ? ' ' : *word, out);
	fputc('\'', out);
}

/* The words of its own command line. */
static void quote_command(FILE *out)
{
	FILE *file = fopen("/proc/self/cmdline", "re");
	size_t size = 0, n = 0;
	char *word = NULL;

	while (file && getdelim(&word, &size, '\0', file) > 0) {
		if (n++)
			fputc(' ', out);
		quote(out, word);
	}
	free(word);
	if (file)
		fclose(file);
}

static char *own_command(void)
{
	char unit[256], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (own_unit(unit, sizeof(unit)))
		fprintf(out, "systemctl restart %s", unit);
	else
		quote_command(out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* Its first line that begins so is the text that follows; a later one does not count. */
static int take_text(char **text, const char *line, const char *begin)
{
	if (*text || strncmp(line, begin, strlen(begin)) != 0)
		return STATUS_OK;
	*text = strdup(line + strlen(begin));
	return *text ? STATUS_OK : no_memory();
}

/* The file's first OWNER_SIZE bytes, with a NUL. Return: NULL: out of memory. */
static char *read_text(int fd)
{
	char *text = malloc(OWNER_SIZE + 1);
	size_t len = 0;
	ssize_t got;

	if (!text)
		return NULL;
	do {
		got = pread(fd, text + len, OWNER_SIZE - len, (off_t)len);
		len += got > 0 ? (size_t)got : 0;
	} while (got > 0 && len < OWNER_SIZE);
	text[len] = '\0';
	return text;
}

static int take_line(struct owner *owner, const char *line)
{
	if (!strncmp(line, PID, strlen(PID)))
		owner->pid = (pid_t)atoi(line + strlen(PID));
	if (strncmp(line, SELECTOR, strlen(SELECTOR)) != 0)
		return take_text(&owner->restart, line, RESTART);
	line += strlen(SELECTOR);
	return owner_has(owner, line) ? STATUS_OK : add_name(owner, line);
}

/* Reads the lines of a file. One that was cut off has fewer. */
static int read_file(struct owner *owner, int fd)
{
	char *text = read_text(fd), *at = text;
	const char *line;
	int status = text ? STATUS_OK : no_memory();

	while (!status && (line = strsep(&at, "\n")))
		status = take_line(owner, line);
	free(text);
	return status;
}

/* In place, since the lock is on this file. */
static int write_file(const struct owner *owner)
{
	char *text = NULL;
	size_t len, i;
	FILE *file = open_memstream(&text, &len);
	bool ok;

	if (!file)
		return no_memory();
	fprintf(file, PID "%ld\n", (long)owner->pid);
	if (owner->restart)
		fprintf(file, RESTART "%s\n", owner->restart);
	for (i = 0; i < owner->n; i++)
		fprintf(file, SELECTOR "%s\n", owner->selectors[i]);
	if (fclose(file))
		return no_memory();
	ok = pwrite(owner->fd, text, len, 0) == (ssize_t)len &&
	     !ftruncate(owner->fd, (off_t)len);
	free(text);
	return ok ? STATUS_OK :
	       failure("cannot write to " OWNER_DIR ": %s", strerror(errno));
}

static bool is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
}

static int refuse(const struct owner *owner, const char *selector)
{
	return failure("the dynamic bindings of \"%s\" are kept by another arpctl, process %ld: only one program at a time can keep them",
		       selector, (long)owner->pid);
}

/*
 * root may come before a service that runs as another user, whose directory this is: it
 * must be able to open what root has left.
 */
static void give_away(int fd)
{
	struct stat dir;

	if (!geteuid() && !stat(OWNER_DIR, &dir) && dir.st_uid)
		(void)!fchown(fd, dir.st_uid, dir.st_gid);
}

/*
 * root may use a directory that belongs to the service's user. It must not wait for a FIFO
 * there, nor write through a link.
 */
static bool is_own_file(int fd)
{
	struct stat file;

	return !fstat(fd, &file) && S_ISREG(file.st_mode) && file.st_nlink == 1;
}

static int claim(struct owner *owner, const char *selector, const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int status, err = 0;

	if (mkdir(OWNER_DIR, 0755) && errno != EEXIST)
		return failure("cannot create " OWNER_DIR ": %s", strerror(errno));
	owner->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
			 OWNER_MODE);
	if (owner->fd < 0)
		return failure("cannot open %s: %s", path, strerror(errno));
	if (!is_own_file(owner->fd))
		return failure("cannot use %s: it is not a regular file with one name",
			       path);
	/* An earlier version's. */
	(void)!fchmod(owner->fd, OWNER_MODE);
	give_away(owner->fd);
	if (fcntl(owner->fd, F_OFD_SETLK, &lock))
		err = errno;
	owner->running = err == EAGAIN || err == EACCES;
	if (err && !owner->running)
		return failure("cannot lock %s: %s", path, strerror(err));
	status = add_name(owner, selector);
	if (!status)
		status = read_file(owner, owner->fd);
	if (!status && owner->running)
		status = refuse(owner, selector);
	owner->running = !status;
	return status;
}

int owner_open(struct owner *owner, const char *selector)
{
	char path[PATH_MAX];
	int status;

	*owner = (struct owner){ .fd = -1 };
	if (!path_of(selector, path))
		return failure("cannot find out the network namespace: %s",
			       strerror(errno));
	status = claim(owner, selector, path);
	if (status)
		return status;
	owner->pid = getpid();
	free(owner->restart);
	owner->restart = own_command();
	return write_file(owner);
}

void owner_close(struct owner *owner)
{
	size_t i;

	for (i = 0; i < owner->n; i++)
		free(owner->selectors[i]);
	free(owner->selectors);
	free(owner->restart);
	if (owner->fd >= 0)
		close(owner->fd);
	*owner = (struct owner){ .fd = -1 };
}

int owner_prune(struct owner *owner, bool (*keep)(void *data, const char *selector),
		void *data)
{
	size_t i, n = 1;

	for (i = 1; i < owner->n; i++) {
		if (keep(data, owner->selectors[i]))
			owner->selectors[n++] = owner->selectors[i];
		else
			free(owner->selectors[i]);
	}
	if (n == owner->n)
		return STATUS_OK;
	owner->n = n;
	return write_file(owner);
}

/* Reads the file without claiming it. What cannot be read may be held. */
static int look(struct owner *owner, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), status;

	*owner = (struct owner){ .fd = -1 };
	if (fd < 0) {
		owner->running = errno == EACCES;
		return STATUS_FAILED;
	}
	owner->running = is_locked(fd);
	status = is_own_file(fd) ? read_file(owner, fd) : STATUS_FAILED;
	close(fd);
	return status;
}

bool owner_runs(const char *selector, pid_t *pid)
{
	struct owner other = { .fd = -1 };
	char path[PATH_MAX];
	bool runs;

	*pid = 0;
	if (!path_of(selector, path))
		return false;
	if (look(&other, path) && !other.running) {
		owner_close(&other);
		return false;
	}
	runs = other.running;
	*pid = other.pid;
	owner_close(&other);
	return runs;
}

int owner_add(struct owner *owner, const char *selector, bool *refused)
{
	pid_t pid;
	int status;

	*refused = owner_runs(selector, &pid);
	if (*refused)
		return STATUS_OK;
	status = add_name(owner, selector);
	return status ? status : write_file(owner);
}

int owner_each(int (*each)(void *data, const struct owner *owner), void *data)
{
	char prefix[PREFIX_MAX], path[PATH_MAX];
	const struct dirent *entry;
	struct owner owner;
	int status = STATUS_OK;
	DIR *dir;

	dir = netns_prefix(prefix) ? opendir(OWNER_DIR) : NULL;
	if (!dir)
		return STATUS_OK;
	while (!status && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(path, sizeof(path), OWNER_DIR "/%s", entry->d_name);
		if (!look(&owner, path) && owner.n)
			status = each(data, &owner);
		owner_close(&owner);
	}
	closedir(dir);
	return status;
}
