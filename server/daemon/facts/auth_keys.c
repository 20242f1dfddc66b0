/* SPDX-License-Identifier: MIT */
#include "auth_keys.h"

#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "keyblob.h"

static void
add(char keys[AUTH_KEYS][AUTH_KEY_CAP], unsigned *count, const char *prefix, const char *text)
{
	/* Half a key id would be another's. */
	if (*text && *count < AUTH_KEYS && strlen(prefix) + strlen(text) < AUTH_KEY_CAP)
		snprintf(keys[(*count)++], AUTH_KEY_CAP, "%s%s", prefix, text);
}

void
auth_keys(const struct record *r, char keys[AUTH_KEYS][AUTH_KEY_CAP])
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->auth_count; i++) {
		const char *line = r->auth[i], *blob;
		struct keyblob k;

		if (strncmp(line, "publickey ", 10) != 0 || !(blob = strchr(line + 10, ' ')) ||
		    keyblob_read(&k, blob + 1, strspn(blob + 1, BASE64_DIGITS)))
			continue;
		add(keys, &count, "SHA256:", k.key);
		/* A user who may choose a key id must not be able to choose the fingerprint of another key. */
		if (strncmp(k.key_id_text, "SHA256:", 7) != 0)
			add(keys, &count, "", k.key_id_text);
	}
}
