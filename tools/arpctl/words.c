// SPDX-License-Identifier: GPL-2.0-only
/* Lines of files into words, and words into what reads as the same again. */

#include <string.h>

#include "words.h"

void words_init(struct words *words, char *text, size_t len)
{
	words->at = text;
	words->end = text + len;
	words->line = 0;
	words->n = 0;
}

/* Where the line that begins at s ends: its newline, or the end of the text. */
static char *line_end(const struct words *words, char *s)
{
	char *end = memchr(s, '\n', (size_t)(words->end - s));

	return end ? end : words->end;
}

/* The end of a quoted word, its first character being the quote. */
static char *quote_end(char *s, const char *end)
{
	char quote = *s;

	for (s++; s < end; s++)
		if (*s == quote &&
		    (s + 1 == end || s[1] == ' ' || s[1] == '\t'))
			return s;
	return NULL;
}

/* Takes the words between s and end. Return: whether that can be done. */
static bool split(struct words *words, char *s, char *end, const char **why)
{
	while (s < end) {
		if (*s == ' ' || *s == '\t') {
			s++;
			continue;
		}
		if (*s == '#')
			break;
		if (words->n == MAX_WORDS) {
			*why = "too many words for any command";
			return false;
		}
		words->word[words->n] = s;
		if (*s == '"' || *s == '\'') {
			s = quote_end(s, end);
			if (!s) {
				*why = "a quote does not end";
				return false;
			}
			words->word[words->n]++;
		} else {
			while (s < end && *s != ' ' && *s != '\t')
				s++;
		}
		*s++ = '\0';
		words->n++;
	}
	return true;
}

int words_next(struct words *words, const char **why)
{
	char *begin = words->at, *end;

	words->n = 0;
	if (begin >= words->end)
		return 0;
	words->line++;
	end = line_end(words, begin);
	words->at = end + 1;
	if (memchr(begin, '\0', (size_t)(end - begin))) {
		*why = "a NUL stands where text must";
		return -1;
	}
	/* Lines may end as in Windows. */
	if (end > begin && end[-1] == '\r')
		end--;
	return split(words, begin, end, why) ? 1 : -1;
}

/* Whether a word has to be quoted; selectors never have blanks in them. */
static bool needs_quotes(const char *word)
{
	size_t len = strlen(word);

	return !len || strchr("#\"'", *word) || strchr(word, ' ') ||
	       strchr(word, '\t') || word[len - 1] == '\r';
}

void word_print(struct printer *out, const char *key, enum style style,
		const char *word)
{
	const char *quote = needs_quotes(word) ? "\"" : "";

	pr_text(out, "%s", quote);
	/* To a terminal rather safe than to the letter. */
	if (out->json || out->columns)
		pr_str(out, key, style, 0, word);
	else
		pr_raw(out, style, word);
	pr_text(out, "%s", quote);
}
