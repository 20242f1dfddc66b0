/* SPDX-License-Identifier: MIT */
#include "printable.h"

void
printable_clean(char *s)
{
	const unsigned char *from = (const unsigned char *)s;
	char *to = s;

	for (; *from; from++) {
		if (*from < 32 || *from == 127)
			continue;
		/* The byte before is the last one kept: a control character between the two bytes of a C1 may be gone. */
		if (to > s && to[-1] == '\xc2' && *from >= 0x80 && *from < 0xa0)
			to--;
		else
			*to++ = (char)*from;
	}
	*to = '\0';
}
