// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compare compiled globs with glob_match() and with a plain recursive matcher.
 *
 * Process context.
 */
#include <linux/glob.h>
#include <linux/if.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "policy/glob.h"
#include "selftest/selftest.h"

#define GLOBS		8000
#define NAMES		25	/* tried on each */
#define GLOB_MOST	24	/* characters */

/* Few different characters, so that globs often match names. */
static const char glob_chars[] = "aab01-]![[**?\\";
static const char name_chars[] = "aab01-]![\xe9";

struct test {
	struct rnd_state rnd;
	struct arpp_glob compiled;
	char glob[GLOB_MOST + 1];
	char name[2 * GLOB_MOST];	/* glob_match() may read past its end */
	unsigned int matched, asked;
};

static u32 draw(struct test *t, u32 below)
{
	return prandom_u32_state(&t->rnd) % below;
}

static void some_text(struct test *t, char *text, unsigned int most,
		      const char *chars)
{
	unsigned int len = draw(t, most + 1);

	text[len] = '\0';
	while (len--)
		text[len] = chars[draw(t, strlen(chars))];
}

/* Is @c in the class that starts after a [? Sets @end to the character after its ]. */
static bool in_class(const char *class, u8 c, const char **end)
{
	bool negated = *class == '!', in = false;
	const u8 *at = (const u8 *)class + negated, *first = at;

	while (at == first || *at != ']') {
		if (at[1] == '-' && at[2] != ']') {
			in |= at[0] <= c && c <= at[2];
			at += 3;
		} else {
			in |= at[0] == c;
			at++;
		}
	}
	*end = (const char *)at + 1;
	return in != negated;
}

/* The reference matcher, as simple as possible, for a valid glob. */
static bool model_match(const char *glob, const char *name)
{
	const char *end;

	if (*glob == '*')
		return model_match(glob + 1, name) ||
		       (*name && model_match(glob, name + 1));
	if (!*glob || !*name)
		return *glob == *name;
	if (*glob == '[')
		return in_class(glob + 1, *name, &end) &&
		       model_match(end, name + 1);
	if (*glob == '?')
		return model_match(glob + 1, name + 1);
	glob += *glob == '\\';
	return *glob == *name && model_match(glob + 1, name + 1);
}

static bool agrees(struct test *t)
{
	bool match = arpp_glob_match(&t->compiled, t->name);

	t->asked++;
	t->matched += match;
	if (match != model_match(t->glob, t->name))
		return false;
	/* Many kernels let a negated class match the end of the name. */
	return strstr(t->glob, "[!") || match == glob_match(t->glob, t->name);
}

static int try_glob(struct test *t)
{
	int i;

	do
		some_text(t, t->glob, GLOB_MOST, glob_chars);
	while (arpp_glob_literals(t->glob) < 0);
	arpp_glob_compile(&t->compiled, t->glob);
	for (i = 0; i < NAMES; i++) {
		memset(t->name, 0, sizeof(t->name));
		some_text(t, t->name, draw(t, IFNAMSIZ), name_chars);
		if (!agrees(t)) {
			pr_err("arp_policy: selftest: glob %s, name %s: wrong\n",
			       t->glob, t->name);
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * arpp_selftest_glob() - match compiled globs against names
 *
 * Return: 0 if each result agrees with glob_match().
 */
int arpp_selftest_glob(void)
{
	struct test *t = kzalloc(sizeof(*t), GFP_KERNEL);
	int i, err = 0;

	if (!t)
		return -ENOMEM;
	prandom_seed_state(&t->rnd, 20240301);
	for (i = 0; i < GLOBS && !err; i++) {
		err = try_glob(t);
		cond_resched();
	}
	if (!err)
		pr_info("arp_policy: selftest: globs: %u names tried, %u matched\n",
			t->asked, t->matched);
	kfree(t);
	return err;
}
