// SPDX-License-Identifier: GPL-2.0-only
/* Lists that grow: a pointer to the elements, and how many there are. */
#ifndef ARPCTL_LIST_H
#define ARPCTL_LIST_H

#include <stdlib.h>
#include <string.h>

/*
 * Makes room for one more element in a list of n. It doubles whenever n is a power of
 * two. Return: the list; NULL without memory, and the list is unchanged.
 */
static inline void *list_more(void *list, size_t n, size_t size)
{
	if (n & (n - 1))
		return list;
	return reallocarray(list, n ? n * 2 : 1, size);
}

/* Adds a zeroed element to the end of a list of n. Return: the element, or NULL. */
#define LIST_ADD(list, n)						\
({									\
	__typeof__(list) more_ = list_more(list, n, sizeof(*(list)));	\
									\
	if (more_) {							\
		(list) = more_;						\
		more_ = memset(&(list)[(n)++], 0, sizeof(*(list)));	\
	}								\
	more_;								\
})

/* Merges n sorted elements at the end of a list of total, the rest of which is sorted. */
static inline void list_merge(char *list, size_t total, const char *tail, size_t n,
			      size_t size, int (*cmp)(const void *, const void *))
{
	size_t kept = total - n;

	for (; n; total--) {
		if (kept && cmp(list + (kept - 1) * size, tail + (n - 1) * size) > 0)
			memcpy(list + (total - 1) * size, list + --kept * size, size);
		else
			memcpy(list + (total - 1) * size, tail + --n * size, size);
	}
}

/* qsort(), also of an empty list, which may be NULL; cheap if little is not sorted. */
static inline void list_sort(void *list, size_t n, size_t size,
			     int (*cmp)(const void *, const void *))
{
	char *at = list, *tail;
	size_t i;

	for (i = 1; i < n && cmp(at, at + size) <= 0; i++)
		at += size;
	if (i >= n)
		return;
	at += size;
	tail = i > n / 2 ? malloc((n - i) * size) : NULL;
	if (!tail) {
		qsort(list, n, size, cmp);
		return;
	}
	memcpy(tail, at, (n - i) * size);
	qsort(tail, n - i, size, cmp);
	list_merge(list, n, tail, n - i, size, cmp);
	free(tail);
}

#define LIST_SORT(list, n, cmp) \
	list_sort(list, n, sizeof(*(list)), cmp)

/* As bsearch(), but for the first element that does not sort before the key. */
static inline size_t list_from(const void *list, size_t n, size_t size,
			       const void *key,
			       int (*cmp)(const void *, const void *))
{
	size_t low = 0, high = n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (cmp((const char *)list + middle * size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Return: the index of that element; n if there is none. */
#define LIST_FROM(list, n, key, cmp) \
	list_from(list, n, sizeof(*(list)), key, cmp)

#endif /* ARPCTL_LIST_H */
