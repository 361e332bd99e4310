// SPDX-License-Identifier: GPL-2.0-only
/* Splits lines of files into words, and prints words so that they read back equal. */

#include <string.h>

#include "base/words.h"

static char *find_nul(const struct words *words, char *from)
{
	char *nul = memchr(from, '\0', (size_t)(words->end - from));

	return nul ? nul : words->end;
}

void words_more(struct words *words, char *text, size_t len)
{
	words->at = text;
	words->end = text + len;
	words->nul = find_nul(words, text);
	words->tabs = memchr(text, '\t', len);
	words->n = 0;
}

/* The end of the line that begins at s: its newline, or the end of the text. */
static char *line_end(const struct words *words, char *s)
{
	char *end = memchr(s, '\n', (size_t)(words->end - s));

	return end ? end : words->end;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of a quoted word, which begins with the quote. */
static char *quote_end(char *s)
{
	char quote = *s;

	for (s++; *s; s++)
		if (*s == quote && (!s[1] || is_blank(s[1])))
			return s;
	return NULL;
}

/* The end of a word; the first test is true for most characters. */
static char *word_end(const struct words *words, char *s)
{
	if (!words->tabs)
		return strchrnul(s, ' ');
	while ((unsigned char)*s > ' ' || (*s && !is_blank(*s)))
		s++;
	return s;
}

/*
 * Whether a word that begins with this character needs no further check: it is not a blank,
 * a comment, the end of the line, an option or a quote. Most are not: saves 50 instructions
 * a line.
 */
static bool is_plain(char c)
{
	return (unsigned char)c > '-';
}

/* The end of a word that may be an option or quoted; NULL: the quote does not end. */
static char *special_end(struct words *words, char **word)
{
	char *s = *word;

	words->dash |= *s == '-';
	if (*s != '"' && *s != '\'')
		return word_end(words, s);
	++*word;
	return quote_end(s);
}

/* Takes the words of a line. Return: the error in it, or NULL. */
static const char *split(struct words *words, char *s)
{
	bool plain;
	int n = 0;

	for (;; s++) {
		plain = is_plain(*s);
		if (!plain) {
			while (is_blank(*s))
				s++;
			if (!*s || *s == '#')
				break;
		}
		if (n == MAX_WORDS)
			return "too many words for any command";
		words->word[n] = s;
		s = plain ? word_end(words, s) : special_end(words, &words->word[n]);
		if (!s)
			return "unterminated quote";
		n++;
		if (!*s)
			break;
		*s = '\0';
	}
	words->n = n;
	return NULL;
}

int words_next(struct words *words, const char **why)
{
	char *begin = words->at, *end;

	words->n = 0;
	words->dash = false;
	if (begin >= words->end)
		return 0;
	words->line++;
	end = line_end(words, begin);
	words->at = end + 1;
	*why = "a NUL byte is not allowed in text";
	if (words->nul < end) {
		words->nul = find_nul(words, end);
		return -1;
	}
	/* Lines may end with CR LF. */
	if (end > begin && end[-1] == '\r')
		end--;
	*end = '\0';
	*why = split(words, begin);
	return *why ? -1 : 1;
}

/* Whether a word has to be quoted; selectors never have blanks in them. */
static bool needs_quotes(const char *word)
{
	size_t len = strlen(word);

	/* None of what needs them is in most words. */
	if (len && !strpbrk(word, "#\"' \t\r"))
		return false;
	return !len || strchr("#\"'", *word) || strchr(word, ' ') ||
	       strchr(word, '\t') || word[len - 1] == '\r';
}

/*
 * The quote with which a word reads back equal. A word from a file does not contain
 * both kinds of quote before a blank, since it was itself in one of them.
 */
static const char *quote_of(const char *word)
{
	const char *s = word;

	if (!needs_quotes(word))
		return "";
	while ((s = strchr(s, '"'))) {
		if (is_blank(*++s))
			return "'";
	}
	return "\"";
}

void word_print(struct printer *out, const char *key, enum style style,
		const char *word)
{
	const char *quote = quote_of(word);

	pr_word(out, quote);
	/* On a terminal, escape what it would interpret. */
	if (out->json || out->columns)
		pr_str(out, key, style, 0, word);
	else
		pr_raw(out, style, word);
	pr_word(out, quote);
}

int word_fits(const char *word)
{
	size_t len = strlen(word);

	if (len <= WORD_MAX)
		return STATUS_OK;
	return usage_error("a name of %zu characters is too long", len);
}
