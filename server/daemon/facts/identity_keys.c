/* SPDX-License-Identifier: MIT */
/* The parts of identity_make.h that policy asks for. */
#include "identity_make.h"

#include <sha2.h>
#include <stdio.h>
#include <string.h>

#include "keyblob.h"

static void
add(char keys[LOGIN_KEYS][LOGIN_KEY_CAP], unsigned *count, const char *prefix, const char *text)
{
	/* Half a key id would be another's. */
	if (*text && *count < LOGIN_KEYS && strlen(prefix) + strlen(text) < LOGIN_KEY_CAP)
		snprintf(keys[(*count)++], LOGIN_KEY_CAP, "%s%s", prefix, text);
}

void
identity_keys(const struct record *r, char keys[LOGIN_KEYS][LOGIN_KEY_CAP])
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->auth_count; i++) {
		const char *line = r->auth[i], *blob;
		struct keyblob k;

		if (strncmp(line, "publickey ", 10) != 0 || !(blob = strchr(line + 10, ' ')) ||
		    keyblob_read(&k, blob + 1, strspn(blob + 1, KEYBLOB_BASE64)))
			continue;
		add(keys, &count, "SHA256:", k.key);
		/* Who may choose a key id must not have another's fingerprint for it. */
		if (strncmp(k.key_id_text, "SHA256:", 7) != 0)
			add(keys, &count, "", k.key_id_text);
	}
}

void
identity_of_uid(uid_t uid, const char *user, struct identity *id)
{
	char text[32];
	SHA2_CTX ctx;
	int len = snprintf(text, sizeof text, "uid %lu\n", (unsigned long)uid);

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)text, (size_t)len);
	if (user) {
		SHA256Update(&ctx, (const uint8_t *)"user ", 5);
		SHA256Update(&ctx, (const uint8_t *)user, strlen(user));
		SHA256Update(&ctx, (const uint8_t *)"\n", 1);
	}
	SHA256Final(id->bytes, &ctx);
}
