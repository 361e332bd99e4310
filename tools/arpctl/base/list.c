// SPDX-License-Identifier: GPL-2.0-only
/* Lists that grow. */

#include <stdlib.h>

#include "base/list.h"

void *list_more(void *list, size_t n, size_t size)
{
	if (n & (n - 1))
		return list;
	return reallocarray(list, n ? n * 2 : 1, size);
}

void list_sort(void *list, size_t n, size_t size,
	       int (*cmp)(const void *a, const void *b))
{
	if (n)
		qsort(list, n, size, cmp);
}
