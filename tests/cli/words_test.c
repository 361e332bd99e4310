// SPDX-License-Identifier: GPL-2.0-only
/*
 * words_test split	print the words of each line of stdin
 * words_test trip	check that printed words are read back unchanged
 */
#include <stdlib.h>
#include <string.h>

#include "base/words.h"

/* Each line as "N:" and its words in brackets. */
static int split_all(void)
{
	static char text[65536];
	size_t len = fread(text, 1, sizeof(text) - 1, stdin);
	struct words words = { .line = 0 };
	const char *why;
	int got, i;

	words_more(&words, text, len);
	while ((got = words_next(&words, &why))) {
		printf("%lu:", words.line);
		if (got < 0)
			printf(" %s", why);
		for (i = 0; got > 0 && i < words.n; i++)
			printf(" <%s>", words.word[i]);
		putchar('\n');
	}
	return 0;
}

/* Are three words on a line read back unchanged? */
static int trip(const char *a, const char *b, const char *c, const char *end)
{
	const char *in[] = { a, b, c }, *why = "none";
	struct printer out = { 0 };
	struct words words = { .line = 0 };
	char *text = NULL;
	size_t len = 0, i;
	int good;

	out.file = open_memstream(&text, &len);
	for (i = 0; i < 3; i++) {
		if (i)
			pr_word(&out, " ");
		word_print(&out, NULL, STYLE_NAME, in[i]);
	}
	pr_word(&out, end);
	pr_flush();
	fclose(out.file);

	words_more(&words, text, len);
	good = words_next(&words, &why) == 1 && words.n == 3;
	for (i = 0; good && i < 3; i++)
		good = !strcmp(words.word[i], in[i]);
	good = good && !words_next(&words, &why);
	if (!good)
		fprintf(stderr, "%s %s %s: %d words, %s\n", a, b, c, words.n,
			why);
	free(text);
	return good;
}

/* Bytes that a selector may contain, mostly those that could be misread. */
static void any_word(char *buf, size_t max)
{
	static const char odd[] = "#\"'\\\r*ab\033\001\377";
	size_t len = 1 + (size_t)rand() % max, i;

	for (i = 0; i < len; i++)
		buf[i] = odd[(size_t)rand() % (sizeof(odd) - 1)];
	buf[len] = '\0';
}

static int trips(void)
{
	static const char *const ends[] = { "\n", "", "\r\n", "\t \n", " # x\n" };
	char a[16], b[16], c[16];
	int i;

	srand(1);
	for (i = 0; i < 200000; i++) {
		any_word(a, 6);
		any_word(b, 6);
		any_word(c, 6);
		if (!trip(a, b, c, ends[i % 5]))
			return 1;
	}
	return !trip("", "a b", "\t", "\n");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "split"))
		return split_all();
	if (argc == 2 && !strcmp(argv[1], "trip"))
		return trips();
	return 2;
}
